"""The parsers that eat foreign bytes or a user's words, each as a function of bytes.

A target returns, or raises one of the errors that are documented for it; anything else is a finding, as is one that takes
longer than SECONDS. `seeds` are good inputs, which are mutated and repeated.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydock.buildkit.proto import Malformed
from pydock.errors import Failure, NoEngine, RpcError

#: how long one input may take
SECONDS = 10

Errors = tuple[type[Exception], ...]
EXPECTED: Errors = (Failure, ValueError)


@dataclass(frozen=True)
class Target:
    """name; what is called with the bytes; inputs to begin with; errors that are fine."""

    name: str
    call: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    errors: Errors = EXPECTED
    #: does it write below the current folder, or run threads? Then fewer inputs are tried
    heavy: bool = field(default=False)

    def run(self, data: bytes) -> None:
        """Raises what is no documented error."""
        try:
            self.call(data)
        except self.errors as error:
            if isinstance(error, UnicodeError):
                # a ValueError by birth alone: the message is none for a user
                raise AssertionError(f"{type(error).__name__}: {error}") from error
            str(error)


TARGETS: dict[str, Target] = {}


def target(
    *seeds: bytes | str, errors: Errors = EXPECTED, heavy: bool = False, name: str = ""
) -> Callable[[Callable[[bytes], object]], Callable[[bytes], object]]:
    def add(call: Callable[[bytes], object]) -> Callable[[bytes], object]:
        key = name or call.__name__.replace("_", " ").strip()
        TARGETS[key] = Target(key, call, tuple(s if isinstance(s, bytes) else s.encode() for s in seeds), errors, heavy)
        return call

    return add


def text(data: bytes) -> str:
    """As arguments and names come: bytes that are no UTF-8 as surrogate escapes."""
    return data.decode("utf-8", "surrogateescape")


def pieces(data: bytes) -> list[bytes]:
    """The first byte tells how long the pieces are that the rest comes in."""
    size = data[0] if data else 0
    rest = data[1:]
    return [rest[i : i + size] for i in range(0, len(rest), size)] if size else [rest] if rest else []


def words(name: str, call: Callable[[str], object], *seeds: str, errors: Errors = EXPECTED) -> None:
    """A parser of one string."""
    target(*seeds, errors=errors, name=name)(lambda data: call(text(data)))


# -- the engine's connection ---------------------------------------------------------------------------


class Peer:
    """A socket that gives what it was given, in pieces."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)

    def recv(self, size: int) -> bytes:
        return next(self.blocks, b"")

    def read(self) -> bytes:
        return next(self.blocks, b"")

    def sendall(self, data: bytes) -> None: ...
    def write(self, data: bytes) -> None: ...
    def hang_up(self) -> None: ...
    def close(self) -> None: ...


@target(
    b"\x00HTTP/1.1 200 OK\r\nContent-Length: 2\r\nApi-Version: 1.44\r\n\r\nok", b"\x05HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"\x01HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\r\n\r\nno", b"\x00HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\nx", errors=(Failure,))  # fmt: skip
def http_answers(data: bytes) -> None:
    from pydock.engine.http1 import Wire

    wire = Wire(Peer(pieces(data)))  # type: ignore[arg-type]
    for _ in wire.body(wire.head(), "GET"):
        pass
    if wire.reusable and wire.buffer:
        for _ in wire.body(wire.head(), "HEAD"):
            pass


@target("GET\n/_ping\nHost\nx", "POST\n/v1.44/a?b=c\nX-Registry-Auth\n\xff", errors=(Failure,))
def request_heads(data: bytes) -> None:
    from pydock.engine.http1 import request_head

    method, target_, *rest = [*data.split(b"\n", 3), b"", b"", b""][:4]
    head = request_head(text(method), target_, [(rest[0], rest[1])])
    assert head.count(b"\r\n") == head.count(b"\n") == 3
    assert b"\0" not in head


@target(
    b"\x00" + b'{"status": "Pulling", "id": "a"}\n{"error": "x"}\r\n{"aux": {"ID": "b"}}',
    b'\x03{"a": "\\"}{"}[1]',
    b"\x01  {}{}",
    b'\x00{"\xff": 1e5}',
    errors=(Failure,),
)
def streams_of_json(data: bytes) -> None:
    from pydock.api import images
    from pydock.engine.answers import messages_of
    from pydock.render.progress import check, plain_line

    for message in messages_of(images.pull_image("x"), pieces(data)):
        plain_line(message)
        check(message)


@target(
    '{"a": [1, 2.5, "x\\u00e9", null, true]}', '[[[{"a": {}}]]]', '"\\ud83d\\ude00"', "-1.5e+10", errors=(ValueError,)
)
def json_of_strangers(data: bytes) -> None:
    from pydock.go.json import compact, decode, dumps, indented

    value = decode(data)
    dumps(value, indent=" ")
    laid = indented(compact(dumps(value)))
    assert decode(laid) == value


@target(
    b"\x00\x01\x00\x00\x00\x00\x00\x00\x02hi",
    b"\x03\x02\x00\x00\x00\x00\x00\x00\x01x\x01\x00\x00\x00\x00\x00\x00\x00",
    errors=(ValueError,),
)
def stream_frames(data: bytes) -> None:
    from pydock.streams.frames import Decoder

    decoder = Decoder()
    total = sum(len(piece) for block in pieces(data) for _, piece in decoder.feed(block))
    assert total <= len(data)
    assert isinstance(decoder.pending, bool)


@target("ctrl-p,ctrl-q\nabc\x10\x11", "a\naa", "ctrl-a,b\n\x01b", errors=(ValueError,))
def detach_keys(data: bytes) -> None:
    from pydock.streams.detach import Keys, parse

    keys, _, typed = data.partition(b"\n")
    machine = Keys(parse(text(keys)))
    for i in range(len(typed)):
        machine.feed(typed[i : i + 1])


# -- BuildKit --------------------------------------------------------------------------------------------


def _grpc_answer() -> bytes:
    import h2.config
    import h2.connection

    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    client.send_headers(
        1, [(":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "x")], end_stream=True
    )
    server.initiate_connection()
    server.receive_data(client.data_to_send())
    server.send_headers(1, [(":status", "200"), ("content-type", "application/grpc")])
    server.send_data(1, b"\0\0\0\0\3abc" + b"\0\0\0\0\0")
    server.send_headers(
        1, [("grpc-status", "5"), ("grpc-message", "no%20x"), ("grpc-status-details-bin", "CAUSAW4")], end_stream=True
    )
    return bytes(server.data_to_send())


class Later(Peer):
    """One that says nothing before it is told to."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        import threading

        super().__init__(blocks)
        self.go = threading.Event()

    def read(self) -> bytes:
        self.go.wait(SECONDS)
        return next(self.blocks, b"")


class Watched:
    """Errors that would end a thread in silence."""

    def __enter__(self) -> Watched:
        import threading

        self.errors: list[BaseException] = []
        self._before, threading.excepthook = (
            threading.excepthook,
            lambda args: self.errors.append(args.exc_value or SystemError()),
        )
        return self

    def __exit__(self, *problem: object) -> None:
        import threading

        threading.excepthook = self._before
        if self.errors:
            raise self.errors[0]


@target(b"\x00" + _grpc_answer(), b"\x07" + _grpc_answer(), heavy=True, errors=(Failure,))
def grpc_answers(data: bytes) -> None:
    from pydock.buildkit.grpc import Connection

    with Watched() as watched:
        peer = Later(pieces(data))
        connection = Connection(peer)
        call = connection.call("/a/B", b"")
        peer.go.set()
        connection._reader.join(SECONDS)
        try:
            while not watched.errors and call.receive() is not None:
                pass
        except RpcError as error:
            if error.status != 5:
                raise
        finally:
            connection.close()


def _grpc_calls() -> bytes:
    import h2.config
    import h2.connection

    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    for stream, path in ((1, "/moby.filesync.v1.FileSync/DiffCopy"), (3, "/grpc.health.v1.Health/Check")):
        client.send_headers(
            stream,
            [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "x"), ("dir-name", "context")],
        )
        client.send_data(stream, b"\0\0\0\0\2\x08\1", end_stream=True)
    return bytes(client.data_to_send())


@target(b"\x00" + _grpc_calls(), b"\x09" + _grpc_calls(), heavy=True, errors=(Failure,))
def grpc_calls(data: bytes) -> None:
    from pydock.buildkit.grpc import Call, Connection

    def serve(call: Call) -> None:
        try:
            assert isinstance(call.path, str)
            while call.receive() is not None:
                pass
            call.send(b"x")
            call.finish()
        except Failure:
            pass

    with Watched():
        peer = Later(pieces(data))
        connection = Connection(peer, serve)
        peer.go.set()
        connection._reader.join(SECONDS)
        connection.close()


@target(b"\x00\x0a\x03abc", b"\x01\x08\x96\x01\x12\x02\x08\x01", b"\x02\x52\x06\x0a\x01a\x12\x01b", errors=(Malformed,))
def protobuf_messages(data: bytes) -> None:
    from pydock.buildkit import messages
    from pydock.buildkit.proto import Message

    kinds = [m for m in vars(messages).values() if isinstance(m, Message)]
    kind = kinds[(data[0] if data else 0) % len(kinds)]
    value = kind.decode(data[1:])
    assert kind.decode(kind.encode(value)) == value


def _status() -> bytes:
    from pydock.buildkit.messages import STATUS_RESPONSE

    now = 10**18
    vertexes = [
        {"digest": "d", "name": "n", "started": now, "completed": 2 * now, "error": "e"},
        {"digest": "g", "name": "m", "started": now, "progressGroup": {"id": "i", "name": "g"}},
    ]
    warning = {
        "vertex": "d",
        "short": b"w",
        "detail": [b"x"],
        "info": {"filename": "f", "data": b"1\n2"},
        "ranges": [{"start": {"line": 1}, "end": {"line": 2}}],
    }
    statuses = [{"ID": "s", "vertex": "d", "current": 1, "total": 2, "timestamp": now, "started": now}]
    return STATUS_RESPONSE.encode(
        {
            "vertexes": vertexes,
            "statuses": statuses,
            "logs": [{"vertex": "d", "msg": b"a\nb", "timestamp": now}],
            "warnings": [warning],
        }
    )


@target(_status(), errors=())
def progress_of_builds(data: bytes) -> None:
    from pydock.buildkit.messages import STATUS_RESPONSE
    from pydock.render.build_live import cut, fitting, rows
    from pydock.render.build_report import unique_warnings, warnings_text
    from pydock.render.plain_steps import Plain, raw_json
    from pydock.render.steps import Trace

    trace = Trace()
    plain = Plain(trace, "x")
    for i, part in enumerate(data.split(b"\xff\xff\xff")):
        try:
            status = STATUS_RESPONSE.decode(part)
        except Malformed:
            return
        raw_json(status)
        trace.update(status, i)
        plain.draw(i)
    trace.failures()
    for row in fitting(rows(trace, 10**18), 20):
        cut(row.line(80), 80)
    warnings_text(unique_warnings(trace.warnings), debug=True)


class Packets:
    """A call that receives packets, each with its length (2 bytes) before it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.sent = data, 0

    def header(self, name: str) -> str:
        return ""

    def header_list(self, name: str) -> list[str]:
        return []

    def receive(self) -> bytes | None:
        if len(self.data) < 2:
            return None
        size = int.from_bytes(self.data[:2], "big") % 300
        message, self.data = self.data[2 : 2 + size], self.data[2 + size :]
        return message

    def peek(self) -> bytes | None:
        return None

    def waiting(self) -> bool:
        return True

    def send(self, *messages: bytes) -> None:
        self.sent += len(messages)

    def finish(self, status: int = 0, reason: str = "") -> None: ...
    def end(self) -> None: ...


def _packets() -> bytes:
    from pydock.buildkit.messages import PACKET, PACKET_DATA, PACKET_FIN, PACKET_STAT

    stats: list[dict[str, Any]] = [
        {"path": "a", "mode": 0o644, "size": 1, "modTime": 10**9}, {"path": "d", "mode": 1 << 31 | 0o755}, {"path": "d/l", "mode": 1 << 27 | 0o777, "linkname": "../a"},
        {"path": "e", "mode": 0o600, "linkname": "a"}, {"path": "f", "mode": 1 << 25 | 0o600, "xattrs": {"user.x": b"1"}},
    ]  # fmt: skip
    sent = [PACKET.encode({"type": PACKET_STAT, "stat": s}) for s in stats]
    sent += [
        PACKET.encode({"type": PACKET_STAT}),
        PACKET.encode({"type": PACKET_DATA, "ID": 0, "data": b"x"}),
        PACKET.encode({"type": PACKET_DATA, "ID": 0}),
    ]
    return b"".join(len(p).to_bytes(2, "big") + p for p in [*sent, PACKET.encode({"type": PACKET_FIN})])


@target(_packets(), errors=(Failure, Malformed), heavy=True)
def exports_of_folders(data: bytes) -> None:
    import tempfile

    from pydock.buildkit.receive import Receiving

    with tempfile.TemporaryDirectory() as above:
        folder = os.path.join(above, "in", "folder")
        os.makedirs(folder)
        try:
            Receiving(Packets(data), folder).run()  # type: ignore[arg-type]
        finally:
            assert os.listdir(above) == ["in"]
            assert os.listdir(os.path.join(above, "in")) == ["folder"]


@target(b"\x00\x00\x00\x01\x0b", b"\x00\x00\x00\x05\x0d1234\x00\x00\x00\x02\x13\x00", errors=(Failure,))
def requests_to_ssh_agents(data: bytes) -> None:
    from pydock.buildkit.secrets import Guard

    guard = Guard()
    for block in pieces(b"\x03" + data):
        guard.feed(block)


# -- archives --------------------------------------------------------------------------------------------


def tar(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.pax_headers = len(content), {"SCHILY.xattr.user.x": "1"} if content else {}
            info.type = tarfile.REGTYPE if content else tarfile.DIRTYPE
            archive.addfile(info, io.BytesIO(content))
        for name, kind in (("l", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, next(iter(files), "")
            archive.addfile(info)
    return out.getvalue()


@target(tar(a=b"x", d=b""), tar(**{"d/" + "n" * 120: b"y" * 600}), errors=(Failure,), heavy=True)
def archives_of_containers(data: bytes) -> None:
    import tempfile

    from pydock.archive.unpack import unpack

    with tempfile.TemporaryDirectory() as above:
        folder = os.path.join(above, "in", "folder")
        os.makedirs(folder)
        try:
            unpack(pieces(b"\x00" + data), folder, lambda name: name)
        finally:
            assert os.listdir(above) == ["in"]
            assert os.listdir(os.path.join(above, "in")) == ["folder"]


@target(tar(a=b"x", d=b""), tar(**{"d/" + "n" * 120: b"y" * 600}), errors=(Failure,))
def archives_between_containers(data: bytes) -> None:
    """What is rewritten is an archive again, of the same content under the new names."""
    from pydock.archive.rewrite import listed, rewritten
    from pydock.values import replace

    whole = pieces(b"\x09" + data)
    before = list(listed(whole))
    after = list(listed(rewritten(whole, lambda e: replace(e, name=f"new/{e.name}", uid=5, gid=3_000_000))))
    assert [(e.size, e.uid, e.gid) for e in after] == [(e.size, 5, 3_000_000) for e in before]
    assert all(f"{new.name}/".startswith("new/") for new in after)
    assert list(listed(rewritten(whole, lambda e: e))) == before


def sparse(form: str) -> bytes:
    from tests.unit.test_archive import sparse_tar

    return sparse_tar(form)


@target(*map(sparse, ("gnu", "1.0", "0.1")), errors=(Failure,))
def sparse_archives(data: bytes) -> None:
    from pydock.archive.rewrite import rewritten

    for count, _ in enumerate(rewritten(pieces(b"\x70" + data), lambda e: e)):
        # zeros without end are what the archive says
        if count > 20:
            break


@target(*(pack(b"x" * 3000) for pack in (gzip.compress, bz2.compress, lzma.compress)), b"plain", errors=(Failure,))
def compressed_archives(data: bytes) -> None:
    from pydock.archive.plain import PIECE, plain

    for count, piece in enumerate(plain(pieces(b"\x11" + data))):
        assert len(piece) <= max(PIECE, len(data))
        if count > 20:
            break


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


META = b'{"Name": "x", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://h:1", "SkipTLSVerify": false}}}'


@target(
    tar(**{"meta.json": META, "tls": b"", "tls/docker": b"", "tls/docker/ca.pem": b"x"}),
    zipped(**{"meta.json": META, "tls/docker/ca.pem": b"x"}),
    errors=(ValueError,),
)
def archives_of_contexts(data: bytes) -> None:
    from pydock.config.context_archive import LIMIT, pack, unpack

    meta, tls = unpack(data)
    assert sum(map(len, tls.values())) <= LIMIT
    assert unpack(pack(meta, tls))[0] == meta


@target(tar(a=b"x"), b"\x1f\x8b\x08abc", b"FROM x", b"BZh91AY", b"\xfd7zXZ\x00", b"(\xb5/\xfd", errors=())
def heads_of_build_contexts(data: bytes) -> None:
    from pydock.archive.build_context import is_archive, with_head

    head, blocks = with_head(iter(pieces(b"\x07" + data)))
    is_archive(head)
    assert b"".join(blocks) == data


# -- patterns --------------------------------------------------------------------------------------------


@target(
    "# c\n*.pyc\n!keep/**\n/abs\n\\a[b-c]?\na/b/c.pyc",
    "**/x\n[^a]\n!**\nb",
    "[[:alpha:]]\n\\d*\nd",
    errors=(ValueError,),
)
def ignore_files(data: bytes) -> None:
    from pydock.archive.ignore import Matcher, read_ignore_file

    patterns, _, name = data.rpartition(b"\n")
    matcher = Matcher(read_ignore_file(patterns))
    path = text(name)
    matcher.matches(path)
    matcher.matches_itself(path)
    matcher.within(path, ())
    matcher.could_match_below(path, exceptions=True)


# -- files of the user's ---------------------------------------------------------------------------------


def _kept_in(data: bytes) -> Any:
    import tempfile

    from pydock.config.file import load

    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "config.json"), "wb") as file:
            file.write(data)
        return load(folder)[0]


@target(
    '{"auths": {"h": {"auth": "dTpw"}}, "HttpHeaders": {"a": "b"}, "proxies": {"default": {"httpProxy": "x"}}, "psFormat": "x", "currentContext": "c"}',
    heavy=True,
    errors=(),
)
def config_json(data: bytes) -> None:
    from pydock.config.credentials import known, lookup

    config = _kept_in(data)
    _ = (config.current_context, config.detach_keys, config.http_headers, config.texts("cliPluginsExtraDirs"))
    config.proxy_environment("h")
    config.data = {k: v for k, v in config.data.items() if k not in ("credsStore", "credHelpers")}
    known(config, {"PATH": ""})
    lookup(config, {"PATH": ""}, "h")


@target(META, '{"Name": "x"}', heavy=True, errors=(ValueError,))
def contexts(data: bytes) -> None:
    import tempfile

    from pydock.config.contexts import Store
    from pydock.config.endpoint import from_context

    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        os.makedirs(store.meta_path("x"))
        with open(os.path.join(store.meta_path("x"), "meta.json"), "wb") as file:
            file.write(data)
        store.names()
        from_context("x", store)


@target(
    '{"Ref": "r/x:1", "Descriptor": {"mediaType": "m", "digest": "sha256:d", "size": 1, "platform": {"os": "linux"}}, "Raw": "e30="}',
    heavy=True,
    errors=(Failure,),
)
def stored_manifests(data: bytes) -> None:
    import tempfile

    from pydock.commands.manifest import list_text, raw_of
    from pydock.config.manifests import ManifestStore

    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "manifests", "x"))
        with open(os.path.join(folder, "manifests", "x", "y"), "wb") as file:
            file.write(data)
        images = ManifestStore(folder).images("x")
        list_text(images)
        raw_of(images[0])


@target('{"auths": {"h": {"auth": "dTpw"}, "https://g/v1/": {"username": "u", "password": "p"}}}', errors=())
def credentials_in_the_environment(data: bytes) -> None:
    from pydock.config.credentials import environment_problem, lookup
    from pydock.config.file import ConfigFile

    environ = {"DOCKER_AUTH_CONFIG": text(data), "PATH": ""}
    environment_problem(environ)
    lookup(ConfigFile("/nonexistent", {"auths": {"x": {}}}), environ, "h")


@target('{"Username": "u", "Secret": "s"}', '{"h": "u"}', "credentials not found in native keychain", errors=())
def answers_of_credential_helpers(data: bytes) -> None:
    from pydock.config import credentials
    from pydock.config.file import ConfigFile

    before, credentials._run = credentials._run, lambda *_: (data, "")  # type: ignore[assignment]
    try:
        config = ConfigFile("/nonexistent", {"credsStore": "x"})
        credentials.known(config, {"PATH": ""})
        credentials.lookup(config, {"PATH": ""}, "h")
    finally:
        credentials._run = before


@target("\ufeffA=1\n# c\nB\nC=2 \r\n", errors=(ValueError,))
def files_of_variables(data: bytes) -> None:
    from pydock.flags.pairs import key_value_lines

    key_value_lines(data, "f", {"B": "2"})
    key_value_lines(data, "f", None)


@target(
    '{"version": 1, "rules": [{"action": "DENY", "selector": {"identifier": "docker-image://*"}, "updates": {"identifier": "x", "attrs": {"a": "b"}}}]}',
    errors=(ValueError,),
)
def source_policies(data: bytes) -> None:
    from pydock.buildkit.messages import POLICY
    from pydock.commands.build.policy import source_policy

    POLICY.encode(source_policy(data))


# -- registries ------------------------------------------------------------------------------------------


@target(
    '{"schemaVersion": 2, "config": {"digest": "sha256:c"}, "layers": [{"digest": "sha256:l"}]}',
    '{"manifests": [{"digest": "sha256:d", "platform": {"os": "linux"}}]}',
    errors=(Failure,),
)
def documents_of_registries(data: bytes) -> None:
    from pydock.commands.manifest import Reference, blobs_of, fetch_image, list_text, stored
    from pydock.registry.client import MANIFEST, Document

    document = Document(MANIFEST, "sha256:d", data)

    class Same:
        def blob(self, path: str, digest: str) -> Document:
            return document

    image = stored("r/x:1", document, {})
    list_text([image])
    fetch_image(Same(), Reference("r", "x", "1"), document, "r/x:1")  # type: ignore[arg-type]
    blobs_of(image)


@target(
    'Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull"', 'Basic realm="a\\"b", Bearer realm=x', "Negotiate abc==, Bearer realm=\"http://[::1]/\"", errors=(Failure,))  # fmt: skip
def challenges_of_registries(data: bytes) -> None:
    from pydock.registry.challenge import challenges
    from pydock.registry.tokens import check_realm

    for _, parameters in challenges(data.decode("latin1")):
        if "realm" in parameters:
            check_realm(parameters["realm"], "reg", secure=True)


@target(
    '{"token": "t", "expires_in": 60, "issued_at": "2024-01-02T03:04:05Z"}',
    '{"errors": [{"code": "DENIED", "message": "no"}]}',
    '{"access_token": "a"}',
    errors=(Failure,),
)
def answers_of_registries(data: bytes) -> None:
    from pydock.registry import tokens
    from pydock.registry.web import Answer

    answer = Answer("https://r/", 200, "OK", {"retry-after": text(data[:9])}, data)
    tokens.message(answer)
    tokens._token("GET", "https://r/", answer)


@target("/v2/x?y", "https://h:1/a", "//h/%00", errors=(ValueError,))
def redirects_of_registries(data: bytes) -> None:
    import httpx

    from pydock.registry.web import _target

    response = httpx.Response(307, headers=[(b"location", data)], request=httpx.Request("GET", "https://r/"))
    _target("https://r/v2/", response, "GET")


# -- answers about builds --------------------------------------------------------------------------------

RESULT = (
    '{"warnings": [{"ruleName": "R", "url": "u", "detail": "d", "location": {"sourceIndex": 0, "ranges": [{"start": {"line": 1}, "end": {"line": 2}}]}}],'
    '"sources": [{"filename": "Dockerfile", "data": "RlJPTSB4CkNPUFkgYSBi"}], "buildError": {"message": "m", "location": {}}, "name": "n",'
    '"args": [{"name": "A"}], "secrets": [{"name": "s", "required": true}], "targets": [{"name": "t", "default": true}]}'
)


@target(RESULT, errors=(Failure,))
def answers_about_dockerfiles(data: bytes) -> None:
    from pydock.render.build_report import answer

    for name in ("lint", "outline", "targets", "other"):
        answer(name, "", {"result.json": data.decode("utf-8", "replace")}, "")


@target(
    '{"info": {"filename": "Dockerfile", "data": "RlJPTSB4"}, "ranges": [{"start": {"line": 1}, "end": {"line": 1}}]}',
    errors=(),
)
def sources_of_errors(data: bytes) -> None:
    from pydock.buildkit.solve import json_source
    from pydock.render.build_report import excerpt

    if source := json_source(data):
        excerpt(source["info"].get("filename") or "", source["info"]["data"], source["ranges"])


@target(
    '{"containerimage.digest": "sha256:d", "a": "e30=", "result.json": "[{}]"}',
    '{"mediaType": "m", "digest": "d", "size": 1}',
    '{"predicate": {"metadata": {}}}',
    errors=(),
)
def answers_of_exporters(data: bytes) -> None:
    from pydock.commands.build.result import descriptor, image_id, metadata_text, provenance

    shown = data.decode("utf-8", "replace")
    response = {"a": shown, "containerimage.digest": shown, "result.json": shown}
    image_id(response)
    metadata_text(response, [])
    for call in (
        lambda: descriptor(shown),
        lambda: descriptor(shown, encoded=True),
        lambda: provenance(data, whole=False),
    ):
        try:
            call()
        except EXPECTED:
            continue


@target("eyJtb2RlIjogMSwgImxpbmtUYXJnZXQiOiAieCJ9", errors=(Failure,))
def facts_of_paths(data: bytes) -> None:
    from pydock.commands.container.copying import PathStat

    PathStat.parse(text(data))


# -- templates -------------------------------------------------------------------------------------------

DOT: dict[str, Any] = {
    "Name": "x", "List": [1, "a", None, {"b": 2.5}], "Map": {"k": ["v"], "n": None}, "Number": 7, "Float": 1e10, "True": True, "Text": "é\n\x1b\udcff", "Long": "a" * 30,
}  # fmt: skip


@target(
    "{{.Name}} {{json .Map}}", "{{range $i, $e := .List}}{{$i}}={{$e}}{{else}}x{{end}}", '{{if and .True (eq .Number 7)}}{{printf "%5.2f|%-4s|%q" .Float .Name .Text}}{{end}}',
    '{{with .Map}}{{index . "k" 0 | upper | printf "%v"}}{{end}}', '{{define "t"}}{{.}}{{end}}{{template "t" .List}}', "{{/* c */ -}} {{- len .List}} {{slice .Long 1 3}}",
    '{{truncate .Long 3}}{{pad .Name 1 2}}{{join (split .Name ",") "-"}}{{html .Text}}{{js .Text}}{{urlquery .Text}}{{println .}}', "table {{.Name}}\\t{{.Number}}",
    "{{'a'}}{{0x1F}}{{1e3}}{{`raw`}}{{(.Map).k}}{{$x := 1}}{{$x = 2}}{{$x}}{{break}}{{not .True}}{{lt 1 2.5}}{{block \"b\" .}}{{end}}", errors=(Failure,))  # fmt: skip
def templates(data: bytes) -> None:
    from pydock.go.kinds import untyped
    from pydock.render.format import Format
    from pydock.render.listing import listing
    from pydock.render.templated import compile_template

    form = Format.parse(text(data))
    compile_template(form.template)
    listing([untyped(DOT)], {"Name": "NAME"}, form, "{{.Name}}")


@target("a\tb\nccc\td\n", "x\t\ty\n\n", "é\t漢字\n\tz\n\v\f", errors=())
def tables(data: bytes) -> None:
    from pydock.render.shown import as_log, on_one_line, shown
    from pydock.render.table import align, columns

    shown_text = text(data)
    align(shown_text)
    columns([line.split("\t") for line in shown_text.split("\n")])
    as_log(shown_text)
    on_one_line(shown_text)
    assert not [c for c in shown(shown_text) if (c < " " and c not in "\n\t") or "\x7f" <= c < "\xa0"]


@target(b"\x00\x00\x00\x00\x00\x00\xf0\x3f", b"\xff" * 8, b"\x00" * 8, errors=())
def human_sizes(data: bytes) -> None:
    import struct

    from pydock.go.strconv import format_duration, parse_duration
    from pydock.render.human import ago, bytes_size, duration, ellipsis, natural, size

    (real,) = struct.unpack("<d", (data + bytes(8))[:8])
    (whole,) = struct.unpack("<q", (data + bytes(8))[:8])
    assert parse_duration(format_duration(whole)) == whole
    for number in (whole, *([real] if real - real == 0 else [])):
        size(number)
        bytes_size(number)
        duration(number)
        ago(number, 1.7e9)
    natural(text(data))
    ellipsis(text(data), whole % 50)


# -- words of the command line ---------------------------------------------------------------------------


def _flags() -> None:
    from pydock.flags import builds, devices, mounts, networks, pairs, ports, reference, services, times, units

    own = (ValueError,)
    words("sizes", units.ram_bytes, "1.5g", "10MiB", "7", "100 kb", errors=own)
    words("sizes of swap", units.swap_bytes, "-1", "1g", errors=own)
    words("cpus", units.nano_cpus, "1.5", ".5", "1/2", "1e9", errors=own)
    words("ulimits", lambda t: units.ulimit_objects([units.ulimit(t)]), "nofile=1024:2048", "core=-1", errors=own)
    words("weights of devices", units.weight_device, "/dev/sda:100", errors=own)
    words("rates of devices", units.rate_device, "/dev/sda:1mb", errors=own)
    words("operations of devices", units.iops_device, "/dev/sda:1000", errors=own)
    words(
        "moments",
        lambda t: times.timestamp(t, 1.7e9),
        "10m",
        "2024-01-02T03:04:05.678Z",
        "2024-01-02",
        "1700000000.5",
        "2024-01-02T03+01:00",
        errors=own,
    )
    words(
        "references",
        lambda t: (str(reference.parse(t).tagged()), reference.parse(t).familiar),
        "reg:5000/a/b:1@sha256:" + "a" * 64,
        "nginx",
        "[::1]:5000/x",
        errors=own,
    )
    words("exact references", reference.exact, "reg/a:b", errors=own)
    words("names of images", reference.tag, "a/b:1", errors=own)
    words("hosts of registries", reference.registry_host, "https://reg:5000/v2/", errors=())
    words("platforms", lambda t: reference.platform(t, "amd64"), "linux/arm/v7", "aarch64", errors=own)
    words(
        "mounts",
        mounts.mount,
        "type=bind,source=/a,target=/b,readonly",
        'type=volume,"volume-opt=a=b,c",dst=/x,volume-nocopy',
        "type=tmpfs,target=/t,tmpfs-mode=1777,tmpfs-size=1m",
        errors=own,
    )
    words("volumes", lambda t: mounts.volume(t, "/cwd"), "/a:/b:ro", "C:\\x:/y", "name:/c:z,nocopy", errors=own)
    words(
        "ports",
        lambda t: ports.bindings(ports.publish(t)),
        "127.0.0.1:8000-8010:80-90/tcp",
        "[::1]:80:80/udp",
        "target=80,published=8080,protocol=tcp,mode=host",
        errors=own,
    )
    words("exposed ports", ports.expose, "80-90/tcp", errors=own)
    words("networks", networks.attachment, "name=n,alias=a,ip=1.2.3.4,driver-opt=a=b,gw-priority=1", "host", errors=own)
    words(
        "ports of services", services.publish, "8000-8010:80-90/tcp", "target=80,published=8080,mode=host", errors=own
    )
    words("secrets of services", services.secret, "source=a,target=/b,uid=1,gid=2,mode=0400", "a", errors=own)
    words("credential specs", services.credential_spec, "config://a", "file://b", errors=own)
    words("preferences", services.preference, "spread=node.labels.a", errors=own)
    words(
        "user-defined resources",
        lambda t: services.generic_resources((services.generic_resource(t),)),
        "gpu=2",
        errors=own,
    )
    words("words of a shell", services.shell_words, 'a \'b c\' "d\\"e" f\\ g # h', errors=own)
    words("ratios", services.float32, "0.1", "1e30", errors=own)
    words("devices", devices.device, "/dev/a:/dev/b:rwm", errors=own)
    words("rules of cgroups", devices.cgroup_rule, "c 1:3 rwm", errors=own)
    words("gpus", devices.gpus, "all", 'device=0,"capabilities=a,b",count=2', errors=own)
    words("fields with commas", pairs.csv_fields, 'a,"b,""c""",d', errors=own)
    words("variables", pairs.env, "A=b", errors=own)
    words("labels", pairs.label, "a=b", errors=own)
    words("filters", pairs.filter_pair, "name=x", errors=own)
    words("sysctls", pairs.sysctl, "net.a=1", errors=own)
    words("addresses", pairs.ip_address, "::1", "1.2.3.4", errors=own)
    words("extra hosts", pairs.extra_host, "h:1.2.3.4", "h=[::1]", errors=own)
    words("search domains", pairs.dns_search, "a.b-c.d", ".", errors=own)
    words("links", pairs.link, "a:b", errors=own)
    words("attached streams", pairs.attach_stream, "stdin", errors=own)
    words("hardware addresses", pairs.is_mac, "92:d0:c6:0a:29:33", "92d0.c60a.2933", errors=own)
    words("outputs of builds", builds.output, "type=local,dest=x", "-", "out", errors=own)
    words("caches of builds", builds.caches, "type=registry,ref=a/b", "user/app:cache", errors=own)
    words("secrets", builds.secret, "id=a,src=/f", "type=env,id=b,env=C", errors=own)
    words("agents", builds.agent, "default=/a,/b", errors=own)
    words("attestations", builds.attestation, "type=provenance,mode=max", "type=sbom,disabled=true", errors=own)
    words("shorthands of attestations", lambda t: builds.shorthand("provenance", t), "mode=max", "true", errors=own)
    words("named contexts", builds.named_context, "a=docker-image://x", errors=own)
    words("questions", builds.call, "check,format=json", "outline", errors=own)
    words("annotations", builds.annotation, "manifest[linux/amd64],index:a=b", errors=own)
    words("entitlements", builds.entitlement, "network.host", errors=own)
    words("extra hosts of builds", lambda t: builds.extra_host(t, "1.2.3.4"), "h:host-gateway", errors=own)


_flags()


def _others() -> None:
    from pydock import copypaths
    from pydock.archive.build_context import is_git
    from pydock.buildkit.origin import _without_password
    from pydock.config.endpoint import Endpoint, custom_headers, parse_host
    from pydock.engine.dial import ssh_command
    from pydock.engine.engine import Engine
    from pydock.go import filepath
    from pydock.go import strconv as golang
    from pydock.go.template.parser import unquote

    def numbers(t: str) -> None:
        for call in (golang.parse_bool, golang.parse_int, golang.parse_uint, golang.parse_float):
            try:
                call(t)
            except ValueError:
                continue
        golang.parse_rfc3339(t)

    def hosts(t: str) -> None:
        host = parse_host(t)
        if host.startswith("ssh://"):
            command = ssh_command(host)
            assert command[command.index("--") + 1]
        elif host.startswith("tcp://"):
            Engine(Endpoint(host)).close()

    def patterns(t: str) -> None:
        glob = copypaths.Glob(t)
        names = t.strip("/").split("/")
        glob.fits_all(names)
        assert glob.parts or glob.path(()) == t

    def owners(t: str) -> None:
        from pydock.flags.owners import owner

        owner(t).numbers("a:x:1:2::/:\n", "b:x:3:\n")

    def places(t: str) -> None:
        cleaned = filepath.clean(t)
        assert filepath.clean(cleaned) == cleaned
        copypaths.split_argument(t)
        copypaths.split_entry(t)
        copypaths.rebased(t, cleaned)
        copypaths.link_target(t, t)

    words("numbers", numbers, "0x1F", "1_000", "-0b1", "1e5", "true", "2024-01-02T03:04:05.678Z")
    words("patterns of copies", patterns, "/var/log/*.log", "a/[!b]?/.", "[", "\\*", errors=(Failure,))
    words("owners of copies", owners, "a:b", "1000:1000", ":b", "app", errors=(ValueError,))
    words("durations", golang.parse_duration, "1h30m5.5s", "-1.5us", ".5h", "0", errors=(ValueError,))
    words("quoted text", lambda t: unquote(golang.quote(t)), 'a"\\\n\x01é\U0001f600', errors=())
    words("addresses of engines", hosts, "tcp://h:1/p", "ssh://u@h:22/s", "unix:///a", "h:1", "tcp://[::1]:2375")
    words("custom headers", lambda t: custom_headers(t, {}), 'a=b,"c=d,e"', errors=(NoEngine,))
    words(
        "places of git repositories",
        lambda t: (is_git(t), _without_password(t)),
        "https://u:p@h/x.git#main:sub",
        "git@h:x",
        "github.com/a/b",
        errors=(),
    )
    words("paths", places, "a/../b//c/.", "C:\\x", "name:/a/b", errors=())


_others()


@target(
    "-p=80\n--name\nx\nbusybox\nls", "-itd\n--env=A=b\n--mount\ntype=bind\nx", "--memory\n1g\n--rm=false\n-v/a:/b\nx", "-h", "--\n-x",
    "--network\nname=a,alias=b\n--device\n/dev/a\n--gpus\nall\nx", "--health-cmd\nx\n--ulimit\na=1\n--label\na\nx", errors=())  # fmt: skip
def command_lines(data: bytes) -> None:
    from tests.support.cli import Optional, cli, refused

    table = {("POST", "/containers/create"): Optional(refused(500, "no"))}
    argv = [
        w for w in text(data).split("\n") if "file" not in w and not w.startswith(("-c", "-H", "--h", "--con", "--tls"))
    ]
    result = cli("create", *argv, table=table)
    assert "This is a bug in pydock" not in result.err, result.err


# -- answers of the promised shape -----------------------------------------------------------------------

#: values that are nowhere expected, though they are JSON
ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    2**63,
    2**64 - 1,
    1.5,
    1e300,
    True,
    "",
    "x",
    "\x1b[2J\r\n",
    "sha256:",
    "é" * 40,
    "2024-13-45T99:99:99Z",
    "0001-01-01T00:00:00Z",
    [],
    {},
    [None],
    [""],
    {"": None},
)
LISTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("ps", "-a"), "containers"), (("ps", "--format", "{{json .}}"), "containers"), (("images",), "images"), (("images", "--tree"), "images"), (("volume", "ls"), "volumes"),
    (("network", "ls"), "networks"), (("history", "x"), "history"), (("system", "df"), "df"), (("system", "df", "-v"), "df"), (("info",), "info"), (("version",), "version"),
    (("search", "x"), "search"), (("port", "x"), "inspect"), (("top", "x"), "top"), (("diff", "x"), "diff"), (("plugin", "ls"), "plugins"), (("inspect", "--type", "container", "x"), "inspect"),
    (("stats", "--no-stream", "x"), "stats"), (("events",), "events"), (("image", "inspect", "x"), "image"), (("container", "prune", "-f"), "prune"), (("wait", "x"), "wait"),
)  # fmt: skip


class Source:
    """Bytes as choices."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def below(self, count: int) -> int:
        self.at += 1
        return self.data[self.at - 1] % count if self.at <= len(self.data) and count else 0


def promised(shape: Any, source: Source, depth: int = 0) -> Any:
    """A value that has the shape, and odd ones wherever the shape leaves that open."""
    from pydock.shape import opt

    if type(shape) is opt:
        return None if source.below(4) == 1 else promised(shape.shape, source, depth)
    if shape in (str, int, float, bool):
        fitting = [v for v in ODD if type(v) is shape]
        return fitting[source.below(len(fitting))]
    if type(shape) is list:
        return [promised(shape[0], source, depth + 1) for _ in range(source.below(4))]
    if shape is list or shape is None:
        return [ODD[source.below(len(ODD))] for _ in range(source.below(3))]
    if shape is dict:
        return {k: ODD[source.below(len(ODD))] for k in ("Name", "a")[: source.below(3)]}
    if str in shape:
        return {
            ("k", "80/tcp", "")[source.below(3)]: promised(shape[str], source, depth + 1)
            for _ in range(source.below(3))
        }
    return {
        k: promised(v, source, depth + 1) for k, v in shape.items() if not (type(v) is opt and source.below(4) == 0)
    }


def promising(source: Source) -> Any:
    """An engine client all of whose answers have the promised shape."""
    from pydock.config.endpoint import Endpoint
    from pydock.engine.answers import checked
    from pydock.engine.engine import Engine, Ping
    from pydock.go.json import dumps

    class Promising(Engine):
        _ping = Ping(True, "1.51", "linux", False)

        def json(self, request: Any) -> Any:
            return checked(request, promised(request.answer, source))

        def read(self, request: Any) -> bytes:
            return dumps(self.json(request)).encode()

        def text(self, request: Any) -> str:
            return self.read(request).decode()

        def messages(self, request: Any) -> Iterator[Any]:
            for _ in range(1 + source.below(3)):
                yield self.json(request)

        def background(self, request: Any) -> Any:
            engine, answer = self, self.json(request)
            return type(
                "Later",
                (),
                {
                    "json": lambda _: answer,
                    "header": lambda *_: "",
                    "messages": lambda _: engine.messages(request),
                    "close": lambda _: None,
                },
            )()

    return Promising(Endpoint("unix:///fake.sock"))


@target(*(bytes([i]) + bytes(range(200)) for i in range(len(LISTS))), heavy=True, errors=())
def answers_of_the_promised_shape(data: bytes) -> None:
    from pydock.app import App
    from pydock.main import run

    source = Source(data)
    out, err = io.BytesIO(), io.BytesIO()
    app = App(out, err, io.BytesIO(), {"HOME": "/nonexistent"}, "docker", engine=promising(source))
    argv = LISTS[source.below(len(LISTS))][0]
    run(app, list(argv))
    said = err.getvalue().decode("utf-8", "replace")
    assert "This is a bug in pydock" not in said, f"{argv}: {said}"


# -- compose files ---------------------------------------------------------------------------------


def _compose_files() -> tuple[str, ...]:
    from tests.support.composed import cases

    return tuple(text for case in cases() for path, text in case.files.items() if path.endswith(".yml"))


@target(*_compose_files())
def compose_file(data: bytes) -> object:
    """Read, checked, written, and converted for a swarm."""
    from pydock.commands.stack.namespace import Namespace
    from pydock.commands.stack.service_spec import service_spec
    from pydock.commands.stack.specs import network_spec, used_networks
    from pydock.compose.loading import Surroundings, load, parse, text_of

    around = Surroundings("/work", {"TAG": "1", "N": "3"}, lambda path: b"A=1\n", str)
    config = load([parse("a.yml", data)] * (1 + len(data) % 2), around, interpolated=len(data) % 3 > 0)
    stack = Namespace("app")
    specs = [service_spec(name, config, stack, [], [], (1, 50)) for name in config.services]
    return text_of(config), specs, [network_spec(n, config.networks.get(n) or {}, stack) for n in used_networks(config)]
