"""The BuildKit client without an engine: messages, gRPC over a pair of sockets, file sync both ways, secrets, agents."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.archive.tree import Tree
from pydock.buildkit import messages as m
from pydock.buildkit.auth import Credentials
from pydock.buildkit.authority import Authority
from pydock.buildkit.call import Call
from pydock.buildkit.content import STORE, Content
from pydock.buildkit.grpc import Connection
from pydock.buildkit.proto import BOOL, BYTES, INT, STRING, TIME, Malformed, Message, keyed, many
from pydock.buildkit.receive import FileSend
from pydock.buildkit.secrets import Agents, Guard, Secret, Secrets
from pydock.buildkit.session import SERVING, Service, Session
from pydock.buildkit.solve import sources
from pydock.buildkit.sync import TYPE_BITS, FileSync
from pydock.buildkit.upload import Upload
from pydock.errors import BrokenStream, Failure, RpcError
from pydock.oci.layout import Layout, tag_of
from tests.support.listening import End
from tests.support.places import keeps_attributes

# -- messages ------------------------------------------------------------------------------------------

INNER = Message("Inner", text=(1, STRING), number=(2, INT))
OUTER = Message(
    "Outer", text=(1, STRING), data=(2, BYTES), flag=(3, BOOL), number=(4, INT), moment=(5, TIME), inner=(6, INNER), texts=(7, many(STRING)),
    inners=(8, many(INNER)), numbers=(9, many(INT)), map=(10, keyed(STRING)), blobs=(11, keyed(BYTES)), nested=(12, keyed(INNER)), far=(2000, INT),
)  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBER = st.integers(-(1 << 63), (1 << 63) - 1)
AN_INNER = st.fixed_dictionaries({"text": TEXT, "number": NUMBER})
AN_OUTER = st.fixed_dictionaries({
    "text": TEXT, "data": st.binary(max_size=200), "flag": st.booleans(), "number": NUMBER, "moment": st.integers(0, 1 << 62), "inner": AN_INNER,
    "texts": st.lists(TEXT, max_size=4), "inners": st.lists(AN_INNER, max_size=3), "numbers": st.lists(NUMBER, max_size=4),
    "map": st.dictionaries(TEXT, TEXT, max_size=3), "blobs": st.dictionaries(TEXT, st.binary(max_size=9), max_size=3),
    "nested": st.dictionaries(TEXT, AN_INNER, max_size=3), "far": NUMBER,
})  # fmt: skip


@given(AN_OUTER)
def test_messages_come_back(values: dict[str, Any]) -> None:
    assert OUTER.decode(OUTER.encode(values)) == values


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    try:
        OUTER.decode(data)
    except Malformed:
        pass


def test_the_wire_format() -> None:
    """Against bytes written down from protobuf's own documentation and tool."""
    assert Message("T", a=(1, INT)).encode({"a": 150}) == bytes.fromhex("089601")
    assert Message("T", b=(2, STRING)).encode({"b": "testing"}) == bytes.fromhex("120774657374696e67")
    assert Message("T", c=(3, Message("U", a=(1, INT)))).encode({"c": {"a": 150}}) == bytes.fromhex("1a03089601")
    assert Message("T", a=(1, INT)).encode({"a": -2}) == bytes.fromhex("08feffffffffffffffff01")
    assert Message("T", f=(6, many(INT))).decode(bytes.fromhex("3206038e029ea705")) == {"f": [3, 270, 86942]}
    # fields that are not known are skipped, whatever they are
    assert Message("T", a=(1, INT)).decode(bytes.fromhex("15000000000896011a0161")) == {"a": 150}
    with pytest.raises(KeyError, match="T has no"):
        Message("T", a=(1, INT)).encode({"b": 1})


# -- gRPC ----------------------------------------------------------------------------------------------


class Kept(End):
    """sent: all that was written."""

    sent = b""

    def write(self, data: bytes | memoryview) -> None:
        self.sent += bytes(data)
        super().write(data)


class Pair:
    """A session of ours, and the engine's end of it."""

    def __init__(self, services: list[Service], step: int = 1 << 16) -> None:
        ours, theirs = socket.socketpair()
        self.session = Session(services)
        self.wire = Kept(ours, step)
        self.session.start(self.wire)
        self.engine = Connection(End(theirs, step))

    def close(self) -> None:
        self.engine.close()
        self.session.close()


class Echo:
    """Gives every message back, twice; fails where it is asked to."""

    METHODS: tuple[str, ...] = ("/test/Echo",)

    def serve(self, call: Call) -> None:
        while (message := call.receive()) is not None:
            if message == b"fail":
                raise RpcError(5, "not found: %\n\x01ü")
            if message == b"fault":
                raise ZeroDivisionError("oops")
            call.send(message, message)


@pytest.fixture
def pairs() -> Iterator[Any]:
    made: list[Pair] = []

    def make(*services: Service, step: int = 1 << 16) -> Pair:
        made.append(Pair(list(services), step))
        return made[-1]

    yield make
    for pair in made:
        pair.close()


@pytest.mark.parametrize("step", [1, 7, 1 << 16])
def test_messages_of_any_size_both_ways(pairs: Any, step: int) -> None:
    """However the bytes are cut, whole messages come out; windows (64 KiB at first) fill and open again."""
    engine = pairs(Echo(), step=step).engine
    sizes = [0, 1, 16383, 16384] + ([70000] if step > 1 else []) + ([3 << 20] if step > 7 else [])
    call = engine.call("/test/Echo", last=False)
    for size in sizes:
        message = bytes([size % 251]) * size
        sender = threading.Thread(target=call.send, args=(message,))
        sender.start()
        assert call.receive() == message and call.receive() == message
        sender.join()
    call.end()
    assert call.receive() is None


def test_calls_side_by_side(pairs: Any) -> None:
    engine = pairs(Echo()).engine
    calls = [engine.call("/test/Echo", last=False) for _ in range(20)]
    for i, call in enumerate(calls):
        call.send(b"%d" % i * 3000)
    for i, call in reversed(list(enumerate(calls))):
        assert call.receive() == b"%d" % i * 3000


def test_health_unknown_methods_and_failures(pairs: Any) -> None:
    pair = pairs(Echo())
    assert pair.engine.ask("/grpc.health.v1.Health/Check", b"") == SERVING
    with pytest.raises(RpcError, match="unknown method /no/such") as caught:
        pair.engine.ask("/no/such", b"")
    assert (caught.value.status, caught.value.name) == (12, "Unimplemented")
    with pytest.raises(RpcError) as caught:
        pair.engine.ask("/test/Echo", b"fail")
    assert (caught.value.status, caught.value.reason) == (5, "not found: %\n\x01ü")
    with pytest.raises(RpcError, match="oops"):
        pair.engine.ask("/test/Echo", b"fault")
    assert "ZeroDivisionError" in pair.session.problems[0].message
    assert pair.engine.call("/test/Echo", b"still there").receive() == b"still there"


def test_cancel_and_the_end_of_the_connection(pairs: Any) -> None:
    pair = pairs(Echo())
    call = pair.engine.call("/test/Echo", b"x", last=False)
    assert call.receive() == b"x"
    call.cancel()
    with pytest.raises(RpcError, match="context canceled"):
        while call.receive() is not None:
            pass
    waiting = pair.engine.call("/test/Echo", last=False)
    pair.session.close()
    with pytest.raises(BrokenStream):
        waiting.receive()
    with pytest.raises(BrokenStream):
        pair.engine.call("/test/Echo", b"x")


def test_what_is_no_http2() -> None:
    ours, theirs = socket.socketpair()
    connection = Connection(End(ours, 1000))
    theirs.sendall(b"\0\0\x04\x08\0\0\0\0\x01\0\0\0\0")  # a window that opens by nothing
    with pytest.raises(BrokenStream, match="malformed answer"):
        connection.ask("/x/Y", b"")
    connection.close()
    theirs.close()
    ours, theirs = socket.socketpair()
    connection = Connection(End(ours, 1000))
    theirs.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    theirs.close()
    with pytest.raises(BrokenStream):
        connection.ask("/x/Y", b"")
    connection.close()


def test_sources_of_an_error() -> None:
    import base64
    import json

    value = json.dumps(
        {
            "info": {"filename": "Dockerfile", "data": base64.b64encode(b"FROM x\n").decode()},
            "ranges": [{"start": {"line": 1}}],
        }
    )
    details = m.RPC_STATUS.encode(
        {
            "details": [
                {"type_url": "github.com/moby/buildkit/errdefs.Source+json", "value": value.encode()},
                {"type_url": "other", "value": b"{"},
            ]
        }
    )
    assert sources(RpcError(2, "x", details)) == [
        {"info": {"filename": "Dockerfile", "data": "FROM x\n"}, "ranges": [{"start": {"line": 1}}]}
    ]
    assert sources(RpcError(2, "x")) == []


# -- files to the engine -------------------------------------------------------------------------------


def fetched(
    engine: Connection, name: str, wanted: Any = lambda stat: True, **patterns: list[str]
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """What an engine gets of a folder: the entries, and the contents that it asks for. Checks the order as fsutil does."""
    metadata = [("dir-name", name), *((k.replace("_", "-"), v) for k, vs in patterns.items() for v in vs)]
    call = engine.call("/moby.filesync.v1.FileSync/DiffCopy", metadata=metadata, last=False)
    entries: list[dict[str, Any]] = []
    contents: dict[str, bytes] = {}
    open_files: dict[int, bytes] = {}
    listed = False
    while (message := call.receive()) is not None:
        packet = m.PACKET.decode(message)
        if packet["type"] == m.PACKET_STAT and packet["stat"] is None:
            listed = True
        elif packet["type"] == m.PACKET_STAT:
            entry = packet["stat"]
            check_order(entries, entry)
            entries.append(entry)
            if stat_is_file(entry) and wanted(entry):
                open_files[len(entries) - 1] = b""
                call.send(m.PACKET.encode({"type": m.PACKET_REQ, "ID": len(entries) - 1}))
        elif packet["type"] == m.PACKET_DATA and packet["data"]:
            open_files[packet["ID"]] += packet["data"]
        elif packet["type"] == m.PACKET_DATA:
            contents[entries[packet["ID"]]["path"]] = open_files.pop(packet["ID"])
        elif packet["type"] == m.PACKET_ERR:
            raise Failure(packet["data"].decode())
        if listed and not open_files:
            call.send(m.PACKET.encode({"type": m.PACKET_FIN}))
            listed = False
    return entries, contents


def stat_is_file(entry: dict[str, Any]) -> bool:
    return not entry["mode"] & TYPE_BITS and not entry["linkname"]


def check_order(before: list[dict[str, Any]], entry: dict[str, Any]) -> None:
    """Folders come before what is in them, siblings in the order of the bytes of their names, nothing twice."""
    if before:
        last, new = (os.fsencode(e["path"]).split(b"/") for e in (before[-1], entry))
        assert last < new
    folder = entry["path"].rpartition("/")[0]
    assert not folder or any(e["path"] == folder and e["mode"] >> 31 for e in before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name in ("a/b/c", "a-b", "a/z", "big", "ünï/x", "skip/this"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "big").write_bytes(os.urandom(3 << 20))
    os.link(root / "a" / "z", root / "zz")
    (root / "link").symlink_to("a/b")
    (root / "a-b").chmod(0o4711)
    os.mkfifo(root / "pipe")
    return root


def test_a_folder_is_sent(pairs: Any, folder: Path) -> None:
    files = FileSync({"context": str(folder)})
    entries, contents = fetched(pairs(files).engine, "context")
    by_path = {e["path"]: e for e in entries}
    assert list(by_path) == [
        "a",
        "a/b",
        "a/b/c",
        "a/z",
        "a-b",
        "big",
        "link",
        "pipe",
        "skip",
        "skip/this",
        "zz",
        "ünï",
        "ünï/x",
    ]
    assert all(e["uid"] == e["gid"] == 0 for e in entries)
    assert contents == {p: (folder / p).read_bytes() for p in ("a/b/c", "a/z", "a-b", "big", "skip/this", "ünï/x")}
    assert by_path["link"]["linkname"] == "a/b" and by_path["link"]["mode"] & 1 << 27
    assert (by_path["zz"]["linkname"], by_path["zz"]["size"]) == ("a/z", 3), (
        "a hard link keeps its size, or it never compares equal"
    )
    assert by_path["a-b"]["mode"] == 0o711 | 1 << 23 and by_path["pipe"]["mode"] & 1 << 25
    assert by_path["a"]["modTime"] == (folder / "a").stat().st_mtime_ns
    assert files.files_sent == 6


def test_only_what_is_asked_for_is_read(pairs: Any, folder: Path) -> None:
    pair = pairs(files := FileSync({"context": str(folder)}))
    marker = (folder / "big").read_bytes()[1000:1064]
    _, contents = fetched(pair.engine, "context", wanted=lambda e: e["path"] == "a-b")
    assert contents == {"a-b": b"a-b"} and files.files_sent == 1
    assert marker not in pair.wire.sent


def test_patterns_and_followed_links(pairs: Any, folder: Path) -> None:
    engine = pairs(FileSync({"context": str(folder)})).engine

    def paths(**patterns: list[str]) -> list[str]:
        return [e["path"] for e in fetched(engine, "context", **patterns)[0]]

    assert paths(exclude_patterns=["*", "!a/b"]) == ["a", "a/b", "a/b/c"]
    assert paths(include_patterns=["a/z", "big"]) == ["a", "a/z", "big"]
    assert paths(followpaths=["link/c"]) == ["a", "a/b", "a/b/c", "link"]
    assert paths(followpaths=["l*k"]) == ["a", "a/b", "a/b/c", "link"]
    assert paths(followpaths=["no/such"]) == []
    assert paths(followpaths=["../a/z"]) == ["a", "a/z"]
    assert paths(include_patterns=["%C3%BCn%C3%AF"], include_patterns_encoded=["1"]) == ["ünï", "ünï/x"]
    with pytest.raises(RpcError, match="invalid excludepatterns"):
        paths(exclude_patterns=["["])
    with pytest.raises(RpcError, match='no access allowed to dir "other"'):
        fetched(engine, "other")


NAMES = st.text("ab.-z", min_size=1, max_size=3).filter(lambda n: n not in (".", ".."))


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=12),
    st.lists(st.sampled_from(["*", "**", "a*", "*/b", "**/z", "!a", "!**/b", "a/b", "?", "!*.", "a/**"]), max_size=4),
)
def test_any_tree_comes_in_order_and_whole(paths: set[str], excludes: list[str]) -> None:
    """The walk, which leaves out whole folders where it can, agrees with asking for each path, from the top down."""
    import tempfile

    from pydock.archive.ignore import Matcher

    with tempfile.TemporaryDirectory() as root:
        for path in paths:
            try:
                os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
                Path(root, path).touch()
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                continue
        found: list[dict[str, Any]] = []
        for path, facts in Tree(root, (), excludes).entries():
            check_order(found, entry := {"path": path, "mode": 1 << 31 if stat.S_ISDIR(facts.st_mode) else 0})
            found.append(entry)
        matcher = Matcher(excludes)

        def left_out(path: str) -> bool:
            matched, known = False, ()
            for i in [i for i, char in enumerate(path) if char == "/"] + [len(path)]:
                matched, known = matcher.within(path[:i], known)
            return matched

        everything = {
            os.path.relpath(os.path.join(d, n), root) for d, folders, files in os.walk(root) for n in (*folders, *files)
        }
        kept = {p for p in everything if not left_out(p)}
        with_parents = kept | {"/".join(p.split("/")[:i]) for p in kept for i in range(1, p.count("/") + 1)}
        assert {e["path"] for e in found} == with_parents


# -- files from the engine -----------------------------------------------------------------------------


def sent(engine: Connection, entries: list[tuple[dict[str, Any], bytes]], finish: bool = True) -> None:
    """Sends a folder as an engine does."""
    call = engine.call("/moby.filesync.v1.FileSend/DiffCopy", last=False)
    for values, _ in entries:
        call.send(m.PACKET.encode({"type": m.PACKET_STAT, "stat": values}))
    call.send(b"")
    while (message := call.receive()) is not None:
        packet = m.PACKET.decode(message)
        if packet["type"] == m.PACKET_FIN:
            call.send(m.PACKET.encode({"type": m.PACKET_FIN}))
        elif packet["type"] == m.PACKET_REQ:
            content = entries[packet["ID"]][1]
            for at in range(0, len(content), 1000):
                call.send(m.PACKET.encode({"type": m.PACKET_DATA, "ID": packet["ID"], "data": content[at : at + 1000]}))
            if not finish:
                call.cancel()
                return
            call.send(m.PACKET.encode({"type": m.PACKET_DATA, "ID": packet["ID"]}))
    call.end()


FOLDER = {"path": "d", "mode": 1 << 31 | 0o750, "modTime": 1_600_000_000_000_000_001}


def test_a_folder_is_received(pairs: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "d").mkdir(parents=True)
    (out / "d" / "stays").write_text("old")
    (out / "d" / "f").write_text("goes")
    pair = pairs(FileSend({0: str(out)}, {}))
    content = os.urandom(5000)
    sent(pair.engine, [
        (FOLDER, b""), ({"path": "d/f", "mode": 1 << 23 | 0o640, "size": 5000, "modTime": 1_500_000_000_000_000_000, "xattrs": {"user.a": b"1"}}, content),
        ({"path": "d/g", "mode": 0o644, "linkname": "d/f"}, b""), ({"path": "empty", "mode": 0o600}, b""),
        ({"path": "link", "mode": 1 << 27 | 0o777, "linkname": "/etc/passwd"}, b""), ({"path": "pipe", "mode": 1 << 25 | 0o644}, b""),
    ])  # fmt: skip
    assert pair.session.problems == []
    facts = (out / "d" / "f").stat()
    assert (out / "d" / "f").read_bytes() == content and (out / "d" / "stays").read_text() == "old"
    assert (stat.S_IMODE(facts.st_mode), facts.st_mtime_ns, facts.st_nlink) == (0o4640, 1_500_000_000_000_000_000, 2)
    assert not keeps_attributes(tmp_path) or os.getxattr(out / "d" / "f", "user.a") == b"1"
    assert stat.S_IMODE((out / "d").stat().st_mode) == 0o750 and (out / "d").stat().st_mtime_ns == FOLDER["modTime"]
    assert (
        os.readlink(out / "link") == "/etc/passwd"
        and stat.S_ISFIFO((out / "pipe").stat().st_mode)
        and (out / "empty").read_bytes() == b""
    )


@pytest.mark.parametrize("entries", [
    [({"path": "../x", "mode": 0o644}, b"x")], [({"path": "no/parent", "mode": 0o644}, b"x")], [({"path": "x", "mode": 0o644, "linkname": "../../etc/passwd"}, b"")],
    [({"path": "l", "mode": 1 << 27, "linkname": ".."}, b""), ({"path": "l/x", "mode": 0o644}, b"x")],
], ids=["up", "unannounced", "hard link out", "through a link"])  # fmt: skip
def test_nothing_is_written_outside(pairs: Any, tmp_path: Path, entries: list[tuple[dict[str, Any], bytes]]) -> None:
    pair = pairs(FileSend({0: str(tmp_path / "out")}, {}))
    with pytest.raises((RpcError, BrokenStream)):
        sent(pair.engine, entries)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"] and pair.session.problems


def test_half_a_file_does_not_stay(pairs: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pair = pairs(FileSend({0: str(out)}, {}))
    sent(
        pair.engine,
        [({"path": "whole", "mode": 0o644}, b""), ({"path": "half", "mode": 0o644, "size": 9000}, b"x" * 9000)],
        finish=False,
    )
    # it comes, and it goes: gone it is when it has not been seen for a while
    absent = 0
    for _ in range(1000):
        absent = 0 if (out / "half").exists() else absent + 1
        if absent == 20:
            break
        threading.Event().wait(0.01)
    assert absent == 20


def test_an_archive_is_received_and_one_is_sent(pairs: Any) -> None:
    got: list[bytes] = []
    upload = Upload([b"one", b"x" * 2_500_000])
    engine = pairs(FileSend({}, {3: got.append}), upload).engine
    call = engine.call(
        "/moby.filesync.v1.FileSend/DiffCopy",
        *(m.DATA.encode({"data": d}) for d in (b"a", b"b" * 100_000)),
        metadata=[("buildkit-attachable-exporter-id", "3")],
    )
    assert call.receive() is None and b"".join(got) == b"a" + b"b" * 100_000
    with pytest.raises(RpcError, match="exporter 4 not found"):
        engine.ask("/moby.filesync.v1.FileSend/DiffCopy", b"", [("buildkit-attachable-exporter-id", "4")])
    call = engine.call("/moby.upload.v1.Upload/Pull", metadata=[("urlpath", f"/{upload.identity}")])
    blocks = []
    while (message := call.receive()) is not None:
        blocks.append(m.DATA.decode(message)["data"])
    assert b"".join(blocks) == b"one" + b"x" * 2_500_000
    with pytest.raises(RpcError, match="no upload"):
        engine.ask("/moby.upload.v1.Upload/Pull", b"", [("urlpath", f"/{upload.identity}")])


# -- secrets, credentials, agents ----------------------------------------------------------------------


def test_secrets(pairs: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file\0")
    secrets = Secrets(
        [Secret("f", str(tmp_path / "file")), Secret("v", variable="VAR"), Secret("NAME")],
        {"VAR": "from a variable", "NAME": "by its id"},
    )
    engine = pairs(secrets).engine

    def secret(name: str) -> bytes:
        answer = engine.ask("/moby.buildkit.secrets.v1.Secrets/GetSecret", m.GET_SECRET.encode({"ID": name}))
        return bytes(m.SECRET.decode(answer)["data"])

    assert (secret("f"), secret("v"), secret("NAME")) == (b"from a file\0", b"from a variable", b"by its id")
    with pytest.raises(RpcError) as caught:
        secret("other")
    assert caught.value.status == 5
    (tmp_path / "file").write_bytes(b"x" * (500 * 1024 + 1))
    with pytest.raises(RpcError, match="invalid secret size"):
        secret("f")
    for spec, problem in (
        (Secret("s", str(tmp_path / "none")), "no such file"),
        (Secret("s", str(tmp_path / "file")), "too big. max size 500KiB"),
        (Secret(""), "missing ID"),
    ):
        with pytest.raises(Failure, match=problem):
            Secrets([spec], {})


def test_credentials(pairs: Any, tmp_path: Path) -> None:
    kept = {
        "r.example": {"username": "u", "password": "p"},
        "t.example": {"identitytoken": "T"},
        "https://index.docker.io/v1/": {"username": "hub", "password": "h"},
    }
    told: list[str] = []
    looked_up: list[str] = []

    def auth_of(host: str) -> dict[str, str]:
        looked_up.append(host)
        return kept.get(host, {})

    engine = pairs(Credentials(auth_of, no_token, Authority(str(tmp_path), {}), told.append)).engine

    def ask(host: str) -> dict[str, Any]:
        return m.CREDENTIALS.decode(
            engine.ask("/moby.filesync.v1.Auth/Credentials", m.ASK_CREDENTIALS.encode({"Host": host})) or b""
        )

    assert ask("r.example") == ask("r.example") == {"Username": "u", "Secret": "p"}
    assert ask("t.example") == {"Username": "", "Secret": "T"}
    assert ask("registry-1.docker.io") == {"Username": "hub", "Secret": "h"}
    assert ask("x.example") == {"Username": "", "Secret": ""}
    assert told == [
        "[auth] sharing credentials for r.example",
        "[auth] sharing credentials for t.example",
        "[auth] sharing credentials for registry-1.docker.io",
    ]
    # a helper program is not asked twice for the same
    assert looked_up == ["r.example", "t.example", "https://index.docker.io/v1/", "x.example"]


def no_token(
    host: str, realm: str, service: str, scopes: Sequence[str], auth: Mapping[str, str], client_id: str
) -> tuple[str, int, int]:
    raise Failure(f"no token of {realm}")


def test_tokens(pairs: Any, tmp_path: Path) -> None:
    """The engine is given tokens, and the proof that they are for the same user as the last time."""
    kept = {"r.example": {"username": "u", "password": "p"}, "s.example": {"registrytoken": "static"}}
    asked: list[Any] = []
    told: list[str] = []

    def fetch(*words: Any) -> tuple[str, int, int]:
        asked.append(words)
        return f"token {len(asked)}", 0 if len(asked) == 1 else 40, len(asked)

    def session(environ: dict[str, str]) -> Connection:
        engine: Connection = pairs(
            Credentials(lambda host: kept.get(host, {}), fetch, Authority(str(tmp_path), environ), told.append)
        ).engine
        return engine

    def token(engine: Connection, host: str) -> dict[str, Any]:
        request = {
            "ClientID": "c",
            "Host": host,
            "Realm": "https://a/",
            "Service": "s",
            "Scopes": ["repository:x/y:pull,push", "repository:z:pull"],
        }
        return m.TOKEN.decode(engine.ask("/moby.filesync.v1.Auth/FetchToken", m.ASK_TOKEN.encode(request)))

    def key(engine: Connection, host: str, salt: bytes = b"salt") -> bytes:
        data: bytes = m.AUTHORITY.decode(
            engine.ask("/moby.filesync.v1.Auth/GetTokenAuthority", m.ASK_AUTHORITY.encode({"Host": host, "Salt": salt}))
        )["PublicKey"]
        return data

    first, second = session({}), session({"BUILDKIT_NO_CLIENT_TOKEN": "false"})
    assert token(first, "r.example") == {"Token": "token 1", "ExpiresIn": 60, "IssuedAt": 1} and token(
        first, "x.example"
    ) == {"Token": "token 2", "ExpiresIn": 40, "IssuedAt": 2}
    assert (
        token(first, "s.example")["Token"] == "static"
        and [w[4] for w in asked] == [kept["r.example"], {}]
        and asked[0][5] == "c"
        and asked[0][0] == "r.example"
    )
    assert told == ["[auth] x/y:pull,push z:pull token for r.example"]
    # one key for each host, salt and user, from one build to the next; one for all who are not known
    assert len(key(first, "r.example")) == 32 and key(first, "r.example") == key(second, "r.example")
    assert len({key(first, "r.example"), key(first, "r.example", b"other"), key(first, "x.example")}) == 3 and key(
        first, "x.example"
    ) == key(first, "y.example")
    request = {"Host": "r.example", "Payload": b"prove it", "Salt": b"salt"}
    signed = m.VERIFIED_AUTHORITY.decode(
        second.ask("/moby.filesync.v1.Auth/VerifyTokenAuthority", m.VERIFY_AUTHORITY.encode(request))
    )["Signed"]
    assert signed[64:] == b"prove it"
    Ed25519PublicKey.from_public_bytes(key(first, "r.example")).verify(signed[:64], b"prove it")
    assert list(json.loads((tmp_path / ".token_seed").read_text())) == ["r.example"]
    before = key(first, "r.example")
    (tmp_path / ".token_seed").write_text('{"r.example": {"Seed": 7}}')
    assert key(session({}), "r.example") != before == key(first, "r.example")
    with pytest.raises(RpcError, match="client side tokens disabled") as caught:
        key(session({"BUILDKIT_NO_CLIENT_TOKEN": "1"}), "r.example")
    assert caught.value.status == 14
    failing = pairs(
        Credentials(lambda host: kept.get(host, {}), no_token, Authority(str(tmp_path / "none"), {}), told.append)
    ).engine
    for host, kind in (("r.example", "oauth"), ("x.example", "anonymous")):
        with pytest.raises(RpcError, match=f"failed to fetch {kind} token: no token of https://a/"):
            token(failing, host)
    assert key(failing, "r.example") == key(failing, "r.example") and not (tmp_path / "none").exists()


def test_tokens_need_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the engine is told so, and fetches them by itself."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(RpcError, match="need the package cryptography") as caught:
        Authority(str(tmp_path), {}).public_key("r", b"", True)
    assert caught.value.status == 14


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=6), st.integers(1, 9))
def test_an_agent_is_asked_for_keys_and_signatures_alone(requests: list[tuple[int, bytes]], step: int) -> None:
    data = b"".join((len(body) + 1).to_bytes(4, "big") + bytes([kind]) + body for kind, body in requests)
    guard = Guard()
    found = [r for at in range(0, len(data), step) for r in guard.feed(data[at : at + step])]
    assert [(ok, r[4], r[5:]) for ok, r in found] == [(kind in (11, 13), kind, body) for kind, body in requests]


def test_an_agent_that_is_malformed_or_missing(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="malformed request"):
        Guard().feed(b"\xff\xff\xff\xff\x0b")
    with pytest.raises(Failure, match="make sure SSH_AUTH_SOCK is set"):
        Agents([("default", ())], {})
    (tmp_path / "key").write_text("no key")
    with pytest.raises(Failure, match=r"failed to parse .*key: not a private key|need ssh-agent"):
        Agents([("a", (str(tmp_path / "key"),))], os.environ)


def test_an_agent_is_lent(pairs: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "agent")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    heard: list[bytes] = []

    def agent() -> None:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(1000):
                heard.append(data)
                peer.sendall(b"answer")

    threading.Thread(target=agent, daemon=True).start()
    engine = pairs(Agents([("default", (path,))], {})).engine
    assert engine.ask("/moby.sshforward.v1.SSH/CheckAgent", b"") == b""
    with pytest.raises(RpcError, match="unset ssh forward key other"):
        engine.ask("/moby.sshforward.v1.SSH/CheckAgent", m.CHECK_AGENT.encode({"ID": "other"}))
    call = engine.call("/moby.sshforward.v1.SSH/ForwardAgent", metadata=[("buildkit.ssh.id", "default")], last=False)
    call.send(m.DATA.encode({"data": b"\0\0\0\x01\x0b"}))
    assert m.DATA.decode(call.receive() or b"")["data"] == b"answer"
    call.send(m.DATA.encode({"data": b"\0\0\0\x01\x13"}))  # remove all identities
    assert m.DATA.decode(call.receive() or b"")["data"] == b"\0\0\0\x01\x05"
    call.end()
    assert call.receive() is None and heard == [b"\0\0\0\x01\x0b"]
    listener.close()


# -- layouts -------------------------------------------------------------------------------------------


def written(engine: Connection, *requests: dict[str, Any], store: str = "local:c") -> list[dict[str, Any]]:
    """Each request of one call of Write, and its answer."""
    call = engine.call(m.CONTENT_SERVICE + "Write", metadata=[(STORE, store)], last=False)
    answers = []
    for i, request in enumerate(requests):
        call.send(m.WRITE_CONTENT.encode({**({} if i else {"ref": "r"}), **request}))
        message = call.receive()
        assert message is not None
        answers.append(m.WRITTEN_CONTENT.decode(message))
    call.end()
    assert call.receive() is None
    return answers


def read_blob(engine: Connection, digest: str, offset: int = 0, size: int = 0) -> bytes:
    call = engine.call(
        m.CONTENT_SERVICE + "Read",
        m.READ_CONTENT.encode({"digest": digest, "offset": offset, "size": size}),
        metadata=[(STORE, "local:c")],
    )
    out = b""
    while (message := call.receive()) is not None:
        part = m.CONTENT.decode(message)
        assert part["offset"] == offset + len(out)
        out += part["data"]
    return out


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_blobs_are_written_and_read(pairs: Any, tmp_path: Path) -> None:
    """A blob has its name when it is whole, and not before; what does not fit is refused."""
    engine = pairs(Content({"local:c": str(tmp_path / "c")})).engine
    data = os.urandom(3 << 20)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    parts = [data[:7], data[7:1000000], data[1000000:]]
    answers = written(
        engine, {"action": m.WRITE_STAT, "total": len(data)}, {"action": m.WRITE_WRITE, "data": parts[0]}, {"action": m.WRITE_WRITE, "offset": 7, "data": parts[1]},
        {"action": m.WRITE_COMMIT, "offset": 1000000, "data": parts[2], "total": len(data), "expected": digest},
    )  # fmt: skip
    assert (
        [a["offset"] for a in answers] == [0, 7, 1000000, len(data)]
        and answers[-1]["digest"] == digest
        and answers[0]["total"] == len(data)
    )
    path = tmp_path / "c" / "blobs" / "sha256" / digest[7:]
    assert (
        path.read_bytes() == data
        and stat.S_IMODE(path.stat().st_mode) & 0o222 == 0
        and files(tmp_path) == [f"c/blobs/sha256/{digest[7:]}"]
    )
    assert (
        read_blob(engine, digest) == data
        and read_blob(engine, digest, 10, 20) == data[10:30]
        and read_blob(engine, digest, len(data) - 1, 99) == data[-1:]
    )
    info = m.CONTENT_INFO_RESPONSE.decode(
        engine.ask(
            m.CONTENT_SERVICE + "Info", m.ASK_CONTENT_INFO.encode({"digest": digest}), metadata=[(STORE, "local:c")]
        )
    )["info"]
    assert (info["digest"], info["size"]) == (digest, len(data)) and info["created_at"] > 0
    # from the start again, as one does who has lost count
    assert (
        written(
            engine,
            {"action": m.WRITE_WRITE, "data": b"lost"},
            {"action": m.WRITE_WRITE, "data": b"ab"},
            {"action": m.WRITE_COMMIT, "offset": 2},
        )[-1]["offset"]
        == 2
    )
    assert (tmp_path / "c" / "blobs" / "sha256" / hashlib.sha256(b"ab").hexdigest()).read_bytes() == b"ab"
    # by the algorithm of the digest that is expected
    longer = f"sha512:{hashlib.sha512(data).hexdigest()}"
    assert (
        written(engine, {"action": m.WRITE_COMMIT, "data": data, "expected": longer})[-1]["offset"] == len(data)
        and read_blob(engine, longer) == data
    )
    before = files(tmp_path)
    for requests, status, words in [
        ([{"action": m.WRITE_COMMIT, "data": b"x", "expected": "sha384:" + "0" * 96}], 9, "unexpected commit digest sha384:"), ([{"action": m.WRITE_COMMIT, "data": b"x", "expected": "md5:" + "0" * 32}], 3, "invalid digest"),
        ([{"expected": digest}], 6, "already exists"), ([{"ref": ""}], 3, "must have a reference"), ([{"action": m.WRITE_WRITE, "offset": 5, "data": b"x"}], 11, "current offset 0"),
        ([{"action": m.WRITE_COMMIT, "data": b"x", "total": 2}], 9, "unexpected commit size 1"), ([{"action": m.WRITE_COMMIT, "data": b"x", "expected": "sha256:" + "0" * 64}], 9, "unexpected commit digest"),
        ([{"expected": "sha256:../../x"}], 3, "invalid digest"),
    ]:  # fmt: skip
        with pytest.raises(RpcError, match=words) as caught:
            written(engine, *requests)
        assert caught.value.status == status
    # given up in the middle: nothing stays
    written(engine, {"action": m.WRITE_WRITE, "data": b"half"})
    assert files(tmp_path) == before
    with pytest.raises(RpcError, match="unknown store local:other") as caught:
        written(engine, {"action": m.WRITE_STAT}, store="local:other")
    assert caught.value.status == 5
    for digest, status in [("sha256:" + "1" * 64, 5), ("sha256:..", 3), ("/etc/passwd", 3)]:
        with pytest.raises(RpcError) as caught:
            read_blob(engine, digest)
        assert caught.value.status == status
    with pytest.raises(RpcError, match="read past object length"):
        read_blob(engine, answers[-1]["digest"], len(data) + 1)
    assert engine.ask(m.CONTENT_SERVICE + "Abort", b"", metadata=[(STORE, "local:c")]) == b""


MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def blob(layout: Layout, data: bytes, kind: str) -> dict[str, Any]:
    """The descriptor of a blob that is written."""
    with layout.incoming() as incoming:
        incoming.write(data)
        incoming.keep(digest := incoming.digest)
    return {"mediaType": kind, "digest": digest, "size": len(data)}


@pytest.mark.parametrize("lost", [None, "config", "layer", "manifest", "size", "list"])
def test_an_image_of_a_layout_is_whole(tmp_path: Path, lost: str | None) -> None:
    layout = Layout(str(tmp_path / "l"))
    parts = {"config": blob(layout, b"{}", "c"), "layer": blob(layout, b"layer", "l")}
    elsewhere = {"mediaType": "l", "digest": "sha256:" + "e" * 64, "size": 1, "urls": ["https://host/layer"]}
    manifest = {"config": parts["config"], "layers": [parts["layer"], elsewhere]} if lost != "list" else {"layers": 7}
    parts["manifest"] = blob(layout, json.dumps(manifest).encode(), MANIFEST)
    index = blob(
        layout, json.dumps({"manifests": [parts["manifest"]]}).encode(), "application/vnd.oci.image.index.v1+json"
    )
    if lost == "size":
        Path(layout.blob(parts["layer"]["digest"])).chmod(0o600)
        Path(layout.blob(parts["layer"]["digest"])).write_bytes(b"lay")
    elif lost in parts:
        Path(layout.blob(parts[lost]["digest"])).unlink()
    if lost is None:
        layout.check(index)
    else:
        with pytest.raises(
            Failure,
            match={"size": "has 3 bytes, not 5", "list": "'layers'|layers"}.get(lost, "incomplete image: blob sha256:"),
        ):
            layout.check(index)


def test_a_layout_names_its_manifests(tmp_path: Path) -> None:
    layout = Layout(str(tmp_path / "l"))
    one, two = ({"mediaType": "t", "digest": f"sha256:{c * 64}", "size": 5, "platform": {"os": "linux"}} for c in "12")
    with pytest.raises(Failure, match=r"could not read .*index.json: open .*: no such file or directory"):
        layout.find("latest")
    layout.put(one, tag="latest")
    layout.put({**two, "annotations": {"z": "1", "a": "<"}}, ["docker.io/library/x:1", "localhost:5000/y"])
    assert (
        files(tmp_path) == ["l/index.json", "l/oci-layout"]
        and (tmp_path / "l" / "oci-layout").read_text() == '{"imageLayoutVersion":"1.0.0"}'
    )
    assert (tmp_path / "l" / "index.json").read_text() == (
        '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"t","digest":"sha256:' + "1" * 64
        + '","size":5,"annotations":{"org.opencontainers.image.ref.name":"latest"},"platform":{"os":"linux"}},'
        + ",".join(
            '{"mediaType":"t","digest":"sha256:' + "2" * 64 + '","size":5,"annotations":{"a":"\\u003c","io.containerd.image.name":"' + name
            + '","org.opencontainers.image.ref.name":"' + tag + '","z":"1"},"platform":{"os":"linux"}}'
            for name, tag in [("docker.io/library/x:1", "1"), ("localhost:5000/y", "")]
        ) + "]}"
    )  # fmt: skip
    for name, digest in [("latest", one), ("1", two), ("docker.io/library/x:1", two), ("localhost:5000/y", two)]:
        assert (layout.find(name) or {})["digest"] == digest["digest"]
    assert layout.find("nope") is None and layout.find("nope", or_only=True) is None
    layout.put(two, tag="latest")
    assert (layout.find("latest") or {})["digest"] == two["digest"] and len(
        json.loads((tmp_path / "l" / "index.json").read_text())["manifests"]
    ) == 3
    alone = Layout(str(tmp_path / "alone"))
    alone.put(one, tag="t")
    assert (alone.find("nope", or_only=True) or {})["digest"] == one["digest"]
    for text in ("x", "[]", '{"manifests":[1]}', '{"manifests":[{}]}', '{"manifests":7}'):
        (tmp_path / "l" / "index.json").write_text(text)
        with pytest.raises(Failure, match=r"malformed .*index\.json"):
            layout.find("latest")
        with pytest.raises(Failure, match="malformed"):
            layout.put(one, tag="latest")
        assert (tmp_path / "l" / "index.json").read_text() == text and files(tmp_path / "l") == [
            "index.json",
            "oci-layout",
        ]
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match=r"could not write .*/file/index\.json"):
        Layout(str(tmp_path / "file")).put(one, tag="x")
    assert [tag_of(n) for n in ("a:1", "h:5000/a", "h:5000/a:2@sha256:3", "a@sha256:3")] == [
        "1",
        "",
        "2@sha256:3",
        "@sha256:3",
    ]


def test_two_builds_may_name_what_they_made_at_once(tmp_path: Path) -> None:
    layout = Layout(str(tmp_path))
    threads = [
        threading.Thread(target=layout.put, args=({"digest": f"sha256:{i:064}", "size": 1},), kwargs={"tag": str(i)})
        for i in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((layout.find(str(i)) or {})["digest"] == f"sha256:{i:064}" for i in range(20)) and files(tmp_path) == [
        "index.json",
        "oci-layout",
    ]
