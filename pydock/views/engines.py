"""The fields of engines on this machine, for templates and tables. Docker's client has no such list."""

from __future__ import annotations

from typing import Any, ClassVar

from pydock.views.view import Fields, View


class EngineView(View):
    """One engine. Version and API are the engine's own; ChosenBy is what makes it the one in use, or ""."""

    TITLES: ClassVar[dict[str, str | None]] = {
        "Address": "ADDRESS", "API": "API", "ChosenBy": "CHOSEN BY", "Current": None, "Kind": "KIND", "Name": "NAME", "State": "STATE",
        "Version": "VERSION", "Why": "WHY",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "Name": (lambda v: v.Name, "name"),
        "Address": (lambda v: v.Address, "address"),
        "Kind": (lambda v: v.Kind, "kind of engine"),
        "Version": (lambda v: v.Version or None, "version of the engine; null where none answers"),
        "API": (lambda v: v.API or None, "version of its API; null where none answers"),
        "State": (lambda v: v.State, "state"),
        "Why": (lambda v: v.Why or None, "why it does not answer, or null"),
        "ChosenBy": (lambda v: v.ChosenBy or None, "what makes it the one in use, or null"),
        "Current": (lambda v: v.Current, "is it the one in use?"),
    }
    METHODS = ()
    DEFAULT = (
        "{{.Name}}{{if .Current}} *{{end}}\t{{.Address}}\t{{.Kind}}\t{{.Version}}\t{{.API}}\t{{.State}}\t{{.ChosenBy}}"
    )
    QUIET = "{{.Name}}"

    def __init__(
        self, name: str, address: str, kind: str, version: str, api: str, state: str, why: str, chosen_by: str
    ) -> None:
        self.Name, self.Address, self.Kind, self.Version, self.API = name, address, kind, version, api
        self.State, self.Why, self.ChosenBy, self.Current = state, why, chosen_by, bool(chosen_by)

    def go_struct(self) -> Any:
        return self.go_json()
