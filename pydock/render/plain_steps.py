"""A build's steps as lines of text, `--progress plain` and `rawjson`. Pure: times are arguments.

As moby's util/progress/progressui (printer.go): one step is printed at a time; the output of others waits until it is
done, or until a time limit.
"""

from __future__ import annotations

import base64
import json
from codecs import utf_8_decode
from datetime import datetime, timezone
from typing import Any

from pydock.go.strconv import within_years
from pydock.render.steps import SECOND, Step, Trace, counts

#: seconds: how long a step may be silent, and how long one is printed before another may interrupt it
MAX_DELAY, ANTI_FLICKER = 10.0, 5.0
#: a status is printed again after this many seconds, or this much progress
STATUS_SECONDS, STATUS_GROWTH = 5.0, 0.05
LAST_LINES = 10


class Plain:
    """draw() returns the text that is to be printed now."""

    def __init__(self, trace: Trace, title: str) -> None:
        self.trace, self.title = trace, title
        self.current: Step | None = None
        self.count, self.begun = 0, False
        #: the last printed state of each status: (bytes, time)
        self.reported: dict[str, tuple[int, int]] = {}
        self.out: list[str] = []

    def draw(self, now: float) -> str:
        """The text to print. now: seconds."""
        self._print(now)
        text, self.out = "".join(self.out), []
        return text

    def _print(self, now: float) -> None:
        steps = {s.digest: s for d in self.trace.news if (s := self.trace.by_digest.get(d)) and not s.hidden}
        completed = sorted((s for s in steps.values() if s.completed), key=lambda s: s.completed)
        waiting = [s for s in steps.values() if not s.completed]
        before = self.current
        for step in sorted(completed, key=lambda s: s is not before):
            self._step(step, now)
        if not waiting:
            if before is None or not self._runs(before):
                running = next((s for s in self.trace.steps if self._runs(s) and not s.hidden), None)
                if running is not None:
                    self._step(running, now)
            return
        if before in waiting:
            self._step(before, now)
        elif before is not None:
            waiting.append(before)
        self._switch(before, waiting, before in completed, now)

    @staticmethod
    def _runs(step: Step) -> bool:
        return bool(step.started and not step.completed)

    def _switch(self, before: Step | None, candidates: list[Step], done: bool, now: float) -> None:
        """Switch to another step, if it is time."""
        speeds = {id(s): s.events / max(now - s.since, 1e-9) for s in candidates}
        late = [s for s in candidates if now - s.since > MAX_DELAY and s is not before]
        busiest = late[-1] if late else max(candidates, key=lambda s: speeds[id(s)])
        if done or before is None:
            self._step(busiest, now)
        elif late:
            self._step(late[0], now)
        else:
            share = speeds[id(before)] / (sum(speeds.values()) or 1.0)
            if share < 1.0 and ANTI_FLICKER / (1.0 - share) < now - before.since and busiest is not before:
                self._step(busiest, now)

    def _step(self, step: Step, now: float) -> None:
        if not step.number:
            self.count += 1
            step.number = self.count
        if step is not self.current:
            self._leave_current()
            # the title goes before the first step, a blank line before any other
            self.out.append("\n" if self.begun else f"#0 {self.title}\n\n")
            self.begun = True
            self.out.append(f"#{step.number} {step.name}\n")
        unfinished = self._statuses(step)
        for warning in step.warnings[step.warned :]:
            self.out.append(f"#{step.number} WARN: {warning['short'].decode('utf-8', 'surrogateescape')}\n")
        step.warned = len(step.warnings)
        self._lines(step)
        self.current = step
        if step.completed and not unfinished:
            self.current, step.events = None, 0
            if step.partial:
                self.out.append("\n")
            self.out.append(f"#{step.number} {self._end(step)}\n")
        self.trace.news.discard(step.digest)

    def _leave_current(self) -> None:
        old = self.current
        if old is None:
            return
        if old.partial:
            self.out.append("\n")
        old.printed = old.events = 0
        self.out.append(f"#{old.number} ...\n")

    def _statuses(self, step: Step) -> bool:
        """Print changed statuses; True if a printed one is still in progress."""
        unfinished = False
        for status in step.statuses:
            if status["ID"] not in step.changed:
                continue
            last = self.reported.get(status["ID"])
            if last is not None and not status["completed"]:
                growth = (status["current"] - last[0]) / status["total"] if status["total"] else 0.0
                if growth < STATUS_GROWTH and (status["timestamp"] - last[1]) / SECOND < STATUS_SECONDS:
                    continue
            self.reported[status["ID"]] = (status["current"], status["timestamp"])
            amount = f" {counts(status)}" if counts(status) else ""
            seconds = (
                ((status["completed"] or status["timestamp"]) - status["started"]) / SECOND
                if status["started"]
                else 0.0
            )
            took = f" {seconds:.1f}s" if seconds > 0.01 else ""
            unfinished = unfinished or not status["completed"]
            self.out.append(f"#{step.number} {status['ID']}{amount}{took}{' done' if status['completed'] else ''}\n")
        step.changed.clear()
        return unfinished

    def _lines(self, step: Step) -> None:
        for line in step.lines:
            partial = step.partial and line is step.lines[-1]
            # an incomplete character is held back
            text, used = utf_8_decode(line[step.printed :], "surrogateescape", not partial or bool(step.completed))
            self.out.append(text if step.printed else f"#{step.number} {text}")
            step.printed = step.printed + used if partial else 0
            if not partial:
                self.out.append("\n")
                step.last_lines = [*step.last_lines, bytes(line)][-LAST_LINES:]
        step.lines = step.lines[-1:] if step.partial else []

    @staticmethod
    def _end(step: Step) -> str:
        if step.error:
            return "CANCELED" if step.canceled else f"ERROR: {step.error}"
        return "CACHED" if step.cached else f"DONE {step.seconds(0):.1f}s"


# -- rawjson -------------------------------------------------------------------------------------------


def raw_json(status: dict[str, Any]) -> str:
    """A status message as one line of JSON, with the fields in the order of BuildKit's own client."""
    out: dict[str, Any] = {}
    for key, shape in (("vertexes", _vertex), ("statuses", _status), ("logs", _log), ("warnings", warning_json)):
        if status[key]:
            out[key] = [shape(item) for item in status[key]]
    return json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n"


def moment(nanoseconds: int) -> str:
    """RFC 3339, with a fraction without trailing zeros."""
    seconds, rest = divmod(nanoseconds, SECOND)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return datetime.fromtimestamp(within_years(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def _given(**fields: Any) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if v}


def _time(value: int) -> str:
    return moment(value) if value else ""


def _group(value: dict[str, Any] | None) -> dict[str, Any]:
    return _given(id=value["id"], name=value["name"], weak=value["weak"]) if value else {}


def _vertex(v: dict[str, Any]) -> dict[str, Any]:
    return {
        "digest": v["digest"],
        **_given(
            inputs=v["inputs"],
            name=v["name"],
            started=_time(v["started"]),
            completed=_time(v["completed"]),
            cached=v["cached"],
            error=v["error"],
            progressGroup=_group(v["progressGroup"]),
        ),
    }


def _status(s: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": s["ID"],
        **_given(vertex=s["vertex"], name=s["name"], total=s["total"]),
        "current": s["current"],
        "timestamp": moment(s["timestamp"]),
        **_given(started=_time(s["started"]), completed=_time(s["completed"])),
    }


def _log(log: dict[str, Any]) -> dict[str, Any]:
    return {
        **_given(vertex=log["vertex"], stream=log["stream"]),
        "data": _base64(log["msg"]),
        "timestamp": moment(log["timestamp"]),
    }


def warning_json(w: dict[str, Any]) -> dict[str, Any]:
    info = w["info"]
    return _given(
        vertex=w["vertex"],
        level=w["level"],
        short=_base64(w["short"]),
        detail=[_base64(d) for d in w["detail"]],
        url=w["url"],
        sourceInfo=_given(filename=info["filename"], data=_base64(info["data"]), language=info["language"])
        if info
        else {},
        range=[{"start": _position(r["start"]), "end": _position(r["end"])} for r in w["ranges"]],
    )


def _position(p: dict[str, Any] | None) -> dict[str, int]:
    return _given(line=p["line"], character=p["character"]) if p else {}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
