"""What a command line of the fault table needs on an engine: made ready over plain REST, cheaply, before each run."""

from __future__ import annotations

import http.client
import io
import json
import re
import shutil
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TINY_FILES = {"bin/f": b"x" * 3000, "etc/name": b"tiny\n"}


def tar_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


class World:
    """One worker's own objects on an engine; `names` fills the words of a line."""

    def __init__(self, engine: str, mark: str, folder: Path) -> None:
        """engine: its socket; mark: makes names this worker's own; folder: for what every run starts with."""
        self.engine, self.mark = engine, mark
        self.template = folder / "template"
        words = (
            "run",
            "still",
            "made",
            "paused",
            "done",
            "again",
            "ending",
            "tiny",
            "joined",
            "new",
            "net",
            "newnet",
            "vol",
            "newvol",
        )
        self.names = {word: f"{mark}-{word}" for word in words}
        self.names.update(tag=f"{mark}/tag:one", newtag=f"{mark}/new:one", tinytag=f"{mark}/tiny:one")
        self._lay_template()

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("engine")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.engine)
        try:
            data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
            connection.request(method, "/v1.41" + path, data, {"Content-Type": kind})
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(data) if data else None
        except ValueError:
            return answer.status, data

    # -- files -----------------------------------------------------------------------------------------

    def _lay_template(self) -> None:
        context = self.template / "context"
        context.mkdir(parents=True)
        (context / "Dockerfile").write_text("FROM scratch\nCOPY f /f\nLABEL a=b\n")
        (context / "f").write_text("content\n")
        (self.template / "plugin" / "rootfs").mkdir(parents=True)
        (self.template / "plugin" / "config.json").write_text(
            '{"description":"d","entrypoint":["/p"],"interface":{"types":["docker.volumedriver/1.0"],"socket":"p.sock"}}'
        )
        (self.template / "file").write_text("a file\n")
        (self.template / "tiny.tar").write_bytes(tar_of(TINY_FILES))
        self.ask(
            "POST", f"/images/create?fromSrc=-&repo={self.mark}/tiny&tag=one", tar_of(TINY_FILES), "application/x-tar"
        )
        status, saved = self.ask("GET", f"/images/{self.mark}/tiny:one/get")
        assert status == 200
        (self.template / "image.tar").write_bytes(saved)

    def lay(self, folder: Path, outputs: tuple[str, ...]) -> None:
        """A run's own folder; outputs hold something before."""
        shutil.copytree(self.template, folder)
        for name in outputs:
            (folder / name).write_bytes(b"old")

    def files(self, outputs: tuple[str, ...]) -> dict[str, bytes]:
        """What a run's own folder begins with."""
        found = {str(p.relative_to(self.template)): p.read_bytes() for p in self.template.rglob("*") if p.is_file()}
        return {**found, **dict.fromkeys(outputs, b"old")}

    # -- objects ---------------------------------------------------------------------------------------

    def ready(self, text: str) -> None:
        """Everything that a line's words name is as it must be."""
        for word in re.findall(r"{(\w+)}", text):
            make: Callable[[], None] | None = getattr(self, f"_{word}", None)
            if make:
                make()

    def _state(self, word: str) -> dict[str, Any]:
        status, found = self.ask("GET", f"/containers/{self.names[word]}/json")
        return found["State"] if status == 200 else {}

    def _remove(self, name: str) -> None:
        self.ask("DELETE", f"/containers/{name}?force=1&v=1")

    def _create(self, word: str, *cmd: str, image: str = "busybox", network: str = "none") -> None:
        self._remove(self.names[word])
        body = {"Image": image, "Cmd": list(cmd), "HostConfig": {"NetworkMode": network}, "StopSignal": "KILL"}
        status, told = self.ask("POST", f"/containers/create?name={self.names[word]}", body)
        assert status == 201, told

    def _start(self, word: str) -> None:
        status, told = self.ask("POST", f"/containers/{self.names[word]}/start")
        assert status in (204, 304), told

    def _run(self) -> None:
        if self._running("run").get("Paused"):
            self.ask("POST", f"/containers/{self.names['run']}/unpause")

    def _still(self) -> None:
        self._running("still")

    def _paused(self) -> None:
        if not self._running("paused").get("Paused"):
            self.ask("POST", f"/containers/{self.names['paused']}/pause")

    def _running(self, word: str) -> dict[str, Any]:
        """The state of a container that runs, with a process that signals end."""
        state = self._state(word)
        if not state:
            self._create(word, "sleep", "100000")
        if not state.get("Running"):
            self._start(word)
        return state

    def _done(self) -> None:
        self._ended("done")

    def _again(self) -> None:
        self._ended("again")

    def _ended(self, word: str) -> None:
        if self._state(word).get("Status") != "exited":
            self._create(word, "sh", "-c", "echo out; echo err >&2")
            self._start(word)
            self.ask("POST", f"/containers/{self.names[word]}/wait")

    def _ending(self) -> None:
        self._create("ending", "sh", "-c", "sleep 2.5; echo out; echo err >&2")
        self._start("ending")

    def _made(self) -> None:
        self._new()
        if self._state("made").get("Status") != "created":
            self._create("made", "true", network="bridge")
        self.ask("POST", f"/networks/{self.names['net']}/disconnect", {"Container": self.names["made"], "Force": True})

    def _tiny(self) -> None:
        if not self._state("tiny"):
            self._create("tiny", "/bin/f", image=self.names["tinytag"])

    def _joined(self) -> None:
        self._net()
        if not self._state("joined"):
            self._create("joined", "true", network="bridge")
        self.ask("POST", f"/networks/{self.names['net']}/connect", {"Container": self.names["joined"]})

    def _new(self) -> None:
        self._remove(self.names["new"])

    def _net(self) -> None:
        if self.ask("GET", f"/networks/{self.names['net']}")[0] != 200:
            self.ask("POST", "/networks/create", {"Name": self.names["net"], "Internal": True})

    def _newnet(self) -> None:
        for network in self.ask("GET", "/networks")[1]:
            if network["Name"] == self.names["newnet"]:
                self.ask("DELETE", f"/networks/{network['Id']}")

    def _vol(self) -> None:
        self.ask("POST", "/volumes/create", {"Name": self.names["vol"]})

    def _newvol(self) -> None:
        self.ask("DELETE", f"/volumes/{self.names['newvol']}?force=1")

    def _tag(self) -> None:
        self.ask("POST", f"/images/busybox/tag?repo={self.mark}/tag&tag=one")

    def _newtag(self) -> None:
        self.ask("DELETE", f"/images/{self.names['newtag']}?force=1")

    def clear(self) -> None:
        """Nothing of ours stays on the engine."""
        for container in self.ask("GET", "/containers/json?all=1")[1]:
            if any(n.startswith(f"/{self.mark}-") for n in container["Names"]):
                self._remove(container["Id"])
        for word in ("net", "newnet"):
            self.ask("DELETE", f"/networks/{self.names[word]}")
        for word in ("vol", "newvol"):
            self.ask("DELETE", f"/volumes/{self.names[word]}?force=1")
        for word in ("tag", "newtag", "tinytag"):
            self.ask("DELETE", f"/images/{self.names[word]}?force=1")
