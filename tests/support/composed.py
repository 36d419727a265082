"""The compose files of tests/data/compose.txt, and an engine with a swarm for `stack deploy`.

scripts/record-compose runs docker on them and keeps what it does in tests/data/compose.json;
tests/unit/commands/stack/test_compose.py runs pydock on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"
DOCUMENTS, RECORDED = DATA / "compose.txt", DATA / "compose.json"
ENVIRON = {
    "HOME": "/home/me",
    "TAG": "1.2",
    "N": "3",
    "EMPTY": "",
    "YES": "yes",
    "NO_": "Off",
    "TRUE": "true",
    "RATIO": "0.25",
}
STACK = "app"


@dataclass
class Case:
    """words: of the command line, "{name}.yml" and the further .yml files among them; files: by their paths, "" a folder."""

    name: str
    words: list[str]
    stdin: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def argv(self, verb: str) -> list[str]:
        """ "config" or "deploy"; a deployment has no --skip-interpolation."""
        if verb == "config":
            return ["stack", "config", *self.words]
        return ["stack", "deploy", *(word for word in self.words if word != "--skip-interpolation"), STACK]

    def write(self, folder: Path) -> None:
        for path, text in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def cases() -> list[Case]:
    """The documents, in their order."""
    out = []
    for part in re.split(r"(?m)^=== ", DOCUMENTS.read_text(encoding="utf-8"))[1:]:
        head, _, body = part.partition("\n")
        name, _, words = head.partition(": ")
        first, *others = re.split(r"(?m)^\+\+\+ ", body)
        files = {path: text for path, _, text in (other.partition("\n") for other in others)}
        if words.startswith("<"):
            out.append(Case(name, words.split()[1:], first, files))
            continue
        files = {"compose.yml": first, **files}
        composed = [word for path in files if path.endswith(".yml") for word in ("-c", path)]
        out.append(Case(name, [*composed, *words.split()], "", files))
    return out


#: of GET /info
INFO = {
    "ID": "engine", "Containers": 0, "Swarm": {"ControlAvailable": True}, "ContainerdCommit": {"ID": ""}, "RuncCommit": {"ID": ""},
    "InitCommit": {"ID": ""},
}  # fmt: skip


def answer(method: str, path: str, query: Mapping[str, Any]) -> tuple[int, Any]:
    """What the engine answers: a status, and JSON. It has every network, secret and config but those named "missing"; stacks
    have nothing yet. query: its filters are read."""
    last = path.rpartition("/")[2]
    if path == "/info":
        return 200, INFO
    if method == "POST":
        return 201, {"ID": f"new-{path.split('/')[1]}", "Id": "new"}
    if path in ("/secrets", "/configs"):
        names = [name for name in (query.get("filters") or {}).get("name", {}) if name != "missing"]
        return 200, [{"ID": f"id-of-{name}", "Spec": {"Name": name}} for name in names]
    if path in ("/networks", "/services"):
        return 200, []
    if path.startswith("/networks/") and last != "missing":
        return 200, {"Id": last, "Name": last, "Scope": "local" if last == "local" else "swarm"}
    return 404, {"message": f"{last} not found"}


def told(text: str, folder: str) -> str:
    """What a client wrote, without what differs from run to run."""
    above = folder.rpartition("/")[0]
    return re.sub(r'time="[^"]*"', 'time="…"', text.replace(folder, "<folder>").replace(above, "<above>"))


def in_order(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Requests in an order of their own: docker sends those for several objects of a kind in any order."""
    return sorted(requests, key=lambda r: (r["path"], str((r["body"] or {}).get("Name")), str(r["query"])))
