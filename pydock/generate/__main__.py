"""`python -m pydock.generate`: write all generated files; `--check` only reports stale ones."""

from pydock import current_folder

current_folder.leave()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


INDEX = ROOT / "pydock" / "cli" / "index.py"
#: a folder for each section, as `man -M man` wants it
MAN = ROOT / "man"
WARM = ROOT / "pydock" / "warm" / "table.py"


def derived() -> dict[Path, str]:
    """The files generated from the index, and their texts: imported only here, after the index is up to date."""
    from pydock.generate import man
    from pydock.render import completion

    files = {ROOT / "completions" / name: text for name, text in completion.scripts().items()}
    return files | {MAN / f"man{name[-1]}" / name: text for name, text in man.pages().items()}


def main() -> int:
    """Write stale files (with --check: only list them); returns the exit code."""
    from pydock.generate import index

    check = "--check" in sys.argv[1:]
    stale = refresh({INDEX: index.render(), WARM: index.render_warm()}, check)
    files = derived()
    stale += refresh(files, check)
    for folder in (ROOT / "completions", MAN, *MAN.glob("man?")):
        for path in folder.iterdir():
            if path not in files and path.is_file():
                stale.append(path)
                if not check:
                    path.unlink()
    for path in stale:
        print(("stale: " if check else "wrote ") + str(path.relative_to(ROOT)))
    return int(check and bool(stale))


def refresh(files: dict[Path, str], check: bool) -> list[Path]:
    """The stale files, rewritten unless `check`."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in () if check else stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
