"""Waits until containers are what they are to be: `wait --for`, `run --wait`, `start --wait`.

Events are subscribed to before the first look, and each makes us look again: nothing is missed, and nothing is asked in
between. The log of a container is followed. Only ports are tried again and again: nobody tells when one is opened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.api.request import Request
from pydock.commands.container.listening import Listening, action_of, container_of, in_thread
from pydock.commands.container.seen import MET, Seen, Verdict, addresses, judge, lacks, run_began, seen
from pydock.errors import BrokenStream, EngineError, Failure, Failures
from pydock.flags.conditions import Condition, regex
from pydock.go.strconv import SECOND, format_duration
from pydock.shape import Json
from pydock.streams.feed import Feed
from pydock.streams.pump import lines, unframed

if TYPE_CHECKING:
    from pydock.app import App

#: the exit code where the time is up, as timeout(1) has it
TIME_IS_UP = 124
#: events after which a container is looked at; Podman's "remove" is Docker's "destroy", its "cleanup" follows the end
GONE = ("destroy", "remove")
TELLING = ("start", "die", "cleanup", "health_status", *GONE)
#: seconds between two connections to a port, or two readings of a log that ended before its container: at first, at most
FIRST, LONGEST, GROWTH = 0.05, 1.0, 1.5
#: readings of a log that are cut off until it counts as lost
PATIENCE = 3


class Target:
    """A container that is waited for. open: the conditions that are not met yet."""

    def __init__(self, now: Seen, conditions: Sequence[Condition]) -> None:
        self.now, self.open = now, list(conditions)
        #: the exit code of the first run that has ended
        self.code = now.code
        #: a run has ended since the waiting began; it was removed
        self.ended = self.removed = False
        #: what log and ports have said of the run that began at `run`; `over` is set once it is of no interest any more
        self.run, self.tried, self.over = "", dict[Condition, Verdict](), threading.Event()

    def judge(self, wanted: Condition) -> Verdict:
        if self.removed:
            why = f"it has exited with code {self.code} and was removed" if self.ended else "it was removed"
            return MET if wanted.kind == "removed" else Verdict(failed=True, why=why)
        tried = self.tried.get(wanted)
        if tried and (tried.met or tried.failed or not self.now.over):
            return tried
        return judge(wanted, self.now, self.ended)

    def settle(self) -> tuple[Condition, str] | None:
        """Strike out what is met. What has failed, and why."""
        verdicts = [(c, self.judge(c)) for c in self.open]
        self.open = [c for c, verdict in verdicts if not verdict.met]
        return next(((c, verdict.why) for c, verdict in verdicts if verdict.failed), None)

    def missing(self) -> list[str]:
        """A line for each condition that is not met."""
        return [lacks(self.now.name, c, self.judge(c).why) for c in self.open]


class Vigil:
    """Waits for conditions of containers. What happens once it is made is known."""

    def __init__(self, app: App, conditions: Sequence[Condition]) -> None:
        """conditions: none for healthy, or running where there is no health check. Raises Failure."""
        self.app, self.conditions = app, conditions
        self.feed: Feed[Callable[[], None]] = Feed(3600)
        self.targets: list[Target] = []
        Listening(app, self.feed.put, self.told, self.missed)

    def until(self, names: Sequence[str], timeout: int | None, ready: Callable[[Target], None] | None = None) -> None:
        """Wait until all is met. timeout: in nanoseconds; ready: called for each container. Raises Failure."""
        self.add(names)
        if timeout is not None:
            limit = threading.Timer(
                min(timeout / SECOND, threading.TIMEOUT_MAX), self.feed.put, (lambda: self.late(timeout),)
            )
            limit.daemon = True
            limit.start()
        waiting = self.settle(list(self.targets), ready)
        for act in self.feed if waiting else ():
            if act:
                act()
            waiting = self.settle(waiting, ready)
            if not waiting:
                return

    def settle(self, waiting: list[Target], ready: Callable[[Target], None] | None) -> list[Target]:
        """Those of them that are not ready. Raises Failure where one can no longer become so."""
        for target in waiting:
            if failed := target.settle():
                condition, why = failed
                exited = target.now.over and why == target.now.words
                said = self.last_words(target.now) if exited else ""
                raise Failure(lacks(target.now.name, condition, why + said))
            if not target.open:
                target.over.set()
                if ready:
                    ready(target)
        return [target for target in waiting if target.open]

    def late(self, timeout: int) -> None:
        """Raises Failure: the time is up."""
        missing = [line for target in self.targets for line in target.missing()]
        raise Failure("\n".join([f"timed out after {format_duration(timeout)}:", *missing]), TIME_IS_UP)

    def last_words(self, now: Seen) -> str:
        """The last line of what has exited, for a message; "" if it cannot be had."""
        try:
            blocks = self.app.engine.blocks(containers.container_logs(now.id, tail="1"))
            texts = [line.decode("utf-8", "replace").strip() for _, line in lines(unframed(blocks, not now.tty))]
        except Failure:
            return ""
        return f"; its last line of output: {texts[-1]}" if texts else ""

    # -- what threads report --------------------------------------------------------------

    def report(self, target: Target, wanted: Condition, over: threading.Event, verdict: Verdict) -> None:
        """What a thread has found, unless the run that it is about is over."""

        def act() -> None:
            if over is target.over:
                target.tried[wanted] = verdict

        self.feed.put(act)

    # -- events -------------------------------------------------------------------------------------

    def told(self, event: Json) -> None:
        action, identifier = action_of(event), container_of(event)
        for target in self.targets:
            if target.now.id != identifier or action not in TELLING:
                continue
            if action == "die":
                self.died(target, ((event.get("Actor") or {}).get("Attributes") or {}).get("exitCode") or "")
            if action in GONE:
                target.removed = True
            else:
                self.look(target)

    def died(self, target: Target, code: str) -> None:
        """A run has ended: that is known even where the container runs again by now."""
        if not target.ended and code.isdigit():
            target.code = int(code)
            target.open = [c for c in target.open if c.kind != "exited"]
        target.ended = True

    def missed(self) -> None:
        """Look at everything: no event may tell."""
        for target in self.targets:
            self.look(target, gone=True)

    # -- looking ------------------------------------------------------------------------------------

    def add(self, names: Sequence[str]) -> None:
        """Raises Failures for the names that there are not."""
        failures = []
        for name in names:
            try:
                now = self.inspected(name)
            except Failure as failure:
                failures.append(failure)
                continue
            self.targets.append(Target(now, self.conditions or [Condition("healthy" if now.health else "running")]))
        if failures:
            raise failures[0] if len(failures) == 1 else Failures(failures)
        for target in self.targets:
            self.follow(target)

    def inspected(self, name: str) -> Seen:
        """Raises Failure."""
        return seen(self.app.engine.json(containers.inspect_container(name, answer=containers.CONDITION)))

    def look(self, target: Target, gone: bool = False) -> None:
        """gone: no event will tell that it was removed. Raises Failure."""
        before = target.now
        try:
            target.now = self.inspected(before.id)
        except EngineError as error:
            if not vanished(error):
                raise
            target.removed = target.removed or gone
            return
        if target.now.over and not target.ended:
            target.code = target.now.code
        self.follow(target, before)

    def follow(self, target: Target, before: Seen | None = None) -> None:
        """Read the log, and try the ports, of a run that is new. before: the last look."""
        now = target.now
        if now.status == "created" or now.started == target.run:
            return
        target.over.set()
        target.run, target.tried, target.over = now.started, {}, threading.Event()
        for wanted in target.open:
            if wanted.kind == "log":
                in_thread(self.feed.put, self.read, target, wanted, now, run_began(now, before), target.over)
            elif wanted.kind == "port" and not now.over:
                in_thread(self.feed.put, self.knock, target, wanted, now, target.over)

    # -- logs and ports, in threads -----------------------------------------------------------------

    def read(self, target: Target, wanted: Condition, now: Seen, since: str, over: threading.Event) -> None:
        """Read the log of a run until a line matches."""
        pause, cut = FIRST, 0
        while not over.is_set():
            whole = target.now.over
            try:
                if self.matches(wanted, now, containers.container_logs(now.id, follow=not whole, since=since)):
                    return self.report(target, wanted, over, MET)
                if whole:
                    return self.report(target, wanted, over, Verdict(failed=True, why=target.now.words))
            except EngineError as error:
                # one that was removed is told by the events
                if not vanished(error):
                    self.report(target, wanted, over, Verdict(failed=True, why=error.message))
                return None
            except BrokenStream as broken:
                cut += 1
                if cut >= PATIENCE:
                    return self.report(target, wanted, over, Verdict(failed=True, why=broken.message))
            # a log ends shortly before its container does, or too early: what is read once that is over is the whole
            over.wait(pause)
            pause = min(pause * GROWTH, LONGEST)
        return None

    def matches(self, wanted: Condition, now: Seen, request: Request) -> bool:
        """Raises BrokenStream, EngineError."""
        pattern = regex(wanted.pattern)
        blocks = self.app.engine.background(request).blocks()
        found = lines(unframed(blocks, not now.tty))
        return any(pattern.search(line.decode("utf-8", "replace").rstrip("\r")) for _, line in found)

    def knock(self, target: Target, wanted: Condition, now: Seen, over: threading.Event) -> None:
        """Try a port until a connection to it is accepted, with growing pauses."""
        engine, pause = self.app.engine, FIRST
        try:
            places = addresses(self.with_network(now), wanted.port, engine.endpoint.machine)
        except ValueError as error:
            return self.report(target, wanted, over, Verdict(failed=True, why=str(error)))
        self.report(target, wanted, over, Verdict(why=f"trying {', '.join(map(str, places))}"))
        while not over.is_set():
            problems = []
            for place in places:
                if not (problem := engine.knock(place.host, place.port, place.proxied)):
                    return self.report(target, wanted, over, MET)
                problems.append(f"{place}: {problem}")
            self.report(target, wanted, over, Verdict(why=", ".join(problems)))
            over.wait(pause)
            pause = min(pause * GROWTH, LONGEST)
        return None

    def with_network(self, now: Seen) -> Seen:
        """The container whose network it uses. Raises Failure."""
        owner = now.mode.removeprefix("container:")
        return now if owner == now.mode else self.inspected(owner)


def vanished(error: EngineError) -> bool:
    """Was the container removed meanwhile? Podman's answer has another status while it removes one."""
    return error.missing or "no such container" in error.reason
