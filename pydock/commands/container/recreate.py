"""`recreate`: a container made anew with changes. The old one is kept until the new one runs, and put back where it does not.

    create NAME.new-ID → connect it → stop NAME → rename NAME NAME.old-ID → rename NAME.new-ID NAME → start NAME → rm NAME.old-ID

Until its name is given away the old container is as it was. Each of these is sent once: after a failure, an interrupt
or a lost answer the engine is asked what became of it.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from pydock.api import containers, networks, whole
from pydock.api.request import Request
from pydock.commands.container.anew import CHANGES, Anew, anew, changed, reattached
from pydock.commands.container.as_run import SEVERAL, Finder, text_of
from pydock.commands.container.create import check_options, create_or_pull, named
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.container.line import line, quoted
from pydock.commands.container.networking import endpoint
from pydock.commands.container.own import Own
from pydock.commands.container.waiting import (
    ReadyOptions,
    WaitCall,
    beginning,
    supports_early_wait,
    waits,
)
from pydock.commands.image.pull import pull_missing
from pydock.errors import EngineError, Failure, Unreachable, failing
from pydock.options import MISSING, argument, command, flag, options
from pydock.shape import Json
from pydock.streams.pump import distribute
from pydock.values import replace

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.flags.networks import Attachment

#: seconds that a container has to run to count as running, and more than the seconds that it is given to stop
GRACE, PATIENCE = 3.0, 5.0
#: the seconds that an engine gives a container to stop, where nothing is said
TO_STOP = 10
#: lines of output of a container that does not run, for its error
LAST = 5


def as_in_run(field: str, text: str = "") -> Any:
    """A flag of `run`, with its parser. text: its help here."""
    spec = copy.copy(next(s for s in CreateOptions.flag_specs if s.dest == field))
    spec.help, spec.default = text or spec.help, MISSING
    return spec


@options
class RecreateOptions(ReadyOptions):
    """The flags of `run` that change a container, and how its place is taken."""

    container: str = argument("CONTAINER", sources="containers")
    image: str = flag("--image", help="Image of the new container (default: the same name)", sources="images")
    cpus: int = as_in_run("cpus")
    dry_run: bool = flag("--dry-run", help="Show what would be done, and change nothing")
    env: tuple[str, ...] = as_in_run("env", "Add or change an environment variable, NAME=VALUE")
    env_file: tuple[str, ...] = as_in_run("env_file")
    hostname: str = as_in_run("hostname")
    keep: bool = flag("--keep", help="Keep the old container, stopped, under another name")
    label: tuple[str, ...] = as_in_run("label", "Add or change a label, KEY=VALUE")
    memory: int = as_in_run("memory")
    network: tuple[Attachment, ...] = as_in_run("network", "Connect it to these networks, and no others")
    publish: tuple[str, ...] = as_in_run(
        "publish", "Publish these ports, and no others: [[IP:]HOST:]CONTAINER[/PROTOCOL]"
    )
    pull: str = flag(
        "--pull", default="missing", bare="always", metavar="string", help='When to pull the image: "missing" or "never"; without a value always',
        sources="always missing never",
    )  # fmt: skip
    restart: str = as_in_run("restart")
    user: str = as_in_run("user")
    volume: tuple[str, ...] = as_in_run(
        "volume", "Add a volume, or change what is mounted at its TARGET: [SOURCE:]TARGET[:OPTIONS]"
    )
    workdir: str = as_in_run("workdir")


def changes_of(o: RecreateOptions, image: str, name: str) -> CreateOptions:
    """As `create` has them."""
    values = {field: getattr(o, field) for field in CHANGES if field in o.given}
    return CreateOptions.make(image=image, name=name, pull=o.pull, **values, given=frozenset(values))


@command("container recreate", RecreateOptions, "Make a container anew, with changes", also=("recreate",), own=True)
def recreate(app: App, o: RecreateOptions) -> None:
    app.need_engine()
    waiting = waits(o, False, "")
    finder = Finder(app)
    said, old, _ = finder.find(o.container)
    check(said.name, old)
    if waiting and not old["State"]["Running"]:
        raise Failure(f"{said.name} does not run, and the new one will not either: there is nothing to wait for")
    exchange = Exchange(app, said.name, old, o.keep, (lambda: beginning(app, o)) if waiting else None)
    # the name: it may mean a newer image
    changes = changes_of(o, o.image or str(old["Config"].get("Image") or "") or said.image, exchange.fresh)
    with failing():
        check_options(changes)
        wanted = reattached(changed(said, changes, app.environ, app.files.read, app.files.cwd()))
        plan = anew(wanted, finder.version)
    if o.dry_run:
        pulls = [exchange.line("pull", changes.image)] if changes.pull == "always" else []
        app.out.write("\n".join([*pulls, exchange.plan(wanted, finder.version >= SEVERAL)]))
        return
    warn_of_sharing(app, said.name, exchange.id)
    get_image(finder, changes)
    app.out.line(exchange.make(changes, plan))


def warn_of_sharing(app: App, name: str, identifier: str) -> None:
    """Name the containers that have the old one's network: they know it by its ID."""
    for found in app.engine.json(whole.networks_of_all()):
        if (found.get("HostConfig") or {}).get("NetworkMode") == f"container:{identifier}":
            other = next(iter(found.get("Names") or ()), "").removeprefix("/")
            mended = " ".join(map(quoted, (app.prog, "recreate", "--network", f"container:{name}", other)))
            app.err.line(f"WARNING: {other} shares the network of {name}, which it loses: afterwards {mended}")


def get_image(finder: Finder, changes: CreateOptions) -> None:
    """Pull the image as --pull says, before anything is changed. Raises Failure."""
    reference = named(changes.image)
    if reference and (changes.pull == "always" or (changes.pull != "never" and not finder.image(changes.image))):
        pull_missing(finder.app, reference, "", False)


def check(name: str, old: Json) -> None:
    """Raises Failure for a container that cannot be put back as it is."""
    if (old.get("HostConfig") or {}).get("AutoRemove"):
        raise Failure(f"{name} was started with --rm: stopping it would remove it before the new one runs")
    if old["State"]["Paused"]:
        raise Failure(f"{name} is paused: unpause it first")


class Exchange:
    """The steps, and the way back. `awaited`: gives, before the start, what waits after it; `new`: the new container's ID,
    once it is there; `touched`: the old one may not be as it was."""

    def __init__(
        self, app: App, name: str, old: Json, keep: bool, awaited: Callable[[], Callable[[Sequence[str]], None]] | None
    ) -> None:
        self.app, self.name, self.id, self.keep, self.awaited = app, name, str(old["Id"]), keep, awaited
        self.running = bool(old["State"]["Running"])
        limit = old["Config"].get("StopTimeout")
        self.patience = (TO_STOP if limit is None else max(limit, 0)) + PATIENCE
        self.fresh, self.kept = f"{name}.new-{self.id[:8]}", f"{name}.old-{self.id[:8]}"
        self.new, self.touched, self.stopping = "", False, False

    # -- forwards -----------------------------------------------------------------------------------

    def make(self, changes: CreateOptions, plan: Anew) -> str:
        """Returns the new container's ID. Raises Failure; then the old one is in its place again, or the message says
        how to mend that."""
        try:
            self.create(changes, plan)
            if self.running:
                self.touched = self.stopping = True
                self.send(containers.stop_container(self.id))
                self.stopping = False
            self.touched = True
            self.send(containers.rename_container(self.id, self.kept))
            self.send(containers.rename_container(self.new, self.name))
            if self.running:
                self.start()
        except Failure as failure:
            raise Failure(f"{failure.message}\n{self.put_back()}", failure.code) from None
        except BaseException:
            # an interrupt: nobody else tells, and a stop that goes on takes its time
            if self.touched:
                self.app.err.line(f"putting {self.name} back")
            self.app.err.line(self.put_back())
            raise
        if not self.keep:
            self.remove_old()
        return self.new

    def send(self, request: Request) -> None:
        self.app.engine.read(request)

    def create(self, changes: CreateOptions, plan: Anew) -> None:
        app = self.app
        try:
            answer = create_or_pull(app, replace(changes, pull="never"), plan.body, None)
        except (EngineError, Unreachable):
            raise
        except BaseException:
            app.err.line(f"whether {self.fresh} was made is not known: if it is there, remove it")
            raise
        self.new = str(answer["Id"])
        for warning in answer.get("Warnings") or ():
            app.err.line(f"WARNING: {warning}")
        for network in plan.later:
            with failing():
                settings = endpoint(network)
            self.send(networks.connect_network(network.target, self.new, settings))
        if plan.parted:
            self.send(networks.disconnect_network(plan.body["HostConfig"]["NetworkMode"], self.new, False))

    def start(self) -> None:
        """Start the new container, and see that it goes on running. Raises Failure."""
        app = self.app
        if self.awaited:
            until = self.awaited()
            self.send(containers.start_container(self.new))
            until([self.new])
            return
        # requested before the start: it may exit at once
        exit_code = WaitCall(app, self.new, "next-exit").code if supports_early_wait(app) else None
        self.send(containers.start_container(self.new))
        ended = within(GRACE, exit_code) if exit_code else None
        found = app.engine.json(containers.inspect_container(self.new))
        state = found["State"]
        if ended is None and state["Running"] and not state["Restarting"]:
            return
        code = state.get("ExitCode", 0) if ended is None else ended
        raise Failure(f"the new container does not run: it exited with code {code}{self.last_words(found)}")

    def last_words(self, found: Json) -> str:
        """The end of the new container's output, which is removed with it."""
        said: list[bytes] = []
        request = containers.container_logs(self.new, tail=str(LAST))
        try:
            distribute(self.app.engine.blocks(request), said.append, said.append, framed=not found["Config"]["Tty"])
        except Failure:
            return ""
        text = b"".join(said).decode("utf-8", "replace").strip()
        return f"; the end of its output:\n{text}" if text else ""

    def remove_old(self) -> None:
        """Raises Failure: the new one runs in any case."""
        try:
            self.send(containers.remove_container(self.id))
        except Failure as failure:
            raise Failure(f"{failure.message}\n{self.left()}") from None
        except BaseException:
            self.app.err.line(self.left())
            raise

    def left(self) -> str:
        state = "runs" if self.running else "is made"
        return f"{self.name} {state} anew ({self.new[:12]}); the old container may be left as {self.kept}: remove it with {self.line('rm', self.kept)}"

    # -- backwards ----------------------------------------------------------------------------------

    def put_back(self) -> str:
        """Remove the new container, and put the old one in its place; what became of that."""
        if not self.new and not self.touched:
            return f"{self.name} is as it was"
        try:
            if self.new:
                self.remove_new()
            if self.touched:
                self.restore()
        except Failure as failure:
            return f"{self.name} could not be put back: {failure.message}\n{self.mend()}"
        except BaseException:
            self.app.err.line(f"{self.name} has not been put back\n{self.mend()}")
            raise
        return f"{self.name} is as it was"

    def remove_new(self) -> None:
        try:
            self.send(containers.remove_container(self.new, force=True))
        except EngineError as error:
            if not error.missing:
                raise

    def restore(self) -> None:
        """By what the engine tells: whether a request whose answer was lost was carried out."""
        if self.stopping:
            # a stop goes on where nobody waits for its answer: a start would come before its end
            within(self.patience, lambda: WaitCall(self.app, self.id, "").code())
        found = self.app.engine.json(containers.inspect_container(self.id))
        if str(found.get("Name") or "").removeprefix("/") != self.name:
            self.send(containers.rename_container(self.id, self.name))
        if self.running and not found["State"]["Running"]:
            self.send(containers.start_container(self.id))

    def mend(self) -> str:
        """The commands that put the old container in its place."""
        steps = [
            *([self.line("rm", "-f", self.new[:12])] if self.new else []),
            *([self.line("rename", self.id[:12], self.name)] if self.touched else []),
            *([self.line("start", self.id[:12])] if self.touched and self.running else []),
        ]
        return "\n".join(
            [
                f"The old container is {self.id[:12]}. To put it back, as far as it is needed:",
                *(f"  {s}" for s in steps),
            ]
        )

    # -- words --------------------------------------------------------------------------------------

    def line(self, *words: str) -> str:
        return " ".join(map(quoted, (self.app.prog, *words)))

    def plan(self, wanted: Own, several: bool) -> str:
        """What would be done, as commands."""
        made = line(replace(wanted, name=self.fresh), self.app.prog, several, verb="create")
        steps = [
            text_of(made, False).rstrip("\n"),
            *([self.line("stop", self.name)] if self.running else []),
            self.line("rename", self.name, self.kept),
            self.line("rename", self.fresh, self.name),
            *([self.line("start", self.name)] if self.running else []),
            *([] if self.keep else [self.line("rm", self.kept)]),
        ]
        return "\n".join([*steps, *(f"# kept, though no flag says it: {what}" for what in made.untold), ""])


def within(seconds: float, work: Callable[[], int]) -> int | None:
    """What the work gives; None if it takes longer. Raises Failure."""
    box: SimpleQueue[int | Failure] = SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except Failure as failure:
            box.put(failure)
        except Exception as error:
            box.put(Failure(f"{type(error).__name__}: {error}"))

    threading.Thread(target=run, daemon=True).start()
    try:
        found = box.get(timeout=seconds)
    except Empty:
        return None
    if isinstance(found, Failure):
        raise found
    return found
