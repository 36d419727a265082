"""The word "self" for the node that is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import nodes, system
from pydock.errors import Failure

if TYPE_CHECKING:
    from pydock.app import App


def node_reference(app: App, name: str) -> str:
    """The node's own ID for "self"; any other name as it is. Raises Failure."""
    if name != "self":
        return name
    own = str((app.engine.json(system.info()).get("Swarm") or {}).get("NodeID") or "")
    if not own:
        # for the engine's own words: this is no manager
        app.engine.json(nodes.list_nodes({}))
        raise Failure("node ID not found in /info")
    return own
