"""Consent: what a command is about to change is shown, and done once the user agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.errors import Exit, Failure

if TYPE_CHECKING:
    from pydock.app import App


def check_consent(app: App, yes: bool) -> None:
    """For commands that must look first: refuse before anything is sent. yes: --yes. Raises Failure where nobody can be
    asked."""
    from pydock.streams.terminal import is_terminal

    # the question goes to stderr: stdout is for the result alone
    if not yes and not (app.err.is_terminal and is_terminal(app.stdin)):
        raise Failure("cannot ask for confirmation: stdin and stderr are not a terminal; --yes does it without asking")


def consent(app: App, yes: bool, what: str, shown: str) -> None:
    """Show what will be changed, and ask; without a question if `yes`. what: "remove 2 containers"; shown: their list.

    Raises Exit for any answer but yes, Failure where nobody can be asked."""
    if yes:
        return
    check_consent(app, yes)
    app.err.write(f"This will {what}:\n", shown.rstrip("\n"), "\nAre you sure you want to continue? [y/N] ")
    answer = app.stdin.readline()
    if not answer.endswith(b"\n"):
        # the end of the input left the cursor behind the question
        app.err.line("")
    if answer.decode("utf-8", "replace").strip().lower() not in ("y", "yes"):
        raise Exit(1)
