"""Registries: docker-registry, where an engine can reach it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import engines
from tests.support.engines import EngineProcess

#: open to everyone
CONFIG = """
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: 127.0.0.1:5000}}
"""


@contextmanager
def serving(engine: EngineProcess, folder: Path, config: str) -> Iterator[None]:
    """It serves while the block runs. config: with {folder}, where it keeps what it has."""
    (folder / "config.yml").write_text(config.format(folder=folder))
    server = engines.unpack_unstable() / "docker-registry"
    process = subprocess.Popen(
        ["nsenter", f"--net=/run/netns/{engine.namespace}", str(server), "serve", str(folder / "config.yml")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
