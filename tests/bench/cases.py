"""The cases: what both programs do, what is prepared for it, what shows that they did it, and the target."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.world import BLOCK, Run, World, of_bytes, of_folder, of_tar, of_text
from tests.support.engines import give_plugin

Words = Callable[[World], list[str]]
Before = Callable[[World], object]
Answer = Callable[[World, Run], str]


def nothing(_: World) -> None:
    return None


def shown(_: World, run: Run) -> str:
    return of_text(run.out)


def written(_: World, run: Run) -> str:
    return of_bytes(run.out)


def archived(_: World, run: Run) -> str:
    return of_tar(run.out)


@dataclass(frozen=True)
class Case:
    """words: the command line; target: the ratio to docker's time that is promised; before: prepares each run, and is not
    measured; stdin: a file; answer: the run's result as a digest, the same for both programs; containerd: on an engine that
    keeps its images in containerd."""

    name: str
    about: str
    words: Words
    target: float
    rounds: int = 3
    before: Before = nothing
    stdin: Callable[[World], Path] | None = None
    answer: Answer = shown
    #: the same by docker-py, as a program
    python: str = ""
    containerd: bool = False


def line(*words: str, needs: Before = nothing) -> Words:
    """A command line that never changes. needs: makes what it is about, once."""

    def made(world: World) -> list[str]:
        needs(world)
        return list(words)

    return made


# -- what commands are judged by -------------------------------------------------------------------------------


def of_server(_: World, run: Run) -> str:
    """`version`: its first half is the client's own."""
    return run.out.read_text().partition("Server")[2]


def of_names(_: World, run: Run) -> str:
    """`stats`: the figures change all the time."""
    return " ".join(sorted(line.split()[1] for line in run.out.read_text().splitlines()[1:]))


def of_usage(_: World, run: Run) -> str:
    """`--help`: the texts are each program's own."""
    return run.out.read_text().split()[0]


def of_keys(_: World, run: Run) -> str:
    """JSON, one object on each line: with what depends on the second left out."""
    rows = [json.loads(line) for line in run.out.read_text().splitlines()]
    steady = [{k: v for k, v in row.items() if k not in ("RunningFor", "Status")} for row in rows]
    return hashlib.sha256(json.dumps(steady, sort_keys=True).encode()).hexdigest()


def of_words(_: World, run: Run, typed: str = "") -> str:
    """Completion: the words, without their descriptions. Those that do not begin as what is typed docker leaves to the shell."""
    words = [line.partition("\t")[0] for line in run.out.read_text().splitlines() if line[:1] != ":"]
    return " ".join(sorted(word for word in words if word.startswith(typed)))


def of_names_with_m(world: World, run: Run) -> str:
    return of_words(world, run, "m")


def first_words(_: World, run: Run) -> str:
    return str("run" in of_words(_, run).split())


# -- what is made for each run ---------------------------------------------------------------------------------


def new_sink(world: World) -> None:
    world.docker("rm", "-f", "sink")
    world.docker("create", "--name", "sink", "busybox", "true")


def of_sink(path: str) -> Answer:
    def answer(world: World, _: Run) -> str:
        return of_tar(world.run([world.programs["docker"], "cp", f"sink:{path}", "-"], keep=True).out)

    return answer


def into(name: str) -> Path:
    return Path("out") / name


def no_folder(world: World) -> None:
    shutil.rmtree(world.folder / "out", ignore_errors=True)
    (world.folder / "out").mkdir()


def of_out(world: World, _: Run) -> str:
    return of_folder(world.folder / "out")


def of_out_tar(world: World, _: Run) -> str:
    return of_tar(world.folder / "out" / "a.tar")


def no_image(world: World) -> None:
    world.archive()
    world.docker("rmi", "-f", world.image())


def of_image(world: World, _: Run) -> str:
    return world.docker("image", "inspect", "-f", "{{.Id}} {{.RootFS}}", "big:1")


def two_hundred(world: World) -> None:
    names = [f"gone{at:03}" for at in range(200)]
    world.create(names, {"Image": "busybox", "Cmd": ["true"]})


def logger(world: World) -> None:
    """A container whose log has a million lines, of 100 bytes each."""

    def make() -> None:
        script = f"yes {'x' * 99} | head -n 1000000"
        world.docker("run", "--name", "logger", "-d", "busybox", "sh", "-c", script)
        world.docker("wait", "logger")

    world.once("logger", make)


def half(world: World) -> Path:
    """Half of the big file."""
    path = world.folder / "half"

    def make() -> None:
        with world.big.open("rb") as whole, path.open("wb") as part:
            part.write(whole.read(world.size << 19))

    world.once("half", make)
    return path


# -- builds ----------------------------------------------------------------------------------------------------


def context(world: World, kind: str) -> Path:
    """A build context: "big", five files of together half the big file's size, or "many", 20,000 small ones."""
    path = world.folder / f"context-{kind}"
    # only here: with a plugin docker's --help takes many times as long
    world.once("buildx", lambda: give_plugin(world.home, "buildx"))

    def make() -> None:
        path.mkdir()
        (path / "Dockerfile").write_text("FROM busybox\nCOPY . /context\nRUN true\n")
        if kind == "many":
            shutil.copytree(world.many, path / "many")
            return
        with half(world).open("rb") as file:
            for at in range(5):
                (path / f"f{at}").write_bytes(file.read((world.size << 19) // 5))

    world.once(path.name, make)
    return path


def cold(world: World) -> None:
    """Nothing is in the builder's cache."""
    world.docker("builder", "prune", "-af")


def cached(kind: str) -> Before:
    def before(world: World) -> None:
        world.once(f"built {kind}", lambda: world.docker("build", "-q", str(context(world, kind))))

    return before


def touched(kind: str) -> Before:
    """One file has changed since the last build."""

    def before(world: World) -> None:
        cached(kind)(world)
        place = context(world, kind)
        path = place / ("many/d7/f7" if kind == "many" else "note")
        path.write_text(str(int(path.read_text()) + 1) if path.exists() and path.stat().st_size < 20 else "1")

    return before


def build(kind: str) -> Words:
    return lambda world: ["build", "-q", "-t", f"built:{kind}", str(context(world, kind))]


def local_cache(kind: str) -> Before:
    """There is a cache of the build in a folder, and nothing in the builder's own."""

    def make(world: World) -> None:
        world.docker(
            "build", "-q", f"--cache-to=type=local,dest={world.folder / 'cache' / kind}", str(context(world, kind))
        )

    def before(world: World) -> None:
        world.once(f"cache {kind}", lambda: make(world))
        cold(world)
        no_folder(world)

    return before


def build_by_local_cache(kind: str) -> Words:
    """The same build, with the cache imported from a folder, and exported to a new one."""

    def words(world: World) -> list[str]:
        places = {"from": f"src={world.folder / 'cache' / kind}", "to": f"dest={world.folder / 'out'}"}
        return [*build(kind)(world), *(f"--cache-{way}=type=local,{place}" for way, place in places.items())]

    return words


def of_local_cache(world: World, run: Run) -> str:
    """The image, and the layers in the new cache."""
    blobs = (world.folder / "out" / "blobs" / "sha256").iterdir()
    return f"{of_built(world, run)} {sorted(path.name for path in blobs if path.stat().st_size > BLOCK)}"


def of_built(world: World, run: Run) -> str:
    return world.docker("image", "inspect", "-f", "{{.Config.Cmd}} {{len .RootFS.Layers}}", run.out.read_text().strip())


def many_names(world: World) -> list[str]:
    return world.containers("many", 1000)


def five_hundred(world: World) -> list[str]:
    return many_names(world)[:500]


CLIENT = "import docker; client = docker.from_env()\n"
ROW = "'{:14}{:30}{}'.format"

CASES: tuple[Case, ...] = (
    # -- the start
    Case("help", "--help", line("--help"), 3.0, 21, answer=of_usage),
    Case("ps", "ps, 3 containers", line("ps", needs=World.few), 3.0, 21,
         python=CLIENT + f"for c in client.containers.list(): print({ROW}(c.short_id, c.attrs['Image'], c.name))"),
    Case("images", "images", line("images"), 3.0, 21,
         python=CLIENT + f"for i in client.images.list(): print({ROW}(i.short_id, str(i.tags), i.attrs['Size']))"),
    Case("inspect", "inspect of one", line("inspect", "web", needs=World.few), 3.0, 21,
         python=CLIENT + "import json; print(json.dumps(client.containers.get('web').attrs, indent=4))"),
    Case("version", "version", line("version"), 3.0, 21, answer=of_server, python=CLIENT + "print(client.version())"),
    Case("complete", "TAB after `docker ru`", line("__complete", "ru"), 3.0, 21, answer=first_words),
    Case("complete-name", "TAB after `docker rm m`, 1,000 containers", line("__complete", "rm", "m", needs=many_names), 3.0, 11,
         answer=of_names_with_m),
    Case("run", "run --rm busybox true", line("run", "--rm", "busybox", "true"), 1.5, 11,
         python=CLIENT + "client.containers.run('busybox', 'true', remove=True)"),
    # -- scale
    Case("ps-1000", "ps -a, 1,000 containers", line("ps", "-a", needs=many_names), 1.5, 7),
    Case("ps-1000-json", "the same --format json", line("ps", "-a", "--format", "json", needs=many_names), 1.5, 7, answer=of_keys),
    Case("inspect-500", "inspect of 500", lambda w: ["inspect", *five_hundred(w)], 1.1, 7),
    Case("inspect-500-template", "the same by a template",
         lambda w: ["inspect", "-f", "{{.Name}} {{.State.Status}} {{json .Config.Cmd}}", *five_hundred(w)], 1.1, 7),
    Case("rm-200", "rm -f of 200", lambda w: ["rm", "-f", *(f"gone{at:03}" for at in range(200))], 1.0, before=two_hundred),
    Case("stats-50", "stats --no-stream, 50 containers", line("stats", "--no-stream", needs=lambda w: w.running("up", 50)), 1.0,
         answer=of_names),
    # -- streams
    Case("logs", "logs of 100 MB", line("logs", "logger", needs=logger), 1.0, 2, answer=written),
    Case("save", "save, to stdout", lambda w: ["save", w.image()], 1.0, 2, answer=archived),
    Case("save-o", "save -o", lambda w: ["save", "-o", str(into("a.tar")), w.image()], 1.0, 2, before=no_folder, answer=of_out_tar),
    Case("load", "load -i", lambda w: ["load", "-i", str(w.archive())], 1.0, before=no_image, answer=of_image),
    Case("export", "export, to stdout", lambda w: ["export", w.holder()], 1.0, answer=archived),
    Case("export-o", "export -o", lambda w: ["export", "-o", str(into("a.tar")), w.holder()], 1.0, before=no_folder, answer=of_out_tar),
    Case("cp-out", "cp of a big file, out", lambda w: ["cp", f"{w.holder()}:/big", "out"], 1.0, before=no_folder, answer=of_out),
    Case("cp-out-tar", "the same to stdout", lambda w: ["cp", f"{w.holder()}:/big", "-"], 1.0, answer=archived),
    Case("cp-out-many", "cp of 20,000 files, out", lambda w: ["cp", f"{w.crowd()}:/many", "out"], 1.0, before=no_folder, answer=of_out),
    Case("cp-in", "cp of a big file, in", lambda w: ["cp", str(w.big), "sink:/big"], 0.6, before=new_sink, answer=of_sink("/big")),
    Case("cp-in-many", "cp of 20,000 files, in", lambda w: ["cp", str(w.many), "sink:/many"], 1.0, before=new_sink,
         answer=of_sink("/many")),
    Case("exec-cat", "exec -i cat, there and back", line("exec", "-i", "web", "cat", needs=World.few), 1.0, stdin=half, answer=written),
    Case("run-write", "run that writes as much",
         lambda w: ["run", "--rm", "busybox", "head", "-c", str(w.size << 19), "/dev/zero"], 1.0, 2, answer=written),
    # -- builds
    Case("build-big", "build, big files", build("big"), 0.6, before=cold, answer=of_built),
    Case("build-big-cached", "the same, nothing changed", build("big"), 1.0, 7, before=cached("big"), answer=of_built),
    Case("build-big-touched", "the same, one small file changed", build("big"), 1.0, before=touched("big"), answer=of_built),
    Case("build-many", "build, 20,000 files", build("many"), 1.0, 2, before=cold, answer=of_built),
    Case("build-many-cached", "the same, nothing changed", build("many"), 1.0, 7, before=cached("many"), answer=of_built),
    Case("build-many-touched", "the same, one file changed", build("many"), 1.0, before=touched("many"), answer=of_built),
    Case("build-big-local-cache", "build, big files, from and to a local cache", build_by_local_cache("big"), 1.0, 2,
         before=local_cache("big"), answer=of_local_cache, containerd=True),
    Case("build-many-local-cache", "build, 20,000 files, from and to a local cache", build_by_local_cache("many"), 1.0, 2,
         before=local_cache("many"), answer=of_local_cache, containerd=True),
)  # fmt: skip
