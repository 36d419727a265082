"""Copies: docker's rules of paths, trees through an archive and back, archives that mean harm."""

from __future__ import annotations

import errno
import io
import os
import socket
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.archive.pack import pack, plain_header
from pydock.archive.rewrite import rewritten
from pydock.archive.unpack import unpack
from pydock.archive.untar import plain
from pydock.copy import local
from pydock.copypaths import CopyInfo, keep_ending, link_target, rebased, split_argument, split_entry, target
from pydock.errors import BrokenStream, Failure
from pydock.files.part import FilePart
from pydock.go.filepath import base, clean, parent
from pydock.values import replace
from tests.support.cut import cut


def same(name: str) -> str:
    return name


def never(path: str, why: str, fault: bool) -> None:
    raise AssertionError((path, why))


# ---- paths ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("c:/a", ("c", "/a")),
        ("c:a:b", ("c", "a:b")),
        ("/a:b", ("", "/a:b")),
        ("./a:b", ("", "./a:b")),
        ("a", ("", "a")),
        ("c:", ("c", "")),
        ("-", ("", "-")),
        (".c:x", ("", ".c:x")),
    ],
)
def test_which_end_is_the_container(text: str, parts: tuple[str, str]) -> None:
    assert split_argument(text) == parts


@given(st.lists(st.sampled_from(["a", "b", ".", "..", ""]), max_size=5).map("/".join), st.booleans())
def test_paths_as_go_cleans_them(path: str, rooted: bool) -> None:
    path = "/" + path if rooted else path
    # Go knows no special meaning of two slashes at the start
    assert clean(path) == os.path.normpath(path.replace("//", "/").replace("//", "/").replace("//", "/"))
    assert not clean(path).endswith("/") or clean(path) == "/"
    kept = keep_ending(clean(path), path)
    assert clean(kept) == clean(path)
    assert kept.endswith("/.") or kept.endswith("/") or kept == "." or not path.endswith(("/", "/."))
    folder, name = split_entry(path)
    assert clean(f"{folder}/{name}") == clean(path)


def test_ends_of_paths() -> None:
    assert [base(p) for p in ("", "/", "a/", "/a/b//", "a/.")] == [".", "/", "a", "b", "."]
    assert [parent(p) for p in ("a", "/a", "a/b/", "/")] == [".", "/", "a/b", "/"]
    assert link_target("/src/link", "a") == "/src/a" and link_target("/src/link", "/x") == "/x"
    assert (
        rebased("/slink/.", "/src") == ("/src/.", "")
        and rebased("/slink", "/src") == ("/src", "slink")
        and rebased("/a/x/", "/b/x") == ("/b/x/", "")
    )


FILE, FOLDER = CopyInfo("/h/f", True), CopyInfo("/h/d", True, True)


@pytest.mark.parametrize(
    ("source", "destination", "result"),
    [
        (FILE, CopyInfo("/x/d", True, True), ("/x/d", "f", "f")),
        (FILE, CopyInfo("/x/g", True), ("/x", "f", "g")),
        (FILE, CopyInfo("/x/new"), ("/x", "f", "new")),
        (FILE, CopyInfo("/x/new/"), "no such directory"),
        (FILE, CopyInfo("/x/new/."), "no such directory"),
        (FOLDER, CopyInfo("/x/d", True, True), ("/x/d", "d/i", "d/i")),
        (FOLDER, CopyInfo("/x/g", True), "cannot copy directory"),
        (FOLDER, CopyInfo("/x/new"), ("/x", "d/i", "new/i")),
        (FOLDER, CopyInfo("/x/new/"), ("/x", "d/i", "new/i")),
        (CopyInfo("/h/d/.", True, True), CopyInfo("/x/new"), ("/x", "./i", "new/i")),
        (CopyInfo("/h/target", True, False, "link"), CopyInfo("/x/g", True), ("/x", "link", "g")),
        (CopyInfo("/", True, True), CopyInfo("/x/new"), ("/x", "/etc", "new/etc")),
        # an entry that does not begin with the source's name keeps its own
        (CopyInfo("", True, True), CopyInfo("/x/new"), ("/x", "a.b/c.d", "a.b/c.d")),
    ],
)
def test_what_goes_where(source: CopyInfo, destination: CopyInfo, result: tuple[str, str, str] | str) -> None:
    if isinstance(result, str):
        with pytest.raises(Failure, match=result):
            target(source, destination)
        return
    folder, entry, called = result
    goal = target(source, destination)
    assert (goal.folder, goal.name(entry)) == (folder, called)


def test_the_local_end(tmp_path: Path) -> None:
    root = str(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").touch()
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "new").symlink_to("not-yet")
    (tmp_path / "loop").symlink_to("loop")
    assert local.absolute("d/../d/.", root) == f"{root}/d/." and local.absolute("/a//b/", root) == "/a/b/"
    assert local.source(f"{root}/link", False) == CopyInfo(f"{root}/link", True, False)
    assert local.source(f"{root}/link", True) == CopyInfo(f"{root}/d", True, True, "link")
    assert local.source(f"{root}/link/", False) == CopyInfo(f"{root}/d/", True, True, "link")
    assert local.destination(f"{root}/link") == CopyInfo(f"{root}/d", True, True)
    assert local.destination(f"{root}/new") == CopyInfo(f"{root}/not-yet")
    for bad in ("d/f/", "d/f/x", "d/f/x/"):
        with pytest.raises(Failure, match=r"^not a directory$"):
            local.source(f"{root}/{bad}", False)
    for bad, words in (
        (f"{root}/loop", "too many symlinks in"),
        (f"{root}/d/f/x", "not a directory"),
        (f"{root}/no/x", "no such file"),
    ):
        with pytest.raises(Failure, match=words):
            local.destination(bad)
    with pytest.raises(Failure, match=r"^lstat .*/nosuch: no such file or directory$"):
        local.source(f"{root}/nosuch", False)
    with pytest.raises(Failure, match=r'^invalid output path: directory ".*/no" does not exist$'):
        local.check_output(f"{root}/no/x")
    with pytest.raises(Failure, match=r"must be a directory or a regular file: got a device"):
        local.check_output("/dev/null")


# ---- trees through an archive and back -----------------------------------------------------------------

_names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=80
).filter(lambda n: n not in (".", "..") and len(n.encode()) < 200)
_trees = st.recursive(
    st.one_of(
        st.tuples(st.binary(max_size=3000), st.sampled_from([0o600, 0o755, 0o4711, 0o444])),
        st.sampled_from(["inner", "/abs/olute"]),
    ),
    lambda inner: st.dictionaries(_names, inner, max_size=4),
    max_leaves=8,
)


def plant(path: Path, tree: object) -> None:
    if isinstance(tree, dict):
        path.mkdir()
        for name, inner in tree.items():
            plant(path / name, inner)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    elif isinstance(tree, tuple):
        path.write_bytes(tree[0])
        path.chmod(tree[1])
        os.utime(path, (1_000_000_001, 1_000_000_001))
    else:
        path.symlink_to(str(tree))


def seen(path: Path) -> object:
    facts = path.lstat()
    if stat.S_ISLNK(facts.st_mode):
        return str(path.readlink())
    if stat.S_ISDIR(facts.st_mode):
        return {p.name: seen(p) for p in path.iterdir()}, int(facts.st_mtime)
    return path.read_bytes(), stat.S_IMODE(facts.st_mode), int(facts.st_mtime)


@given(_trees, st.lists(st.integers(0, 1 << 20), max_size=5))
def test_there_and_back(tmp_path_factory: pytest.TempPathFactory, tree: object, places: list[int]) -> None:
    folder = tmp_path_factory.mktemp("tree")
    plant(folder / "from", tree)
    goal = target(CopyInfo(f"{folder}/from", True, isinstance(tree, dict)), CopyInfo(f"{folder}/to"))
    data = b"".join(pack(CopyInfo(f"{folder}/from", True), goal.name, never))
    assert len(data) % 512 == 0 and not data[-1024:].strip(b"\0")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames()[0] == "to"
    unpack(iter(cut(data, places)), goal.folder, same)
    assert seen(folder / "from") == seen(folder / "to")


def test_hard_links_fifos_and_sockets(tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.mkdir()
    (source / "a").write_text("x")
    (source / "b").hardlink_to(source / "a")
    os.mkfifo(source / "fifo", 0o640)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(source / "sock"))
        skipped: list[tuple[str, str, bool]] = []
        data = list(pack(CopyInfo(str(source), True, True), same, lambda *what: skipped.append(what)))
    assert skipped == [(str(source / "sock"), "archive/tar: sockets not supported", False)]
    (tmp_path / "out").mkdir()
    unpack(data, str(tmp_path / "out"), same)
    out = tmp_path / "out" / "s"
    assert sorted(p.name for p in out.iterdir()) == ["a", "b", "fifo"]
    assert (out / "a").stat().st_ino == (out / "b").stat().st_ino
    assert stat.S_ISFIFO((out / "fifo").stat().st_mode)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "secret").write_text("x")
    (tmp_path / "d" / "secret").chmod(0)
    told: list[tuple[str, str, bool]] = []
    data = b"".join(pack(CopyInfo(str(tmp_path / "d"), True, True), same, lambda *what: told.append(what)))
    assert [t[2] for t in told] == [True]
    assert tarfile.open(fileobj=io.BytesIO(data)).getnames() == ["d"]


def test_a_file_that_shrinks(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(bytes(5_000_000))
    blocks = pack(CopyInfo(str(tmp_path / "f"), True), same, never)
    next(blocks)
    os.truncate(tmp_path / "f", 1_000_000)
    with pytest.raises(Failure, match="became shorter while it was copied"):
        list(blocks)


def test_folders_are_merged_and_files_replaced(tmp_path: Path) -> None:
    plant(tmp_path / "d", {"keep": (b"k", 0o600), "f": (b"old", 0o600), "x": {}})
    plant(tmp_path / "other", {"d": {"f": (b"new", 0o640), "g": (b"g", 0o600)}})
    unpack(list(pack(CopyInfo(str(tmp_path / "other" / "d"), True, True), same, never)), str(tmp_path), same)
    assert {p.name for p in (tmp_path / "d").iterdir()} == {"keep", "f", "g", "x"} and (
        tmp_path / "d" / "f"
    ).read_bytes() == b"new"
    for name, inner, words in (
        ("x", (b"", 0o600), "cannot overwrite directory"),
        ("f", {}, "cannot overwrite non-directory"),
    ):
        hostile = tmp_path / f"h{name}"
        hostile.mkdir()
        plant(hostile / "d", {name: inner})
        with pytest.raises(Failure, match=words):
            unpack(list(pack(CopyInfo(str(hostile / "d"), True, True), same, never)), str(tmp_path), same)


# ---- archives that mean harm ---------------------------------------------------------------------------


def entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", data: bytes = b"") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, link, len(data), 0o644
    return info, data


def archive(*entries: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


HARM: dict[str, Callable[[str], tuple[tuple[tarfile.TarInfo, bytes], ...]]] = {
    "dots": lambda out: (entry("../evil", data=b"x"),),
    "dots inside": lambda out: (entry("a/../../evil", data=b"x"),),
    "only dots": lambda out: (entry("..", tarfile.DIRTYPE),),
    "a link up": lambda out: (entry("up", tarfile.SYMTYPE, ".."), entry("up/evil", data=b"x")),
    "a link to a place": lambda out: (entry("away", tarfile.SYMTYPE, out), entry("away/evil", data=b"x")),
    "a link deep down": lambda out: (
        entry("d", tarfile.DIRTYPE),
        entry("d/away", tarfile.SYMTYPE, out),
        entry("d/away/e/evil", data=b"x"),
    ),
    "a hard link up": lambda out: (entry("hard", tarfile.LNKTYPE, "../victim"), entry("hard", data=b"x")),
    "a hard link through a link": lambda out: (
        entry("away", tarfile.SYMTYPE, out),
        entry("hard", tarfile.LNKTYPE, "away/victim"),
    ),
    "a folder through a link": lambda out: (entry("away", tarfile.SYMTYPE, out), entry("away/evil", tarfile.DIRTYPE)),
    "a fifo through a link": lambda out: (entry("away", tarfile.SYMTYPE, out), entry("away/evil", tarfile.FIFOTYPE)),
}


@pytest.mark.parametrize("kind", HARM)
def test_nothing_is_written_outside(tmp_path: Path, kind: str) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "victim").write_text("untouched")
    (tmp_path / "victim").write_text("untouched")
    with pytest.raises(Failure):
        unpack([archive(*HARM[kind](str(outside)))], str(inside), same)
    assert sorted(p.name for p in outside.iterdir()) == ["victim"] and (outside / "victim").stat().st_nlink == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["inside", "outside", "victim"]
    assert (outside / "victim").read_text() == (tmp_path / "victim").read_text() == "untouched"


def test_a_file_written_through_a_link_in_the_way(tmp_path: Path) -> None:
    """A link that lies where a file shall be is replaced, never followed."""
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "f").symlink_to("../victim")
    unpack([archive(entry("f", data=b"new"))], str(tmp_path / "in"), same)
    assert (
        (tmp_path / "victim").read_text() == "untouched"
        and (tmp_path / "in" / "f").read_bytes() == b"new"
        and not (tmp_path / "in" / "f").is_symlink()
    )


@given(st.data())
def test_a_cut_archive_is_no_whole_one(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """However it is cut: an error, and no file that is not whole."""
    folder = tmp_path_factory.mktemp("cut")
    content = b"0123456789abcdef" * 200
    whole = archive(entry("a", data=content), entry("d", tarfile.DIRTYPE), entry("d/b", data=content))
    end = data.draw(st.integers(0, 3 * 512 + 2 * 3584 - 1))
    with pytest.raises(BrokenStream):
        unpack([whole[:end]], str(folder), same)
    for path in folder.rglob("*"):
        assert path.is_dir() or path.read_bytes() == content, path
        assert not path.name.startswith(".pydock-")


def test_a_broken_connection(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        yield archive(entry("f", data=bytes(100_000)))[:5000]
        raise BrokenStream("unexpected EOF")

    with pytest.raises(BrokenStream, match="unexpected EOF"):
        unpack(blocks(), str(tmp_path), same)
    assert list(tmp_path.iterdir()) == []


def test_garbage(tmp_path: Path) -> None:
    for data in (b"", b"garbage", b"x" * 2000):
        with pytest.raises(Failure):
            unpack([data] if data else [], str(tmp_path), same)


# ---- sparse files --------------------------------------------------------------------------------------

#: (offset, what is there) of a file of 9000 bytes
STORED = [(1000, b"a" * 600), (4000, b"b"), (8990, b"c" * 10)]
WHOLE = b"".join(bytes(gap) + data for gap, (_, data) in zip((1000, 2400, 4989), STORED))


def sparse_tar(form: str, parts: list[tuple[int, bytes]] = STORED, size: int = 9000) -> bytes:
    """An archive of a sparse file, in one of GNU tar's forms, and of a plain one."""
    data = b"".join(piece for _, piece in parts)
    numbers = [number for offset, piece in parts for number in (offset, len(piece))]
    info = tarfile.TarInfo("GNUSparseFile.0/f" if form != "gnu" else "f")
    info.mode, info.mtime, info.uid = 0o640, 7, 5
    if form == "gnu":
        words = [b"%011o\0" % number for number in numbers]
        info.type, info.size = tarfile.GNUTYPE_SPARSE, len(data)
        head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        # two parts here, and the third in a block that follows
        head[386:434], head[482], head[483:495] = b"".join(words[:4]), 1, b"%011o\0" % size
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        head += b"".join(words[4:]).ljust(504, b"\0") + bytes(8)
    else:
        info.pax_headers = {"GNU.sparse.name": "f", "SCHILY.xattr.user.x": "1"}
        if form == "1.0":
            lines = "".join(f"{number}\n" for number in (len(parts), *numbers)).encode()
            data = lines.ljust(512, b"\0") + data
            info.pax_headers |= {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(size)}
        else:
            info.pax_headers |= {"GNU.sparse.size": str(size), "GNU.sparse.map": ",".join(map(str, numbers))}
        info.size = len(data)
        head = bytearray(info.tobuf(tarfile.PAX_FORMAT))
    after = tarfile.TarInfo("plain")
    return bytes(head) + data + bytes(-len(data) % 512) + after.tobuf() + bytes(1024)


@pytest.mark.parametrize("form", ["gnu", "1.0", "0.1"])
@pytest.mark.parametrize("size", [1, 511, 100_000])
def test_a_sparse_file_is_passed_on_as_the_file_that_it_stands_for(form: str, size: int) -> None:
    data = sparse_tar(form)
    blocks = [data[i : i + size] for i in range(0, len(data), size)]
    out = b"".join(rewritten(blocks, lambda entry: replace(entry, uid=entry.uid + 1)))
    with tarfile.open(fileobj=io.BytesIO(out)) as tar:
        file, plain = tar.getmembers()
        assert (file.name, file.mode, file.mtime, file.uid, plain.name, plain.uid) == ("f", 0o640, 7, 6, "plain", 1)
        assert file.isreg() and tar.extractfile(file).read() == WHOLE  # type: ignore[union-attr]
        assert form == "gnu" or file.pax_headers["SCHILY.xattr.user.x"] == "1"


def test_a_record_whose_name_is_no_text_is_refused_where_it_would_have_to_be_written() -> None:
    record = b"15 SCHILY.\xff=ab\n"
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    data = info.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("f").tobuf() + bytes(1024)
    assert b"".join(rewritten([data], lambda entry: entry)) == data
    with pytest.raises(BrokenStream, match="invalid tar header"):
        list(rewritten([data], lambda entry: replace(entry, name="g")))


@pytest.mark.parametrize("form", ["gnu", "1.0", "0.1"])
@pytest.mark.parametrize(
    ("parts", "size"),
    [([(10, b"a"), (10, b"b"), (20, b"")], 99), ([(10, b"a"), (20, b"b"), (98, b"cc")], 99), (STORED, 5)],
)
def test_a_sparse_file_whose_map_is_wrong_is_refused(form: str, parts: list[tuple[int, bytes]], size: int) -> None:
    with pytest.raises(BrokenStream, match="a sparse file whose map is wrong"):
        list(rewritten([sparse_tar(form, parts, size)], lambda entry: entry))
    for end in range(1, len(sparse_tar(form)) - 1023, 97):
        with pytest.raises(BrokenStream):
            list(rewritten([sparse_tar(form)[:end]], lambda entry: entry))


# ---- new folders, and headers read by hand ---------------------------------------------------------------


def test_what_comes_twice_in_a_new_folder(tmp_path: Path) -> None:
    """The last one counts, and what the first was linked to keeps its content."""
    unpack(
        [
            archive(
                entry("d", tarfile.DIRTYPE), entry("d/f", data=b"first"), entry("d/hard", tarfile.LNKTYPE, "d/f"),
                entry("d/f", data=b"second"), entry("d/g", data=b"g"), entry("d/g", tarfile.SYMTYPE, "f"), entry("d/g", data=b"last"),
            )
        ],
        str(tmp_path), same,
    )  # fmt: skip
    found = {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir() if not path.is_symlink()}
    assert found == {"f": b"second", "hard": b"first", "g": b"last"}
    with pytest.raises(Failure, match="cannot overwrite directory"):
        unpack(
            [archive(entry("e", tarfile.DIRTYPE), entry("e/x", tarfile.DIRTYPE), entry("e/x", data=b"x"))],
            str(tmp_path),
            same,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_nothing_in_a_new_folder_is_seen_before_all_is_there(tmp_path: Path) -> None:
    data = archive(entry("d", tarfile.DIRTYPE), entry("d/f", data=bytes(2000)), entry("g", data=bytes(2000)))
    seen: list[list[str]] = []

    def blocks() -> Iterator[bytes]:
        for at in range(0, len(data), 500):
            seen.append(sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".pydock-")))
            yield data[at : at + 500]

    unpack(blocks(), str(tmp_path), same)
    assert all("d" not in names for names in seen) and sorted(path.name for path in tmp_path.iterdir()) == ["d", "g"]


def test_a_file_that_cannot_be_written_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Failure, match=r"^write .*: no space left on device"):
        unpack(
            [archive(entry("d", tarfile.DIRTYPE), entry("d/f", data=b"x"), entry("d/big", data=bytes(200)))],
            str(tmp_path),
            same,
        )
    assert list(tmp_path.iterdir()) == []


FIELDS = (
    "name",
    "mode",
    "uid",
    "gid",
    "size",
    "mtime",
    "chksum",
    "type",
    "linkname",
    "uname",
    "gname",
    "devmajor",
    "devminor",
)
#: where a header has something, and what may be there: digits, blanks, ends, base-256, anything
PLACES = st.lists(
    st.tuples(st.sampled_from([0, 1, 99, 100, 104, 107, 108, 124, 130, 135, 136, 156, 157, 257, 263, 265, 329, 345, 500]),
              st.one_of(st.sampled_from([b"\0", b" ", b"0", b"7 ", b"9", b"\x80\0\0\1", b"\xff", b"/", b"\xc3\xa9", b"-1", b"0o7", b"1_0", b"\x1c"]), st.binary(max_size=6))),
    max_size=4,
)  # fmt: skip


@given(
    st.text(max_size=110), st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.AREGTYPE, tarfile.XHDTYPE]),
    st.integers(0, 2**40), st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT]), PLACES, st.booleans(),
)  # fmt: skip
def test_a_header_read_by_hand_says_what_tarfile_reads(
    name: str, kind: bytes, size: int, form: int, places: list[tuple[int, bytes]], right: bool
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mtime, info.linkname, info.uname = kind, size, 12345, name[:5], "root"
    try:
        data = bytearray(info.tobuf(form, "utf-8", "surrogateescape")[-512:])
    except ValueError:
        return
    for at, put in places:
        data[at : at + len(put)] = put
    del data[512:]
    if right:
        data[148:156] = b"%06o\0 " % (256 + sum(data) - sum(data[148:156]))
    found = plain(bytes(data))
    if found is not None:
        want = tarfile.TarInfo.frombuf(bytes(data), "utf-8", "surrogateescape")
        assert [getattr(found, field) for field in FIELDS] == [getattr(want, field) for field in FIELDS]
    elif right and not places and name.isascii():
        assert kind in (tarfile.AREGTYPE, tarfile.XHDTYPE) or size >= 8**11 or len(name) > 99


@given(
    st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=110), st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE]),
    st.tuples(st.integers(0, 0o17777), st.integers(0, 2**22), st.integers(0, 2**22), st.integers(0, 2**34), st.integers(-1, 2**34)),
    st.sampled_from(["", "x"]),
)  # fmt: skip
def test_a_header_made_by_hand_is_the_one_that_tarfile_makes(
    name: str, kind: bytes, numbers: tuple[int, int, int, int, int], link: str
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.mode, info.uid, info.gid, info.size, info.mtime = numbers
    if found := plain_header(info):
        assert found == info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
    else:
        assert (
            kind == tarfile.SYMTYPE
            or link
            or len(name) > 98
            or max(numbers[1:3]) >= 8**7
            or not 0 <= min(numbers) <= max(numbers) < 8**11
        )


def test_large_files_are_left_to_the_socket_and_small_ones_are_gathered(tmp_path: Path) -> None:
    plant(tmp_path / "d", {"a": (b"a" * 100, 0o600), "big": (b"b" * (3 << 20 | 7), 0o600), "c": (b"c", 0o600), "x": {}})
    origin = CopyInfo(str(tmp_path / "d"), True, True)
    blocks = list(pack(origin, same, never))
    assert [len(block) >= 1 << 16 for block in blocks] == [False, True, True, True, False]
    parts = list(pack(origin, same, never, send=True))
    assert [type(part) for part in parts] == [bytes, FilePart, FilePart, FilePart, FilePart, bytes]
    assert [len(part) for part in parts[1:-1]] == [1 << 20, 1 << 20, 1 << 20, 7]
