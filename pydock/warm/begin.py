"""Start the resident process: in the background, apart from the terminal and the session that it was started in."""

import fcntl
import os
import signal
import sys

from pydock.warm import place

#: what is run; the first entry of sys.path is the script's folder, in every process of a console script
CODE = "import sys; sys.path[0] = sys.argv.pop(1); from pydock.resident.server import main; main()"
#: variables that the process keeps: none of one call is left to another
KEPT = ("PATH", "HOME", "LANG", "LANGUAGE")


def begin() -> bool:
    """Start it, unless one is running; returns whether it was started. Raises nothing: a command goes on without."""
    try:
        lock = os.open(place.lock_path(), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child = os.fork()
    except OSError:
        os.close(lock)
        return False
    if child == 0:
        try:
            _become(lock)
        finally:
            os._exit(1)
    os.close(lock)
    os.waitpid(child, 0)
    return True


def _become(lock: int) -> None:
    """Become a process of its own, and the resident one. The lock goes along."""
    os.setsid()
    if os.fork():
        os._exit(0)
    first = os.path.abspath(sys.path[0])
    os.chdir("/")
    os.umask(0o077)
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    # whoever waits for the end of a pipe of the caller's would wait for us
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number != lock:
            try:
                os.close(number)
            except OSError:
                pass  # the one that listed them
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.set_inheritable(lock, True)
    environ = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("LC_")}
    os.execve(sys.executable, [sys.executable, "-c", CODE, first, place.socket_path(), str(lock)], environ)
