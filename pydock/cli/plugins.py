"""Running CLI plugins: they get the whole command line, our streams and our signals, and their code is ours.

A plugin that knows docker's protocol connects to DOCKER_CLI_PLUGIN_SOCKET; that connection's end tells it to stop.
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
#: the variable that tells a plugin it is run by docker, without which it takes its own name for no command
ORIGINAL = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND"
#: a line that is shown to a person, and is no candidate
HINT = "_activeHelp_"


def run(app: App, path: str, args: Sequence[str]) -> None:
    """Run to the end. Raises Exit with the plugin's code, Failure where it cannot be started."""
    with _Line() as line:
        env = {**app.environ, ORIGINAL: sys.argv[0], **line.environ}
        try:
            process = subprocess.Popen([path, *args], env=env)
        except OSError as error:
            raise Failure(f"cannot run {path}: {error.strerror}") from error
        with _signals(lambda number, count: _pass_on(app, line, process, number, count)):
            code = process.wait()
    raise Exit(code if code >= 0 else 128 - code)


def _pass_on(app: App, line: _Line, process: subprocess.Popen[bytes], number: int, count: int) -> None:
    """What a signal means for the plugin: on a terminal it has got it by itself."""
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
    """The socket that the plugin listens on for our end. Only where the system has abstract names (Linux)."""

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
        """Tell the plugin to stop; False if it does not listen."""
        told = bool(self.connections)
        while self.connections:
            self.connections.pop().close()
        return told

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        if self.listener is not None:
            self.listener.close()


def complete(app: App, path: str, words: Sequence[str], described: bool, seconds: float) -> str:
    """What a plugin answers to `__complete`: its own candidates, and no more than those."""
    verb = "__complete" if described else "__completeNoDesc"
    try:
        answer = ask([path, verb, *words], {**app.environ, ORIGINAL: sys.argv[0]}, seconds=seconds)
    except OSError:
        return ":4\n"
    lines = [line for line in answer.out.decode("utf-8", "replace").splitlines() if not line.startswith(HINT)]
    return "\n".join([*lines, ""]) if lines and answer.code == 0 else ":4\n"
