"""What docker's own CLI does with the lines of tests/data/services.json, kept there: `python -m tests.lines.services [FILE]`.

FILE has further lines, one each. docker is the one on the PATH, or DOCKER's (the records are of 28.2); it asks an engine with canned answers.
tests/unit/commands/service/test_lines.py does the same lines with pydock.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lines.compare import OF_MAPS, run
from tests.lines.engine import world
from tests.lines.swarm import DISTRIBUTION, SPECS, swarm_id
from tests.lines.words import Line

KEPT = Path(__file__).parents[1] / "data" / "services.json"
#: what `service create busybox` sends; the specification before an update is the engine's
CREATED: dict[str, Any] = {
    "Labels": {},
    "TaskTemplate": {
        "ContainerSpec": {"Image": f"busybox:latest@{DISTRIBUTION['Descriptor']['digest']}", "Init": False, "DNSConfig": {}},
        "Resources": {"Limits": {}, "Reservations": {}}, "Placement": {"Platforms": [{"Architecture": "amd64", "OS": "linux"}, {"OS": "linux"}]},
        "ForceUpdate": 0,
    },
    "Mode": {"Replicated": {}},
    "EndpointSpec": {"Mode": "vip"},
}  # fmt: skip
BY_ID = {swarm_id(name): spec for name, spec in SPECS.items()}


def record(code: int, out: str, err: str, requests: Iterable[tuple[str, str, dict[str, Any], Any]]) -> dict[str, Any]:
    """What a client did; empty parts are left out. requests: (method, path, query, body).

    `sent`: how the last body differs from the specification before: path -> value, null for what is gone."""
    asked, sent = [], None
    for method, path, query, body in requests:
        asked.append(f"{method} {path} {' '.join(f'{k}={v}' for k, v in sorted(query.items()))}".rstrip())
        if body is not None:
            before = BY_ID[path.split("/")[2]] if path.endswith("/update") else CREATED
            sent = changes(before, body)
    found = {"exit": code, "out": out, "err": err, "asked": asked, "sent": sent}
    return {key: value for key, value in found.items() if value not in ("", [], None)}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    old, new = leaves(before), leaves(after)
    return {path: new.get(path) for path in sorted({*old, *new}) if old.get(path) != new.get(path)}


def leaves(value: dict[str, Any], path: str = "") -> dict[str, Any]:
    """An object's values by their paths. Empty objects count; lists that docker makes of Go maps have an order here."""
    out: dict[str, Any] = {}
    for key, item in value.items():
        where = f"{path}.{key}" if path else key
        if isinstance(item, dict) and item:
            out |= leaves(item, where)
        else:
            out[where] = sorted(item, key=str) if key in OF_MAPS and isinstance(item, list) else item
    return out


def observed(docker: Path, argv: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="services-") as name, world(Path(name)) as where:
        folder = Path(name) / "run"
        done = run(docker, Line(" ".join(argv[:2]), (tuple(argv),)), where, folder)
    whole = json.dumps([done.stdout, done.stderr, done.requests])
    told = json.loads(whole.replace("<folder>/work", "<cwd>").replace(f"{folder}/work", "<cwd>"))
    requests = ((*r["line"].split(" ", 1), {k: text(v[0]) for k, v in r["query"].items()}, r["body"]) for r in told[2])
    return record(done.exit, told[0], told[1], requests)


def text(value: Any) -> str:
    """A query's value as it was sent."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def main(*files: str) -> None:
    docker = shutil.which(os.environ.get("DOCKER", "docker"))
    assert docker, "docker's CLI is not there"
    lines = list(json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.exists() else []
    lines += [line for file in files for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    records = {line: observed(Path(docker), shlex.split(line)) for line in dict.fromkeys(lines)}
    rows = [
        f"{json.dumps(line)}: {json.dumps(records[line], ensure_ascii=False, separators=(',', ':'))}"
        for line in sorted(records)
    ]
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
