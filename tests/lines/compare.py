"""One line with both clients, one after the other in the same folders; what differs, and which differences are known."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lines.engine import World, archive
from tests.lines.words import Line

#: seconds; a busy machine takes its time, and a command that has not ended by then hangs
DEADLINE = 120
CONTEXT = {
    "Name": "one",
    "Metadata": {"Description": "the first"},
    "Endpoints": {"docker": {"Host": "unix:///nowhere.sock", "SkipTLSVerify": False}},
}
FILES: dict[str, bytes] = {
    "f.env": b"A=1\n# c\n\nB\nC=a b \n",
    "bad.env": b"a b=1\n",
    "folder/x": b"x",
    "img.tar": archive(a=b"x"),
}
EMPTY = hashlib.sha256().hexdigest()
#: the order of requests where docker itself has none: several objects at once
AT_ONCE = re.compile(
    r"(container )?(pause|unpause|stop|rm|kill|wait|start|stats|restart|run|attach)|plugin .*|system prune|inspect"
)


#: what docker tells of its own workings under --debug; and, depending on which of its threads is faster, of an archive that is
#: packed and not read
OWN_LOG = re.compile(r'time="[^"]*" level=(debug |error msg=".*io: read/write on closed pipe")')


@dataclass
class Outcome:
    """What a client did."""

    exit: int
    stdout: str
    stderr: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def run(client: Path, line: Line, world: World, folder: Path) -> Outcome:
    """In fresh folders of the same names; `folder` is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    home, work = folder / "home", folder / "work"
    meta = home / ".docker" / "contexts" / "meta" / hashlib.sha256(b"one").hexdigest()
    for path, data in {
        **{work / n: d for n, d in FILES.items()},
        meta / "meta.json": json.dumps(CONTEXT).encode(),
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "bin").mkdir()
    (folder / "bin" / "docker").symlink_to(client)
    env = {
        "PATH": f"{folder}/bin:/usr/bin:/bin",
        "HOME": str(home),
        "DOCKER_HOST": world.host,
        "DOCKER_BUILDKIT": "0",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **line.environ,
    }
    argv = [word.replace("{registry}", world.registry) for word in line.argv]
    del world.requests[:]
    before = files(folder)
    try:
        done = subprocess.run(
            ["docker", *argv],
            input=line.stdin,
            capture_output=True,
            cwd=work,
            env=env,
            timeout=DEADLINE,
            check=False,
            executable=folder / "bin" / "docker",
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = -1, late.stdout or b"", late.stderr or b""
    texts = [
        (members(t) or t.decode("utf-8", "backslashreplace"))
        .replace(str(folder), "<folder>")
        .replace(world.registry, "<registry>")
        for t in (out, err)
    ]
    return Outcome(
        code,
        *texts,
        requests=list(world.requests),
        files={n: d for n, d in files(folder).items() if before.get(n) != d},
    )


def files(folder: Path) -> dict[str, str]:
    """Each file below: what it is, and what is in it."""
    out = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            out[name] = contents(name, data)
        elif path.is_dir():
            out[name] = "folder"
    return out


def contents(name: str, data: bytes) -> str:
    """JSON whatever its layout, an archive by its members' names."""
    if name.endswith(".json") and data.strip():
        return json.dumps(json.loads(data), sort_keys=True)
    return members(data) or hashlib.sha256(data).hexdigest()


def members(data: bytes) -> str:
    """What is in an archive, with its end or without, as docker exports contexts; "" of anything else."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return "archive of " + " ".join(sorted(tar.getnames()))
    except tarfile.TarError:
        return ""


def usage_alone(text: str) -> str:
    """Help is in each client's own words: of it the usage line counts, without what it says of options."""
    lines = text.splitlines()
    at = next((n for n, t in enumerate(lines) if re.match(r"\s*Usage: ", t)), None)
    return text if at is None else "\n".join([*lines[:at], lines[at].replace(" [OPTIONS]", "")])


#: lists of a service's specification that docker makes of Go maps, at some times in another order
OF_MAPS = ("Configs", "Env", "GenericResources", "Ports", "Secrets")


def without_order(value: Any) -> Any:
    """A body in which the order of those lists does not count."""
    if isinstance(value, list):
        return [without_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: sorted(item, key=str) if key in OF_MAPS and isinstance(item, list) else without_order(item)
        for key, item in value.items()
    }


def request_text(request: dict[str, Any]) -> str:
    to_service = request["line"].startswith("POST /services/")
    return json.dumps({**request, "body": without_order(request["body"])} if to_service else request, sort_keys=True)


def compared(line: Line, outcome: Outcome) -> dict[str, Any]:
    """What counts of it."""
    requests = [request_text(r) for r in outcome.requests]
    if AT_ONCE.fullmatch(line.name):
        requests.sort()
    stdout = outcome.stdout
    if "--help" in line.argv or re.match(r"(Flag shorthand.*\n)?\s*Usage: ", stdout) or "\nUsage: " in stdout:
        stdout = usage_alone(stdout)
    stderr = "".join(text for text in outcome.stderr.splitlines(True) if not OWN_LOG.match(text))
    return {
        "exit": outcome.exit,
        "stdout": stdout,
        "stderr": usage_alone(stderr),
        "requests": requests,
        "files": outcome.files,
    }


@dataclass
class Difference:
    """Where the clients part. `parts`: name -> (docker's, pydock's)."""

    line: Line
    parts: dict[str, tuple[Any, Any]]

    def __str__(self) -> str:
        told = [f"docker {shlex.join(self.line.argv)}   {dict(self.line.environ) or ''} {self.line.stdin or ''}"]
        for name, (theirs, ours) in self.parts.items():
            if name == "requests":
                theirs, ours = ([r for r in x if r not in y] or x for x, y in ((theirs, ours), (ours, theirs)))
            told += [f"  docker {name}: {theirs!r}"[:900], f"  pydock {name}: {ours!r}"[:900]]
        return "\n".join(told)


def difference(line: Line, theirs: Outcome, ours: Outcome) -> Difference | None:
    """None where they did the same, or differ as is known."""
    if line.name == "__complete":
        return completion(line, theirs, ours)
    a, b = compared(line, theirs), compared(line, ours)
    parts = {name: (a[name], b[name]) for name in a if a[name] != b[name]}
    found = Difference(line, parts) if parts else None
    return None if found and reason(found) else found


def completion(line: Line, theirs: Outcome, ours: Outcome) -> Difference | None:
    """pydock may offer more than docker, and in its own words; what docker offers, it offers too."""
    a, b = ({w.partition("\t")[0] for w in o.stdout.splitlines() if not w.startswith(":")} for o in (theirs, ours))
    missing = sorted(word for word in a - b if word.startswith(line.argv[-1]) and "/" not in word)
    if theirs.exit == ours.exit and not missing:
        return None
    found = Difference(line, {"exit": (theirs.exit, ours.exit), "stdout": (missing, sorted(b))})
    return None if reason(found) else found


def reason(found: Difference) -> str:
    """Why it is meant; "" if it is not."""
    return next((why for fits, why in KNOWN if fits(found)), "still open" if still_open(found) else "")


def words(pattern: str, *parts: str) -> Callable[[Difference], bool]:
    """Lines of these words that differ in no other part."""
    return lambda found: (
        re.fullmatch(pattern, " ".join(found.line.argv), re.S) is not None and set(found.parts) <= set(parts)
    )


def told(theirs: str, ours: str) -> Callable[[Difference], bool]:
    """What docker says on stderr, and pydock in its place."""
    return lambda found: (
        all(re.search(p, t, re.S) for p, t in zip((theirs, ours), found.parts.get("stderr", ("", ""))))
        and set(found.parts) <= {"stderr"}
    )


def of_detached_exec(found: Difference) -> bool:
    """Is it of Detach in POST …/exec alone?"""
    theirs, ours = (
        [r.replace('"Detach": true', '"Detach": false') if '/exec"' in r else r for r in side]
        for side in found.parts["requests"]
    )
    return theirs == ours


def refused(pattern: str) -> Callable[[Difference], bool]:
    """Does docker refuse the line, in these words, before it asks the engine?"""
    return lambda found: (
        re.search(pattern, found.parts.get("stderr", ("", ""))[0]) is not None
        and not found.parts.get("requests", ((), ()))[0]
    )


#: differences that are meant or known, and why
KNOWN: list[tuple[Callable[[Difference], bool], str]] = [
    (
        lambda f: re.fullmatch(r"version|(system )?info", f.line.name) is not None and set(f.parts) <= {"stdout"},
        "each client tells its own version, build and API version",
    ),
    (
        words(r"(.* )?manifest create .*(nothere|UPPER).*", "stderr", "files", "requests", "exit", "stdout"),
        "a list of which a part is not there: docker keeps what it has of it, pydock nothing, and names the part",
    ),
    (
        words(r"(.* )?manifest create .*(\{registry\}/\S+) .*\2.*", "requests"),
        "a part that is named twice: docker takes the second from its own list, pydock asks again",
    ),
    (
        words(r"(.* )?manifest inspect .*nothere.*", "requests"),
        "a name that a registry does not have: docker asks for a manifest, and then for a list",
    ),
    (
        lambda f: (
            set(f.parts) == {"files"} and set(f.parts["files"][0].values()) == {EMPTY} and not f.parts["files"][1]
        ),
        "context export of a context that is not there: docker leaves an empty file",
    ),
    (
        told("OSAndVersion specifier component must match", "OSAndVersion specifier component must match"),
        "CLI 28.2, which the recordings are of, knows another syntax of a platform's version",
    ),
    (
        told(
            r"Invalid (hostPort|containerPort|proto|range)|Empty string specified|No port specified",
            r"invalid (hostPort|containerPort|proto|range)|empty string specified|no port specified",
        ),
        "Debian builds the CLI with an older go-connections; 28.2, which the recordings are of, says it in small letters",
    ),
    (
        lambda f: "nil pointer evaluating" in f.parts.get("stderr", ("", ""))[0],
        "docker's template of a service's details wants a file of every config; a credential spec's config has none",
    ),
    (
        lambda f: set(f.parts) == {"requests"} and of_detached_exec(f),
        "Detach is read by the engine when an exec is started, and not when it is made",
    ),
    (
        words(
            r"(.* )?service update .*--(health-start-interval|max-concurrent)\b.*",
            "exit",
            "stdout",
            "stderr",
            "requests",
        ),
        "docker takes these two flags and forgets them; pydock does what they say",
    ),
    (
        words(r"(.* )?__complete (secret|config) .*", "exit", "stdout"),
        "docker offers IDs of secrets and configs, also where they are no arguments; pydock offers names",
    ),
    (
        words(r"(container )?diff\s+", "stderr"),
        "28.2, which the recordings are of, has a sentence of its own for a blank name",
    ),
    (refused("logs' requires 1 argument"), "beyond docker: logs takes several containers"),
    (
        refused("cp' requires 2 arguments|copying between containers is not supported"),
        "beyond docker: cp takes several sources, and copies between containers",
    ),
]

#: differences that are not meant: each to be mended, and its entry then removed. What they are of: names of commands, and parts
OPEN: list[tuple[str, set[str], str]] = [
    (r"(image )?push", {"requests"}, "the body of a push is {} in docker"),
]


def still_open(found: Difference) -> bool:
    return any(re.fullmatch(name, found.line.name) and set(found.parts) <= parts for name, parts, _ in OPEN)
