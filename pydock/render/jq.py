"""jq expressions over JSON, by jq itself, where the extra "jq" is installed. Pure; imported for --jq alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydock.errors import Failure
from pydock.render.values import json_text

MISSING = "the jq library is not installed: pip install jq"


class Program:
    """A compiled expression."""

    def __init__(self, expression: str) -> None:
        """Raises ValueError for an invalid one, and where there is no jq."""
        try:
            import jq
        except ImportError:
            raise ValueError(MISSING) from None
        try:
            self._program = jq.compile(expression)
        except ValueError as error:
            raise ValueError(_reason(error)) from None

    def lines(self, value: Any, indent: int = 0) -> Iterator[str]:
        """The results for one value, each with its line break: strings as they are, everything else as JSON. Raises Failure."""
        try:
            for result in self._program.input_text(json_text(value)):
                yield (result if isinstance(result, str) else json_text(result, indent)) + "\n"
        except ValueError as error:
            raise Failure(f"--jq: {_reason(error)}") from None


def _reason(error: ValueError) -> str:
    """jq's message without its name and its count of errors: "syntax error, unexpected end of file at …"."""
    first, *rest = str(error).split("\n")
    return "\n".join([first.removeprefix("jq: error: "), *(line for line in rest if not line.startswith("jq: "))])
