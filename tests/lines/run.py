"""The long run: `scripts/fuzz lines [--seed N] [--count N]`; prints every difference that is not known, and ends with 1 if there is one.

--engine SOCKET takes a real engine, which must have busybox and may be spoiled; requests are then not compared.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.lines.compare import Difference, difference, run
from tests.lines.engine import World, world
from tests.lines.real import masked, settle
from tests.lines.words import Line, line
from tests.support.engines import real_docker


def compare(
    docker: Path, pydock: Path, wanted: Line, where: World, folder: Path, real: bool = False
) -> Difference | None:
    """What differs, twice over: what does not come again was the machine's doing, or docker's own. real: a real engine."""

    def once() -> Difference | None:
        outcomes = []
        for client in (docker, pydock):
            if real:
                settle(docker, where.host)
            outcome = run(client, wanted, where, folder)
            outcomes.append(masked(outcome) if real else outcome)
        return difference(wanted, *outcomes)

    return once() and once()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz lines", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first line")
    parser.add_argument(
        "--engine",
        metavar="SOCKET",
        help="a real engine in place of canned answers; everything on it is removed, but busybox",
    )
    parser.add_argument("--pydock", type=Path, default=Path(sys.prefix) / "bin" / "pydock")
    args = parser.parse_args()
    tally, began = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lines-") as name, world(Path(name)) as where:
        for number in range(args.first, args.first + args.count):
            there = replace(where, host=f"unix://{args.engine}") if args.engine else where
            found = compare(
                real_docker(), args.pydock, line(args.seed, number), there, Path(name) / "run", bool(args.engine)
            )
            tally["different" if found else "same"] += 1
            if found:
                print(f"\n[{args.seed}/{number}] {found}", flush=True)
    print(
        f"\n{args.count} lines of seed {args.seed} in {time.monotonic() - began:.0f} s: {tally['same']} the same, {tally['different']} different"
    )
    return 1 if tally["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
