"""The lines that a shell's start file needs: they are shown, and the files are left to their owner."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from pydock import programs
from pydock.files.xdg import home, user_folder
from pydock.install import places
from pydock.values import record

#: what loads bash's completions, where it is installed
BASH_COMPLETION = (
    "usr/share/bash-completion/bash_completion", "usr/local/share/bash-completion/bash_completion", "etc/bash_completion",
    "usr/local/etc/profile.d/bash_completion.sh", "opt/homebrew/etc/profile.d/bash_completion.sh",
)  # fmt: skip


@record
class Lines:
    """file: whose start file; "" is a note."""

    file: str
    text: tuple[str, ...]


def advice(environ: Mapping[str, str], docker: str, system: str = "/") -> list[Lines]:
    """docker: what was asked of that name; system: where the files of all users are."""
    return [*_path(environ), *_bash(environ, docker, system), *_zsh(environ, docker), *_fish(environ, docker), *_powershell(environ, docker)]  # fmt: skip


def _names(docker: str) -> list[str]:
    return ["pydock"] if docker == "none" else ["pydock", "docker"]


def _alias(shell: str, docker: str) -> list[str]:
    word = {"powershell": "Set-Alias docker pydock"}.get(shell, "alias docker=pydock")
    return [word] if docker == "alias" else []


def _path(environ: Mapping[str, str]) -> Iterator[Lines]:
    """Programs, and man pages: man looks beside the folders of the PATH."""
    if os.path.realpath(places.bin_folder(environ)) not in map(os.path.realpath, programs.folders(environ)):
        yield Lines("~/.profile", ('export PATH="$HOME/.local/bin:$PATH"',))


def _bash(environ: Mapping[str, str], docker: str, system: str) -> Iterator[Lines]:
    if not places.has_shell("bash", environ):
        return
    starts = [os.path.join(home(environ), ".bashrc"), *(os.path.join(system, "etc", name) for name in ("bash.bashrc", "bashrc"))]  # fmt: skip
    loads = any(os.path.exists(os.path.join(system, path)) for path in BASH_COMPLETION) and _mention(starts, "bash_completion")  # fmt: skip
    paths = [places.completion_path("bash", name, environ) for name in _names(docker)]
    wanted = [*_alias("bash", docker), *(f"source {_short(path, environ)}" for path in paths if not loads)]
    yield from _missing("~/.bashrc", starts[0], wanted)


def _zsh(environ: Mapping[str, str], docker: str) -> Iterator[Lines]:
    if not places.has_shell("zsh", environ):
        return
    folder = os.path.dirname(places.completion_path("zsh", "pydock", environ))
    start = os.path.join(environ.get("ZDOTDIR") or home(environ), ".zshrc")
    wanted = _alias("zsh", docker)
    if not _mention([start], folder) and not _mention([start], _tail(folder, environ)):
        wanted += [f"fpath=({_short(folder, environ)} $fpath)", "autoload -Uz compinit && compinit"]
    yield from _missing(_short(start, environ), start, wanted)


def _fish(environ: Mapping[str, str], docker: str) -> Iterator[Lines]:
    if places.has_shell("fish", environ):
        start = os.path.join(user_folder(environ, "CONFIG"), "fish", "config.fish")
        yield from _missing(_short(start, environ), start, _alias("fish", docker))


def _powershell(environ: Mapping[str, str], docker: str) -> Iterator[Lines]:
    if places.has_shell("powershell", environ):
        start = os.path.join(user_folder(environ, "CONFIG"), "powershell", "Microsoft.PowerShell_profile.ps1")
        scripts = [f". '{places.completion_path('powershell', name, environ)}'" for name in _names(docker)]
        yield from _missing(_short(start, environ), start, [*_alias("powershell", docker), *scripts])


def _missing(shown: str, path: str, wanted: list[str]) -> Iterator[Lines]:
    """What of it the start file has not yet."""
    if lines := tuple(line for line in wanted if not _mention([path], line)):
        yield Lines(shown, lines)


def _mention(paths: list[str], words: str) -> bool:
    """Has one of these files a line with the words that is no comment?"""
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                if any(words in line and not line.lstrip().startswith("#") for line in file):
                    return True
        except OSError:
            continue
    return False


def _short(path: str, environ: Mapping[str, str]) -> str:
    """With "~" for the home, as shells read it, where no blank needs quotes."""
    from shlex import quote

    tail = _tail(path, environ)
    return f"~/{tail}" if tail != path and quote(tail) == tail else quote(path)


def _tail(path: str, environ: Mapping[str, str]) -> str:
    """The path within the home; the whole path elsewhere."""
    return path.removeprefix(home(environ).rstrip("/") + "/")
