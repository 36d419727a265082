"""What is shown while something long goes on: the engine's messages, or bytes that pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydock.render.progress import check, plain_line

if TYPE_CHECKING:
    from pydock.app import App
from pydock.streams.output import Output


def show_progress(app: App, messages: Iterable[dict[str, Any]], out: Output, quiet: bool = False) -> None:
    """Progress to a terminal drawn in place, to anything else as lines. Raises Failure for the engine's own error."""
    if out.is_terminal and not quiet:
        from pydock.render.live import show

        show(messages, stderr=out is app.err)
        return
    for message in messages:
        check(message)
        if not quiet:
            out.write(plain_line(message))


def counted(app: App, blocks: Iterable[bytes], title: str, total: int = 0) -> Iterable[bytes]:
    """The same blocks; where a person watches stderr, with their number and speed drawn in place."""
    if not app.err.is_terminal:
        return blocks
    from pydock.render.live import counted as watched

    return watched(blocks, title, total)
