"""`warm on|off|status`: what they say; what they do is seen in tests/unit/test_warm.py."""

from __future__ import annotations

import pytest

from pydock.errors import Failure
from tests.support.cli import cli


class Resident:
    """Stands for app.warm."""

    def __init__(self, on: bool = True, process: int = 0) -> None:
        self.on, self.number, self.told = on, process, ""

    def turn_on(self) -> None:
        raise Failure("not here")

    def turn_off(self) -> None:
        self.told = "off"

    def is_on(self) -> bool:
        return self.on

    def process(self) -> int:
        return self.number


@pytest.mark.parametrize(
    "resident, text, code",
    [
        (Resident(on=False), "off\n", 1),
        (Resident(process=12), "on, process 12\n", 0),
        (Resident(), "on, no process: the next short command starts it\n", 0),
    ],
)
def test_status(resident: Resident, text: str, code: int) -> None:
    done = cli("warm", "status", warm=resident)
    assert (done.out, done.code) == (text, code)


def test_off_is_silent_and_on_tells_why_not() -> None:
    resident = Resident()
    done = cli("warm", "off", warm=resident)
    assert (done.out, done.err, done.code, resident.told) == ("", "", 0, "off")
    done = cli("warm", "on", warm=resident)
    assert (done.out, done.err, done.code) == ("", "not here\n", 1)
