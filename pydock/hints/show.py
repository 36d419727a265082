"""Hints: a line after an error, on a terminal, that tells what helps."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydock.errors import Failure, Failures, Told, Unreachable
from pydock.hints.rules import hint_for
from pydock.render.shown import Drawn, on_one_line

if TYPE_CHECKING:
    from pydock.app import App

#: a hint that takes longer is left out, and there are no more than a few
SECONDS, MOST = 1.0, 3
#: bold, which any terminal's colours show
MARK = Drawn("\x1b[1mHint:\x1b[0m")


def show(app: App, failure: Failure) -> None:
    """Print what is known to help against a failure, which has been printed. Never fails, nor takes long."""
    found: list[str] = []
    # not in the way of the program's end: the engine may hang
    worker = threading.Thread(target=collect, args=(app, failure, found), daemon=True)
    worker.start()
    worker.join(SECONDS)
    for text in list(dict.fromkeys(found))[:MOST]:
        app.err.write(MARK if app.coloured(app.err) else "Hint:", f" {on_one_line(text)}\n")


def collect(app: App, failure: Failure, found: list[str]) -> None:
    """Add a hint for each of the errors."""
    may_ask = "engine" in app.__dict__ and not unreachable(failure)
    for message in messages(failure):
        if len(found) == MOST:
            return
        try:
            hint = hint_for(app, message, may_ask)
        except Exception:  # the error is what counts, whatever is wrong with its hint
            continue
        if hint and hint not in found:
            found.append(hint)


def messages(failure: Failure) -> Sequence[str]:
    parts = failure.failures if isinstance(failure, (Failures, Told)) else (failure,)
    return [part.message for part in parts]


def unreachable(failure: Failure) -> bool:
    parts = failure.failures if isinstance(failure, (Failures, Told)) else (failure,)
    return any(isinstance(part, Unreachable) or "Cannot connect to the Docker daemon" in part.message for part in parts)
