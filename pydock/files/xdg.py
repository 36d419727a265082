"""The folders of a user, by the XDG base directory specification."""

from __future__ import annotations

import os
from collections.abc import Mapping

DEFAULTS = {"CONFIG": ".config", "DATA": ".local/share", "STATE": ".local/state"}


def home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


def user_folder(environ: Mapping[str, str], kind: str) -> str:
    """kind: "CONFIG", "DATA", "STATE". A path that is not absolute does not count, as the specification wants it."""
    given = environ.get(f"XDG_{kind}_HOME", "")
    return given if os.path.isabs(given) else os.path.join(home(environ), DEFAULTS[kind])
