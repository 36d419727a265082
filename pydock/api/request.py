"""Request: one request of the Engine API as a value, to print, compare and use in tests. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from pydock.errors import Failure
from pydock.shape import Shape
from pydock.values import made, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T", bound=Mapping[str, object])

Query = dict[str, str | list[str]]
#: an API version as numbers
Version = tuple[int, ...]
LISTED_BEFORE: Version = (1, 22)


@record
class Request:
    """path: without the version and unescaped; `body` is sent as JSON, `content` unchanged; a header may have several
    values. `answer`: the promised shape (see pydock.shape) of the JSON, or of each message of a stream; None where
    the answer is not JSON. `go_type`: docker's type of an answer that is an object, which its error names;
    `version_first`: docker negotiates the API version before it makes this request, and reports an engine that does not
    answer to that; `old_filters`: before API 1.22 its filters are lists; `literal`: the path is sent as it is, escaped and
    with its version and query."""

    method: str
    path: str
    query: Query = made(default_factory=dict)
    body: Any = None
    content: Iterable[bytes] | bytes | None = None
    headers: Mapping[str, str | list[str]] = made(default_factory=dict)
    answer: Shape = None
    go_type: str = ""
    version_first: bool = False
    old_filters: bool = False
    literal: bool = False

    def for_version(self, version: str) -> Request:
        """This request as it is sent in a version of the API."""
        if not self.old_filters or "filters" not in self.query or version_key(version) >= LISTED_BEFORE:
            return self
        from pydock.go.json import decode, dumps

        listed = {key: list(values) for key, values in decode(str(self.query["filters"])).items()}
        return replace(self, query={**self.query, "filters": dumps(listed)})


def named(kind: str, name: str) -> str:
    """The name or id of an object ("container", "network", …) for a path. Raises Failure for a blank one."""
    trimmed = name.strip()
    if not trimmed:
        raise Failure(f"invalid {kind} name or ID: value is empty")
    return trimmed


def version_key(text: str) -> Version:
    """An API version ("1.41") as comparable numbers."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))


def without_empty(part: T, keys: Container[str] | None = None) -> T:
    """A part of a body without its empty fields. keys: those that may be left out; all by default."""
    return {k: v for k, v in part.items() if v or (keys is not None and k not in keys)}  # type: ignore[return-value]


def query(**values: Any) -> Query:
    """Query parameters as docker sends them: None, False and empty values are left out; True is "1"; dicts are JSON."""
    out: Query = {}
    for key, value in values.items():
        if value is None or value is False or value == "" or value == {} or value == () or value == []:
            continue
        if value is True:
            out[key] = "1"
        elif isinstance(value, dict):
            from pydock.go.json import dumps

            out[key] = dumps(value)
        elif isinstance(value, (list, tuple)):
            out[key] = [str(v) for v in value]
        else:
            out[key] = str(value)
    return out


def filters(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, bool]]:
    """--filter pairs as the engine's filter object: {"label": {"a=b": true}}."""
    out: dict[str, dict[str, bool]] = {}
    for key, value in pairs:
        out.setdefault(key, {})[value] = True
    return {k: dict(sorted(v.items())) for k, v in sorted(out.items())}
