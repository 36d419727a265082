"""Engines that pydock runs for this user: one for each name, each with its own folders, and a context of that name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from pydock import programs
from pydock.config.current import Contexts
from pydock.config.endpoint import Endpoint
from pydock.config.file import ConfigFile
from pydock.errors import Failure, first_line
from pydock.files.atomic import make_folders, remove_folder, write_whole
from pydock.files.lock import locked_folder
from pydock.go.json import decode
from pydock.machine.places import engines_folder, listed, state_folder
from pydock.machine.probe import REACHABLE, Probe, probe
from pydock.machine.process import Process, until
from pydock.machine.programs import Folders, choose, environment, make_bridge, podman_command, remove_bridge, spawn
from pydock.values import record

#: seconds that an engine may take to answer, to end, and to die when it was killed
START, STOP, DYING = 60.0, 60.0, 5.0
#: what its context says
DESCRIPTION = "Engine started by pydock"
#: lines of the log that are shown where an engine does not start; bytes of a path of a socket
LINES, PATH = 15, 107
SHAPE = {"pid": int, "start": int, "boot": str, "kind": str, "bridge": str}


@record
class Noted:
    """What is kept of an engine that was started."""

    process: Process
    kind: str
    bridge: str


@record
class Running:
    """already: it was running before; outward: can its containers reach other hosts?"""

    host: str
    log: str
    probe: Probe
    already: bool = False
    outward: bool = True


class OwnEngines:
    """See the module."""

    def __init__(self, contexts: Contexts, config: ConfigFile, environ: Mapping[str, str]) -> None:
        self.contexts, self.config, self.environ = contexts, config, environ

    def folders(self, name: str) -> Folders:
        return Folders(os.path.join(state_folder(self.environ), name), os.path.join(engines_folder(self.environ), name))

    def names(self) -> list[str]:
        """Those that were started here, whether they run or not."""
        return sorted(listed(state_folder(self.environ)))

    # -- start -------------------------------------------------------------------------------------

    def start(self, name: str, wanted: str = "") -> Running:
        """Run the engine of that name, and give it its context. Raises Failure."""
        if not sys.platform.startswith("linux"):
            raise Failure("engines can be started on Linux only: elsewhere they need a virtual machine")
        folders = self.folders(name)
        if len(os.fsencode(folders.socket)) > PATH:
            raise Failure(f"{folders.socket}: the path of a socket must be shorter: set XDG_RUNTIME_DIR")
        self._check_context(name, folders)
        for folder in (folders.state, folders.runtime):
            private_folder(folder)
        with self._alone(folders):
            running = self._running(folders) or self._launch(name, folders, wanted)
            self._add_context(name, folders)
        return running

    @contextmanager
    def _alone(self, folders: Folders) -> Iterator[None]:
        """Of two at once, the second waits for the first."""
        try:
            with locked_folder(folders.state, START + STOP):
                yield
        except OSError as error:
            raise Failure(f"{error.filename or folders.state}: {first_line(error)}") from error

    def _running(self, folders: Folders) -> Running | None:
        """The engine that runs already; None if there is none. Raises Failure if it does not answer."""
        noted = read_note(folders)
        if noted is None or not noted.process.runs:
            return None
        if not until(lambda: ask(folders).state == REACHABLE, START):
            raise Failure(f"process {noted.process.pid} is this engine, but does not answer: see {folders.log}")
        return Running(f"unix://{folders.socket}", folders.log, ask(folders), already=True)

    def _launch(self, name: str, folders: Folders, wanted: str) -> Running:
        launch = choose(name, folders, self.environ, wanted)
        # what an engine that was killed has left
        until(lambda: not containerd_runs(folders), DYING)
        for path in (folders.socket, os.path.join(folders.runtime, "pid")):
            with suppress(FileNotFoundError):
                os.unlink(path)
        make_folders(folders.data)
        if launch.bridge:
            make_bridge(launch.bridge, launch.environ)
        before = os.path.getsize(folders.log) if os.path.exists(folders.log) else 0
        process = spawn(launch, folders.log)
        try:
            started = Process.of(process.pid)
            if started:
                write_note(folders, Noted(started, launch.kind, launch.bridge))
            answer = self._wait(process, folders, before)
        except BaseException:
            # above all an interrupt: nothing is left behind
            end(process)
            self._forget(folders, launch.bridge)
            raise
        # it goes on without us: nobody waits for its end
        process.returncode = 0
        return Running(f"unix://{folders.socket}", folders.log, answer, outward=launch.outward)

    def _wait(self, process: subprocess.Popen[bytes], folders: Folders, before: int) -> Probe:
        """Until it answers. before: the size of the log before. Raises Failure with the log's last lines."""
        ended = False

        def known() -> bool:
            nonlocal ended
            ended = process.poll() is not None
            return ended or ask(folders).state == REACHABLE

        answered = until(known, START)
        if ended or not answered:
            what = f"ended with exit code {process.returncode}" if ended else f"did not answer within {START:g} seconds"
            lines = last_lines(folders.log, before)
            raise Failure(
                "\n".join([f"the engine {what}; the end of {folders.log}:", *(f"  {line}" for line in lines)])
            )
        return ask(folders)

    # -- its context -------------------------------------------------------------------------------

    def _is_ours(self, name: str, folders: Folders) -> bool:
        """Is the context of this name that of the engine?"""
        if not self.contexts.stored.exists(name):
            return False
        try:
            meta = self.contexts.stored.load(name)
        except ValueError:
            return False
        endpoint = (meta.get("Endpoints") or {}).get("docker") or {}
        return bool(endpoint.get("Host") == f"unix://{folders.socket}")

    def _check_context(self, name: str, folders: Folders) -> None:
        """Raises Failure where the context is another engine's."""
        if self.contexts.stored.exists(name) and not self._is_ours(name, folders):
            raise Failure(f'context "{name}" exists, and is not that of an engine started here: choose another name')

    def _add_context(self, name: str, folders: Folders) -> None:
        if self._is_ours(name, folders):
            return
        endpoint = {"Host": f"unix://{folders.socket}", "SkipTLSVerify": False}
        meta = {"Name": name, "Metadata": {"Description": DESCRIPTION}, "Endpoints": {"docker": endpoint}}
        self.contexts.stored.add(name, meta, {})

    def _remove_context(self, name: str, folders: Folders) -> None:
        if self._is_ours(name, folders):
            if self.config.current_context == name:
                self.config.change(lambda data: data.pop("currentContext", None))
            self.contexts.stored.discard(name)

    # -- stop --------------------------------------------------------------------------------------

    def stop(self, name: str) -> bool:
        """End the engine that was started, and remove its context; its data stay. Was it running? Raises Failure."""
        folders = self.check(name)
        with self._alone(folders):
            noted = read_note(folders)
            running = noted is not None and noted.process.runs
            if noted and running:
                self._end(folders, noted)
            elif left := left_behind(folders):
                numbers = " ".join(map(str, left))
                raise Failure(
                    f'engine "{name}" was killed, and processes of its containers go on: start it again, which ends them, and stop it '
                    f"then; or end them: kill {numbers}"
                )
            self._remove_context(name, folders)
            self._forget(folders, noted.bridge if noted else "")
        return running

    def check(self, name: str) -> Folders:
        """The folders of an engine. Raises Failure if none of that name was started here."""
        folders = self.folders(name)
        if not os.path.isdir(folders.state):
            raise Failure(f'there is no engine "{name}" that was started here')
        return folders

    def _end(self, folders: Folders, noted: Noted) -> None:
        environ = environment(self.environ)
        if noted.kind == "podman" and (podman := programs.find("podman", environ)):
            # its service does not end the containers, as dockerd does
            programs.ask(podman_command(podman, folders, "stop", "--all"), environ, seconds=STOP)
        if not noted.process.end(STOP):
            raise Failure(f"process {noted.process.pid} has not ended within {STOP:g} seconds: see {folders.log}")

    def _forget(self, folders: Folders, bridge: str) -> None:
        for path in (note_path(folders), folders.socket):
            with suppress(FileNotFoundError):
                os.unlink(path)
        if bridge:
            remove_bridge(bridge, environment(self.environ))

    def purge(self, name: str) -> None:
        """Remove all that an engine has kept, once it is stopped. Raises Failure."""
        folders = self.folders(name)
        with self._alone(folders):
            noted = read_note(folders)
            if noted and noted.process.runs:
                raise Failure(f'engine "{name}" is running again')
            for folder in (folders.runtime, folders.state):
                self._remove(folder)

    def _remove(self, folder: str) -> None:
        for place in reversed(mounts_below(folder)):
            # namespaces, and what an engine that was killed has left
            programs.ask(
                [programs.find("umount", environment(self.environ)) or "/bin/umount", place], self.environ, seconds=30
            )
        if mounted := mounts_below(folder):
            raise Failure(f"something is still mounted at {mounted[0]}: nothing is removed")
        try:
            if os.path.lexists(folder):
                remove_folder(folder)
        except OSError as error:
            # files of other users of a user's namespace
            for words in (("rootlesskit",), ("podman", "unshare")):
                if os.geteuid() and (program := programs.find(words[0], environment(self.environ))):
                    done = programs.ask([program, *words[1:], "rm", "-rf", "--", folder], self.environ, seconds=600)
                    if not done.code and not os.path.lexists(folder):
                        return
            raise Failure(f"{error.filename or folder}: {first_line(error)}") from error


def containerd_runs(folders: Folders) -> bool:
    """Does the containerd of an engine that was killed still run? The kernel ends it, which takes a moment: another dockerd
    would take it for its own, and wait for it in vain."""
    try:
        with open(os.path.join(folders.runtime, "exec", "containerd", "containerd.pid"), encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return file.read().strip() == "containerd"
    except (OSError, ValueError):
        return False


def left_behind(folders: Folders) -> list[int]:
    """The processes that an engine that was killed has left: those beside its containers, which name its folders."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{entry}/cmdline", "rb") as file:
            if f"{folders.runtime}/".encode() in file.read():
                found.append(int(entry))
    return sorted(found)


def note_path(folders: Folders) -> str:
    return os.path.join(folders.state, "engine.json")


def read_note(folders: Folders) -> Noted | None:
    """What is known of the engine; None for nothing, or nothing that can be read."""
    try:
        with open(note_path(folders), "rb") as file:
            found: Any = decode(file.read(), SHAPE)
    except (OSError, ValueError):
        return None
    return Noted(Process(found["pid"], found["start"], found["boot"]), found["kind"], found["bridge"])


def write_note(folders: Folders, noted: Noted) -> None:
    """Raises Failure, OSError."""
    process = noted.process
    note = {
        "pid": process.pid,
        "start": process.start,
        "boot": process.boot,
        "kind": noted.kind,
        "bridge": noted.bridge,
    }
    write_whole(note_path(folders), [json.dumps(note).encode()])


def ask(folders: Folders) -> Probe:
    return probe([Endpoint(f"unix://{folders.socket}")], 2.0)[0]


def end(process: subprocess.Popen[bytes]) -> None:
    """End what was just started."""
    if process.poll() is None:
        process.terminate()
        if not until(lambda: process.poll() is not None, STOP):
            process.kill()
            process.wait()


def private_folder(path: str) -> None:
    """Make a folder that is this user's alone. Raises Failure."""
    try:
        make_folders(path)
        found = os.lstat(path)
        if found.st_uid != os.geteuid() or os.path.islink(path):
            raise Failure(f"{path} is not a folder of this user")
        os.chmod(path, 0o700)
    except OSError as error:
        raise Failure(f"{error.filename or path}: {first_line(error)}") from error


def last_lines(path: str, before: int) -> list[str]:
    """The last lines of what was written since."""
    try:
        with open(path, "rb") as file:
            file.seek(before)
            return file.read().decode("utf-8", "replace").splitlines()[-LINES:]
    except OSError:
        return []


def mounts_below(folder: str) -> list[str]:
    """Where file systems are mounted in a folder: what is in them must not be removed."""
    begin = os.path.realpath(folder) + "/"
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        # spaces and such are written in octal
        places = [re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), line.split(" ")[1]) for line in file]
    return [place for place in places if place.startswith(begin)]
