"""File sync: the sending side of DiffCopy. Only files that the engine requests are read.

github.com/tonistiigi/fsutil (send.go, stat_unix.go) and session/filesync. All entries are announced in order; the n-th
is file n. The engine compares them with its copy of the folder, and requests changed files while entries are still
being announced. Owners are not sent: a context belongs to root.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

from pydock.archive.tree import Entry, Tree, go_mode
from pydock.buildkit.call import NOT_FOUND, UNKNOWN, Call
from pydock.buildkit.messages import PACKET, PACKET_DATA, PACKET_ERR, PACKET_FIN, PACKET_REQ, STAT
from pydock.buildkit.proto import Values, varint
from pydock.errors import BrokenStream, Failure, RpcError, first_line

#: bytes of a file per message: fsutil's size, so that the engine counts the same bytes
CHUNK = 32 * 1024
#: bytes to read from a file, and to gather before sending
BLOCK = 1 << 20
#: entries announced between two checks for requests
BATCH = 128


class FileSync:
    """The folders that a build may read, by their names in the build ("context", "dockerfile", …)."""

    METHODS: tuple[str, ...] = ("/moby.filesync.v1.FileSync/DiffCopy",)

    def __init__(self, folders: Mapping[str, str]) -> None:
        self.folders = folders
        #: the number of files sent so far, for tests of incremental builds
        self.files_sent = 0

    def serve(self, call: Call) -> None:
        """One synchronization. Raises RpcError for a folder that may not be read."""
        name = call.header("dir-name")
        if name not in self.folders:
            raise RpcError(NOT_FOUND, f'no access allowed to dir "{name}"')
        patterns = {key: _values(call, key) for key in ("include-patterns", "exclude-patterns", "followpaths")}
        try:
            tree = Tree(
                self.folders[name], patterns["include-patterns"], patterns["exclude-patterns"], patterns["followpaths"]
            )
        except ValueError as error:
            raise RpcError(UNKNOWN, str(error)) from None
        try:
            Sending(call, tree, self).run()
        except BrokenStream:
            raise
        except ValueError as error:
            # a malformed pattern that the first check did not find
            raise RpcError(UNKNOWN, f"failed to match excludepatterns: {error}") from None
        except Failure as failure:
            call.send(PACKET.encode({"type": PACKET_ERR, "data": failure.message.encode("utf-8", "surrogateescape")}))
            raise


def _values(call: Call, name: str) -> list[str]:
    """A header's values; newer engines quote those that are not ASCII."""
    values = call.header_list(name)
    return (
        [unquote_plus(v, errors="surrogateescape") for v in values]
        if call.header(f"{name}-encoded") in ("1", "true")
        else values
    )


class Sending:
    """The transfer of one folder."""

    def __init__(self, call: Call, tree: Tree, counted: FileSync) -> None:
        self.call, self.tree, self.counted = call, tree, counted
        #: files that may be requested, once each: number -> path
        self.files: dict[int, str] = {}

    def run(self) -> None:
        """Announce entries and serve requests alternately, to the end. Raises Failure."""
        batches = self._announce()
        announcing = True
        while True:
            if announcing and not self.call.waiting():
                announcing = next(batches, False)
                continue
            message = self.call.receive()
            if message is None:
                return
            packet = PACKET.decode(message)
            if packet["type"] == PACKET_FIN:
                self.call.send(PACKET.encode({"type": PACKET_FIN}))
                return
            if packet["type"] == PACKET_ERR:
                raise Failure(f"error from receiver: {packet['data'].decode('utf-8', 'replace')}")
            if packet["type"] == PACKET_REQ:
                self._send_files(packet["ID"])

    def _announce(self) -> Iterator[bool]:
        """Announces a batch of entries at each step; yields False at the end."""
        number = 0
        batch: list[bytes] = []
        links = Links()
        for entry in self.tree.entries():
            values = stat_of(entry, self.tree, links)
            if values is None:
                continue
            body = STAT.encode(values)
            batch.append(b"\x12" + varint(len(body)) + body)
            if not values["mode"] & TYPE_BITS:
                self.files[number] = entry[0]
            number += 1
            if len(batch) == BATCH:
                self.call.send(*batch)
                batch.clear()
                yield True
        # an empty packet is the end of the list
        self.call.send(*batch, b"")
        yield False

    def _send_files(self, first: int) -> None:
        """Send a requested file, together with others that are requested meanwhile if they are small."""
        out: list[bytes | memoryview] = []
        size, number = 0, first
        while True:
            for message in self._content(number):
                out.append(message)
                size += len(message)
                if size >= BLOCK:
                    self.call.send(*out)
                    out, size = [], 0
            following = self.call.peek()
            if following is None or len(following) < 2 or following[:2] != ASK:
                break
            number = PACKET.decode(self.call.receive() or b"")["ID"]
        self.call.send(*out)

    def _content(self, number: int) -> Iterator[bytes]:
        """The messages of one file, with an empty one at its end; for a vanished file or a socket, only that.

        Raises Failure for an unreadable file."""
        path = self.files.pop(number, None)
        if path is None:
            raise Failure(f"invalid file id {number}")
        head = DATA_HEAD + (b"\x18" + varint(number) if number else b"")
        self.counted.files_sent += 1
        try:
            handle = self.tree.open(path)
        except OSError as error:
            if error.errno not in NOTHING:
                # docker's client silently sends an empty file instead
                raise Failure(f"open {path}: {first_line(error)}") from None
            yield head
            return
        try:
            while data := os.read(handle, BLOCK):
                view = memoryview(data)
                for at in range(0, len(data), CHUNK):
                    piece = view[at : at + CHUNK]
                    yield b"".join((head, b"\x22", varint(len(piece)), piece))
        except OSError as error:
            raise Failure(f"read {path}: {first_line(error)}") from error
        finally:
            os.close(handle)
        yield head


#: a vanished file, a folder in its place, a socket: sent as empty
NOTHING = (errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.EOPNOTSUPP)
#: Packet{type: DATA}, and the first bytes of Packet{type: REQ}
DATA_HEAD = b"\x08" + varint(PACKET_DATA)
ASK = b"\x08" + varint(PACKET_REQ)
#: the bits of Go's FileMode for anything but a regular file
TYPE_BITS = 1 << 31 | 1 << 27 | 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19


class Links:
    """The first announced file of each inode: the others are hard links to it."""

    def __init__(self) -> None:
        self.first: dict[tuple[int, int], str] = {}

    def of(self, path: str, status: os.stat_result) -> str:
        """The first path of this inode; "" for that one itself."""
        if status.st_nlink < 2:
            return ""
        first = self.first.setdefault((status.st_dev, status.st_ino), path)
        return "" if first == path else first


def stat_of(entry: Entry, tree: Tree, links: Links) -> Values | None:
    """An entry as fsutil.types.Stat; None if it has vanished. Raises Failure."""
    path, status = entry
    mode = go_mode(status.st_mode)
    values: Values = {"path": path, "mode": mode, "modTime": status.st_mtime_ns}
    full = f"{tree.root}/{path}"
    try:
        if not stat.S_ISDIR(status.st_mode):
            values["size"] = status.st_size
            values["linkname"] = os.readlink(full) if stat.S_ISLNK(status.st_mode) else links.of(path, status)
            if stat.S_ISBLK(status.st_mode) or stat.S_ISCHR(status.st_mode):
                values["devmajor"], values["devminor"] = os.major(status.st_rdev), os.minor(status.st_rdev)
        if attributes := xattrs(full):
            values["xattrs"] = attributes
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Failure(f"failed to xattr {full}: {first_line(error)}") from error
    return values


def xattrs(path: str) -> dict[str, bytes]:
    """An entry's own extended attributes. Raises OSError."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return {}
        raise
    out = {}
    for name in names:
        if not name.startswith("com.apple."):
            try:
                out[name] = os.getxattr(path, name, follow_symlinks=False)
            except OSError:
                continue
    return out
