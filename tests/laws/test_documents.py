"""What the documents name is there: files, tests, the nouns of App; code that they show is the project's own."""

from __future__ import annotations

import re
import shlex
from functools import cached_property
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pydock.app import App
from pydock.cli.params import Command
from pydock.cli.pflag import BadFlag, FlagSet
from pydock.cli.tree import find
from pydock.config.globals import Globals
from tests.conftest import PORTABLE
from tests.pictures.scenes import SCENES
from tests.support.consoles import steps

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "pydock" / "README.md",
    *sorted((ROOT / "man" / "src").rglob("*.md")),
    *sorted((ROOT / ".github").rglob("*.[my]*")),
    ROOT / ".pre-commit-config.yaml",
]
#: what pages show in the place of a command: of plugins, misspelt
ELSEWHERE = {"compose", "buildx", "strat", "…"}
#: and flags that are wrong, to show what comes of it
WRONG = {"--nosuch"}
SHOWN = re.compile(r"`([\w/.]+)`:\n\n```\w+\n(.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_test_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(
        re.findall(
            r"(?<![\w/.~-])(?:(?:pydock|tests|scripts|completions|man|\.github)/[\w./-]*[\w/]|[A-Z]{4,}\.md|pyproject\.toml)",
            text,
        )
    )
    if page.parent.name == "pydock":
        # of a folder of this package
        named |= set(re.findall(r"`([a-z]+/(?:\w+\.py)?)`", text))
    folders = (ROOT, page.parent)
    assert not [name for name in named if not any((folder / name).exists() for folder in folders)]
    tests = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8"))
    }
    words = SHOWN.sub("", text)
    assert set(re.findall(r"(?<![\w/])test_\w+(?![\w.])", words)) <= tests


def links(page: Path) -> list[str]:
    """Where its links and pictures lead."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    parts = [child for token in tokens for child in token.children or ()]
    return [str(part.attrs.get("href") or part.attrs["src"]) for part in parts if part.type in ("link_open", "image")]


def anchors(page: Path) -> set[str]:
    """What links to its sections end in, as forges make it of their titles."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [p for p in PAGES if p.suffix == ".md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        if ":" in link:
            # of the web: not asked here
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


def test_the_pictures_of_readme_are_those_that_are_made() -> None:
    """By scripts/picture, from real commands; small, and without a path of the machine that made them."""
    folder = ROOT / ".github"
    shown = [link for link in links(ROOT / "README.md") if link.endswith(".svg")]
    assert sorted(shown) == sorted(f".github/{name}" for name in SCENES)
    assert {path.name for path in folder.glob("*.svg")} == set(SCENES)
    for name in SCENES:
        text = (folder / name).read_text(encoding="utf-8")
        assert len(text) < 40_000 and not re.search(r"/(?:tmp|home|root|work|usr)/|docker\.io", text), name


def test_what_any_system_runs_is_there() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert not PORTABLE - there


def test_the_security_policy_names_tests() -> None:
    assert len(re.findall(r"`test_\w+`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))) > 20


def test_the_nouns_of_app_are_those_of_the_architecture_page() -> None:
    text = (ROOT / "pydock" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `app\.(\w+)`", text, re.M))
    assert named == {name for name, value in vars(App).items() if isinstance(value, cached_property)}


def command_lines(text: str) -> list[list[str]]:
    """The words after "pydock", or "docker", of each command in the console blocks."""
    out = []
    for step in steps(text):
        # comments, and what the shell makes of pipes, lists and substitutions, aside
        lexer = shlex.shlex(step.command, posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words = list(lexer)
        for start, word in enumerate(words):
            if word in ("pydock", "docker") and (
                start == 0 or set(words[start - 1]) <= set("|&;(") or "=" in words[start - 1]
            ):
                end = next((i for i in range(start, len(words)) if set(words[i]) <= set("|&;<>()")), len(words))
                out.append(
                    [
                        w
                        for w in words[start + 1 : end]
                        if not (w == words[end - 1] and w.isdigit() and words[end : end + 1])
                    ]
                )
    return out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_a_page_shows_are_those_that_there_are(page: Path) -> None:
    """With their flags, and values that these take."""
    if page.suffix != ".md":
        return
    for words in command_lines(page.read_text(encoding="utf-8")):
        rest = FlagSet(Globals.flag_specs, interspersed=False).parse(words).words
        length = next((n for n in range(min(3, len(rest)), 0, -1) if isinstance(find(" ".join(rest[:n])), Command)), 0)
        if not length:
            # a plugin's, a misspelt one, or flags alone
            assert not rest or rest[0] in ELSEWHERE, words
            continue
        command = find(" ".join(rest[:length]))
        assert isinstance(command, Command)
        try:
            FlagSet(command.flags, command.note.interspersed, lambda _: b"").parse(rest[length:])
        except BadFlag as error:
            assert WRONG & set(words), (words, str(error))


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "pydock/README.md"])
def test_code_that_a_page_shows_is_the_project_s(page: str) -> None:
    shown = SHOWN.findall((ROOT / page).read_text(encoding="utf-8"))
    assert shown
    for file, text in shown:
        there = (ROOT / file).read_text(encoding="utf-8").splitlines()
        lines = [line for line in text.splitlines() if line.strip() not in ("", "...")]
        assert not [line for line in lines if line not in there]
