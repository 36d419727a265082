"""The names of commands, as the index has them: no command is imported for them."""

from __future__ import annotations

from pydock.cli.index import ALIASES, COMMANDS, GROUPS


def children(path: str) -> dict[str, str]:
    """Names below a group ("" is the root) with their short help, groups and commands together."""
    prefix = path + " " if path else ""
    names = dict(GROUPS) | {p: entry[2] for p, entry in COMMANDS.items()}
    return {
        p[len(prefix) :]: short for p, short in sorted(names.items()) if p.startswith(prefix) and " " not in p[len(prefix) :]
    }


def taken_names() -> set[str]:
    """The words that are commands, so that no plugin can be called by them."""
    return {path for path in (*COMMANDS, *GROUPS, *ALIASES, "help") if " " not in path}
