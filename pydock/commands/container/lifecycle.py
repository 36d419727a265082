"""One request for each container: start, stop, kill, restart, pause, unpause, wait, rm, rename."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import version_key
from pydock.commands.container.session import Session, check_terminal, detach_sequence, following_size, forwarding
from pydock.commands.container.waiting import end_of, told_as_wait, waiter
from pydock.commands.shared import all_names, detach_keys_flag, each_name
from pydock.declare import Options, argument, command, flag, options
from pydock.errors import EngineError, Exit, Failure

if TYPE_CHECKING:
    from pydock.app import App

NAMES = "CONTAINER [CONTAINER...]"


@options
class StartOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="stopped")
    attach: bool = flag("-a", "--attach", help="Attach to the container's output and pass signals on")
    checkpoint: str = flag("--checkpoint", ostype="linux", experimental=True, help="Start from this checkpoint")
    checkpoint_dir: str = flag("--checkpoint-dir", ostype="linux", experimental=True, help="Where the checkpoints are kept", sources="folders")
    detach_keys: str = detach_keys_flag()
    interactive: bool = flag("-i", "--interactive", help="Attach to the container's input")


@command("container start", StartOptions, "Start one or more stopped containers", also=("start",))
def start(app: App, o: StartOptions) -> None:
    if o.attach or o.interactive:
        start_attached(app, o)
        return
    if o.checkpoint:
        if len(o.containers) > 1:
            raise Failure("you cannot restore multiple containers at once")
        app.engine.read(containers.start_container(o.containers[0], o.checkpoint, o.checkpoint_dir))
        return
    failed: list[str] = []
    for name in o.containers:
        try:
            app.engine.read(containers.start_container(name))
            app.out.line(name)
        except Failure as failure:
            app.err.line(failure.message)
            failed.append(name)
    if failed:
        raise Failure(f"Error: failed to start containers: {', '.join(failed)}")


def start_attached(app: App, o: StartOptions) -> None:
    """start -a, -i: one container, joined before it runs."""
    if len(o.containers) > 1:
        raise Failure("you cannot start and attach multiple containers at once")
    facts = app.engine.json(containers.inspect_container(o.containers[0]))
    identifier, tty = facts["Id"], bool(facts["Config"]["Tty"])
    stdin = o.interactive and bool(facts["Config"]["OpenStdin"])
    keys = detach_sequence(o.detach_keys, app.config.detach_keys)
    check_terminal(app, stdin, tty)
    with ExitStack() as stack:
        stack.enter_context(forwarding(app, identifier, not tty))
        request = containers.attach_container(identifier, stdin, True, True, o.detach_keys or app.config.detach_keys)
        session = Session(app, app.engine.hijack(request), tty, stdin, True, keys)
        exit_code = waiter(app, identifier, bool((facts.get("HostConfig") or {}).get("AutoRemove")))
        try:
            app.engine.read(containers.start_container(identifier, o.checkpoint, o.checkpoint_dir))
        except Failure:
            session.stream.close()
            raise
        if tty and app.out.is_terminal:
            stack.enter_context(following_size(app, partial(containers.resize_container, identifier)))
        if session.run():
            return
        with told_as_wait():
            code = end_of(app, identifier, exit_code)
    if code:
        raise Exit(code)


@options
class StopOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")
    signal: str = flag("-s", "--signal", help="Signal to send to the container", sources="signals")
    timeout: int = flag("-t", "--timeout", help="Seconds to wait before the kill")
    time: int = flag("--time", hidden=True, deprecated={"time": "use --timeout instead"}, help="Seconds to wait before the kill")


def signal_of(app: App, o: StopOptions) -> str:
    """--signal, which engines before API 1.42 do not know: docker leaves it out for them."""
    if not o.signal or version_key(app.engine.api_version) >= (1, 42):
        return o.signal
    return ""


def seconds(o: StopOptions) -> int | None:
    """Raises Failure for --time beside --timeout: both mean the same, and might say two things."""
    if {"time", "timeout"} <= o.given:
        raise Failure("conflicting options: cannot specify both --timeout and --time")
    return o.time if "time" in o.given else o.timeout if "timeout" in o.given else None


@command("container stop", StopOptions, "Stop one or more running containers", also=("stop",))
def stop(app: App, o: StopOptions) -> None:
    limit = seconds(o)
    all_names(app, o.containers, lambda name: app.engine.read(containers.stop_container(name, signal_of(app, o), limit)))


@options
class RestartOptions(StopOptions):
    containers: tuple[str, ...] = argument(NAMES, sources="containers")


@command("container restart", RestartOptions, "Restart one or more containers", also=("restart",))
def restart(app: App, o: RestartOptions) -> None:
    limit = seconds(o)
    each_name(app, o.containers, lambda name: app.engine.read(containers.restart_container(name, signal_of(app, o), limit)))


@options
class KillOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")
    signal: str = flag("-s", "--signal", help="Signal to send to the container", sources="signals")


@command("container kill", KillOptions, "Kill one or more running containers", also=("kill",))
def kill(app: App, o: KillOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.kill_container(name, o.signal)))


@options
class PauseOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="unpaused")


@command("container pause", PauseOptions, "Pause all processes within one or more containers", also=("pause",))
def pause(app: App, o: PauseOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.pause_container(name)))


@options
class UnpauseOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="paused")


@command("container unpause", UnpauseOptions, "Let the processes of paused containers go on", also=("unpause",))
def unpause(app: App, o: UnpauseOptions) -> None:
    all_names(app, o.containers, lambda name: app.engine.read(containers.unpause_container(name)))


@options
class WaitOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="running")


@command("container wait", WaitOptions, "Wait until one or more containers stop, then print their exit codes", also=("wait",))
def wait(app: App, o: WaitOptions) -> None:
    def code(name: str) -> str:
        return str(app.engine.json(containers.wait_container(name))["StatusCode"])

    each_name(app, o.containers, code, lambda _, status: app.out.line(status))


@options
class RemoveOptions(Options):
    containers: tuple[str, ...] = argument(NAMES, sources="removable")
    force: bool = flag("-f", "--force", help="Remove a running container too (by SIGKILL)")
    link: bool = flag("-l", "--link", help="Remove the link, not the container")
    volumes: bool = flag("-v", "--volumes", help="Remove the container's anonymous volumes too")


@command("container rm", RemoveOptions, "Remove one or more containers", also=("rm",), aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    app.need_engine()

    def act(name: str) -> None:
        target = name.strip("/") if name != "/" else ""
        if not target:
            raise Failure("container name cannot be empty")
        app.engine.read(containers.remove_container(target, o.force, o.volumes, o.link))

    if not o.force:
        all_names(app, o.containers, act)
        return
    missing: list[str] = []

    def forgiving(name: str) -> None:
        try:
            act(name)
        except EngineError as error:
            if error.status != 404:
                raise
            missing.append(error.message)
            raise Failure(error.message) from None

    try:
        all_names(app, o.containers, forgiving)
    except Failure as failure:
        if sorted(failure.message.splitlines()) != sorted(missing):
            raise
        # with --force what is not there counts as removed, and is told all the same
        app.err.line(failure.message)


@options
class RenameOptions(Options):
    container: str = argument("CONTAINER", sources="containers")
    name: str = argument("NEW_NAME")


@command("container rename", RenameOptions, "Give a container another name", also=("rename",))
def rename(app: App, o: RenameOptions) -> None:
    old, new = o.container.strip(), o.name.strip()
    if not old or not new:
        raise Failure("Error: Neither old nor new names may be empty")
    try:
        app.engine.read(containers.rename_container(old, new))
    except Failure as failure:
        app.err.line(failure.message)
        raise Failure(f"Error: failed to rename container named {old}") from None
