"""--json of pull, push, save and load: a line for each step, and one for the result; imported for it alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydock.commands.typed import Typed, chosen, printer
from pydock.render.progress import check, progress_json
from pydock.render.values import picked
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App

#: bytes are told of at most so often, in seconds
INTERVAL = 0.2


class Lines:
    """Where the lines go, with the fields that were chosen. bytes: that have passed."""

    def __init__(self, app: App, o: Typed) -> None:
        self.app, self.names, self.show = app, chosen(o), printer(app, o)
        self.bytes = 0

    def line(self, value: Json) -> None:
        """Print a line, unless it has none of the chosen fields."""
        shown = picked(value, self.names) if self.names else value
        if any(one is not None for one in shown.values()):
            self.show(shown)

    def messages(self, messages: Iterable[Json]) -> Iterator[Json]:
        """Pass the engine's messages through, each with its line. Raises Failure for the engine's error."""
        for message in messages:
            check(message)
            if value := progress_json(message):
                self.line(value)
            yield message

    def blocks(self, blocks: Iterable[bytes], status: str, total: int = 0) -> Iterator[bytes]:
        """Pass bytes through, and tell how many there have been. total: 0 if unknown."""
        due = self.app.clock()
        for block in blocks:
            yield block
            self.bytes += len(block)
            if self.app.clock() >= due:
                due = self.app.clock() + INTERVAL
                self.line({"id": None, "status": status, "current": self.bytes, "total": total or None})

    def result(self, **values: Any) -> None:
        """The last line."""
        self.line({"result": values})


def pulled(lines: Lines, messages: Iterable[Json], reference: str) -> None:
    """Tell of a pull; its result has the digest, and whether there was anything new (null where the engine does not say)."""
    digest: str | None = None
    updated: bool | None = None
    for message in lines.messages(messages):
        status = str(message.get("status") or "")
        if status.startswith("Digest: "):
            digest = status.removeprefix("Digest: ")
        elif status.startswith("Status: "):
            updated = {"Downloaded": True, "Image": False}.get(status.split(" ")[1])
    lines.result(reference=reference, digest=digest, updated=updated)


def pushed(lines: Lines, messages: Iterable[Json], name: str) -> None:
    """Tell of a push; it has a result for each tag: the digest, and the size of the manifest in bytes."""
    results = 0
    for message in lines.messages(messages):
        aux = message.get("aux")
        if isinstance(aux, dict) and aux.get("Digest"):
            results += 1
            reference = f"{name.removesuffix(':' + str(aux.get('Tag')))}:{aux.get('Tag')}"
            lines.result(reference=reference, digest=aux["Digest"], bytes=aux.get("Size"))
    if not results:
        lines.result(reference=name, digest=None, bytes=None)


def loaded(lines: Lines, messages: Iterable[Json]) -> None:
    """Tell of a load; its result has the names and IDs of the images."""
    names, ids = list[str](), list[str]()
    for message in lines.messages(messages):
        for line in str(message.get("stream") or "").splitlines():
            if line.startswith("Loaded image ID: "):
                ids.append(line.removeprefix("Loaded image ID: "))
            elif line.startswith("Loaded image: "):
                names.append(line.removeprefix("Loaded image: "))
    lines.result(images=names, ids=ids)
