"""Who may import whom: the table of pydock/README.md, held true by reading the imports.

Within its own room a module may import any other, but never in a circle. What is imported for typing only (under
`if TYPE_CHECKING`) has a table of its own, and counts for circles.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2] / "pydock"


class Room(NamedTuple):
    """A row of the table in pydock/README.md: rooms of ours, those whose types may be named besides, third-party packages, marks."""

    ours: set[str]
    types: set[str]
    others: set[str]
    marks: set[str]


def table() -> dict[str, Room]:
    """The architecture page's: it is the law."""
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.M,
    )
    return {name: Room(*(set(re.findall(r"\w+", cell)) for cell in cells)) for name, *cells in rows}


ROOMS = table()
#: what every room may import
EVERYWHERE = {"", *(name for name, room in ROOMS.items() if "all" in room.marks)}
#: rooms whose modules may not touch the world by themselves
PURE = {name for name, room in ROOMS.items() if "pure" in room.marks}
WORLD = {"os", "sys", "socket", "subprocess", "time", "tempfile", "shutil", "pathlib"}
#: the few that may, and why
ALLOWED = {
    ("render/live.py", "sys"): "hands rich the stream to draw on",
    ("render/live.py", "time"): "speeds are measured while it draws",
    ("render/build_live.py", "time"): "what goes on takes longer at each frame",
    ("views/times.py", "time"): "the local time zone is what docker prints in",
    ("commands/version.py", "sys"): "the client's own system is what is shown",
}

MODULES = sorted(p for p in ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py") if first.endswith(".py") else first


class Imports(ast.NodeVisitor):
    """Every module imported: at run time, and for typing only."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.typing: list[str] = []

    def all(self) -> list[str]:
        return [*self.names, *self.typing]

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            inside = Imports()
            for one in node.body:
                inside.visit(one)
            self.typing += inside.names
            for other in node.orelse:
                self.visit(other)
            return
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [a.name for a in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports are absolute"
        module = node.module or ""
        packages = (ROOT.parent / module.replace(".", "/")).is_dir()
        self.names += (
            [f"{module}.{a.name}" for a in node.names] if packages and module.startswith("pydock") else [module]
        )


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> Imports:
    visitor = Imports()
    visitor.visit(parsed(path))
    return visitor


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_table(path: Path) -> None:
    room = room_of(path)
    found = imports(path)
    if room == "__init__":
        assert found.names == found.typing == []
        return
    law = ROOMS[room]
    check(room, found.names, law.ours, law.others)
    # third-party types may be named wherever they are used
    check(room, [n for n in found.typing if n.startswith("pydock")], law.ours | law.types, set())


def check(room: str, names: list[str], ours: set[str], others: set[str]) -> None:
    for name in names:
        top, _, rest = name.partition(".")
        if top == "pydock":
            target = rest.partition(".")[0]
            if target.isupper() or target.startswith("__"):  # a constant of pydock/__init__.py
                continue
            assert target in EVERYWHERE | ours | {room}, f"{room} must not import {name}"
        elif top not in sys.stdlib_module_names:
            assert top in others, f"{room} must not import {name}"


def test_the_table_names_every_room_and_no_other() -> None:
    assert set(ROOMS) == {room_of(path) for path in MODULES} - {"__init__"}
    named = {name for room in ROOMS.values() for name in room.ours | room.types}
    assert named <= set(ROOMS) and {mark for room in ROOMS.values() for mark in room.marks} == {"pure", "all"}


def test_the_table_allows_nothing_that_is_not_used() -> None:
    """A table that allows more than there is tells nothing of what there is."""
    idle = {}
    for name, room in ROOMS.items():
        found = [imports(path) for path in MODULES if room_of(path) == name]
        used = {imported.split(".")[1] for one in found for imported in one.all() if imported.startswith("pydock.")}
        packages = {imported.partition(".")[0] for one in found for imported in one.all()}
        idle[name] = ((room.ours | room.types) - used) | (room.others - packages)
    assert not {name: rooms for name, rooms in idle.items() if rooms}


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in PURE], ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_rooms_do_not_touch_the_world(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    for name in imports(path).names:
        top = name.partition(".")[0]
        assert top not in WORLD or (relative, top) in ALLOWED, f"{relative} must not import {name}"
    for call in calls(path):
        assert call not in ("open", "print", "input"), f"{relative} must not call {call}()"


def test_no_module_imports_another_in_a_circle() -> None:
    """Whatever a module imports, at run time or for typing, early or late: what it needs does not need it."""
    files = {name(p): p for p in MODULES}
    graph = {n: [i for i in imports(p).all() if i in files] for n, p in files.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def name(path: Path) -> str:
    """ "pydock.cli.tree"."""
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_every_public_function_of_the_rooms_has_a_docstring_or_is_small() -> None:
    """What a newcomer calls is explained: a public module-level function of more than 12 lines says what it does."""
    silent = []
    for path in MODULES:
        for node in parsed(path).body:
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                lines = (node.end_lineno or 0) - node.lineno
                decorated = any("command" in ast.unparse(d) for d in node.decorator_list)
                if lines > 12 and not decorated:
                    silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert not silent


def test_functions_stay_readable() -> None:
    """A reader sees a function as a whole; most have less than 40 lines."""
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert not long


def test_files_stay_readable() -> None:
    """The soft limit is 250 lines; a table of facts may be longer."""
    long = {
        str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 440
    }
    assert not long
