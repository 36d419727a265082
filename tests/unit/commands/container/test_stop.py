"""`stop`, `restart`, `kill`: each name by itself."""

from __future__ import annotations

from pydock.api.containers import kill_container, stop_container
from tests.support.cli import cli, refused


def test_stop_of_several_goes_on_after_a_failure() -> None:
    table = {
        ("POST", "/containers/a/stop"): b"",
        ("POST", "/containers/b/stop"): refused(404, "No such container: b"),
        ("POST", "/containers/c/stop"): b"",
    }
    done = cli("stop", "-t", "5", "-s", "INT", "a", "b", "c", table=table)
    assert (done.code, done.out, done.err) == (1, "a\nc\n", "Error response from daemon: No such container: b\n")
    assert len(done.requests) == 3 and all(stop_container(n, "INT", 5) in done.requests for n in "abc")


def test_an_old_engine_is_not_told_of_stops_signal() -> None:
    done = cli("stop", "-s", "INT", "a", table={("POST", "/containers/a/stop"): b""}, api_version="1.41")
    assert done.requests == [stop_container("a")]


def test_two_limits_of_a_stop_are_refused_and_nothing_is_stopped() -> None:
    for verb in ("stop", "restart"):
        done = cli(verb, "--time", "1", "--timeout", "2", "a")
        assert (done.code, done.err) == (1, "conflicting options: cannot specify both --timeout and --time\n")
    assert cli("stop", "--time", "5", "a", table={("POST", "/containers/a/stop"): b""}).requests == [
        stop_container("a", "", 5)
    ]


def test_kill_sends_the_signal_as_it_is_given() -> None:
    done = cli("kill", "-s", "9", "a", table={("POST", "/containers/a/kill"): b""})
    assert (done.out, done.requests) == ("a\n", [kill_container("a", "9")])
