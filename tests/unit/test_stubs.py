"""The engine that answers from a table: what no stub fits, and what nothing asks for, fails a test."""

from __future__ import annotations

import pytest

from pydock.api.containers import list_containers, stop_container
from pydock.api.images import load_images
from pydock.errors import BrokenStream, EngineError
from tests.support.cli import cli
from tests.support.stubs import FakeDuplex, Messages, Optional, Reply, Stubs, engine_of, refused


def test_a_stub_that_nothing_asks_for_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="never asked for"):
        cli("--version", table={("GET", "/info"): {}})
    assert cli("--version", table={("GET", "/info"): Optional({})}).code == 0


def test_a_request_without_a_stub_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="no stub for"):
        engine_of(Stubs({})).json(list_containers())


def test_a_stub_is_of_a_whole_request_or_of_a_path() -> None:
    engine = engine_of(stubs := Stubs({stop_container("a", "INT", 5): b"", ("POST", "/containers/b/stop"): b""}))
    engine.read(stop_container("a", "INT", 5))
    engine.read(stop_container("b", "HUP"))
    stubs.check_used()
    assert stubs.requests == [stop_container("a", "INT", 5), stop_container("b", "HUP")]
    with pytest.raises(AssertionError, match="no stub for"):
        engine.read(stop_container("a", "INT", 6))


def test_what_a_stub_may_answer() -> None:
    load = load_images([b"x"], True, ())
    answers = [
        Messages([{"stream": "a"}, {"stream": "b"}]),
        Reply(b'{"stream": "a"}', headers={"X-More": "1"}),
        refused(404, "no"),
        BrokenStream("cut"),
    ]
    engine = engine_of(Stubs({load: lambda _: answers.pop(0)}))
    assert [m["stream"] for m in engine.messages(load)] == ["a", "b"]
    answer = engine.background(load)
    assert answer.header("x-more") == "1" and list(answer.messages()) == [{"stream": "a"}]
    with pytest.raises(EngineError, match="Error response from daemon: no"):
        engine.read(load)
    with pytest.raises(BrokenStream, match="cut"):
        engine.read(load)


def test_a_stub_upgrades_a_connection() -> None:
    duplex = FakeDuplex(b"hello")
    given = engine_of(Stubs({("POST", "/containers/a/stop"): duplex})).hijack(stop_container("a"))
    assert (given.read(), given.read()) == (b"hello", b"")


def test_a_terminal_is_a_terminal() -> None:
    """What is drawn there is seen as it was sent, and is not drawn elsewhere."""
    table = {
        ("POST", "/images/create"): Messages(
            [
                {"status": "Downloading", "id": "a", "progressDetail": {"current": 1, "total": 2}},
                {"status": "Pull complete", "id": "a"},
            ]
        )
    }
    assert "\x1b[" in cli("pull", "x", table=table, tty=True, width=80).out
    assert "\x1b" not in cli("pull", "x", table=table).out
