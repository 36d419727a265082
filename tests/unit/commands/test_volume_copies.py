"""`volume export`, `import` and `clone`: what is asked, what is kept, and what is taken back."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pydock.errors import BrokenStream
from tests.support.cli import Messages, Reply, cli, refused
from tests.support.copies import HELPER, archive, name_helpers
from tests.unit.test_archive import sparse_tar

IMAGE = "sha256:" + "e" * 64
VOLUME = {"Name": "data", "Driver": "local", "Labels": {"a": "b"}, "Options": None}
DOCKER = {"Version": "28", "Components": [{"Name": "Engine"}]}
PODMAN = {"Version": "4.3.1", "Components": [{"Name": "Podman Engine"}]}
#: two headers, a block of content, and the end
CONTENT = archive(**{"./": None, "./a": "text"})[: 5 * 512]


@pytest.fixture(autouse=True)
def one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    name_helpers(monkeypatch)


def running(sent: Any) -> Any:
    """No container runs with a volume, and none is left of another command."""
    return []


def engine(more: dict[Any, Any], version: Any = DOCKER) -> dict[Any, Any]:
    """An engine that makes helpers and removes them."""
    return {
        ("GET", "/containers/json"): running, ("GET", "/images/json"): [], ("GET", "/version"): version,
        ("POST", "/images/create"): Messages([{"status": "Importing"}, {"status": IMAGE}]),
        ("POST", "/containers/create"): {"Id": "c" * 64}, ("DELETE", HELPER): b"", ("DELETE", f"/images/{IMAGE}"): [], **more,
    }  # fmt: skip


def existing(name: str = "data", **facts: Any) -> dict[Any, Any]:
    return {("GET", f"/volumes/{name}"): {**VOLUME, "Name": name, **facts}}


def missing(name: str = "data") -> dict[Any, Any]:
    return {
        ("GET", f"/volumes/{name}"): refused(404, f"get {name}: no such volume"),
        ("POST", "/volumes/create"): {**VOLUME, "Name": name},
    }


def tidy(requests: Any) -> list[tuple[str, str]]:
    """What was removed, in order."""
    return [(r.method, r.path) for r in requests if r.method == "DELETE"]


TIDY = [("DELETE", HELPER), ("DELETE", f"/images/{IMAGE}")]


def test_a_volume_is_exported_from_a_container_that_is_not_started(tmp_path: Path) -> None:
    table = engine({**existing(), ("GET", f"{HELPER}/archive"): Reply(CONTENT)})
    done = cli("volume", "export", "data", table=table)
    assert (done.code, done.out.encode("utf-8", "surrogateescape"), done.err) == (0, CONTENT, "")
    made = {r.path: r for r in done.requests if r.method == "POST"}
    image, container = made["/images/create"], made["/containers/create"].body
    assert image.query["changes"].startswith('LABEL pydock.helper="') and not image.content.strip(b"\0")
    mount = {
        "Type": "volume",
        "Source": "data",
        "Target": "/volume",
        "VolumeOptions": {"NoCopy": True},
        "ReadOnly": True,
    }
    assert container["Image"] == IMAGE and container["HostConfig"] == {"NetworkMode": "none", "Mounts": [mount]}
    assert next(r for r in done.requests if r.path.endswith("/archive")).query == {"path": "/volume/."}
    assert tidy(done.requests) == TIDY
    done = cli("volume", "export", "-o", "out.tar", "data", table=table, folder=tmp_path)
    assert (done.code, (tmp_path / "out.tar").read_bytes()) == (0, CONTENT)


def test_an_export_leaves_holes_for_zeros(tmp_path: Path) -> None:
    blocks = [b"x" * 1000, bytes(3_000_000), b"y", bytes(300_000)]
    table = engine({**existing(), ("GET", f"{HELPER}/archive"): lambda _: Reply(list(blocks))})
    assert cli("volume", "export", "-o", "out.tar", "data", table=table, folder=tmp_path).code == 0
    out = tmp_path / "out.tar"
    assert out.read_bytes() == b"".join(blocks)
    if hasattr(os.stat_result, "st_blocks") and os.statvfs(tmp_path).f_bsize <= 1 << 16:
        assert out.stat().st_blocks * 512 < 1_000_000


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Reply(CONTENT[:-512]), "a truncated tar archive"), (Reply(iter([CONTENT[:600], BrokenStream("it broke")])), "it broke"),
        (refused(500, "no"), "Error response from daemon: no"),
    ],
)  # fmt: skip
def test_an_export_that_breaks_is_no_file(answer: Any, told: str, tmp_path: Path) -> None:
    table = engine({**existing(), ("GET", f"{HELPER}/archive"): answer})
    done = cli("volume", "export", "-o", "out.tar", "data", table=table, folder=tmp_path, files={"out.tar": "old"})
    assert done.code == 1 and done.err.endswith(told + "\n") and tidy(done.requests) == TIDY
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.tar", "old")]


@pytest.mark.parametrize("removal", [("DELETE", HELPER), ("DELETE", f"/images/{IMAGE}")], ids=["container", "image"])
@pytest.mark.parametrize("answer", [refused(500, "no"), BrokenStream("it broke")], ids=["refused", "lost"])
def test_an_export_is_done_where_its_helper_stays_and_says_so(
    removal: tuple[str, str], answer: Any, tmp_path: Path
) -> None:
    table = engine({**existing(), ("GET", f"{HELPER}/archive"): Reply(CONTENT), removal: answer})
    done = cli("volume", "export", "-o", "out.tar", "data", table=table, folder=tmp_path)
    assert done.code == 0 and (tmp_path / "out.tar").read_bytes() == CONTENT
    assert done.err.startswith("WARNING: the helper ") and done.err.count("could not be removed") == 1
    # each once, and the second also where the first fails
    assert tidy(done.requests) == TIDY


@pytest.mark.parametrize("step", ["/images/create", "/containers/create"])
@pytest.mark.parametrize("answer", [refused(500, "no"), BrokenStream("it broke")], ids=["refused", "lost"])
def test_an_export_without_its_helper_changes_nothing(step: str, answer: Any, tmp_path: Path) -> None:
    table = engine({**existing(), ("POST", step): answer})
    if step == "/images/create":
        # nothing is made after it, and nothing of it can be removed
        table = {key: table[key] for key in table if key[0] == "GET" or key[1] == step}
    done = cli("volume", "export", "-o", "out.tar", "data", table=table, folder=tmp_path)
    assert done.code == 1 and not list(tmp_path.iterdir())
    assert [r.path for r in done.requests if r.method == "POST"].count(step) == 1


def test_what_is_wrong_is_told_before_anything_is_made(tmp_path: Path) -> None:
    gone = {("GET", "/volumes/data"): refused(404, "get data: no such volume")}
    lines: list[tuple[str, dict[Any, Any], int, str]] = [
        ("export data", gone, 1, "Error response from daemon: get data: no such volume"),
        ("export -o no/such data", {}, 1, 'invalid output path: stat no: no such file or directory'),
        ("import --existing data in.tar", gone, 1, "Error response from daemon: get data: no such volume"),
        ("import data nosuch.tar", {}, 1, "open nosuch.tar: no such file or directory"),
        ("import data in.zst", {}, 1, "the archive is compressed by zstd: decompress it first"),
        ("import data in.tar", existing(), 1, "volume data exists already"),
        ("import --existing --label a=b data in.tar", {}, 125,
         "conflicting options: --existing goes with no --driver, --label or --opt of a new volume"),
        ("clone data copy", gone, 1, "Error response from daemon: get data: no such volume"),
        ("clone data data", {**existing(), ("GET", "/version"): DOCKER}, 1, "volume data exists already"),
        ("clone data copy", existing(Options={"device": "/srv", "o": "bind", "type": "none"}), 1,
         "volume data is kept at /srv, and its clone would be there, too: give it a place with --opt"),
    ]  # fmt: skip
    for line, table, code, told in lines:
        done = cli(
            "volume",
            *line.split(),
            table=table,
            folder=tmp_path,
            files={"in.tar": CONTENT, "in.zst": b"\x28\xb5\x2f\xfd00"},
        )
        assert (done.code, done.out, done.err) == (code, "", told + "\n"), line
    seen = cli("volume", "export", "data", tty=True).out
    assert "cowardly refusing to save to a terminal. Use the -o flag or redirect" in seen


@pytest.mark.parametrize(
    "compress", [bytes, gzip.compress, bz2.compress, lzma.compress], ids=["tar", "gz", "bz2", "xz"]
)
def test_a_new_volume_is_filled_from_an_archive(compress: Any) -> None:
    table = engine({**missing(), ("PUT", f"{HELPER}/archive"): b""})
    flags = ("--label", "x=y", "-d", "other", "-o", "size=1")
    done = cli("volume", "import", *flags, "data", table=table, stdin=compress(CONTENT))
    assert (done.code, done.out, done.err) == (0, "data\n", "")
    made = next(r for r in done.requests if r.path == "/volumes/create")
    assert made.body == {"Name": "data", "Driver": "other", "DriverOpts": {"size": "1"}, "Labels": {"x": "y"}}
    put = next(r for r in done.requests if r.method == "PUT")
    assert put.query == {"path": "/", "noOverwriteDirNonDir": "true"}
    with tarfile.open(fileobj=io.BytesIO(put.content)) as tar:
        assert [e.name for e in tar] == ["volume", "volume/a"]
    assert tidy(done.requests) == TIDY


def test_sparse_files_become_plain_ones_which_engines_take() -> None:
    table = engine({**missing(), ("PUT", f"{HELPER}/archive"): b""})
    done = cli("volume", "import", "data", table=table, stdin=sparse_tar("gnu"))
    put = next(r for r in done.requests if r.method == "PUT")
    with tarfile.open(fileobj=io.BytesIO(put.content)) as tar:
        assert [(e.name, e.type, e.size) for e in tar] == [("volume/f", b"0", 9000), ("volume/plain", b"0", 0)]


def test_podman_takes_the_volume_as_a_folder() -> None:
    table = engine({**missing(), ("PUT", f"{HELPER}/archive"): b""}, PODMAN)
    done = cli("volume", "import", "data", table=table, stdin=CONTENT)
    put = next(r for r in done.requests if r.method == "PUT")
    assert done.code == 0 and put.query["path"] == "/volume"
    done = cli(
        "volume", "export", "data", table=engine({**existing(), ("GET", f"{HELPER}/archive"): Reply(CONTENT)}, PODMAN)
    )
    assert (done.code, done.err) == (0, "WARNING: Podman does not tell who owns the files: all of them become root's\n")


def odd(name: str, link: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        if link:
            info.type, info.linkname = tarfile.LNKTYPE, link
        tar.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "unexpected EOF: the archive was cut off"), (CONTENT[:1024], "unexpected EOF: the archive was cut off"),
        (CONTENT[:1536], "unexpected EOF: the archive was cut off"), (b"no archive" * 100, "invalid tar header: "),
        (gzip.compress(CONTENT, mtime=0)[:-9], "unexpected EOF: the gzip stream was cut off"), (gzip.compress(CONTENT, mtime=0)[:20] + b"x" * 90, "the gzip stream is damaged: "),
        (lzma.compress(CONTENT)[:-9], "unexpected EOF: the xz stream was cut off"),
        (odd("../evil"), '"../evil" of the archive leads out of the volume'), (odd("a/../../evil"), '"a/../../evil" of the archive leads out of the volume'),
        (odd("a", "../../etc/passwd"), '"../../etc/passwd" of the archive leads out of the volume'),
    ],
)  # fmt: skip
def test_what_is_no_whole_archive_fills_no_volume(content: bytes, told: str) -> None:
    table = engine({**missing(), ("DELETE", "/volumes/data"): b""})
    done = cli("volume", "import", "data", table=table, stdin=content)
    assert done.code == 1 and told in done.err and done.err.endswith("\nvolume data was not kept\n") and done.out == ""
    assert tidy(done.requests) == [*TIDY, ("DELETE", "/volumes/data")]
    # one that exists stays, and the user is told what it may be
    done = cli("volume", "import", "--existing", "data", table=engine(existing()), stdin=content)
    assert (
        done.code == 1
        and done.err.endswith("\nvolume data may hold a part of the archive\n")
        and tidy(done.requests) == TIDY
    )


def test_a_full_disk_leaves_no_volume() -> None:
    full = refused(500, "write /volume/a: no space left on device")
    table = engine({**missing(), ("DELETE", "/volumes/data"): b"", ("PUT", f"{HELPER}/archive"): full})
    done = cli("volume", "import", "data", table=table, stdin=CONTENT)
    assert (
        done.err == "Error response from daemon: write /volume/a: no space left on device\nvolume data was not kept\n"
    )


def test_a_volume_that_cannot_be_taken_back_is_told_of() -> None:
    lost = BrokenStream("the engine is gone")
    table = engine(
        {**missing(), ("PUT", f"{HELPER}/archive"): lost, ("DELETE", "/volumes/data"): lost, ("DELETE", HELPER): lost}
    )
    done = cli("volume", "import", "data", table=table, stdin=CONTENT)
    assert (done.code, done.out) == (1, "") and done.err == (
        "WARNING: the helper container pydock-helper-00 could not be removed: the engine is gone\n"
        "WARNING: the volume data could not be removed: the engine is gone\n"
        "the engine is gone\nvolume data may hold a part\n"
    )


def test_an_interrupt_takes_back_what_was_made() -> None:
    def interrupt(_: Any) -> Any:
        raise KeyboardInterrupt

    removed: list[str] = []
    paths = (HELPER, f"/images/{IMAGE}", "/volumes/data")
    table = engine({**missing(), ("PUT", f"{HELPER}/archive"): interrupt})
    table |= {("DELETE", path): lambda sent: removed.append(sent.path) or b"" for path in paths}
    with pytest.raises(KeyboardInterrupt):
        cli("volume", "import", "data", table=table, stdin=CONTENT)
    assert removed == list(paths)


def test_a_clone_is_created_as_its_source_was() -> None:
    source = existing(
        Driver="other",
        Labels={"a": "b", "com.docker.volume.anonymous": ""},
        Options={"type": "tmpfs", "device": "tmpfs", "o": "size=9"},
    )
    table = engine(
        {**source, **missing("copy"), ("GET", f"{HELPER}/archive"): Reply(CONTENT), ("PUT", f"{HELPER}/archive"): b""}
    )
    done = cli("volume", "clone", "--label", "c=d", "-o", "o=size=5", "data", "copy", table=table)
    assert (done.code, done.out, done.err) == (0, "copy\n", "")
    made = next(r for r in done.requests if r.path == "/volumes/create")
    assert made.body == {
        "Name": "copy", "Driver": "other", "DriverOpts": {"type": "tmpfs", "device": "tmpfs", "o": "size=5"}, "Labels": {"a": "b", "c": "d"},
    }  # fmt: skip
    moved = {r.method: (r.query["path"], r.content) for r in done.requests if r.path.endswith("/archive")}
    assert moved == {"GET": ("/volume", b""), "PUT": ("/", CONTENT)}
    assert tidy(done.requests) == [TIDY[0], *TIDY]


def test_a_source_that_breaks_leaves_no_clone() -> None:
    table = engine(
        {
            **existing(),
            **missing("copy"),
            ("GET", f"{HELPER}/archive"): Reply(CONTENT[:-512]),
            ("DELETE", "/volumes/copy"): b"",
        }
    )
    done = cli("volume", "clone", "data", "copy", table=table)
    assert (
        done.code == 1 and done.err.endswith("a truncated tar archive\nvolume copy was not kept\n") and done.out == ""
    )


def test_a_volume_that_is_written_to_meanwhile_is_warned_of() -> None:
    def used(sent: Any) -> Any:
        return [] if "all" in sent.query else [{"Id": "1" * 64, "Names": ["/web"]}, {"Id": "2" * 64, "Names": ["/db"]}]

    table = engine({**existing(), ("GET", f"{HELPER}/archive"): Reply(CONTENT), ("GET", "/containers/json"): used})
    done = cli("volume", "export", "data", table=table)
    assert (
        done.err
        == "WARNING: volume data is in use by running containers (db, web): what they write meanwhile may be half copied\n"
    )
    asked = next(r for r in done.requests if r.path == "/containers/json")
    assert asked.query == {"filters": '{"volume":{"data":true}}'}


def test_an_image_of_which_no_id_is_told_is_a_broken_answer() -> None:
    for messages, told in (
        ([{"status": "done"}], "the engine did not tell the ID of an image that it imported"),
        ([{"errorDetail": {"message": "no space left"}}], "no space left"),
    ):
        table = {k: v for k, v in engine(existing()).items() if k[0] != "DELETE" and "/containers/create" not in k}
        table["POST", "/images/create"] = Messages(messages)
        done = cli("volume", "export", "data", table=table)
        assert (done.code, done.err) == (1, told + "\n")
