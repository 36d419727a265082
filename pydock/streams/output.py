"""stdout and stderr for commands: text, made safe for a terminal, and raw bytes."""

from __future__ import annotations

import os
from functools import cached_property
from io import RawIOBase

from pydock.errors import Failure, first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from io import BytesIO
    from typing import Any

    from pydock.render.format import Format


class Nowhere(RawIOBase):
    """Takes anything, and keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)


class Output:
    """stdout or stderr, unbuffered: output appears at once."""

    def __init__(self, binary: RawIOBase | BytesIO, name: str = "output") -> None:
        """binary: unbuffered."""
        self.binary, self.name = binary, name

    @cached_property
    def is_terminal(self) -> bool:
        return self.binary.isatty()

    @property
    def width(self) -> int:
        """The terminal's columns; 0 without a terminal."""
        try:
            return os.get_terminal_size(self.binary.fileno()).columns if self.is_terminal else 0
        except OSError:
            return 0

    def write(self, *parts: str) -> None:
        """Write text. On a terminal, control characters are shown instead of sent, except in Drawn; see
        render.shown."""
        self.put(self.encoded(*parts))

    def encoded(self, *parts: str) -> bytes:
        """Text as write() sends it."""
        if self.is_terminal:
            from pydock.render.shown import shown

            parts = tuple(map(shown, parts))
        return "".join(parts).encode("utf-8", "surrogateescape")

    def put(self, data: bytes) -> None:
        """Write raw bytes, of containers and archives.

        Raises BrokenPipeError when the reader is gone, Failure when they cannot be written (a full disk)."""
        left = memoryview(data)
        try:
            while left:
                written = self.binary.write(left)
                if written is None:
                    self._wait()
                left = left[written or 0 :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Failure(f"write {self.name}: {first_line(error)}") from error

    def _wait(self) -> None:
        """Wait until it is writable: a process that shares the stream may have made it non-blocking."""
        import select

        select.select([], [self.binary], [])

    def silence(self) -> None:
        """From here on nothing is written."""
        self.binary, self.is_terminal = Nowhere(), False

    def raw_line(self, text: str) -> None:
        """A line that may come while the terminal is in raw mode: it goes back to the first column."""
        self.put(self.encoded(text) + (b"\r\n" if self.is_terminal else b"\n"))

    def line(self, text: str) -> None:
        self.write(text, "\n")

    # -- what several engines may give together: see streams.sharing -------------------------------

    #: the context that the output comes from, where several engines are asked at once
    source = ""

    def formatted(self, text: str) -> None:
        """Write a line in a format of the user's."""
        self.line(text)

    def rows(self, rows: Iterable[Any], titles: Mapping[str, str | None], form: Format, default: str) -> None:
        """Write a list: see render.listing."""
        from pydock.render.listing import listing

        self.write(listing(rows, titles, form, default))

    def live(
        self,
        frame: Callable[[str], Sequence[str]],
        rows: Iterable[Any],
        titles: Mapping[str, str | None],
        form: Format,
        default: str,
    ) -> None:
        """Draw a list over the last one. frame: its text -> the parts to write."""
        from pydock.render.listing import listing

        self.write(*frame(listing(rows, titles, form, default)))

    def value(self, value: Any, printer: Callable[[Output], Callable[[Any], None]]) -> None:
        """Write the whole result of a command, as JSON. printer: where to -> what writes a value there."""
        printer(self)(value)

    def each(self, printer: Callable[[Output], Callable[[Any], None]]) -> Callable[[Any], None]:
        """What writes each value of a stream."""
        return printer(self)


def unbuffered(stream: Any) -> Any:
    """The raw stream of stdout or stderr, also with PYTHONUNBUFFERED."""
    return getattr(stream.buffer, "raw", stream.buffer)
