"""The names of commands, from the index: without importing any command."""

from __future__ import annotations

from pydock.cli.index import ALIASES, COMMANDS, GROUPS, OWN
from pydock.values import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App


def children(path: str) -> dict[str, str]:
    """The groups and commands of a group ("" is the root), with their summaries."""
    prefix = path + " " if path else ""
    names = dict(GROUPS) | {p: entry[2] for p, entry in COMMANDS.items()}
    return {
        p[len(prefix) :]: short
        for p, short in sorted(names.items())
        if p.startswith(prefix) and " " not in p[len(prefix) :]
    }


def taken_names() -> set[str]:
    """The names of docker's own commands, which plugins cannot have."""
    return {path for path in (*COMMANDS, *GROUPS, *ALIASES, "help") if " " not in path} - OWN


def gives_way(app: App, path: str) -> bool:
    """Does a CLI plugin take the place of this command, or of its group? Only those that docker does not have do so."""
    name = path.partition(" ")[0]
    return name in OWN and app.plugins.find(name, ()) is not None


@record
class Needs:
    """Requirements on the engine: API version, operating system, experimental features."""

    since: str = ""
    ostype: str = ""
    experimental: bool = False


#: group -> the requirements of all its commands
GROUP_NEEDS = {
    "builder": Needs("1.31"), "checkpoint": Needs("1.25", "linux", True), "network": Needs("1.21"), "plugin": Needs("1.25"), "volume": Needs("1.21"),
    "config": Needs("1.30"), "node": Needs("1.24"), "secret": Needs("1.25"), "service": Needs("1.24"), "stack": Needs("1.25"), "swarm": Needs("1.24"),
}  # fmt: skip


def group_needs(path: str) -> list[Needs]:
    """The requirements of a group, or of a command's group."""
    group = path.partition(" ")[0]
    return [GROUP_NEEDS[group]] if group in GROUP_NEEDS else []
