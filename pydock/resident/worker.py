"""A worker: a fork of the resident process that runs one command line in its caller's place."""

from __future__ import annotations

import locale
import marshal
import os
import signal
import socket
import sys
import time

from pydock import main
from pydock.app import App
from pydock.errors import Failure, NoEngine
from pydock.resident.caller import Lacking, become_like, standing, take_streams
from pydock.warm import place
from pydock.warm.launcher import COLD, HELLO, NUMBER

#: the longest time that a caller may take for its request, in seconds
PATIENCE = 5.0
#: a command line and an environment are shorter: the kernel's own limit
LONGEST = 8 << 20
#: engines that are reached without another program, which may ask on the terminal of its session
REACHED = ("unix", "tcp")


def work(connection: socket.socket, process: int, ours: tuple[object, ...]) -> None:
    """Run the command line of a calling process; never returns. ours: standing() of the resident process."""
    try:
        if not prepared(connection, process, ours):
            try:
                connection.sendall(COLD)
            except OSError:
                pass  # it has gone, or waits no more
            os._exit(0)
        main.main()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def prepared(connection: socket.socket, process: int, ours: tuple[object, ...]) -> bool:
    """Has the caller's whole request come, and can it be run here? Nothing has been done otherwise."""
    try:
        if standing(process) != ours:
            return False
        connection.settimeout(PATIENCE)
        connection.sendall(HELLO + os.getpid().to_bytes(NUMBER, sys.byteorder))
        return take_over(process, *read(connection))
    except Lacking:
        # the one that the next call starts will have what that has
        os.kill(os.getppid(), signal.SIGTERM)
        return False
    except Exception:  # whatever it is: the caller can do it by itself
        return False


def read(connection: socket.socket) -> tuple[bytes, list[int]]:
    """The whole request. Raises OSError and ValueError."""
    data, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    if len(descriptors) != 3 or len(data) < NUMBER:
        raise ValueError
    length, parts = int.from_bytes(data[:NUMBER], sys.byteorder), [data[NUMBER:]]
    if length > LONGEST:
        raise ValueError
    missing = length - len(parts[0])
    while missing > 0:
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            raise ValueError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts), descriptors


def take_over(process: int, request: bytes, descriptors: list[int]) -> bool:
    """Become like the caller; returns whether the command line can be run here. Raises whatever the system does."""
    stamp, words, environ, streams = marshal.loads(request)
    if stamp != place.stamp():
        return False
    become_like(process)
    os.environb.clear()
    os.environb.update(environ)
    time.tzset()
    # Python has done this for LC_CTYPE alone
    locale.setlocale(locale.LC_CTYPE, "")
    take_streams(descriptors)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding=encoding, errors=errors, closefd=False)
        for number, mode, (encoding, errors) in zip(range(3), "rww", streams)
    )
    sys.argv[:] = map(os.fsdecode, words)
    return reachable(main.app_of_process())


def reachable(app: App) -> bool:
    """Is the engine one of REACHED? What is to be told of its configuration the command itself tells."""
    app.err.silence()
    try:
        return app.contexts.endpoint.scheme in REACHED
    except (Failure, NoEngine):
        return False
