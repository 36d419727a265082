"""`attach`: join a running container's streams; its exit code is ours."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.commands.container.session import (
    Session,
    check_terminal,
    detach_sequence,
    following_size,
    forwarding,
    resize,
)
from pydock.commands.container.waiting import EventWaiter, WaitCall, end_of, waits_ahead
from pydock.commands.shared import detach_keys_flag
from pydock.errors import Exit, Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class AttachOptions(Options):
    container: str = argument("CONTAINER", sources="unpaused")
    detach_keys: str = detach_keys_flag()
    no_stdin: bool = flag("--no-stdin", help="Do not attach STDIN")
    sig_proxy: bool = flag("--sig-proxy", default=True, help="Forward received signals to the process")


def running(app: App, container: str) -> dict[str, Any]:
    """GET /containers/…/json. Raises Failure for a container that cannot be attached to."""
    facts: dict[str, Any] = app.engine.json(containers.inspect_container(container))
    state = facts["State"]
    if not state["Running"]:
        raise Failure("You cannot attach to a stopped container, start it first")
    if state["Paused"]:
        raise Failure("You cannot attach to a paused container, unpause it first")
    if state["Restarting"]:
        raise Failure("You cannot attach to a restarting container, wait until it is running")
    return facts


@command(
    "container attach",
    AttachOptions,
    "Attach STDIN, STDOUT and STDERR to a running container",
    also=("attach",),
)
def attach(app: App, o: AttachOptions) -> None:
    ahead = None
    if waits_ahead(app):
        try:
            ahead = WaitCall(app, o.container, "")
        except Failure:
            pass  # what is wrong with the container, or the engine, the next request says better
    facts = running(app, o.container)
    tty, stdin = bool(facts["Config"]["Tty"]), bool(facts["Config"]["OpenStdin"]) and not o.no_stdin
    check_terminal(app, not o.no_stdin, tty)
    exit_code = ahead or EventWaiter(app, facts["Id"], remove=False, remove_here=False)
    with ExitStack() as stack:
        stack.enter_context(forwarding(app, o.container, o.sig_proxy and not tty))
        request = containers.attach_container(o.container, stdin, True, True, o.detach_keys or app.config.detach_keys)
        keys = detach_sequence(o.detach_keys, app.config.detach_keys)
        session = Session(app, app.engine.hijack(request), tty, stdin, True, keys)
        # it may have stopped between the two requests, and then its streams would never end
        running(app, o.container)
        if tty and app.out.is_terminal:
            target = partial(containers.resize_container, o.container)
            # a shell shows its prompt again only when the size changes: make it another one first
            resize(app, target, larger=1)
            stack.enter_context(following_size(app, target))
        if session.run():
            raise Failure("read escape sequence")
        code = end_of(app, facts["Id"], exit_code, str(facts["State"].get("StartedAt") or ""))
    if code:
        raise Exit(code)
