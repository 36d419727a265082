"""Results from the engine: a folder (`--output type=local`) by DiffCopy, or one stream of bytes (tar, oci, docker).

session/filesync of github.com/moby/buildkit, receive.go and diskwriter.go of fsutil. Files belong to the caller; what lies
in the folder already stays, unless something of that name comes. A file whose content did not come whole is removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from typing import Any

from pydock.archive.tree import unix_mode
from pydock.archive.unpack import Tree
from pydock.buildkit.call import UNKNOWN, Call
from pydock.buildkit.messages import DATA, PACKET, PACKET_DATA, PACKET_ERR, PACKET_FIN, PACKET_REQ, PACKET_STAT
from pydock.buildkit.proto import Values
from pydock.buildkit.sync import TYPE_BITS
from pydock.errors import Failure, RpcError, first_line

#: puts one block of an archive to its place
Sink = Callable[[bytes], None]

DIRECTORY, SYMLINK, DEVICE, FIFO, CHARACTER = 1 << 31, 1 << 27, 1 << 26, 1 << 25, 1 << 21
#: files that may be open at a time while their contents come
OPEN_FILES = 64


class FileSend:
    """Where the outputs go, by their index: a folder, or a sink."""

    METHODS: tuple[str, ...] = ("/moby.filesync.v1.FileSend/DiffCopy",)

    def __init__(self, folders: Mapping[int, str], sinks: Mapping[int, Sink]) -> None:
        self.folders, self.sinks = folders, sinks

    def serve(self, call: Call) -> None:
        text = call.header("buildkit-attachable-exporter-id")
        output = int(text) if text.isdigit() else next(iter([*self.folders, *self.sinks]), 0)
        if output in self.folders:
            folder = self.folders[output]
            try:
                os.makedirs(folder, 0o700, exist_ok=True)
            except OSError as error:
                raise Failure(f"failed to create synctarget dest dir {folder}: mkdir {folder}: {first_line(error)}") from None
            Receiving(call, folder).run()
            return
        if output not in self.sinks:
            raise RpcError(UNKNOWN, f"exporter {output} not found")
        put = self.sinks[output]
        while (message := call.receive()) is not None:
            put(DATA.decode(message)["data"])


class Receiving:
    """One folder that comes."""

    def __init__(self, call: Call, folder: str) -> None:
        self.call, self.tree = call, Tree(folder)
        #: regular files that are not whole yet: number -> (path, stat)
        self.due: dict[int, tuple[tuple[str, ...], Values]] = {}
        self.open: dict[int, int] = {}
        self.folders: set[tuple[str, ...]] = {()}
        self.finished: list[tuple[tuple[str, ...], Values]] = []

    def run(self) -> None:
        """Raises Failure; what is not whole then is gone."""
        try:
            self._receive()
            for parts, values in reversed(self.finished):
                self._set_facts(self.tree.enter(parts), None, values)
        except OSError as error:
            self._drop()
            raise Failure(f"error writing to {self.tree.root}: {first_line(error)}") from error
        except BaseException:
            self._drop()
            raise
        finally:
            self.tree.close()

    def _receive(self) -> None:
        number, listed, asked = 0, False, False
        while (message := self.call.receive()) is not None:
            packet = PACKET.decode(message)
            kind = packet["type"]
            if kind == PACKET_ERR:
                raise Failure(f"error from sender: {packet['data'].decode('utf-8', 'replace')}")
            if kind == PACKET_FIN:
                return
            if kind == PACKET_STAT and packet["stat"] is None:
                listed = True
            elif kind == PACKET_STAT:
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
        """Make an entry; True if its content has to be asked for. Raises Failure for one that would lie elsewhere."""
        parts = self.tree.parts(values["path"])
        if not parts or parts[:-1] not in self.folders:
            raise Failure(f"invalid path {values['path']!r} in the result: its folder was not announced")
        above, name, mode = self.tree.enter(parts[:-1]), parts[-1], values["mode"]
        self._make_room(above, name, bool(mode & DIRECTORY), parts)
        if mode & DIRECTORY:
            try:
                os.mkdir(name, 0o700, dir_fd=above)
            except FileExistsError:
                pass
            self.folders.add(parts)
            self.finished.append((parts, values))
            return False
        if mode & SYMLINK:
            os.symlink(values["linkname"], name, dir_fd=above)
        elif mode & (DEVICE | FIFO):
            kind = stat.S_IFIFO if mode & FIFO else stat.S_IFCHR if mode & CHARACTER else stat.S_IFBLK
            os.mknod(name, kind | unix_mode(mode), 0 if mode & FIFO else os.makedev(values["devmajor"], values["devminor"]), dir_fd=above)
        elif values["linkname"]:
            self._link(values["linkname"], above, name)
            return False
        else:
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=above))
            self.due[number] = (parts, values)
            return not mode & TYPE_BITS
        self._set_facts(above, name, values)
        return False

    def _make_room(self, above: int, name: str, folder: bool, parts: tuple[str, ...]) -> None:
        """What is there gives way, but for a folder to a folder."""
        try:
            there = stat.S_ISDIR(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode)
        except FileNotFoundError:
            return
        if there and not folder:
            import shutil

            shutil.rmtree(self.tree.path(parts))
        elif not there:
            os.unlink(name, dir_fd=above)

    def _link(self, target: str, above: int, name: str) -> None:
        first = self.tree.parts(target)
        if not first or first[:-1] not in self.folders:
            raise Failure(f"invalid link to {target!r} in the result")
        # entering the other folder closes this one
        copy = os.dup(above)
        try:
            other = self.tree.enter(first[:-1])
            os.link(first[-1], name, src_dir_fd=other, dst_dir_fd=copy, follow_symlinks=False)
        finally:
            os.close(copy)

    def _content(self, number: int, data: bytes) -> None:
        """A block of a file, or its end."""
        if number not in self.due:
            raise Failure(f"invalid file id {number} in the result")
        parts, values = self.due[number]
        above = self.tree.enter(parts[:-1])
        if data:
            view = memoryview(data)
            handle = self._handle(number, above, parts[-1])
            while view:
                view = view[os.write(handle, view) :]
            return
        if number in self.open:
            os.close(self.open.pop(number))
        self._set_facts(above, parts[-1], values)
        del self.due[number]

    def _handle(self, number: int, above: int, name: str) -> int:
        if number not in self.open:
            if len(self.open) >= OPEN_FILES:
                oldest = next(iter(self.open))
                os.close(self.open.pop(oldest))
            self.open[number] = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW, dir_fd=above)
        return self.open[number]

    def _set_facts(self, above: int, name: str | None, values: Values) -> None:
        """Attributes, mode and time; name None: of the open folder itself."""
        place: dict[str, Any] = {} if name is None else {"dir_fd": above}
        target: Any = above if name is None else name
        if values["xattrs"] and not values["mode"] & SYMLINK:
            handle = above if name is None else os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=above)
            for key, value in values["xattrs"].items():
                try:
                    os.setxattr(handle, key, value)
                except (OSError, AttributeError):
                    continue
            if name is not None:
                os.close(handle)
        if not values["mode"] & SYMLINK:
            os.chmod(target, unix_mode(values["mode"]), **place)
        times = (values["modTime"], values["modTime"])
        os.utime(target, ns=times, **(place if name is None else {**place, "follow_symlinks": False}))

    def _drop(self) -> None:
        for handle in self.open.values():
            os.close(handle)
        for parts, _ in self.due.values():
            try:
                os.unlink(parts[-1], dir_fd=self.tree.enter(parts[:-1]))
            except (OSError, Failure):
                continue
