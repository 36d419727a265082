"""What several commands tell of a swarm: how to join it, and how to unlock it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes, swarm
from pydock.errors import Failure

if TYPE_CHECKING:
    from pydock.app import App


def print_join(app: App, node: str, role: str) -> None:
    """The command that joins a node to the swarm of this manager; nothing where `node` is no manager. Raises Failure."""
    manager = app.engine.json(nodes.inspect_node(node)).get("ManagerStatus")
    tokens = app.engine.json(swarm.inspect_swarm()).get("JoinTokens") or {}
    if manager is not None:
        token, address = tokens.get(role.title()) or "", manager.get("Addr") or ""
        app.out.line(
            f"To add a {role} to this swarm, run the following command:\n\n"
            f"    {app.prog} swarm join --token {token} {address}\n"
        )


def unlock_key(app: App) -> str:
    """The key that unlocks managers, "" for none. Raises Failure."""
    try:
        return str(app.engine.json(swarm.unlock_key()).get("UnlockKey") or "")
    except Failure as failure:
        raise Failure(f"could not fetch unlock key: {failure.message}") from None


def print_unlock(app: App, key: str) -> None:
    if key:
        app.out.line(
            f"To unlock a swarm manager after it restarts, run the `{app.prog} swarm unlock`\n"
            f"command and provide the following key:\n\n    {key}\n\n"
            "Remember to store this key in a password manager, since without it you\n"
            "will not be able to restart the manager."
        )
