"""What the documents name is there: files, tests, the nouns of App; code that they show is the project's own, or works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path

import pytest

from pydock.app import App
from tests.conftest import PORTABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "pydock" / "README.md",
    *sorted((ROOT / ".github").rglob("*.[my]*")),
    ROOT / ".pre-commit-config.yaml",
]
SHOWN = re.compile(r"^`([\w/.]+)`(?:, after `([^`]+)`)?:\n\n```\w+\n(.*?)^```$", re.M | re.S)
#: (file, the line that it is written after, text) of the example
EXAMPLE = SHOWN.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
#: files that the example makes
MADE = {file for file, after, _ in EXAMPLE if not after}


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
    assert not [name for name in named - MADE if not any((folder / name).exists() for folder in folders)]
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


def test_code_that_the_architecture_page_shows_is_the_package_s() -> None:
    shown = SHOWN.findall((ROOT / "pydock" / "README.md").read_text(encoding="utf-8"))
    assert shown
    for file, _, text in shown:
        there = (ROOT / file).read_text(encoding="utf-8").splitlines()
        lines = [line for line in text.splitlines() if line.strip() not in ("", "...")]
        assert not [line for line in lines if line not in there]


def test_the_example_of_a_new_command_works(tmp_path: Path) -> None:
    """As the page tells it, in a copy of the tree. Where it has become a command of ours the page needs another example."""
    for folder in ("pydock", "tests", "man", "completions"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "live"))
    for file, after, text in EXAMPLE:
        path = tmp_path / file
        if after:
            before = path.read_text(encoding="utf-8")
            assert f"\n{after}\n" in before
            text = before.replace(f"\n{after}\n", f"\n{after}\n{text}", 1)
        else:
            assert not path.exists(), f"{file} is in the tree"
        path.write_text(text, encoding="utf-8")
    assert len(EXAMPLE) > 3

    def python(*argv: str) -> None:
        done = subprocess.run(
            [sys.executable, *argv], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    python("-m", "pydock.generate")
    tests = [file for file in MADE if file.startswith("tests/")]
    laws = ["tests/laws/test_commands.py", "tests/laws/test_rooms.py"]
    # of the laws those that see what is new
    new = " or ".join(sorted({*(Path(file).stem for file in MADE), "circle"}))
    python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", new, *tests, *laws)
