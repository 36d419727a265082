"""A command line on a terminal, in this process; an engine all of whose words are hostile to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
import threading
from typing import Any
from unittest import mock

import httpx

from pydock.api.request import Request
from pydock.engine.engine import Engine, path_text
from pydock.shape import Shape, blank, opt
from tests.support.stubs import ENDPOINT, FakeDuplex, Messages, Reply, Stubs, reply

#: a title, a cleared screen, a colour, a cursor that is moved, by C0 and by C1 alike; half a character; a text turned around
EVIL = "\x1b]0;evil\x07\x1b[2J\x1b[66m\x1b[66;66H\x9b66m\x90q\x9c\x1b7\x1bc[b]\r\x08\x7f\x0e\x0b\x0c\x00\x85\u202e\u2066\udcff\udcc3."
#: what draws for us: colours, moves, a line cleared, a cursor hidden; and the numbers that only EVIL uses
MEANT = re.compile(r"\x1b(?:\[(?!66|2J)[0-9;?]*[A-HJKSTfhlm]|[78])")


def controls(seen: bytes, drawing: bool) -> str:
    """The control characters in what a terminal was sent, less those that are meant; raises UnicodeDecodeError."""
    text = seen.decode("utf-8")
    if drawing:
        text = MEANT.sub("", text).replace("\r", "")
    return "".join(
        c
        for c in text
        if ("\x00" <= c < " " and c not in "\n\t")
        or "\x7f" <= c < "\xa0"
        or "\u202a" <= c <= "\u202e"
        or "\u2066" <= c <= "\u2069"
    )


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
        self._patches: list[Any] = [
            mock.patch.object(sys, "stdout", self._text),
            mock.patch.object(sys, "stderr", self._text),
            mock.patch.dict(os.environ, {"TERM": "xterm-256color"}),
        ]
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


class HostileEngine(Engine):
    """Answers whatever the API promises, with hostile words for strings; refuses: everything; told: the messages of streams;
    raw: what else is read as a stream."""

    def __init__(self, refuses: bool = False, told: list[dict[str, Any]] | None = None, raw: bytes = b"") -> None:
        super().__init__(ENDPOINT, transport=Stubs({}, experimental=True))
        self.refuses, self.told, self.raw_bytes = refuses, told, raw
        self.requests: list[Request] = []

    def _send(self, request: Request, versioned: bool = True) -> httpx.Response:
        if request.path == "/_ping":
            return super()._send(request, versioned)
        self.requests.append(request)
        if not isinstance(request.content, (bytes, type(None))):
            for _ in request.content:
                pass
        response = self._answer(request)
        response.request = httpx.Request(request.method, f"http://engine{path_text(request.path)}")
        return response

    def _answer(self, request: Request) -> httpx.Response:
        if self.refuses:
            return reply(Reply({"message": EVIL}, 500, {"Content-Type": "application/json"}))
        if "Upgrade" in request.headers:
            return httpx.Response(101, extensions={"network_stream": FakeDuplex()})
        if request.path.startswith("/build/") or request.answer in (None, bytes):
            return reply(self.raw_bytes)
        return reply(Messages(self.told) if self.told else hostile(request.answer))


def hostile(shape: Shape) -> Any:
    """A value of the shape."""
    if isinstance(shape, opt | blank):
        return hostile(shape.shape)
    if isinstance(shape, list):
        return [hostile(shape[0])] * 2
    if isinstance(shape, dict):
        return {EVIL if key is str else key: hostile(value) for key, value in shape.items()}
    return {str: EVIL, int: 0, float: 0.5, bool: False, dict: {EVIL: {EVIL: EVIL}}, list: [EVIL], None: None}[shape]
