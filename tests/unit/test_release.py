"""What keeps scripts/release from building."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from pydock import __version__

SCRIPT = Path(__file__).parents[2] / "scripts" / "release"


@pytest.fixture(scope="module")
def release() -> ModuleType:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader = SourceFileLoader("release", str(SCRIPT))
    spec = spec_from_loader("release", loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


@pytest.mark.parametrize(
    ("changelog", "status", "tags", "wrong"),
    [
        ("## [Unreleased]\n\n## [1.0.0] - 2026-01-31\n", "", "v0.9.0\n", []),
        ("## [Unreleased]\n", "", "", ['no section "## [1.0.0] - DATE"']),
        ("## [1x0.0] - 2026-01-31\n## [1.0.0]\n", "", "", ["no section"]),
        ("## [1.0.0] - 2026-02-31\n", "", "", ["2026-02-31 is no date"]),
        ("## [1.0.0] - soon\n", " M README.md\n", "v1.0.0\nv0.9.0\n", ["soon is no date", "not committed", "raise __version__"]),
    ],
)  # fmt: skip
def test_what_keeps_it_from_being_a_release(
    release: ModuleType, changelog: str, status: str, tags: str, wrong: list[str]
) -> None:
    told = release.not_ready("1.0.0", changelog, status, tags)
    assert len(told) == len(wrong) and all(words in line for words, line in zip(wrong, told))


def test_there_is_one_version(release: ModuleType) -> None:
    assert release.version() == __version__ and re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_nothing_of_others_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    words = [sys.executable, str(SCRIPT), "--draft", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"release: {tmp_path} is not empty\n")
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]
