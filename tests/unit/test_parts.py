"""Parts of files that the system gives to a socket: what arrives, and what does not."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.config.endpoint import Endpoint, Tls
from pydock.engine.engine import Engine
from pydock.engine.http1 import Wire
from pydock.errors import Failure, Unreadable
from pydock.files.files import Files
from pydock.files.part import FilePart
from tests.support.stubs import Stubs, engine_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sendfile is Linux's")


def arrived(blocks: Iterator[bytes]) -> bytes:
    """What an engine gets of a request with this body."""
    ours, theirs = socket.socketpair()
    got = bytearray()

    def read() -> None:
        while data := theirs.recv(1 << 16):
            got.extend(data)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        Wire(ours).send("PUT", b"/", [], blocks, chunked=True)
    finally:
        ours.close()
        thread.join()
        theirs.close()
    return bytes(got)


def joined(data: bytes) -> bytes:
    """The chunks of a request, joined. Fails for a body that is not whole."""
    rest, out = data.partition(b"\r\n\r\n")[2], b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size, 16)
        piece, end, rest = rest[:count], rest[count : count + 2], rest[count + 2 :]
        assert len(piece) == count and end == b"\r\n"
        if not count:
            return out
        out += piece


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=4000), st.integers(1, 900))
def test_a_file_arrives_in_parts_of_any_size(tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int) -> None:
    path = tmp_path_factory.mktemp("part") / "f"
    path.write_bytes(data)
    assert joined(arrived(Files(BytesIO()).blocks(str(path), size, send=lambda: True))) == data


def test_what_a_file_gets_and_loses_while_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(3000))

    def but(change: Callable[[], object]) -> Iterator[bytes]:
        blocks = Files(BytesIO()).blocks(str(path), 1000, send=lambda: True)
        yield next(blocks)
        change()
        yield from blocks

    assert joined(arrived(but(lambda: path.write_bytes(bytes(3000) + b"more")))) == bytes(3000) + b"more"
    with pytest.raises(Failure, match="f became shorter while it was copied: 1504 of 3004 bytes are missing"):
        arrived(but(lambda: os.truncate(path, 1500)))


def test_files_that_the_system_cannot_send_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 1000)

    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "sendfile", refuse)
    number = errno.EINVAL
    assert joined(arrived(Files(BytesIO()).blocks(str(path), 300, send=lambda: True))) == b"x" * 1000
    number = errno.EIO
    with pytest.raises(Failure, match="f: input/output error"):
        arrived(Files(BytesIO()).blocks(str(path), 300, send=lambda: True))
    monkeypatch.undo()
    assert joined(arrived(Files(BytesIO()).blocks("/proc/self/status", send=lambda: True))).startswith(b"Name:")
    with pytest.raises(Unreadable, match="is a directory"):
        list(Files(BytesIO()).blocks(str(tmp_path), send=lambda: True))


def test_an_engine_that_hangs_up_is_the_connections_end(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(1 << 20))
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, path.open("rb") as file, pytest.raises(BrokenPipeError):
        FilePart(file.fileno(), str(path), 0, 1 << 20, 1 << 20).send_to(ours)


def test_only_plain_sockets_take_them() -> None:
    tls = Tls()
    for endpoint, takes in (("unix:///x", True), ("tcp://1.2.3.4:5", True), ("ssh://host", False)):
        assert Engine(Endpoint(endpoint)).takes_files is takes
    assert not Engine(Endpoint("tcp://1.2.3.4:5", tls)).takes_files and not engine_of(Stubs({})).takes_files
