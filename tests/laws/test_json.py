"""--json: every list and every inspect has it, and every view has fields for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pydock
from pydock.cli.index import COMMANDS
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.views.view import View

ROOT = Path(pydock.__file__).parent
#: text for people of what another field gives as a value
FOR_PEOPLE = {"RunningFor", "CreatedSince", "LastUsedSince", "VirtualSize", "Parent"}
#: what is no list, nor an inspect, has it as well
BESIDES = ("container top", "container port", "container diff", "system events", "version", "system info", "system df")
#: and what prints nothing of the kind: content trust is not supported
WITHOUT = {"trust inspect"}


def subclasses(cls: type[View]) -> Iterator[type[View]]:
    for each in cls.__subclasses__():
        yield each
        yield from subclasses(each)


def views() -> set[type[View]]:
    for path in [*(ROOT / "views").glob("*.py"), *(ROOT / "commands").rglob("*.py")]:
        importlib.import_module(".".join(["pydock", *path.relative_to(ROOT).with_suffix("").parts]))
    return {view for view in subclasses(View) if view.__module__.startswith("pydock.") and view.TITLES}


def test_every_view_has_typed_fields() -> None:
    """A field of docker's templates is one of --json, under the same name, and says what it is."""
    found = views()
    assert len(found) > 15
    for view in found:
        assert not view.TITLES.keys() - view.FIELDS.keys() - FOR_PEOPLE, view
        assert all(what and not what.endswith(".") for _, what in view.FIELDS.values()), view


def test_every_list_and_inspect_has_json() -> None:
    for path in COMMANDS:
        command = find(path)
        assert isinstance(command, Command)
        names = {f.name for f in command.flags}
        prints = "format" in names or path.endswith((" ls", "inspect")) or path in BESIDES
        if prints and path not in WITHOUT:
            assert {"json", "jq"} <= names, path


def test_lists_name_their_fields() -> None:
    """Before anything is sent, --json=help tells the fields, and others are refused."""
    for path in COMMANDS:
        command = find(path)
        assert isinstance(command, Command)
        spec = next((f for f in command.flags if f.name == "json"), None)
        if spec and spec.tells and path.rpartition(" ")[2] not in ("inspect", "top"):
            assert "KEY.KEY" not in spec.tells("help"), path
