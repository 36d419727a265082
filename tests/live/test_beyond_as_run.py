"""The command of a container: what docker's own client makes of it is the same container again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.lines.containers import LINES, NEWER, words_of
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

IMAGE = (
    "ENV FROM_IMAGE=image", "ENV PATH=/bin", "LABEL of=image", "VOLUME /data", "EXPOSE 80 81/udp", "USER nobody", "WORKDIR /tmp",
    'ENTRYPOINT ["/bin/echo"]', 'CMD ["a", "b"]', "HEALTHCHECK --interval=7s --retries=2 CMD true",
)  # fmt: skip


def told(container: dict[str, Any]) -> dict[str, Any]:
    """An inspection without ids, names and times."""
    short = container["Id"][:12]
    config = {k: v for k, v in container["Config"].items() if not (k == "Hostname" and v == short)}
    host = {k: v for k, v in container["HostConfig"].items() if k not in ("ConsoleSize",)}
    endpoints = {
        name: {
            "Aliases": [a for a in e.get("Aliases") or () if a != short],
            **{k: e.get(k) for k in ("IPAMConfig", "Links", "DriverOpts", "GwPriority")},
        }
        for name, e in container["NetworkSettings"]["Networks"].items()
    }
    # docker's client sends these in no order
    config["Env"], host["Binds"] = sorted(config["Env"] or ()), sorted(host["Binds"] or ())
    mounts = [
        {
            k: v
            for k, v in m.items()
            if k not in ("Name", "Source") or (len(m.get("Name", "")) != 64 and m["Type"] != "image")
        }
        for m in container["Mounts"]
    ]
    mounts.sort(key=lambda m: str(m["Destination"]))
    rest = {k: container[k] for k in ("Path", "Args", "Image", "Name")}
    state = {"Running": container["State"]["Running"]}
    found: dict[str, Any] = trimmed(
        {**rest, "State": state, "Config": config, "HostConfig": host, "Mounts": mounts, "Networks": endpoints}
    )
    return found


def trimmed(value: Any) -> Any:
    """Nothing, and an empty list, mean the same."""
    if isinstance(value, dict):
        return {k: inner for k, v in value.items() if (inner := trimmed(v)) not in (None, "", [], {})}
    return list(map(trimmed, value)) if isinstance(value, list) else value


def differing(a: Any, b: Any, where: str = "") -> list[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        return [text for key in a.keys() | b.keys() for text in differing(a.get(key), b.get(key), f"{where}.{key}")]
    return [] if a == b else [f"{where}: {a} != {b}"]


@pytest.mark.parametrize("kind", ["docker28", "docker20"])
def test_what_a_line_makes_is_made_again_by_its_line(
    kind: str, request: pytest.FixtureRequest, docker: Path, pydock: Path, tmp_path: Path
) -> None:
    engine: EngineProcess = request.getfixturevalue(kind)

    def run(client: Path, *words: str) -> Done:
        return program(client, *words, host=engine.host, cwd=tmp_path, home=tmp_path)

    def ok(*words: str) -> str:
        done = run(docker, *words)
        assert done.code == 0, (words, done)
        return done.out.decode()

    lines = words_of(LINES + ("\n" + NEWER if kind == "docker28" else ""))
    more = ["STOPSIGNAL QUIT"] if kind == "docker28" else []
    changes = [word for change in (*IMAGE, *more) for word in ("--change", change)]
    ok("network", "create", "--subnet", "172.30.7.0/24", "net")
    ok("network", "create", "net2")
    ok("run", "-d", "--name", "other", "--ipc", "shareable", "-v", "/from-other", "busybox", "sleep", "1000")
    ok("commit", *changes, "other", "with")
    names = {f"c{i}": line for i, line in enumerate(lines)}
    try:
        for name, (verb, *words) in names.items():
            ok(verb, "--name", name, *(w.replace("SOMEWHERE", str(tmp_path)) for w in words))
        before = json.loads(ok("inspect", *names))
        asked = run(pydock, "inspect", "--as-run", *names)
        assert (asked.code, asked.err) == (0, b""), asked
        commands = asked.out.decode().splitlines()
        assert len(commands) == len(names)
        ok("rm", "-f", "-v", *names)
        script = "\n".join(
            c if c.startswith("docker run -d ") else c.replace("docker run ", "docker create ", 1) for c in commands
        )
        env = {"PATH": f"{docker.parent}:/usr/bin:/bin", "DOCKER_HOST": engine.host, "HOME": str(tmp_path)}
        made = subprocess.run(["bash", "-e", "-c", script], env=env, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        after = json.loads(ok("inspect", *names))
        wrong = [
            f"{command}: {changed}"
            for a, b, command in zip(before, after, commands, strict=True)
            if (changed := differing(told(a), told(b)))
        ]
        assert not wrong, "\n".join(wrong)
    finally:
        run(docker, "rm", "-f", "-v", "other", *names)
        run(docker, "rmi", "with")
        run(docker, "network", "rm", "net", "net2")
