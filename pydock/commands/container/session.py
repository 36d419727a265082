"""The session with a container's streams: `run`, `start -a`, `attach` and `exec` share it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import Request
from pydock.errors import BrokenStream, Failure
from pydock.streams import detach
from pydock.streams.pump import Sender, Stream, receive
from pydock.streams.signals import on_resize, proxy
from pydock.streams.terminal import is_terminal, raw, size

if TYPE_CHECKING:
    from pydock.app import App

#: (height, width) -> the request that gives a container's or an exec's terminal this size
Resizable = Callable[[int, int], Request]


def detach_sequence(text: str, default: str) -> bytes:
    """The detach keys as bytes: the flag, the config file, docker's own. Bad ones the engine refuses by itself."""
    try:
        return detach.parse(text or default or detach.DEFAULT)
    except ValueError:
        return detach.parse(detach.DEFAULT)


def check_terminal(app: App, stdin: bool, tty: bool) -> None:
    """Raises Failure where a terminal is needed and stdin is none."""
    if stdin and tty and not is_terminal(app.stdin):
        raise Failure("the input device is not a TTY")


def resize(app: App, target: Resizable, larger: int = 0) -> bool:
    """Tell the engine the terminal's size, plus `larger`; False if it did not take it."""
    height, width = size(app.out.binary)
    if not height and not width:
        return True
    try:
        app.engine.read(target(height + larger, width + larger))
    except Failure:
        return False
    return True


def first_resize(app: App, target: Resizable) -> None:
    """The size at the start: the process may not be there yet, so try for a while, aside."""
    if resize(app, target):
        return

    def again() -> None:
        for attempt in range(1, 11):
            pause.wait(attempt * 0.01)
            if resize(app, target):
                return

    pause = threading.Event()
    threading.Thread(target=again, daemon=True).start()


@contextmanager
def following_size(app: App, target: Resizable) -> Iterator[None]:
    """The size at the start, and at every change while the block runs."""
    first_resize(app, target)
    with on_resize(lambda: resize(app, target)):
        yield


@contextmanager
def forwarding(app: App, container: str, enabled: bool) -> Iterator[None]:
    """Signals to the container, by POST …/kill."""

    def send(name: str) -> None:
        app.engine.read(containers.kill_container(container, name))

    with proxy(send, enabled):
        yield


class Session:
    """A container's streams, attached. Made before the start, so that nothing is missed; run() pumps to the end."""

    def __init__(self, app: App, stream: Stream, tty: bool, stdin: bool, output: bool, keys: bytes) -> None:
        self.app, self.stream, self.tty, self.stdin, self.output = app, stream, tty, stdin, output
        # without a terminal on both sides keys are bytes like any other
        self.keys = keys if tty and stdin else b""

    def run(self) -> bool:
        """Returns True if the user typed the detach keys. The terminal is put back whatever happens. Raises
        BrokenStream.
        """
        app = self.app
        with raw(app.stdin, self.tty and self.stdin):
            sender = Sender(app.stdin, self.stream, self.keys)
            if self.stdin:
                sender.start()
            try:
                if self.output:
                    receive(self.stream, app.out.put, app.err.put, framed=not self.tty)
                elif self.stdin:
                    sender.thread.join()
            except BrokenStream:
                # it may be that it was hung up here
                if not sender.detached:
                    raise
            finally:
                self.stream.close()
            return sender.detached
