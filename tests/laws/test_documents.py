"""What the documents name is there: files, tests, the nouns of App; code that they show is the project's own."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import pytest

from pydock.app import App
from tests.conftest import PORTABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "pydock" / "README.md",
    *sorted((ROOT / "man" / "src").rglob("*.md")),
    *sorted((ROOT / ".github").rglob("*.[my]*")),
    ROOT / ".pre-commit-config.yaml",
]
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
    named |= set(re.findall(r"\]\(([^):#]+)\)", text))
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


def test_what_any_system_runs_is_there() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert not PORTABLE - there


def test_the_security_policy_names_tests() -> None:
    assert len(re.findall(r"`test_\w+`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))) > 20


def test_the_nouns_of_app_are_those_of_the_architecture_page() -> None:
    text = (ROOT / "pydock" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `app\.(\w+)`", text, re.M))
    assert named == {name for name, value in vars(App).items() if isinstance(value, cached_property)}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "pydock/README.md"])
def test_code_that_a_page_shows_is_the_project_s(page: str) -> None:
    shown = SHOWN.findall((ROOT / page).read_text(encoding="utf-8"))
    assert shown
    for file, text in shown:
        there = (ROOT / file).read_text(encoding="utf-8").splitlines()
        lines = [line for line in text.splitlines() if line.strip() not in ("", "...")]
        assert not [line for line in lines if line not in there]
