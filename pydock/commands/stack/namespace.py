"""A stack: a name that its objects carry as a label, and begin their own names with."""

from __future__ import annotations

from typing import Any

from pydock.api.request import filters
from pydock.errors import Failure
from pydock.flags.pairs import Pair
from pydock.go.strconv import quote
from pydock.options import flag
from pydock.values import record

#: the label of all objects of a stack
LABEL = "com.docker.stack.namespace"
#: the label of a service with the image as the compose file names it
IMAGE_LABEL = "com.docker.stack.image"


@record
class Namespace:
    """name: that of the stack."""

    name: str

    def scoped(self, name: str) -> str:
        """The name in the swarm of an object of the file."""
        return f"{self.name}_{name}"

    def descoped(self, name: str) -> str:
        return name.removeprefix(f"{self.name}_")

    def labelled(self, labels: dict[str, str] | None) -> dict[str, str]:
        return {**(labels or {}), LABEL: self.name}

    def filters(self, *more: Pair) -> dict[str, dict[str, bool]]:
        """What finds the stack's objects."""
        return filters((*more, ("label", f"{LABEL}={self.name}")))


def namespace(name: str) -> Namespace:
    """The stack of this name. Raises Failure for one without a character that counts."""
    if all(char.isspace() or char in "\"'" for char in name):
        raise Failure(f"invalid stack name: {quote(name)}")
    return Namespace(name)


def orchestrator_flag() -> Any:
    """What all commands of stacks accept."""
    return flag(
        "--orchestrator", hidden=True, deprecated={"orchestrator": "option will be ignored"}, help="Orchestrator to use"
    )
