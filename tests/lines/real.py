"""The same lines on a real engine, which may be spoiled: everything on it is removed, but the image busybox."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.lines.compare import Outcome
from tests.support.cli import program

#: what no two runs have alike
VOLATILE = [(re.compile(pattern), word) for pattern, word in (
    (r"\b[0-9a-f]{64}\b", "<id>"), (r"\b[0-9a-f]{12}\b", "<id>"), (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d\d:?\d\d( UTC)?|Z)?", "<time>"), (r"(Less than a|About an?|\d+) (second|minute)s?( ago)?", "<ago>"),
    (r"\b[a-z]+_[a-z]+\b(?=\s|$)", "<name>"), (r"(?<=:)(3[2-9]|[45]\d|6[0-5])\d{3}\b", "<port>"), (r"\d+(\.\d+)?[kMG]?i?B\b", "<size>"), (r"\d+\.\d\d%", "<share>"), (r"  +", "  "),
)]  # fmt: skip
#: what there is before each line
WORLD = (
    ("network", "create", "n1"), ("volume", "create", "v1"), ("tag", "busybox", "busybox:1.36"), ("run", "-d", "--name", "web", "-p", "8080:80", "-l", "a=b", "busybox", "sleep", "1000"),
    ("create", "--name", "db", "busybox", "true"),
)  # fmt: skip


def settle(docker: Path, host: str) -> None:
    """The same start for both clients."""

    def listed(*argv: str) -> list[str]:
        return program(docker, *argv, host=host).out.decode().split()

    if containers := listed("ps", "-aq"):
        program(docker, "rm", "-fv", *containers, host=host)
    for kind in ("network", "volume"):
        program(docker, kind, "prune", "-f", *(["-a"] if kind == "volume" else []), host=host)
    if images := [i for i in listed("images", "--format", "{{.Repository}}:{{.Tag}}") if i != "busybox:latest"]:
        program(docker, "rmi", "-f", *images, host=host)
    for argv in WORLD:
        program(docker, *argv, host=host)


def masked(outcome: Outcome) -> Outcome:
    """Without what no two runs have alike; of requests nothing is known."""
    texts = [outcome.stdout, outcome.stderr]
    for pattern, word in VOLATILE:
        texts = [pattern.sub(word, text) for text in texts]
    return replace(outcome, stdout=texts[0], stderr=texts[1], files=dict.fromkeys(outcome.files, ""))
