"""The example of CONTRIBUTING.md, "Add a command": whoever forgets one of its steps is told so by the checks that it names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: what of a checkout the checks look into
PARTS = (
    "pydock",
    "tests",
    "man",
    "completions",
    "scripts",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
)
#: the checks that the page names, as far as they tell of the steps; all together they would take long
COMMANDS, JSON, TESTS, GENERATED = (f"tests/laws/test_{name}.py" for name in ("commands", "json", "tests", "generated"))
UNIT = "tests/unit/commands/test_volume.py"


def without(file: str, pattern: str) -> Callable[[Path], None]:
    """Leaves out what the pattern matches."""

    def forget(root: Path) -> None:
        path = root / file
        text = path.read_text(encoding="utf-8")
        left = re.sub(pattern, "", text, count=1, flags=re.M | re.S)
        assert left != text, "the step is no longer where this test looks for it"
        path.write_text(left, encoding="utf-8")

    return forget


#: a step of the page -> how it is forgotten, and who tells of it
STEPS: dict[str, tuple[Callable[[Path], None], str]] = {
    "1. the endpoint": (without("pydock/api/volumes.py", r"^def list_volumes\(.*?(?=^def )"), f"{UNIT}::test_volumes_are_listed"),
    "2. a title of the view": (without("pydock/views/volumes.py", r'"Driver": "DRIVER", '), f"{UNIT}::test_volumes_are_listed"),
    "2. the view's fields": (without("pydock/views/volumes.py", r'^        "Labels": \(lambda v: [^\n]*\n'), JSON),
    "3. the command": (without("pydock/commands/volume.py", r'^@command\("volume ls".*?(?=^@|^class |^def (?!ls))'), GENERATED),
    "3. a flag": (without("pydock/commands/volume.py", r'^    cluster: bool = flag\("--cluster"[^\n]*\n'), COMMANDS),
    "4. the group's description": (without("pydock/generate/index.py", r'"volume": "[^"]*",?'), GENERATED),
    "5. a test": (lambda root: (root / UNIT).unlink(), TESTS),
    "6. the man page's text": (without("man/src/commands/objects.md", r"^# pydock volume ls\n.*?(?=^# )"), GENERATED),
    "what is generated": (without("man/man1/pydock-volume-ls.1", r"^\.SH DESCRIPTION"), GENERATED),
    "the recorded requests": (without("man/src/requests.json", r' "volume ls": \[.*?\],?\n'), GENERATED),
}  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, folder / name)
    return folder


def checked(checkout: Path, tests: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider", *tests.split()]
    env = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(words, cwd=checkout, env=env, capture_output=True, text=True, timeout=170, check=False)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_forgotten_is_told(step: str, checkout: Path) -> None:
    forget, tests = STEPS[step]
    kept = {name: (checkout / name).read_bytes() for name in FILES}
    try:
        forget(checkout)
        done = checked(checkout, tests)
        assert done.returncode in (1, 2) and re.search(r"volume|index", done.stdout + done.stderr), (
            done.stdout + done.stderr
        )
    finally:
        for name, data in kept.items():
            (checkout / name).write_bytes(data)


#: those that a step may change
FILES = (
    "pydock/api/volumes.py", "pydock/views/volumes.py", "pydock/commands/volume.py", "pydock/generate/index.py", UNIT,
    "man/src/commands/objects.md", "man/man1/pydock-volume-ls.1", "man/src/requests.json",
)  # fmt: skip


def test_with_all_steps_the_command_is_whole(checkout: Path) -> None:
    """The checks pass, and it has its help, its completion and its page."""
    done = checked(checkout, f"{UNIT} {JSON} {TESTS} {GENERATED}")
    assert done.returncode == 0, done.stdout
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(checkout)}
    for words, wanted in (
        (("volume", "ls", "--help"), "List volumes"),
        (("__complete", "volume", "l"), "ls\tList volumes\n"),
        (("__complete", "volume", "ls", "--clus"), "--cluster\t"),
    ):
        words = (sys.executable, "-P" if sys.version_info >= (3, 11) else "-s", "-m", "pydock", *words)
        assert wanted in subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "List volumes" in (checkout / "man/man1/pydock-volume-ls.1").read_text(encoding="utf-8").replace("\\-", "-")
