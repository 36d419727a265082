"""One step of an examination."""

from __future__ import annotations

from pydock.values import record

OK, PROBLEM, SKIPPED = "ok", "problem", "skipped"


@record
class Step:
    """check: what was looked at; text: what was seen; mend: commands that help, to be typed."""

    check: str
    state: str
    text: str
    mend: tuple[str, ...] = ()


def ok(check: str, text: str, *mend: str) -> Step:
    return Step(check, OK, text, mend)


def problem(check: str, text: str, *mend: str) -> Step:
    return Step(check, PROBLEM, text, mend)


def skipped(check: str, why: str) -> Step:
    return Step(check, SKIPPED, why)
