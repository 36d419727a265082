"""Files that commands write: whole or not at all, by the name that was given, and never through a link."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pydock.app import App
from pydock.commands.build.destinations import Destinations
from pydock.errors import Failure
from pydock.files import atomic as whole
from pydock.files.atomic import Claim, WholeFile, check_path, remove_folder, write_whole
from pydock.flags.builds import Output
from tests.support.cli import cli, program
from tests.support.places import facts, running, small, wait_for
from tests.support.stand_in import Answers, Handler, stand_in

ID = "a" * 64
TAR = [b"x" * 40_960, bytes(40_960)]
#: what has a name that is no regular file, and docker's words for it
KINDS = {
    "folder": "cannot write to a directory", "link": "cannot write to a symbolic link directly", "dangling": "cannot write to a symbolic link directly",
    "folder-link": "cannot write to a symbolic link directly", "pipe": "cannot write to a named pipe (FIFO)", "socket": "cannot write to a socket",
}  # fmt: skip


def plant(folder: Path) -> None:
    """One of each kind, and the file that the link leads to."""
    (folder / "target").write_text("mine")
    (folder / "folder").mkdir()
    (folder / "link").symlink_to("target")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder-link").symlink_to("folder")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(folder / "socket"))


def streams(*paths: str) -> Answers:
    return {path: lambda _: iter(TAR) for path in paths}


SAVE, EXPORT = ("save", "-o", "{}", "busybox"), ("export", "-o", "{}", "c")
ENGINE = streams("GET /images/get.*", "GET /containers/c/export")


# -- names that were given -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_save_and_export_write_no_link_and_nothing_special(pydock: Path, tmp_path: Path, kind: str) -> None:
    plant(tmp_path)
    before = facts(tmp_path)
    with pytest.raises(Failure, match=re.escape(KINDS[kind])):
        check_path(str(tmp_path / kind))
    for command, words in ((SAVE, "failed to save image: "), (EXPORT, "failed to export container: ")):
        done = cli(*(a.format(tmp_path / kind) for a in command))
        assert (done.code, done.err, done.requests) == (1, f"{words}{KINDS[kind]}\n", [])
    assert facts(tmp_path) == before


def test_a_terminal_is_no_file() -> None:
    master, slave = os.openpty()
    try:
        with pytest.raises(Failure, match="cannot write to a character device file"):
            check_path(os.ttyname(slave))
    finally:
        os.close(master)
        os.close(slave)


def test_an_output_below_a_file_or_nowhere(tmp_path: Path) -> None:
    plant(tmp_path)
    for name, words in (("target/x", "target: not a directory"), ("none/x", "none: no such file or directory")):
        done = cli("save", "-o", str(tmp_path / name), "busybox")
        assert done.err == f"failed to save image: invalid output path: stat {tmp_path}/{words}\n"


def test_a_link_that_is_planted_while_an_output_is_written(pydock: Path, tmp_path: Path) -> None:
    """What has the name at the end gives way; where it leads to nothing is written."""
    (tmp_path / "mine").write_text("mine")

    def blocks(_: Handler) -> Iterator[bytes]:
        yield TAR[0]
        (tmp_path / "out.tar").symlink_to(tmp_path / "mine")
        yield TAR[1]

    with stand_in(tmp_path, {"GET /images/get.*": blocks}) as host:
        assert program(pydock, "save", "-o", "out.tar", "busybox", host=host, cwd=tmp_path).code == 0
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "out.tar").is_symlink() and (tmp_path / "out.tar").read_bytes() == b"".join(TAR)


def test_a_folder_of_outputs_may_be_reached_by_a_link(pydock: Path, tmp_path: Path) -> None:
    plant(tmp_path)
    with stand_in(tmp_path, ENGINE) as host:
        assert program(pydock, "export", "-o", "folder-link/x", "c", host=host, cwd=tmp_path).code == 0
    assert (tmp_path / "folder" / "x").read_bytes() == b"".join(TAR)


@pytest.mark.parametrize("name", [*KINDS, "target"])
def test_context_export_makes_new_files_only(tmp_path: Path, name: str) -> None:
    plant(tmp_path)
    before = facts(tmp_path)
    assert cli("--config", str(tmp_path / "c"), "context", "create", "one", "--docker", "host=unix:///x").code == 0
    done = cli("--config", str(tmp_path / "c"), "context", "export", "one", str(tmp_path / name))
    assert (done.code, done.err) == (1, f"open {tmp_path / name}: file exists\n")
    assert {k: v for k, v in facts(tmp_path).items() if k != "c"} == before


def test_context_export_looks_at_the_place_first_and_at_the_context_then(tmp_path: Path) -> None:
    plant(tmp_path)
    before = facts(tmp_path)
    for name, words in (
        ("target", "file exists"),
        ("folder", "file exists"),
        ("folder/", "is a directory"),
        ("target/", "is a directory"),
        ("none/", "is a directory"),
        ("none/x", "no such file or directory"),
        ("none/x/", "no such file or directory"),
        ("target/x", "not a directory"),
        ("", "no such file or directory"),
    ):
        done = cli("--config", str(tmp_path / "c"), "context", "export", "nope", name, folder=tmp_path)
        assert (done.code, done.err) == (1, f"open {name}: {words}\n")
    assert facts(tmp_path) == before


def test_a_new_file_does_not_replace_one_that_came_meanwhile(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="file exists"), WholeFile(str(tmp_path / "f"), new=True) as file:
        file.write(b"ours")
        (tmp_path / "f").write_text("theirs")
    assert facts(tmp_path) == {"f": (stat.S_IFREG, b"theirs")}


@pytest.mark.parametrize("kind", ["link", "dangling"])
def test_results_of_builds_write_no_link(tmp_path: Path, kind: str) -> None:
    """docker writes through it."""
    plant(tmp_path)
    before = facts(tmp_path)
    with open(os.devnull, "r+b") as null, pytest.raises(Failure, match="cannot write to a symbolic link directly"):
        Destinations(App(null, null, null, {}), [Output("tar", str(tmp_path / kind), {})])
    assert facts(tmp_path) == before


def test_results_of_builds_go_into_a_pipe_and_keep_an_old_files_mode(tmp_path: Path) -> None:
    plant(tmp_path)
    (tmp_path / "target").chmod(0o640)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()), daemon=True)
    reader.start()
    with (
        open(os.devnull, "r+b") as null,
        Destinations(
            App(null, null, null, {}), [Output("tar", str(tmp_path / n), {}) for n in ("pipe", "target")]
        ) as places,
    ):
        for sink in places.sinks.values():
            sink(b"data")
        places.keep({})
    reader.join(10)
    assert got == [b"data"] and (tmp_path / "target").read_bytes() == b"data"
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == 0o640 and stat.S_ISFIFO(
        (tmp_path / "pipe").lstat().st_mode
    )


def classic(folder: Path) -> tuple[str, Answers]:
    (folder / "ctx").mkdir(exist_ok=True)
    (folder / "ctx" / "Dockerfile").write_text("FROM scratch\n")

    def build(_: Handler) -> Iterator[bytes]:
        yield b'{"aux": {"ID": "sha256:1"}}\n{"stream": "Successfully built 1\\n"}\n'

    return str(folder / "ctx"), {"POST /build.*": build}


@pytest.mark.parametrize("kind", ["link", "dangling", "target", "new", "folder-link"])
def test_the_file_of_an_image_id_takes_the_place_of_a_link(pydock: Path, tmp_path: Path, kind: str) -> None:
    plant(tmp_path)
    context, answers = classic(tmp_path)
    with stand_in(tmp_path, answers) as host:
        done = program(
            pydock, "build", "--iidfile", kind, context, host=host, cwd=tmp_path, env={"DOCKER_BUILDKIT": "0"}
        )
    assert done.code == 0, done
    assert facts(tmp_path)[kind] == (stat.S_IFREG, b"sha256:1")
    assert kind == "target" or (tmp_path / "target").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_the_file_of_an_image_id_spares_folders_and_devices(pydock: Path, tmp_path: Path) -> None:
    """docker removes an empty folder, a device or a pipe (as root /dev/null itself), and puts a file in its place."""
    (tmp_path / "folder").mkdir()
    context, answers = classic(tmp_path)
    master, slave = os.openpty()
    with stand_in(tmp_path, answers) as host:
        done = program(
            pydock, "build", "--iidfile", "folder", context, host=host, cwd=tmp_path, env={"DOCKER_BUILDKIT": "0"}
        )
        assert done.code == 1 and done.err.endswith(b"open folder: is a directory\n"), done
        assert (tmp_path / "folder").is_dir()
        done = program(
            pydock,
            "build",
            "--iidfile",
            os.ttyname(slave),
            context,
            host=host,
            cwd=tmp_path,
            env={"DOCKER_BUILDKIT": "0"},
        )
        assert done.code == 0 and os.read(master, 100) == b"sha256:1", done
    os.close(master)
    os.close(slave)


def test_standard_output_by_its_name_of_a_file(tmp_path: Path) -> None:
    """/dev/stdout is a link of the system's own, and leads to what was redirected."""
    code = "from pydock.files.atomic import write_whole; write_whole('/dev/stdout', [b'data'])"
    with open(tmp_path / "f", "wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, timeout=60)
    assert facts(tmp_path) == {"f": (stat.S_IFREG, b"data")}
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60).stdout == b"data"


# -- the file of a container's id ----------------------------------------------------------------------


def test_twenty_containers_for_one_id_file_are_one(pydock: Path, tmp_path: Path) -> None:
    made: list[str] = []

    def create(handler: Handler) -> object:
        made.append(handler.path)
        return {"Id": ID, "Warnings": []}

    with stand_in(tmp_path, {"POST /containers/create.*": create}) as host:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": host}
        running = [
            subprocess.Popen(
                [pydock, "create", "--cidfile", "f", "busybox"],
                cwd=tmp_path,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(20)
        ]
        done = [(p.communicate(timeout=120), p.returncode) for p in running]
    words = b"container ID file found, make sure the other container isn't running or delete f\n"
    assert sorted(done, key=lambda d: d[1]) == [((ID.encode() + b"\n", b""), 0), *[((b"", words), 1)] * 19]
    assert len(made) == 1 and (tmp_path / "f").read_text() == ID


@pytest.mark.parametrize("kind", [*KINDS, "target"])
def test_no_container_where_the_id_file_has_anything_for_its_name(tmp_path: Path, kind: str) -> None:
    """docker writes through a link that leads nowhere."""
    plant(tmp_path)
    before = facts(tmp_path)
    done = cli("create", "--cidfile", str(tmp_path / kind), "busybox")
    assert (done.code, done.requests) == (1, []) and "container ID file found" in done.err
    assert facts(tmp_path) == before


def test_no_id_file_stays_without_a_container(pydock: Path, tmp_path: Path) -> None:
    with stand_in(tmp_path, {}) as host:
        done = program(pydock, "create", "--cidfile", "f", "busybox", host=host, cwd=tmp_path)
        assert (done.code, done.err) == (
            1,
            b"Error response from daemon: unexpected request: POST /containers/create\n",
        )
        assert os.listdir(tmp_path) == ["engine.sock"]
        assert (
            program(pydock, "create", "--cidfile", "none/f", "busybox", host=host, cwd=tmp_path).err
            == b"failed to create the container ID file: open none/f: no such file or directory\n"
        )


def test_an_id_file_that_somebody_put_there_meanwhile_is_not_removed(tmp_path: Path) -> None:
    with pytest.raises(Failure), Claim(str(tmp_path / "f")):
        (tmp_path / "f").unlink()
        (tmp_path / "f").write_text("theirs")
        raise Failure("no container")
    assert (tmp_path / "f").read_text() == "theirs"


# -- full disks, signals -------------------------------------------------------------------------------


#: command lines that write below the folder that they run in, the configuration among it
WRITERS: Sequence[tuple[str, ...]] = [
    ("save", "-o", "f", "busybox"), ("export", "-o", "f", "c"), ("create", "--cidfile", "f", "busybox"), ("context", "create", "two", "--docker", "host=unix:///y"),
    ("context", "update", "one", "--description", "d" * 9000), ("context", "create", "three", "--from", "secure"), ("context", "update", "secure", "--docker", "host=tcp://h:1,ca=ca.pem"),
    ("context", "use", "one"), ("context", "export", "one", "f"), ("login", "-u", "u", "-p", "p", "new.example"), ("logout", "old.example"), ("manifest", "annotate", "r/l:1", "r/i:1", "--variant", "v8"),
    ("build", "--iidfile", "f", "../ctx"),
]  # fmt: skip


@pytest.mark.parametrize("limited", [True, False], ids=["file size", "full disk"])
@pytest.mark.parametrize("argv", WRITERS, ids=lambda a: " ".join(a[:2]))
def test_a_full_disk_is_an_error_and_leaves_what_was_there(
    pydock: Path, tmp_path: Path, argv: tuple[str, ...], limited: bool
) -> None:
    disk, place, limit = small(tmp_path, limited)
    _, answers = classic(tmp_path)
    answers = {
        **answers,
        **ENGINE,
        "POST /containers/create.*": lambda _: {"Id": ID, "Warnings": []},
        "POST /auth": lambda _: {"Status": "Login Succeeded"},
    }
    pem = "-----BEGIN CERTIFICATE-----\n" + "x" * 5000
    with disk, stand_in(tmp_path, answers) as host:
        env = {"DOCKER_CONFIG": "c", "DOCKER_HOST": host, "DOCKER_BUILDKIT": "0"}
        (place / "ca.pem").write_text(pem)
        for name, endpoint in (("one", "host=unix:///x"), ("secure", f"host=tcp://h:1,ca={place}/ca.pem")):
            assert cli("--config", str(place / "c"), "context", "create", name, "--docker", endpoint).code == 0
        (place / "c" / "config.json").write_text('{"auths": {"old.example": {"auth": "eDp5"}}}')
        kept = place / "c" / "manifests" / "docker.io_r_l-1" / "docker.io_r_i-1"
        kept.parent.mkdir(parents=True)
        kept.write_text(
            '{"Ref": "docker.io/r/i:1", "Descriptor": {"mediaType": "m", "size": 1, "digest": "d", "platform": {"os": "linux", "architecture": "arm"}}, "Raw": ""}'
        )
        if argv[0] == "save":
            (place / "f").write_text("old")
        if not limited:
            with open(place / "fill", "wb") as file, pytest.raises(OSError, match="No space left"):
                while True:
                    os.write(file.fileno(), bytes(4096))
        before = {p: p.read_bytes() if p.is_file() else None for p in place.rglob("*")}
        with running(pydock, *argv, cwd=place, limit=limit, **env) as process:
            _, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        assert (b": file too large\n" if limited else b": no space left on device\n") in err, err
        assert {p: p.read_bytes() if p.is_file() else None for p in place.rglob("*")} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda n: n.name)
@pytest.mark.parametrize("argv", WRITERS[:3], ids=lambda a: a[0])
def test_a_signal_leaves_what_was_there(pydock: Path, tmp_path: Path, argv: tuple[str, ...], number: int) -> None:
    """While the engine works; and the name that the file has until then can be guessed by nobody, nor the file read."""
    reached, end = threading.Event(), threading.Event()

    def hang(_: Handler) -> Iterator[bytes]:
        if argv[0] != "create":
            yield TAR[0]
        reached.set()
        end.wait(60)

    place = tmp_path / "place"
    place.mkdir()
    if argv[0] != "create":
        (place / "f").write_text("old")
    before = facts(place)
    with stand_in(
        tmp_path, {"GET /images/get.*": hang, "GET /containers/c/export": hang, "POST /containers/create.*": hang}
    ) as host:
        with running(pydock, *argv, cwd=place, DOCKER_HOST=host) as process:
            assert reached.wait(60)
            if argv[0] != "create":
                wait_for(lambda: any(p.stat().st_size for p in place.glob(".pydock-*")))
                (name,) = (p.name for p in place.iterdir() if p.name != "f")
                assert (
                    re.fullmatch(r"\.pydock-[0-9a-f]{24}", name)
                    and stat.S_IMODE((place / name).stat().st_mode) == 0o600
                )
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        end.set()
    assert process.returncode == 128 + number and err == b""
    assert facts(place) == before


def test_what_other_threads_have_not_finished_goes_too(tmp_path: Path) -> None:
    """They end without a word when the program does; and nothing new is begun then."""
    code = (
        "import os, sys, threading\nfrom pydock.files import atomic as whole\n"
        f"place = {str(tmp_path)!r}\n"
        "def work():\n"
        "    folder = os.open(place, whole.WAY)\n"
        "    draft = whole.Draft(folder, place); draft.write(b'x'); scratch = whole.Scratch(place)\n"
        "    open(scratch.path + '/f', 'w').close(); claim = whole.Claim(place + '/claim')\n"
        "    begun.set(); threading.Event().wait()\n"
        "begun = threading.Event(); threading.Thread(target=work, daemon=True).start(); begun.wait()\n"
        "assert len(os.listdir(place)) == 3\n"
        "whole.sweep()\n"
        "try:\n    whole.Scratch(place)\nexcept whole.Failure as failure:\n    print(failure.message)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-u", "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"pydock is exiting\n" and os.listdir(tmp_path) == []


def test_a_deep_folder_is_removed_and_links_in_it_are_not_followed(tmp_path: Path) -> None:
    """Deeper than paths can be, than a program can have files open, or functions call themselves."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "f").write_text("mine")
    (tmp_path / "deep").mkdir()
    handle = os.open(tmp_path / "deep", os.O_RDONLY)
    for i in range(1200):
        os.mkdir("d", dir_fd=handle)
        os.symlink(tmp_path / "mine", "l", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.fchmod(below, 0o500 if i % 7 == 0 and os.geteuid() == 0 else 0o700)
        os.close(handle)
        handle = below
    os.close(handle)
    remove_folder(str(tmp_path / "deep"))
    assert sorted(os.listdir(tmp_path)) == ["mine"] and os.listdir(tmp_path / "mine") == ["f"]


def test_a_whole_file_keeps_what_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    (tmp_path / "f").chmod(0o604)
    write_whole(str(tmp_path / "f"), [b"new"], alike=True)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o604
    write_whole(str(tmp_path / "f"), [b"newer"], 0o600)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["f"] and not [p for p in whole._unfinished if p.startswith(str(tmp_path))]
    if os.geteuid() == 0:
        os.chown(tmp_path / "f", 1234, 1234)
        write_whole(str(tmp_path / "f"), [b"new"], alike=True)
        assert (tmp_path / "f").stat().st_uid == 1234
