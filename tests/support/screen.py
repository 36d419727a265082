"""A command line on a terminal, in this process; an engine all of whose words are hostile to it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from pydock.api.request import Request
from pydock.app import App
from pydock.engine.engine import Ping
from pydock.errors import EngineError
from pydock.gojson import decode
from pydock.main import run
from pydock.shape import Shape, blank, opt
from tests.support.cli import FakeDuplex, FakeEngine

#: a title, a cleared screen, a colour, a cursor that is moved, by C0 and by C1 alike; half a character; a text turned around
EVIL = "\x1b]0;evil\x07\x1b[2J\x1b[66m\x1b[66;66H\x9b66m\x90q\x9c\x1b7\x1bc[b]\r\x08\x7f\x0e\x0b\x0c\x00\x85\u202e\u2066\udcff\udcc3."
#: what draws for us: colours, moves, a line cleared, a cursor hidden; and the numbers that only EVIL uses
MEANT = re.compile(r"\x1b(?:\[(?!66|2J)[0-9;?]*[A-HJKSTfhlm]|[78])")


def controls(seen: bytes, drawing: bool) -> str:
    """The control characters in what a terminal was sent, less those that are meant; raises UnicodeDecodeError."""
    text = seen.decode("utf-8")
    if drawing:
        text = MEANT.sub("", text).replace("\r", "")
    return "".join(c for c in text if ("\x00" <= c < " " and c not in "\n\t") or "\x7f" <= c < "\xa0" or "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069")


class Screen:
    """A pseudo terminal, all of whose input is kept. A context manager: for its length it is stdout and stderr of this process."""

    def __init__(self, width: int = 120) -> None:
        self.master, slave = pty.openpty()
        mode = termios.tcgetattr(slave)
        mode[1] &= ~termios.OPOST
        termios.tcsetattr(slave, termios.TCSANOW, mode)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        self.file = os.fdopen(slave, "wb", buffering=0)
        self.seen = b""
        self._reader = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        try:
            while data := os.read(self.master, 65536):
                self.seen += data
        except OSError:  # the other end is closed
            return

    def __enter__(self) -> Screen:
        self._reader.start()
        self._text = open(self.file.fileno(), "w", encoding="utf-8", closefd=False)
        self._patches = [mock.patch.object(sys, "stdout", self._text), mock.patch.object(sys, "stderr", self._text), mock.patch.dict(os.environ, {"TERM": "xterm-256color"})]
        for patch in self._patches:
            patch.start()
        return self

    def __exit__(self, *_: Any) -> None:
        for patch in reversed(self._patches):
            patch.stop()
        self._text.close()
        self.file.close()
        self._reader.join(10)
        os.close(self.master)


def on_screen(*argv: str, engine: Any, stdin: Any, environ: Mapping[str, str] | None = None, **nouns: Any) -> tuple[int, bytes]:
    """(exit code, what the terminal was sent). nouns: of App, in place of its own."""
    with Screen() as screen:
        app = App(screen.file, screen.file, stdin, {"HOME": "/nonexistent", **(environ or {})}, "docker", engine=engine, **nouns)
        code = run(app, list(argv))
    return code, screen.seen


class HostileEngine(FakeEngine):
    """Answers whatever the API promises, with hostile words for strings; `told`: messages of a stream."""

    def __init__(self, refuses: bool = False, told: list[dict[str, Any]] | None = None) -> None:
        super().__init__({}, experimental=True)
        self._ping = Ping(True, "1.51", "linux", True)
        self.refuses, self.told = refuses, told or []

    def _answer(self, request: Request) -> Any:
        self.requests.append(request)
        if not isinstance(request.content, (bytes, type(None))):
            for _ in request.content:
                pass
        if self.refuses:
            raise EngineError(500, EVIL)
        if request.path.startswith("/build/") or request.answer in (None, bytes):
            return b""
        return decode(json.dumps(hostile(request.answer)).encode())

    def hijack(self, request: Request) -> Any:
        self._answer(request)
        return FakeDuplex()

    def messages(self, request: Request) -> Iterator[dict[str, Any]]:
        self._answer(request)
        yield from self.told or [decode(json.dumps(hostile(request.answer)).encode())]

    def background(self, request: Request) -> Any:
        answer = self._answer(request)
        messages = lambda _: iter(self.told or [answer])  # noqa: E731
        return type("Later", (), {"json": lambda _: answer, "messages": messages, "header": lambda *_: "", "blocks": lambda _: iter([b""])})()


def hostile(shape: Shape) -> Any:
    """A value of the shape."""
    if isinstance(shape, opt | blank):
        return hostile(shape.shape)
    if isinstance(shape, list):
        return [hostile(shape[0])] * 2
    if isinstance(shape, dict):
        return {EVIL if key is str else key: hostile(value) for key, value in shape.items()}
    return {str: EVIL, int: 0, float: 0.5, bool: False, dict: {EVIL: {EVIL: EVIL}}, list: [EVIL], None: None}[shape]
