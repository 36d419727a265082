"""Where this user's shells and man look, and which program they are to find."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping

from pydock import programs
from pydock.files.xdg import home, user_folder

SHELLS = ("bash", "zsh", "fish", "powershell")


def completion_path(shell: str, name: str, environ: Mapping[str, str]) -> str:
    """Where the completion script for a program of that name belongs."""
    data = user_folder(environ, "DATA")
    if shell == "bash":
        given = environ.get("BASH_COMPLETION_USER_DIR", "").partition(":")[0]
        return os.path.join(given or os.path.join(data, "bash-completion"), "completions", name)
    if shell == "zsh":
        return os.path.join(data, "zsh", "site-functions", f"_{name}")
    if shell == "fish":
        return os.path.join(user_folder(environ, "CONFIG"), "fish", "completions", f"{name}.fish")
    # PowerShell looks nowhere by itself: its profile has to read it
    return os.path.join(data, "pydock", f"{name}.ps1")


def has_shell(shell: str, environ: Mapping[str, str]) -> bool:
    return bool(programs.find("pwsh" if shell == "powershell" else shell, environ))


def bin_folder(environ: Mapping[str, str]) -> str:
    return os.path.join(home(environ), ".local", "bin")


def man_folder(environ: Mapping[str, str]) -> str:
    """man takes it from bin_folder, if that is on the PATH: so XDG_DATA_HOME does not count."""
    return os.path.join(home(environ), ".local", "share", "man")


def this_program() -> str:
    """The program that runs now: a script, or the single file; links are followed."""
    started = os.path.realpath(sys.argv[0])
    if os.path.basename(started) != "__main__.py":
        return started
    return os.path.join(sysconfig.get_path("scripts"), "pydock")


def found_elsewhere(name: str, environ: Mapping[str, str]) -> str:
    """The program of that name on the PATH, apart from bin_folder and a virtual environment that is active now; "" if there
    is none."""
    active = environ.get("VIRTUAL_ENV", "")
    passed = {os.path.realpath(f) for f in (bin_folder(environ), active and os.path.join(active, "bin")) if f}
    return programs.find_in(name, [f for f in programs.folders(environ) if os.path.realpath(f) not in passed])
