"""The edge: run a command line, report what went wrong, choose the exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from pydock import lazy_imports
from pydock.app import App
from pydock.errors import Ended, Failure, NoEngine, first_line
from pydock.streams.awake import keep_awake


def run(app: App, args: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Only KeyboardInterrupt and a broken stdout come through."""
    import click

    from pydock.cli.tree import Root

    root = Root()
    try:
        with root.make_context(app.prog, list(args), obj=app) as ctx:
            root.invoke(ctx)
        return 0
    except Failure as failure:
        return report(app, failure)
    except NoEngine as error:
        return report(app, Failure(error.message))
    except click.ClickException as error:
        tell(app, error.format_message())
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        if app.globals.debug:
            raise
        return report(app, unexpected(app, error))


def unexpected(app: App, error: Exception) -> Failure:
    """A fault of ours: told in one line, with the way to more."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return Failure(
        f"{app.prog}: unexpected error: {what}\nThis is a fault of pydock. Run again with --debug to see where it comes from."
    )


def report(app: App, failure: Failure) -> int:
    """Print the error, if it has a text; the one place that does."""
    if failure.message:
        tell(app, failure.message)
    return failure.code


def tell(app: App, text: str) -> None:
    """A last word. Where stderr cannot be written either, the exit code alone tells."""
    try:
        app.err.line(text)
    except Failure:
        pass


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave by way of every `finally`: the terminal is put back, half files go."""
    # a terminal that goes away tells so more than once, and what is being put back must not be cut short by that
    _on_terminals(signal.SIG_IGN)
    raise Ended("", 128 + number)


def _on_terminals(handler: Any) -> None:
    """The signals that a terminal sends, Ctrl-C's aside: it has gone away, or Ctrl-\\ was pressed."""
    for name in ("SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        # who was started by nohup, or by a script in the background, stays
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _on_signals(end: Any, interrupt: Any) -> None:
    signal.signal(signal.SIGTERM, end)
    # also where a shell started us in the background with interrupts ignored: docker listens there too
    signal.signal(signal.SIGINT, interrupt)
    _on_terminals(end)


def main() -> None:
    """The console script: never returns."""
    # an interrupt this early ends us without a word
    _on_signals(signal.SIG_DFL, signal.SIG_DFL)
    # nothing made while starting becomes garbage: collecting would only cost time
    gc.disable()
    if sys.path[:1] == [""]:
        # python -c, python <: the current folder may hold what others wrote
        del sys.path[0]
    lazy_imports.enable()
    _open_standard_streams()
    keep_awake()
    app = App.of_process()
    try:
        _on_signals(_terminate, signal.default_int_handler)
        code = run(app, sys.argv[1:])
    except Ended as end:
        code = end.code
        if end.message:
            tell(app, end.message)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        _tidy_up(app)
        _die_of_pipe()
        code = 1
    _tidy_up(app)
    code = _flush(app, code)
    # the interpreter's own tear-down takes as long as some commands, and nothing is left to do
    os._exit(code)


def _open_standard_streams() -> None:
    """Streams that were closed are /dev/null, as in Go: else the next socket or file would get the number of one, and
    what is printed would go there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin, sys.stdout, sys.stderr = (
        stream or open(number, mode, closefd=False)
        for number, (stream, mode) in enumerate([(sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w")])
    )


def _flush(app: App, code: int) -> int:
    """What others have written by way of sys.stdout (a live view); returns the exit code."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        _die_of_pipe()
    except OSError as error:
        tell(app, f"write /dev/stdout: {first_line(error)}")
        return code or 1
    return code


def _tidy_up(app: App) -> None:
    """Nothing half done stays, however often one asks; what is left then is short, and who asks again is not kept
    waiting.
    """
    if "pydock.files.atomic" in sys.modules:
        _on_signals(signal.SIG_IGN, signal.SIG_IGN)
        sys.modules["pydock.files.atomic"].sweep()
    _on_signals(signal.SIG_DFL, signal.SIG_DFL)
    app.close()


def _die_of_pipe() -> None:
    """The reader of our output is gone: end as any filter does, by SIGPIPE."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
