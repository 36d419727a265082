"""`logs` of several containers: what is asked for, how the lines are shown, who joins, who fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pydock.commands.container import many_logs
from pydock.errors import BrokenStream
from tests.support.cli import Optional, Result, cli, refused
from tests.support.samples import container
from tests.unit.commands.container.test_ready import event
from tests.unit.commands.container.test_seen import state

A, B, C = (letter * 64 for letter in "abc")
STARTED = {"StartedAt": "2023-11-14T22:13:20Z"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many_logs, "LOOKS", (0.0, 0.01))


def stamp(second: int) -> bytes:
    return b"2023-11-14T22:13:%02d.000000000Z" % second


def line(second: int, text: str, kind: int = 1) -> bytes:
    """An entry as it comes: in a frame."""
    data = stamp(second) + b" " + text.encode("utf-8", "surrogateescape")
    return bytes([kind, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def named(name: str, identifier: str, tty: bool = False, **more: Any) -> dict[str, Any]:
    return container(
        Id=identifier, Name=f"/{name}", Config={"Tty": tty, "OpenStdin": False}, **{"State": state(**STARTED), **more}
    )


def table(**logs: Any) -> dict[Any, Any]:
    """An engine with the containers a, b and c, and their logs."""
    out: dict[Any, Any] = {}
    for name, identifier in (("a", A), ("b", B), ("c-long", C)):
        if name[0] in logs:
            out |= {("GET", f"/containers/{key}/json"): Optional(named(name, identifier)) for key in (name, identifier)}
            out["GET", f"/containers/{identifier}/logs"] = logs[name[0]]
    return out


def test_lines_come_in_the_order_of_their_times() -> None:
    a, b = [line(1, "one\n"), line(4, "four\n", 2)], [line(2, "two\n", 2) + line(3, "three\n"), line(5, "five\n")]
    done = cli("logs", "a", "b", table=table(a=a, b=b))
    assert (done.code, done.out, done.err) == (0, "a | one\nb | three\nb | five\n", "b | two\na | four\n")
    assert [r.query for r in done.requests if r.path.endswith("/logs")] == [
        {"stdout": "1", "stderr": "1", "tail": "all", "timestamps": "1"}
    ] * 2
    done = cli("logs", "c-long", "a", "-t", table=table(a=a[:1], c=[line(7, "x\n")]))
    assert done.out == f"a      | {stamp(1).decode()} one\nc-long | {stamp(7).decode()} x\n"


@pytest.mark.parametrize(("flags", "out", "err"), [
    (("--no-prefix",), "one\ntwo\n", "err\n"), (("--grep", "o"), "a | one\nb | two\n", ""), (("--grep", "^e"), "", "a | err\n"),
    (("-t", "--no-prefix", "--local-time"), "2023-11-14T23:13:01.000000000+01:00 one\n2023-11-14T23:13:02.000000000+01:00 two\n",
     "2023-11-14T23:13:03.000000000+01:00 err\n"),
])  # fmt: skip
def test_what_is_shown(flags: tuple[str, ...], out: str, err: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Vienna")
    time.tzset()
    try:
        done = cli(
            "logs", *flags, "a", "b", table=table(a=[line(1, "one\n"), line(3, "err\n", 2)], b=[line(2, "two\n")])
        )
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (done.code, done.out, done.err) == (0, out, err)


@pytest.mark.parametrize(("flags", "query"), [
    (("--stream", "stdout"), {"stdout": "1"}), (("--stream=stderr", "-t"), {"stderr": "1", "timestamps": "1"}),
    (("--grep", "a"), {"stdout": "1", "stderr": "1"}), (("-t", "--local-time"), {"stdout": "1", "stderr": "1", "timestamps": "1"}),
    (("--grep", "a", "--details", "--since", "5", "--until", "6", "-n", "3"), {"stdout": "1", "stderr": "1", "details": "1", "since": "5", "until": "6", "tail": "3"}),
])  # fmt: skip
def test_what_is_asked_for_one(flags: tuple[str, ...], query: dict[str, str]) -> None:
    done = cli("logs", *flags, "a", table=table(a=b""))
    assert (done.code, done.out) == (0, "")
    assert done.requests[-1].query == {"tail": "all", **query}


def test_one_with_the_flags_has_no_prefix_and_keeps_its_bytes() -> None:
    log = [
        b"\x01\0\0\0\0\0\0\x06a\xff\x1b[m\n",
        b"\x01\0\0\0\0\0\0\x02b\n",
        b"\x02\0\0\0\0\0\0\x02ab",
        b"\x01\0\0\0\0\0\0\x01a",
    ]
    done = cli("logs", "--grep", "^a", "a", table=table(a=log))
    assert (done.out.encode("utf-8", "surrogateescape"), done.err) == (b"a\xff\x1b[m\na", "ab")


def test_long_lines_are_in_one_piece() -> None:
    """What comes in parts, and what never ends: another container's line does not come between, nor behind it."""
    a = [line(1, "x" * 9), line(1, "y" * 9), line(1, "z\n"), line(3, "no end")]
    b = [line(1, "b\n"), line(2, "\udcff\n"), line(4, "last\n")]
    done = cli("logs", "a", "b", table=table(a=a, b=b))
    assert done.out == f"a | {'x' * 9}{'y' * 9}z\nb | b\nb | \udcff\na | no end\nb | last\n"
    found = cli("logs", "--grep", "xy|end", "a", "b", table=table(a=a, b=b)).out
    assert found == f"a | {'x' * 9}{'y' * 9}z\na | no end\n"


def test_a_line_that_another_one_follows_is_ended() -> None:
    a = [line(1, "one"), line(3, "two")]
    assert cli("logs", "a", "b", table=table(a=a, b=[line(2, "b\n")])).out == "a | one\nb | b\na | two\n"


def test_a_terminal_has_no_frames() -> None:
    b = {
        **table(b=[stamp(2) + b" b\r\n" + stamp(3) + b" b2\r\n"]),
        ("GET", "/containers/b/json"): named("b", B, tty=True),
    }
    done = cli("logs", "a", "b", table={**table(a=[line(1, "a\n")]), **b})
    assert done.out == "a | a\nb | b\r\nb | b2\r\n"


def test_on_a_terminal_names_have_colours_and_matches_are_marked() -> None:
    logs = table(a=[line(1, "an error\n")], b=[line(2, "\x1b[1merror\x1b[m\n")])
    done = cli("logs", "--grep", "err.r", "a", "b", table=logs, tty=True)
    assert (
        done.out.replace("\r", "")
        == "\x1b[36ma | \x1b[0man \x1b[1;31merror\x1b[0m\n\x1b[33mb | \x1b[0m\x1b[1merror\x1b[m\n"
    )
    done = cli("logs", "--grep", "err.r", "a", "b", table=logs, tty=True, environ={"NO_COLOR": "1"})
    assert done.out.replace("\r", "") == "a | an error\nb | \x1b[1merror\x1b[m\n"


def test_one_that_fails_does_not_stop_the_others() -> None:
    logs = {
        **table(a=refused(501, "configured logging driver does not support reading"), b=iter([line(1, "b\n"), BrokenStream("unexpected EOF")]), c=[line(2, "c\n")]),
        ("GET", "/containers/no/json"): refused(404, "No such container: no"),
    }  # fmt: skip
    done = cli("logs", "a", "no", "b", "c-long", table=logs)
    assert (done.code, done.out) == (1, "b      | b\nc-long | c\n")
    assert sorted(done.err.splitlines()) == [
        "Error response from daemon: No such container: no",
        "a: Error response from daemon: configured logging driver does not support reading", "b: unexpected EOF",
    ]  # fmt: skip
    assert cli("logs", "--grep", "x", "a", table=table(a=BrokenStream("unexpected EOF"))).err == "unexpected EOF\n"


def test_a_container_that_is_named_twice_is_shown_once() -> None:
    logs = table(a=[line(1, "a\n")]) | {("GET", f"/containers/{A[:12]}/json"): named("a", A)}
    assert cli("logs", "a", A[:12], table=logs).out == "a | a\n"


@pytest.mark.parametrize(("argv", "code", "err"), [
    (("a", "--all"), 125, "conflicting options: names cannot be given together with --filter or --all"),
    (("--filter", "label=x", "a"), 125, "conflicting options: names cannot be given together with --filter or --all"),
    (("--all=false",), 125, "no container is named, and neither --filter nor --all selects any"), (("--local-time", "a"), 125, "--local-time needs --timestamps"),
    (("--stream", "both", "a"), 125, 'invalid argument "both" for "--stream" flag: a stream is stdout or stderr'),
    (("--grep", "(", "a"), 125, 'invalid argument "(" for "--grep" flag: it is no regular expression: missing ), unterminated subpattern at position 0'),
    ((), 1, "docker: 'docker logs' requires 1 argument"), (("",), 1, "invalid container name or ID: value is empty"),
])  # fmt: skip
def test_what_does_not_go_together(argv: tuple[str, ...], code: int, err: str) -> None:
    done = cli("logs", *argv)
    assert (done.code, done.err.splitlines()[0], done.requests) == (code, err, [])


# -- those that are selected -----------------------------------------------------------------------


def listed(*identifiers: str, **labels: str) -> list[dict[str, Any]]:
    return [{"Id": identifier, "Labels": labels} for identifier in identifiers]


@pytest.mark.parametrize(("argv", "query"), [
    (("--filter", "label=x"), {"filters": '{"label":{"x":true}}'}), (("--all",), {"all": "1"}),
    (("--all", "--filter", "status=exited"), {"all": "1", "filters": '{"status":{"exited":true}}'}), (("--filter", "label!=x"), {}),
])  # fmt: skip
def test_what_the_list_shows_is_shown(argv: tuple[str, ...], query: dict[str, str]) -> None:
    logs = table(a=[line(2, "a\n")], b=[line(1, "b\n")]) | {("GET", "/containers/json"): listed(A, B)}
    done = cli("logs", *argv, table=logs)
    assert (done.code, done.out, done.requests[0].query) == (0, "b | b\na | a\n", query)


def test_labels_that_none_may_have() -> None:
    logs = table(a=[line(2, "a\n")]) | {("GET", "/containers/json"): [*listed(A), *listed(B, x="1")]}
    assert cli("logs", "--filter", "label!=x", table=logs).out == "a | a\n"


def test_nothing_is_selected() -> None:
    done = cli("logs", "--filter", "label=x", table={("GET", "/containers/json"): []})
    assert (done.code, done.out, done.err) == (0, "", "No containers are selected\n")


def test_what_is_gone_by_now_was_not_there() -> None:
    gone = {
        ("GET", "/containers/json"): listed(A, B, C),
        ("GET", f"/containers/{B}/json"): refused(404, "No such container: b"),
    }
    logs = table(a=[line(1, "a\n")], c=refused(404, "No such container: c"))
    done = cli("logs", "--all", table=logs | gone)
    assert (done.code, done.out, done.err) == (0, "a      | a\n", "")


# -- followed --------------------------------------------------------------------------------------


def test_those_that_end_are_told_of() -> None:
    over = named("a", A, State=state("exited", code=3, **STARTED))
    looks = {
        ("GET", f"/containers/{A}/json"): over,
        ("GET", f"/containers/{B}/json"): refused(404, "No such container"),
    }
    done = cli("logs", "-f", "a", "b", table=table(a=[line(1, "a\n")], b=[line(2, "b")]) | looks)
    assert (done.code, done.out) == (0, "a | a\nb | b\n")
    assert sorted(done.err.splitlines()) == ["a has exited with code 3", "b has ended, and was removed"]
    assert [r.query["follow"] for r in done.requests if r.path.endswith("/logs")] == ["1", "1"]
    done = cli("logs", "-f", "a", "b", table=table(a=b"", b=b""))
    assert sorted(done.err.splitlines()) == ["the log of a has ended", "the log of b has ended"]


class Shop:
    """An engine whose containers start; its streams of events end after a moment."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.events: list[Any] = []
        self.streams = 0

    def stream(self, _: Any) -> Iterator[bytes | Exception]:
        self.streams += 1
        told, self.events = self.events, []
        for one in told:
            yield one if isinstance(one, Exception) else json.dumps(one).encode() + b"\n"
        self.over.wait(0.15)

    def follows(self, logs: dict[Any, Any], *argv: str) -> Result:
        """Until the events are lost, which ends it."""
        return cli("logs", "-f", *argv, table={("GET", "/events"): self.stream, **logs})


LOST = "lost the events of the engine: the stream has ended"


def test_containers_that_start_join() -> None:
    shop, second = Shop(), named("b", B, State=state("exited", code=7, **STARTED))
    shop.events = [event("create", identifier=B), event("start", identifier=B), event("start", identifier=C)]
    lists = {("GET", "/containers/json"): lambda asked: listed(A) + (listed(B) if asked.query.get("all") else [])}
    logs = table(a=[line(1, "a\n")], b=[line(2, "b\n")]) | lists | {("GET", f"/containers/{B}/json"): second}
    logs["GET", f"/containers/{A}/json"] = named("a", A, State=state("exited", code=1, **STARTED))
    done = shop.follows(logs, "--filter", "label=x", "-n", "1", "--since", "5")
    assert (done.code, sorted(done.out.splitlines())) == (1, ["a | a", "b | b"])
    assert sorted(done.err.splitlines()) == sorted(
        ["b has started", "a has exited with code 1", "b has exited with code 7", LOST]
    )
    # all of one that has joined
    queries = {r.path: r.query for r in done.requests if r.path.endswith("/logs")}
    assert queries[f"/containers/{A}/logs"]["tail"] == "1" and queries[f"/containers/{B}/logs"]["tail"] == "all"


def test_one_that_starts_again_goes_on_where_it_was() -> None:
    """Whether its log has ended by then or not; and a start that is known already is none."""
    shop, runs = (
        Shop(),
        [
            named("a", A),
            *[named("a", A, State=state(StartedAt="2023-11-14T22:14:00Z", FinishedAt="2023-11-14T22:13:10Z"))] * 9,
        ],
    )
    shop.events = [event("start", identifier=A)]
    answers = [[line(1, "first\n")], [line(59, "second\n")]]
    logs = {
        ("GET", "/containers/json"): listed(A), ("GET", f"/containers/{A}/json"): lambda _: runs.pop(0) if len(runs) > 1 else runs[0],
        ("GET", f"/containers/{A}/logs"): lambda _: answers.pop(0),
    }  # fmt: skip
    done = shop.follows(logs, "--all")
    assert done.out == "a | first\na | second\n" and "a has started\n" in done.err
    since = [r.query.get("since") for r in done.requests if r.path.endswith("/logs")]
    # between the end of one run and the start of the next, unless something later was shown
    assert since == [None, "1700000015.000000000"]
    shop = Shop()
    shop.events = [event("start", identifier=A)]
    done = shop.follows({("GET", "/containers/json"): listed(A), **table(a=[line(1, "a\n")])}, "--all")
    assert done.out == "a | a\n" and "started" not in done.err


def test_events_that_are_lost_end_it() -> None:
    shop = Shop()
    done = shop.follows({("GET", "/containers/json"): []}, "--all")
    assert (done.code, done.err, shop.streams) == (1, LOST + "\n", 4)


def test_until_a_time_nobody_joins() -> None:
    logs = table(a=[line(1, "a\n")]) | {("GET", "/containers/json"): listed(A)}
    assert cli("logs", "-f", "--all", "--until", "5", table=logs).out == "a | a\n"


# -- answers that are none -------------------------------------------------------------------------

FAULTS = (
    refused(500, "no"),
    refused(404, "no such container"),
    BrokenStream("cut"),
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html>",
    b"\x01\0",
    b"\x09\0\0\0\0\0\0\x01x",
)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize(
    "argv",
    [
        "logs a b",
        "logs -f a b",
        "logs --filter label=x",
        "logs --grep a a",
        "wait --for exited a",
        "wait --for log=zz --for healthy a",
    ],
)
def test_damaged_answers_are_told(argv: str, fault: Any) -> None:
    """One answer in turn, of every kind: never a fault of pydock's own, and nothing is a success that was not seen."""
    over = {"State": state("exited", code=3, **STARTED)}
    whole = table(a=b"", b=b"") | {
        ("GET", f"/containers/{n}/json"): named(*pair, **over) for pair in (("a", A), ("b", B)) for n in pair
    }
    whole |= {
        ("GET", f"/containers/{A}/logs"): line(1, "a\n"),
        ("GET", "/containers/json"): listed(A),
        ("GET", "/events"): b"",
    }
    for key in whole:
        done = cli(*argv.split(), table={k: Optional(fault if k == key else answer) for k, answer in whole.items()})
        assert "unexpected error" not in done.err and "Traceback" not in done.err, (key, done.err)
        if done.code == 0:
            assert "--for healthy" not in argv and ("exited" not in argv or done.out == "3\n"), (key, done)
        else:
            assert done.err and done.code == 1, (key, done)
