"""The names of commands, as the index has them: no command is imported for them."""

from __future__ import annotations

from pydock.cli.index import ALIASES, COMMANDS, GROUPS
from pydock.values import record


def children(path: str) -> dict[str, str]:
    """Names below a group ("" is the root) with their short help, groups and commands together."""
    prefix = path + " " if path else ""
    names = dict(GROUPS) | {p: entry[2] for p, entry in COMMANDS.items()}
    return {
        p[len(prefix) :]: short
        for p, short in sorted(names.items())
        if p.startswith(prefix) and " " not in p[len(prefix) :]
    }


def taken_names() -> set[str]:
    """The words that are commands, so that no plugin can be called by them."""
    return {path for path in (*COMMANDS, *GROUPS, *ALIASES, "help") if " " not in path}


@record
class Needs:
    """What the engine must offer: an API version, a system, experimental features."""

    since: str = ""
    ostype: str = ""
    experimental: bool = False


#: group -> what all that is in it needs
GROUP_NEEDS = {
    "builder": Needs("1.31"), "checkpoint": Needs("1.25", "linux", True), "network": Needs("1.21"), "plugin": Needs("1.25"), "volume": Needs("1.21"),
}  # fmt: skip


def group_needs(path: str) -> list[Needs]:
    """Of a group, or of the group that a command is in."""
    group = path.partition(" ")[0]
    return [GROUP_NEEDS[group]] if group in GROUP_NEEDS else []
