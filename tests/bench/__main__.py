"""bench [--rounds N] [NAME …]: pydock beside the real docker, on an engine of its own.

Each round runs docker, then pydock. The ratio is the median of the rounds' ratios: absolute times are not portable. Before
the rounds each program runs once, and the digests of their answers are compared: a fast wrong answer fails. Memory is the
peak of the program alone. What misses its target (tests/bench/cases.py) is named in the last column, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import table
from tests.bench.cases import CASES, Case
from tests.bench.world import Run, World
from tests.support import engines

ROOT = Path(__file__).resolve().parents[2]


class Wrong(Exception):
    """A program fails, or the answers differ."""


def system_python() -> str:
    """The system's own Python, as most users have it, where pydock runs with it; else the one that runs this. How Python was built
    makes a third of a command's time."""
    ours, theirs = sys.executable, shutil.which("python3", path="/usr/bin:/bin")
    enough = "import sys, venv; sys.exit(sys.version_info < (3, 10))"
    return theirs if theirs and not subprocess.run([theirs, "-c", enough], check=False).returncode else ours


def install(folder: Path, base: str) -> tuple[str, str]:
    """pydock as a user has it, from a wheel, and docker-py: the program, and the Python that has docker-py. base: the Python of
    both."""
    for name, what in (("pydock", str(ROOT)), ("docker-py", "docker")):
        # Debian has pip in a package of its own
        subprocess.run([base, "-m", "venv", "--without-pip", folder / name], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(folder / name / "bin" / "python"), "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", what], check=True, stderr=subprocess.DEVNULL)
    return str(folder / "pydock" / "bin" / "pydock"), str(folder / "docker-py" / "bin" / "python")


def median(runs: list[Run], field: str) -> float:
    return float(statistics.median(getattr(run, field) for run in runs))


def checked(world: World, case: Case, program: str) -> str:
    """One run that is not counted; the digest of its answer."""
    case.before(world)
    words = case.words(world)
    run = world.run([world.programs[program], *words], case.stdin and case.stdin(world), keep=True)
    if run.code:
        raise Wrong(f"{program} exits with {run.code}: {run.err.strip()[-300:]}")
    return case.answer(world, run)


def timed(world: World, case: Case, program: str) -> Run:
    case.before(world)
    words = case.words(world)
    return world.run([world.programs[program], *words], case.stdin and case.stdin(world))


def measure(world: World, case: Case, rounds: int, python: str) -> dict[str, Any]:
    """The case's row. Raises Wrong."""
    start = time.monotonic()
    answers = [checked(world, case, program) for program in ("docker", "pydock")]
    if answers[0] != answers[1]:
        raise Wrong(f"the answers differ: {answers[0][:200]} and {answers[1][:200]}")
    load = os.getloadavg()[0]
    theirs, ours, third = [], [], []
    for _ in range(rounds):
        theirs.append(timed(world, case, "docker"))
        ours.append(timed(world, case, "pydock"))
        if case.python:
            third.append(world.run([python, "-c", case.python]))
    failed = [run for run in (*theirs, *ours) if run.code]
    if failed:
        raise Wrong(f"exit code {failed[0].code}: {failed[0].err.strip()[-300:]}")
    row: dict[str, Any] = {"case": case.name, "about": case.about, "rounds": rounds, "load": round(load, 2)}
    for name, runs in (("docker", theirs), ("pydock", ours)):
        row[name] = {field: round(median(runs, field), 4) for field in ("seconds", "cpu", "memory")}
    row["ratio"] = round(statistics.median(b.seconds / a.seconds for a, b in zip(theirs, ours)), 3)
    row["least"] = round(min(r.seconds for r in ours) / min(r.seconds for r in theirs), 3)
    row["target"] = case.target
    if third:
        row["docker-py"] = round(statistics.median(c.seconds / a.seconds for a, c in zip(theirs, third)), 2)
    row["took"] = round(time.monotonic() - start, 1)
    return row


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"cases (default: all): {' '.join(c.name for c in CASES)}"
    )
    parser.add_argument(
        "--rounds", type=int, help="of each case (default: 21 where it is short, 2 or 3 where it is long)"
    )
    parser.add_argument("--size", type=int, default=1024, help="of the big file, in MB (default: %(default)s)")
    parser.add_argument("--docker", help="the real docker (default: the one on the PATH, or Debian's 28.5)")
    parser.add_argument("--pydock", help="the pydock to measure (default: this checkout's, installed from a wheel)")
    parser.add_argument(
        "--python",
        default=system_python(),
        metavar="PROGRAM",
        help="what runs pydock (default: the system's own python3, where it is new enough)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file, too")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument("--show", type=Path, metavar="FILE", help="measure nothing: print the figures of such a file")
    args = parser.parse_args()
    if args.show:
        return shown(json.loads(args.show.read_text()), args.markdown)
    unknown = [name for name in args.names if name not in {case.name for case in CASES}]
    if unknown:
        parser.error(f"no such case: {' '.join(unknown)}")
    chosen = [case for case in CASES if not args.names or case.name in args.names]
    with tempfile.TemporaryDirectory(prefix="pydock-bench-") as place:
        try:
            rows = on_an_engine(Path(place), args, chosen)
        except engines.Unavailable as why:
            parser.exit(1, f"bench: no engine: {why}\n")
    return int(any(map(table.misses, rows)))


def shown(told: dict[str, Any], markdown: bool) -> int:
    """Print figures that were measured before."""
    rows = told.pop("rows")
    print(table.head(told, markdown))
    for row in rows:
        print(table.line(row, markdown))
    return int(any(map(table.misses, rows)))


def on_an_engine(folder: Path, args: argparse.Namespace, cases: list[Case]) -> list[dict[str, Any]]:
    """Install the programs, start an engine, and measure. Raises Unavailable."""
    ours, python = install(folder, args.python)
    docker = args.docker or shutil.which("docker") or str(engines.real_docker())
    programs = {"docker": str(Path(docker).resolve()), "pydock": args.pydock or ours}
    facts: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for containerd in (False, True):
        chosen = [case for case in cases if case.containerd == containerd]
        if chosen:
            with engine_of(containerd, folder) as (host, place):
                world = World(host, programs, place, args.size)
                if not facts:
                    facts = facts_of(world, python)
                    print(table.head(facts, args.markdown), flush=True)
                rows += report(world, chosen, args.rounds, python, args.markdown)
                world.close()
    print(f"\nload now {os.getloadavg()[0]:.1f}: more than one for each core makes Python look worse than it is")
    if args.json:
        args.json.write_text(json.dumps({**facts, "rows": rows}, indent=2) + "\n")
    return rows


@contextmanager
def engine_of(containerd: bool, folder: Path) -> Iterator[tuple[str, Path]]:
    """(address, a folder) of an engine with busybox. containerd: that keeps its images there. Raises Unavailable."""
    place = folder / ("containerd" if containerd else "engine")
    flags = ["--feature", "containerd-snapshotter=true"] if containerd else []
    engine = engines.start("docker-28", place / "d", *flags)
    try:
        engines.load_busybox(engine)
        yield engine.host, place
    finally:
        engine.stop()


def facts_of(world: World, python: str) -> dict[str, Any]:
    """The versions, and what the machine is doing. python: the one that runs pydock."""
    code = "import platform; print(platform.python_version(), end='')"
    return {
        "date": time.strftime("%Y-%m-%d"),
        "docker": world.docker("version", "--format", "{{.Client.Version}}"),
        "engine": world.docker("version", "--format", "{{.Server.Version}}"),
        "python": subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout,
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def report(world: World, cases: list[Case], rounds: int | None, python: str, markdown: bool) -> list[dict[str, Any]]:
    """Measure, and print each row as it is known."""
    rows = []
    for case in cases:
        try:
            rows.append(measure(world, case, rounds or case.rounds, python))
        except Wrong as wrong:
            rows.append({"case": case.name, "about": case.about, "target": case.target, "problem": str(wrong)})
        print(table.line(rows[-1], markdown), flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
