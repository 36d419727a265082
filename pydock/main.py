"""The entry point: run a command line, report errors, choose the exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from types import FrameType

from pydock import lazy_imports
from pydock.app import App
from pydock.errors import Ended, Failure, NoEngine, first_line
from pydock.streams.awake import keep_awake
from pydock.streams.output import unbuffered

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any
else:
    # what Python's own `signal` is made of: that one makes enumerations of its constants, which takes as long as click's types
    import _signal as signal


def run(app: App, args: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Raises only KeyboardInterrupt, Ended and BrokenPipeError."""
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
        report_text(app, error.format_message())
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        if app.globals.debug:
            raise
        return report(app, unexpected(app, error))


def app_of_process() -> App:
    """The App with this process's streams and environment."""
    name = os.path.basename(sys.argv[0]).removesuffix(".exe").removesuffix(".pyz")
    prog = "pydock" if name in ("__main__.py", "-c", "") else name
    return App(unbuffered(sys.stdout), unbuffered(sys.stderr), sys.stdin.buffer, os.environ, prog, architecture())


def architecture() -> str:
    """This machine's CPU architecture as Go names it: "amd64"."""
    name = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "amd64")
    return {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}.get(name, name)


def unexpected(app: App, error: Exception) -> Failure:
    """A bug of pydock: reported without a traceback."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return Failure(
        f"{app.prog}: unexpected error: {what}\nThis is a bug in pydock. Run it again with --debug for a traceback."
    )


def report(app: App, failure: Failure) -> int:
    """Print the error's message, if it has one; returns the exit code. Nothing else prints errors."""
    if app.answers_made_up:
        # what comes of an answer that the engine did not give is no failure
        if failure.message:
            report_text(app, f"# Stopped, as what came before was not sent: {failure.message}")
        return 0
    if failure.message:
        report_text(app, failure.message)
        if app.err.is_terminal and app.environ.get("PYDOCK_HINTS") != "0":
            hint(app, failure)
    return failure.code


def hint(app: App, failure: Failure) -> None:
    """Tell what helps against an error that has been printed."""
    from pydock.hints.show import show

    try:
        show(app, failure)
    except Failure:
        pass


def report_text(app: App, text: str) -> None:
    """Print a final message. Where stderr cannot be written, the exit code has to do."""
    try:
        app.err.line(text)
    except Failure:
        pass


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave through every `finally`: restore the terminal, remove unfinished files."""
    # a terminal that closes may send several signals, which must not interrupt the cleanup
    _on_terminals(signal.SIG_IGN)
    raise Ended("", 128 + number)


def _on_terminals(handler: Any) -> None:
    """Handle the terminal's signals other than Ctrl-C: it was closed, or Ctrl-\\ was pressed."""
    for name in ("SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        # started by nohup, or in the background by a script: go on ignoring it
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _on_signals(end: Any, interrupt: Any) -> None:
    signal.signal(signal.SIGTERM, end)
    # also where a shell started us in the background with interrupts ignored, as docker does
    signal.signal(signal.SIGINT, interrupt)
    _on_terminals(end)


def main() -> None:
    """The console script: never returns."""
    # an interrupt this early ends the process without a traceback
    _on_signals(signal.SIG_DFL, signal.SIG_DFL)
    # as in start, for who comes another way
    gc.disable()
    if sys.path[:1] == [""]:
        # python -c, python <: the current folder may hold what others wrote
        del sys.path[0]
    lazy_imports.enable()
    _open_standard_streams()
    keep_awake()
    app = app_of_process()
    try:
        _on_signals(_terminate, signal.default_int_handler)
        code = run(app, sys.argv[1:])
    except Ended as end:
        code = end.code
        if end.message:
            report_text(app, end.message)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        _tidy_up(app)
        _die_of_pipe()
        code = 1
    _tidy_up(app)
    code = _flush(app, code)
    # the interpreter's tear-down takes as long as some commands, and there is nothing left to do
    os._exit(code)


def _open_standard_streams() -> None:
    """Open closed standard streams as /dev/null, as Go does: otherwise the next socket or file would get a stream's
    number, and the output."""
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
    """Flush sys.stdout, which live views write to; returns the exit code."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        _die_of_pipe()
    except OSError as error:
        report_text(app, f"write /dev/stdout: {first_line(error)}")
        return code or 1
    return code


def _tidy_up(app: App) -> None:
    """Remove unfinished files, ignoring further signals: it does not take long."""
    if "pydock.files.atomic" in sys.modules:
        _on_signals(signal.SIG_IGN, signal.SIG_IGN)
        sys.modules["pydock.files.atomic"].sweep()
    _on_signals(signal.SIG_DFL, signal.SIG_DFL)
    app.close()


def _die_of_pipe() -> None:
    """The reader of our output is gone: end by SIGPIPE, like any filter."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
