"""Requests that are sent ahead: every answer is its own request's, and what breaks is asked again."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.api import containers
from pydock.config.endpoint import Endpoint
from pydock.engine.ahead import AHEAD, FEW, LONGEST, answers
from pydock.engine.engine import Engine
from pydock.engine.http1 import Wire
from pydock.errors import BrokenStream, EngineError
from tests.support.cli import program
from tests.support.cut import arriving, cut
from tests.support.listening import each_connection
from tests.unit.test_wire import chunked

#: an answer's parts, whether it is chunked, and its headers beside the framing
ANSWER = st.tuples(
    st.lists(st.binary(max_size=40), max_size=3), st.booleans(), st.sampled_from([b"", b"A: b\r\nC: d\r\n", b"A: b\n"])
)


def raw(parts: list[bytes], as_chunks: bool, headers: bytes = b"") -> bytes:
    body = b"".join(parts)
    framing = b"Transfer-Encoding: chunked" if as_chunks else b"Content-Length: %d" % len(body)
    return b"HTTP/1.1 200 OK\r\n" + headers + framing + b"\r\n\r\n" + (chunked(parts) if as_chunks else body)


def received(data: list[bytes], count: int) -> list[bytes]:
    """The bodies that a client reads of so many answers, which arrive in these pieces, after which the server hangs up."""
    out = []
    with arriving(data) as connection:
        try:
            for _, body in answers(Wire(connection), [b"request"] * count):
                out.append(body)
        except BrokenStream:
            out.append(b"broken")
    return out


@settings(deadline=None, max_examples=60)
@given(st.lists(ANSWER, min_size=1, max_size=6), st.lists(st.integers(0, 10**6), max_size=6))
def test_answers_however_they_arrive(given_: list[tuple[list[bytes], bool, bytes]], places: list[int]) -> None:
    whole = b"".join(raw(*one) for one in given_)
    assert received(cut(whole, places), len(given_)) == [b"".join(parts) for parts, _, _ in given_]


@settings(deadline=None, max_examples=60)
@given(st.lists(ANSWER, min_size=1, max_size=4), st.data())
def test_a_cut_answer_is_none(given_: list[tuple[list[bytes], bool, bytes]], data: st.DataObject) -> None:
    each = [raw(*one) for one in given_]
    end = data.draw(st.integers(0, sum(map(len, each)) - 1))
    complete = sum(sum(map(len, each[: at + 1])) <= end for at in range(len(each)))
    got = received([b"".join(each)[:end]], len(each))
    assert got == [*(b"".join(parts) for parts, _, _ in given_[:complete]), b"broken"]


def test_an_answer_longer_than_its_length_is_no_answer() -> None:
    assert received([raw([b"ab"], False) + b"c" + raw([b"d"], False)], 2) == [b"ab", b"broken"]
    assert received([raw([b"ab"], False) + b"c"], 1) == [b"broken"]


class Server:
    """An engine that may get several requests at once. `after`: it ends its first connection with requests after so many
    answers, by `end`: "hang up", "half" an answer, or "close", which it announces."""

    def __init__(self, folder: Path, after: int = -1, end: str = "") -> None:
        self.after, self.end = after, end
        self.asked: list[list[str]] = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "e.sock"))
        self.listener.listen()
        self.engine = Engine(Endpoint(f"unix://{folder}/e.sock"))
        each_connection(self.listener, self._serve)

    def _serve(self, connection: socket.socket) -> None:
        # the client may hang up at any time
        with connection, suppress(OSError):
            data, mine = b"", list[str]()
            self.asked.append(mine)
            while True:
                more = connection.recv(1 << 16)
                if not more:
                    return
                data += more
                *whole, data = data.split(b"\r\n\r\n")
                for head in whole:
                    if b"/_ping" in head:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n")
                        continue
                    found = re.search(rb"/containers/([^/]*)/json", head)
                    assert found, head
                    mine.append(found[1].decode())
                    last = bool(self.end) and self.after == len(mine) - 1 and len(self.asked) == 1
                    if last and self.end == "hang up":
                        return
                    answer = self._answer(found[1], last and self.end == "close")
                    connection.sendall(answer[: len(answer) // 2] if last and self.end == "half" else answer)
                    if last:
                        return

    @staticmethod
    def _answer(name: bytes, close: bool) -> bytes:
        missing = name.startswith(b"no")
        body = b'{"message": "No such container: %b"}' % name if missing else DETAILS % name
        status = b"404 Not Found" if missing else b"200 OK"
        return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n%b" % (
            status, b"Connection: close\r\n" if close else b"", len(body), body
        )  # fmt: skip


DETAILS = b'{"Id": "%b", "State": {"Running": true, "Paused": false, "Restarting": false}, "Config": {"Tty": false, "OpenStdin": false}}'
NAMES = [f"c{at}" if at % 7 != 3 else f"no{at}" for at in range(3 * AHEAD)]


def asked(engine: Engine, names: list[str]) -> list[str]:
    requests = [containers.inspect_container(name, answer={"Id": str}) for name in names]
    out = []
    with engine.ahead(requests):
        for request in requests:
            try:
                out.append(engine.json(request)["Id"])
            except EngineError as error:
                out.append(error.reason.rpartition(" ")[2])
    return out


@pytest.mark.parametrize("end", ["", "hang up", "half", "close"])
@pytest.mark.parametrize("after", [0, 1, AHEAD, 3 * AHEAD - 1])
def test_all_is_answered_whatever_becomes_of_the_connection(tmp_path: Path, after: int, end: str) -> None:
    server = Server(tmp_path, after, end)
    assert asked(server.engine, NAMES) == NAMES
    # what was not answered is asked once more, on another connection, and nothing else is
    broken = after + (end == "close")
    assert [name for mine in server.asked for name in mine if mine is not server.asked[0]] == (
        NAMES[broken:] if end else []
    )


def test_few_are_ahead_and_few_names_are_asked_one_by_one(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sent = answers(Wire(ours), [b"%3d" % at for at in range(100)])
        theirs.sendall(raw([b"x"], True))
        next(sent)
        assert len(theirs.recv(1000)) == 3 * AHEAD
    server = Server(tmp_path, FEW, "hang up")
    long = "x" * LONGEST
    assert asked(server.engine, NAMES[: FEW - 1]) == NAMES[: FEW - 1]
    assert asked(server.engine, [long] * FEW) == [long] * FEW


def test_another_request_may_come_between(tmp_path: Path) -> None:
    engine = Server(tmp_path).engine
    requests = [containers.inspect_container(name, answer={"Id": str}) for name in NAMES]
    with engine.ahead(requests):
        assert engine.json(requests[0])["Id"] == "c0"
        assert engine.json(requests[5])["Id"] == "c5"
        assert engine.json(requests[1])["Id"] == "c1"
    assert engine.json(requests[2])["Id"] == "c2"


def test_inspect_names_what_is_missing_and_prints_the_rest(tmp_path: Path, pydock: Path) -> None:
    server = Server(tmp_path, 5, "half")
    done = program(pydock, "-H", f"unix://{tmp_path}/e.sock", "container", "inspect", "-f", "{{.Id}}", *NAMES[:20])
    assert server.asked
    assert done.out.decode().split() == [name for name in NAMES[:20] if name[0] == "c"]
    assert [line.rpartition(" ")[2] for line in done.err.decode().splitlines()] == [
        n for n in NAMES[:20] if n[0] == "n"
    ]
