"""`exec`: execute a command in a running container."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import version_key
from pydock.commands.container.body import file_variables
from pydock.commands.container.session import Session, check_terminal, detach_sequence, following_size
from pydock.commands.shared import detach_keys_flag, dotenv_flag
from pydock.errors import Exit, Failure, Unreachable, failing
from pydock.flags import pairs
from pydock.options import Options, argument, command, flag, options
from pydock.streams.signals import leaving_with
from pydock.streams.terminal import is_terminal, size
from pydock.values import replace

if TYPE_CHECKING:
    from pydock.api.types import CreateExec, StartExec
    from pydock.app import App

#: seconds after each inspection of an exec whose output has ended: its exit may be recorded with a delay
PAUSES = (0.05, 0.2, 0.75, 2.0)


@options
class ExecOptions(Options):
    """`exec`: the command, its environment and its streams."""

    container: str = argument("CONTAINER", sources="unpaused")
    command: tuple[str, ...] = argument("COMMAND [ARG...]")
    detach: bool = flag("-d", "--detach", help="Run the command in the background")
    detach_keys: str = detach_keys_flag()
    env: tuple[str, ...] = flag(
        "-e",
        "--env",
        parse=pairs.env,
        since="1.25",
        help="Environment variable, NAME=VALUE; NAME alone takes its value from the environment",
        sources="environment",
    )
    env_file: tuple[str, ...] = flag(
        "--env-file", since="1.25", help="Read environment variables from a file", sources="files"
    )
    dotenv: tuple[str, ...] = dotenv_flag()
    interactive: bool = flag("-i", "--interactive", help="Keep STDIN open")
    privileged: bool = flag("--privileged", help="Run the command with extended privileges")
    tty: bool = flag("-t", "--tty", help="Allocate a pseudo-TTY")
    user: str = flag("-u", "--user", help="User name or UID: <name|uid>[:<group|gid>]")
    workdir: str = flag("-w", "--workdir", since="1.35", help="Working directory in the container")


def resolve(app: App, o: ExecOptions) -> ExecOptions:
    """Resolve what depends on the environment: files, variables, the configured detach keys. Raises Failure."""
    environ = app.environ
    with failing():
        from_files = file_variables(o, app.files.read, environ)
    given = (f"{text}={environ[text]}" if "=" not in text and text in environ else text for text in o.env)
    return replace(o, env=(*from_files, *given), detach_keys=o.detach_keys or app.config.detach_keys)


def exec_body(o: ExecOptions, console: tuple[int, int] | None) -> CreateExec:
    """The body of POST /containers/…/exec. `console`: (height, width) of the terminal."""
    return {
        "User": o.user,
        "Privileged": o.privileged,
        "Tty": o.tty,
        **console_size(console),
        "AttachStdin": o.interactive and not o.detach,
        "AttachStderr": not o.detach,
        "AttachStdout": not o.detach,
        "Detach": o.detach,
        "DetachKeys": o.detach_keys,
        "Env": list(o.env) or None,
        "WorkingDir": o.workdir,
        "Cmd": list(o.command),
    }


def start_body(o: ExecOptions, console: tuple[int, int] | None) -> StartExec:
    """The body of POST /exec/…/start."""
    return {"Detach": o.detach, "Tty": o.tty, **console_size(console)}


def console_size(console: tuple[int, int] | None) -> StartExec:
    return {"ConsoleSize": list(console)} if console else {}


@command(
    "container exec", ExecOptions, "Execute a command in a running container", also=("exec",), top=2, interspersed=False
)
def execute(app: App, o: ExecOptions) -> None:
    o = resolve(app, o)
    # an exec instance cannot be removed: check the container and the terminal before creating one
    app.engine.json(containers.inspect_container(o.container))
    if not o.detach:
        check_terminal(app, o.interactive, o.tty)
    console = size(app.out.binary) if o.tty and version_key(app.engine.api_version) >= (1, 42) else None
    identifier = str(app.engine.json(containers.create_exec(o.container, exec_body(o, console)))["Id"])
    if not identifier:
        raise Failure("exec ID empty")
    start = containers.start_exec(identifier, start_body(o, console))
    if o.detach:
        app.engine.read(start)
        return
    duplex = app.engine.hijack(start)
    # an interrupted exec is not a failure: the process keeps running, as with docker
    with ExitStack() as stack:
        stack.enter_context(leaving_with(0))
        session = Session(app, duplex, o.tty, o.interactive, True, detach_sequence(o.detach_keys, ""))
        if o.tty and is_terminal(app.stdin):
            stack.enter_context(following_size(app, partial(containers.resize_exec, identifier)))
        if session.run():
            raise Failure("read escape sequence")
        code = exit_code(app, identifier)
    if code:
        raise Exit(code)


def exit_code(app: App, identifier: str) -> int:
    """The exit code of an exec whose output has ended. Raises Failure if still running; 255 if the engine is gone."""
    pause = threading.Event()
    for seconds in PAUSES:
        try:
            state = app.engine.json(containers.inspect_exec(identifier))
        except Unreachable as error:
            raise Failure(error.message, 255) from None
        if not state["Running"]:
            if state.get("ExitCode") is None:
                raise Failure("the engine does not report the command's exit code")
            return int(state["ExitCode"])
        pause.wait(seconds)
    raise Failure("lost the connection to the command's output; the command is still running")
