"""The pictures: each one's name, and the commands that it shows. They run on a real engine."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.text import Text

from tests.pictures.recorder import PROMPT, Recorder
from tests.support.cli import program
from tests.support.engines import EngineProcess
from tests.support.registries import CONFIG, serving

COLUMNS = 96
#: where the engine of most machines listens
USUAL = "/var/run/docker.sock"
IMAGE = "127.0.0.1:5000/shop/web:1.4"
#: megabytes of the layers of IMAGE; their content is always the same
LAYERS = (40, 26, 14, 6, 1)

BASE = "registry.example/base:1"
DOCKERFILE = f"""
FROM {BASE} AS styles
COPY styles /styles
RUN sh /styles/pack
FROM {BASE} AS server
COPY server /server
RUN sh /server/build
FROM {BASE}
COPY --from=styles /styles/out /www
COPY --from=server /server/out /bin
CMD ["httpd", "-f", "-h", "/www"]
"""
PACK = "for n in base cart print; do echo pack $n.css; sleep 0.7; done; mkdir /styles/out"
BUILD = "for n in main cart payment mail; do echo compile $n.c; sleep 0.7; done; mkdir /server/out"


class World:
    """An engine, pydock, and a folder for what both need."""

    def __init__(self, engine: EngineProcess, pydock: Path, folder: Path) -> None:
        self.engine, self.pydock, self.folder = engine, pydock, folder
        (folder / "bin").mkdir()
        (folder / "bin" / "pydock").symlink_to(pydock.resolve())

    def do(self, *argv: str) -> str:
        """What a command prints that is not shown."""
        done = program(self.pydock, *argv, host=self.engine.host, home=self.folder, timeout=300)
        assert done.code == 0, (argv, done)
        return done.out.decode()

    def record(self, *argv: str, name: str = "pydock") -> Recorder:
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        found = Path(shutil.which(name, path=path) or name)
        hidden = (str(self.engine.socket), USUAL)
        return Recorder(
            found, *argv, host=self.engine.host, columns=COLUMNS, home=self.folder, path=path, hidden=hidden
        )

    def shown(self, line: str, score: Callable[[list[str]], float] = lambda _: 0) -> list[Text]:
        """A command line as it is typed, and what it shows."""
        recorder = self.record(*line.split()[1:])
        try:
            return [Text(PROMPT + line), *recorder.run(score)]
        finally:
            recorder.close()

    @contextmanager
    def containers(self) -> Iterator[None]:
        """Two that run."""
        names = {"web": "shop/web:1.4", "db": "shop/db:2.0"}
        for name, image in names.items():
            self.do("tag", "busybox", image)
            self.do("run", "-d", "--stop-signal", "KILL", "--name", name, image, "sleep", "600")
        try:
            # "Up Less than a second" is too long for the pictures
            while "Less" in self.do("ps", "--format", "{{.Status}}"):
                time.sleep(0.1)
            yield
        finally:
            self.do("rm", "-f", *names)
            self.do("rmi", *names.values())


def pull(world: World) -> list[Text]:
    """While layers are at all stages."""
    source = world.folder / "image"
    source.mkdir()
    for n, size in enumerate(LAYERS):
        (source / f"layer{n}").write_bytes(random.Random(n).randbytes(size * 1_000_000))
        os.utime(source / f"layer{n}", (1e9, 1e9))
    copies = "".join(f"COPY layer{n} /\n" for n in range(len(LAYERS)))
    (source / "Dockerfile").write_text(f"FROM busybox\n{copies}")
    registry = world.folder / "registry"
    registry.mkdir()
    with serving(world.engine, registry, CONFIG):
        world.do("build", "-q", "-t", IMAGE, str(source))
        world.do("push", "--retry", "5", "-q", IMAGE)
        world.do("rmi", IMAGE)
        world.do("builder", "prune", "-f")
        try:
            return world.shown(f"pydock pull {IMAGE}", stages)
        finally:
            world.do("rmi", IMAGE)


def stages(lines: list[str]) -> float:
    """How many layers are under way, and in how many states the layers are."""
    states = ("Waiting", "Downloading", "Download complete", "Extracting", "Pull complete", "exists")
    moving = sum("/s" in line and "━" in line for line in lines)
    return 10 * len({state for state in states if any(f" {state}" in line for line in lines)}) + moving


def build(world: World) -> list[Text]:
    """While two stages are built at the same time."""
    shop = world.folder / "shop"
    for name, script in (("styles/pack", PACK), ("server/build", BUILD)):
        (shop / name).parent.mkdir(parents=True)
        (shop / name).write_text(script)
    (shop / "Dockerfile").write_text(DOCKERFILE)
    world.do("tag", "busybox", BASE)
    before = os.getcwd()
    os.chdir(shop)
    try:
        return world.shown("pydock build -t shop .", lambda lines: sum("=> => #" in line for line in lines))
    finally:
        os.chdir(before)
        world.do("rmi", "shop", BASE)
        world.do("builder", "prune", "-f")


def curl(world: World) -> list[Text]:
    """Requests beside what they answer."""
    with world.containers():
        out = world.shown("pydock --curl ps")
        return [*out, *world.shown("pydock --curl stop web")]


def completion(world: World) -> list[Text]:
    """TAB, in bash."""
    with world.containers(), ExitStack() as at_end:
        shell = world.record("--norc", "--noprofile", "-i", name="bash")
        at_end.callback(shell.close)
        shell.type(f" source <(pydock completion bash); bind 'set bell-style none'; PS1='{PROMPT}'; echo rea''dy\r")
        shell.until(PROMPT.strip(), above="ready")
        begin = shell.screen.y
        shell.type("pydock stop ")
        shell.until("stop")
        shell.type("\t\t")
        # the line is there again below what could follow
        shell.until("pydock stop", above=")")
        shell.type("web\r")
        shell.until(PROMPT.strip(), above="web")
        shell.type("pydock run --memory")
        shell.until("--memory")
        shell.type("\t\t")
        shell.until("--memory", above=")")
        return shell.screen.drawn()[begin:]


#: the file below .github -> what it shows
SCENES: dict[str, Callable[[World], list[Text]]] = {
    "pull.svg": pull,
    "build.svg": build,
    "curl.svg": curl,
    "completion.svg": completion,
}
