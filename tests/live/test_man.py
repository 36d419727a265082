"""The man pages, by the programs that show them: installed here, where the laws use those that are there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.laws.test_generated import PAGES, ROOT, check_pages
from tests.support import engines

pytestmark = pytest.mark.live


@pytest.fixture(scope="module", autouse=True)
def readers() -> None:
    try:
        engines.install_readers()
    except engines.Unavailable as why:
        pytest.skip(f"man pages cannot be shown here: {why}")


def test_pages_are_clean() -> None:
    check_pages()


@pytest.mark.parametrize("page", ["pydock", "pydock-run", "pydock-api.5", "pydock-beyond", "pydock-rest"])
def test_man_finds_and_shows(page: str, tmp_path: Path) -> None:
    name, _, section = page.partition(".")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "MANWIDTH": "80",
        "MAN_KEEP_FORMATTING": "",
    }
    words = ["man", "--warnings", "-M", str(ROOT / "man"), *([section] if section else []), name]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("(")[0].strip() == name.upper() and "NAME" in done.stdout
    assert any(path.stem == name for path in PAGES)
