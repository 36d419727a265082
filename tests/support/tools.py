"""Tools that call docker: each is installed once, from its package index, and runs where `docker` is pydock."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import engines
from tests.support.engines import CACHE, EngineProcess

#: how the package index is reached, before a test has an environment of its own
BEFORE = dict(os.environ)
PIP = ["install", "--quiet", "--no-compile", "--retries", "1", "--disable-pip-version-check"]
#: what is installed together; "npm:" is the one index, everything else the other
PACKAGES: dict[str, tuple[str, ...]] = {
    "ansible": ("ansible>=10", "molecule>=6", "molecule-plugins[docker]>=23.5"),
    "cibuildwheel": ("cibuildwheel>=2.23",),
    "cwltool": ("cwltool>=3.1",),
    "devcontainers": ("npm:@devcontainers/cli",),
    "pre-commit": ("pre-commit>=4",),
    "pyinfra": ("pyinfra>=3",),
    "pytest": ("pytest", "pytest-docker>=3.1", "pytest-testinfra>=10", "testcontainers>=4.9"),
    "repo2docker": ("jupyter-repo2docker>=2024.7",),
    "whales": ("python-on-whales>=0.75",),
}
#: notes the arguments, each time that a tool calls docker
NOTING = """\
#!/bin/sh
printf '%s\\n' "$*" >>{log}
exec {pydock} "$@"
"""


def installed(name: str) -> Path:
    """The folder of a tool's programs; skips the test where its package index is not to be had."""
    packages = PACKAGES[name]
    key = hashlib.sha256(repr((packages, sys.version_info[:2])).encode()).hexdigest()[:8]
    place = CACHE / "tools" / f"{name}-{key}"
    npm = packages[0].startswith("npm:")
    programs = place / ("node_modules/.bin" if npm else "bin")
    if (place / "whole").exists():
        return programs
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if npm:
        commands = [["npm", "install", "--silent", "--prefix", str(place), *(p.removeprefix("npm:") for p in packages)]]
    else:
        commands = [[sys.executable, "-m", "venv", str(place)], [str(programs / "pip"), *PIP, *packages]]
    for command in commands:
        if not shutil.which(command[0]):
            pytest.skip(f"{name} is not to be had: no {command[0]} here")
        done = subprocess.run(
            command, env=BEFORE, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=900, check=False
        )
        if done.returncode:
            pytest.skip(f"{name} is not to be had: {(done.stderr or done.stdout).strip()[-300:]}")
    (place / "whole").touch()
    return programs


@dataclass(frozen=True)
class Place:
    """Where a tool runs: a folder and a home of its own, and `docker` first on the PATH, which is pydock."""

    folder: Path
    programs: Path
    engine: EngineProcess
    docker: Path

    @classmethod
    def made(cls, folder: Path, tool: str, engine: EngineProcess, pydock: Path, *plugins: str) -> Place:
        place = cls(folder, installed(tool), engine, folder / "bin" / "docker")
        place.write("bin/docker", NOTING.format(log=folder / "called", pydock=pydock), mode=0o755)
        for plugin in plugins:
            engines.give_plugin(place.home, plugin)
        return place

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def run(self, program: str, *argv: str, code: int = 0, within: str = ".", **env: str) -> str:
        """What a tool, or `docker`, prints on stdout, run in one of our folders; with another exit code the test fails."""
        self.home.mkdir(exist_ok=True)
        full = {
            # node is where npm was found
            "PATH": f"{self.docker.parent}:{self.programs}:/usr/bin:/bin:{os.path.dirname(shutil.which('node') or '/bin/node')}",
            "HOME": str(self.home),
            "DOCKER_HOST": self.engine.host,
            "LANG": "C.UTF-8",
            **env,
        }
        found = shutil.which(program, path=full["PATH"])
        assert found, program
        done = subprocess.run(
            [found, *argv],
            cwd=self.folder / within,
            env=full,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=600,
            check=False,
        )
        out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        assert done.returncode == code, f"{program} {argv}: {done.returncode}\n{out}\n{err}"
        return out

    def called(self) -> str:
        """The arguments of each call of docker."""
        path = self.folder / "called"
        return path.read_text() if path.exists() else ""
