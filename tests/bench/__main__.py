"""bench [--rounds N] [NAME …]: pydock beside the real docker, on an engine of its own.

Each round runs docker, then pydock. The ratio is the median of the rounds' ratios: absolute times are not portable. Before
the rounds each program runs once, and the digests of their answers are compared: a fast wrong answer fails. Memory is the
peak of the program alone.
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
from pathlib import Path
from typing import Any

from tests.bench.cases import CASES, Case
from tests.bench.world import Run, World
from tests.support import engines

ROOT = Path(__file__).resolve().parents[2]
HEAD = f"{'case':<22}{'docker ms':>11}{'pydock ms':>11}{'ratio':>7}{'target':>8}{'docker MB':>11}{'pydock MB':>11}{'docker s':>10}{'pydock s':>10}{'docker-py':>11}"


def install(folder: Path) -> tuple[str, str]:
    """pydock as a user has it, from a wheel, and docker-py: the program, and the Python that has docker-py."""
    for name, what in (("pydock", str(ROOT)), ("docker-py", "docker")):
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        pip = [str(folder / name / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, what], check=True, stderr=subprocess.DEVNULL)
    return str(folder / "pydock" / "bin" / "pydock"), str(folder / "docker-py" / "bin" / "python")


def median(runs: list[Run], field: str) -> float:
    return float(statistics.median(getattr(run, field) for run in runs))


def checked(world: World, case: Case, program: str) -> str:
    """One run that is not counted; the digest of its answer."""
    case.before(world)
    words = case.words(world)
    run = world.run([world.programs[program], *words], case.stdin and case.stdin(world), keep=True)
    if run.code:
        raise SystemExit(f"bench: {case.name}: {program} exits with {run.code}: {run.err.strip()[-300:]}")
    return case.answer(world, run)


def timed(world: World, case: Case, program: str) -> Run:
    case.before(world)
    words = case.words(world)
    return world.run([world.programs[program], *words], case.stdin and case.stdin(world))


def measure(world: World, case: Case, rounds: int, python: str) -> dict[str, Any]:
    """The case's row. Raises SystemExit where the programs disagree."""
    answers = [checked(world, case, program) for program in ("docker", "pydock")]
    if answers[0] != answers[1]:
        raise SystemExit(f"bench: {case.name}: the answers differ: {answers[0][:200]} and {answers[1][:200]}")
    load = os.getloadavg()[0]
    theirs, ours, third = [], [], []
    for _ in range(rounds):
        theirs.append(timed(world, case, "docker"))
        ours.append(timed(world, case, "pydock"))
        if case.python:
            third.append(world.run([python, "-c", case.python]))
    failed = [run for run in (*theirs, *ours) if run.code]
    if failed:
        raise SystemExit(f"bench: {case.name}: exit code {failed[0].code}: {failed[0].err.strip()[-300:]}")
    row: dict[str, Any] = {"case": case.name, "about": case.about, "rounds": rounds, "load": round(load, 2)}
    for name, runs in (("docker", theirs), ("pydock", ours)):
        row[name] = {field: round(median(runs, field), 4) for field in ("seconds", "cpu", "memory")}
    row["ratio"] = round(statistics.median(b.seconds / a.seconds for a, b in zip(theirs, ours)), 3)
    row["least"] = round(min(r.seconds for r in ours) / min(r.seconds for r in theirs), 3)
    row["target"] = case.target
    if third:
        row["docker-py"] = round(statistics.median(c.seconds / a.seconds for a, c in zip(theirs, third)), 2)
    return row


def text(row: dict[str, Any]) -> str:
    """A row of the table."""
    theirs, ours = row["docker"], row["pydock"]
    over = " over" if row["ratio"] > row["target"] else ""
    more = " memory" if ours["memory"] > theirs["memory"] else ""
    return (
        f"{row['case']:<22}{theirs['seconds'] * 1e3:>11.1f}{ours['seconds'] * 1e3:>11.1f}{row['ratio']:>7.2f}"
        f"{row['target']:>8.2f}{theirs['memory']:>11.1f}{ours['memory']:>11.1f}{theirs['cpu']:>10.2f}{ours['cpu']:>10.2f}"
        f"{row.get('docker-py', ''):>11}{over}{more}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"cases (default: all): {' '.join(c.name for c in CASES)}"
    )
    parser.add_argument("--rounds", type=int, help="of each case (default: 21 where it is short, 3 where it is long)")
    parser.add_argument("--size", type=int, default=1024, help="of the big file, in MB (default: %(default)s)")
    parser.add_argument("--docker", help="the real docker (default: the one on the PATH, or Debian's 28.5)")
    parser.add_argument("--pydock", help="the pydock to measure (default: this checkout's, installed from a wheel)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file, too")
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in {case.name for case in CASES}]
    if unknown:
        parser.error(f"no such case: {' '.join(unknown)}")
    chosen = [case for case in CASES if not args.names or case.name in args.names]
    with tempfile.TemporaryDirectory(prefix="pydock-bench-") as place:
        try:
            rows = on_an_engine(Path(place), args, chosen)
        except engines.Unavailable as why:
            parser.exit(1, f"bench: no engine: {why}\n")
    return int(any(row["ratio"] > row["target"] for row in rows))


def on_an_engine(folder: Path, args: argparse.Namespace, cases: list[Case]) -> list[dict[str, Any]]:
    """Install the programs, start an engine, and measure. Raises Unavailable."""
    ours, python = install(folder)
    docker = args.docker or shutil.which("docker") or str(engines.real_docker())
    programs = {"docker": str(Path(docker).resolve()), "pydock": args.pydock or ours}
    engine = engines.start("docker-28", folder / "engine")
    try:
        engines.load_busybox(engine)
        world = World(engine.host, programs, folder, args.size)
        rows = report(world, cases, args.rounds, python, args.json)
        world.close()
        return rows
    finally:
        engine.stop()


def report(world: World, cases: list[Case], rounds: int | None, python: str, file: Path | None) -> list[dict[str, Any]]:
    """Measure, and print each row as it is known."""
    facts = {
        "date": time.strftime("%Y-%m-%d"),
        "docker": world.docker("version", "--format", "{{.Client.Version}}"),
        "engine": world.docker("version", "--format", "{{.Server.Version}}"),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }
    print("  ".join(f"{name} {value}" for name, value in facts.items()))
    print(HEAD, flush=True)
    rows = []
    for case in cases:
        rows.append(measure(world, case, rounds or case.rounds, python))
        print(text(rows[-1]), flush=True)
    print(f"load now {os.getloadavg()[0]:.1f}: more than one for each core makes Python look worse than it is")
    if file:
        file.write_text(json.dumps({**facts, "rows": rows}, indent=2) + "\n")
    return rows


if __name__ == "__main__":
    sys.exit(main())
