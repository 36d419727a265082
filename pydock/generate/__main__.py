"""`python -m pydock.generate`: write every derived file; `--check` only tells whether they are fresh."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def outputs() -> dict[Path, str]:
    """Every generated file and its text. The index comes first: the others read it."""
    from pydock.generate import index, man
    from pydock.render import completion

    files = {ROOT / "pydock" / "cli" / "index.py": index.render()}
    files |= {ROOT / "completions" / name: text for name, text in completion.scripts().items()}
    files |= {ROOT / "man" / name: text for name, text in man.pages().items()}
    return files


def main() -> int:
    """Write what is stale (with --check: name it); returns the exit code."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path, text in outputs().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                path.write_text(text, encoding="utf-8")
    for folder in ("completions", "man"):
        for path in (ROOT / folder).iterdir():
            if path not in outputs():
                stale.append(path)
                if not check:
                    path.unlink()
    for path in stale:
        print(("stale: " if check else "wrote ") + str(path.relative_to(ROOT)))
    if not check and any(path.name == "index.py" for path in stale):
        # the rest is derived from the index: once more, with the new one
        return subprocess.call([sys.executable, "-m", "pydock.generate"])
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
