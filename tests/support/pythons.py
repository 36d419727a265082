"""The Pythons of this machine that pydock is for, whichever runs the tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

OLDEST, NEWEST = 10, 15


@cache
def pythons() -> dict[str, str]:
    """ "3.10" -> its program: on the PATH, of the system, or made by pyenv."""
    candidates = [sys.executable, "/usr/bin/python3", *map(str, Path.home().glob(".pyenv/versions/3.*/bin/python3"))]
    candidates += filter(None, (shutil.which(f"python3.{minor}") for minor in range(OLDEST, NEWEST + 1)))
    found: dict[str, str] = {}
    for program in candidates:
        ask = [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            version = subprocess.run(ask, capture_output=True, text=True, timeout=30, check=True).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            continue
        if version.startswith("3.") and OLDEST <= int(version[2:]) <= NEWEST:
            found.setdefault(version, program)
    return dict(sorted(found.items(), key=lambda item: int(item[0][2:])))


if __name__ == "__main__":
    print("\n".join(pythons().values()))
