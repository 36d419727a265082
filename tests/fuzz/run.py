"""The long run: `scripts/fuzz [--minutes N] [--inputs N] [TARGET…]`; prints a table, target by target, and ends with 1 if something was found.

Each target runs in a process of its own, with bounds on its memory, and where this is root as nobody: what is made is made
below a temporary folder. With atheris the inputs are guided by what of pydock they reach; without it they are mutated
seeds. What was found lies in fuzz-findings/, by target; `--again FILE --target TARGET` runs one input.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MEMORY = 3 << 30
FINDINGS = Path("fuzz-findings")
#: text that parsers trip over
TOKENS = (
    b"\0", b"\n", b"\r\n", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xd9\xa1", b"\xc2\xb2", b" ", b"\t", b",", b":", b"=", b"/", b"..", b"-", b"--", b"*", b"**", b"[", b"]", b"[^",
    b"{", b"}", b"{{", b"}}", b'"', b'""', b"'", b"`", b"\\", b"!", b"(", b")", b"%", b"%s", b"@", b"#", b"0", b"9" * 20, b"1e999", b"-1", b"0x", b".", b"a", b"A", b"null", b"true", b"[[[[", b'{"a":',
)  # fmt: skip


def mutated(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """A seed with a few changes."""
    data = bytearray(chance.choice(seeds) if seeds else b"")
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 2, 5, 20)))
        kind = chance.randrange(6)
        if kind == 0:
            data[at:end] = b""
        elif kind == 1:
            data[at:end] = chance.choice(TOKENS)
        elif kind == 2:
            data[at:at] = chance.choice(TOKENS) * chance.choice((1, 2, 3, 10))
        elif kind == 3:
            data[at:end] = chance.randbytes(chance.choice((1, 1, 2, 4)))
        elif kind == 4:
            data[at:at] = data[at:end] * chance.choice((1, 2, 5))
        elif seeds:
            other = chance.choice(seeds)
            start = chance.randrange(len(other) + 1)
            data[at:end] = other[start : start + chance.choice((1, 5, 20, 100))]
    return bytes(data)


def stretched(seeds: tuple[bytes, ...], size: int) -> Iterator[bytes]:
    """What is told again and again: whoever looks back at all that came before takes for ever."""
    for token in (*TOKENS, *seeds):
        if token:
            yield token * (size // len(token))
            yield b"\0" + token * (size // len(token))
    for seed in seeds:
        half = len(seed) // 2
        for token in TOKENS:
            yield seed[:half] + token * (size // len(token)) + seed[half:]


class Slow(BaseException):
    """It takes too long."""


def limited(seconds: float) -> None:
    """Raise Slow after so many seconds; 0: not any more."""

    def stop(number: int, frame: object) -> None:
        raise Slow(f"more than {seconds} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)


# -- one target, in a process of its own ---------------------------------------------------------------


def work(name: str, seconds: float, inputs: int) -> None:
    """Prints "inputs N" at the end; leaves findings and ends with 1 at the first."""
    _as_nobody()
    guided = False
    try:
        import atheris

        with atheris.instrument_imports(include=["pydock"]):
            from tests.fuzz.targets import SECONDS, TARGETS
        guided = True
    except ImportError:
        from tests.fuzz.targets import SECONDS, TARGETS
    target, count, end = TARGETS[name], 0, time.monotonic() + seconds

    def one(data: bytes) -> None:
        nonlocal count
        count += 1
        try:
            limited(SECONDS)
            target.run(data)
        except BaseException as error:
            limited(0)
            path = FINDINGS / f"{name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:8]}"
            print(f"finding {type(error).__name__}: {str(error)[:300]!r} {path.name} {data[:200].hex()}", flush=True)
            print(f"inputs {count}", flush=True)
            sys.stdout.flush()
            os.write(3, len(data).to_bytes(8, "big") + data)
            os._exit(1)
        finally:
            limited(0)

    for data in (*target.seeds, *stretched(target.seeds, 30_000)):
        one(data)
    chance = random.Random(0)
    if not guided:
        while time.monotonic() < end and count < inputs:
            one(mutated(target.seeds, chance))
        print(f"inputs {count}", flush=True)
        return

    def guided_one(data: bytes) -> None:
        one(data)
        if time.monotonic() > end or count >= inputs:
            print(f"inputs {count} guided", flush=True)
            os._exit(0)

    with tempfile.TemporaryDirectory() as corpus:
        for i, data in enumerate((*target.seeds, *(mutated(target.seeds, chance) for _ in range(100)))):
            Path(corpus, str(i)).write_bytes(data)
        words = Path(corpus, "words.dict")
        words.write_text("".join('"' + "".join(f"\\x{b:02x}" for b in token[:20]) + '"\n' for token in TOKENS))
        atheris.Setup([sys.argv[0], corpus, f"-dict={words}", "-max_len=4096", "-rss_limit_mb=0", "-timeout=0", "-print_final_stats=0", "-verbosity=0"], guided_one)
        atheris.Fuzz()


def _as_nobody() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    folder = tempfile.mkdtemp(prefix="fuzz-")
    os.chdir(folder)


# -- all of them ---------------------------------------------------------------------------------------


def campaign(names: list[str], seconds: float, inputs: int) -> int:
    rows, found, total = [], 0, 0
    for name in names:
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "tests.fuzz.run", "--work", name, "--seconds", str(seconds), "--inputs", str(inputs)]
        started = time.monotonic()
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec 3>&{writing}; exec "$@"', "sh", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            pass_fds=(writing,), env={**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        os.close(writing)
        try:
            out, err = process.communicate(timeout=seconds + 600)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        with open(reading, "rb") as pipe:
            kept = pipe.read()
        counted = re.search(r"^inputs (\d+)( guided)?", out, re.M)
        finding = re.search(r"^finding (.*)", out, re.M)
        problem = finding[1] if finding else "" if counted and process.returncode == 0 else f"ended with {process.returncode}: {err[-300:]}"
        if finding:
            FINDINGS.mkdir(exist_ok=True)
            (FINDINGS / finding[1].split(" ")[-2]).write_bytes(kept[8:])
        count = int(counted[1]) if counted else 0
        total, found = total + count, found + bool(problem)
        rows.append(f"{name:36} {count:>9,} {'guided' if counted and counted[2] else 'mutated':8} {time.monotonic() - started:6.0f} s  {problem or '-'}")
        print(rows[-1], flush=True)
    print(f"\n{len(names)} targets, {total:,} inputs, {found} findings")
    return int(found > 0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Fuzz pydock's parsers.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="names, or parts of them; all without")
    parser.add_argument("--minutes", type=float, default=5, help="how long all of them run together (default 5)")
    parser.add_argument("--inputs", type=int, default=10**9, help="most inputs for one target")
    parser.add_argument("--list", action="store_true", help="the names of the targets")
    parser.add_argument("--again", metavar="FILE", help="run one input, with --target")
    parser.add_argument("--target", help="for --again")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=60, help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.work:
        work(o.work, o.seconds, o.inputs)
        return 0
    from tests.fuzz.targets import TARGETS

    if o.again:
        TARGETS[o.target].run(Path(o.again).read_bytes())
        return 0
    names = [n for n in TARGETS if not o.targets or any(t in n for t in o.targets)]
    if o.list:
        print("\n".join(names))
        return 0
    return campaign(names, o.minutes * 60 / max(1, len(names)), o.inputs)


if __name__ == "__main__":
    sys.exit(main())
