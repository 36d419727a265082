"""TLS over a connected socket, with each direction ended on its own, and reading and writing from two threads.

Python's SSLSocket can do neither: its unwrap() ends both directions, and OpenSSL's objects must not be used by two
threads at once. Here the TLS state lives in memory under a lock (ssl.MemoryBIO), and only bytes go through the socket.
"""

from __future__ import annotations

import socket
import ssl
import threading

BLOCK = 256 * 1024


class TlsSocket:
    """What the engine's connections need of a socket. Errors of TLS are ssl.SSLError, which is an OSError."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        """Shakes hands. Raises OSError."""
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
        #: over the TLS state; and over the socket's sending side, so that records leave in the order in which they were
        #: made
        self.state, self.sending = threading.Lock(), threading.Lock()
        #: what had come when our direction was ended
        self.ready = bytearray()
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
        self._flush()

    def _flush(self, wait: bool = True) -> None:
        """Send what TLS has made. wait=False: leave it to the thread that is sending, if one is."""
        if not self.sending.acquire(blocking=wait):
            return
        try:
            while True:
                with self.state:
                    data = self.outgoing.read()
                if not data:
                    return
                self.sock.sendall(data)
        finally:
            self.sending.release()

    def _fill(self) -> None:
        """Wait for more bytes, without the lock: meanwhile the other thread writes."""
        data = self.sock.recv(BLOCK)
        with self.state:
            if data:
                self.incoming.write(data)
            else:
                self.incoming.write_eof()

    def recv(self, size: int) -> bytes:
        """Some bytes; b"" when the other side has ended its direction."""
        while True:
            try:
                with self.state:
                    if self.ready:
                        data = bytes(self.ready[:size])
                        del self.ready[:size]
                        return data
                    return self.tls.read(size)
            except ssl.SSLWantReadError:
                # what TLS itself has to say (a new key, say) must go out; but never wait for a sender that waits for
                # our reading
                self._flush(wait=False)
                self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def hung_up(self) -> bool:
        """Has the other side of an idle connection ended it, or sent what nobody asked for? Looks without waiting."""
        self.sock.setblocking(False)
        try:
            data = self.sock.recv(BLOCK)
            with self.state:
                self.incoming.write(data)
                # new session tickets are TLS's own affair, and leave nothing to read
                self.ready += self.tls.read(BLOCK) if data else b""
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        except OSError:
            pass
        finally:
            self.sock.setblocking(True)
        return True

    def sendall(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            with self.state:
                view = view[self.tls.write(view[:BLOCK]) :]
            self._flush()

    def shutdown(self, how: int) -> None:
        """SHUT_WR: our direction ends (close_notify), the other one flows on. SHUT_RDWR: both end at once."""
        if how != socket.SHUT_WR:
            self.sock.shutdown(how)
            return
        with self.state:
            # Python's unwrap() also looks for the other side's close_notify, and would throw away what comes before it
            try:
                while data := self.tls.read(BLOCK):
                    self.ready += data
            except ssl.SSLError:
                pass  # nothing more is there
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass  # the other side's close_notify is still to come, and is not waited for
        self._flush()

    def settimeout(self, seconds: float | None) -> None:
        self.sock.settimeout(seconds)

    def close(self) -> None:
        self.sock.close()
