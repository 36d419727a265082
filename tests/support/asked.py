"""Which endpoints each command calls: man/src/requests.json, made of what the tests' commands ask, and checked by each of them.

`scripts/record-requests` runs the unit tests, and tests/live/test_requests.py, with PYDOCK_RECORD_REQUESTS, a folder: each process writes there what it saw."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pydock.api.endpoints import ENDPOINTS
from pydock.cli.index import ALIASES, COMMANDS
from pydock.cli.params import Command
from pydock.cli.tree import find

FILE = Path(__file__).resolve().parents[2] / "man" / "src" / "requests.json"
#: any request is asked by it
ANY = "api"


@cache
def patterns() -> list[tuple[str, list[re.Pattern[str]]]]:
    """The endpoints, those without names before those with; a name without slashes, and any."""
    return [
        (path, [re.compile(name.join(map(re.escape, re.split(r"\{\w*\}", path))), re.S) for name in ("[^/]*", ".*")])
        for path in sorted(ENDPOINTS, key=lambda path: ("{" in path, path))
    ]


def endpoint(method: str, path: str) -> str:
    """The endpoint of a request: "GET /volumes/{volumes}"; "" for one that is none."""
    # names of images and plugins have slashes: what has none is looked for first
    fits = [known for wide in (0, 1) for known, both in patterns() if both[wide].fullmatch(path)]
    found = next((known for known in fits if method in ENDPOINTS[known].split()), "")
    return found and f"{method} {found}"


def command_of(words: Sequence[str]) -> str:
    """The first name of the command that a line of words runs; "" for none."""
    path = ""
    for word in words:
        path = f"{path} {word}".strip()
        if path in COMMANDS or path in ALIASES:
            command = find(path)
            return command.note.paths[0] if isinstance(command, Command) else ""
    return ""


@cache
def known() -> dict[str, frozenset[str]]:
    return {path: frozenset(listed) for path, listed in json.loads(FILE.read_text(encoding="utf-8")).items()}


def check(words: Sequence[str], requests: Iterable[tuple[str, str]]) -> None:
    """Each request is one that the list has for the command; or it is written down, where they are recorded."""
    command = command_of(words)
    asked = list(dict.fromkeys(filter(None, (endpoint(*request) for request in requests))))
    if not command or command == ANY or not asked:
        return
    # as a name, it makes another path of the request's
    if "." in words and command != "image build":
        return
    if folder := os.environ.get("PYDOCK_RECORD_REQUESTS"):
        with open(Path(folder) / str(os.getpid()), "a", encoding="utf-8") as file:
            file.write(json.dumps([command, asked]) + "\n")
        return
    new = set(asked) - known().get(command, frozenset())
    assert not new, f"{command} asks {sorted(new)}, which {FILE.name} does not have: run scripts/record-requests"


def merged(folder: Path) -> dict[str, list[str]]:
    """What was recorded: of each command its endpoints, in the order in which they are mostly asked."""
    places: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for file in folder.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            command, asked = json.loads(line)
            for place, each in enumerate(asked):
                places[command][each].append(place / len(asked))
    return {
        command: sorted(found, key=lambda each: (round(sum(found[each]) / len(found[each]), 3), each))
        for command, found in sorted(places.items())
    }
