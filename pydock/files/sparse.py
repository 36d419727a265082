"""Files with holes: stretches of zeros that take up no space."""

from __future__ import annotations

import os

#: zeros that become a hole: not less than a block of any usual file system
HOLE = bytes(1 << 16)


def write_sparse(handle: int, data: bytes) -> None:
    """Append the data to a new file, but skip stretches of zeros, which become holes. Raises OSError."""
    view, at = memoryview(data), os.lseek(handle, 0, os.SEEK_CUR)
    while view:
        # stretches begin at multiples of their length, and so at blocks of the file system
        piece = view[: len(HOLE) - at % len(HOLE)]
        at, view = at + len(piece), view[len(piece) :]
        if piece == HOLE[: len(piece)]:
            os.lseek(handle, len(piece), os.SEEK_CUR)
            continue
        while piece:
            piece = piece[os.write(handle, piece) :]


def end_sparse(handle: int) -> None:
    """A hole at the end is no part of the file yet. Raises OSError."""
    os.ftruncate(handle, os.lseek(handle, 0, os.SEEK_CUR))
