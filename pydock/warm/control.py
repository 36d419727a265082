"""Warm start, turned on and off by the user."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import time
from collections.abc import Callable

from pydock.errors import Failure
from pydock.warm import place

#: the longest time that the resident process may take to start, or to end, in seconds
PATIENCE = 10.0


class Warm:
    """The resident process of the user."""

    def __init__(self) -> None:
        self.folder = place.folder()

    def turn_on(self) -> None:
        """Make the folder, and start the process. Raises Failure."""
        if not place.AVAILABLE:
            raise Failure("warm start needs Linux 5.3 or newer: it is not available here")
        if not place.plain():
            raise Failure(
                "warm start is not for processes with variables of Python or the loader (PYTHON*, LD_*), or set-id"
            )
        try:
            os.mkdir(self.folder, 0o700)
        except FileExistsError:
            pass
        except OSError as error:
            raise Failure(f"mkdir {self.folder}: {error.strerror}") from None
        if not place.turned_on():
            raise Failure(f"{self.folder} is not a private folder of this user: remove it")
        from pydock.warm.begin import begin

        begin()
        if not self._until(lambda: self.process() != 0):
            raise Failure("the warm process has not started; commands run without it")

    def turn_off(self) -> None:
        """End the process, and remove the folder. Raises Failure."""
        if not place.turned_on():
            return
        process = self.process()
        if process:
            os.kill(process, signal.SIGTERM)
            self._until(lambda: self.process() == 0)
        try:
            shutil.rmtree(self.folder)
        except OSError as error:
            raise Failure(f"remove {self.folder}: {error.strerror}") from None

    def is_on(self) -> bool:
        return place.turned_on()

    def process(self) -> int:
        """The number of the process that listens; 0 where there is none, or it is not the user's."""
        if not self.is_on():
            return 0
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            try:
                connection.connect(place.socket_path())
                peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            except OSError:
                return 0
        process, user, _ = struct.unpack("3i", peer)
        return int(process) if user == os.getuid() else 0

    def _until(self, happened: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE
        while not (done := happened()) and time.monotonic() < end:
            time.sleep(0.02)
        return done
