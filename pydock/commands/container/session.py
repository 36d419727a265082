"""A session with a container's attached streams: shared by `run`, `start -a`, `attach` and `exec`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydock.api import containers
from pydock.api.request import Request
from pydock.errors import BrokenStream, Failure
from pydock.streams import detach
from pydock.streams.pump import Sender, receive
from pydock.streams.signals import on_resize, proxy
from pydock.streams.terminal import is_terminal, raw, size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App
    from pydock.streams.pump import Stream

#: (height, width) -> the request that resizes the TTY of a container or an exec
Resizable = Callable[[int, int], Request]


def detach_sequence(text: str, default: str) -> bytes:
    """The detach keys as bytes: of the flag, the config file, or the default. The engine itself rejects invalid ones."""
    try:
        return detach.parse(text or default or detach.DEFAULT)
    except ValueError:
        return detach.parse(detach.DEFAULT)


def check_terminal(app: App, stdin: bool, tty: bool) -> None:
    """Raises Failure if a terminal is needed and stdin is not one."""
    if stdin and tty and not is_terminal(app.stdin):
        raise Failure("the input device is not a TTY")


def resize(app: App, target: Resizable, larger: int = 0) -> bool:
    """Send the terminal's size, plus `larger`, to the engine; False if it refuses."""
    height, width = size(app.out.binary)
    if not height and not width:
        return True
    try:
        app.engine.read(target(height + larger, width + larger))
    except Failure:
        return False
    return True


def first_resize(app: App, target: Resizable) -> None:
    """Send the initial size: the process may not have started yet, so retry in a thread for a while."""
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
    """Send the initial size, and every change while the block runs."""
    first_resize(app, target)
    with on_resize(lambda: resize(app, target)):
        yield


@contextmanager
def forwarding(app: App, container: str, enabled: bool) -> Iterator[None]:
    """Forward signals to the container, by POST …/kill, while the block runs."""

    def send(name: str) -> None:
        app.engine.read(containers.kill_container(container, name))

    with proxy(send, enabled):
        yield


class Session:
    """A container's attached streams. Created before the start, so that no output is lost; run() copies to the end."""

    def __init__(self, app: App, stream: Stream, tty: bool, stdin: bool, output: bool, keys: bytes) -> None:
        self.app, self.stream, self.tty, self.stdin, self.output = app, stream, tty, stdin, output
        # without a terminal on both ends the detach keys have no meaning
        self.keys = keys if tty and stdin else b""

    def run(self) -> bool:
        """Returns True if the user typed the detach keys. The terminal is always restored. Raises
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
                # closed by us after the detach keys: not an error
                if not sender.detached:
                    raise
            finally:
                self.stream.close()
            return sender.detached

    def leave(self) -> None:
        """The container did not start: show what the engine has sent so far, and close."""
        self.stream.hang_up()
        try:
            if self.output:
                receive(self.stream, self.app.out.put, self.app.err.put, framed=not self.tty)
        except BrokenStream:
            pass  # cut off, by us
        finally:
            self.stream.close()
