"""What an engine, a registry, an image or a file says is shown on a terminal, never obeyed by it."""

from __future__ import annotations

import ast
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.app import App
from pydock.cli.index import COMMANDS
from pydock.commands.build.progress import show
from pydock.errors import Failure
from pydock.hints.show import MARK
from pydock.render.build_live import last_output
from pydock.render.plain_steps import Plain
from pydock.render.shown import Drawn, as_log, on_one_line, shown
from pydock.render.steps import Trace
from pydock.streams.feed import Feed
from pydock.streams.output import Output
from tests.support.cli import cli, refused
from tests.support.cut import cut
from tests.support.screen import EVIL, HostileEngine, Screen, controls
from tests.support.stubs import Stubs, engine_of

PYDOCK = Path(__file__).resolve().parents[2] / "pydock"

#: command lines for every command whose words come from the engine; "~" is a space within a word
LINES = """
builder prune -f | checkpoint create c x | checkpoint ls c | checkpoint rm c x | commit c x | create x | create --pull always x | diff c
container inspect c | container inspect -f {{json~.}} c | container inspect -f {{.Id}}\t{{.}} c | kill c d | ps | ps -a --no-trunc --size
ps --format {{.Names}}\t{{.Labels}} | ps --format json | ps --format raw | pause c d | port c | port c 80 | container prune | container prune -f
rename c d | restart c d | rm c d | run -d x | start c d | stats --no-stream | stats --no-stream --format json | stop c d | top c | unpause c d
update -m 1g c | wait c d | events | events --format {{.}} | events --format json | history x | history --no-trunc x | image import - x
image inspect x | image inspect -f {{.Id}} x | image load -i FILE | images | images --digests --no-trunc | images --tree | image prune -f | pull x | pull -q x | push x
rmi x y | tag x y | info | info -f json | info -f {{.}} | inspect x | inspect -f {{.}} x | inspect --type volume x | login -u u -p p | login -u u -p p host.example
network connect n c | network create n | network disconnect n c | network inspect n | network ls | network ls --no-trunc | network prune -f | network rm n
plugin create p FOLDER | plugin disable p | plugin enable p | plugin inspect p | plugin install p | plugin install --grant-all-permissions p | plugin ls --no-trunc | plugin push p | plugin rm p
plugin set p a=b | plugin upgrade p | search x | search --no-trunc x | search --format json x | system df | system df -v | system df --format json
system prune -f | system prune -a | version | version -f json | version -f {{.}} | volume create v | volume inspect v | volume ls | volume ls --format {{json~.}}
volume prune -f | volume rm v | volume update v | __complete rm | __complete run | __complete network rm | __complete volume rm | help nothing | nothing
config create c FILE | config inspect c | config inspect --pretty c | config ls | config rm c d | secret create s FILE | secret inspect s | secret inspect --pretty s
secret ls | secret rm s t | node demote n | node inspect n | node inspect --pretty n | node ls | node promote n | node ps n | node ps --no-trunc n | node rm n m
node update --label-add a=b n | service create -d --name s x | service inspect s | service inspect --pretty s | service logs s | service logs --details s | service ls
service ls --format json | service ps s | service ps --no-trunc s | service rm s t | service rollback -d s | service scale -d s=2 | service update -d --force s
stack deploy -d -c COMPOSE s | stack ls | stack ps s | stack ps --no-trunc s | stack rm s | stack services s | swarm ca | swarm init | swarm join -q --token t h:1
swarm join-token worker | swarm leave | swarm unlock-key | swarm unlock-key -q | swarm update --autolock | swarm unlock
ps --json | images --json | inspect --json c | info --json | events --json | top --json c | diff --json c | pull --json x | stats --no-stream --json | system df -v --json
stats --no-stream --graph | system df --graph | history --graph x | api -i /x | api POST /x | api /x --template {{.}} | --curl api /x | --trace api /x
recreate c | volume clone v w | volume export -o OUT v | volume import v FILE | volume ls --size --used-by | image prune --dry-run | system prune -a --dry-run
rm --filter label=x --yes | inspect --as-run c | logs c d | logs --all | wait --for running --timeout 2s c | run -d --wait --timeout 2s x | cp c:/x d:/x | image tags x
cp c:/x /nonexistent/x | cp /nonexistent/x c:/x | export -o OUT c | save -o OUT x | exec c x | attach c | logs c | run x | build FOLDER
""".strip()
ARGV = [
    tuple(word.replace("~", " ") for word in line.split(" ")) for row in LINES.split("\n") for line in row.split(" | ")
]

#: those that draw on a terminal
DRAWERS = "stats pull push image plugin create images export save cp run volume".split()

#: those that have no words of an engine's to show, or ask engines at sockets of their own (see their tests)
SILENT = {
    "doctor", "engine ls", "engine start", "engine stop", "image send",
    "completion bash", "completion fish", "completion powershell", "completion zsh", "system dial-stdio", "bake", "logout",
    "context create", "context export", "context import", "context inspect", "context ls", "context rm", "context show", "context update", "context use",
    "setup", "warm off", "warm on", "warm status", "stack config", "manifest annotate", "manifest create", "manifest inspect", "manifest push", "manifest rm",
    "trust inspect", "trust key generate", "trust key load", "trust revoke", "trust sign", "trust signer add", "trust signer remove",
}  # fmt: skip


def on_screen(*argv: str, **more: Any) -> tuple[int, bytes]:
    """(exit code, what the terminal was sent)."""
    done = cli(*argv, tty=True, width=120, **more)
    return done.code, done.out.encode("utf-8", "surrogateescape")


def test_every_command_with_words_of_the_engine_is_in_the_table() -> None:
    given = {" ".join(a) for a in ARGV}
    paths = {where: path for path, where in COMMANDS.items()}
    assert paths
    missing = []
    by_function: dict[Any, list[str]] = {}
    for path, (module, function, _) in COMMANDS.items():
        by_function.setdefault((module, function), []).append(path)
    for names in by_function.values():
        if not SILENT.intersection(names) and not any(
            line == n or line.startswith(n + " ") for n in names for line in given
        ):
            missing.append(names)
    assert not missing


@pytest.mark.parametrize("refuses", [False, True], ids=["answers", "refuses"])
@pytest.mark.parametrize("argv", ARGV, ids=" ".join)
def test_no_word_of_an_engine_controls_the_terminal(argv: tuple[str, ...], refuses: bool, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"description": "x"}')
    (tmp_path / "rootfs").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "compose.yml").write_text("services: {web: {image: x}}")
    names = {
        "FILE": str(tmp_path / "file"),
        "FOLDER": str(tmp_path),
        "OUT": str(tmp_path / "out"),
        "COMPOSE": str(tmp_path / "compose.yml"),
    }
    engine = HostileEngine(refuses)
    code, seen = on_screen(
        *(names.get(a, a) for a in argv),
        engine=engine,
        stdin=io.BytesIO(b"y\n"),
        environ={"DOCKER_BUILDKIT": "0", "HOME": str(tmp_path)},
    )
    assert (
        controls(
            seen.replace(MARK.encode(), b"Hint:"),
            drawing="--graph" in argv or "api" in argv or argv[0] in DRAWERS,
        )
        == ""
    )
    assert "bug in pydock" not in seen.decode() and "Traceback" not in seen.decode()
    if refuses and engine.requests and argv[0] not in ("__complete", "run", "cp") and argv[:2] != ("info", "-f"):
        assert code and "␛]0;evil␇␛[2J" in seen.decode()


def test_layers_that_come_and_go_are_drawn_without_obeying_their_words() -> None:
    """pull on a terminal: ids, statuses and lines of the engine; "[bold]" is text, and so is ":boom:"."""
    told = [
        {"status": f"Pulling [bold]:boom: {EVIL}", "id": EVIL}, {"status": f"Downloading {EVIL}", "id": f"[red]{EVIL}\n\n", "progressDetail": {"current": 5, "total": 10}},
        {"status": EVIL, "id": f"[red]{EVIL}\n\n", "progressDetail": {}}, {"status": f"[/] {EVIL}"}, {"stream": f"{EVIL}\n{EVIL}"},
    ]  # fmt: skip
    code, seen = on_screen("pull", "x", engine=HostileEngine(told=told), stdin=io.BytesIO())
    text = seen.decode()
    assert code == 0 and controls(seen, drawing=True) == ""
    assert "Pulling [bold]:boom: " in text and "[red]␛]0;evil␇" in text and "[/]" in text


def step(digest: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "digest": digest,
        "inputs": [],
        "name": name,
        "cached": False,
        "started": 10**18,
        "completed": 0,
        "error": "",
        "progressGroup": None,
        **more,
    }


def told_of(*vertexes: dict[str, Any], logs: Any = (), statuses: Any = (), warnings: Any = ()) -> dict[str, Any]:
    return {"vertexes": list(vertexes), "logs": list(logs), "statuses": list(statuses), "warnings": list(warnings)}


@pytest.mark.parametrize("mode", ["tty", "plain", "rawjson"])
def test_a_build_that_is_watched_does_not_control_the_terminal(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of steps, output, statuses, warnings and errors, in every view."""
    monkeypatch.setattr("pydock.render.build_live.FRAMES", 10**9)
    raw = EVIL.encode("utf-8", "surrogateescape")
    feed: Feed[Any] = Feed(0.01)
    log = {"vertex": "a", "stream": 1, "timestamp": 10**18, "msg": raw + b"\n\x1b[32mgreen\x1b[0m\n" + raw}
    status = {
        "ID": EVIL,
        "vertex": "a",
        "name": EVIL,
        "current": 5,
        "total": 10,
        "timestamp": 10**18,
        "started": 10**18,
        "completed": 0,
    }
    warning = {"vertex": "a", "level": 1, "short": raw, "detail": [raw], "url": EVIL, "info": None, "ranges": []}
    group = {"id": "g", "name": EVIL, "weak": False}
    feed.put(
        told_of(
            step("a", f"RUN [bold] {EVIL}"),
            step("b", "x", progressGroup=group),
            logs=[log],
            statuses=[status],
            warnings=[warning],
        )
    )
    feed.put(told_of(step("a", f"RUN [bold] {EVIL}", completed=2 * 10**18, error=EVIL), logs=[log]))
    feed.close()
    with Screen() as screen:
        show(App(screen.file, screen.file, io.BytesIO(), {}, "docker"), feed, mode, EVIL, EVIL)
    text = screen.seen.decode()
    assert controls(screen.seen, drawing=mode == "tty") == ""
    assert "␛" in text or mode == "rawjson"
    if mode != "rawjson":
        assert "RUN [bold] " in text and "[32m" not in text and "green" in text


def test_what_the_classic_builder_says_is_shown(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    told = [
        {"stream": f"Step 1/1 : {EVIL}\n"},
        {"stream": "\x1b[32mgreen\x1b[0m\r\n"},
        {"aux": {"ID": EVIL}},
        {"errorDetail": {"message": EVIL}},
    ]
    code, seen = on_screen(
        "build", str(tmp_path), engine=HostileEngine(told=told), stdin=io.BytesIO(), environ={"DOCKER_BUILDKIT": "0"}
    )
    assert (
        code == 1
        and controls(seen, drawing=True) == ""
        and "\ngreen\n" in seen.decode().replace("\r", "")
        and "␛]0;evil" in seen.decode()
    )


def test_words_of_registries_programs_and_files_are_shown(tmp_path: Path) -> None:
    """A registry's error, what plugins say of themselves, a context's description, a name that was typed."""
    plugins = tmp_path / ".docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    said = json.dumps({"SchemaVersion": "0.1.0", "Vendor": EVIL, "Version": EVIL, "ShortDescription": EVIL})
    (plugins / "docker-evil").write_text(f"#!/bin/sh\ncat <<'EOF'\n{said}\nEOF\n")
    (plugins / "docker-evil").chmod(0o755)
    meta = tmp_path / ".docker" / "contexts" / "meta" / ("a" * 64)
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(
        json.dumps(
            {"Name": "x", "Metadata": {"Description": EVIL}, "Endpoints": {"docker": {"Host": f"unix:///{EVIL}"}}}
        )
    )

    class Hostile:
        def open(self, domain: str, insecure: bool) -> Any:
            raise Failure(f"{domain}: {EVIL}")

    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    for argv in (
        ("--help",),
        ("info",),
        ("context", "ls"),
        ("context", "inspect", "x"),
        ("manifest", "inspect", "host.example/x:1"),
        (EVIL,),
        ("ps", f"--{EVIL}"),
        ("run", "--name"),
    ):
        _, seen = on_screen(*argv, engine=HostileEngine(), stdin=io.BytesIO(), environ=environ, registries=Hostile())
        assert seen and controls(seen, drawing=False) == "", argv


def test_questions_are_shown_and_what_is_asked_stays_readable() -> None:
    code, seen = on_screen("plugin", "install", "p", engine=HostileEngine(), stdin=io.BytesIO(b"n\n"))
    assert (
        code == 1
        and controls(seen, drawing=False) == ""
        and seen.decode().count("Do you grant the above permissions? [y/N] ") == 1
    )


def test_bytes_of_containers_pass_as_they_are() -> None:
    """logs and attach on a terminal: what a container draws is drawn."""
    raw = EVIL.encode("utf-8", "surrogateescape")

    container = {
        "Id": "c",
        "State": {"Running": True, "Paused": False, "Restarting": False},
        "Config": {"Tty": True, "OpenStdin": False},
    }
    table = {("GET", "/containers/c/json"): container, ("GET", "/containers/c/logs"): raw}
    code, seen = on_screen("logs", "c", engine=engine_of(Stubs(table)), stdin=io.BytesIO())
    assert (code, seen) == (0, raw)


def test_off_a_terminal_every_byte_is_the_engines() -> None:
    """What scripts read is not touched; and an error's bytes neither. JSON is UTF-8: half a character is U+FFFD, as in Go."""
    sent = re.sub("[\udc80-\udcff]", "\ufffd", EVIL)
    volume = {"Name": EVIL, "Driver": "local", "Mountpoint": "/", "Scope": "local", "Labels": None}
    done = cli(
        "volume", "ls", "--format", "{{.Name}}", table={("GET", "/volumes"): {"Volumes": [volume], "Warnings": None}}
    )
    assert (done.code, done.out) == (0, f"{sent}\n")
    done = cli("volume", "rm", "v", table={("DELETE", "/volumes/v"): refused(409, EVIL)})
    assert sent in done.err


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_nothing_but_line_ends_and_tabs_controls_what_is_shown(text: str, ends: bool) -> None:
    """No control character, nothing that cannot be encoded; a column stays a column; what is harmless stays as it is."""
    text += "\r\n" if ends else ""
    result = shown(text)
    assert shown(result) == result
    assert controls(result.encode(), drawing=False) == ""
    assert len(result) == len(text) - sum(len(line) - len(line.rstrip("\r")) for line in text.split("\n")[:-1])
    assert [c for c in result if unicodedata.category(c) not in ("Cc", "Cs")] == [c for c in result if c not in "\n\t"]
    harmless = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cf"))
    assert shown(harmless) == harmless
    assert not {"\n", "\t"} & set(on_one_line(text))


@given(st.lists(st.sampled_from(["\x1b[", "\x1b]", "31m", "\x07", "\x1b\\", "x", "\r", "\n", "\x1b", ";", "\x9b"])))
def test_a_log_without_its_colours_is_shown_whole(parts: list[str]) -> None:
    text = as_log("".join(parts))
    assert "\r" not in text and text.count("x") <= parts.count("x")
    assert as_log("a\x1b[1;31mred\x1b[0m\x1b]0;title\x07 10%\r20%\r\nb") == "ared 10%\n20%\nb"


def test_what_is_drawn_loses_its_right_when_it_is_joined() -> None:
    with Screen() as screen:
        out = Output(screen.file)
        out.write(Drawn("\x1b[1m"), "\x1b[1m", Drawn("\x1b[0m") + "x")
    assert screen.seen.decode() == "\x1b[1m␛[1m␛[0mx"


@given(st.text(alphabet="aé界🐳\n", max_size=30), st.lists(st.integers(0, 200), max_size=8))
def test_a_character_that_is_cut_by_a_message_is_not_replaced(text: str, places: list[int]) -> None:
    """However a step's output comes in pieces, lines and live view show whole characters; what ends in half a one shows its bytes."""
    trace, plain, out = Trace(), Plain(Trace(), "t"), ""
    plain.trace = trace
    trace.update(told_of(step("a", "x")), 0)
    plain.draw(0)
    for piece in cut(text.encode(), places):
        trace.update(told_of(logs=[{"vertex": "a", "stream": 1, "timestamp": 10**18, "msg": piece}]), 0)
        out += plain.draw(0)
        for line in [out, *last_output(trace.by_digest["a"], 80)]:
            assert "\ufffd" not in line
            line.encode()
    body = text.removesuffix("\n")
    assert (
        out.rstrip("\n") == "\n".join(f"#1 0.000 {line}" for line in body.split("\n")).rstrip("\n") if text else not out
    )
    trace.update(
        told_of(
            step("a", "x", completed=2 * 10**18),
            logs=[{"vertex": "a", "stream": 1, "timestamp": 10**18, "msg": b"\n\xe7\x95"}],
        ),
        0,
    )
    assert b"#1 0.000 \xe7\x95\n#1 DONE" in plain.draw(1).encode("utf-8", "surrogateescape")


def test_names_that_a_shell_would_read_otherwise_are_not_offered() -> None:
    names = ["/web", "/$(reboot)", "/a b", "/x;y", "/`z`", f"/{EVIL}", "/a.b_c-d"]
    done = cli(
        "__complete",
        "rm",
        "",
        table={("GET", "/containers/json"): [{"Id": "c" * 64, "Names": [n], "State": "exited"} for n in names]},
    )
    assert done.out == "a.b_c-d\nweb\n:4\n"


# -- the source ----------------------------------------------------------------------------------------

#: modules that pass bytes on as they are, and whose they are
RAW = {
    "commands/container/logs.py": "a container's", "commands/container/many_logs.py": "containers'", "commands/volume_copies.py": "an archive, never to a terminal", "commands/container/session.py": "a container's", "commands/container/copying.py": "an archive, never to a terminal", "commands/container/export.py": "an archive, never to a terminal",
    "commands/service/logs.py": "a task's", "commands/image/save.py": "an archive, never to a terminal", "commands/context.py": "an archive, never to a terminal", "commands/build/destinations.py": "an archive, never to a terminal",
    "commands/api.py": "a container's, or not to a terminal", "streams/sharing.py": "what an output has made safe already", "commands/system/dial.py": "the engine's protocol, for the program at the other end of the pipe",
}  # fmt: skip
#: modules that draw
DRAWING = {
    "render/shown.py", "render/rows.py", "render/notes.py", "render/build_report.py", "views/image_tree.py", "commands/container/stats.py", "commands/container/copying.py",
    "commands/build/classic.py", "render/charts.py", "render/json_values.py", "commands/graphs.py", "hints/show.py", "render/prefixes.py",
}  # fmt: skip


#: modules that reach the process's own streams: to make the first of them, to draw, to put a caller's in their place
STREAMS = {"main.py", "render/live.py", "resident/worker.py", "warm/launcher.py"}


def uses(path: Path) -> set[str]:
    """How a module reaches a terminal: "put" (bytes as they are), "Drawn", "Console" (or print), "stream" (sys.stdout, sys.stderr)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and (of := ast.unparse(node.value)):
            if node.attr == "put" and of.rpartition(".")[2] in ("out", "err"):
                found.add("put")
            elif node.attr in ("stdout", "stderr") and of == "sys":
                found.add("stream")
        elif isinstance(node, ast.Name) and node.id == "Drawn":
            found.add("Drawn")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("Console", "print"):
            found.add("Console")
    return found


def test_only_a_few_modules_write_to_a_terminal_otherwise() -> None:
    """Text passes Output.write or rich's Canvas: no other console, no other stream, raw bytes and drawings where they are meant."""
    found: dict[str, set[str]] = {"put": set(), "Drawn": set(), "Console": set(), "stream": set()}
    for path in PYDOCK.rglob("*.py"):
        for way in uses(path) if path.parent.name != "generate" else ():
            found[way].add(str(path.relative_to(PYDOCK)))
    assert found == {
        "put": set(RAW),
        "Drawn": DRAWING,
        "Console": set(),
        "stream": STREAMS,
    }
