"""`scripts/fuzz compose [--seed N] [--count N]`: random compose files, by `stack config` of docker's own CLI and of pydock.

Each is one or two documents of tests/data/compose.txt with a few changes: of values, keys and places in what they mean, or of characters. Prints every
difference that is not known, and ends with 1 if there is one. docker is the one on the PATH, or DOCKER's: 28.2, as later ones have other messages. docker handles maps in any order: what it does at one of several times counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tests.support.cli import cli
from tests.support.composed import ENVIRON, cases, told

#: how often docker is asked before its answer counts as another one
TIMES = 8
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 3.5, 1e21, 1e-7, "", "a", "80", "80:80", "x:y:z", "abc def", "10s", "1h30m", "-5s", "5", "1g", "yes", "~", "null",
    "$TAG", "${TAG}", "${N}", "${NOPE}", "${NOPE:-def}", "${EMPTY:?bad}", "${NOPE?gone}", "${", "$", "$$", "$TAG-x y", "a\nb\n", "a\nb", " lead", "trail ", "a: b",
    "# c", "- x", "'q'", '"d"', "\ttab", "é", "日本", "\U0001f600", "\x07", "2001-01-01", "0x1F", "0777", "12:30:45", ".inf", "<<", "!x", "&a", "*a", "@a", "?", "--- a", ":a",
    "a:", "a #b", "\\", "C:\\x:/y", "./a:/b:z:q", "8000-8001:80", "[::1]:80:80", "70000", "start-first", [], {}, ["a"], ["a", "a"], [1], [None], {"a": "b"}, {"a": 1}, {"a": None},
    {"a": {}}, {"a": []}, {"name": "q"}, [["a"]], [{"a": "b"}], {"source": "s"}, {"type": "bind", "target": "/x"}, {"target": 80}, {"target": "80"}, {"soft": 1},
    {"soft": 1, "hard": 2}, {"external": True},
]  # fmt: skip
KEYS = (
    "a", "x-foo", "image", "build", "ports", "name", "external", "extends", "mem_limit", "container_name", "init", "foo.bar", "driver", "file", "mode", "replicas", "services",
    "version", "labels", "target", "type", "long" * 40, "a b", "10", "yes", "a9", "a10",
)  # fmt: skip
CHARACTERS = (
    "\t", " ", "  ", "\n", ":", "- ", "#", "'", '"', "{", "}", "[", "]", "&x ", "*x", "!!str ", "!!int ", "!foo ", "|\n", "> \n", "%", "@", "`", "<<: ", "---\n", "...\n", "\r", ",",
    "key: &x {a: 1}\n", "0b11", "1e3", "012", "~", "2001-1-1", "a: 1\na: 2\n",
)  # fmt: skip
#: what libyaml has its own mind about, and says so, each with the reason
KNOWN = {
    "found unexpected ':'": "libyaml refuses a colon before a comma or a bracket",
    "did not find expected ',' or": "libyaml takes a question mark in a flow collection for text",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def changed(content: Any, chance: random.Random) -> Any:
    """With a few other values, keys and places."""
    content = deepcopy(content)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        found = list(places(content))
        if not found:
            break
        *way, key = chance.choice(found)
        holder, value, kind = content, deepcopy(chance.choice(VALUES)), chance.random()
        for step in way:
            holder = holder[step]
        if kind < 0.6:
            holder[key] = value
        elif kind < 0.7:
            del holder[key]
        elif kind < 0.85 and isinstance(holder[key], dict):
            holder[key][chance.choice(KEYS)] = value
        elif kind < 0.85 and isinstance(holder[key], list):
            holder[key].append(value)
        elif isinstance(holder, dict):
            holder[chance.choice(KEYS)] = holder.pop(key)
    return content


def document(chance: random.Random, seeds: list[Any]) -> str:
    text = yaml.safe_dump(
        changed(chance.choice(seeds), chance), default_flow_style=chance.choice((False, None, True)), sort_keys=False, allow_unicode=True, width=10_000,
    )  # fmt: skip
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(CHARACTERS) + text[at + chance.choice((0, 0, 1, 5)) :]
    return text


def by_docker(docker: Path, argv: list[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run([docker, *argv], cwd=folder, env=ENVIRON, capture_output=True, timeout=60, check=False)
    out, err = (told(data.decode("utf-8", "surrogateescape"), str(folder)) for data in (done.stdout, done.stderr))
    return done.returncode, out, err


def difference(docker: Path, argv: list[str], files: dict[str, str], folder: Path) -> str:
    """What docker and pydock do, if that differs; "" if it does not."""
    done = cli(*argv, environ=ENVIRON, files=files, folder=folder)
    ours = done.code, told(done.out, str(folder)), told(done.err, str(folder))
    theirs = []
    for _ in range(TIMES):
        theirs.append(by_docker(docker, argv, folder))
        if theirs[-1] == ours:
            return ""
    return f"docker: {sorted(set(theirs))}\npydock: {ours}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz compose", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    args = parser.parse_args()
    seeds = [seed for case in cases() if (seed := seed_of(case.files.get("compose.yml", "")))]
    tally, began = Counter[str](), time.monotonic()
    docker = Path(shutil.which(os.environ.get("DOCKER", "docker")) or "docker")
    with tempfile.TemporaryDirectory(prefix="compose-") as name:
        folder = Path(name) / "work"
        folder.mkdir()
        for number in range(args.count):
            chance = random.Random(f"{args.seed}/{number}")
            files = {f"{n}.yml": document(chance, seeds) for n in range(chance.choice((1, 1, 1, 2)))}
            argv = ["stack", "config", *(word for path in files for word in ("-c", path))]
            argv += ["--skip-interpolation"] * (chance.random() < 0.15)
            found = difference(docker, argv, files, folder)
            known = any(mark in found for mark in KNOWN)
            tally["known" if found and known else "different" if found else "same"] += 1
            if found and not known:
                print(f"\n[{args.seed}/{number}] {' '.join(argv)}\n{found}", flush=True)
                for path, text in files.items():
                    print(f"{path}: {text!r}", flush=True)
    print(f"\n{args.count} files of seed {args.seed} in {time.monotonic() - began:.0f} s: {dict(tally)}")
    return 1 if tally["different"] else 0


def seed_of(text: str) -> Any:
    """The document as a value that can be changed; None for one that is none."""
    try:
        value = yaml.safe_load(text)
        # also of what contains itself
        json.dumps(value, default=str)
        yaml.safe_dump(value)
    except (yaml.YAMLError, ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, dict) else None


if __name__ == "__main__":
    os.environ.pop("DOCKER_HOST", None)
    sys.exit(main())
