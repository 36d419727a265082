"""An untrusted tar archive → its entries, in constant memory.

tarfile parses and checks each header block; the rest is done here, by the rules of Go's archive/tar: the metadata of an
entry (PAX records, long names) is limited in size, and parsed in one pass. tarfile itself accepts headers of gigabytes,
recurses for each additional one, and needs quadratic time for their content. Global PAX records are skipped, as in
docker; sparse files are refused, unless a caller takes them: no engine sends any.
"""

from __future__ import annotations

import struct
import tarfile
from collections.abc import Iterable, Iterator

from pydock.errors import BrokenStream

BLOCK = tarfile.BLOCKSIZE
#: bytes of one entry's metadata
LIMIT = 1 << 20
#: bytes of padding after an archive
AFTER = 1 << 20

CONTENT = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
RECORDS, GLOBAL = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE), tarfile.XGLTYPE
LONG_NAME, LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK


class Source:
    """Reads a number of bytes from blocks of any size. padding: the bytes after the archive's end, once that was reached."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.blocks = iter(blocks)
        self.rest = memoryview(b"")
        self.padding = 0

    def some(self, limit: int) -> memoryview:
        """The available bytes, at most `limit`; none at the end."""
        while not self.rest:
            block = next(self.blocks, None)
            if block is None:
                return self.rest
            self.rest = memoryview(block)
        data, self.rest = self.rest[:limit], self.rest[limit:]
        return data

    def exactly(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises BrokenStream if there are fewer."""
        if len(self.rest) >= size:
            data, self.rest = bytes(self.rest[:size]), self.rest[size:]
            return data
        out = bytearray()
        while len(out) < size:
            out += self._next(size - len(out))
        return bytes(out)

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Exactly `size` bytes, in pieces. Raises BrokenStream if there are fewer."""
        while size:
            data = self._next(size)
            size -= len(data)
            yield data

    def _next(self, limit: int) -> memoryview:
        data = self.some(limit)
        if not data:
            raise BrokenStream("unexpected EOF: the archive was cut off")
        return data


def entries(source: Source) -> Iterator[tuple[tarfile.TarInfo, Iterator[memoryview]]]:
    """Each entry with its content, of which any rest is skipped at the next entry.

    Raises BrokenStream for a truncated or malformed archive."""
    while (found := described(source)) is not None:
        info, _ = found
        size = info.size if info.type in CONTENT else 0
        content = source.pieces(size)
        yield info, content
        for _ in content:
            pass
        source.exactly(-size % BLOCK)
    finish(source)


def finish(source: Source) -> None:
    """Read what follows the archive's last entry. Raises BrokenStream if that is more than padding."""
    after = 0
    while data := source.some(AFTER):
        after += len(data)
        if after > AFTER:
            raise BrokenStream("unexpected data after the end of the archive")
    # the end is two blocks of zeros, the first of which was read as a header
    source.padding = max(0, after - BLOCK)


def described(source: Source, sparse: bool = False) -> tuple[tarfile.TarInfo, bytes] | None:
    """The next entry with all its metadata, and the blocks that these were read from; None at the end. sparse: are sparse
    files allowed?

    Raises BrokenStream."""
    records: dict[str, bytes] = {}
    read: list[bytes] = []
    left = LIMIT
    while True:
        info = _header(source, read)
        if info is None or info.type not in (*RECORDS, GLOBAL, LONG_NAME, LONG_LINK):
            break
        left -= BLOCK + info.size
        if left < 0 or info.size < 0:
            raise _bad(f"more than {LIMIT} bytes describe one entry")
        data = source.exactly(info.size)
        read += (data, source.exactly(-info.size % BLOCK))
        if info.type in RECORDS:
            records.update(pax_records(data))
        elif info.type != GLOBAL:
            records["path" if info.type == LONG_NAME else "linkpath"] = data.partition(b"\0")[0]
    if info is None and records:
        raise BrokenStream("unexpected EOF: the archive was cut off")
    if info is None:
        return None
    if not sparse and is_sparse(info, records):
        raise _bad("a sparse file")
    return _with(info, records), b"".join(read)


def _header(source: Source, read: list[bytes]) -> tarfile.TarInfo | None:
    """The next header block, added to `read`; None for the empty one at the end. Raises BrokenStream."""
    data = source.exactly(BLOCK)
    read.append(data)
    if not any(data):
        return None
    try:
        return plain(data) or tarfile.TarInfo.frombuf(data, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError) as error:
        raise _bad(str(error)) from None


def plain(data: bytes) -> tarfile.TarInfo | None:
    """A header block as tarfile reads it, in a third of the time; None for one that is not as nearly all are."""
    (
        name, mode, uid, gid, size, mtime, checksum, kind, link, _, user, group, major, minor, prefix,
    ) = _FIELDS.unpack(data)  # fmt: skip
    if kind not in _PLAIN or prefix[0]:
        return None
    try:
        if _octal(checksum) != 256 + sum(data) - sum(checksum):
            return None
        info = tarfile.TarInfo(_until_zero(name))
        info.mode, info.uid, info.gid, info.size = _octal(mode), _octal(uid), _octal(gid), _octal(size)
        info.mtime, info.chksum, info.type = _octal(mtime), _octal(checksum), kind
        info.linkname, info.uname, info.gname = _until_zero(link), _until_zero(user), _until_zero(group)
        info.devmajor, info.devminor = _octal(major), _octal(minor)
    except ValueError:
        return None
    if kind == tarfile.DIRTYPE:
        info.name = info.name.rstrip("/")
    return info


#: the fields of a header, as tarfile.TarInfo has them, the magic, and the prefix of the name
_FIELDS = struct.Struct("100s8s8s8s12s12s8s1s100s8s32s32s8s8s155s12x")
_PLAIN = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)


def _until_zero(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _octal(field: bytes) -> int:
    """Raises ValueError for what is not just digits, an end, or nothing."""
    digits = field.partition(b"\0")[0].strip(b" ")
    if digits and not digits.isdigit():
        raise ValueError(digits)
    return int(digits or b"0", 8)


def pax_records(data: bytes) -> dict[str, bytes]:
    """The records of a PAX header, "LENGTH KEY=VALUE\\n" each. Raises BrokenStream."""
    out: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 10)
        digits = data[at:space] if space > at else b""
        end = at + int(digits) if digits.isdigit() else 0
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if end <= space + 1 or end > len(data) or data[end - 1 : end] != b"\n" or not equals or not key:
            raise _bad("a malformed PAX record")
        out[_text(key)] = value
        at = end
    return out


def is_sparse(info: tarfile.TarInfo, records: Iterable[str]) -> bool:
    return info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse.") for key in records)


def _with(info: tarfile.TarInfo, records: dict[str, bytes]) -> tarfile.TarInfo:
    """The entry with its header's values replaced by those of its records. Raises BrokenStream."""
    if "path" in records:
        info.name = _text(records["path"])
    if "linkpath" in records:
        info.linkname = _text(records["linkpath"])
    if "size" in records:
        info.size = _number(records["size"], "size")
    if "mtime" in records:
        info.mtime = _seconds(records["mtime"])
    if info.size < 0:
        raise _bad(f"a size of {info.size}")
    if "\0" in info.name + info.linkname:
        raise _bad("a name with a zero byte")
    if info.type == tarfile.AREGTYPE and info.name.endswith("/"):
        info.type = tarfile.DIRTYPE
    info.pax_headers = {key: value.decode("utf-8", "surrogateescape") for key, value in records.items()}
    return info


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _number(data: bytes, what: str) -> int:
    if not data.isdigit() or len(data) > 19:
        raise _bad(f"a {what} of {_text(data[:30])!r}")
    return int(data)


def _seconds(data: bytes) -> float:
    whole, point, fraction = data.partition(b".")
    if not whole.removeprefix(b"-").isdigit() or len(whole) > 12 or (point and not fraction.isdigit()):
        raise _bad(f"a time of {_text(data[:30])!r}")
    return float(whole + b"." + (fraction[:9] or b"0"))


def _bad(why: str) -> BrokenStream:
    return BrokenStream(f"invalid tar header: {why}")
