"""Running CLI plugins: with the whole command line, our streams and signals; we exit with their exit code.

A plugin that implements docker's protocol connects to DOCKER_CLI_PLUGIN_SOCKET, and stops when that is closed.
"""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydock.app import App
from pydock.errors import Exit, Failure
from pydock.programs import ask

FORCED = 3
#: the variable by which a plugin recognizes that the CLI runs it, and that its first argument is its own name
ORIGINAL = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"
#: the prefix of a hint for the user, which is not a candidate
HINT = "_activeHelp_"


def run(app: App, path: str, args: Sequence[str]) -> None:
    """Run a plugin to its end. Raises Exit with its exit code, Failure if it cannot be started."""
    if app.globals.watched:
        _tell_unseen(app, path)
    with _Line() as line:
        env = {**app.environ, ORIGINAL: sys.argv[0], **line.environ}
        try:
            process = subprocess.Popen([path, *args], env=env)
        except OSError as error:
            raise Failure(f"cannot run {path}: {error.strerror}") from error
        with _signals(lambda number, count: _pass_on(app, line, process, number, count)):
            code = process.wait()
    raise Exit(code if code >= 0 else 128 - code)


def _tell_unseen(app: App, path: str) -> None:
    """For --curl and --trace. Raises Failure where the plugin might change something."""
    unseen = f"{path} is a plugin: it makes its requests itself, and they are not seen"
    if "only" in app.globals.curl:
        raise Failure(f"--curl=only: {unseen}")
    app.err.line(f"# {unseen}")


def _pass_on(app: App, line: _Line, process: subprocess.Popen[bytes], number: int, count: int) -> None:
    """Forward a signal to the plugin: on a terminal the plugin receives SIGINT directly."""
    if count >= FORCED:
        process.kill()
        raise Failure(f"got {FORCED} SIGTERM/SIGINTs, forcefully exiting")
    if app.out.is_terminal and number == signal.SIGINT:
        return
    if not line.hang_up():
        process.send_signal(number)


@contextmanager
def _signals(act: Callable[[int, int], None]) -> Iterator[None]:
    count = 0

    def handle(number: int, frame: Any) -> None:
        nonlocal count
        count += 1
        act(number, count)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old if old is not None else signal.SIG_DFL)


class _Line:
    """The socket whose closing tells the plugin to stop. Only on systems with abstract sockets (Linux)."""

    def __init__(self) -> None:
        self.listener: socket.socket | None = None
        self.connections: list[socket.socket] = []
        self.environ: dict[str, str] = {}

    def __enter__(self) -> _Line:
        if sys.platform == "linux":
            name = f"docker_cli_{secrets.token_hex(16)}"
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(f"\0{name}")
            self.listener.listen()
            self.environ = {"DOCKER_CLI_PLUGIN_SOCKET": f"@{name}"}
            threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self) -> None:
        try:
            while self.listener is not None:
                self.connections.append(self.listener.accept()[0])
        except OSError:
            return

    def hang_up(self) -> bool:
        """Close the connections, to stop the plugin; False if it is not connected."""
        connected = bool(self.connections)
        while self.connections:
            self.connections.pop().close()
        return connected

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        if self.listener is not None:
            self.listener.close()


def complete(app: App, path: str, words: Sequence[str], described: bool, seconds: float) -> str:
    """A plugin's response to `__complete`: its candidates, without hints."""
    verb = "__complete" if described else "__completeNoDesc"
    try:
        answer = ask([path, verb, *words], {**app.environ, ORIGINAL: sys.argv[0]}, seconds=seconds)
    except OSError:
        return ":4\n"
    lines = [line for line in answer.out.decode("utf-8", "replace").splitlines() if not line.startswith(HINT)]
    return "\n".join([*lines, ""]) if lines and answer.code == 0 else ":4\n"
