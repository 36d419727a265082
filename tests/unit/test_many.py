"""`--context a,b`: a command that reads, on several engines at once. The engines are real sockets with canned answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pydock.cli.index import COMMANDS, OWN
from pydock.cli.tree import find
from tests.support import far_ends as far
from tests.support import samples
from tests.support.cli import Result, cli
from tests.support.screen import EVIL, controls

CREATED = 1_700_000_000


def container(name: str) -> dict[str, Any]:
    return {
        "Id": name * 64, "Names": [f"/{name}"], "Image": "busybox", "ImageID": "x", "Command": "sh", "Created": CREATED, "State": "running",
        "Status": "Up 2 hours", "Ports": [], "Labels": {"who": name}, "HostConfig": {}, "NetworkSettings": {"Networks": {}}, "Mounts": [],
    }  # fmt: skip


def frames(*lines: str) -> bytes:
    """A container's log: stdout, but for lines that begin with "!"."""
    return b"".join(
        bytes([1 + line.startswith("!"), 0, 0, 0]) + len(line).to_bytes(4, "big") + line.encode() for line in lines
    )


def raw(data: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    return head.encode() + data


def event(action: str) -> dict[str, Any]:
    return {"Type": "container", "Action": action, "Actor": {"ID": "1", "Attributes": {}}, "timeNano": CREATED * 10**9}


def routes(name: str) -> list[tuple[str, bytes]]:
    """What the engine of this name has."""
    refused = far.json_answer({"message": f"no such container in {name}"}, "404 Not Found")
    return [
        ("/containers/json", far.json_answer([container(name)])),
        ("/containers/web/json", far.json_answer(samples.container(Id=name, Name=f"/web-{name}"))),
        ("/containers/gone/json", refused),
        (f"/containers/{name}/logs", raw(frames(f"{name}-1\n", f"!{name}-2\n", "end"))),
        ("/events", raw(json.dumps(event(f"start-{name}")).encode() + b"\n")),
        ("/volumes", far.json_answer({"Volumes": [{"Name": f"vol-{name}", "Driver": "local"}]})),
        ("/info", far.json_answer({"ID": name, "Name": f"host-{name}", "Containers": 1})),
        ("/version", far.json_answer({"Version": f"28.{name}", "ApiVersion": "1.51"})),
    ]


def serving(name: str) -> far.Talk:
    return serving_of(routes(name))


def serving_of(table: list[tuple[str, bytes]]) -> far.Talk:
    """By the path without its query."""

    def talk(sock: Any) -> None:
        with sock:
            try:
                words = sock.recv(65536).split(b" ")
                path = words[1].decode().partition("?")[0]
                sock.sendall(next((data for end, data in table if path.endswith(end)), far.DOCKER))
            except OSError:
                return

    return talk


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Contexts for two engines, a dead one, and one with a broken address."""
    with TemporaryDirectory(prefix="pd-") as folder, ExitStack() as stack:
        hosts = {
            name: stack.enter_context(far.unix(Path(folder) / f"{name}.sock", serving(name))) for name in ("a1", "b22")
        }
        for name, host in {**hosts, "dead": f"unix://{folder}/dead.sock", "twin": hosts["a1"]}.items():
            assert of(Path(folder), "context", "create", name, "--docker", f"host={host}").code == 0
        yield Path(folder)


def of(home: Path, *argv: str, **more: Any) -> Result:
    environ = {"HOME": str(home), **more.pop("environ", {})}
    return cli(*argv, environ=environ, own_engine=True, clock=lambda: CREATED + 7200.0, **more)


DEAD = "dead: Cannot connect to the Docker daemon at unix://{home}/dead.sock. Is the docker daemon running?\n"

#: what is asked of a1 and b22 -> what is printed
PRINTED = [
    ("ps --format {{.Context}}:{{.Names}}", "a1:a1\nb22:b22\n"),
    ("ps -q", "a1a1a1a1a1a1\nb22b22b22b22\n"),
    ("ps --format {{.Context}}={{.Label\x00\"who\"}}", "a1=a1\nb22=b22\n"),
    ("volume ls", "CONTEXT   DRIVER    VOLUME NAME\na1        local     vol-a1\nb22       local     vol-b22\n"),
    ("volume ls --format table\x00{{.Name}}", "VOLUME NAME\nvol-a1\nvol-b22\n"),
    ("volume ls --json=Name", '[{"Context":"a1","Name":"vol-a1"},{"Context":"b22","Name":"vol-b22"}]\n'),
    ("info --format {{.Context}}\x00{{.Name}}", "a1 host-a1\nb22 host-b22\n"),
    ("info --json=Name", '[{"Context":"a1","Name":"host-a1"},{"Context":"b22","Name":"host-b22"}]\n'),
    ("version --format {{.Context}}\x00{{.Server.Version}}", "a1 28.a1\nb22 28.b22\n"),
    ("events --until 1", "a1  | 2023-11-14T22:13:20.000000000Z container start-a1 1\nb22 | 2023-11-14T22:13:20.000000000Z container start-b22 1\n"),
    ("events --until 1 --format {{.Context}}\x00{{.Action}}", "a1 start-a1\nb22 start-b22\n"),
    ("events --until 1 --json=Action", '{"Context":"a1","Action":"start-a1"}\n{"Context":"b22","Action":"start-b22"}\n'),
    ("inspect --type container --format {{.Context}}\x00{{.Name}} web", "a1 /web-a1\nb22 /web-b22\n"),
    ("inspect --type container --json=Name web", '[{"Context":"a1","Name":"/web-a1"},{"Context":"b22","Name":"/web-b22"}]\n'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "out"), PRINTED, ids=[line for line, _ in PRINTED])
def test_what_two_engines_have(home: Path, line: str, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists in the order of the contexts; streams as they come."""
    monkeypatch.setenv("TZ", "UTC")
    done = of(home, "--context", "a1,b22", *(word.replace("\0", " ") for word in line.split()))
    assert (done.code, done.err) == (0, "")
    assert (done.out if "events" not in line else "".join(sorted(done.out.splitlines(True)))) == out


def test_the_table_has_a_column(home: Path) -> None:
    lines = of(home, "-c", "b22,a1", "ps").out.splitlines()
    assert [line.split()[0] for line in lines] == ["CONTEXT", "b22", "a1"]
    assert lines[0].split("   ")[:2] == ["CONTEXT", "CONTAINER ID"]
    (one, other) = (json.loads(line) for line in of(home, "-c", "a1,b22", "ps", "--format", "json").out.splitlines())
    assert (one["Context"], one["Names"], other["Context"]) == ("a1", "a1", "b22") and list(one) == sorted(one)


def test_logs_of_two_keep_lines_and_streams_apart(home: Path) -> None:
    """A last line without an end gets one, so that the next one begins a line."""
    done = of(home, "-c", "a1,b22", "logs", "web")
    assert done.code == 0
    assert sorted(done.out.splitlines(True)) == ["a1  | a1-1\n", "a1  | end\n", "b22 | b22-1\n", "b22 | end\n"]
    assert sorted(done.err.splitlines(True)) == ["a1  | !a1-2\n", "b22 | !b22-2\n"]


def test_one_that_is_down_does_not_stop_the_others(home: Path) -> None:
    dead = DEAD.format(home=home)
    done = of(home, "-c", "a1,dead,b22", "ps", "--format", "{{.Names}}")
    assert (done.code, done.out, done.err) == (1, "a1\nb22\n", dead)
    done = of(home, "-c", "dead,a1", "volume", "ls", "--json=Name")
    assert (done.code, done.out, done.err) == (1, '[{"Context":"a1","Name":"vol-a1"}]\n', dead)
    done = of(home, "-c", "dead,dead", "ps")
    assert (done.code, done.out, done.err) == (1, "", dead)
    done = of(home, "-c", "a1,b22", "logs", "gone")
    assert (done.code, done.out) == (1, "")
    assert sorted(done.err.splitlines()) == [
        f"{n}: Error response from daemon: no such container in {n}" for n in ("a1", "b22")
    ]


def test_what_changes_something_is_refused_before_anything_is_sent(home: Path) -> None:
    for line in (
        "rm web",
        "container prune -f",
        "run busybox",
        "exec web true",
        "engine ls",
        "context use a1",
        "build .",
    ):
        done = of(home, "-c", "a1,dead", *line.split())
        path = " ".join(line.split()[: 2 if line.startswith(("container", "engine", "context")) else 1])
        said = f"docker {path} takes one context, not a1,dead: only commands that change nothing take several\n"
        assert (done.code, done.out, done.err) == (125, "", said)


#: by their names, what surely changes nothing; a command of another name is looked at before it is declared so
READING = ("ls", "inspect", "ps", "images", "logs", "events", "df", "info", "version", "stats", "top", "port", "diff", "history", "services", "search", "volumes")  # fmt: skip


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in OWN])
def test_only_what_reads_is_declared_so(path: str) -> None:
    note = find(path).note  # type: ignore[union-attr]
    assert not note.reads or path.split()[-1] in READING


def test_mistakes_are_told_once(home: Path) -> None:
    done = of(home, "-c", "a1,b22", "ps", "--bogus")
    assert done.code == 125 and done.err.count("unknown flag: --bogus") == 1
    assert "unknown command: docker foo" in of(home, "-c", "a1,b22", "foo").err
    done = of(home, "-c", "a1,b22", "logs")
    assert done.code == 1 and done.err.count("requires 1 argument") + done.err.count("requires at least 1") == 1
    assert of(home, "-c", "a1,b22", "ps", "--help").out == of(home, "ps", "--help").out
    assert of(home, "-c", "a1,b22", "ps", "--json=help").out == of(home, "ps", "--json=help").out
    for given in ("a1,nope,b22,x y", ",", "a1,"):
        done = of(home, "-c", given, "ps")
        assert done.code == 1 and done.err.startswith(f"--context {given}: there is no context ")
    assert '"nope", "x y"' in of(home, "-c", "a1,nope,b22,x y", "ps").err
    assert "conflicting options" in of(home, "-c", "a1,b22", "-H", "tcp://a", "ps").err


def test_a_broken_configuration_is_told_once(tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="pd-") as folder, far.unix(Path(folder) / "x", serving("a1")) as host:
        for name in ("x1", "y1"):
            of(tmp_path, "context", "create", name, "--docker", f"host={host}")
        (tmp_path / ".docker" / "config.json").write_text("{")
        done = of(tmp_path, "-c", "x1,y1", "ps", "-q")
    assert (done.code, done.out, done.err.count("WARNING")) == (0, "a1a1a1a1a1a1\n" * 2, 1)


def test_all_contexts(home: Path) -> None:
    """Each engine once; without the default one where nothing is there and nobody has named it."""
    done = of(home, "-c", "all", "ps", "--format", "{{.Context}}", environ={"DOCKER_HOST": f"unix://{home}/b22.sock"})
    assert (done.code, done.out.split(), done.err) == (1, ["a1", "b22"], DEAD.format(home=home))
    done = of(home, "-c", "all", "ps", "--format", "{{.Context}}", environ={"DOCKER_HOST": "unix:///nonexistent/x"})
    assert done.out.split() == ["a1", "b22"] and "default: Cannot connect" in done.err


def test_a_context_named_all(home: Path, tmp_path: Path) -> None:
    assert of(tmp_path, "context", "create", "all", "--docker", f"host=unix://{home}/a1.sock").code == 0
    assert of(tmp_path, "-c", "all", "volume", "ls", "-q").out == "vol-a1\n"
    assert of(tmp_path, "-c", "all", "volume", "ls").out.startswith("DRIVER ")


def test_lines_of_curl_can_be_run(home: Path) -> None:
    lines = of(home, "--curl", "-c", "a1,b22", "ps", "-q").err.splitlines()
    assert len(lines) == 4 and all(line.startswith(f"curl --unix-socket {home}/") for line in lines)


def test_a_trace_says_whose_request_it_is(home: Path) -> None:
    lines = of(home, "--trace", "-c", "a1,b22", "ps", "-q").err.splitlines()
    assert sorted(line.partition(" | [")[0] for line in lines) == ["a1", "a1", "b22", "b22"]


def test_engines_are_asked_at_once(tmp_path: Path) -> None:
    """Each answers only once the other has been asked."""
    both = threading.Barrier(2, timeout=20)

    def talk(sock: Any) -> None:
        if b"/containers/json" in sock.recv(4096, 2):
            both.wait()
        serving("a1")(sock)

    with TemporaryDirectory(prefix="pd-") as folder, ExitStack() as stack:
        for name in ("x1", "y1"):
            host = stack.enter_context(far.unix(Path(folder) / name, talk))
            of(tmp_path, "context", "create", name, "--docker", f"host={host}")
        assert of(tmp_path, "-c", "x1,y1", "ps", "-q").out == "a1a1a1a1a1a1\n" * 2


def test_completion_after_the_comma(home: Path) -> None:
    assert of(home, "__completeNoDesc", "-c", "a1,").out == "a1,b22\na1,dead\na1,default\na1,twin\n:4\n"
    assert of(home, "__completeNoDesc", "--context=a1,b").out == "a1,b22\n:4\n"
    # names are those of the first
    assert of(home, "__completeNoDesc", "-c", "b22,dead", "logs", "").out.startswith("b22\n")


def test_no_word_of_several_engines_controls_the_terminal(tmp_path: Path) -> None:
    hostile = {**container("a1"), "Names": [f"/{EVIL}"], "Image": EVIL, "Status": EVIL}
    table = [
        ("/containers/json", far.json_answer([hostile])),
        ("/info", far.json_answer(samples.info(Name=EVIL, ServerVersion=EVIL))),
        ("/events", raw(json.dumps(event(EVIL)).encode() + b"\n")),
        ("/volumes", far.json_answer({"message": EVIL}, "500 Internal Server Error")),
    ]
    with TemporaryDirectory(prefix="pd-") as folder, far.unix(Path(folder) / "x", serving_of(table)) as host:
        for name in ("x1", "y1"):
            of(tmp_path, "context", "create", name, "--docker", f"host={host}")
        for line in ("ps", "info", "events --until 1", "volume ls", "ps --json"):
            done = of(tmp_path, "-c", "x1,y1", *line.split(), tty=True, width=200)
            assert "bug in pydock" not in done.out and "evil" in done.out
            assert controls(done.out.replace("\r\n", "\n").encode("utf-8", "surrogateescape"), drawing=False) == ""
