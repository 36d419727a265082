"""Derived files are fresh, and they work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pydock.api.endpoints import ENDPOINTS
from pydock.cli.index import COMMANDS, GROUPS
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.config.globals import Globals
from pydock.generate import sources

ROOT = Path(__file__).resolve().parents[2]


def test_generated_files_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pydock.generate", "--check"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("shell", "name"), [("bash", "pydock.bash"), ("zsh", "_pydock"), ("fish", "pydock.fish")])
def test_completion_scripts_are_valid(shell: str, name: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", str(ROOT / "completions" / name)], check=True, timeout=30)


def test_bash_completes(pydock: Path) -> None:
    """The script, in a real bash, with the program on the PATH."""
    script = f"""
        source {ROOT}/completions/pydock.bash
        pydock() {{ {pydock} "$@"; }}
        COMP_WORDS=(pydock run --pul); COMP_CWORD=2; COMP_LINE="pydock run --pul"; COMP_POINT=16
        _pydock_complete; echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["--pull"], done.stderr


PAGES = sorted((ROOT / "man").glob("man?/*"))


def test_man_pages_are_roff() -> None:
    assert len(PAGES) > 150
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert ".TH" in text and ".SH NAME" in text
        # a line that starts with a dot must be a request
        requests = {line.split()[0][1:] for line in text.splitlines() if line.startswith(".")}
        assert requests <= {"TH", "SH", "SS", "TP", "PP", "IP", "RS", "RE", "nf", "fi", "nh", "ad", '\\"'}, page.name


def test_man_pages_are_clean() -> None:
    """Where the programs that show them are not there, the tests on engines install them."""
    check_pages()


def check_pages() -> None:
    """By both programs, as far as they are there."""
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-T", "lint", *PAGES], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (0, "")
    if shutil.which("groff"):
        words = ["groff", "-man", "-ww", "-K", "utf8", "-T", "utf8", "-z", *PAGES]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")


#: a plugin's command, and those that only tell that they were removed
WITHOUT_EXAMPLES = ("bake", "trust")


def test_every_command_has_its_sections() -> None:
    """Those that have something to say, of which a page of docker's says nothing."""
    for path in COMMANDS:
        text = (ROOT / "man" / "man1" / f"pydock-{path.replace(' ', '-')}.1").read_text(encoding="utf-8")
        titles = re.findall(r"^\.SH (.*)$", text, re.M)
        for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES", "SEE ALSO"):
            assert titles.count(title) == 1, (path, title)
        assert ("FILTERS" in titles) == ("\\fB\\-\\-filter\\fR" in text), path
        command = find(path)
        assert isinstance(command, Command)
        first = command.note.paths[0]
        assert ("EXAMPLES" in titles) == (not first.startswith(WITHOUT_EXAMPLES)), path
        assert ("REQUESTS" in titles) == (first in sources.requests()), path
        text = " ".join(text.replace("\\-", "-").split())
        shown = [flag for flag in command.flags if not flag.hidden]
        assert not [flag.name for flag in shown if f"--{flag.name}" not in text], path
        assert all(f"API {flag.since}" in text for flag in shown if flag.since), path


def test_texts_belong_to_commands() -> None:
    """Those of man/src/commands, and the recorded requests: of commands that are there, to endpoints that are there."""
    first = {command.note.paths[0] for command in map(find, COMMANDS) if isinstance(command, Command)}
    assert sources.texts().keys() <= {"", *first, *GROUPS}
    assert sources.requests().keys() <= first
    for endpoint in {each for asked in sources.requests().values() for each in asked}:
        method, path = endpoint.split(" ")
        assert method in ENDPOINTS[path].split(), endpoint


def test_texts_name_flags_that_are_there() -> None:
    """Those of the command itself, or of the one that a text speaks of."""
    commands = [command for command in map(find, COMMANDS) if isinstance(command, Command)]
    there = {name for command in commands for flag in (*command.flags, *Globals.flag_specs) for name in flag.longs} | {
        "help"
    }
    for path, texts in sources.texts().items():
        named = set(re.findall(r"`--([a-z][\w-]*\w)(?![\w-])", "".join(texts.values())))
        assert named <= there, (path, named - there)


def test_references_lead_to_pages() -> None:
    names = {page.name for page in PAGES}
    for page in PAGES:
        for name, section in re.findall(r"\\fB(pydock[^ ]*?)\\fR\(([157])\)", page.read_text(encoding="utf-8")):
            assert f"{name}.{section}".replace("\\-", "-") in names, page.name


def test_every_command_is_described() -> None:
    """In a sentence or more: its one line of help says what it does, not what it is for."""
    for path in COMMANDS:
        command = find(path)
        assert isinstance(command, Command)
        text = sources.texts().get(command.note.paths[0], {}).get("") or command.note.description
        assert text, (
            f"{path}: a few sentences, under '# pydock {command.note.paths[0]}' in man/src/commands, are missing"
        )
