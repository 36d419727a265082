"""The terminal: its size, raw mode, hidden input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import IOBase
    from typing import Any, BinaryIO


def is_terminal(stream: BinaryIO) -> bool:
    try:
        return stream.isatty()
    except (OSError, ValueError):
        return False


def size(stream: BinaryIO | IOBase) -> tuple[int, int]:
    """(height, width) in characters; (0, 0) without a terminal."""
    try:
        columns, lines = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 0, 0
    return lines, columns


class Raw:
    """Raw mode of a terminal. Any thread may restore it, any number of times."""

    def __init__(self, stream: BinaryIO, enabled: bool = True) -> None:
        self.handle = stream.fileno() if enabled else -1
        self._saved: list[Any] | None = None
        if enabled:
            self._set()

    def _set(self) -> None:
        import termios

        self._saved = termios.tcgetattr(self.handle)
        mode = termios.tcgetattr(self.handle)
        mode[0] &= ~(
            termios.IGNBRK
            | termios.BRKINT
            | termios.PARMRK
            | termios.ISTRIP
            | termios.INLCR
            | termios.IGNCR
            | termios.ICRNL
            | termios.IXON
        )
        mode[2] = (mode[2] & ~(termios.CSIZE | termios.PARENB)) | termios.CS8
        mode[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        mode[1] &= ~termios.OPOST
        termios.tcsetattr(self.handle, termios.TCSANOW, mode)

    def restore(self) -> None:
        saved, self._saved = self._saved, None
        if saved is not None:
            import termios

            try:
                termios.tcsetattr(self.handle, termios.TCSANOW, saved)
            except (termios.error, OSError):
                pass


@contextmanager
def raw(stream: BinaryIO, enabled: bool) -> Iterator[None]:
    """Raw mode within the block, if `enabled` and the stream is a terminal."""
    mode = Raw(stream, enabled and is_terminal(stream))
    try:
        yield
    finally:
        mode.restore()


@contextmanager
def unseen(stream: BinaryIO) -> Iterator[None]:
    """Within the block typed text is not echoed, if the stream is a terminal."""
    if not is_terminal(stream):
        yield
        return
    import termios

    handle = stream.fileno()
    saved = termios.tcgetattr(handle)
    mode = termios.tcgetattr(handle)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(handle, termios.TCSANOW, mode)
    try:
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, saved)
