"""Derived files are fresh, and they work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_man_pages_are_roff() -> None:
    pages = sorted((ROOT / "man").glob("man*/*.*"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text()
        assert ".TH" in text and ".SH NAME" in text
        # a line that starts with a dot must be a request
        assert all(
            line[1:3] in ("TH", "SH", "TP", "BR", "B ", '\\"') for line in text.splitlines() if line.startswith(".")
        ), page.name
