"""--graph: what is drawn of an engine's answers, on a terminal and elsewhere."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pydock.commands import graphs
from tests.support.cli import Messages, cli, refused
from tests.support.screen import Screen

UTF8 = {"LANG": "C.UTF-8"}
USAGE = {
    "LayersSize": 1000,
    "Images": [
        {"Id": "sha256:1", "RepoTags": ["small:1"], "Size": 400, "SharedSize": 300, "Containers": 1}, {"Id": "sha256:" + "2" * 64, "RepoTags": None, "Size": 900, "SharedSize": 300, "Containers": 0},
    ],
    "Containers": [{"Id": "c", "Names": ["/web"], "State": "running", "SizeRw": 500}, {"Id": "d", "Names": ["/old"], "State": "exited", "SizeRw": 0}],
    "Volumes": [{"Name": "data", "UsageData": {"Size": 250, "RefCount": 0}}, {"Name": "unknown", "UsageData": {"Size": -1, "RefCount": 0}}],
    "BuildCache": [{"ID": "x", "Description": "RUN make", "InUse": False, "Shared": False, "Size": 250}, {"ID": "y", "Shared": True, "Size": 900}],
}  # fmt: skip
DRAWN = """\
Images: 1kB, 600B reclaimable
  222222222222        600B  30% --------------
  (layers of several) 300B  15% #######
  small:1             100B   5% ##
Containers: 500B
  web                 500B  25% ############
Volumes: 250B, 250B reclaimable
  data                250B  12% ------
Build cache: 250B, 250B reclaimable
  RUN make            250B  12% ------

# in use  - reclaimable  100% = 2kB
"""


def df(*flags: str, usage: Any = USAGE, **more: Any) -> Any:
    return cli("system", "df", "--graph", *flags, table={("GET", "/system/df"): usage}, **more)


def test_disk_usage() -> None:
    done = df()
    assert (done.code, done.err) == (0, "")
    # layers are counted once, so that the shares add up to the whole
    assert done.out == DRAWN
    assert df(environ=UTF8).out.splitlines()[-1] == "█ in use  ░ reclaimable  100% = 2kB"
    newer = {
        key: {"Items": USAGE[name], "TotalSize": 1000} for key, name in (("ImageUsage", "Images"), ("ContainerUsage", "Containers"), ("VolumeUsage", "Volumes"), ("BuildCacheUsage", "BuildCache"))
    }  # fmt: skip
    asked = df(usage=newer, api_version="1.52")
    assert asked.out == done.out and asked.requests[0].query == {"verbose": "1"}


def test_only_the_largest_but_for_all_with_v() -> None:
    many = {**USAGE, "Volumes": [{"Name": f"v{n}", "UsageData": {"Size": n, "RefCount": 1}} for n in range(30)]}
    for flags, count in (((), 10), (("-v",), 29)):
        rows = re.findall(r"^  (v\d+|\(\d+ others\)) ", df(*flags, usage=many).out, re.MULTILINE)
        assert len(rows) == count and (rows[-1] == "(20 others)") == (not flags)


@pytest.mark.parametrize("width", [40, 100])
def test_on_a_terminal(width: int) -> None:
    done = df(tty=True, width=width, environ=UTF8)
    plain = re.sub("\x1b\\[[0-9]*m", "", done.out)
    assert (
        all(len(line) <= width for line in plain.splitlines()) and "\x1b[36m█" in done.out and "\x1b[33m░" in done.out
    )
    assert "\x1b" not in df(tty=True, width=width, environ={**UTF8, "NO_COLOR": "1"}).out
    assert max(map(len, re.findall("[█░]+", plain))) < width // 2


def test_history() -> None:
    steps = [
        {"Id": "a", "Size": 300, "CreatedBy": "COPY x\t/y"},
        {"Id": "b", "Size": 0, "CreatedBy": "", "Comment": "imported"},
        {"Id": "c", "Size": 100, "CreatedBy": "ADD " + "z" * 99},
    ]
    table = {("GET", "/images/a/history"): steps}
    assert cli("history", "--graph", "a", table=table).out.splitlines() == [
        "300B  75% ###############       COPY x /y", "  0B   0%                       imported", "100B  25% #####                 ADD " + "z" * 43 + "…",
    ]  # fmt: skip
    for width in (30, 60):
        done = cli("history", "--graph", "a", table=table, tty=True, width=width, environ={**UTF8, "NO_COLOR": "1"})
        assert all(len(line) <= width for line in done.out.splitlines())


def figures(n: int) -> dict[str, Any]:
    return {
        "name": "/web", "id": "w" * 64, "memory_stats": {"usage": 1024 * n, "limit": 10240}, "networks": {"eth0": {"rx_bytes": 1000 * n, "tx_bytes": 0}},
        "cpu_stats": {"cpu_usage": {"total_usage": 10 + n}, "system_cpu_usage": 200, "online_cpus": 1}, "precpu_stats": {"cpu_usage": {"total_usage": 10}, "system_cpu_usage": 100},
    }  # fmt: skip


def test_one_look_is_bars() -> None:
    done = cli(
        "stats", "--graph", "--no-stream", "web", table={("GET", "/containers/web/stats"): Messages([figures(5)])}
    )
    titles, line = done.out.splitlines()
    assert titles.split() == ["NAME", "CPU", "%", "MEM", "USAGE", "NET", "I/O"]
    assert re.fullmatch(r"web   #+ +5\.00%  #+ +5KiB +rx 5kB tx 0B", line), line
    # the memory's bar is half of its limit, and what is left blank the other
    assert "\x1b" not in done.out and line.index("5KiB") > titles.index("MEM")


def test_a_terminal_that_is_resized(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drawing begins at the top, clears what is left of the last one, and has no line that would wrap."""
    monkeypatch.setattr(graphs, "INTERVAL", 0.01)
    resized, over = threading.Event(), threading.Event()
    screens: list[Screen] = []
    entered = Screen.__enter__

    def enter(screen: Screen) -> Screen:
        screens.append(screen)
        return entered(screen)

    monkeypatch.setattr(Screen, "__enter__", enter)

    def drawn(times: int, pause: threading.Event) -> None:
        count = screens[0].seen.count(b"\x1b[H")
        for _ in range(4000):
            if screens[0].seen.count(b"\x1b[H") >= count + times:
                return
            pause.wait(0.005)

    def stream() -> Iterator[bytes]:
        for n in (1, 2, 4, 8):
            yield json.dumps(figures(n)).encode() + b"\n"
            drawn(3, resized)
        resize(screens[0], 60)
        drawn(3, resized)
        over.set()

    answers = [refused(500, "bye"), b"", b""]
    table = {("GET", "/containers/web/stats"): lambda _: stream(), ("GET", "/_ping"): lambda _: answers.pop()}
    done = cli("stats", "--graph", "web", table=table, tty=True, width=110, environ=UTF8)
    assert over.is_set() and (done.code, done.out.endswith("\x1b[JError response from daemon: bye\n")) == (1, True)
    pages = [re.sub("\x1b\\[[0-9]*[mKJ]", "", page).splitlines() for page in done.out.split("\x1b[H")[1:]]
    wide, narrow = next(page for page in reversed(pages) if "NET I/O" in page[0]), pages[-1]
    assert all(len(line.rstrip()) < 110 for page in pages for line in page) and "NET I/O" in wide[0]
    assert wide[1].split()[:5] == ["web", "▂▃▅█", "8.00%", "▂▃▅█", "8KiB"]
    assert "NET I/O" not in narrow[0] and all(len(line) <= 60 for line in narrow[:2])
    assert done.out.count(" \x1b[K\n") >= 2 * len(pages) and done.out.count("\x1b[J") == len(pages)


def resize(screen: Screen, width: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(screen.master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))


def test_elsewhere_it_is_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [refused(500, "bye"), b"", b""]
    table = {("GET", "/containers/web/stats"): Messages([figures(1)]), ("GET", "/_ping"): lambda _: answers.pop()}
    done = cli("stats", "--graph", "web", table=table)
    assert (
        done.code == 1 and "\x1b" not in done.out and done.out.isascii() and done.out.splitlines()[1].startswith("web ")
    )


def test_it_is_no_format() -> None:
    for line in (
        "stats --graph --format json",
        "history --graph -q a",
        "system df --graph --json",
        "stats --graph --jq .",
    ):
        done = cli(*line.split())
        assert done.code == 125 and done.err.startswith("conflicting options: ") and "--graph" in done.err
