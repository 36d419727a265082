"""CLI plugins: found, shown, run with the whole command line; docker's own compose brings a project up and down."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import engines
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

METADATA = '{"SchemaVersion":"0.1.0","Vendor":"Tests","Version":"1.2","ShortDescription":"Says what it got"}'

PLUGIN = f"""#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then echo '{METADATA}'; exit 0; fi
if [ "$1" = __complete ]; then echo "word"; echo ":4"; exit 0; fi
for word in "$@"; do echo "[$word]"; done
[ -n "$DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND" ] && echo original
cat
[ "$2" = wait ] && {{ echo waiting; sleep 20; }}
exit 7
"""

Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """With the plugins "say" (good) and "bad" (says nothing of itself)."""
    folder = tmp_path / ".docker" / "cli-plugins"
    folder.mkdir(parents=True)
    for name, text in (("say", PLUGIN), ("bad", "#!/bin/sh\nexit 1\n"), ("ps", PLUGIN)):
        (folder / f"docker-{name}").write_text(text)
        (folder / f"docker-{name}").chmod(0o755)
    return tmp_path


def test_run_with_the_whole_command_line(pydock: Path, home: Path) -> None:
    done = program(
        pydock, "-D", "--context", "default", "say", "--flag=x", "a b", "-c", home=home, stdin=b"from stdin\n"
    )
    assert done == Done(7, b"[-D]\n[--context]\n[default]\n[say]\n[--flag=x]\n[a b]\n[-c]\noriginal\nfrom stdin\n", b"")


def test_what_is_no_plugin(pydock: Path, docker: Path, home: Path) -> None:
    for words in (["bad"], ["nosuch"], ["Say"], ["../say"]):
        theirs, ours = (program(client, *words, home=home) for client in (docker, pydock))
        assert ours == theirs, words
        assert ours.code == 1 and b"unknown command" in ours.err


def test_shown_in_help_info_and_completion(pydock: Path, docker: Path, home: Path, docker28: EngineProcess) -> None:
    text = program(pydock, "--help", home=home).out.decode()
    assert "  say*" in text and "Says what it got" in text and "Invalid Plugins:" in text
    theirs, ours = (
        json.loads(program(c, "info", "-f", "{{json .ClientInfo.Plugins}}", home=home, host=docker28.host).out)
        for c in (docker, pydock)
    )
    assert [p["Name"] for p in ours] == [p["Name"] for p in theirs]
    assert next(p for p in ours if p["Name"] == "say") == next(p for p in theirs if p["Name"] == "say")
    assert program(pydock, "__complete", "say", "", home=home).out == b"word\n:4\n"
    assert program(pydock, "help", "say", home=home).out.startswith(b"[say]\n[--help]\n")


def test_other_folders(pydock: Path, home: Path, tmp_path: Path) -> None:
    (home / "extra").mkdir()
    (home / ".docker" / "cli-plugins" / "docker-say").rename(home / "extra" / "docker-other")
    (home / ".docker" / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(home / "extra")]}))
    assert program(pydock, "other", home=home).code == 7


def test_the_builder_alias(pydock: Path, docker: Path, home: Path) -> None:
    (home / ".docker" / "config.json").write_text('{"aliases": {"builder": "say"}}')
    theirs, ours = (program(client, "-D", "builder", "prune", "-f", home=home) for client in (docker, pydock))
    assert (ours.code, ours.out) == (theirs.code, theirs.out) == (7, b"[-D]\n[say]\n[prune]\n[-f]\noriginal\n")


def test_a_signal_reaches_the_plugin(pydock: Path, home: Path) -> None:
    process = subprocess.Popen(
        [str(pydock), "say", "wait"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )
    assert process.stdout is not None
    with process.stdout:
        while process.stdout.readline() != b"waiting\n":
            pass
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    assert time.monotonic() - started < 15


COMPOSE = """
services:
  web:
    image: busybox
    command: ["sh", "-c", "echo web is up; mkdir /www; echo hello from web > /www/index.html; exec httpd -f -p 80 -h /www"]
    stop_grace_period: 1s
  client:
    image: busybox
    command: ["sh", "-c", "until wget -q -O - http://web; do sleep 0.2; done; exec sleep 1000"]
    depends_on: [web]
    stop_grace_period: 1s
"""


def test_compose(pydock: Path, docker28: EngineProcess, tmp_path: Path) -> None:
    """A project of two services: up, ps, logs, exec, down."""
    engines.give_plugin(tmp_path, "compose")
    (tmp_path / "compose.yaml").write_text(COMPOSE)

    def run(*argv: str) -> str:
        done = program(pydock, "compose", *argv, host=docker28.host, home=tmp_path, cwd=tmp_path, timeout=120)
        assert done.code == 0, (argv, done)
        return done.out.decode()

    try:
        run("up", "-d")
        listed = [json.loads(line) for line in run("ps", "--format", "json").splitlines()]
        assert sorted(c["Service"] for c in listed) == ["client", "web"] and all(
            c["State"] == "running" for c in listed
        )
        for _ in range(50):
            logs = run("logs", "--no-color")
            if "hello from web" in logs:
                break
            time.sleep(0.2)
        assert "web is up" in logs and "hello from web" in logs
        assert run("exec", "-T", "client", "wget", "-q", "-O", "-", "http://web") == "hello from web\n"
        assert "web" in program(pydock, "ps", "--format", "{{.Names}}", host=docker28.host).out.decode()
    finally:
        run("down", "-t", "1")
    assert run("ps", "-aq") == ""
