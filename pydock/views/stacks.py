"""Stacks as their list shows them. Pure."""

from __future__ import annotations

from typing import Any, ClassVar

from pydock.views.view import Fields, View


class StackView(View):
    """A stack, and the number of its services."""

    go_type = "*formatter.stackContext"
    TITLES: ClassVar[dict[str, str]] = {"Name": "NAME", "Services": "SERVICES"}
    FIELDS: ClassVar[Fields] = {
        "Name": (lambda v: v.Name, "name"),
        "Services": (lambda v: v._services, "number of services"),
    }
    METHODS: ClassVar[tuple[str, ...]] = ()
    DEFAULT = "{{.Name}}\t{{.Services}}"

    def __init__(self, name: str, services: int) -> None:
        self.Name, self.Services, self._services = name, str(services), services

    def go_fields(self) -> dict[str, Any]:
        return {"s": {"Name": self.Name, "Services": self._services}}
