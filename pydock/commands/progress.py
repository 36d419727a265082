"""Progress output of long operations: the engine's messages, or the amount of transferred data."""

from __future__ import annotations

from collections.abc import Iterable

from pydock.commands.shared import json_flag
from pydock.render.progress import check, plain_line
from pydock.streams.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.app import App


def progress_flag() -> Any:
    """--json of what takes long: see pydock.commands.transfer."""
    return json_flag(
        {
            "id": "layer or tag, or null", "status": "what is done, in words", "current": "bytes so far, or null", "total": "bytes in all, or null",
            "result": "on a line of its own, the last one: object of what there is now",
        },
        "an object for each step, and one with the result,",
    )  # fmt: skip


def show_progress(app: App, messages: Iterable[dict[str, Any]], out: Output, quiet: bool = False) -> None:
    """Show progress: redrawn in place on a terminal, as lines otherwise. Raises Failure for the engine's error."""
    if out.is_terminal and not quiet:
        from pydock.render.live import show

        show(messages, stderr=out is app.err)
        return
    for message in messages:
        check(message)
        if not quiet:
            out.write(plain_line(message))


def show_rows(messages: Iterable[dict[str, Any]], out: Output, quiet: bool = False) -> None:
    """As show_progress(), with a row for each id, as docker draws it: for few and short ones."""
    from pydock.render.rows import Rows

    rows = Rows()
    for message in messages:
        if not quiet:
            out.write(rows.draw(message, out.width) if out.is_terminal else plain_line(message))


def counted(app: App, blocks: Iterable[bytes], title: str, total: int = 0) -> Iterable[bytes]:
    """Pass the blocks through; if stderr is a terminal, show their size and rate in place."""
    if not app.err.is_terminal:
        return blocks
    from pydock.render.live import counted as watched

    return watched(blocks, title, total)
