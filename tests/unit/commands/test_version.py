"""`version`: client and engine, side by side; an engine of any age, or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydock import DOCKER_VERSION, __version__
from tests.support.cli import Result, cli, refused

ENGINE = {
    "Name": "Engine", "Version": "28.5.2",
    "Details": {
        "ApiVersion": "1.51", "MinAPIVersion": "1.24", "GoVersion": "go1.24.9", "GitCommit": "89c5e8f", "BuildTime": "2025-11-05T14:43:40.000000000+00:00",
        "Os": "linux", "Arch": "amd64", "Experimental": "false",
    },
}  # fmt: skip
SERVER = {
    "Platform": {"Name": "Docker Engine - Community"}, "Version": "28.5.2", "ApiVersion": "1.51", "MinAPIVersion": "1.24", "GitCommit": "89c5e8f",
    "GoVersion": "go1.24.9", "Os": "linux", "Arch": "amd64", "BuildTime": "2025-11-05T14:43:40.000000000+00:00",
    "Components": [ENGINE, {"Name": "runc", "Version": "1.3.3", "Details": {"GitCommit": "v1", "About": "x"}}],
}  # fmt: skip


def version(*argv: str, answer: Any = SERVER, **more: Any) -> Result:
    return cli("version", *argv, table={("GET", "/version"): answer}, **more)


def test_client_and_engine() -> None:
    done = version()
    assert (done.code, done.err) == (0, "")
    client, _, server = done.out.partition("\nServer: Docker Engine - Community\n")
    assert client.startswith("Client:\n Version:") and " API version:       1.51 (downgraded from " in client
    assert server.splitlines() == [
        " Engine:",
        "  Version:          28.5.2",
        "  API version:      1.51 (minimum version 1.24)",
        "  Go version:       go1.24.9",
        "  Git commit:       89c5e8f",
        "  Built:            Wed Nov  5 14:43:40 2025",
        "  OS/Arch:          linux/amd64",
        "  Experimental:     false",
        " runc:",
        "  Version:          1.3.3",
        "  About:            x",
        "  GitCommit:        v1",
    ]


def test_an_engine_from_before_components() -> None:
    """API 1.35: one engine, and what it tells of itself."""
    old = {k: v for k, v in SERVER.items() if k not in ("Components", "Platform")}
    done = version(answer={**old, "Experimental": True}, api_version="1.30")
    assert done.code == 0 and "\nServer:\n Engine:\n  Version:          28.5.2\n" in done.out
    assert "  API version:      1.51 (minimum version 1.24)\n" in done.out
    assert "  OS/Arch:          linux/amd64\n  Experimental:     true\n" in done.out


def test_templates() -> None:
    assert version("-f", "{{.Server.Version}} {{.Client.Context}}").out == "28.5.2 default\n"
    assert version("-f", "{{.Client.Version}} {{.Client.GitCommit}}").out == f"{DOCKER_VERSION} pydock-{__version__}\n"
    told = json.loads(version("-f", "json").out)
    assert told["Server"]["Components"][1] == SERVER["Components"][1]
    assert told["Server"]["Components"][0]["Details"]["BuildTime"] == "Wed Nov  5 14:43:40 2025"
    wrong = cli("version", "-f", "{{", own_engine=True)
    assert (wrong.code, wrong.out) == (64, "") and wrong.err.startswith("template parsing error: template: version:")
    missing = version("-f", "a{{.Nope}}")
    assert missing.code == 1 and missing.out == "a\n" and "Nope" in missing.err


def test_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    """The client is shown, and why there is no more; that comes before what the template made of it."""
    done = version(answer=refused(500, "broken"))
    assert (done.code, done.err) == (1, "Error response from daemon: broken\n")
    assert done.out.startswith("Client:\n") and "Server" not in done.out
    host = ("-H", f"unix://{tmp_path}/s")
    for environ, spoken in (({}, None), ({"DOCKER_API_VERSION": "1.40"}, "1.40")):
        done = cli(*host, "version", "-f", "{{.Client.APIVersion}}", own_engine=True, environ=environ)
        assert done.code == 1 and f"{tmp_path}/s" in done.err
        assert spoken is None or done.out == f"{spoken}\n"
    done = cli(*host, "version", "-f", "{{.Server.Version}}", own_engine=True)
    assert done.code == 1 and f"{tmp_path}/s" in done.err and "template" not in done.err
