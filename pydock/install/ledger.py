"""What `setup` has made, kept in a file of the user's state folder, so that it can be undone and brought up to date."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from pydock.errors import Failure, first_line
from pydock.files.atomic import write_whole
from pydock.files.xdg import user_folder
from pydock.go.json import decode, dumps
from pydock.values import record

SHAPE = {"docker": str, "made": {str: [str]}, "folders": [str]}


@record
class Ledger:
    """docker: what was asked of the name "docker"; made: path -> the marks that it may have, as an update that was cut may leave
    the old one; folders: those that were missing, outer ones first."""

    docker: str = ""
    made: Mapping[str, tuple[str, ...]] = {}
    folders: tuple[str, ...] = ()


def ledger_path(environ: Mapping[str, str]) -> str:
    return os.path.join(user_folder(environ, "STATE"), "pydock", "setup.json")


def read_ledger(path: str) -> Ledger:
    """An empty one if there is none. Raises Failure."""
    try:
        with open(path, "rb") as file:
            found = decode(file.read(), SHAPE)
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        raise Failure(f"open {path}: {first_line(error)}") from None
    except ValueError as error:
        raise Failure(f"{path} does not tell what setup has made: {first_line(error)}") from None
    made = {name: tuple(marks) for name, marks in found["made"].items()}
    return Ledger(found["docker"], made, tuple(found["folders"]))


def write_ledger(path: str, ledger: Ledger) -> None:
    """Raises Failure."""
    made = {name: list(marks) for name, marks in sorted(ledger.made.items())}
    text = dumps({"docker": ledger.docker, "made": made, "folders": list(ledger.folders)}, indent="  ")
    write_whole(path, [text.encode("utf-8", "surrogateescape"), b"\n"])


def mark(content: bytes | str) -> str:
    """Tells contents apart: of a file (bytes), or of a link (where it points)."""
    return f"link:{content}" if isinstance(content, str) else f"sha256:{hashlib.sha256(content).hexdigest()}"


def mark_of(path: str) -> str:
    """Of what is there; "" if nothing is, "other" if it is neither file nor link. Raises Failure."""
    try:
        if os.path.islink(path):
            return mark(os.readlink(path))
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return mark(file.read())
        return "other" if os.path.lexists(path) else ""
    except OSError as error:
        raise Failure(f"{path}: {first_line(error)}") from None
