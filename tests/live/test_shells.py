"""The completion scripts in the real bash, zsh and fish, on a terminal: a line is typed, TAB pressed, and the line read."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydock.app import App
from pydock.cli.index import COMMANDS
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.main import run
from pydock.render.completion import script
from tests.support import engines
from tests.support.cli import program
from tests.support.engines import EngineProcess
from tests.support.shells import Shell

pytestmark = pytest.mark.live

LIBRARY = "source /usr/share/bash-completion/bash_completion"

#: line typed -> line after TAB; "~" is the folder of files, HOST the name of the program
LINES = {
    # flags with "="
    "HOST run --network=fro": "HOST run --network=front_net ",
    "HOST run --pull=al": "HOST run --pull=always ",
    "HOST events --filter=type=im": "HOST events --filter=type=image ",
    "HOST run --ipc=container:ru": "HOST run --ipc=container:runs-1 ",
    "HOST run --env-file=~/environ": "HOST run --env-file=~/environ.txt ",
    "HOST run --network fro": "HOST run --network front_net ",
    "HOST events --filter ty": "HOST events --filter type=",
    "HOST events --filter type=im": "HOST events --filter type=image ",
    # names with ":"
    "HOST run host.ex": "HOST run host.example:5000/team/app:1.2 ",
    "HOST run host.example:50": "HOST run host.example:5000/team/app:1.2 ",
    "HOST rmi host.example:5000/team/app:1": "HOST rmi host.example:5000/team/app:1.2 ",
    "HOST cp run": "HOST cp runs-1:",
    "HOST cp runs-1:/et": "HOST cp runs-1:/etc/",
    "HOST cp ~/environ.txt runs-1:/etc/pass": "HOST cp ~/environ.txt runs-1:/etc/passwd ",
    "HOST --context default exec ru": "HOST --context default exec runs-1 ",
    # words, names, files, folders
    "HOST kill -s K": "HOST kill -s KILL ",
    "HOST exec -it ru": "HOST exec -it runs-1 ",
    "HOST exec runs-1 ~/envir": "HOST exec runs-1 ~/envir",
    "HOST build ~/fold": "HOST build ~/folder/",
    "HOST run --env-file ~/environ": "HOST run --env-file ~/environ.txt ",
    "HOST logs runs-1 --ta": "HOST logs runs-1 --tail ",
    "HOST run --log-driver gelf --log-opt gelf-addr": "HOST run --log-driver gelf --log-opt gelf-address=",
    # within a quote that is open
    "HOST ps --format '{{.Na": "HOST ps --format '{{.Names}}' ",
    "HOST ps --format 'table {{.ID}}:\\t{{.Na": "HOST ps --format 'table {{.ID}}:\\t{{.Names}}' ",
    "HOST inspect -f '{{json .State.Pi": "HOST inspect -f '{{json .State.Pid}}' ",
    "HOST exec 'runs": "HOST exec 'runs-1' ",
    # without quotes: fish leaves what closes a brace to whoever types
    "HOST ps --format {{.Na": "HOST ps --format {{.Names}} ",
    "HOST ps --format={{.Na": "HOST ps --format={{.Names}} ",
    r"HOST ps --format table\ {{.ID}}\ {{.Na": r"HOST ps --format table\ {{.ID}}\ {{.Names}} ",
    "HOST inspect -f {{.State.Pi": "HOST inspect -f {{.State.Pid}} ",
    "HOST inspect -f {{.State.Hea": "HOST inspect -f {{.State.Health",
    # nothing, and nothing said
    "HOST --host unix:///nonexistent.sock rm ": "HOST --host unix:///nonexistent.sock rm ",
    "HOST logs runs-1 $(touch ~/evil)": "HOST logs runs-1 $(touch ~/evil)",
    # docker's own plugins
    "HOST compo": "HOST compose ",
    "HOST compose up --no-st": "HOST compose up --no-start ",
    "HOST compose -f ~/comp": "HOST compose -f ~/compose.yaml ",
    "HOST buildx build --build-con": "HOST buildx build --build-context ",
}

#: how the program is called: commands of the shell before, the name that is typed
CALLED = {
    "bash": {
        "pydock": ([LIBRARY, "source <(pydock completion bash)"], "pydock"),
        "pydock without the library": (["source <(pydock completion bash)"], "pydock"),
        "an alias": ([LIBRARY, "alias docker=pydock", "source <(pydock completion bash)"], "docker"),
        "an alias that comes later": (
            [LIBRARY, "source <(pydock completion bash)", "alias d='pydock -D'", "complete -F _pydock_complete d"],
            "d",
        ),
        "a link": ([LIBRARY, "source <(docker completion bash)"], "docker"),
        "docker's own script": ([LIBRARY, "source <({theirs} completion bash)"], "docker"),
    },
    "zsh": {
        "pydock": (["source <(pydock completion zsh)"], "pydock"),
        "an alias": (["source <(pydock completion zsh)", "alias docker=pydock"], "docker"),
        "an alias that is not expanded": (
            [
                "setopt complete_aliases",
                "alias docker=pydock",
                "source <(pydock completion zsh)",
                "compdef _pydock docker",
            ],
            "docker",
        ),
        "a link": (["source <(docker completion zsh)"], "docker"),
    },
    "fish": {
        "pydock": (["pydock completion fish | source"], "pydock"),
        "an alias": (["pydock completion fish | source", "alias docker=pydock"], "docker"),
        "a link": (["docker completion fish | source"], "docker"),
    },
}
#: what docker's own script makes of lines otherwise: it knows no folders within a value, no quotes and no braces, and runs what is typed
THEIRS = {line for line in LINES if any(mark in line for mark in ("evil", "~/", "'", "{{"))}


class World:
    def __init__(self, engine: EngineProcess, home: Path, folders: dict[str, Path]) -> None:
        self.engine, self.home, self.folders = engine, home, folders


@pytest.fixture(scope="module")
def world(docker28: EngineProcess, pydock: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An engine with a few names, a home with plugins and files, and the program under each of its names."""
    home = tmp_path_factory.mktemp("h")
    for name in ("buildx", "compose"):
        engines.give_plugin(home, name)
    for name in ("environ.txt", "compose.yaml", "composition.txt"):
        (home / name).write_text("")
    (home / "folder").mkdir()
    (home / "folder.txt").write_text("")
    folders = {"docker": pydock.parent, "pydock": tmp_path_factory.mktemp("bin")}
    (folders["pydock"] / "pydock").symlink_to(pydock.resolve())

    def do(*argv: str) -> None:
        done = program(pydock, *argv, host=docker28.host)
        assert done.code == 0, (argv, done)

    do("run", "-d", "--name", "runs-1", "busybox", "sleep", "1000")
    do("network", "create", "front_net")
    do("tag", "busybox", "host.example:5000/team/app:1.2")
    yield World(docker28, home, folders)
    do("rm", "-f", "runs-1")
    do("network", "rm", "front_net")
    do("rmi", "host.example:5000/team/app:1.2")


@pytest.mark.parametrize(("shell", "called"), [(shell, called) for shell, ways in CALLED.items() for called in ways])
def test_a_line_after_tab(shell: str, called: str, world: World) -> None:
    setup, name = CALLED[shell][called]
    theirs = engines.real_docker()
    path = [world.folders["docker" if "link" in called or "script" in called else "pydock"]]
    one = Shell(
        shell, [line.format(theirs=theirs) for line in setup], path=path, home=world.home, host=world.engine.host
    )
    wrong = {}
    try:
        for typed, wanted in LINES.items():
            if called == "docker's own script" and typed in THEIRS:
                continue
            typed, wanted = (text.replace("HOST", name).replace("~", str(world.home)) for text in (typed, wanted))
            if shell == "fish" and wanted.endswith("}} "):
                wanted = wanted.removesuffix("}} ") + " "
            if (line := one.line_after_tab(typed)) != wanted:
                wrong[typed] = line
    finally:
        one.close()
    assert not wrong
    assert not (world.home / "evil").exists()


def values(host: str) -> list[tuple[str, str]]:
    """For each flag whose values are known: (the line up to the last letter of one, that letter)."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for path in COMMANDS:
        command = find(path)
        assert isinstance(command, Command)
        for flag in command.flags:
            sources = flag.sources if isinstance(flag.sources, str) else ""
            if flag.hidden or flag.is_bool or not sources or (flag.name, sources) in found:
                continue
            out = io.BytesIO()
            app = App(out, io.BytesIO(), io.BytesIO(), {"DOCKER_HOST": host, "HOME": "/nonexistent"}, "docker")
            run(app, ["__completeNoDesc", *path.split(), f"--{flag.name}", ""])
            app.close()
            *words, _ = out.getvalue().decode().splitlines()
            sure = [
                word for word in words if len(word) > 1 and sum(other.startswith(word[:-1]) for other in words) == 1
            ]
            if sure:
                found[flag.name, sources] = (f"{path} --{flag.name} {sure[-1][:-1]}", sure[-1][-1])
    return list(found.values())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_known_values_of_flags(shell: str, world: World, request: pytest.FixtureRequest) -> None:
    """Of every flag one, with --all; else of a few."""
    setup, name = CALLED[shell]["pydock"]
    asked = values(world.engine.host)
    assert len(asked) > 80
    if not request.config.getoption("--all"):
        asked = random.Random(shell).sample(asked, 8)
    one = Shell(shell, setup, path=[world.folders["pydock"]], home=world.home, host=world.engine.host)
    wrong = {}
    try:
        for typed, letter in asked:
            line = one.line_after_tab(f"{name} {typed}")
            if not line.startswith(f"{name} {typed}{letter}"):
                wrong[typed] = line
    finally:
        one.close()
    assert not wrong


#: what is typed -> what is shown: candidates with their descriptions
SHOWN = {
    "docker rm": {"rm": "Remove one or more containers", "rmi": "Remove one or more images"},
    "docker volume ls --format '{{.S": {"{{.Scope}}": "scope", "{{.Size}}": "size"},
    "docker network rm ": {"host": "host, local", "none": "null, local"},
    "docker run --pid": {"--pid": "PID namespace to use", "--pids-limit": "PIDs limit; -1 for unlimited"},
}
#: a candidate and its description, as a shell shows them
WRITTEN = {"bash": "{}  ({})", "zsh": "{} -- {}", "fish": "{}  ({})"}


@pytest.mark.parametrize("shell", list(WRITTEN))
def test_candidates_are_shown_with_their_descriptions(shell: str, world: World) -> None:
    """Where there are several: a single one is put into the line, without."""
    setup = {
        "bash": [LIBRARY, "source <(docker completion bash)"],
        "zsh": ["source <(docker completion zsh)"],
        "fish": ["docker completion fish | source"],
    }
    one = Shell(shell, setup[shell], path=[world.folders["docker"]], home=world.home, host=world.engine.host)
    try:
        for typed, candidates in SHOWN.items():
            last = next(reversed(candidates.values())).split()[-1]
            shown = " ".join(one.shown_after_tab(typed, last).split())
            for name, about in candidates.items():
                assert " ".join(WRITTEN[shell].format(name, about).split()) in shown, (typed, name)
        assert one.line_after_tab("docker volume pr") == "docker volume prune "
    finally:
        one.close()


def test_bash_cuts_descriptions_where_the_terminal_ends(world: World) -> None:
    for columns, wanted in ((60, "clone    (Create a volume with the content, driver, opt...)"), (18, "clone")):
        setup = [LIBRARY, "source <(docker completion bash)"]
        one = Shell(
            "bash", setup, path=[world.folders["docker"]], home=world.home, host=world.engine.host, columns=columns
        )
        try:
            lines = [line.rstrip() for line in one.shown_after_tab("docker volume ", "prune").splitlines()]
            assert wanted in lines
        finally:
            one.close()


def test_fish_offers_no_guesses(world: World) -> None:
    """Nothing of what others have said of a program of this name, or fish has drawn from its man page."""
    setup = ["complete -c docker -l guessed-from-a-man-page", "docker completion fish | source"]
    one = Shell("fish", setup, path=[world.folders["docker"]], home=world.home, host=world.engine.host)
    try:
        assert one.line_after_tab("docker --guess") == "docker --guess"
    finally:
        one.close()


def test_powershell_puts_values_behind_their_flag() -> None:
    """It is not installed here: the script's own words."""
    text = script("powershell", "docker")
    assert '"$begin$word"' in text and "__complete" in text and "_activeHelp_" in text
