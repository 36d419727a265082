"""Has the whole of a tar archive come? Its headers tell, whatever it came by: ustar, with pax's records of sizes. Pure."""

from __future__ import annotations

import re

RECORD = 512
#: two blocks of zeros end an archive: POSIX, pax
END = bytes(2 * RECORD)
#: links, devices, folders and pipes: nothing follows their header, whatever size it has
WITHOUT_CONTENT = b"123456"
#: the longest extended header
LONGEST = 1 << 20
_SIZE = re.compile(rb"\d+ size=(\d{1,18})\n")


class ArchiveEnd:
    """Follows an archive from header to header, without keeping it. An end that only looks like one, zeros within a file, is
    none. What cannot be followed is judged by its last bytes alone."""

    def __init__(self) -> None:
        self.tail = b""
        self.lost = False
        #: how much has come since the first block of the end began; 0 before
        self.ending = 0
        #: bytes of content until the next header, or else the bytes of a header that have come, and how many it has
        self._skip, self._held, self._need = 0, b"", RECORD
        #: is it the content of an extended header that is read? What one has said of the next file's size
        self._extended, self._size = False, b""

    @property
    def whole(self) -> bool:
        return (self.lost or self.ending >= len(END)) and self.tail == END

    def follow(self, block: bytes | memoryview) -> None:
        """Take what comes next of the archive."""
        size = len(block)
        self.tail = bytes(block[-len(END) :]) if size >= len(END) else (self.tail + block)[-len(END) :]
        at = 0
        while at < size and not self.ending and not self.lost:
            if self._skip:
                step = min(self._skip, size - at)
                self._skip -= step
                at += step
                continue
            more = block[at : at + self._need - len(self._held)]
            self._held += more
            at += len(more)
            if len(self._held) == self._need:
                header, self._held = self._held, b""
                self._take(header)
        if self.ending:
            self.ending += size - at

    def _take(self, data: bytes) -> None:
        """A header, or the content of an extended one."""
        if self._extended:
            found = _SIZE.search(data)
            self._extended, self._need, self._size = False, RECORD, found[1] if found else b""
            return
        field, kind = data[124:136], data[156:157]
        digits = field.strip(b" \0")
        if not data.strip(b"\0"):
            self.ending = RECORD
        elif field[:1] != b"\x80" and digits.strip(b"01234567"):
            self.lost = True
        else:
            # GNU's binary form, or octal digits
            size = int.from_bytes(field[1:], "big") if field[:1] == b"\x80" else int(digits or b"0", 8)
            if kind == b"x" and 0 < size <= LONGEST:
                self._extended, self._need = True, -(-size // RECORD) * RECORD
                return
            size = 0 if kind in WITHOUT_CONTENT else int(self._size or size)
            self._skip, self._size = -(-size // RECORD) * RECORD, b""
