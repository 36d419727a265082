"""Each command that a man page or a guide shows, run as a reader would: it works, and prints what is shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import program
from tests.support.consoles import SOURCE, Step, fits, parts, steps
from tests.support.engines import EngineProcess
from tests.support.stages import EXAMPLES

pytestmark = pytest.mark.live

PARTS = {name: text for file in sorted(SOURCE.rglob("*.md")) for name, text in parts(file).items()}
#: why commands are not run here, as the Markdown says before them
REASONS = {
    "it starts an engine of its own: tests/live/test_beyond_engines.py",
    "it asks a registry",
    "it needs a plugin of a registry",
    "it needs an engine with experimental features, and CRIU",
    "it needs a second engine: tests/live/test_swarm.py, tests/live/test_beyond_send.py",
    "it needs a manager that was locked and started again: tests/live/test_swarm.py",
    "it needs a plugin for cluster volumes",
    "it goes on until Ctrl-C, and draws: tests/live/test_beyond_rows.py",
}
#: nginx as far as the guides look at it: something that serves a page
PAGE = "Welcome to nginx!"
NGINX = f"mkdir /www; echo '{PAGE}' >/www/index.html"


@pytest.fixture(scope="module")
def stage(docker28: EngineProcess, docker: Path) -> Iterator[EngineProcess]:
    """An engine with busybox and nginx."""
    for words in (
        ("run", "--name", "page", "busybox", "sh", "-c", NGINX),
        (
            "commit",
            "-c",
            "EXPOSE 80",
            "-c",
            'CMD ["httpd", "-f", "-h", "/www"]',
            "-c",
            "STOPSIGNAL KILL",
            "page",
            "nginx:latest",
        ),
        ("rm", "page"),
    ):
        done = program(docker, *words, host=docker28.host)
        assert done.code == 0, done
    yield docker28
    program(docker, "rmi", "-f", "nginx", host=docker28.host)


@pytest.fixture
def clean(stage: EngineProcess, docker: Path) -> Iterator[None]:
    """Nothing is left for the next part."""
    yield
    if containers := program(docker, "ps", "-aq", host=stage.host).out.decode().split():
        program(docker, "rm", "-f", *containers, host=stage.host)
    names = program(docker, "images", "--format", "{{.Repository}}:{{.Tag}}", host=stage.host).out.decode().split()
    if made := {name for name in names if "<none>" not in name} - {"busybox:latest", "nginx:latest"}:
        program(docker, "rmi", "-f", *made, host=stage.host)
    program(docker, "swarm", "leave", "--force", host=stage.host)
    program(docker, "network", "prune", "-f", host=stage.host)
    program(docker, "volume", "prune", "-af", host=stage.host)


def test_what_is_not_run_has_one_of_a_few_reasons() -> None:
    assert {step.not_run for text in PARTS.values() for step in steps(text)} == {"", *REASONS}


class Shell:
    """A reader's: commands run where what the engine publishes is."""

    def __init__(self, stage: EngineProcess, pydock: Path, folder: Path) -> None:
        self.stage, self.work = stage, folder / "work"
        (folder / "bin").mkdir()
        (folder / "bin" / "pydock").symlink_to(pydock.resolve())
        self.work.mkdir()
        path = f"{folder}/bin:{os.environ['PATH']}"
        self.env = {"PATH": path, "HOME": str(folder), "DOCKER_HOST": stage.host, "LANG": "C.UTF-8"}

    def run(self, command: str, code: int = 0) -> list[str]:
        """What a command prints; it is to exit with that code."""
        words = ["nsenter", f"--net=/run/netns/{self.stage.namespace}", "bash", "-o", "pipefail", "-c", command]
        done = subprocess.run(
            words, cwd=self.work, env=self.env, stdin=subprocess.DEVNULL, stdout=-1, stderr=-2, timeout=60, check=False
        )
        printed = done.stdout.decode(errors="replace").replace(str(self.stage.socket), "/var/run/docker.sock")
        assert done.returncode == code, (command, done.returncode, printed)
        return re.sub(r"\x1b\[[0-9;]*m", "", printed).splitlines()

    def follow(self, step: Step) -> None:
        printed = self.run(step.command)
        assert fits(step.shown, printed), (step.command, step.shown, printed)


@pytest.fixture
def shell(stage: EngineProcess, pydock: Path, tmp_path: Path, clean: None) -> Shell:
    return Shell(stage, pydock, tmp_path)


@pytest.mark.parametrize("name", sorted(PARTS.keys() - {"beyond"}))
def test_what_is_shown_happens(name: str, shell: Shell) -> None:
    for command in (*BEFORE.get(name, ()), EXAMPLES.get(name, "")):
        shell.run(command)
    for step in steps(PARTS[name]):
        if not step.not_run:
            shell.follow(step)


#: the page on what is beyond docker is a reference: before each of its sections, and before some commands, comes what they are about.
#: A section, or how a command begins -> commands
STAGE = "pydock run -d --name web -p 8080:80 --label team=shop --label com.example.team=shop nginx"
READY = "--health-cmd true --health-interval 100ms"
BEFORE: dict[str, tuple[str, ...]] = {
    "troubleshooting": (STAGE, "pydock volume create data"),
    "See the request": (STAGE,),
    "pydock --trace": ("pydock start web",),
    "Ask the API": (STAGE,),
    "JSON for programs": (STAGE, "pydock volume create data"),
    "Wait until it is ready": (
        *(f"pydock run -d --name {name} {READY} nginx" for name in ("web", "db")),
        "pydock run --name listens busybox true",
        "pydock commit -c 'CMD echo listening on :8080; exec httpd -f -p 8080' listens shop/api",
        "printf '#!/bin/sh\\n' >migrate; chmod +x migrate",
    ),
    "pydock start --wait": ("pydock stop db",),
    "pydock wait --for healthy web": (
        "pydock rm -f web",
        f"pydock run --name web {READY} busybox sh -c 'echo no config; exit 3'; [ $? = 3 ]",
    ),
    "pydock wait --for healthy --timeout 5s web;": (
        "pydock rm -f web",
        "pydock run -d --name web --health-cmd false nginx",
    ),
    "Preview what prune removes": (
        "pydock run --name job-1 -v /data busybox sh -c 'head -c 3000000 /dev/urandom >/made'",
        "pydock create --name job-2 busybox",
        "pydock network create idle",
        "pydock volume rm $(pydock volume create)",
        "pydock volume create",
        "pydock commit job-1",
    ),
    "Logs of many containers": (
        "pydock run -d --name web --label shop busybox sh -c 'echo listening on :80; until [ -e /asked ]; do sleep 0.1; done; echo GET / 200; sleep 1000'",
        "pydock run -d --name db --for log=ready busybox sh -c 'echo ready to accept connections; sleep 1000'",
        "pydock exec web touch /asked; pydock wait --for log=GET web",
    ),
    "Find the engine": ("pydock context create office --docker host=tcp://127.0.0.1:1",),
    "Many engines at once": (
        "pydock context create laptop --docker host=$DOCKER_HOST; pydock context create office --docker host=$OTHER_HOST",
        "pydock --context laptop run -d --name web busybox sh -c 'echo hi; sleep 1000'",
        "pydock --context laptop wait --for log=hi web",
        "pydock --context office run -d --name shop busybox sleep 1000",
    ),
    "Help that helps": (
        "pydock run -d --name web -p 8080:80 -v vol1:/v nginx",
        "pydock create --name pp -p 8080:80 nginx",
    ),
    "Copying": (
        *(f"pydock run -d --name {name} nginx" for name in ("web", "db", "box", "backup")),
        """pydock exec web sh -c 'mkdir -p /etc/nginx /usr/share/nginx/html /var/log/nginx /src/sub; touch /etc/nginx/nginx.conf
            touch /var/log/nginx/access.log /src/sub/old; echo app:x:9:9::/: >>/etc/passwd; echo www-data:x:33: >>/etc/group'""",
        "pydock commit web nginx:1.29; mkdir logs site; touch notes.txt site/page",
    ),
    "The command of a container": (
        "pydock run -d --name web --restart always -p 8080:80 -v data:/srv -e 'GREETING=good day' nginx",
        "pydock tag nginx nginx:1.29",
    ),
    "pydock recreate --image broken": (
        "pydock run --name made busybox true",
        "pydock commit -c 'CMD echo oh no; exit 3' made broken",
        "pydock rm -f web; pydock run -d --name web nginx",
    ),
    "Volumes": (
        "pydock run --rm -v data:/data busybox sh -c 'head -c 7000000 /dev/zero >/data/made'",
        *(f"pydock create --name {name} -v data:/data nginx" for name in ("web", "db")),
    ),
    "pydock volume import restored": ("pydock volume export data | gzip >data.tar.gz",),
    "Images on other engines and in registries": (
        "pydock context create prod --docker host=$OTHER_HOST",
        "pydock commit $(pydock create busybox true) app:2",
        "pydock tag busybox redis:7",
        "pydock --context prod tag busybox redis:7",
    ),
    "Environment files, retries, selecting by filter": (
        'printf "A=1\\nB=2\\nC=\'open\\n" >.env',
        "pydock run --name e1 --label job busybox true; pydock create --name c1 --label job busybox true; pydock run -d --name r1 nginx",
    ),
}
#: commands that fail, as they are shown to
CODES = {
    "pydock api /containers/nosuch/json": 4,
    "pydock api /events": 124,
    "pydock wait --for healthy web": 1,
    "pydock logs -f": 124,
    "pydock --context laptop,office logs": 1,
    "pydock strat": 1,
    "pydock stop wbe": 1,
    "pydock start pp": 1,
    "pydock volume rm vol1": 1,
    "pydock recreate --image broken": 1,
    "pydock run --dotenv": 125,
    "pydock pull --retry": 1,
}
#: what only shows on a terminal, where "y" is typed
ON_TERMINAL = (
    "pydock strat",
    "pydock stop wbe",
    "pydock start pp",
    "pydock volume rm vol1",
    "pydock rm --filter label=job",
    "pydock setup",
)
#: what goes on until Ctrl-C
ENDLESS = ("pydock api /events", "pydock logs -f")
#: whose output depends on the machine, the moment or the names of a registry: of these only what is told in a line "Hint:" is compared
ANY_OUTPUT = (
    "pydock logs -f",
    "pydock --trace", "pydock api /events", "pydock save --json", "pydock system prune", "pydock --context office engine ls", "pydock doctor", "pydock --context laptop,office ps",
    "pydock strat", "pydock stop wbe", "pydock start pp", "pydock volume rm vol1", "pydock recreate --pull", "pydock image send", "pydock rm --filter label=job", "pydock pull --retry",
    "pydock system df --graph", "pydock setup",
)  # fmt: skip
#: lines that come as the engines answer
ANY_ORDER = ("pydock --context laptop,office logs",)
#: sections that are about a second engine
TWO_ENGINES = ("Many engines at once", "Images on other engines and in registries")


def of_beyond() -> dict[str, list[Step]]:
    """The steps of each section that has some to run."""
    found = {}
    for text in re.split(r"^## ", PARTS["beyond"], flags=re.M)[1:]:
        run = [step for step in steps(text) if not step.not_run]
        if run:
            found[text.partition("\n")[0]] = run
    return found


def has(table: Iterable[str], command: str) -> str:
    """How it begins there; "" if it is not there."""
    return next((begin for begin in table if command.startswith(begin)), "")


def test_what_is_beyond_docker_is_staged_as_it_is_shown() -> None:
    """Each row of these tables is about a command, or a section, that is there."""
    sections = of_beyond()
    commands = [step.command for each in sections.values() for step in each]
    for table in (BEFORE, CODES, ON_TERMINAL, ENDLESS, ANY_OUTPUT, ANY_ORDER, TWO_ENGINES):
        assert not [
            begin
            for begin in table
            if begin not in {*sections, *PARTS} and not any(c.startswith(begin) for c in commands)
        ]


@pytest.mark.parametrize("section", of_beyond())
def test_what_is_beyond_docker_happens(section: str, shell: Shell, request: pytest.FixtureRequest) -> None:
    other: EngineProcess | None = request.getfixturevalue("docker20") if section in TWO_ENGINES else None
    if other:
        shell.env["OTHER_HOST"] = other.host
    for command in BEFORE.get(section, ()):
        shell.run(command)
    try:
        for step in of_beyond()[section]:
            for command in BEFORE.get(has(BEFORE, step.command), ()):
                shell.run(command)
            line = f"timeout 5 {step.command}" if has(ENDLESS, step.command) else step.command
            if has(ON_TERMINAL, step.command):
                line = f"echo y | script -qec {shlex.quote(line)} typescript"
            printed = shell.run(line, CODES.get(has(CODES, step.command), 0))
            hints = [word for word in step.shown if word.startswith("Hint: ")]
            assert all(any(hint in word for word in printed) for hint in hints), (hints, printed)
            if not has(ANY_OUTPUT, step.command):
                order = sorted if has(ANY_ORDER, step.command) else list
                assert fits(order(step.shown), order(printed)), (step.command, step.shown, printed)
    finally:
        if other:
            shell.run("pydock -H $OTHER_HOST rm -f shop; pydock -H $OTHER_HOST rmi -f app:2 redis:7; true")
