"""`stats`: figures of containers that come and go."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pydock.commands.container import stats as command
from tests.support.cli import Messages, Reply, cli, refused

LIST = [{"Id": "a" * 64, "Names": ["/one"], "State": "running"}]


def figures(name: str, **more: Any) -> dict[str, Any]:
    return {"name": f"/{name}", "id": name * 64, "memory_stats": {"usage": 1024, "limit": 4096}, **more}


def messages(*told: Any) -> Iterator[bytes]:
    return (json.dumps(message).encode() + b"\n" for message in told)


def pages(text: str) -> list[list[str]]:
    """What each drawing shows, line by line, without what draws it."""
    plain = [page.replace(" \x1b[K", "").removesuffix("\x1b[J") for page in text.split("\x1b[H")[1:]]
    return [[line.rstrip() for line in page.splitlines() if line.strip()] for page in plain]


def test_one_look_is_a_table_of_those_that_are_asked_for() -> None:
    table = {("GET", f"/containers/{name}/stats"): Messages([figures(name)]) for name in "ab"}
    done = cli("stats", "--no-stream", "--format", "{{.Name}} {{.ID}} {{.MemPerc}}", "b", "a", "b", table=table)
    assert (done.code, done.out) == (0, f"b {'b' * 12} 25.00%\na {'a' * 12} 25.00%\n")
    assert all(r.query == {"stream": "0"} for r in done.requests)


def test_one_that_is_not_there_is_told_and_nothing_is_shown() -> None:
    table = {
        ("GET", "/containers/a/stats"): Messages([figures("a")]),
        ("GET", "/containers/b/stats"): refused(404, "No such container: b"),
    }
    done = cli("stats", "--no-stream", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (1, "", "Error response from daemon: No such container: b\n")


def test_a_windows_engine_has_columns_of_its_own() -> None:
    """By its name, or by what newer ones say; counters that it leaves out are zero."""
    bare = {"name": "/a", "memory_stats": {"privateworkingset": 2048}}
    used = {
        "precpu_stats": {"cpu_usage": {"total_usage": 2_000_000}},
        "cpu_stats": {"cpu_usage": {"total_usage": 4_000_000}},
    }
    busy = {**bare, "read": "2026-01-01T00:00:01Z", "preread": "2026-01-01T00:00:00Z", "num_procs": 2}
    by_name = {"headers": {"Server": "Docker/28 (windows)"}}
    for answer, share in (
        (Reply(Messages([bare]), **by_name), "0.00%"),
        (Reply(Messages([{**busy, **used}]), **by_name), "10.00%"),
        (Messages([{**bare, "os_type": "windows"}]), "0.00%"),
    ):
        titles, line = cli("stats", "--no-stream", "a", table={("GET", "/containers/a/stats"): answer}).out.splitlines()
        assert "PRIV WORKING SET" in titles and "PIDS" not in titles and "MEM %" not in titles
        assert line.split()[:3] == ["a", share, "2KiB"]


@pytest.mark.parametrize(("flags", "come", "go"), [((), "start", "die"), (("-a",), "create", "destroy")])
def test_containers_come_and_go(flags: tuple[str, ...], come: str, go: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """First there is one, then both, then the other; and all ends with the engine's events."""
    monkeypatch.setattr(command, "INTERVAL", 0.01)
    first, second, over = threading.Event(), threading.Event(), threading.Event()
    shown: list[str] = []

    def stream(name: str, seen: threading.Event) -> Any:
        def blocks() -> Iterator[bytes]:
            yield from messages(figures(name))
            seen.set()
            over.wait(20)

        return lambda _: blocks()

    def events() -> Iterator[bytes]:
        assert first.wait(20)
        drawn()
        yield from messages({"Type": "container", "Action": come, "Actor": {"ID": "b" * 64}})
        assert second.wait(20)
        drawn()
        yield from messages(
            {"Type": "container", "Action": go, "Actor": {"ID": "a" * 64}},
            {"Type": "container", "status": "other", "id": "c"},
        )
        drawn()
        over.set()

    def drawn() -> None:
        """Until the screen has been drawn anew a few times."""
        count, pause = len(shown), threading.Event()
        for _ in range(4000):
            if len(shown) >= count + 3:
                return
            pause.wait(0.005)

    def frame(text: str, *size: int) -> list[str]:
        shown.append(text)
        return [text]

    monkeypatch.setattr(command, "frame", frame)
    table = {
        ("GET", "/events"): lambda _: events(), ("GET", "/containers/json"): LIST,
        ("GET", f"/containers/{'a' * 64}/stats"): stream("a", first), ("GET", f"/containers/{'b' * 64}/stats"): stream("b", second),
    }  # fmt: skip
    done = cli("stats", *flags, "--format", "{{.Name}} {{.MemUsage}}", table=table)
    assert (done.code, done.err) == (1, "the engine closed the event stream\n")
    changes = [text for text, before in zip(shown, ["", *shown]) if text != before]
    one, two = "a 1KiB / 4KiB\n", "b 1KiB / 4KiB\n"
    assert [text for text in changes if "--" not in text] == [one, one + two, two]
    assert done.requests[0].path == "/events" and done.requests[1].query == ({"all": "1"} if flags else {})


def test_a_drawing_on_a_terminal_leaves_nothing_of_the_last_one() -> None:
    """Until the engine is gone."""
    answers = [refused(500, "bye"), b"", b""]
    table = {("GET", "/containers/a/stats"): Messages([figures("a")]), ("GET", "/_ping"): lambda _: answers.pop()}
    done = cli("stats", "a", table=table, tty=True)
    assert done.code == 1 and done.out.endswith("\x1b[JError response from daemon: bye\n")
    titles, line = pages(done.out)[0]
    assert titles.startswith("CONTAINER ID   NAME") and line.split()[:2] == ["a" * 12, "a"]
    assert all(part.endswith(" \x1b[K") for part in done.out.splitlines()[:2])
