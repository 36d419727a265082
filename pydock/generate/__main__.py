"""`python -m pydock.generate`: write every derived file; `--check` only tells whether they are fresh."""

from pydock import current_folder

current_folder.leave()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


INDEX = ROOT / "pydock" / "cli" / "index.py"


def derived() -> dict[Path, str]:
    """Every file that is made of the index, and its text: imported only here, when the index is fresh."""
    from pydock.generate import man
    from pydock.render import completion

    files = {ROOT / "completions" / name: text for name, text in completion.scripts().items()}
    return files | {ROOT / "man" / name: text for name, text in man.pages().items()}


def main() -> int:
    """Write what is stale (with --check: name it); returns the exit code."""
    from pydock.generate import index

    check = "--check" in sys.argv[1:]
    stale = refresh({INDEX: index.render()}, check)
    files = derived()
    stale += refresh(files, check)
    for folder in ("completions", "man"):
        for path in (ROOT / folder).iterdir():
            if path not in files:
                stale.append(path)
                if not check:
                    path.unlink()
    for path in stale:
        print(("stale: " if check else "wrote ") + str(path.relative_to(ROOT)))
    return int(check and bool(stale))


def refresh(files: dict[Path, str], check: bool) -> list[Path]:
    """Those that are stale, written anew unless `check`."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in () if check else stale:
        path.write_text(files[path], encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
