"""The resident process: it holds the modules, and forks a worker for each call.

It reads nothing of a request, so that a worker is a copy of a clean state: what callers send, their workers read. It watches
both ends of each call: a caller that ends takes its worker along, and a worker that ends is told to its caller.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable
from importlib import import_module

from pydock import lazy_imports
from pydock.cli.index import COMMANDS
from pydock.resident import worker
from pydock.resident.caller import standing
from pydock.values import record
from pydock.warm.launcher import ENDED, NUMBER

#: seconds without a call after which it ends
IDLE = 600
#: what tells it to end
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: modules that commands load late
LATE = (
    "cli.complete", "cli.help", "cli.live", "cli.sources", "cli.support", "cli.tree", "config.current", "config.file", "config.plugins",
    "engine.ahead", "engine.engine", "engine.transport", "files.files", "go.encoding", "programs", "render.listing",
    "render.table", "render.templated", "render.values", "views.gotypes",
)  # fmt: skip


@record
class Call:
    """connection: to the caller; worker: the descriptor of its process; process: the number."""

    connection: socket.socket
    worker: int
    process: int


class Server:
    """Listens at a path until it is idle, told to end, or its files change."""

    def __init__(self, path: str, lock: int) -> None:
        self.path, self.lock = path, lock
        self.files = files()
        self.standing = standing("self")
        self.calls: dict[int, Call] = {}
        self.poll = select.poll()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.woken, waker = socket.socketpair()
        waker.setblocking(False)
        self.waker = waker

    def serve(self) -> None:
        """Raises OSError where it cannot listen."""
        self.remove()
        self.listener.bind(self.path)
        self.listener.listen(128)
        self.listener.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno())
        for number in ENDING:
            # that it was told is read from self.woken
            signal.signal(number, lambda *_: None)
        for end in (self.listener, self.woken):
            self.poll.register(end, select.POLLIN)
        try:
            while self.turn():
                pass
        finally:
            self.remove()
        # who connects from here on finds nobody, and runs cold; who waits for an answer gets it
        self.poll.unregister(self.listener)
        self.poll.unregister(self.woken)
        self.listener.close()
        while self.calls:
            self.attend(self.poll.poll())

    def remove(self) -> None:
        """Remove the socket, of this process or of one that was killed."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            pass

    def turn(self) -> bool:
        """Do what there is to do; returns whether to go on."""
        events = self.poll.poll(IDLE * 1000)
        heard = {number for number, _ in events}
        if self.woken.fileno() in heard or not (events or self.calls):
            return False
        self.attend(events)
        if self.listener.fileno() in heard:
            return self.accept()
        return True

    def accept(self) -> bool:
        """Fork a worker for a new call; returns whether to go on: not with files that are no longer those in memory."""
        if files(self.files) != self.files:
            return False
        try:
            connection, _ = self.listener.accept()
        except OSError:
            time.sleep(0.01)  # too many files, or nobody there any more
            return True
        connection.setblocking(True)
        process, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        try:
            if user != os.getuid() or not process:
                raise PermissionError
            # keeps a number for the descriptor of the worker
            spare = os.dup(0)
            child = os.fork()
        except OSError:
            connection.close()
            return True
        if child == 0:
            os.close(spare)
            self.leave()
            worker.work(connection, process, self.standing)
        os.close(spare)
        call = Call(connection, os.pidfd_open(child), child)
        self.calls[connection.fileno()] = self.calls[call.worker] = call
        # of the caller nothing is read: only its end is seen
        self.poll.register(connection, 0)
        self.poll.register(call.worker, select.POLLIN)
        return True

    def leave(self) -> None:
        """In a worker: keep nothing of the server and its other calls."""
        signal.set_wakeup_fd(-1)
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        for end in (self.listener, self.woken, self.waker):
            end.close()
        os.close(self.lock)
        for call in set(self.calls.values()):
            call.connection.close()
            os.close(call.worker)

    def attend(self, events: list[tuple[int, int]]) -> None:
        """Tell callers whose workers have ended, and end the workers of callers that have."""
        for number, _ in events:
            call = self.calls.get(number)
            if call is None:
                continue
            if number == call.worker:
                self.tell(call)
            else:
                os.kill(call.process, signal.SIGKILL)
                self.poll.unregister(number)
                del self.calls[number]

    def tell(self, call: Call) -> None:
        """The worker has ended: its status is the answer."""
        _, status = os.waitpid(call.process, 0)
        try:
            call.connection.send(ENDED + status.to_bytes(NUMBER, sys.byteorder), socket.MSG_DONTWAIT)
        except OSError:
            pass  # the caller has ended
        if self.calls.pop(call.connection.fileno(), None):
            self.poll.unregister(call.connection)
        self.poll.unregister(call.worker)
        del self.calls[call.worker]
        os.close(call.worker)
        call.connection.close()


def load() -> None:
    """Import what commands use."""
    lazy_imports.enable()
    lazy_imports.load_httpx()
    names = {module for module, _, _ in COMMANDS.values()} | {f"pydock.{name}" for name in LATE}
    for name in sorted(names):
        import_module(name)


def files(known: Iterable[str] = ()) -> dict[str, tuple[int, ...]]:
    """The files of this program, as they are on disk; known: their names, where they have been found."""
    found: dict[str, tuple[int, ...]] = {}
    for path in known or names_of_files():
        try:
            stat = os.stat(path)
            found[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            found[path] = ()
    return found


def names_of_files() -> list[str]:
    """Python, the folders that it imports from, and the modules that are not its own."""
    library = os.path.dirname(os.__file__)
    loaded = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    packages = [path for path in loaded if path and (not path.startswith(library) or "site-packages" in path)]
    return [os.path.realpath(sys.executable), *filter(None, sys.path), *packages]


def main() -> None:
    """What warm.begin runs: the socket's path and the lock's descriptor are its arguments."""
    started = time.time_ns()
    gc.disable()
    load()
    server = Server(sys.argv[1], int(sys.argv[2]))
    os.set_inheritable(server.lock, False)
    if all(not stat or stat[0] < started or os.path.isdir(path) for path, stat in server.files.items()):
        # else a file has changed since it may have been read
        server.serve()
