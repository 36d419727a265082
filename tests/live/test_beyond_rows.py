"""Beyond docker on real engines: --json is what the engine answers, in other clothes; --retry goes on where a connection was lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.test_engines import Client
from tests.live.test_registry import CONFIG, serving
from tests.support import swarms
from tests.support.cli import program
from tests.support.engines import EngineProcess
from tests.support.terminal import Terminal

pytestmark = pytest.mark.live


@pytest.fixture
def run(pydock: Path, engine: EngineProcess, tmp_path: Path) -> Client:
    return Client(pydock, engine, tmp_path)


@pytest.fixture
def busy(run: Client) -> Iterator[None]:
    """One container of each state, with everything that lists show."""
    run.ok("volume", "create", "--label", "a=b,c", "rows-volume")
    run.ok("network", "create", "--label", "x.y=1", "rows-net")
    run.ok(
        "run",
        "-d",
        "--name",
        "rows-web",
        "-p",
        "127.0.0.1::80",
        "-v",
        "rows-volume:/d",
        "--network",
        "rows-net",
        "-l",
        "team.name=a=b,c",
        "busybox",
        "sleep",
        "1000",
    )
    run.ok("create", "--name", "rows-new", "busybox", "true")
    yield
    run.ok("rm", "-f", "rows-web", "rows-new")
    # Podman may have lost the network already
    run("network", "rm", "rows-net")
    run("volume", "rm", "rows-volume")


def api(engine: EngineProcess, path: str) -> Any:
    """The engine's own answer."""
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(engine.socket)), timeout=30) as client:
        return client.get(f"http://engine/v1.41{path}").json()


def seconds(text: str) -> int:
    """Since 1970, of a time as --json has it."""
    assert text.endswith("Z")
    return int(datetime.fromisoformat(text.partition(".")[0].removesuffix("Z") + "+00:00").timestamp())


@pytest.mark.usefixtures("busy")
def test_lists_are_what_the_engine_answers(run: Client, engine: EngineProcess) -> None:
    def rows(*line: str) -> Any:
        return json.loads(run.ok(*line))

    containers = api(engine, "/containers/json?all=1&size=1")
    found = rows("ps", "-a", "-s", "--json")
    assert len(found) == len(containers) >= 2
    for row, answer in zip(found, containers):
        assert (row["ID"], row["State"], row["Image"]) == (answer["Id"], answer["State"], answer["Image"])
        assert (
            row["Names"] == [n.lstrip("/") for n in answer["Names"]] and seconds(row["CreatedAt"]) == answer["Created"]
        )
        assert (row["Ports"], row["Labels"], row["Mounts"]) == (
            answer["Ports"] or [],
            answer["Labels"] or {},
            answer["Mounts"] or [],
        )
        assert row["Size"] == answer.get("SizeRw", 0) and row["VirtualSize"] == answer["SizeRootFs"]
    web = next(row for row in found if row["Names"] == ["rows-web"])
    assert (
        web["Labels"]["team.name"] == "a=b,c"
        and web["Networks"] == ["rows-net"]
        and web["Ports"][0]["PrivatePort"] == 80
    )
    assert rows("ps", "-f", "name=rows-web", "--json=Labels.team.name") == [{"Labels.team.name": "a=b,c"}]

    images = {i["Id"]: i for i in api(engine, "/images/json")}
    for row in rows("images", "--json"):
        assert row["Size"] == images[row["ID"]]["Size"] and seconds(row["CreatedAt"]) == images[row["ID"]]["Created"]
        assert f"{row['Repository']}:{row['Tag']}" in (images[row["ID"]]["RepoTags"] or ["None:None"])
    volumes = {v["Name"]: v for v in api(engine, "/volumes")["Volumes"]}
    listed = {row["Name"]: row for row in rows("volume", "ls", "--json")}
    assert listed.keys() == volumes.keys() and listed["rows-volume"]["Labels"] == {"a": "b,c"}
    networks = {n["Id"]: n for n in api(engine, "/networks")}
    for row in rows("network", "ls", "--json"):
        assert (row["Name"], row["Driver"], row["Labels"]) == tuple(
            networks[row["ID"]][k] or {"Driver": None}.get(k, {}) for k in ("Name", "Driver", "Labels")
        )
    history = api(engine, "/images/busybox:latest/history")
    assert [row["Size"] for row in rows("history", "--json", "busybox")] == [step["Size"] for step in history]


@pytest.mark.usefixtures("busy")
def test_inspects_are_the_engines_own(run: Client, engine: EngineProcess) -> None:
    for line, path in (
        (("container", "inspect", "rows-new"), "/containers/rows-new/json"), (("volume", "inspect", "rows-volume"), "/volumes/rows-volume"),
        (("network", "inspect", "rows-net"), "/networks/rows-net"), (("image", "inspect", "busybox"), "/images/busybox/json"), (("inspect", "rows-new"), "/containers/rows-new/json"),
    ):  # fmt: skip
        mine = json.loads(run.ok(*line[:-1], "--json", line[-1]))
        theirs = api(engine, path)
        # of the version of the API that was asked, which may have other fields
        assert {
            k: v
            for k, v in mine[0].items()
            if k in ("Id", "Name", "Created", "CreatedAt", "Driver", "Path", "Args", "Size")
        } == {
            k: v
            for k, v in theirs.items()
            if k in ("Id", "Name", "Created", "CreatedAt", "Driver", "Path", "Args", "Size")
        }
    done = run("inspect", "--json=State.Running,Name", "rows-web", "no-such")
    assert (
        done.code == 1
        and json.loads(done.out) == [{"State.Running": True, "Name": "/rows-web"}]
        and b"no-such" in done.err
    )


@pytest.mark.usefixtures("busy")
def test_the_others(run: Client, engine: EngineProcess) -> None:
    (row,) = json.loads(run.ok("stats", "--no-stream", "--json", "rows-web"))
    assert row["Name"] == "rows-web" and row["MemUsage"] > 0 and isinstance(row["CPUPerc"], float)
    processes, answer = json.loads(run.ok("top", "--json", "rows-web")), api(engine, "/containers/rows-web/top")
    assert [[*map(str, p.values())] for p in processes] == answer["Processes"]
    # Podman may give busybox's ps as one column
    assert "PID" not in answer["Titles"] or isinstance(processes[0]["PID"], int)
    (port,) = json.loads(run.ok("port", "--json", "rows-web"))
    assert run.ok("port", "rows-web", "80").strip() == f"{port['IP']}:{port['PublicPort']}"
    usage = json.loads(run.ok("system", "df", "--json"))
    theirs = api(engine, "/system/df")
    assert (usage["Containers"]["TotalCount"], usage["Images"]["Size"]) == (
        len(theirs["Containers"]),
        theirs["LayersSize"],
    )
    assert json.loads(run.ok("version", "--json"))["Server"]["Version"] == api(engine, "/version")["Version"]
    assert json.loads(run.ok("info", "--json=ServerVersion"))["ServerVersion"] == api(engine, "/info")["ServerVersion"]
    now = int(time.time())
    span = ("--since", str(now - 60), "--until", str(now))
    events = [json.loads(line) for line in run.ok("events", *span, "--json").splitlines()]
    # Podman may keep none
    assert len(events) == len(run.ok("events", *span).splitlines()) and (events or engine.name == "podman")
    assert all(seconds(event["Time"]) <= now and event["Action"] for event in events)


def test_progress_of_archives(run: Client) -> None:
    lines = [json.loads(line) for line in run.ok("save", "--json", "-o", "a.tar", "busybox").splitlines()]
    assert (
        lines[-1] == {"result": {"path": "a.tar", "bytes": (run.folder / "a.tar").stat().st_size}}
        and "current" in lines[0]
    )
    lines = [json.loads(line) for line in run.ok("load", "--json", "-i", "a.tar").splitlines()]
    assert any("busybox:latest" in name for name in lines[-1]["result"]["images"])


# -- registries ------------------------------------------------------------------------------------


@contextmanager
def dropping(engine: EngineProcess, port: int, count: int) -> Iterator[None]:
    """A proxy in front of the registry, which resets its first connections."""
    words = [sys.executable, "-m", "tests.support.dropping", str(port), "5000", str(count)]
    process = subprocess.Popen(
        ["nsenter", f"--net=/run/netns/{engine.namespace}", *words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
    )  # fmt: skip
    try:
        assert process.stdout and process.stdout.readline() == b"ready\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.parametrize("kind", ["docker28", "docker20"])
def test_lost_connections_to_a_registry(
    kind: str, request: pytest.FixtureRequest, pydock: Path, docker: Path, tmp_path: Path
) -> None:
    engine: EngineProcess = request.getfixturevalue(kind)
    run, name = Client(pydock, engine, tmp_path), "127.0.0.1:5001/team/rows:1"
    program(docker, "tag", "busybox", name, host=engine.host)
    with serving(engine, tmp_path, CONFIG):
        with dropping(engine, 5001, 2):
            done = run("push", "--json", "--retry", "5", name)
            result = json.loads(done.out.splitlines()[-1])["result"]
            assert done.code == 0 and result["reference"] == name and result["digest"].startswith("sha256:")
            assert b"attempt 2 of 6" in done.err
        run.ok("rmi", name)
        with dropping(engine, 5001, 2):
            # without --retry docker and pydock give up
            assert run("pull", name).code == 1
            done = run("pull", "--json=result", "--retry", "5", name)
            assert done.code == 0 and json.loads(done.out)["result"]["digest"] == result["digest"]
        assert run("pull", "-q", "--retry", "3", "127.0.0.1:5000/team/rows:2").err.count(b"attempt") == 0
    run.ok("rmi", name)
    # nothing listens there: an interrupt ends the wait at once
    process = subprocess.Popen(
        [pydock, "pull", "--retry", "9", name],
        env={"DOCKER_HOST": engine.host, "HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    while b"attempt" not in process.stderr.readline():
        pass
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130 and time.monotonic() - started < 3
    process.stderr.close()


# -- charts ----------------------------------------------------------------------------------------


def test_charts(run: Client, pydock: Path, docker: Path, engine: EngineProcess) -> None:
    """On a terminal they follow its size, and leave it as it was; elsewhere they are text."""
    for line in (("system", "df", "--graph"), ("history", "--graph", "busybox")):
        shown = run.ok(*line)
        assert "busybox" in shown or "%" in shown
        assert "\x1b" not in shown and all(len(text) <= 80 for text in shown.splitlines())
    run.ok("run", "-d", "--name", "rows-busy", "busybox", "sleep", "1000")
    try:
        shown = run.ok("stats", "--graph", "--no-stream", "rows-busy")
        assert shown.split()[:2] == ["NAME", "CPU"] and "rows-busy" in shown and "\x1b" not in shown
        terminal = Terminal(
            pydock, "stats", "--graph", "rows-busy", host=engine.host, env={"LANG": "C.UTF-8"}, columns=100
        )
        try:
            terminal.until(b"NET I/O")
            terminal.until(b"/s")
            terminal.resize(24, 50)
            terminal.until(b"\x1b[J")
            terminal.until(b"\x1b[J")
            page = terminal.until(b"\x1b[J").rpartition(b"\x1b[H")[2].decode()
            lines = re.sub(r"\x1b\[[0-9;]*[a-zA-Z]", "", page).splitlines()
            assert all(len(text.rstrip()) < 50 for text in lines) and "NET I/O" not in lines[0]
            terminal.type(b"\x03")
            assert terminal.end() == 130
        finally:
            terminal.close()
    finally:
        run.ok("rm", "-f", "rows-busy")


# -- a swarm ---------------------------------------------------------------------------------------


def test_lists_of_a_swarm(pydock: Path, docker: Path, manager: EngineProcess, tmp_path: Path) -> None:
    run = Client(pydock, manager, tmp_path)
    swarms.do(
        docker,
        manager,
        "service",
        "create",
        "-d",
        "-q",
        "--no-resolve-image",
        "--name",
        "rows",
        "-l",
        "a=b,c",
        "busybox:latest",
        "sleep",
        "1000",
    )
    (tmp_path / "data").write_text("x")
    run.ok("secret", "create", "-l", "x=y", "rows-secret", "data")
    try:
        answer = api(manager, "/services/rows")
        (row,) = [row for row in json.loads(run.ok("service", "ls", "--json")) if row["Name"] == "rows"]
        assert (row["ID"], row["CreatedAt"], row["Labels"]) == (answer["ID"], answer["CreatedAt"], {"a": "b,c"})
        assert (
            row["Image"] == answer["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"] and row["Replicas"]["Desired"] == 1
        )
        tasks = {task["ID"]: task for task in api(manager, "/tasks")}
        for row in json.loads(run.ok("service", "ps", "--json", "rows")):
            assert (row["NodeID"], row["ServiceID"], row["Slot"]) == tuple(
                tasks[row["ID"]].get(k) for k in ("NodeID", "ServiceID", "Slot")
            )
        (node,) = json.loads(run.ok("node", "ls", "--json"))
        assert (
            node["Self"] is True and node["ManagerStatus"] == "leader" and node["ID"] == api(manager, "/nodes")[0]["ID"]
        )
        assert json.loads(run.ok("secret", "ls", "--json=Name,Labels", "-f", "name=rows-secret")) == [
            {"Name": "rows-secret", "Labels": {"x": "y"}}
        ]
        assert json.loads(run.ok("service", "inspect", "--json=Spec.Name,Spec.Labels.a", "rows")) == [
            {"Spec.Name": "rows", "Spec.Labels.a": "b,c"}
        ]
    finally:
        run.ok("service", "rm", "rows")
        run.ok("secret", "rm", "rows-secret")
