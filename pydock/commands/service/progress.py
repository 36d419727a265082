"""How far the tasks of a service are: the engine's lists of tasks to progress messages. Pure.

Messages have the form of the engine's own ones: an id, a status, and a bar's position; docker's words and order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from math import ceil

from pydock.errors import Failure
from pydock.shape import Json

#: the states of a task, in their order
STATES = (
    "new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running", "complete",
    "shutdown", "failed", "rejected",
)  # fmt: skip
NUMBER = {state: number for number, state in enumerate(STATES, 1)}
RUNNING, COMPLETE, LONGEST = NUMBER["running"], NUMBER["complete"], len("preparing")
#: more tasks get no lines of their own
MAX_LINES = 20
#: longest error of a task, in characters
MAX_ERROR = 75


def message(name: str, status: str, current: int = 0, total: int = 0) -> Json:
    """A line of the progress; one that is redrawn in place. With a total it has a bar."""
    return {"id": name, "status": status, "progressDetail": {"current": current, "total": total} if total else {}}


def overall(done: int, total: int, rollback: bool = False) -> Json:
    return message("overall progress", f"{'rolling back update: ' if rollback else ''}{done} out of {total} tasks")


def observed(task: Json) -> int:
    """The number of the task's state; 0 for an unknown one."""
    return NUMBER.get((task.get("Status") or {}).get("State") or "", 0)


def desired(task: Json) -> int:
    return NUMBER.get(task.get("DesiredState") or "", 0)


def is_running(task: Json) -> bool:
    return desired(task) <= RUNNING and observed(task) == RUNNING


def row(name: str, task: Json, job: bool = False) -> Json | None:
    """A task's line: its error, or its state and a bar; None for one that has ended, unless it is a job's."""
    error = (task.get("Status") or {}).get("Err")
    if error:
        text = str(error).replace("\n", " ")
        return message(name, text if len(text) <= MAX_ERROR else f"{text[: MAX_ERROR - 1]}…")
    if not job and max(desired(task), observed(task)) > RUNNING:
        return None
    return message(name, STATES[observed(task) - 1].ljust(LONGEST), observed(task), COMPLETE if job else RUNNING)


def place_of(task: Json, key: str) -> object:
    """The slot or node of a task. key: "Slot" or "NodeID"."""
    return task.get(key) or (0 if key == "Slot" else "")


def chosen(tasks: Iterable[Json], key: str, active: set[str] | None = None) -> dict[object, Json]:
    """One task for each slot or node: of several the one that is to live shorter, then the one that is less far.

    active: nodes; tasks on others do not count."""
    out: dict[object, Json] = {}
    for task in tasks:
        place = place_of(task, key)
        other = out.get(place)
        if not desired(task) or not observed(task):
            continue
        if other is not None and (desired(other), observed(other)) <= (desired(task), observed(task)):
            continue
        if active is not None and task.get("NodeID") and task["NodeID"] not in active:
            continue
        out[place] = task
    return out


class Tracker(ABC):
    """The progress of one service, look by look."""

    converged = False

    @abstractmethod
    def look(self, service: Json, tasks: list[Json], active: set[str], rollback: bool) -> Iterator[Json]:
        """The messages about this moment, after which `converged` says whether all is done. active: the IDs of nodes
        that are not down. Raises Failure."""


class Replicated(Tracker):
    """Tasks by slots: "1/3"."""

    def __init__(self) -> None:
        #: slot -> line; slots need not be numbered without gaps
        self.lines: dict[object, int] = {}
        self.began = self.done = False

    def look(self, service: Json, tasks: list[Json], active: set[str], rollback: bool) -> Iterator[Json]:
        total = ((service["Spec"].get("Mode") or {}).get("Replicated") or {}).get("Replicas")
        if total is None:
            raise Failure("no replica count")
        if not self.began:
            self.began = True
            yield overall(0, total, rollback)
            for number in range(1, total + 1 if total <= MAX_LINES else 0):
                yield message(f"{number}/{total}", " ")
        found = chosen(tasks, "Slot", active)
        self.done = self.done and all(observed(task) == RUNNING for task in found.values())
        for slot, task in found.items():
            line = self.lines.setdefault(slot, len(self.lines) + 1)
            if not self.done and line <= total <= MAX_LINES and (told := row(f"{line}/{total}", task)):
                yield told
        running = sum(map(is_running, found.values()))
        if not self.done:
            yield overall(running, total, rollback)
        self.converged = running == total
        self.done = self.done or self.converged


class Global(Tracker):
    """Tasks by nodes. How many there will be is seen from the tasks, which are all made at once."""

    def __init__(self) -> None:
        self.began = self.done = False

    def look(self, service: Json, tasks: list[Json], active: set[str], rollback: bool) -> Iterator[Json]:
        found = chosen(tasks, "NodeID")
        if not self.began and not found:
            yield message("overall progress", "waiting for new tasks")
            return
        if not self.began:
            self.began = True
            yield overall(0, len(found), rollback)
        self.done = self.done and all(observed(task) == RUNNING for task in found.values())
        here = {node: task for node, task in found.items() if node in active}
        for node, task in here.items():
            if not self.done and len(found) <= MAX_LINES and (told := row(str(node)[:12], task)):
                yield told
        running = sum(map(is_running, here.values()))
        if not self.done:
            yield overall(running, len(found), rollback)
        self.converged = running == len(found)
        self.done = self.done or self.converged


def iteration(holder: Json) -> int | None:
    """The iteration of a job to which a task, or the status of a service, belongs."""
    found = holder.get("JobIteration")
    return None if found is None else found.get("Index") or 0


class Job(Tracker):
    """Tasks that are to end, by slots or nodes."""

    def __init__(self, key: str) -> None:
        self.key = key

    def found(self, service: Json, tasks: list[Json]) -> dict[object, Json]:
        """The least advanced task of each place, of the current iteration."""
        now = iteration(service.get("JobStatus") or {}) or 0
        out: dict[object, Json] = {}
        for task in tasks:
            place = place_of(task, self.key)
            if (
                iteration(task) == now
                and observed(task)
                and (place not in out or observed(out[place]) > observed(task))
            ):
                out[place] = task
        return out

    @staticmethod
    def progress(done: int, total: int) -> Json:
        return message("job progress", f"{done:>{len(str(total))}} out of {total} complete", done, total)

    @staticmethod
    def rows(named: Iterable[tuple[str, Json]], total: int) -> Iterator[Json]:
        for name, task in named:
            if total <= MAX_LINES and (told := row(name, task, job=True)):
                yield told


class ReplicatedJob(Job):
    """A job of a number of tasks, some of them at once."""

    def __init__(self, mode: Json) -> None:
        super().__init__("Slot")
        self.total, self.at_once = mode.get("TotalCompletions") or 0, mode.get("MaxConcurrent") or 0
        self.began = False

    def summary(self, active: int, done: int) -> Iterator[Json]:
        yield self.progress(done, self.total)
        width, most = len(str(self.at_once)), min(self.total - done, self.at_once)
        yield message("active tasks", f"{active:>{width}} out of {most:>{width}} tasks")

    def look(self, service: Json, tasks: list[Json], active: set[str], rollback: bool) -> Iterator[Json]:
        if not self.began:
            self.began = True
            yield from self.summary(0, 0)
            for number in range(1, self.total + 1 if self.total <= MAX_LINES else 0):
                yield message(f"{number}/{self.total}", " ")
        found = [task for task in self.found(service, tasks).values() if desired(task)]
        found.sort(key=lambda task: int(task.get("Slot") or 0))
        yield from self.rows(((f"{(task.get('Slot') or 0) + 1}/{self.total}", task) for task in found), self.total)
        done = sum(observed(task) == COMPLETE for task in found)
        yield from self.summary(sum(observed(task) < COMPLETE for task in found), done)
        self.converged = done == self.total


class GlobalJob(Job):
    """A job of a task on each node; nodes that join later do not count."""

    def __init__(self) -> None:
        super().__init__("NodeID")
        self.nodes: set[object] | None = None

    def look(self, service: Json, tasks: list[Json], active: set[str], rollback: bool) -> Iterator[Json]:
        if self.nodes is None:
            if not tasks and active:
                yield message("job progress", "waiting for tasks")
                return
            now = iteration(service.get("JobStatus") or {}) or 0
            self.nodes = {task.get("NodeID") or "" for task in tasks if iteration(task) == now}
            yield self.progress(0, len(self.nodes))
        found = {node: task for node, task in self.found(service, tasks).items() if node in self.nodes}
        yield from self.rows(((str(node), task) for node, task in found.items()), len(self.nodes))
        done = sum(observed(task) == COMPLETE for task in found.values())
        yield self.progress(done, len(self.nodes))
        self.converged = done == len(self.nodes)


def tracker(service: Json) -> Tracker:
    """What follows a service of this mode. Raises Failure for an unknown one."""
    mode = service["Spec"].get("Mode") or {}
    if (mode.get("Replicated") or {}).get("Replicas") is not None:
        return Replicated()
    if mode.get("Global") is not None:
        return Global()
    if mode.get("ReplicatedJob") is not None:
        return ReplicatedJob(mode["ReplicatedJob"])
    if mode.get("GlobalJob") is not None:
        return GlobalJob()
    raise Failure("unrecognized service mode")


# -- a service over time ---------------------------------------------------------------------------

SECOND = 1_000_000_000


class Convergence:
    """From look to look: has the service converged, and stayed so for as long as updates are watched?

    Times are in seconds, by any clock."""

    def __init__(self) -> None:
        self.tracker: Tracker | None = None
        #: when it converged
        self.since: float | None = None
        self.monitor = 5 * SECOND
        self.rollback = False
        self.last_word: Json | None = None
        #: is there nothing more to wait for?
        self.over = False

    @property
    def converged(self) -> bool:
        return self.tracker is not None and self.tracker.converged

    def before_tasks(self, name: str, service: Json, now: float) -> Iterator[Json]:
        """The messages about the service itself; `over` after them: the tasks need no look. Raises Failure."""
        monitor = (service["Spec"].get("UpdateConfig") or {}).get("Monitor")
        self.monitor = monitor or self.monitor
        self.tracker = self.tracker or tracker(service)
        yield from self._update(service.get("UpdateStatus") or {})
        if not self.over and self.since is not None and self.converged and (now - self.since) * SECOND >= self.monitor:
            yield message("verify", f"Service {name} converged")
            if self.last_word:
                yield self.last_word
            self.over = True

    def _update(self, status: Json) -> Iterator[Json]:
        state, text = status.get("State"), status.get("Message") or ""
        if state == "updating":
            self.rollback = False
        elif state == "completed":
            self.over = not self.converged
        elif state in ("paused", "rollback_paused"):
            raise Failure(f"service {'update' if state == 'paused' else 'rollback'} paused: {text}")
        elif state == "rollback_started":
            if not self.rollback and text:
                yield message("rollback", text)
            self.rollback = True
        elif state == "rollback_completed":
            if not self.converged:
                self.last_word = {"id": "rollback", "status": text}
            self.rollback = True

    def with_tasks(self, service: Json, tasks: list[Json], active: set[str], now: float) -> Iterator[Json]:
        """The messages about the tasks. Raises Failure."""
        assert self.tracker is not None
        yield from self.tracker.look(service, tasks, active, self.rollback)
        if self.converged and service.get("JobStatus") is not None:
            # the tasks of a job have ended, and stay so
            self.over = True
            yield {"status": "job complete"}
        elif self.converged:
            self.since = now if self.since is None else self.since
            left = self.monitor / SECOND - (now - self.since)
            if left >= 0:
                yield message("verify", f"Waiting {max(ceil(left), 1)} seconds to verify that tasks are stable...")
        else:
            if self.since is not None:
                yield message("verify", "Detected task failure")
            self.since = None
