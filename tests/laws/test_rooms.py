"""Who may import whom: the table of the design, held true by reading the imports.

Within its own room a module may import any other. Imports for typing only (under `if TYPE_CHECKING`) do not count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "pydock"

#: what every room may import: pure modules without a room
EVERYWHERE = {"", "errors", "golang", "gojson", "digests", "paths", "record", "shape"}

#: room -> (rooms of ours, third-party packages)
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "golang": (set(), set()),
    "gojson": (set(), set()),
    "record": (set(), set()),
    "shape": (set(), set()),
    "paths": (set(), set()),
    "programs": (set(), set()),
    "git": ({"programs"}, set()),
    "archive": ({"git"}, set()),
    "buildkit": ({"archive", "git", "programs"}, {"h2", "cryptography"}),
    "registry": ({"lean"}, {"httpx"}),
    "digests": (set(), set()),
    "errors": (set(), set()),
    "lean": (set(), set()),
    "declare": ({"record"}, set()),
    "flags": (set(), set()),
    "api": (set(), set()),
    "render": (set(), {"rich"}),
    "streams": (set(), set()),
    "config": ({"archive", "programs"}, set()),
    "views": ({"render"}, set()),
    "engine": ({"api", "config", "lean", "programs"}, {"httpx"}),
    "commands": ({"declare", "flags", "api", "views", "render", "streams"}, set()),
    "app": ({"archive", "buildkit", "config", "engine", "machine", "registry", "render", "streams", "declare"}, set()),
    "machine": ({"archive", "buildkit", "registry"}, set()),
    "cli": ({"declare", "app", "api", "config", "programs"}, {"click"}),
    "generate": ({"current_folder", "declare", "app", "cli", "commands", "render"}, set()),
    "main": ({"cli", "app", "lean"}, {"click"}),
    "current_folder": (set(), set()),
    "__main__": ({"main", "current_folder"}, set()),
}

#: rooms whose modules may not touch the world by themselves
PURE = ("flags", "api", "views", "render", "commands", "declare", "golang", "gojson", "digests", "paths", "record", "shape", "errors")
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
    """Every module imported at run time."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for other in node.orelse:
                self.visit(other)
            return
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [a.name for a in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.level == 0, "imports are absolute"
        module = node.module or ""
        self.names += [f"pydock.{a.name}" for a in node.names] if module == "pydock" else [module]


def imports(path: Path) -> list[str]:
    visitor = Imports()
    visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
    return visitor.names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_table(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        assert imports(path) == []
        return
    ours, others = ROOMS[room]
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "pydock":
            target = rest.partition(".")[0]
            if target.isupper() or target.startswith("__"):  # a constant of pydock/__init__.py
                continue
            assert target in EVERYWHERE | ours | {room}, f"{room} must not import {name}"
        elif top not in sys.stdlib_module_names:
            assert top in others, f"{room} must not import {name}"


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in PURE], ids=lambda p: str(p.relative_to(ROOT)))
def test_pure_rooms_do_not_touch_the_world(path: Path) -> None:
    relative = str(path.relative_to(ROOT))
    for name in imports(path):
        top = name.partition(".")[0]
        assert top not in WORLD or (relative, top) in ALLOWED, f"{relative} must not import {name}"
    for call in calls(path):
        assert call not in ("open", "print", "input"), f"{relative} must not call {call}()"


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_every_public_function_of_the_rooms_has_a_docstring_or_is_small() -> None:
    """What a newcomer calls is explained: a public module-level function of more than 12 lines says what it does."""
    silent = []
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_") and not ast.get_docstring(node):
                lines = (node.end_lineno or 0) - node.lineno
                decorated = any("command" in ast.unparse(d) for d in node.decorator_list)
                if lines > 12 and not decorated:
                    silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert not silent


def test_files_stay_readable() -> None:
    """The soft limit is 250 lines; a table of facts may be longer."""
    long = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text().splitlines())) > 420}
    assert not long
