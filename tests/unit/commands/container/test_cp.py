"""`cp`: files between a container and this host."""

from __future__ import annotations

import base64
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Reply, cli, refused
from tests.support.copies import (
    DEVICE,
    FOLDER,
    HELPER,
    IRREGULAR,
    LINK,
    PLACE,
    archive,
    name_helpers,
    names,
    stated,
    with_helper,
)


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
        (("./a:x", "/b"), "must specify at least one container source"), (("a:/x", "./b", "/c"), "must specify at least one container source"),
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


# -- between containers ----------------------------------------------------------------------------------

OTHER = "/containers/db/archive"


def two(source: Any, there: Any, more: dict[Any, Any] | None = None) -> dict[Any, Any]:
    """Two containers: what comes out of web, and what is at the destination in db."""
    inspected = {
        ("GET", f"/containers/{name}/json"): {
            "Id": name * 20,
            "State": {"Running": True, "Paused": False, "Restarting": False},
            "Config": {"Tty": False, "OpenStdin": False},
        }
        for name in ("web", "db")
    }
    return {("GET", PLACE): source, ("HEAD", OTHER): there, ("PUT", OTHER): b"", **inspected, **(more or {})}


@pytest.mark.parametrize(
    ("source", "destination", "there", "folder", "packed"),
    [
        ("/etc/conf", "/d", stated(FOLDER), "/d", ["conf"]), ("/etc/conf", "/new", refused(404, "no"), "/", ["new"]),
        ("/data", "/d", stated(FOLDER), "/d", ["data/", "data/a"]), ("/data", "/new", refused(404, "no"), "/", ["new/", "new/a"]),
        ("/data/.", "/d", stated(FOLDER), "/d", ["./", "./a"]), ("/data/.", "/new", refused(404, "no"), "/", ["new/", "new/a"]),
    ],
)  # fmt: skip
def test_names_between_containers_are_those_of_any_copy(
    source: str, destination: str, there: Any, folder: str, packed: list[str]
) -> None:
    content = {
        "/etc/conf": stated(body=archive(conf="text")),
        "/data": stated(FOLDER, body=archive(data=None, data__a="text")),
        "/data/.": stated(FOLDER, body=archive(**{"./": None, "./a": "text"})),
    }[source]
    done = cli("cp", f"web:{source}", f"db:{destination}", table=two(content, there))
    assert (done.code, done.out, done.err) == (0, "", "")
    sent = done.requests[-1]
    assert [name.rstrip("/") for name in names(sent.content)] == [name.rstrip("/") for name in packed]
    assert sent.query == {"path": folder, "noOverwriteDirNonDir": "true"}


@pytest.mark.parametrize("cut", [100, 600, 1024, 1536])
def test_a_source_that_breaks_is_no_success_of_the_destination(cut: int) -> None:
    body = archive(conf="x" * 512)[:cut]
    table = two(stated(body=body), stated(FOLDER))
    del table["PUT", OTHER]
    done = cli("cp", "web:/conf", "db:/d", table=table)
    assert done.code == 1 and done.requests[-1].method == "GET"
    assert (
        done.err.endswith("db:/d may hold a part of what was to be copied\n") and "a truncated tar archive" in done.err
    )


def test_a_destination_that_stops_reading_is_no_success() -> None:
    from pydock.app import App
    from pydock.commands.container.copying import Place, send
    from pydock.errors import Failure

    class Deaf:
        def read(self, request: Any) -> bytes:
            next(iter(request.content))
            return b""

    app = App(io.BytesIO(), io.BytesIO(), io.BytesIO(), {}, engine=Deaf())
    with pytest.raises(Failure, match=r"^the engine did not read all that was sent\nso much for it$"):
        send(app, Place("db", "/d"), iter([b"a", b"b"]), "so much for it")


def test_within_a_container_all_is_read_before_any_is_sent() -> None:
    """The engine locks it: a stream out of it and one into it would wait for each other."""
    order = []

    def given() -> Any:
        yield archive(conf="text")
        order.append("read")

    def taken(sent: Any) -> bytes:
        order.append("sent")
        return b""

    table = {
        ("GET", PLACE): Reply(given(), headers=stated().headers),
        ("HEAD", PLACE): stated(FOLDER),
        ("PUT", PLACE): taken,
    }
    assert cli("cp", "web:/conf", "web:/d", table=table).code == 0
    assert order == ["read", "sent"]


# -- several sources, patterns, owners ---------------------------------------------------------------------


def giving(contents: dict[str, Any]) -> Any:
    """What comes out of a container, by path."""
    return lambda sent: contents.get(sent.query["path"], refused(404, f"Could not find the file {sent.query['path']}"))


def test_several_sources_go_into_a_folder(tmp_path: Path) -> None:
    contents = {f"/{name}": stated(body=archive(**{name: name})) for name in ("a", "b")}
    table = {("GET", PLACE): giving(contents)}
    done = cli("cp", "web:/a", "web:/b", "d", table=table, folder=tmp_path, files={"d/old": "old"})
    assert (done.code, done.err, tree(tmp_path)) == (0, "", {"d/old": "old", "d/a": "a", "d/b": "b"})
    table = {("HEAD", PLACE): stated(FOLDER), ("PUT", PLACE): b""}
    done = cli("cp", "x", "y", "web:/d", table=table, folder=tmp_path, files={"x": "1", "y": "2"})
    assert (done.code, [names(r.content) for r in done.requests if r.method == "PUT"]) == (0, [["x"], ["y"]])


def test_one_source_that_fails_does_not_keep_the_others_back(tmp_path: Path) -> None:
    table = {("GET", PLACE): giving({"/b": stated(body=archive(b="b"))})}
    done = cli("cp", "web:/a", "web:/b", "d", table=table, folder=tmp_path, files={"d/old": ""})
    assert (done.code, done.err) == (1, "Error response from daemon: Could not find the file /a\n")
    assert tree(tmp_path) == {"d/old": "", "d/b": "b"}


@pytest.mark.parametrize(
    ("words", "there", "code", "told"),
    [
        ("web:/a web:/b new", None, 1, 'destination "new" must be a directory: there may be several sources'),
        ("web:/a web:/b old", None, 1, 'destination "old" must be a directory: there may be several sources'),
        ("x y web:/d", stated(), 1, 'destination "web:/d" must be a directory: there may be several sources'),
        ("web:/a db:/a d", None, 1, '"web:/a" and "db:/a" would both become "a" in "d"'),
        ("web:/a web:/b -", None, 1, '"-" is the only source, or the destination of the only one, and no pattern'),
        ("- x web:/d", None, 1, '"-" is the only source, or the destination of the only one, and no pattern'),
        ("--glob - web:/d", None, 1, '"-" is the only source, or the destination of the only one, and no pattern'),
        ("--glob n* web:/d", None, 1, 'no match for "n*"'),
        (f"--glob {'[' * 1025} web:/d", None, 1, "the pattern for one name is longer than 1024 characters"),
        ("--chown 1 web:/a d", None, 125, "--chown is for what is copied to a container"),
        ("-a --chown 1 x web:/d", None, 125, "conflicting options: --chown and --archive both say whose the files are"),
        ("--dry-run --from-image i /a d", None, 125,
         "conflicting options: --dry-run changes nothing, and --from-image has to create a container to look into the image"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_copied(
    words: str, there: Any, code: int, told: str, tmp_path: Path
) -> None:
    table = {("HEAD", PLACE): there} if there else {}
    done = cli("cp", *words.split(), table=table, folder=tmp_path, files={"old": "", "x": "", "y": "", "d/z": ""})
    assert (done.code, done.out, done.err) == (code, "", told + "\n")


def test_dockers_words_for_too_few_words_are_kept() -> None:
    for words in ((), ("a",)):
        done = cli("cp", *words)
        assert done.code == 1 and done.err.startswith(
            "docker: 'docker cp' requires 2 arguments\n\nUsage:  docker cp [OPTIONS] "
        )


HERE = {
    "logs/a.log": "",
    "logs/b.log": "",
    "logs/.hidden.log": "",
    "logs/sub/c.log": "",
    "logs/x[1].log": "",
    "logs/*": "star",
    "t/d": "",
}


@pytest.mark.parametrize(
    ("flags", "pattern", "sent"),
    [
        ((), "logs/*", ["*"]), (("--glob",), "logs/*", ["*", "a.log", "b.log", "sub/", "sub/c.log", "x[1].log"]), (("--glob",), "logs/?.log", ["a.log", "b.log"]),
        (("--glob",), "logs/.*", [".hidden.log"]), (("--glob",), "l*s/[!a].log", ["b.log"]), (("--glob",), "logs/x[[]1].log", ["x[1].log"]),
        (("--glob",), "logs/*/", ["sub/", "sub/c.log"]), (("--glob",), "*/sub/*.log", ["c.log"]), (("--glob",), "logs/a.log", ["a.log"]),
    ],
)  # fmt: skip
def test_patterns_are_for_those_who_ask(flags: tuple[str, ...], pattern: str, sent: list[str], tmp_path: Path) -> None:
    table = {("HEAD", PLACE): stated(FOLDER), ("PUT", PLACE): b""}
    done = cli("cp", *flags, pattern, "web:/d", table=table, folder=tmp_path, files=HERE)
    packed = [name.rstrip("/") for r in done.requests if r.method == "PUT" for name in names(r.content)]
    assert (done.code, packed) == (0, [name.rstrip("/") for name in sent])
    # the same in a container, of which a list is made of its archive
    if flags and "[[]" not in pattern:
        below = Path(pattern).parts[0]
        folder = "/srv/." if set(below) & set("*?[") else f"/srv/{below}/."
        inner = (
            {n: n for n in sorted(HERE)}
            if folder == "/srv/."
            else {n.removeprefix("logs/"): "" for n in sorted(HERE) if n[0] == "l"}
        )
        whole = {
            "./": None,
            **{f"./{f}": None for f in ("logs", "logs/sub") if folder == "/srv/."},
            **({} if folder == "/srv/." else {"./sub": None}),
        }
        listing = archive(**whole, **{f"./{n}": text for n, text in inner.items()})
        asked = []

        def answered(request: Any) -> Any:
            if request.query["path"] == folder:
                return stated(FOLDER, body=listing)
            asked.append(request.query["path"])
            return stated(body=archive(x=""))

        cli("cp", *flags, f"web:/srv/{pattern}", ".", table={("GET", PLACE): answered}, folder=tmp_path)
        tops = sorted(
            {f"{n.removesuffix('/')}{pattern.endswith('/') * '/'}" for n in sent if n.count("/") == n.endswith("/")}
        )
        assert [path.rpartition("/")[2] or path.split("/")[-2] + "/" for path in asked] == tops


def owners_of(data: bytes) -> dict[str, tuple[int, int, str]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {entry.name: (entry.uid, entry.gid, entry.uname) for entry in tar}


PASSWD = "root:x:0:0::/:/bin/sh\nbroken\napp:x:1000:2000::/:/bin/sh\nbad:x:many:1:\n"
GROUP = "root:x:0:\nweb:x:33:app\n"


@pytest.mark.parametrize(
    ("owner", "given"),
    [
        ("5:6", (5, 6)), ("5", (5, 5)), (":6", (7, 6)), ("app", (1000, 2000)), ("app:web", (1000, 33)), ("app:9", (1000, 9)), (":web", (7, 33)), ("3000000", (3000000, 3000000)),
        ("nobody", 'unable to find user "nobody" in the container'), ("app:none", 'unable to find group "none" in the container'),
        ("bad", 'unable to find user "bad" in the container'),
    ],
)  # fmt: skip
def test_what_is_copied_gets_an_owner(owner: str, given: Any) -> None:
    def answered(sent: Any) -> Any:
        texts = {"/etc/passwd": archive(passwd=PASSWD), "/etc/group": archive(group=GROUP)}
        return stated(body=texts[sent.query["path"]])

    table: dict[Any, Any] = {("HEAD", PLACE): stated(FOLDER), ("PUT", PLACE): b""}
    if not all(word.isdigit() or not word for word in owner.split(":")):
        table["GET", PLACE] = answered
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in ("a", "b" * 150):
            info = tarfile.TarInfo(name)
            info.uid, info.gid, info.uname, info.mtime, info.size = 7, 8, "me", 1.5, 3
            info.pax_headers = {"SCHILY.xattr.user.x": "1"}
            tar.addfile(info, io.BytesIO(b"abc"))
    if isinstance(given, str):
        del table["PUT", PLACE]
        table["HEAD", PLACE] = stated()
        done = cli("cp", "--chown", owner, "-", "web:/d", table=table, stdin=whole.getvalue())
        assert (done.code, done.err) == (1, f"--chown: {given}\n")
        return
    done = cli("cp", "--chown", owner, "-", "web:/d", table=table, stdin=whole.getvalue())
    sent = done.requests[-1].content
    uid, gid = given
    assert owners_of(sent) == dict.fromkeys(("a", "b" * 150), (uid, gid, ""))
    with tarfile.open(fileobj=io.BytesIO(sent)) as tar:
        for entry in tar:
            assert (entry.mtime, entry.pax_headers["SCHILY.xattr.user.x"]) == (1.5, "1")
            assert tar.extractfile(entry).read() == b"abc"  # type: ignore[union-attr]


@pytest.mark.parametrize("owner", ["", ":", "a:", "a:b:c", "4294967295", "1:99999999999", "\u0663x:"])
def test_an_owner_that_is_none_is_a_wrong_flag(owner: str) -> None:
    done = cli("cp", "--chown", owner, "a", "web:/d")
    assert done.code == 125 and done.err.startswith(f'invalid argument "{owner}" for "--chown" flag: ')


def test_a_dry_run_says_what_would_be_written_and_where(tmp_path: Path) -> None:
    files = {"tree/a": "12345", "tree/sub/b": "", "d/x": ""}
    done = cli(
        "cp", "--dry-run", "tree", "web:/d", table={("HEAD", PLACE): stated(FOLDER)}, folder=tmp_path, files=files
    )
    here = f"{tmp_path}/tree"
    assert done.out == (
        f"{here}/ -> web:/d/tree/\n{here}/a -> web:/d/tree/a\n{here}/sub/ -> web:/d/tree/sub/\n{here}/sub/b -> web:/d/tree/sub/b\n"
        "Would copy 2 files and 2 directories, 5B\n"
    )
    table = {("GET", PLACE): stated(FOLDER, body=archive(data=None, data__a="text"))}
    done = cli("cp", "--dry-run", "web:/srv/data", "new", table=table, folder=tmp_path)
    assert (
        done.out
        == f"web:/srv/data/ -> {tmp_path}/new/\nweb:/srv/data/a -> {tmp_path}/new/a\nWould copy 1 file and 1 directory, 4B\n"
    )
    table = two(stated(body=archive(conf="text")), refused(404, "no"))
    del table["PUT", OTHER]
    done = cli("cp", "--dry-run", "web:/conf", "db:/new", table=table)
    assert done.out == "web:/conf -> db:/new\nWould copy 1 file and 0 directories, 4B\n"
    done = cli("cp", "--dry-run", "-", "web:/d", table={("HEAD", PLACE): stated(FOLDER)}, stdin=archive(a="x"))
    assert done.out == "-:a -> web:/d/a\nWould copy 1 file and 0 directories, 1B\n"
    done = cli("cp", "--dry-run", "web:/conf", "-", table={("GET", PLACE): stated(body=archive(conf="text"))})
    assert done.out == "web:/conf -> conf\nWould copy 1 file and 0 directories, 4B\n"
    assert sorted(tree(tmp_path)) == sorted(files)


# -- from an image -----------------------------------------------------------------------------------------


def test_an_image_is_copied_from_by_a_container_that_is_not_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name_helpers(monkeypatch)
    contents = {"/etc/a:b": stated(body=archive(**{"a:b": "1"})), "/c": stated(body=archive(c="2"))}
    table = with_helper({("GET", f"{HELPER}/archive"): giving(contents)})
    done = cli("cp", "--from-image", "busybox:1", "/etc/a:b", "/c", ".", table=table, folder=tmp_path)
    assert (done.code, done.err, tree(tmp_path)) == (0, "", {"a:b": "1", "c": "2"})
    created = next(r for r in done.requests if r.path == "/containers/create")
    mark = created.body["Labels"].pop("pydock.helper")
    assert created.body == {"Cmd": ["-"], "Image": "busybox:1", "HostConfig": {"NetworkMode": "none"}, "Labels": {}}
    assert created.query == {"name": "pydock-helper-00"} and mark.count("/") == 3
    assert (done.requests[-1].method, done.requests[-1].query) == ("DELETE", {"force": "1", "v": "1"})


def test_the_container_of_an_image_is_removed_whatever_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pydock.errors import BrokenStream

    name_helpers(monkeypatch)
    for answer, code in ((refused(404, "no"), 1), (BrokenStream("gone"), 1), (KeyboardInterrupt(), None)):
        table = with_helper({("GET", f"{HELPER}/archive"): answer})
        if code is None:
            asked: list[Any] = []
            table["DELETE", HELPER] = lambda sent, asked=asked: asked.append(sent) or b""  # type: ignore[misc]
            table["GET", f"{HELPER}/archive"] = interrupted
            with pytest.raises(KeyboardInterrupt):
                cli("cp", "--from-image", "i", "/a", ".", table=table, folder=tmp_path)
            assert len(asked) == 1
        else:
            done = cli("cp", "--from-image", "i", "/a", ".", table=table, folder=tmp_path)
            assert done.code == code and done.requests[-1].method == "DELETE"
    gone = refused(404, "Could not find the file /a in container pydock-helper-00")
    done = cli(
        "cp", "--from-image", "i", "/a", ".", table=with_helper({("GET", f"{HELPER}/archive"): gone}), folder=tmp_path
    )
    assert done.err == "Error response from daemon: Could not find the file /a in image i\n"
    done = cli("cp", "--from-image", "i", "/a/n", "/b/n", ".", table=with_helper({}), folder=tmp_path)
    assert done.err == '"/a/n" and "/b/n" would both become "n" in "."\n'
    # nothing was created: there is nothing to remove, and no word about it
    table = with_helper(
        {("POST", "/containers/create"): refused(404, "No such image: i"), ("DELETE", HELPER): refused(404, "no")}
    )
    done = cli("cp", "--from-image", "i", "/a", ".", table=table, folder=tmp_path)
    assert (done.code, done.err) == (1, "Error response from daemon: No such image: i\n")
    assert tree(tmp_path) == {}


def interrupted(_: Any) -> Any:
    raise KeyboardInterrupt
