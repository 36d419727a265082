"""Find and run other programs, with limits on time and output.

A program is looked up in the absolute entries of PATH only. An empty or relative entry means the current folder, which
others may have written (a project, a download): nothing there is ever run, neither by us nor by our child processes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Mapping, Sequence

from pydock.values import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from typing import IO

#: bytes that a program may write where a few lines are expected
MAX_ANSWER = 1 << 20


def find(name: str, environ: Mapping[str, str]) -> str:
    """The absolute path of a program; "" where no folder of PATH has it, or the name has a slash."""
    return find_in(name, folders(environ))


def find_in(name: str, folders: Collection[str]) -> str:
    """The first program of that name in these folders; "" if there is none."""
    if not name or os.path.basename(name) != name or "\0" in name:
        return ""
    paths = (os.path.join(folder, name + suffix) for folder in folders for suffix in _suffixes(name))
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), "")


def folders(environ: Mapping[str, str]) -> list[str]:
    """The absolute entries of PATH."""
    return [folder for folder in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process, which then finds programs by the same rule."""
    return {**environ, **({"PATH": os.pathsep.join(folders(environ))} if "PATH" in environ else {})}


def _suffixes(name: str) -> Sequence[str]:
    if sys.platform != "win32":
        return ("",)
    known = os.environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").lower().split(";")
    return ("",) if name.lower().endswith(tuple(known)) else tuple(known)


@record
class Answer:
    """code: the exit status, or minus a signal's number; problem: why it was killed, "" if it was not."""

    code: int
    out: bytes
    err: bytes
    problem: str = ""


def ask(
    command: Sequence[str], environ: Mapping[str, str], data: bytes = b"", cwd: str | None = None, *,
    seconds: float, hear_errors: bool = True, new_session: bool = False,
) -> Answer:  # fmt: skip
    """Run a program and return its output. It is killed after MAX_ANSWER bytes or `seconds`.

    command: begins with an absolute path; data: its stdin; hear_errors: capture stderr instead of passing it through;
    new_session: without a terminal, so that it cannot prompt. Raises OSError where it cannot be started.
    """
    # loaded where a program is run: help only looks for plugins
    import subprocess
    from threading import Thread

    process = subprocess.Popen(
        list(command), cwd=cwd, env=environment(environ), stdin=subprocess.PIPE if data else subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE if hear_errors else None, start_new_session=new_session,
    )  # fmt: skip
    end = time.monotonic() + seconds
    out, err = _Listener(process, process.stdout), _Listener(process, process.stderr)
    try:
        if process.stdin:
            Thread(target=_feed, args=(process.stdin, data), daemon=True).start()
        for listener in (out, err):
            # a child of the program may keep its output open after it has exited
            listener.thread.join(max(0.0, end - time.monotonic()))
        process.wait(max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return Answer(0, b"", b"", f"did not end within {seconds:g} seconds")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if out.thread.is_alive() or err.thread.is_alive():
        return Answer(process.returncode, b"", b"", f"did not end within {seconds:g} seconds")
    if out.too_long or err.too_long:
        return Answer(process.returncode, b"", b"", f"wrote more than {MAX_ANSWER >> 20} MiB")
    return Answer(process.returncode, out.said, err.said)


def _feed(stdin: IO[bytes], data: bytes) -> None:
    try:
        with stdin:
            stdin.write(data)
    except OSError:
        # the program need not read it
        return


class _Listener:
    """Reads a program's output to its end; kills the program if it is too long. pipe None: no output."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes] | None) -> None:
        from threading import Thread

        self.process, self.pipe = process, pipe
        self.said, self.too_long = b"", False
        self.thread = Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        if self.pipe is None:
            return
        with self.pipe:
            self.said = self.pipe.read(MAX_ANSWER + 1)
            if len(self.said) > MAX_ANSWER:
                self.too_long = True
                self.process.kill()
