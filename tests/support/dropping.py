"""A proxy in front of a TCP server that resets its first connections: python -m tests.support.dropping PORT TARGET COUNT"""

from __future__ import annotations

import socket
import struct
import sys
import threading

from tests.support.listening import each_connection


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Dropping:
    """Resets `left` connections once they have sent something, and passes on all others."""

    def __init__(self, target: int, left: int) -> None:
        self.target, self.left, self.lock = target, left, threading.Lock()

    def serve(self, connection: socket.socket) -> None:
        with self.lock:
            drop, self.left = self.left > 0, self.left - 1
        if drop:
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            return
        with connection, socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=pump, args=(server, connection), daemon=True)
            back.start()
            pump(connection, server)
            back.join(30)


if __name__ == "__main__":
    port, target, count = map(int, sys.argv[1:])
    listener = socket.create_server(("127.0.0.1", port))
    each_connection(listener, Dropping(target, count).serve)
    print("ready", flush=True)
    threading.Event().wait()
