"""stdout and stderr shared by several runs of one command, each on another engine.

Lists and JSON values are kept until all have answered, and printed as one. Everything else is printed line by line, each
with the name of the context that it comes from: as it comes, or what each engine has answered together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydock.render.format import Format
from pydock.render.sourced import FIELD, TITLE, sourced, with_source
from pydock.streams.output import Output
from pydock.values import record


@record
class Table:
    """What Output.rows() prints."""

    rows: tuple[Any, ...]
    titles: Mapping[str, str | None]
    form: Format
    default: str


class Gathered:
    """What the runs have in common. names: of the contexts, in the order in which their rows are printed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.width = tuple(names), max(map(len, names))
        self.lock = threading.RLock()
        self.texts: dict[str, list[bytes]] = {name: [] for name in names}
        self.tables: dict[str, Table] = {}
        self.values: dict[str, Any] = {}
        self.printer: Callable[[Output], Callable[[Any], None]] | None = None

    def merged(self) -> Table | None:
        """The rows of all in one table."""
        found = [(name, self.tables[name]) for name in self.names if name in self.tables]
        if not found:
            return None
        first = found[0][1]
        return Table(
            tuple(sourced(row, name) for name, table in found for row in table.rows),
            {FIELD: TITLE, **first.titles},
            first.form,
            f"{{{{.{FIELD}}}}}\t{first.default}",
        )

    def print_to(self, out: Output) -> None:
        """Print what was kept."""
        for name in self.names:
            out.put(b"".join(self.texts[name]))
        if table := self.merged():
            out.rows(table.rows, table.titles, table.form, table.default)
        if self.printer:
            found = [with_source(self.values[name], name) for name in self.names if name in self.values]
            self.printer(out)([one for value in found for one in (value if isinstance(value, list) else [value])])


class SharedOutput(Output):
    """One run's stdout or stderr."""

    def __init__(self, base: Output, source: str, gathered: Gathered, kept: bool = False) -> None:
        """kept: its text is printed once all have answered, too."""
        super().__init__(base.binary, base.name)
        self.base, self.source, self.gathered, self.kept = base, source, gathered, kept
        self.prefix = base.encoded(f"{source:<{gathered.width}} | ")
        self.rest = b""

    def put(self, data: bytes) -> None:
        with self.gathered.lock:
            *lines, self.rest = (self.rest + data).split(b"\n")
            self._pass(b"".join(self.prefix + line + b"\n" for line in lines))

    def _pass(self, data: bytes) -> None:
        if self.kept:
            self.gathered.texts[self.source].append(data)
        elif data:
            self.base.put(data)

    def finish(self) -> None:
        """Print a last line without its end."""
        if self.rest:
            self.put(b"\n")

    def raw_line(self, text: str) -> None:
        """A line of curl names its engine, and is to be run as it is; one of --trace says whose it is."""
        with self.gathered.lock:
            self.base.raw_line(text)

    def formatted(self, text: str) -> None:
        with self.gathered.lock:
            self._pass(self.encoded(text, "\n"))

    def rows(self, rows: Iterable[Any], titles: Mapping[str, str | None], form: Format, default: str) -> None:
        table = Table(tuple(rows), titles, form, default)
        with self.gathered.lock:
            self.gathered.tables[self.source] = table

    def live(
        self,
        frame: Callable[[str], Sequence[str]],
        rows: Iterable[Any],
        titles: Mapping[str, str | None],
        form: Format,
        default: str,
    ) -> None:
        with self.gathered.lock:
            self.rows(rows, titles, form, default)
            if table := self.gathered.merged():
                self.base.live(frame, table.rows, table.titles, table.form, table.default)

    def value(self, value: Any, printer: Callable[[Output], Callable[[Any], None]]) -> None:
        with self.gathered.lock:
            self.gathered.values[self.source], self.gathered.printer = value, printer

    def each(self, printer: Callable[[Output], Callable[[Any], None]]) -> Callable[[Any], None]:
        show = printer(self.base)

        def one(value: Any) -> None:
            with self.gathered.lock:
                show(with_source(value, self.source))

        return one
