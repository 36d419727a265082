"""npipe://: a Windows named pipe as a connected socket. Overlapped, so that one thread can read while another writes.

Like docker's client (go-winio): an empty write closes our direction.
"""

from __future__ import annotations

import socket
from typing import Any

BROKEN_PIPE, NO_DATA, PENDING = 109, 232, 997


class PipeSocket:
    """The methods of a socket that Wire and Duplex need."""

    def __init__(self, path: str) -> None:
        """path: "//./pipe/docker_engine". Raises OSError."""
        import _winapi

        # the module has these names on Windows only
        self.api: Any = _winapi
        self.handle = self.api.CreateFile(
            path.replace("/", "\\"),
            self.api.GENERIC_READ | self.api.GENERIC_WRITE,
            0,
            0,
            self.api.OPEN_EXISTING,
            self.api.FILE_FLAG_OVERLAPPED,
            0,
        )

    def recv(self, size: int) -> bytes:
        """Some bytes; b"" at the end, and once it is closed."""
        if self.handle is None:
            return b""
        try:
            running, _ = self.api.ReadFile(self.handle, size, overlapped=True)
            count, _ = running.GetOverlappedResult(True)
        except OSError as error:
            if getattr(error, "winerror", 0) in (BROKEN_PIPE, NO_DATA):
                return b""
            raise
        return bytes(running.getbuffer()[:count])

    def hung_up(self) -> bool:
        """Always False: pipes cannot be polled without reading from them."""
        return False

    def sendall(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            running, _ = self.api.WriteFile(self.handle, bytes(view[: 1 << 20]), overlapped=True)
            view = view[running.GetOverlappedResult(True)[0] :]

    def shutdown(self, how: int) -> None:
        if how == socket.SHUT_WR:
            self.api.WriteFile(self.handle, b"", overlapped=True)[0].GetOverlappedResult(True)
        else:
            self.close()

    def settimeout(self, seconds: float | None) -> None:
        """No effect: pipes have no timeout."""

    def close(self) -> None:
        handle, self.handle = self.handle, None
        if handle is not None:
            self.api.CloseHandle(handle)
