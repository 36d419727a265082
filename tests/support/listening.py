"""Servers in this process: what takes connections, and one end of a connection as the engine client gives it to others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from pydock.errors import BrokenStream


def each_connection(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    """Serve every connection in a thread of its own, until the listener is closed."""

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


class End:
    """A socket, as engine.hijack gives it; reads at most `step` bytes at a time."""

    def __init__(self, sock: socket.socket, step: int = 1 << 18) -> None:
        self.sock, self.step = sock, step

    def read(self) -> bytes:
        try:
            return self.sock.recv(self.step)
        except OSError:
            return b""

    def write(self, data: bytes | memoryview) -> None:
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise BrokenStream(str(error)) from error

    def hang_up(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        self.sock.close()
