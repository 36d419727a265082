"""`start`: start containers, or start one attached."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from pydock.api import containers
from pydock.commands.container.session import Session, check_terminal, detach_sequence, following_size, forwarding
from pydock.commands.container.stop import NAMES
from pydock.commands.container.waiting import (
    ReadyOptions,
    beginning,
    end_of,
    wait_errors,
    waiter,
    waits,
)
from pydock.commands.shared import SelectOptions, Targets, detach_keys_flag, targets
from pydock.errors import Exit, Failure, Told
from pydock.options import argument, command, flag, options
from pydock.values import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App


@options
class StartOptions(SelectOptions, ReadyOptions):
    """`start`: which ones, whether attached, and what to wait for."""

    containers: tuple[str, ...] = argument(NAMES, sources="stopped", unless=("filter", "all"))
    attach: bool = flag("-a", "--attach", help="Attach STDOUT and STDERR, and forward signals")
    checkpoint: str = flag(
        "--checkpoint", ostype="linux", experimental=True, help="Restore from this checkpoint", sources="checkpoints"
    )
    checkpoint_dir: str = flag(
        "--checkpoint-dir",
        ostype="linux",
        experimental=True,
        help="Custom checkpoint storage directory",
        sources="folders",
    )
    detach_keys: str = detach_keys_flag()
    interactive: bool = flag("-i", "--interactive", help="Attach STDIN")


@command("container start", StartOptions, "Start one or more stopped containers", also=("start",))
def start(app: App, o: StartOptions) -> None:
    attached = o.attach or o.interactive
    waiting = waits(o, attached, "leave out --attach and --interactive")
    found = targets(app, o, o.containers, "start")
    o = replace(o, containers=found.names)
    if attached:
        start_attached(app, o)
        return
    until = beginning(app, o) if waiting else None
    start_all(app, o, found)
    if until:
        until([found.id(name) for name in o.containers])


def start_all(app: App, o: StartOptions, found: Targets) -> None:
    """Raises Failure."""
    if o.checkpoint:
        if len(o.containers) > 1:
            raise Failure("you cannot restore multiple containers at once")
        app.engine.read(containers.start_container(found.id(o.containers[0]), o.checkpoint, o.checkpoint_dir))
        return
    failed: list[tuple[str, Failure]] = []
    for name in o.containers:
        try:
            app.engine.read(containers.start_container(found.id(name)))
            app.out.line(name)
        except Failure as failure:
            app.err.line(failure.message)
            failed.append((name, failure))
    if failed:
        names = ", ".join(name for name, _ in failed)
        raise Told(f"Error: failed to start containers: {names}", [failure for _, failure in failed])


def start_attached(app: App, o: StartOptions) -> None:
    """start -a, -i: attach to one container, then start it."""
    if len(o.containers) > 1:
        raise Failure("you cannot start and attach multiple containers at once")
    container = app.engine.json(containers.inspect_container(o.containers[0]))
    identifier, tty = container["Id"], bool(container["Config"]["Tty"])
    stdin = o.interactive and bool(container["Config"]["OpenStdin"])
    keys = detach_sequence(o.detach_keys, app.config.detach_keys)
    check_terminal(app, stdin, tty)
    with ExitStack() as stack:
        stack.enter_context(forwarding(app, identifier, not tty))
        request = containers.attach_container(identifier, stdin, True, True, o.detach_keys or app.config.detach_keys)
        session = Session(app, app.engine.hijack(request), tty, stdin, True, keys)
        exit_code = waiter(app, identifier, bool((container.get("HostConfig") or {}).get("AutoRemove")))
        try:
            app.engine.read(containers.start_container(identifier, o.checkpoint, o.checkpoint_dir))
        except Failure:
            session.leave()
            raise
        if tty and app.out.is_terminal:
            stack.enter_context(following_size(app, partial(containers.resize_container, identifier)))
        if session.run():
            return
        with wait_errors(app):
            code = end_of(app, identifier, exit_code)
    if code:
        raise Exit(code)
