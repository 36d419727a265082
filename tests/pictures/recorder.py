"""A program on a terminal, whose screen is looked at while it runs."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from rich.text import Text

from tests.pictures.screen import Screen
from tests.support.terminal import Terminal

#: seconds without output after which a screen is taken to be drawn to its end
QUIET = 0.02
PROMPT = "$ "


class Recorder:
    """A program, and its screen. hidden: a path of this machine, and what is shown in its place."""

    def __init__(
        self, program: Path, *argv: str, host: str, columns: int, home: Path, path: str, hidden: tuple[str, str] | None = None
    ) -> None:  # fmt: skip
        env = {
            "HOME": str(home), "PATH": path, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8",
            "INPUTRC": "/dev/null", "PYDOCK_HINTS": "0",
        }  # fmt: skip
        self.screen = Screen(columns)
        self._hidden = tuple(part.encode() for part in hidden or ())
        self._terminal = Terminal(program, *argv, host=host, env=env, columns=columns)
        self._typed = 0

    def type(self, text: str) -> None:
        self._typed = self.screen.y
        self._terminal.type(text.encode())

    def look(self, seconds: float) -> bool:
        """Draw what has come until there is a pause; False if nothing has."""
        came = b""
        while select.select([self._terminal.master], [], [], QUIET if came else seconds)[0]:
            try:
                came += os.read(self._terminal.master, 65536)
            except OSError:
                break
        for before, after in (self._hidden,) if self._hidden else ():
            came = came.replace(before, after)
        self.screen.feed(came)
        return bool(came)

    def until(self, text: str, above: str = "", seconds: float = 30) -> None:
        """Draw until the last line is, or ends with, that text, and the one above it ends with the other: both below where was typed."""
        end = time.monotonic() + seconds
        while True:
            lines = self.screen.lines()
            *_, before, last = ["", *lines[self._typed :]]
            if last.endswith(text) and before.endswith(above):
                return
            assert time.monotonic() < end, (text, above, lines)
            self.look(0.2)

    def run(self, score: Callable[[list[str]], float]) -> list[Text]:
        """To the program's end; the screen that is worth most, the latest of those."""
        best, found = float("-inf"), list[Text]()
        while self.look(0.2) or self._terminal.process.poll() is None:
            lines = self.screen.lines()
            if (worth := score(lines)) >= best:
                best, found = worth, self.screen.drawn()
        assert self._terminal.process.wait() == 0, self.screen.lines()
        return found

    def close(self) -> None:
        self._terminal.close()
