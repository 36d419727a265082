"""A build's progress: status messages → steps. Pure; times are nanoseconds since 1970, 0 for none.

A step of BuildKit (a vertex) may start and end several times; its duration is the sum of its merged intervals. Steps
may belong to a group, which is shown instead of them. Compatible with moby's util/progress/progressui.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydock.shape import Json

Interval = tuple[int, int]

SECOND = 1_000_000_000
#: bytes of a running step's output that are kept for display
KEPT = 8192
CANCELED = "context canceled"


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Merge overlapping intervals; an open one includes all after it."""
    out: list[Interval] = []
    for start, stop in sorted(intervals):
        if out and not out[-1][1]:
            break
        if out and out[-1][1] >= start:
            out[-1] = (out[-1][0], stop and max(stop, out[-1][1]))
        else:
            out.append((start, stop))
    return out


def byte_count(count: int) -> str:
    """1234567 → "1.23MB"."""
    value, units = float(count), iter(("B", "kB", "MB", "GB", "TB", "PB", "EB"))
    unit = next(units)
    while value >= 1000 and unit != "EB":
        value, unit = value / 1000, next(units)
    return f"{count}B" if unit == "B" else f"{value:.2f}{unit}"


def counts(status: Json) -> str:
    """A status's progress: "1.23MB / 4.56MB", or ""."""
    if status["total"]:
        return f"{byte_count(status['current'])} / {byte_count(status['total'])}"
    return byte_count(status["current"]) if status["current"] else ""


class Step:
    """One step, or a group of steps. `number`: in plain output, 0 before it is printed."""

    def __init__(self, digest: str, name: str, hidden: bool = False) -> None:
        self.digest, self.name, self.hidden = digest, name, hidden
        self.cached, self.error, self.number = False, "", 0
        self.intervals: dict[int, int] = {}
        #: statuses that have started, in order
        self.statuses: list[Json] = []
        self.by_id: dict[str, Json] = {}
        #: ids of statuses that have changed since they were printed
        self.changed: set[str] = set()
        self.warnings: list[Json] = []
        self.warned = 0
        #: lines of output; the last one may be incomplete
        self.lines: list[bytearray] = []
        self.partial = False
        self.printed = 0
        #: the last lines, for the report of a failure
        self.last_lines: list[bytes] = []
        #: the number of events since the step was last switched to, and the time of that
        self.events, self.since = 0, 0.0
        #: the number of bytes written, and the last of them
        self.heard, self.output = 0, b""
        self._seen: Json = {}

    def merged(self) -> list[Interval]:
        return merged(self.intervals.items())

    @property
    def started(self) -> bool:
        return bool(self.intervals)

    @property
    def completed(self) -> int:
        """The end of its newest interval; 0 if there is none, or it is open."""
        spans = self.merged()
        return spans[-1][1] if spans else 0

    @property
    def canceled(self) -> bool:
        return self.error.endswith(CANCELED)

    def seconds(self, now: int) -> float:
        return sum(((stop or now) - start) / SECOND for start, stop in self.merged())

    def happened(self, now: float) -> None:
        if not self.events:
            self.since = now
        self.events += 1

    def is_news(self, vertex: Json) -> bool:
        """Does this report of the step differ from the last one?"""
        old, self._seen = self._seen, vertex
        return bool(vertex["completed"] and vertex["completed"] != old.get("completed")) or any(
            vertex[k] != old.get(k) for k in ("name", "started", "cached", "error")
        )


class Group(Step):
    """Steps that are shown as one, from the first that is not weak."""

    def __init__(self, identity: str, name: str) -> None:
        super().__init__(identity, name, hidden=True)
        self.members: dict[str, Json] = {}

    def refresh(self) -> bool:
        """Update the group from its members; True if anything has changed."""
        before = (self.cached, self.error, self.hidden, dict(self.intervals))
        self.cached, self.error = True, ""
        for vertex in self.members.values():
            if vertex["started"]:
                self.intervals[vertex["started"]] = vertex["completed"]
                self.hidden = self.hidden and vertex["progressGroup"]["weak"]
            self.cached = self.cached and vertex["cached"]
            self.error = self.error or vertex["error"]
        self.hidden = self.hidden and not self.error
        return before != (self.cached, self.error, self.hidden, self.intervals)


class Trace:
    """All steps of a build."""

    def __init__(self) -> None:
        self.by_digest: dict[str, Step] = {}
        #: steps that have started, in order
        self.steps: list[Step] = []
        self.groups: dict[str, Group] = {}
        #: digests of steps with something to print
        self.news: set[str] = set()
        self.warnings: list[Json] = []
        self.start = 0

    def update(self, status: Json, now: float) -> None:
        """now: seconds."""
        grouped: dict[str, Group] = {}
        for vertex in status["vertexes"]:
            self.start = self.start or vertex["started"]
            if vertex["progressGroup"]:
                group = self._group(vertex["progressGroup"])
                group.members[vertex["digest"]] = vertex
                self.by_digest[vertex["digest"]] = group
                grouped[group.digest] = group
            else:
                self._vertex(vertex, now)
        for group in grouped.values():
            news = group.refresh()
            if group.hidden:
                continue
            if group not in self.steps:
                self.steps.append(group)
            if news:
                self._news(group, now)
        for report in status["statuses"]:
            if step := self.by_digest.get(report["vertex"]):
                self._status(step, report, now)
        for warning in status["warnings"]:
            self.warnings.append(warning)
            if step := self.by_digest.get(warning["vertex"]):
                step.warnings.append(warning)
                step.happened(now)
        for log in status["logs"]:
            if step := self.by_digest.get(log["vertex"]):
                self._log(step, log, now)

    def _group(self, reported: Json) -> Group:
        if reported["id"] not in self.groups:
            self.groups[reported["id"]] = self.by_digest[reported["id"]] = Group(reported["id"], reported["name"])
        return self.groups[reported["id"]]

    def _news(self, step: Step, now: float) -> None:
        step.happened(now)
        self.news.add(step.digest)

    def _vertex(self, vertex: Json, now: float) -> None:
        step = self.by_digest.setdefault(vertex["digest"], Step(vertex["digest"], vertex["name"]))
        if vertex["started"] and step.is_news(vertex):
            self._news(step, now)
        if vertex["started"] and not step.started:
            self.steps.append(step)
        if vertex["started"] or not step.started:
            step.name, step.cached, step.error = vertex["name"], vertex["cached"], vertex["error"]
        if vertex["started"]:
            step.intervals[vertex["started"]] = vertex["completed"]

    def _status(self, step: Step, report: Json, now: float) -> None:
        old = step.by_id.get(report["ID"])
        if old is None or not old["started"]:
            step.by_id[report["ID"]] = old = {**report}
            if report["started"]:
                step.statuses.append(old)
        old.update(report)
        step.changed.add(report["ID"])
        self._news(step, now)

    def _log(self, step: Step, log: Json, now: float) -> None:
        data = log["msg"]
        step.heard += len(data)
        step.output = (step.output + data)[-KEPT:]
        lines = data.split(b"\n")
        whole = not lines[-1]
        if whole:
            lines.pop()
        for i, line in enumerate(lines):
            if i == 0 and step.partial and step.lines:
                step.lines[-1] += line
            else:
                step.lines.append(bytearray(f"{self._moment(step, log['timestamp'])} ".encode() + line))
        step.partial = bool(data) and not whole
        self._news(step, now)

    @staticmethod
    def _moment(step: Step, timestamp: int) -> str:
        """Seconds since the step's newest start, as five characters."""
        spans = step.merged()
        seconds = (timestamp - spans[-1][0]) / SECOND if spans else 0.0
        return f"{seconds:.{3 if seconds < 10 else 2 if seconds < 100 else 1}f}"

    def visible(self) -> Iterator[Step]:
        """Every step once, with groups instead of their members."""
        yield from {id(s): s for s in self.by_digest.values() if not s.hidden}.values()

    def failures(self) -> str:
        """The last output of each failed step."""
        out = []
        for step in self.steps:
            if step.error and not step.canceled:
                lines = [*step.last_lines, *step.lines]
                text = b"".join(bytes(line) + b"\n" for line in lines).decode("utf-8", "surrogateescape")
                out.append(f"------\n > {step.name}:\n{text}------\n")
        return "".join(out)
