"""View: one engine object, with the fields of docker's list templates. Pure.

A subclass has a property or method for each field, and TITLES, the headers of its table; `{{json .}}`, tables,
templates and completion of --format all use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.go.kinds import Failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, TypeAlias

#: of --json: field -> (its value in JSON, what it is)
Fields: TypeAlias = "Mapping[str, tuple[Callable[[Any], Any], str]]"


class View:
    """TITLES: field -> header, or None where docker has none: Go prints <no value>. `go_type`: the type's name in messages.

    Of a list: DEFAULT, the template of its table; RAW, of --format raw; QUIET, of --quiet, and RAW_QUIET of both;
    CONFIG, the key of config.json that gives its --format.

    FIELDS, of --json: as TITLES where the value has a meaning of its own, which text for people is not: full IDs, numbers,
    bytes, times (see views.times), lists and objects, out of the engine's answer."""

    TITLES: ClassVar[Mapping[str, str | None]] = {}
    FIELDS: ClassVar[Fields] = {}
    DEFAULT: ClassVar[str] = ""
    # without a raw form the word "raw" is a template like any other
    RAW: ClassVar[str] = "raw"
    QUIET: ClassVar[str] = "{{.ID}}"
    RAW_QUIET: ClassVar[str] = "raw"
    CONFIG: ClassVar[str] = ""
    #: fields that take an argument (Label "key"): callables, left out of JSON
    METHODS: ClassVar[tuple[str, ...]] = ("Label",)
    #: fields for templates only
    HIDDEN: ClassVar[tuple[str, ...]] = ()
    go_type: ClassVar[str] = ""

    def go_field(self, name: str) -> Any:
        if name in self.TITLES or name in self.METHODS:
            return getattr(self, name, Failed)
        return Failed

    def go_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in sorted(self.TITLES) if name not in self.HIDDEN}

    def go_fields(self) -> dict[str, Any]:
        """The fields of docker's struct for a row, by name."""
        return {}

    def go_struct(self) -> Any:
        """docker's struct for a row, which {{.}} prints."""
        from pydock.go.unexported import bare_fields
        from pydock.views.gotypes import decode

        struct = bare_fields(decode(self.go_type, self.go_fields()))
        if "Error" in self.TITLES:
            # a Go type with an Error method is an error, and is printed by that method
            struct.text = self.go_field("Error")
        return struct


def counted(number: int | None) -> int | None:
    """An engine's number for --json: it is -1 where the engine did not count."""
    return None if number == -1 else number


def labels_text(labels: dict[str, str] | None) -> str:
    """ "a=b,c=d", in the engine's order."""
    return ",".join(f"{k}={v}" for k, v in (labels or {}).items())
