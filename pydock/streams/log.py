"""The client's own log on stderr, in docker's format: time="…" level=error msg="…"."""

from __future__ import annotations

from collections.abc import Callable

from pydock.go.strconv import quote
from pydock.streams.output import Output


class Log:
    """level: of --log-level, "info" if empty; messages below it are not written. clock: returns seconds since 1970."""

    def __init__(self, err: Output, clock: Callable[[], float], level: str) -> None:
        self.err, self.clock, self.level = err, clock, level.lower()

    def error(self, text: str) -> None:
        if self.level not in ("fatal", "panic"):
            self._line("error", text)

    def warning(self, text: str) -> None:
        if self.level not in ("error", "fatal", "panic"):
            self._line("warning", text)

    def info(self, text: str, **fields: str) -> None:
        if self.level not in ("warn", "warning", "error", "fatal", "panic"):
            self._line("info", text, **fields)

    def _line(self, level: str, text: str, **fields: str) -> None:
        from datetime import datetime, timezone

        moment = datetime.fromtimestamp(self.clock(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        shown = "".join(f" {name}={quote(value)}" for name, value in fields.items())
        self.err.line(f'time="{moment}" level={level} msg={quote(text)}{shown}')
