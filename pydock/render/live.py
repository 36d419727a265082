"""Progress for a person: one line a layer, drawn in place by rich. Only imported on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pydock.render.progress import bar, check, plain_line


def show(messages: Iterable[dict[str, Any]], stderr: bool) -> None:
    """Draw until the messages end. Raises what they raise, and Failure for the engine's own error."""
    console = Console(file=sys.stderr if stderr else sys.stdout, highlight=False, soft_wrap=False)
    lines: dict[str, str] = {}
    live = Live(console=console, refresh_per_second=12, transient=False)
    try:
        for message in messages:
            check(message)
            identifier = message.get("id")
            if not identifier or "progressDetail" not in message:
                console.print(Text(plain_line(message).rstrip("\n")))
                continue
            live.start()
            lines[identifier] = f"{identifier}: {message.get('status', '')} {bar(message['progressDetail'], console.width)}".rstrip()
            live.update(Text("\n".join(lines.values()), no_wrap=True, overflow="ellipsis"))
    finally:
        # also puts the cursor back, whatever happened
        live.stop()
