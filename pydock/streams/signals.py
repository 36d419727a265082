"""Signals: forwarded to a container, and changes of the terminal's size."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from pydock.errors import Ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: never forwarded: they concern our own children, pipes and sockets (SIGURG: Go's runtime uses it)
KEPT = {"SIGCHLD", "SIGPIPE", "SIGURG", "SIGKILL", "SIGSTOP", "SIGWINCH"}
#: the interpreter itself, or the shell's job control, needs these
FAULTS = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS"}


@contextmanager
def proxy(send: Callable[[str], None], enabled: bool = True) -> Iterator[None]:
    """Within the block each signal is passed to `send` by name ("TERM"), in a separate thread."""
    if not enabled or threading.current_thread() is not threading.main_thread():
        yield
        return
    queue: SimpleQueue[str | None] = SimpleQueue()

    def work() -> None:
        while (name := queue.get()) is not None:
            try:
                send(name)
            except Exception:  # the container may have exited, which is reported elsewhere
                continue

    pressed = 0

    def handler(number: int, frame: Any) -> None:
        nonlocal pressed
        if number in (signal.SIGINT, signal.SIGTERM):
            pressed += 1
            if pressed == 3:
                raise Ended("\ngot 3 SIGTERM/SIGINTs, forcefully exiting", 1)
        queue.put(signal.Signals(number).name.removeprefix("SIG"))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    before = {}
    for number in signal.valid_signals():
        if isinstance(number, signal.Signals) and number.name not in KEPT | FAULTS:
            try:
                before[number] = signal.signal(number, handler)
            except (OSError, ValueError):
                continue
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)
        queue.put(None)


@contextmanager
def leaving_with(code: int) -> Iterator[None]:
    """Within the block SIGINT and SIGTERM end the program with `code`: interrupting it is not a failure."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: Any) -> None:
        raise Ended("", code)

    with _ending(leave):
        yield


@contextmanager
def on_resize(act: Callable[[], object], enabled: bool = True) -> Iterator[None]:
    """Within the block `act` is called, in a separate thread, whenever the terminal is resized."""
    if not enabled or sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    queue: SimpleQueue[bool] = SimpleQueue()

    def work() -> None:
        while queue.get():
            act()

    threading.Thread(target=work, daemon=True).start()
    before = signal.signal(signal.SIGWINCH, lambda *_: queue.put(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before if before is not None else signal.SIG_DFL)
        queue.put(False)


@contextmanager
def on_interrupt(act: Callable[[], object]) -> Iterator[None]:
    """Within the block SIGINT and SIGTERM call `act`, in a separate thread; the third one ends the program."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = 0

    def handler(number: int, frame: Any) -> None:
        nonlocal pressed
        pressed += 1
        if pressed == 3:
            raise Ended("got 3 SIGTERM/SIGINTs, forcing shutdown", 1)
        threading.Thread(target=act, daemon=True).start()

    with _ending(handler):
        yield


@contextmanager
def _ending(handler: Callable[[int, Any], None]) -> Iterator[None]:
    """Within the block `handler` handles SIGINT and SIGTERM."""
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)


@contextmanager
def held() -> Iterator[None]:
    """Within the block SIGINT, SIGTERM and SIGHUP wait for its end: what is begun is known of, and what is tidied up is
    tidied up. The third one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []

    def handler(number: int, frame: Any) -> None:
        waiting.append(number)
        if len(waiting) == 3:
            raise Ended("\ngot 3 SIGTERM/SIGINTs, forcefully exiting", 1)

    numbers = [n for name in ("SIGINT", "SIGTERM", "SIGHUP") if (n := getattr(signal, name, None)) is not None]
    before = {n: signal.signal(n, handler) for n in numbers if signal.getsignal(n) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)
        if waiting:
            signal.raise_signal(waiting[0])
