"""`cp`: files between a container and this host."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Reply, cli, refused

FOLDER, LINK, DEVICE, IRREGULAR = 1 << 31 | 0o755, 1 << 27 | 0o777, 1 << 26 | 0o660, 1 << 19
PLACE = "/containers/web/archive"


def stated(mode: int = 0o644, target: str = "", body: Any = b"") -> Reply:
    """An answer that tells what is at a path."""
    facts = base64.b64encode(json.dumps({"mode": mode, "linkTarget": target}).encode()).decode()
    return Reply(body, headers={"X-Docker-Container-Path-Stat": facts})


def archive(**entries: str | None) -> bytes:
    """A tar archive of files, and of folders (None)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in entries.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.type, info.mode, info.size = (
                (tarfile.DIRTYPE, 0o755, 0) if text is None else (tarfile.REGTYPE, 0o644, len(text))
            )
            tar.addfile(info, io.BytesIO((text or "").encode()))
    return out.getvalue()


def names(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [f"{entry.name}/" if entry.isdir() else entry.name for entry in tar]


def tree(folder: Path) -> dict[str, str]:
    """The files below a folder, and what is in them."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("destination", "there"),
    [
        (".", "conf"), ("new", "new"), ("folder", "folder/conf"), ("folder/", "folder/conf"), ("old", "old"), ("folder/new", "folder/new"),
    ],
)  # fmt: skip
def test_a_file_comes_out_to_where_its_destination_says(destination: str, there: str, tmp_path: Path) -> None:
    files = {"old": "old", "folder/other": "other"}
    table = {("GET", PLACE): stated(body=archive(conf="text"))}
    done = cli("cp", "web:/etc/conf", destination, table=table, folder=tmp_path, files=files)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert tree(tmp_path) == {**files, there: "text"}
    assert done.requests[0].query == {"path": "/etc/conf"}


@pytest.mark.parametrize(
    ("source", "destination", "there"),
    [
        ("/data", "new", "new/a"),
        ("/data", "folder", "folder/data/a"),
        ("/data/.", "new", "new/a"),
        ("/data/.", "folder", "folder/a"),
    ],
)
def test_a_folder_comes_out_with_its_name_or_without(source: str, destination: str, there: str, tmp_path: Path) -> None:
    content = archive(**{"./": None, "./a": "text"}) if source.endswith(".") else archive(data=None, data__a="text")
    table = {("GET", PLACE): stated(FOLDER, body=content)}
    done = cli("cp", f"web:{source}", destination, table=table, folder=tmp_path, files={"folder/other": "other"})
    assert (done.code, done.err) == (0, "")
    assert tree(tmp_path) == {"folder/other": "other", there: "text"}


@pytest.mark.parametrize(
    ("mode", "destination", "words"),
    [
        (FOLDER, "old", "cannot copy directory"), (0o644, "new/", "no such directory"),
        (0o644, "no/new", 'invalid output path: directory "{}/no" does not exist'),
    ],
)  # fmt: skip
def test_what_cannot_be_put_there_is_left_alone(mode: int, destination: str, words: str, tmp_path: Path) -> None:
    table = {} if "no/" in destination else {("GET", PLACE): stated(mode, body=archive(conf="text"))}
    done = cli("cp", "web:/conf", destination, table=table, folder=tmp_path, files={"old": "old"})
    assert (done.code, done.err) == (1, words.format(tmp_path) + "\n")
    assert tree(tmp_path) == {"old": "old"}


def test_a_path_comes_out_to_stdout_as_the_archive_that_it_is() -> None:
    data = archive(conf="text")
    done = cli("cp", "web:/etc/conf", "-", table={("GET", PLACE): stated(body=data)})
    assert (done.code, done.out, done.err) == (0, data.decode(), "")


def test_a_link_that_is_followed_gives_its_name_to_what_it_leads_to(tmp_path: Path) -> None:
    for target, path in (("conf", "/etc/conf"), ("/opt/conf", "/opt/conf"), ("../conf", "/conf")):
        table = {("HEAD", PLACE): stated(LINK, target), ("GET", PLACE): stated(body=archive(conf="text"))}
        done = cli("cp", "-L", "web:/etc/link", ".", table=table, folder=tmp_path)
        assert (done.code, tree(tmp_path), done.requests[1].query) == (0, {"link": "text"}, {"path": path})


@pytest.mark.parametrize(
    "header",
    [{}, {"X-Docker-Container-Path-Stat": "%"}, {"X-Docker-Container-Path-Stat": base64.b64encode(b"[]").decode()}],
)
def test_an_engine_that_does_not_say_what_is_there_is_told_of(header: dict[str, str], tmp_path: Path) -> None:
    done = cli(
        "cp", "web:/conf", "new", table={("GET", PLACE): Reply(archive(conf="x"), headers=header)}, folder=tmp_path
    )
    assert done.code == 1 and done.err.startswith("unable to decode container path stat header: ")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("source", "destination", "there", "folder", "packed"),
    [
        ("a", "/d", stated(FOLDER), "/d", ["a"]), ("a", "/d", refused(404, "no"), "/", ["d"]), ("a", "/d/b", stated(), "/d", ["b"]),
        ("tree", "/d", stated(FOLDER), "/d", ["tree/", "tree/b"]), ("tree", "/d", refused(404, "no"), "/", ["d/", "d/b"]),
        ("tree/.", "/d", stated(FOLDER), "/d", ["./", "./b"]), ("tree/.", "/new", refused(404, "no"), "/", ["new/", "new/b"]),
    ],
)  # fmt: skip
def test_files_go_in_by_their_names_there(
    source: str, destination: str, there: Any, folder: str, packed: list[str], tmp_path: Path
) -> None:
    table = {("HEAD", PLACE): there, ("PUT", PLACE): b""}
    done = cli("cp", source, f"web:{destination}", table=table, folder=tmp_path, files={"a": "text", "tree/b": "b"})
    assert (done.code, done.out, done.err) == (0, "", "")
    assert [name.rstrip("/") for name in names(done.requests[-1].content)] == [name.rstrip("/") for name in packed]
    assert done.requests[-1].query == {"path": folder, "noOverwriteDirNonDir": "true"}


def test_a_link_there_is_followed_to_where_it_leads(tmp_path: Path) -> None:
    answers = {"/link": stated(LINK, "data"), "/data": stated(FOLDER)}
    table = {("HEAD", PLACE): lambda asked: answers[asked.query["path"]], ("PUT", PLACE): b""}
    done = cli("cp", "-a", "a", "web:/link", table=table, folder=tmp_path, files={"a": "text"})
    assert done.requests[-1].query == {"path": "/data", "noOverwriteDirNonDir": "true", "copyUIDGID": "true"}
    assert names(done.requests[-1].content) == ["a"]


@pytest.mark.parametrize(("mode", "kind"), [(DEVICE, "a device"), (IRREGULAR, "an irregular file")])
def test_nothing_is_written_to_what_is_no_file(mode: int, kind: str, tmp_path: Path) -> None:
    done = cli("cp", "a", "web:/x", table={("HEAD", PLACE): stated(mode)}, folder=tmp_path, files={"a": ""})
    assert (done.code, done.err) == (1, f'destination "web:/x" must be a directory or a regular file: got {kind}\n')


def test_a_folder_does_not_go_where_a_file_is(tmp_path: Path) -> None:
    done = cli("cp", "tree", "web:/x", table={("HEAD", PLACE): stated()}, folder=tmp_path, files={"tree/a": ""})
    assert (done.code, done.err) == (1, "cannot copy directory\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("", "web:/x"), "source can not be empty"), (("web:/x", ""), "destination can not be empty"),
        (("a:/x", "b:/y"), "copying between containers is not supported"), (("./a:x", "/b"), "must specify at least one container source"),
        (("-", "/b"), "must specify at least one container source"),
    ],
)  # fmt: skip
def test_one_end_is_a_containers_and_the_other_is_here(words: tuple[str, str], told: str) -> None:
    done = cli("cp", *words)
    assert (done.code, done.err) == (1, told + "\n")


def test_a_person_sees_what_is_copied_unless_they_would_rather_not(tmp_path: Path) -> None:
    table = {("GET", PLACE): stated(body=archive(conf="x" * 3000))}
    seen = cli("cp", "web:/conf", ".", table=table, folder=tmp_path, tty=True).out
    assert "Copying from container - " in seen and seen.endswith(f"to {tmp_path}/.\n") and "\x1b[?25h" in seen
    assert cli("cp", "-q", "web:/conf", ".", table=table, folder=tmp_path, tty=True).out == ""
    table = {("HEAD", PLACE): stated(FOLDER), ("PUT", PLACE): b""}
    seen = cli("cp", "conf", "web:/d", table=table, folder=tmp_path, tty=True).out
    assert "Copying to container - " in seen and seen.endswith("to web:/d\n")


@pytest.mark.parametrize("padding", [0, 512, 8192])
def test_what_follows_the_end_of_an_archive_is_not_counted(padding: int, tmp_path: Path) -> None:
    """Engines end an archive with two blocks of zeros; others pad it."""
    body = archive(conf="text").rstrip(b"\0").ljust(1024, b"\0") + bytes(1024 + padding)
    done = cli("cp", "-q=false", "web:/conf", ".", table={("GET", PLACE): stated(body=body)}, folder=tmp_path)
    assert done.err == f"Successfully copied 2.05kB to {tmp_path}/.\n"


def test_a_copy_of_stdin_is_not_counted() -> None:
    table = {("HEAD", PLACE): stated(FOLDER), ("PUT", PLACE): b""}
    done = cli("cp", "--quiet=false", "-", "web:/d", table=table, stdin=b"tar")
    assert (done.err, done.requests[-1].content) == ("Successfully copied 0B to web:/d\n", b"tar")
    table = {("HEAD", PLACE): refused(404, "no")}
    assert cli("cp", "-", 'web:/"', table=table).err == 'destination "web:/"" must be a directory\n'
