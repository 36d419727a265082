"""Results from the engine: a folder (`--output type=local`) by DiffCopy, or one stream of bytes (tar, oci, docker).

session/filesync of github.com/moby/buildkit, receive.go and diskwriter.go of fsutil. Files belong to the user; existing
files stay, unless one of the same name is received. Incomplete files are removed.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Mapping
from functools import partial

from pydock.archive.tree import unix_mode
from pydock.archive.unpack import device, make_link, make_node, set_attributes
from pydock.buildkit.call import UNKNOWN, Call
from pydock.buildkit.messages import DATA, PACKET, PACKET_DATA, PACKET_ERR, PACKET_FIN, PACKET_REQ, PACKET_STAT
from pydock.buildkit.proto import Values
from pydock.buildkit.sync import TYPE_BITS
from pydock.errors import Failure, RpcError, first_line
from pydock.files.atomic import Draft, make_folders
from pydock.files.folder import Growing, Parts

#: writes one block of an archive
Sink = Callable[[bytes], None]

DIRECTORY, SYMLINK, DEVICE, FIFO, CHARACTER = 1 << 31, 1 << 27, 1 << 26, 1 << 25, 1 << 21
#: files that may be received at the same time; engines send four
OPEN_FILES = 64


class FileSend:
    """Receives the outputs, by index: into a folder, or a sink."""

    METHODS: tuple[str, ...] = ("/moby.filesync.v1.FileSend/DiffCopy",)

    def __init__(self, folders: Mapping[int, str], sinks: Mapping[int, Sink]) -> None:
        self.folders, self.sinks = folders, sinks
        self._whole, self._broken = set[int](), set[int]()
        self._running, self._changed = 0, threading.Condition()

    def complete(self, seconds: float) -> bool:
        """Wait until every output is complete; returns False if one is not. The engine may report the end of a build
        while we still write; an output that has not begun has `seconds` to begin."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._broken or self._whole.issuperset([*self.folders, *self.sinks]), seconds
            )
            self._changed.wait_for(lambda: not self._running)
            return not self._broken and self._whole.issuperset([*self.folders, *self.sinks])

    def serve(self, call: Call) -> None:
        text = call.header("buildkit-attachable-exporter-id")
        output = (
            int(text)
            if text.isascii() and text[:9].isdigit() and len(text) < 10
            else next(iter([*self.folders, *self.sinks]), 0)
        )
        with self._changed:
            self._running += 1
        into = self._broken
        try:
            self._take(call, output)
            into = self._whole
        finally:
            with self._changed:
                self._running -= 1
                into.add(output)
                self._changed.notify_all()

    def _take(self, call: Call, output: int) -> None:
        if output in self.folders:
            folder = self.folders[output]
            try:
                make_folders(folder)
            except OSError as error:
                raise Failure(
                    f"failed to create synctarget dest dir {folder}: mkdir {folder}: {first_line(error)}"
                ) from None
            Receiving(call, folder).run()
            return
        if output not in self.sinks:
            raise RpcError(UNKNOWN, f"exporter {output} not found")
        put = self.sinks[output]
        while (message := call.receive()) is not None:
            put(DATA.decode(message)["data"])


class Receiving:
    """Receives one folder. Entries must come in order, folders before their content, as fsutil validates."""

    def __init__(self, call: Call, folder: str) -> None:
        self.call, self.tree = call, Growing(folder, replacing=True)
        #: the last entry, and the folders that were announced
        self.last: tuple[bytes, ...] = ()
        self.way: Parts = ()
        #: files, as targets of hard links
        self.files: set[Parts] = set()
        self.links: list[tuple[Parts, Parts]] = []
        #: requested files: number -> (path, stat); and those that have begun
        self.due: dict[int, tuple[Parts, Values]] = {}
        self.drafts: dict[int, Draft] = {}

    def run(self) -> None:
        """Raises Failure; then incomplete files are removed, and the old ones stay."""
        try:
            self._receive()
            for parts, target in self.links:
                self.tree.link(parts, target)
            self.tree.finish()
        except OSError as error:
            raise Failure(f"error writing to {self.tree.root}: {first_line(error)}") from error
        finally:
            for draft in self.drafts.values():
                draft.drop()
            self.tree.close()

    def _receive(self) -> None:
        number, listed, asked = 0, False, False
        while (message := self.call.receive()) is not None:
            packet = PACKET.decode(message)
            kind = packet["type"]
            if kind == PACKET_ERR:
                raise Failure(f"error from sender: {packet['data'].decode('utf-8', 'replace')}")
            if kind == PACKET_FIN:
                if not asked:
                    break
                return
            if kind == PACKET_STAT and packet["stat"] is None:
                listed = True
            elif kind == PACKET_STAT:
                if listed:
                    raise Failure("an entry after the end of the list in the result")
                if self._entry(number, packet["stat"]):
                    self.call.send(PACKET.encode({"type": PACKET_REQ, "ID": number}))
                number += 1
            elif kind == PACKET_DATA:
                self._content(packet["ID"], packet["data"])
            if listed and not self.due and not asked:
                asked = True
                self.call.send(PACKET.encode({"type": PACKET_FIN}))
        raise Failure("the engine ended the transfer of the result before it was whole")

    def _entry(self, number: int, values: Values) -> bool:
        """Create an entry; True if its content must be requested. Raises Failure, OSError."""
        parts, mode = self._in_order(values["path"]), values["mode"]
        if mode & DIRECTORY:
            self.way = parts
            self.tree.add_folder(parts, lambda handle: set_values(handle, values))
            return False
        if mode & SYMLINK:
            self.tree.put(parts, partial(make_link, target=values["linkname"], time=values["modTime"]))
            return False
        if values["linkname"]:
            target = tuple(values["linkname"].split("/"))
            if target not in self.files:
                raise Failure(
                    f"invalid link {values['path']!r} to {values['linkname']!r} in the result: there is no such file in it"
                )
            self.links.append((parts, target))
            return False
        self.files.add(parts)
        if mode & (DEVICE | FIFO):
            kind = stat.S_IFIFO if mode & FIFO else stat.S_IFCHR if mode & CHARACTER else stat.S_IFBLK
            number_of = 0 if mode & FIFO else device(values["devmajor"], values["devminor"])
            self.tree.put(
                parts, partial(make_node, mode=kind | unix_mode(mode), device=number_of, time=values["modTime"])
            )
            return False
        self.due[number] = (parts, values)
        if mode & TYPE_BITS:
            # a socket, for one, has no content: it stays an empty file
            self._content(number, b"")
            return False
        return True

    def _in_order(self, path: str) -> Parts:
        """The elements of an entry's path, which must be in order, and in an announced folder. Raises Failure."""
        parts = tuple(path.split("/"))
        if any(p in ("", ".", "..") for p in parts) or "\0" in path:
            raise Failure(f"invalid path {path!r} in the result")
        order = tuple(map(os.fsencode, parts))
        if order <= self.last:
            raise Failure(
                f"invalid path {path!r} in the result: out of order after {os.fsdecode(b'/'.join(self.last))!r}"
            )
        if parts[:-1] != self.way[: len(parts) - 1]:
            raise Failure(f"invalid path {path!r} in the result: its folder was not announced")
        self.last, self.way = order, parts[:-1]
        return parts

    def _content(self, number: int, data: bytes) -> None:
        """A block of a file, or its end. Raises Failure, OSError."""
        if number not in self.due:
            raise Failure(f"invalid file id {number} in the result")
        parts, values = self.due[number]
        if number not in self.drafts:
            if len(self.drafts) >= OPEN_FILES:
                raise Failure(f"the contents of more than {OPEN_FILES} files of the result come at the same time")
            self.drafts[number] = self.tree.draft(parts)
        draft = self.drafts[number]
        if data:
            draft.write(data)
            return
        set_values(draft.handle, values)
        self.tree.keep(draft, parts)
        del self.drafts[number], self.due[number]


def set_values(handle: int, values: Values) -> None:
    """Set an entry's attributes on its open file. Raises OSError."""
    set_attributes(handle, unix_mode(values["mode"]), values["modTime"], values["xattrs"])
