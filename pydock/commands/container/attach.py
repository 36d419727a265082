"""`attach`: attach to a running container, and exit with its exit code."""

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
from pydock.commands.container.waiting import EventWaiter, WaitCall, end_of, supports_early_wait
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
    """GET /containers/…/json of a container that can be attached to. Raises Failure for any other."""
    container_json: dict[str, Any] = app.engine.json(containers.inspect_container(container))
    state = container_json["State"]
    if not state["Running"]:
        raise Failure("You cannot attach to a stopped container, start it first")
    if state["Paused"]:
        raise Failure("You cannot attach to a paused container, unpause it first")
    if state["Restarting"]:
        raise Failure("You cannot attach to a restarting container, wait until it is running")
    return container_json


@command(
    "container attach",
    AttachOptions,
    "Attach STDIN, STDOUT and STDERR to a running container",
    also=("attach",),
)
def attach(app: App, o: AttachOptions) -> None:
    ahead = None
    if supports_early_wait(app):
        try:
            ahead = WaitCall(app, o.container, "")
        except Failure:
            pass  # the next request reports errors of the container or the engine in more detail
    container = running(app, o.container)
    tty, stdin = bool(container["Config"]["Tty"]), bool(container["Config"]["OpenStdin"]) and not o.no_stdin
    check_terminal(app, not o.no_stdin, tty)
    exit_code = ahead or EventWaiter(app, container["Id"], remove=False, remove_here=False)
    with ExitStack() as stack:
        stack.enter_context(forwarding(app, o.container, o.sig_proxy and not tty))
        request = containers.attach_container(o.container, stdin, True, True, o.detach_keys or app.config.detach_keys)
        keys = detach_sequence(o.detach_keys, app.config.detach_keys)
        session = Session(app, app.engine.hijack(request), tty, stdin, True, keys)
        # it may have stopped between the two requests; its streams would then never end
        running(app, o.container)
        if tty and app.out.is_terminal:
            target = partial(containers.resize_container, o.container)
            # a shell redraws its prompt only on a change of size: resize to a different size first
            resize(app, target, larger=1)
            stack.enter_context(following_size(app, target))
        if session.run():
            raise Failure("read escape sequence")
        code = end_of(app, container["Id"], exit_code, str(container["State"].get("StartedAt") or ""))
    if code:
        raise Exit(code)
