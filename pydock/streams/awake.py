"""A signal is acted on at once, also where it comes a moment before the main thread begins to wait.

Python runs its handlers between two steps of the main thread. A signal ends a call that waits: for the engine, a lock,
a child, a key. But one that comes just before the call begins, or that the kernel hands to another thread, would be
left until the call ends by itself. So a thread hears of every signal, and calls the main thread out of what it waits in
until that has looked. SIGURG does the calling, as in Go's programs: nobody else means anything by it.
"""

from __future__ import annotations

import os
import signal
from _thread import get_ident, start_new_thread
from time import sleep
from types import FrameType

#: seconds until the first call; the next ones take twice as long each
PAUSE = 0.01


class Waker:
    """Of the thread that makes it: the main one."""

    def __init__(self) -> None:
        """Raises OSError, and RuntimeError where no thread can be had."""
        self.sleeper, self.looked = get_ident(), False
        self.heard, told = os.pipe()
        os.set_blocking(told, False)
        signal.signal(signal.SIGURG, self._look)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        start_new_thread(self._listen, ())

    def _look(self, number: int, frame: FrameType | None) -> None:
        """Runs when the handlers of all signals that came before do."""
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
    """From now on no signal waits, where the system can see to it: Windows cannot."""
    if hasattr(signal, "pthread_kill"):
        try:
            Waker()
        except (OSError, RuntimeError):
            pass  # no file or no thread is left for us, which is no reason to do nothing
