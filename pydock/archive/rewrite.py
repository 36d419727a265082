"""A tar archive → the same archive with other names and owners, in constant memory.

Entries that are not changed are passed on byte for byte; those that are keep their times, modes and extended attributes. A
sparse file becomes a plain one.
The end is passed on only when the whole archive was read, so an archive that was cut off is never taken for a whole one.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Iterator

from pydock.archive.pack import END, gathered, header_bytes
from pydock.archive.untar import BLOCK, CONTENT, Source, described, entries, finish, is_sparse
from pydock.copypaths import Entry
from pydock.errors import BrokenStream

#: what an entry becomes; None: it is left out
Change = Callable[[Entry], "Entry | None"]


def rewritten(blocks: Iterable[bytes], change: Change) -> Iterator[bytes]:
    """The archive with each entry changed. Raises BrokenStream for a truncated or malformed one, and what `change` raises."""
    return gathered(_rewritten(Source(blocks), change))


def listed(blocks: Iterable[bytes]) -> Iterator[Entry]:
    """The entries of an archive that is read to its end. Raises BrokenStream."""
    source = Source(blocks)
    while (found := described(source)) is not None:
        info, _ = found
        yield entry_of(info)
        for _ in source.pieces(_stored(info)):
            pass
    finish(source)


def content(blocks: Iterable[bytes], limit: int) -> bytes:
    """The content of the archive's first entry. Raises BrokenStream if it is larger than `limit`."""
    out: bytearray | None = None
    for info, pieces in entries(Source(blocks)):
        if info.size > limit:
            raise BrokenStream(f"{info.name} is larger than {limit >> 20} MiB")
        # the rest is read, too: the engine locks the container until then
        if out is None:
            out = bytearray()
            for piece in pieces:
                out += piece
    return bytes(out or b"")


def entry_of(info: tarfile.TarInfo) -> Entry:
    size = info.size if info.type in CONTENT else 0
    uid, gid = (_owner(info.pax_headers.get(key, ""), old) for key, old in (("uid", info.uid), ("gid", info.gid)))
    return Entry(info.name, info.isdir(), info.linkname if info.islnk() else "", size, uid, gid)


def _owner(record: str, header: int) -> int:
    """A number that the header is too small for is in a record."""
    return int(record) if record.isdecimal() and len(record) < 20 else header


def _stored(info: tarfile.TarInfo) -> int:
    """The bytes of the content as it is in the archive."""
    size = info.size if info.type in CONTENT else 0
    return size + -size % BLOCK


def _rewritten(source: Source, change: Change) -> Iterator[bytes | memoryview]:
    while (found := described(source, sparse=True)) is not None:
        info, read = found
        if is_sparse(info, info.pax_headers):
            yield from _plain(source, info, read, change)
            continue
        entry = entry_of(info)
        changed = change(entry)
        if changed is None:
            for _ in source.pieces(_stored(info)):
                pass
            continue
        yield read if changed == entry else _header(info, entry, changed)
        yield from source.pieces(_stored(info))
    finish(source)
    yield END


def _plain(source: Source, info: tarfile.TarInfo, read: bytes, change: Change) -> Iterator[bytes | memoryview]:
    """A sparse file as a plain one."""
    from pydock.archive.sparse import plain_entry

    content = plain_entry(source, info, read)
    entry = entry_of(info)
    if (changed := change(entry)) is None:
        for _ in content:
            pass
        return
    yield _header(info, entry, changed)
    yield from content
    yield bytes(-info.size % BLOCK)


def _header(info: tarfile.TarInfo, entry: Entry, changed: Entry) -> bytes:
    records = dict(info.pax_headers)
    for key in ("path", "linkpath"):
        records.pop(key, None)
    info.name = changed.name
    if info.islnk():
        info.linkname = changed.link
    if (entry.uid, entry.gid) != (changed.uid, changed.gid):
        # the names are those of the old owner
        info.uid, info.gid, info.uname, info.gname = changed.uid, changed.gid, "", ""
        for key in ("uid", "gid", "uname", "gname"):
            records.pop(key, None)
    info.pax_headers = records
    try:
        return header_bytes(info)
    except ValueError as error:
        # above all the name of a record that is no text
        raise BrokenStream(f"invalid tar header: {error}") from None
