"""Real shells on a pseudo terminal: a line is typed, TAB is pressed, and the line that the shell has made of it is read."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support import engines
from tests.support.terminal import Terminal

#: how the shell is started: without anybody's settings
ARGV = {"bash": ("--norc", "--noprofile", "-i"), "zsh": ("-f", "-i"), "fish": ("--no-config", "-i")}
#: what shows the line as it stands, each of its characters apart from what the shell draws: C-x C-p. (zsh by itself runs the "$(…)" of a
#: line at TAB, before it completes: that is put off)
SHOW = {
    "bash": r"""show() { printf '\n<<%s>>\n' "$READLINE_LINE"; }; bind -x '"\C-x\C-p": show'; PS1='> '; bind 'set bell-style none'""",
    "zsh": r"""show() { print -r -- $'\n'"<<$BUFFER>>" }; zle -N show; bindkey '^X^P' show; PS1='> '; autoload -Uz compinit; compinit -u -D; setopt no_beep; bindkey '^I' complete-word""",
    "fish": r"""function show; printf '\n<<%s>>\n' (commandline); end; bind \cx\cp show; function fish_prompt; echo '> '; end; function fish_greeting; end""",
}

#: what moves the cursor and colours
DRAWING = re.compile(r"\x1b(?:\[[0-9;?>=]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78])|[\r\x0e\x0f]")


def need(shell: str) -> str:
    """The shell's program, installed where that can be done; skips the test where it is not to be had."""
    try:
        return engines.install_shell(shell)
    except engines.Unavailable as why:
        pytest.skip(f"{shell} is not to be had: {why}")


class Shell:
    """A shell that has run some commands."""

    def __init__(
        self, shell: str, setup: Iterable[str], *, path: Iterable[Path], home: Path, host: str, columns: int = 200
    ) -> None:
        self.shell = shell
        env = {
            "PATH": os.pathsep.join([*map(str, path), "/usr/bin", "/bin"]), "HOME": str(home), "TERM": "dumb" if shell == "zsh" else "xterm",
            "LANG": "C.UTF-8", "INPUTRC": "/dev/null", "XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local"),
        }  # fmt: skip
        self.terminal = Terminal(Path(need(shell)), *ARGV[shell], host=host, env=env)
        self.terminal.resize(50, columns)
        for line in (SHOW[shell], *setup):
            self.terminal.type(f" {line}\r".encode())
        # in two parts, so that the echo of what is typed is not taken for it
        self.terminal.type(b" echo rea''dy\r")
        self.terminal.until(b"ready", 60)

    def line_after_tab(self, typed: str) -> str:
        """What the line is after TAB has been pressed at its end; it is then cleared."""
        self.terminal.type(typed.encode() + b"\t")
        time.sleep(0.1)
        self.terminal.type(b"\x18\x10")
        self.terminal.until(b"<<", 60)
        line = self.terminal.until(b">>", 60).decode()
        self.terminal.type(b"\x05\x15")
        return line

    def shown_after_tab(self, typed: str, awaited: str) -> str:
        """What the shell shows of the candidates after TAB (bash: some more), without what draws it; the line is then cleared.
        awaited: a word of it. A shell that has the next key already does not draw what that would undo.
        """
        self.terminal.type(typed.encode() + (b"\t\t\t" if self.shell == "bash" else b"\t"))
        before = self.terminal.until(awaited.encode(), 60) + awaited.encode()
        time.sleep(0.3)
        self.terminal.type(b"\x18\x10")
        shown = (before + self.terminal.until(b"<<", 60)).decode()
        self.terminal.until(b">>", 60)
        self.terminal.type(b"\x05\x15")
        return DRAWING.sub("", shown).rpartition(typed)[0]

    def close(self) -> None:
        self.terminal.close()
