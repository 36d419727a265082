"""`logs`: what came is shown, what is missing is told."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.errors import BrokenStream
from tests.support.cli import cli
from tests.support.samples import ID, container


def test_logs_that_are_cut_are_told() -> None:
    """What came is shown; what is missing is an error, not a shorter log."""

    def cut(_: Any) -> list[bytes]:
        return [b"\x01\0\0\0\0\0\0\x03ab\n", b"\x02\0\0\0\0\0\0\x02e\n"]

    table = {("GET", "/containers/x/json"): container(), ("GET", f"/containers/{ID}/logs"): cut}
    done = cli("logs", "x", table=table)
    assert (done.code, done.out, done.err) == (0, "ab\n", "e\n")
    table[("GET", f"/containers/{ID}/logs")] = BrokenStream("unexpected EOF")
    done = cli("logs", "x", table=table)
    assert (done.code, done.err) == (1, "unexpected EOF\n")


@pytest.mark.parametrize(("flags", "query"), [
    ((), {"stdout": "1", "stderr": "1", "tail": "all"}), (("-n", "5"), {"stdout": "1", "stderr": "1", "tail": "5"}),
    (("-ft", "--details"), {"stdout": "1", "stderr": "1", "tail": "all", "follow": "1", "timestamps": "1", "details": "1"}),
    (("--since", "1h", "--until", "2023-11-14T22:13:20.5Z"), {"stdout": "1", "stderr": "1", "tail": "all", "since": "1700000000", "until": "1700000000.500000000"}),
])  # fmt: skip
def test_what_is_asked_for(flags: tuple[str, ...], query: dict[str, str]) -> None:
    logs = ("GET", f"/containers/{ID}/logs")
    table = {("GET", "/containers/x/json"): container(), logs: [b"\x01\0\0\0\0\0\0\x02a\n"]}
    done = cli("logs", *flags, "x", table=table, clock=lambda: 1_700_003_600.0)
    assert (done.code, done.out, done.err, done.requests[1].query) == (0, "a\n", "", query)


def test_a_terminals_output_is_in_no_frames() -> None:
    terminal = container(Config={"Tty": True, "OpenStdin": False})
    table = {("GET", "/containers/x/json"): terminal, ("GET", f"/containers/{ID}/logs"): [b"\x01\0raw\r\n"]}
    assert cli("logs", "x", table=table).out == "\x01\0raw\r\n"


@pytest.mark.parametrize("flag", ["since", "until"])
def test_what_is_no_time_is_not_asked_for(flag: str) -> None:
    done = cli("logs", f"--{flag}", "x", "c", table={("GET", "/containers/c/json"): container()})
    assert (done.code, len(done.requests)) == (1, 1)
    assert done.err.startswith(f'invalid value for "{flag}": ')
