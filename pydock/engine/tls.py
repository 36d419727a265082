"""TLS over a connected socket, with half-close, and with one thread reading while another writes.

Python's SSLSocket supports neither: its unwrap() closes both directions, and OpenSSL's objects must not be used by two
threads at once. Here the TLS state is kept in memory (ssl.MemoryBIO) under a lock, apart from the socket.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading

BLOCK = 256 * 1024


class TlsSocket:
    """The methods of a socket that Wire and Duplex need. TLS errors are ssl.SSLError, which is an OSError."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        """Does the handshake. Raises OSError."""
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
        #: locks of the TLS state, and of sending: records must be sent in the order in which they were made
        self.state, self.sending = threading.Lock(), threading.Lock()
        #: made and not sent yet: belongs to who holds `sending`
        self.unsent = b""
        #: received before our direction was closed
        self.ready = bytearray()
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
        self._flush()

    def _pending(self) -> bytes:
        """The records to send next; for who holds `sending`."""
        if not self.unsent:
            with self.state:
                self.unsent = self.outgoing.read()
        return self.unsent

    def _flush(self) -> None:
        """Send the pending TLS records."""
        with self.sending:
            while data := self._pending():
                # what fails is not sent again
                self.unsent = b""
                self.sock.sendall(data)

    def _flush_some(self) -> bool:
        """Send of the pending records what can be sent without waiting; is something left? A thread that is sending sends
        them all.
        """
        if not self.sending.acquire(blocking=False):
            return False
        seconds = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            while data := self._pending():
                self.unsent = data[self.sock.send(data) :]
            return False
        except (BlockingIOError, InterruptedError):
            return True
        except (BrokenPipeError, ConnectionResetError):
            # what the peer said before it went can still be read
            self.unsent = b""
            return False
        finally:
            self.sock.settimeout(seconds)
            self.sending.release()

    def _wait(self) -> int:
        """Until something can be received or sent: which of them, as bits of selectors."""
        with selectors.DefaultSelector() as both:
            both.register(self.sock, selectors.EVENT_READ | selectors.EVENT_WRITE)
            ready = both.select(self.sock.gettimeout())
        if not ready:
            raise TimeoutError("timed out")
        return ready[0][1]

    def _fill(self) -> None:
        """Wait for more bytes without the lock, so that the other thread can write."""
        data = self.sock.recv(BLOCK)
        with self.state:
            if data:
                self.incoming.write(data)
            else:
                self.incoming.write_eof()

    def recv(self, size: int) -> bytes:
        """At least one byte; b"" when the peer has closed its direction."""
        while True:
            try:
                with self.state:
                    if self.ready:
                        data = bytes(self.ready[:size])
                        del self.ready[:size]
                        return data
                    return self.tls.read(size)
            except ssl.SSLWantReadError:
                # records of TLS itself (a key update) must be sent, and maybe what the other thread has just made; but
                # the peer may wait for our reading: sending never keeps from that
                if not self._flush_some() or self._wait() & selectors.EVENT_READ:
                    self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def hung_up(self) -> bool:
        """Has the peer closed an idle connection, or sent anything unrequested? Does not block."""
        self.sock.setblocking(False)
        try:
            data = self.sock.recv(BLOCK)
            with self.state:
                self.incoming.write(data)
                # session tickets are handled by TLS itself, and leave nothing to read
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
        """SHUT_WR: close our direction (close_notify) only. SHUT_RDWR: close both at once."""
        if how != socket.SHUT_WR:
            self.sock.shutdown(how)
            return
        with self.state:
            # Python's unwrap() also waits for the peer's close_notify, and would discard data before it
            try:
                while data := self.tls.read(BLOCK):
                    self.ready += data
            except ssl.SSLError:
                pass  # nothing more is there
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass  # the peer's close_notify, which is not waited for
        self._flush()

    def settimeout(self, seconds: float | None) -> None:
        self.sock.settimeout(seconds)

    def close(self) -> None:
        self.sock.close()
