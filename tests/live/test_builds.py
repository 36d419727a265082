"""Builds, side by side with docker: with buildx, and with its classic builder; on Docker 20.10 and 28.5.

pydock builds first, into an empty cache; then docker, which must find every step in the cache and end with the very same
image: equal configuration and equal content, since BuildKit keys its cache by the digests of what it was sent. Then pydock
once more, and what it says must be what docker said.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import engines
from tests.support.build_table import BOTH, CASES, CLASSIC, KIT, Case
from tests.support.cli import Done, forget_builds, program
from tests.support.engines import EngineProcess

pytestmark = [pytest.mark.live, pytest.mark.parity]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with docker's buildx in it."""
    folder = tmp_path_factory.mktemp("buildx-home")
    engines.give_plugin(folder, "buildx")
    return folder


@pytest.fixture(scope="module", params=["docker-20", "docker-28"])
def builder(request: pytest.FixtureRequest) -> Iterator[EngineProcess]:
    engine = request.getfixturevalue(request.param.replace("-", ""))
    yield engine
    forget_builds(engine, request.getfixturevalue("pydock"))


# -- what may differ -----------------------------------------------------------------------------------

#: of a line: why, what is looked for, and what stands in its place (None: the line goes)
LINES: list[tuple[str, str, str | None]] = [
    ("how far a transfer was when it was told", r"^#\d+ transferring [a-z]+:(?: [\d.]+k?B)?(?: [\d.]+s)?$", None),
    ("buildx sends what it sent before in parts", r"^(#\d+ transferring [a-z]+:) [\d.]+[kM]?B( [\d.]+s)? done", r"\1 done"),
    ("the name of the plugin's own command", r"docker buildx build", "docker build"),
    ("the time of a line of output", r"^(#\d+) [\d.]+ ", r"\1 <t> "),
    ("how long a step took", r"(?: \d+\.\d+s)?( done)?$", r"\1"),
    ("the time of a line of an excerpt", r"^\d+\.\d+ ", "<t> "),
    ("the time of a log entry", r'^time="[^"]*"', 'time="<t>"'),
    ("a random name of a build", r"ref [0-9a-f-]{36}::[a-z0-9]{25}", "ref <ref>"),
    ("a random name of a folder", r"(?:docker-tmp|buildkit-mount|docker-builder|docker-build-git)\d+", "<tmp>"),
    ("the id of a container", r"(Running in|Remov(?:ed|ing) intermediate container) [0-9a-f]{12}", r"\1 <id>"),
]  # fmt: skip
#: of the lines of the classic builder for a Dockerfile outside of the context: docker leaves the end of the archive away
OUTSIDE = ("the size of the archive", r"^(Sending build context to Docker daemon) .*", r"\1")


def any_stage(steps: list[str], failed: bool) -> list[str]:
    """An image that several stages share is called as any of them names it: with its tag, too, or without (`COPY --from`)."""
    return [re.sub(r"^(?:\[[^\]]+ \d+/\d+\] )?FROM (\S+?)(?::latest)?\n", r"FROM \1\n", step) for step in steps]


def in_parts(steps: list[str], failed: bool) -> list[str]:
    """A step that another one interrupts goes on later, under its title."""
    whole: dict[str, str] = {}
    out = []
    for step in steps:
        title = step.partition("\n")[0]
        step = whole.pop(title, f"{title}\n") + step.partition("\n")[2]
        if step.endswith("\n...\n"):
            whole[title] = step.removesuffix("...\n")
        else:
            out.append(step)
    return [*out, *whole.values()]


def told_again(steps: list[str], failed: bool) -> list[str]:
    """A step that is told too early is told again, in full."""
    titles = [step.partition("\n")[0] for step in steps]
    return [
        step
        for step, title in zip(steps, titles)
        if step != f"{title}\nDONE\n" or not any(o != step and o.startswith(f"{title}\n") for o in steps)
    ]


def by_chance(steps: list[str], failed: bool) -> list[str]:
    """Whether another step is still begun when one has failed."""
    begun = ("[internal] load .dockerignore", "[internal] load build context")
    return [step for step in steps if not failed or not step.startswith(begun) or "ERROR" in step]


def at_its_beginning(steps: list[str], failed: bool) -> list[str]:
    """Whether a task within a step is told of before it is done: where it takes a moment."""
    lines = [step.splitlines() for step in steps]
    return ["".join(f"{line}\n" for line in step if f"{line} done" not in step) for step in lines]


def no_end(steps: list[str], failed: bool) -> list[str]:
    """The end of a step, and whether an image was there: one time in a hundred 20.10 tells neither client of it."""
    return [re.sub(r"^(FROM.*)\nCACHED\n$|\nDONE\n$", r"\1\n", step) for step in steps]


#: of the steps of BuildKit, on any engine and on some
ANYWHERE = (any_stage, in_parts, told_again, by_chance, at_its_beginning)
STEPS = {"docker-20": (*ANYWHERE, no_end), "docker-28": ANYWHERE}


def normal(text: bytes, place: str, outside: bool) -> list[str]:
    """The lines, without what may differ."""
    out = []
    for given in text.decode("utf-8", "replace").replace(place, "<context>").splitlines():
        line: str | None = given
        for _, pattern, instead in [*LINES, *([OUTSIDE] if outside else [])]:
            if line is not None and (instead is not None or re.search(pattern, line)):
                line = None if instead is None else re.sub(pattern, instead, line)
        if line is not None:
            out.append(line)
    return out


def blocks(lines: list[str], failed: bool, engine: str) -> tuple[list[str], list[str]]:
    """The steps of BuildKit's output, each as one text without its number, sorted: two that run at once may come either
    way; and what follows them."""
    steps, rest, current = [], [], ""
    for line in [*lines, ""]:
        match = re.match(r"#(\d+) (.*)", line)
        if match:
            current += match[2] + "\n"
            continue
        if current:
            steps.append(current)
            current = ""
        if line:
            rest.append(line)
    for may_differ in STEPS[engine]:
        steps = may_differ(steps, failed)
    # warnings come in any order from buildx, which keeps them in a map
    return sorted(set(steps)), _sorted_warnings(rest)


def _sorted_warnings(lines: list[str]) -> list[str]:
    plain = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines]
    first = next((i for i, line in enumerate(plain) if line.startswith(" - ")), len(plain))
    last = next((i for i in range(first, len(plain)) if not plain[i].startswith(" - ")), len(plain))
    return [*plain[:first], *sorted(plain[first:last]), *plain[last:]]


# -- the comparison ------------------------------------------------------------------------------------


class Side:
    """One client, on one engine, with one builder."""

    def __init__(self, client: Path, engine: EngineProcess, home: Path, kit: bool) -> None:
        self.client, self.engine, self.home, self.kit = client, engine, home, kit

    def build(self, case: Case, folder: Path) -> tuple[Done, str]:
        """What it did, and the id of the image."""
        iid = folder.parent / "iid"
        env = {"DOCKER_BUILDKIT": "1" if self.kit else "0", "BUILDX_GIT_INFO": "0", **case.env}
        words = [*(["--progress", "plain"] if self.kit else []), "-t", "case:1", "--iidfile", str(iid), *case.args]
        done = program(
            self.client,
            "build",
            *words,
            host=self.engine.host,
            home=self.home,
            cwd=folder,
            env=env,
            stdin=case.stdin,
            timeout=100,
        )
        return done, iid.read_text() if iid.exists() else ""


def compare(case: Case, kit: bool, builder: EngineProcess, pydock: Path, docker: Path, home: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="pd-build-"))
    folder = place / f"of-{case.name}"
    ours, theirs = (Side(client, builder, home, kit) for client in (pydock, docker))
    try:
        case.make(folder)
        first, first_id = ours.build(case, folder)
        reference, reference_id = theirs.build(case, folder)
        second, second_id = ours.build(case, folder)
    finally:
        shutil.rmtree(place)
    assert (first.code, bool(first_id)) == (reference.code, bool(reference_id)), (first, reference)
    assert first_id == reference_id == second_id
    assert second.code == reference.code
    mine, docks = (told(done, str(place), case, kit, builder.name) for done in (second, reference))
    assert mine == docks


def told(done: Done, place: str, case: Case, kit: bool, engine: str) -> tuple[list[str], list[str], list[str]]:
    """What a client said: stdout, the steps, and what follows them."""
    out, err = (normal(text, place, case.name == "dockerfile-outside") for text in (done.out, done.err))
    return (out, *blocks(err, bool(done.code), engine)) if kit else (out, err, [])


KITS = [c for c in CASES if c.builders in (BOTH, KIT)]
CLASSICS = [c for c in CASES if c.builders in (BOTH, CLASSIC)]


@pytest.mark.parametrize("case", KITS, ids=lambda c: c.name)
def test_as_docker_with_buildx(case: Case, builder: EngineProcess, pydock: Path, docker: Path, home: Path) -> None:
    if case.new and builder.name == "docker-20":
        pytest.skip("needs a newer engine")
    compare(case, True, builder, pydock, docker, home)


@pytest.mark.parametrize("case", [c for c in CLASSICS if not c.new], ids=lambda c: c.name)
def test_as_dockers_classic_builder(case: Case, builder: EngineProcess, pydock: Path, docker: Path, home: Path) -> None:
    compare(case, False, builder, pydock, docker, home)
