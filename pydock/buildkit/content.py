"""OCI layouts on this host, served to the engine: local build cache (`--cache-from`, `--cache-to type=local`), images
as contexts (`--build-context oci-layout://…`), and images that are exported unpacked (`--output type=oci,tar=false`).

The part of containerd's content service (api/services/content/v1) that reads and writes blobs, as session/content of
github.com/moby/buildkit needs it. A header names the layout.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import BinaryIO

from pydock.buildkit import messages as m
from pydock.buildkit.call import ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, Call
from pydock.buildkit.proto import Values
from pydock.digests import parts
from pydock.errors import Failure, RpcError, first_line
from pydock.oci.layout import Incoming, Layout

#: the header that names a store
STORE = "buildkit-attachable-store-id"
BLOCK = 1 << 20


class Content:
    """stores: folders, by store name; nothing else can be read or written."""

    METHODS: tuple[str, ...] = tuple(m.CONTENT_SERVICE + name for name in ("Info", "Read", "Write", "Abort"))

    def __init__(self, stores: Mapping[str, str]) -> None:
        self.stores = {name: Layout(folder) for name, folder in stores.items()}

    def serve(self, call: Call) -> None:
        name = call.header(STORE)
        if name not in self.stores:
            raise RpcError(NOT_FOUND, f"unknown store {name}: not found")
        layout = self.stores[name]
        try:
            {"Info": _info, "Read": _read, "Write": _write, "Abort": _abort}[call.path.rpartition("/")[2]](call, layout)
        except OSError as error:
            raise Failure(f"{layout.folder}: {first_line(error)}") from error


def _blob(layout: Layout, digest: str) -> str:
    """The path of a blob. Raises RpcError for an invalid digest."""
    try:
        return layout.blob(digest)
    except ValueError as error:
        raise RpcError(INVALID_ARGUMENT, f"{error}: invalid argument") from None


def _open(layout: Layout, digest: str) -> BinaryIO:
    """Open a blob. Raises RpcError if it does not exist."""
    try:
        return layout.open(digest)
    except ValueError as error:
        raise RpcError(INVALID_ARGUMENT, f"{error}: invalid argument") from None
    except FileNotFoundError:
        raise RpcError(NOT_FOUND, f"content {digest}: not found") from None


def _info(call: Call, layout: Layout) -> None:
    digest = m.ASK_CONTENT_INFO.decode(call.receive() or b"")["digest"]
    with _open(layout, digest) as file:
        status = os.fstat(file.fileno())
    info = {
        "digest": digest,
        "size": status.st_size,
        "created_at": status.st_mtime_ns,
        "updated_at": status.st_mtime_ns,
    }
    call.send(m.CONTENT_INFO_RESPONSE.encode({"info": info}))


def _read(call: Call, layout: Layout) -> None:
    """Serve a part of a blob; size 0: up to its end."""
    wanted = m.READ_CONTENT.decode(call.receive() or b"")
    with _open(layout, wanted["digest"]) as file:
        at, end = max(0, wanted["offset"]), os.fstat(file.fileno()).st_size
        if at > end:
            raise RpcError(OUT_OF_RANGE, f"read past object length {end} bytes")
        end = min(end, at + wanted["size"]) if wanted["size"] > 0 else end
        file.seek(at)
        while at < end and (data := file.read(min(BLOCK, end - at))):
            call.send(m.CONTENT.encode({"offset": at, "data": data}))
            at += len(data)


def _abort(call: Call, layout: Layout) -> None:
    # an incomplete blob is removed at the end of its call
    call.receive()
    call.send(b"")


def _write(call: Call, layout: Layout) -> None:
    """Receive a blob: each message is answered with the offset, until one commits it."""
    message = call.receive()
    if message is None:
        return
    request = m.WRITE_CONTENT.decode(message)
    if not request["ref"]:
        raise RpcError(INVALID_ARGUMENT, "first message must have a reference")
    _refuse_known(layout, request)
    with layout.incoming() as blob:
        total = 0
        while True:
            total = request["total"] or total
            _take(blob, request, total)
            call.send(
                m.WRITTEN_CONTENT.encode(
                    {"action": request["action"], "offset": blob.size, "total": total, "digest": blob.digest}
                )
            )
            if request["action"] == m.WRITE_COMMIT or (message := call.receive()) is None:
                return
            request = m.WRITE_CONTENT.decode(message)
            _refuse_known(layout, request)


def _refuse_known(layout: Layout, request: Values) -> None:
    """Raises RpcError, ALREADY_EXISTS, for a blob that exists, so that the engine does not send it."""
    if request["expected"] and os.path.exists(_blob(layout, request["expected"])):
        raise RpcError(ALREADY_EXISTS, f"content {request['expected']}: already exists")


def _take(blob: Incoming, request: Values, total: int) -> None:
    """Apply one message to a blob. Raises RpcError for an inconsistent one, OSError."""
    if request["action"] == m.WRITE_STAT:
        return
    if request["offset"] == 0 and blob.size:
        blob.restart()
    elif request["offset"] != blob.size:
        raise RpcError(OUT_OF_RANGE, f"write @{request['offset']} must occur at current offset {blob.size}")
    if request["data"]:
        blob.write(request["data"])
    if request["action"] == m.WRITE_COMMIT:
        if total and total != blob.size:
            raise RpcError(
                FAILED_PRECONDITION, f"unexpected commit size {blob.size}, expected {total}: failed precondition"
            )
        digest = _digest(blob, request["expected"])
        if request["expected"] not in ("", digest):
            raise RpcError(
                FAILED_PRECONDITION,
                f"unexpected commit digest {digest}, expected {request['expected']}: failed precondition",
            )
        blob.keep(digest)


def _digest(blob: Incoming, expected: str) -> str:
    """The blob's digest, by the expected digest's algorithm. Raises RpcError for an invalid digest."""
    try:
        return blob.digest_by(parts(expected)[0] if expected else "sha256")
    except ValueError as error:
        raise RpcError(INVALID_ARGUMENT, f"{error}: invalid argument") from None
