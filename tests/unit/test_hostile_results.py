"""What an engine sends into a folder here: results of builds (`--output type=local`), and archives (`cp`)."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import stat
import tarfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydock.archive.unpack import unpack
from pydock.archive.untar import LIMIT, Source, entries
from pydock.buildkit import messages as m
from pydock.buildkit.receive import OPEN_FILES, Receiving
from pydock.errors import BrokenStream, Failure
from pydock.files import atomic as whole
from tests.support.cli import program
from tests.support.places import facts, keeps_attributes, running, small, wait_for
from tests.support.stand_in import Handler, stand_in

DIR, LINK, PIPE, SOCKET = 1 << 31, 1 << 27, 1 << 25, 1 << 24
Step = Any


class Engine:
    """Sends what a script says: entries (dicts), contents as (number, bytes), or calls something first. `asked`: what it was asked for."""

    def __init__(self, *steps: Step) -> None:
        self.steps, self.asked = list(steps), list[int]()
        self.finished = False

    def receive(self) -> bytes | None:
        while self.steps and callable(self.steps[0]):
            self.steps.pop(0)()
        if not self.steps:
            return m.PACKET.encode({"type": m.PACKET_FIN}) if self.finished else None
        step = self.steps.pop(0)
        if isinstance(step, dict):
            return m.PACKET.encode({"type": m.PACKET_STAT, "stat": {"mode": 0o644, **step}})
        if step is None:
            return m.PACKET.encode({"type": m.PACKET_STAT})
        return m.PACKET.encode({"type": m.PACKET_DATA, "ID": step[0], "data": step[1]})

    def send(self, message: bytes) -> None:
        packet = m.PACKET.decode(message)
        self.finished |= packet["type"] == m.PACKET_FIN
        if packet["type"] == m.PACKET_REQ:
            self.asked.append(packet["ID"])


def receive(folder: Path, *steps: Step) -> Engine:
    engine = Engine(*steps)
    Receiving(engine, str(folder)).run()  # type: ignore[arg-type]
    return engine


def file(path: str, **values: Any) -> dict[str, Any]:
    return {"path": path, **values}


def folder(path: str, mode: int = 0o755) -> dict[str, Any]:
    return {"path": path, "mode": DIR | mode}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder to receive into, beside files that are nobody's business."""
    (tmp_path / "out").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "f").write_text("mine")
    (tmp_path / "mine" / "f").chmod(0o600)
    yield tmp_path / "out"
    assert (
        facts(tmp_path / "mine") == {"f": (stat.S_IFREG, b"mine")}
        and stat.S_IMODE((tmp_path / "mine" / "f").stat().st_mode) == 0o600
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "out"]
    assert not [p for p in whole._unfinished if p.startswith(str(tmp_path))], "nothing is forgotten"


# -- results of builds ---------------------------------------------------------------------------------

REFUSED: dict[str, tuple[list[Step], str]] = {
    "twice": ([file("a"), file("a")], "out of order"), "a folder twice": ([folder("d"), folder("d")], "out of order"), "backwards": ([file("b"), file("a")], "out of order"),
    "a link, and a file of its name": ([{"path": "x", "mode": LINK, "linkname": "../mine/f"}, file("x", mode=0o777)], "out of order"),
    "back in a folder": ([folder("d"), file("d/f"), file("e"), file("d/g")], "out of order"), "a folder after its content": ([folder("d"), file("d/f"), folder("d")], "out of order"),
    "in a file": ([file("d"), file("d/f")], "was not announced"), "in a link": ([{"path": "d", "mode": LINK, "linkname": "../mine"}, file("d/f")], "was not announced"),
    "in nothing": ([file("no/f")], "was not announced"), "up": ([file("../f")], "invalid path"), "up inside": ([folder("d"), file("d/../../f")], "invalid path"), "a dot": ([file("./f")], "invalid path"),
    "absolute": ([file("/f")], "invalid path"), "empty": ([file("")], "invalid path"), "a double slash": ([folder("d"), file("d//f")], "invalid path"), "a slash after it": ([folder("d/")], "invalid path"),
    "a zero byte": ([file("a\0b")], "invalid path"),
    "a hard link out": ([file("h", linkname="../mine/f")], "there is no such file"), "a hard link to what was there": ([file("h", linkname="old")], "there is no such file"),
    "a hard link to a folder": ([folder("d"), file("h", linkname="d")], "there is no such file"), "a hard link to a link": ([{"path": "a", "mode": LINK, "linkname": "../mine/f"}, file("h", linkname="a")], "there is no such file"),
    "a hard link to what comes": ([file("a", linkname="b"), file("b")], "there is no such file"), "content of nothing": ([(7, b"x")], "invalid file id 7"),
    "content twice": ([file("a"), None, (0, b"x"), (0, b""), (0, b"y")], "invalid file id 0"), "an entry after the list": ([file("a"), None, file("b")], "after the end of the list"),
    "an end without contents": ([file("a"), None], "before it was whole"), "a device that is none": ([{"path": "a", "mode": 1 << 26, "devmajor": -1, "devminor": 1 << 62}], "invalid device|Operation not permitted|not permitted"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_results_come_in_strict_order_and_link_to_themselves_only(place: Path, kind: str) -> None:
    steps, words = REFUSED[kind]
    (place / "old").write_text("old")
    before = facts(place)
    with pytest.raises(Failure, match=words):
        receive(place, *steps)
    left = facts(place)
    assert left.pop("old") == before["old"] and (place / "old").stat().st_nlink == 1
    assert set(left) <= {"x", "a", "d"} and all(stat.S_ISLNK(kind) or content for kind, content in left.values()), (
        "whole entries alone"
    )


def test_everything_arrives_as_it_was_told(place: Path) -> None:
    (place / "d").mkdir()
    (place / "d" / "stays").write_text("old")
    (place / "was-folder" / "deep").mkdir(parents=True)
    (place / "was-file").write_text("old")
    (place / "new").symlink_to("../mine")
    steps = [
        folder("d", 0o750), file("d/f", mode=1 << 23 | 0o640, modTime=1_500_000_000_000_000_001, xattrs={"user.a": b"1"}), file("d/g", linkname="d/f"),
        folder("new", 1 << 20 | 0o555), folder("new/inner", 0o500), file("new/inner/f"), {"path": "new-link", "mode": LINK, "linkname": "/etc/passwd", "modTime": 5_000_000_000},
        {"path": "pipe", "mode": PIPE | 0o622}, {"path": "sock", "mode": SOCKET | 0o600}, folder("was-file"), file("was-folder"), None,
    ]  # fmt: skip
    mask = os.umask(0o077)
    try:
        assert receive(place, *steps, (1, b"12"), (1, b"3"), (1, b""), (5, b""), (10, b"x"), (10, b"")).asked == [
            1,
            5,
            10,
        ]
    finally:
        os.umask(mask)

    def mode(path: Path) -> str:
        """The rights of a link are the system's own."""
        return oct(stat.S_IFLNK if path.is_symlink() else path.lstat().st_mode)

    assert {str(p.relative_to(place)): mode(p) for p in place.rglob("*")} == {
        "d": "0o40750", "d/f": "0o104640", "d/g": "0o104640", "d/stays": oct((place / "d" / "stays").stat().st_mode), "new": "0o41555", "new/inner": "0o40500", "new/inner/f": "0o100644",
        "new-link": "0o120000", "pipe": "0o10622", "sock": "0o100600", "was-file": "0o40755", "was-folder": "0o100644",
    }  # fmt: skip
    assert (
        (place / "d" / "f").read_bytes() == b"123"
        and (place / "d" / "f").samefile(place / "d" / "g")
        and (place / "was-folder").read_bytes() == b"x"
    )
    assert (place / "d" / "f").stat().st_mtime_ns == 1_500_000_000_000_000_001 and (
        place / "new-link"
    ).lstat().st_mtime_ns == 5_000_000_000
    assert not keeps_attributes(place) or os.getxattr(place / "d" / "f", "user.a") == b"1"


@pytest.mark.parametrize("when", ["before", "after it was told", "while it comes"])
@pytest.mark.parametrize("target", ["../mine/f", "nowhere"])
def test_a_planted_link_is_replaced_and_what_it_leads_to_is_not_touched(place: Path, when: str, target: str) -> None:
    """Neither written nor given another mode."""
    plant = lambda: (place / "x").symlink_to(target)  # noqa: E731
    steps: list[Step] = [file("x", mode=0o777), None, (0, b"ev"), (0, b"il"), (0, b"")]
    steps.insert({"before": 0, "after it was told": 1, "while it comes": 3}[when], plant)
    receive(place, *steps)
    assert facts(place) == {"x": (stat.S_IFREG, b"evil")}


@pytest.mark.parametrize("when", [0, 1, 2, 3, 4, 5])
def test_a_folder_that_is_swapped_for_a_link_leads_nowhere(place: Path, when: int) -> None:
    (place / "d" / "e").mkdir(parents=True)

    def swap() -> None:
        (place / "d" / "e").rename(place / "d" / "was")
        (place / "d" / "e").symlink_to("../../mine")

    steps: list[Step] = [folder("d"), folder("d/e", 0o777), file("d/e/f", mode=0o777), None, (2, b"evil"), (2, b"")]
    try:
        receive(place, *steps[:when], swap, *steps[when:])
    except Failure as failure:
        assert (
            "is a link or a file" in failure.message
            or "No such file" in failure.message
            or "no such file" in failure.message
        )


def test_a_result_that_is_cut_leaves_old_files_and_no_half_ones(place: Path) -> None:
    (place / "a").write_text("old")
    (place / "d").mkdir()
    with pytest.raises(Failure, match="before it was whole"):
        receive(
            place,
            file("a"),
            folder("d"),
            file("d/b"),
            folder("new"),
            file("new/c"),
            file("z"),
            None,
            (2, b"whole"),
            (2, b""),
            (4, b"whole"),
            (4, b""),
            (0, b"half"),
        )
    assert facts(place) == {"a": (stat.S_IFREG, b"old"), "d": (stat.S_IFDIR, None)} and facts(place / "d") == {
        "b": (stat.S_IFREG, b"whole")
    }


def test_many_contents_at_a_time_are_refused(place: Path) -> None:
    with pytest.raises(Failure, match=f"more than {OPEN_FILES} files"):
        receive(
            place, *(file(f"f{i:04}") for i in range(OPEN_FILES + 1)), None, *((i, b"x") for i in range(OPEN_FILES + 1))
        )
    assert facts(place) == {}


NAMES = st.sampled_from(["a", "b", "d", "d/a", "d/b", "d/e", "d/e/f", "e", "..", "d/../x", "l", "l/x"])
ENTRY = st.fixed_dictionaries({
    "path": NAMES, "mode": st.sampled_from([0o644, 0o777, DIR | 0o755, DIR, LINK | 0o777, PIPE | 0o600]), "linkname": st.sampled_from(["", "", "a", "d/a", "../mine/f", "../mine", "."]),
    "modTime": st.sampled_from([0, 1, -(1 << 63), (1 << 63) - 1]), "xattrs": st.just({}),
})  # fmt: skip
STEP = st.one_of(ENTRY, ENTRY, st.none(), st.tuples(st.integers(0, 4), st.sampled_from([b"", b"x"])))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.lists(ENTRY, max_size=6), st.lists(STEP, max_size=12))
def test_whatever_is_sent_it_stays_inside(
    tmp_path_factory: pytest.TempPathFactory, ordered: list[Step], steps: list[Step]
) -> None:
    tmp_path = tmp_path_factory.mktemp("any")
    (tmp_path / "out" / "l").mkdir(parents=True)
    (tmp_path / "out" / "l").rmdir()
    (tmp_path / "out" / "l").symlink_to("../mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "f").write_text("mine")
    mode = (tmp_path / "mine" / "f").stat().st_mode
    ordered = sorted(ordered, key=lambda e: e["path"].split("/"))
    try:
        receive(tmp_path / "out", *ordered, *steps)
    except (Failure, ValueError):
        pass
    assert (
        facts(tmp_path / "mine") == {"f": (stat.S_IFREG, b"mine")} and (tmp_path / "mine" / "f").stat().st_mode == mode
    )
    assert (tmp_path / "mine" / "f").stat().st_nlink == 1 and sorted(os.listdir(tmp_path)) == ["mine", "out"]
    assert not [p for p in whole._unfinished if p.startswith(str(tmp_path))] and not list(
        (tmp_path / "out").rglob(".pydock-*")
    )


# -- archives ------------------------------------------------------------------------------------------


def block(name: str, kind: bytes, size: int, data: bytes = b"") -> bytes:
    """A header that claims a size, and what follows it."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode = kind, size, 0o644
    return info.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512)


def record(key: bytes, value: bytes) -> bytes:
    size = len(key) + len(value) + 3
    size += len(str(size + len(str(size))))
    return b"%d %b=%b\n" % (size, key, value)


def described(*records: bytes) -> bytes:
    data = b"".join(records)
    return block("x", tarfile.XHDTYPE, len(data), data) + block("f", tarfile.REGTYPE, 1, b"x") + bytes(1024)


BAD: dict[str, bytes] = {
    "records of gigabytes": block("x", tarfile.XHDTYPE, 8 << 30), "a name of gigabytes": block("x", tarfile.GNUTYPE_LONGNAME, 8 << 30), "a link of gigabytes": block("x", tarfile.GNUTYPE_LONGLINK, 1 << 60),
    "records for the archive of gigabytes": block("x", tarfile.XGLTYPE, 8 << 30), "a chain of descriptions": block("x", tarfile.XHDTYPE, 11, record(b"a", b"12345")) * 3000,
    "a length of 5,000 digits": described(b"9" * 5000 + b" path=x\n"), "digits without end": described(b"1" * 1_000_000), "a length beyond the end": described(b"999999 path=x\n"),
    "a length of nothing": described(b"0 path=x\n"), "a negative length": described(b"-9 path=x\n"), "no length": described(b" path=x\n"), "no key": described(record(b"", b"x")),
    "no line end": described(b"9 path=xy"), "no equals": described(b"9 path  \n"), "a size of 5,000 digits": described(record(b"size", b"9" * 5000)), "a negative size": described(record(b"size", b"-512")),
    "a size that is none": described(record(b"size", b"1e9")), "a time that is none": described(record(b"mtime", b"nan")), "a time without end": described(record(b"mtime", b"9" * 400)),
    "a name with a zero byte": described(record(b"path", b"a\0b")), "a sparse file": described(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0")),
    "a sparse file of old": block("f", tarfile.GNUTYPE_SPARSE, 0) + bytes(1024), "a size below zero": block("f", tarfile.REGTYPE, -5) + bytes(1024),
    "no archive": b"x" * 2000, "nothing": b"", "a wrong checksum": b"a" + block("f", tarfile.REGTYPE, 0)[1:] + bytes(1024), "something after it": bytes(1024) + b"x" * (3 << 20),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_archives_that_claim_too_much_or_make_no_sense_are_errors(place: Path, kind: str) -> None:
    """At once, and in little memory, whatever a header claims."""
    endless = (b"\1" * 65536 for _ in range(200)) if "gigabytes" in kind else iter(())

    def blocks() -> Iterator[bytes]:
        yield BAD[kind]
        yield from endless

    tracemalloc.start()
    try:
        with pytest.raises(BrokenStream, match=r"invalid tar header|unexpected EOF|unexpected data after"):
            unpack(blocks(), str(place), lambda name: name)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert facts(place) == {}


def test_descriptions_within_bounds_are_heeded(place: Path) -> None:
    long = "d" * 200 + "/" + "n" * 200
    data = b"".join((
        block("x", tarfile.XGLTYPE, 12, record(b"path", b"no")), block("x", tarfile.XHDTYPE, len(r := record(b"path", long.encode()) + record(b"size", b"3") + record(b"mtime", b"-1.5")), r),
        block("x", tarfile.XHDTYPE, len(r), r), block("f", tarfile.REGTYPE, 0, b"abc"), block("x", tarfile.GNUTYPE_LONGNAME, 251, b"g" * 250 + b"\0"), block("f", tarfile.REGTYPE, 1, b"x"), bytes(10240),
    ))  # fmt: skip
    unpack([data], str(place), lambda name: name)
    assert (
        (place / long).read_bytes() == b"abc"
        and (place / long).stat().st_mtime_ns == -1_500_000_000
        and (place / ("g" * 250)).read_bytes() == b"x"
    )


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=12)), min_size=1, max_size=4),
    st.integers(1, 700),
)
def test_any_damage_to_an_archive_is_an_error_or_harmless(changes: list[tuple[int, bytes]], step: int) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind in (("d", tarfile.DIRTYPE), ("d/" + "n" * 120, tarfile.REGTYPE), ("l", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname, info.mtime = kind, 10 if kind == tarfile.REGTYPE else 0, "d", 1.5
            tar.addfile(info, io.BytesIO(b"0123456789"))
    data = bytearray(out.getvalue())
    for at, new in changes:
        data[at : at + len(new)] = new
    try:
        for info, content in entries(Source(bytes(data[i : i + step]) for i in range(0, len(data), step))):
            assert info.size >= 0 and "\0" not in info.name and sum(map(len, content)) <= len(data)
    except BrokenStream:
        pass


def test_one_description_is_bounded_and_many_are_not(place: Path) -> None:
    """An archive of many long names is fine; one whose description grows is not."""
    data = b"".join(
        block("x", tarfile.GNUTYPE_LONGNAME, 1 << 16, b"a/" * 30 + bytes(65476)) + block("f", tarfile.REGTYPE, 0)
        for _ in range(40)
    )
    assert len(data) > 2 * LIMIT
    assert sum(1 for _ in entries(Source([data, bytes(1024)]))) == 40


# -- copies from containers ----------------------------------------------------------------------------


def copied(act: Callable[[], Iterator[bytes]]) -> dict[str, Callable[[Handler], Any]]:
    """The archive of a container's folder /d."""

    def answer(handler: Handler) -> Iterator[bytes]:
        stat_ = base64.b64encode(json.dumps({"name": "d", "mode": DIR | 0o755}).encode()).decode()
        handler.extra["X-Docker-Container-Path-Stat"] = stat_
        return act()

    return {"GET /containers/c/archive.*": answer}


def tree(count: int = 3) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ["d", *(f"d/f{i}" for i in range(count)), "d/e", "d/e/g"]:
            info = tarfile.TarInfo(name)
            info.type, info.mode = (
                (tarfile.REGTYPE, 0o644)
                if (name[-2:] not in ("d", "/e") and "f" in name) or name.endswith("g")
                else (tarfile.DIRTYPE, 0o755)
            )
            info.size = 60_000 if info.isreg() else 0
            tar.addfile(info, io.BytesIO(bytes(60_000)))
    return out.getvalue()


@pytest.mark.parametrize("limited", [True, False], ids=["file size", "full disk"])
def test_a_folder_that_does_not_fit_is_not_half_copied(pydock: Path, tmp_path: Path, limited: bool) -> None:
    disk, place, limit = small(tmp_path, limited)
    with disk, stand_in(tmp_path, copied(lambda: iter([tree()]))) as host:
        with running(pydock, "cp", "c:/d", "new", cwd=place, limit=limit, DOCKER_HOST=host) as process:
            _, err = process.communicate(timeout=60)
        words = "file too large" if limited else "no space left on device"
        assert (
            process.returncode == 1
            and err.decode().startswith(f"write {place}/new/f")
            and err.decode().endswith(f": {words}\n")
        ), err
        assert os.listdir(place) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_leaves_no_half_folder_of_a_copy(pydock: Path, tmp_path: Path, number: signal.Signals) -> None:
    end = threading.Event()

    def half() -> Iterator[bytes]:
        yield tree()[:100_000]
        end.wait(60)

    (tmp_path / "place").mkdir()
    with stand_in(tmp_path, copied(half)) as host:
        with running(pydock, "cp", "c:/d", "new", cwd=tmp_path / "place", DOCKER_HOST=host) as process:
            wait_for(lambda: [p for p in (tmp_path / "place").rglob("*") if p.is_file()])
            assert not (tmp_path / "place" / "new").exists()
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        end.set()
    assert (process.returncode, err, os.listdir(tmp_path / "place")) == (128 + number, b"", [])


def test_a_copy_into_a_folder_keeps_what_is_there(pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "place" / "d").mkdir(parents=True)
    (tmp_path / "place" / "d" / "f0").write_text("old")
    (tmp_path / "place" / "d" / "mine").write_text("mine")
    with stand_in(tmp_path, copied(lambda: iter([tree()]))) as host:
        assert program(pydock, "cp", "c:/d", ".", host=host, cwd=tmp_path / "place").code == 0
    assert sorted(str(p.relative_to(tmp_path / "place")) for p in (tmp_path / "place").rglob("*")) == [
        "d",
        "d/e",
        "d/e/g",
        "d/f0",
        "d/f1",
        "d/f2",
        "d/mine",
    ]
    assert (tmp_path / "place" / "d" / "f0").stat().st_size == 60_000 and (
        tmp_path / "place" / "d" / "mine"
    ).read_text() == "mine"
