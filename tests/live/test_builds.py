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

#: An engine leaves now and then something out of what it tells of a build (on a busy machine 20.10 the end of a step, one
#: time in a hundred, to either client). A difference that is the client's comes each time.
TRIES = 8


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


def normal(text: bytes, place: str, outside: bool) -> list[str]:
    """Lines without what differs from one run to the next: times, random names, how far a transfer was when it was told."""
    out = []
    for line in (
        text.decode("utf-8", "replace")
        .replace(place, "<context>")
        .replace("docker buildx build", "docker build")
        .splitlines()
    ):
        if re.fullmatch(r"#\d+ transferring [a-z]+:(?: [\d.]+k?B)?(?: [\d.]+s)?", line):
            continue
        line = re.sub(r"^(#\d+ transferring [a-z]+:) [\d.]+[kM]?B( [\d.]+s)? done", r"\1 done", line)
        line = re.sub(r"^(#\d+) [\d.]+ ", r"\1 <t> ", line)
        line = re.sub(r"(?: \d+\.\d+s)?( done)?$", r"\1", line)
        line = re.sub(r"^\d+\.\d+ ", "<t> ", line)
        # docker leaves the end of an archive away that it has put a Dockerfile into
        line = re.sub(r"^(Sending build context to Docker daemon) .*", r"\1", line) if outside else line
        line = re.sub(r'^time="[^"]*"', 'time="<t>"', line)
        line = re.sub(r"ref [0-9a-f-]{36}::[a-z0-9]{25}", "ref <ref>", line)
        line = re.sub(r"(?:docker-tmp|buildkit-mount|docker-builder|docker-build-git)\d+", "<tmp>", line)
        line = re.sub(
            r"(Running in|Removed intermediate container|Removing intermediate container) [0-9a-f]{12}",
            r"\1 <id>",
            line,
        )
        out.append(line)
    return out


def blocks(lines: list[str], failed: bool) -> tuple[list[str], list[str]]:
    """The steps of BuildKit's output, each as one text without its number, sorted: two that run at once may come either
    way; and what follows them."""
    steps, rest, current = [], [], ""
    for line in lines:
        match = re.match(r"#(\d+) (.*)", line)
        if match:
            current += match[2] + "\n"
        elif not line and current:
            steps.append(current)
            current = ""
        elif current:
            steps.append(current)
            current = ""
            rest.append(line)
        elif line:
            rest.append(line)
    if current:
        steps.append(current)
    # steps that several stages share are called by any of them; one that is told too early is told again
    steps = [re.sub(r"^\[[^\]]+ \d+/\d+\] FROM", "FROM", s) for s in steps]
    steps = [
        s
        for s in steps
        if not (
            s.endswith("\nDONE\n")
            and (s.count("\n") == 2 and any(o != s and o.startswith(s.split("\n")[0] + "\n") for o in steps))
        )
    ]
    if failed:
        # whether another step is still begun when one has failed is chance
        steps = [
            s
            for s in steps
            if not s.startswith(("[internal] load .dockerignore", "[internal] load build context")) or "ERROR" in s
        ]
    # warnings come in any order from buildx, which keeps them in a map
    return sorted(set(steps)), _sorted_warnings(rest)


def _sorted_warnings(lines: list[str]) -> list[str]:
    plain = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines]
    first = next((i for i, line in enumerate(plain) if line.startswith(" - ")), len(plain))
    last = next((i for i in range(first, len(plain)) if not plain[i].startswith(" - ")), len(plain))
    return [*plain[:first], *sorted(plain[first:last]), *plain[last:]]


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
        for _ in range(TRIES):
            reference, reference_id = theirs.build(case, folder)
            second, second_id = ours.build(case, folder)
            assert (first.code, bool(first_id)) == (reference.code, bool(reference_id)), (first, reference)
            assert first_id == reference_id == second_id
            assert second.code == reference.code
            mine, docks = (told(done, str(place), case, kit) for done in (second, reference))
            if mine == docks:
                return
    finally:
        shutil.rmtree(place)
    assert mine == docks


def told(done: Done, place: str, case: Case, kit: bool) -> tuple[list[str], list[str], list[str]]:
    """What a client said: stdout, the steps, and what follows them."""
    out, err = (normal(text, place, case.name == "dockerfile-outside") for text in (done.out, done.err))
    return (out, *blocks(err, bool(done.code))) if kit else (out, err, [])


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
