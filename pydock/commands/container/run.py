"""`run`: create, attach, wait, start, stream, exit code; in docker's order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from pydock.api import containers
from pydock.commands.container.create import prepare, send, with_help
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.container.session import Session, check_terminal, detach_sequence, following_size, forwarding
from pydock.commands.container.waiting import (
    ReadyOptions,
    Waiter,
    beginning,
    end_of,
    wait_errors,
    waiter,
    waits,
)
from pydock.commands.shared import detach_keys_flag
from pydock.errors import BrokenStream, EngineError, Exit, Failure
from pydock.options import command, flag, options
from pydock.streams.terminal import size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.api.types import CreateContainer, HostConfig
    from pydock.app import App


@options
class RunOptions(CreateOptions, ReadyOptions):
    """`run`: the options of create, and those of attaching."""

    detach: bool = flag("-d", "--detach", help="Run the container in the background and print its ID")
    detach_keys: str = detach_keys_flag()
    sig_proxy: bool = flag("--sig-proxy", default=True, help="Forward received signals to the process")


def start_failure(app: App, error: Failure) -> Failure:
    """An engine's error as run reports it: exit code 126 for commands that cannot be executed, 127 for missing ones."""
    text = error.message
    code = 125
    if any(
        t in text
        for t in ("executable file not found", "no such file or directory", "system cannot find the file specified")
    ):
        code = 127
    elif any(t in text for t in ("permission denied", "is a directory")):
        code = 126
    return with_help(app, "run", text.rstrip("\n"), code)


def attach_body(app: App, o: RunOptions, body: CreateContainer) -> CreateContainer:
    """The body with what only run knows: the attached streams and the size of the terminal."""
    host: HostConfig = {**body["HostConfig"], "ConsoleSize": list(size(app.out.binary))}
    if not o.detach:
        check_terminal(app, body["AttachStdin"], o.tty)
        return {**body, "HostConfig": host}
    if o.attach:
        raise Failure("conflicting options: cannot specify both --attach and --detach")
    return {
        **body, "HostConfig": host, "AttachStdin": False, "AttachStdout": False, "AttachStderr": False, "StdinOnce": False,
    }  # fmt: skip


@command(
    "container run",
    RunOptions,
    "Create and run a new container from an image",
    also=("run",),
    top=1,
    interspersed=False,
)
def run(app: App, o: RunOptions) -> None:
    waiting = waits(o, not o.detach, "add --detach")
    body = attach_body(app, o, prepare(app, o, "run"))
    keys = detach_sequence(o.detach_keys, app.config.detach_keys)
    try:
        container = send(app, o, body)
    except Failure as failure:
        raise start_failure(app, failure) from None
    with ExitStack() as stack:
        stack.enter_context(forwarding(app, container, o.sig_proxy and not o.detach))
        shown = body["AttachStdout"] or body["AttachStderr"]
        attached = body["AttachStdin"] or shown
        if not attached:
            app.out.line(container)
        session = attach(app, o, body, container, keys) if attached else None
        exit_code = waiter(app, container, o.rm)
        until = beginning(app, o) if waiting else None
        start(app, o, container, exit_code, session)
        if until:
            with leaving(o.rm, exit_code):
                until([container])
        if session is None:
            return
        if o.tty and app.out.is_terminal:
            stack.enter_context(following_size(app, partial(containers.resize_container, container)))
        try:
            if session.run() or not shown:
                return
        except BrokenStream as broken:
            raise Failure(broken.message, 125) from None
        with wait_errors(app):
            code = end_of(app, container, exit_code)
    if code:
        raise Exit(code)


@contextmanager
def leaving(remove: bool, exit_code: Waiter) -> Iterator[None]:
    """Say of a failure of the block what became of the container. remove: the engine removes it at its end."""
    from pydock.commands.container.ready import vanished

    try:
        yield
    except EngineError as error:
        if not remove or not vanished(error):
            raise
        # even before it could be looked at
        raise Failure(f"the container has exited with code {exit_code.code()} and was removed") from None
    except Failure as failure:
        kept = "" if remove else "\nThe container is left as it is."
        raise Failure(failure.message + kept, failure.code) from None


def attach(app: App, o: RunOptions, body: CreateContainer, container: str, keys: bytes) -> Session:
    request = containers.attach_container(
        container, stdin=body["AttachStdin"], stdout=body["AttachStdout"], stderr=body["AttachStderr"],
        detach_keys=o.detach_keys or app.config.detach_keys,
    )  # fmt: skip
    shown = body["AttachStdout"] or body["AttachStderr"]
    return Session(app, app.engine.hijack(request), o.tty, body["AttachStdin"], shown, keys)


def start(app: App, o: RunOptions, container: str, exit_code: Waiter, session: Session | None) -> None:
    try:
        app.engine.read(containers.start_container(container))
    except Failure as failure:
        if session:
            session.leave()
        if o.rm and isinstance(failure, EngineError):
            # the engine removes the container now: wait for that before reporting the error
            try:
                end_of(app, container, exit_code)
            except Failure:
                pass
        raise start_failure(app, failure) from None
