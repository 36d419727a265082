"""Signals take effect at once, even just before the main thread begins to wait.

Python runs signal handlers between two bytecodes of the main thread. A signal interrupts a blocking call. But one that
arrives just before the call begins, or that the kernel delivers to another thread, would be handled only when the call
returns. So a thread is notified of every signal, and interrupts the main thread until it has handled the signal. It
uses SIGURG, as Go's runtime does: nobody else sends it.
"""

from __future__ import annotations

import os
from _thread import get_ident, start_new_thread
from time import sleep
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # see pydock.main

#: seconds until the first interruption; doubled for each following one
PAUSE = 0.01


class Waker:
    """Wakes the thread that creates it: the main one."""

    def __init__(self) -> None:
        """Raises OSError, and RuntimeError where no thread can be started."""
        self.sleeper, self.looked = get_ident(), False
        self.heard, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.signal(signal.SIGURG, self._look)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        start_new_thread(self._listen, ())

    def _look(self, number: int, frame: FrameType | None) -> None:
        """Runs once the handlers of all earlier signals have run."""
        self.looked = True

    def _listen(self) -> None:
        while numbers := os.read(self.heard, 256):
            if numbers.strip(bytes([signal.SIGURG])):
                self._wake()

    def _wake(self) -> None:
        self.looked, pause = False, PAUSE
        while not self.looked:
            sleep(pause)
            signal.pthread_kill(self.sleeper, signal.SIGURG)
            pause *= 2


def keep_awake() -> None:
    """Handle every signal at once from now on; has no effect on Windows."""
    if hasattr(signal, "pthread_kill"):
        try:
            Waker()
        except (OSError, RuntimeError):
            pass  # out of files or threads: the command can run without
