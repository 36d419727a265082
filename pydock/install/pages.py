"""The man pages that came with this installation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import is_zipfile

#: the last two parts of a page's path: "man1", "pydock-run.1"
PAGE = re.compile(r"man[1-9]/pydock[^/]*\.[1-9]")


def pages() -> dict[str, bytes]:
    """ "man1/pydock-run.1" -> its text. Nothing where the installation has none. Raises OSError."""
    return dict(beside()) or dict(recorded())


def beside() -> Iterator[tuple[str, bytes]]:
    """In the folder "man" beside the package: in a checkout, and in the single file."""
    spec = util.find_spec("pydock")
    above = Path(spec.origin).parents[1] if spec and spec.origin else Path()
    root = ZipPath(above) if is_zipfile(above) else above
    folder = root / "man"
    for section in folder.iterdir() if folder.is_dir() else ():
        for page in section.iterdir() if section.is_dir() else ():
            name = f"{section.name}/{page.name}"
            if PAGE.fullmatch(name):
                yield name, page.read_bytes()


def recorded() -> Iterator[tuple[str, bytes]]:
    """Where pip, pipx, uv or a system's packages have put them, and noted it."""
    try:
        files = metadata.files("pydock-cli") or []
    except metadata.PackageNotFoundError:
        return
    for path in files:
        name = "/".join(path.parts[-2:])
        if PAGE.fullmatch(name):
            yield name, path.read_binary()
