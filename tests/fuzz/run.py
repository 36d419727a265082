"""The long run: `scripts/fuzz [--minutes N] [--inputs N] [TARGET…]`; prints a table, target by target, and ends with 1 if something was found.

Each target runs in a process of its own, with bounds on its memory, and where this is root as nobody: what is made is made
below a temporary folder. With atheris the inputs are guided by what of pydock they reach; without it they are mutated
seeds. What was found lies in fuzz-findings/, by target; `--again FILE --target TARGET` runs one input.
"""

from __future__ import annotations

import argparse
import codecs
import hashlib
import importlib
import os
import pkgutil
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pydock

atheris = None
if __name__ == "__main__":
    try:
        import atheris
    except ImportError:
        pass

with atheris.instrument_imports(include=["pydock"]) if atheris else nullcontext():
    from tests.fuzz.targets import SECONDS, TARGETS, Target

    if __name__ == "__main__":
        # after a fork nothing more is to be made ready, and as nobody we may not even read Python's own files
        for module in pkgutil.walk_packages(pydock.__path__, "pydock."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        for encoding in ("idna", "punycode", "utf-16", "latin1", "ascii"):
            codecs.lookup(encoding)

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
    """Raise Slow after so many seconds of work, or twenty times as many of waiting (the machine may be busy); 0: not any more."""

    def stop(number: int, frame: object) -> None:
        raise Slow(f"more than {seconds} seconds")

    for number, timer, limit in (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, 20 * seconds),
    ):
        signal.signal(number, stop)
        signal.setitimer(timer, limit)


# -- one target, in a process of its own ---------------------------------------------------------------


def work(target: Target, seconds: float, inputs: int, tell: Callable[[str], None]) -> None:
    """Tells "inputs N" at the end, and before it what was found, which ends the run. Never returns."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    count = 0
    os.chdir(tempfile.mkdtemp(prefix="fuzz-"))
    corpus = Path("corpus")
    corpus.mkdir()
    chance = random.Random(0)
    for i, data in enumerate((*target.seeds, *(mutated(target.seeds, chance) for _ in range(100)))):
        (corpus / str(i)).write_bytes(data)
    Path("words.dict").write_text("".join('"' + "".join(f"\\x{b:02x}" for b in token[:20]) + '"\n' for token in TOKENS))
    for data in target.seeds:
        target.run(data)
    _as_nobody()

    def one(data: bytes) -> None:
        nonlocal count
        count += 1
        try:
            limited(SECONDS)
            target.run(data)
        except BaseException as error:
            limited(0)
            where = traceback.extract_tb(error.__traceback__)[-1]
            tell(
                f"finding {data.hex()} {type(error).__name__} at {where.filename}:{where.lineno}: {str(error)[:300]!r}\ninputs {count}\n"
            )
            os._exit(1)
        finally:
            limited(0)

    for data in (*target.seeds, *stretched(target.seeds, 30_000)):
        one(data)
    end = time.monotonic() + seconds
    if atheris is None:
        while time.monotonic() < end and count < inputs:
            one(mutated(target.seeds, chance))
        tell(f"inputs {count}\n")
        os._exit(0)

    def guided(data: bytes) -> None:
        one(data)
        if time.monotonic() > end or count >= inputs:
            tell(f"inputs {count} guided\n")
            os._exit(0)

    options = ["-max_len=4096", "-rss_limit_mb=0", "-timeout=0", "-verbosity=0"]
    atheris.Setup(["fuzz", "corpus", "-dict=words.dict", *options], guided)
    atheris.Fuzz()


def _as_nobody() -> None:
    if os.geteuid() == 0:
        os.chmod(".", 0o777)
        os.chmod("corpus", 0o777)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


# -- all of them ---------------------------------------------------------------------------------------


def campaign(names: list[str], seconds: float, inputs: int) -> int:
    found = total = 0
    for name in names:
        started = time.monotonic()
        told, code = _apart(TARGETS[name], seconds, inputs)
        counted = re.search(r"^inputs (\d+)( guided)?", told, re.M)
        finding = re.search(r"^finding (\S*) (.*)", told, re.M)
        problem = "" if counted and not code else f"ended with {code}: {told[-300:]!r}"
        if finding:
            data, problem = bytes.fromhex(finding[1]), finding[2]
            FINDINGS.mkdir(exist_ok=True)
            path = FINDINGS / f"{name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:8]}"
            path.write_bytes(data)
            problem = f"{path}: {problem}"
        count = int(counted[1]) if counted else 0
        total, found = total + count, found + bool(problem)
        how = "guided" if counted and counted[2] else "mutated"
        print(f"{name:36} {count:>9,} {how:8} {time.monotonic() - started:6.0f} s  {problem or '-'}", flush=True)
    print(f"\n{len(names)} targets, {total:,} inputs, {found} findings")
    return int(found > 0)


def _apart(target: Target, seconds: float, inputs: int) -> tuple[str, int]:
    """(what the run of a target told, its exit code). A fork: what was imported, and made ready for guidance, is so once."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(writing, 2)
        try:
            work(target, seconds, inputs, lambda text: _write(writing, text.encode()))
        except BaseException:
            _write(writing, traceback.format_exc().encode())
        os._exit(2)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told = pipe.read().decode("utf-8", "replace")
    return told, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description="Fuzz pydock's parsers.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="names, or parts of them; all without")
    parser.add_argument("--minutes", type=float, default=5, help="how long all of them run together (default 5)")
    parser.add_argument("--inputs", type=int, default=10**9, help="most inputs for one target")
    parser.add_argument("--list", action="store_true", help="the names of the targets")
    parser.add_argument("--again", metavar="FILE", help="run one input, with --target")
    parser.add_argument("--target", help="for --again")
    o = parser.parse_args()
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
