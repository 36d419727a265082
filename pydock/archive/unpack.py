"""A tar archive → files, in constant memory. Nothing is ever written outside the folder, whatever the archive says, and
each file and each new folder appears only when it is complete.
"""

from __future__ import annotations

import errno
import os
import stat
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from pydock.archive.untar import CONTENT, Source, entries
from pydock.errors import Failure, first_line
from pydock.files.folder import Growing, Parts
from pydock.go.filepath import clean, parent
from pydock.go.strconv import quote

XATTR = "SCHILY.xattr."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def unpack(blocks: Iterable[bytes], folder: str, rename: Callable[[str], str]) -> int:
    """Unpack the entries below `folder`, each under the name that `rename` returns. Returns the number of bytes that follow the
    archive's end.

    Raises Failure for an entry outside the folder, for a conflict with another file, and if a file cannot be written.
    """
    with Growing(folder, replacing=False) as growing:
        source = Source(blocks)
        for entry, content in entries(source):
            entry.name = rename(entry.name)
            if entry.islnk():
                entry.linkname = rename(entry.linkname)
            parts = growing.parts(entry.name)
            if parts:
                _add(growing, parts, entry, content)
        try:
            growing.finish()
        except OSError as error:
            raise Failure(f"write {growing.root}: {first_line(error)}") from error
    return source.padding


def _add(growing: Growing, parts: Parts, entry: tarfile.TarInfo, content: Iterator[memoryview]) -> None:
    """Unpack one entry. Raises Failure."""
    try:
        if entry.isdir():
            growing.add_folder(parts, partial(set_attributes, mode=entry.mode, time=_time(entry), attributes={}))
            return
        if entry.type in CONTENT:
            _add_file(growing, parts, entry, content)
            return
        growing.check(parts)
        if entry.issym():
            _check_link(growing.root, growing.path(parts), entry.linkname)
            growing.put(parts, partial(make_link, target=entry.linkname, time=_time(entry)))
        elif entry.islnk():
            growing.link(parts, growing.parts(entry.linkname))
        elif entry.isfifo() or entry.ischr() or entry.isblk():
            growing.put(parts, partial(make_node, mode=_node_mode(entry), device=_device(entry), time=_time(entry)))
        else:
            raise Failure(f"unhandled tar header type {entry.type.decode('latin1')!r} of {growing.path(parts)}")
    except OSError as error:
        verb = "mkdir" if entry.isdir() else "write" if error.errno in FULL else "create"
        raise Failure(f"{verb} {growing.path(parts)}: {first_line(error)}") from error


def _add_file(growing: Growing, parts: Parts, entry: tarfile.TarInfo, content: Iterator[memoryview]) -> None:
    draft = growing.draft(parts)
    try:
        for data in content:
            draft.write(data)
        attributes = {
            k.removeprefix(XATTR): os.fsencode(v) for k, v in entry.pax_headers.items() if k.startswith(XATTR)
        }
        set_attributes(draft.handle, entry.mode, _time(entry), attributes)
        growing.keep(draft, parts)
    finally:
        draft.drop()


def _check_link(root: str, path: str, target: str) -> None:
    """As in docker, an absolute target is allowed, a relative one must stay inside. Raises Failure."""
    leads = clean(f"{parent(path)}/{target}")
    if leads != root and not leads.startswith(root.rstrip("/") + "/"):
        raise Failure(f"invalid symlink {quote(path)} -> {quote(target)}")


def _node_mode(entry: tarfile.TarInfo) -> int:
    kind = stat.S_IFIFO if entry.isfifo() else stat.S_IFCHR if entry.ischr() else stat.S_IFBLK
    return kind | (entry.mode & 0o7777)


def _device(entry: tarfile.TarInfo) -> int:
    return 0 if entry.isfifo() else device(entry.devmajor, entry.devminor)


def _time(entry: tarfile.TarInfo) -> int:
    """Nanoseconds since 1970."""
    return int(entry.mtime * 1_000_000_000)


# -- attributes and special files, also for buildkit ----------------------------------------------------


def device(major: int, minor: int) -> int:
    """A device number. Raises Failure."""
    try:
        return os.makedev(major, minor)
    except (OverflowError, ValueError):
        raise Failure(f"invalid device {major}:{minor}") from None


def set_attributes(handle: int, mode: int, time: int, attributes: Mapping[str, bytes]) -> None:
    """Set mode, time (nanoseconds) and extended attributes (as far as possible) of an open file. Raises OSError."""
    for key, value in attributes.items():
        try:
            os.setxattr(handle, key, value)
        except (OSError, ValueError, AttributeError):
            continue
    os.fchmod(handle, mode & 0o7777)
    os.utime(handle, ns=(_bounded(time), _bounded(time)))


def make_link(above: int, name: str, target: str, time: int) -> None:
    """Create a symbolic link. Raises OSError, Failure."""
    if "\0" in target:
        raise Failure(f"invalid link {quote(name)} to {quote(target)}")
    os.symlink(target, name, dir_fd=above)
    _set_time(above, name, time)


def make_node(above: int, name: str, mode: int, device: int, time: int) -> None:
    """Create a pipe or a device; mode: st_mode. Raises OSError."""
    mask = os.umask(0)
    try:
        os.mknod(name, mode, device, dir_fd=above)
    finally:
        os.umask(mask)
    _set_time(above, name, time)


def _set_time(above: int, name: str, time: int) -> None:
    os.utime(name, ns=(_bounded(time), _bounded(time)), dir_fd=above, follow_symlinks=False)


def _bounded(time: int) -> int:
    """The time, limited to what file systems support."""
    return max(-(1 << 62), min(time, 1 << 62))
