"""Secrets and configs as docker shows them: what a swarm keeps for its services. Pure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydock.go.kinds import Time
from pydock.go.strconv import parse_rfc3339
from pydock.render.human import ago
from pydock.shape import Json
from pydock.views.times import moment_of
from pydock.views.view import Fields, View, labels_text

NO_TIME = "0001-01-01T00:00:00Z"
_TITLES = {
    "ID": "ID", "Name": "NAME", "CreatedAt": "CREATED", "UpdatedAt": "UPDATED", "Labels": "LABELS",
}  # fmt: skip
_FIELDS: Fields = {
    "ID": (lambda v: v.ID, "full ID"),
    "Name": (lambda v: v.Name, "name"),
    "CreatedAt": (lambda v: moment_of(v.stored.get("CreatedAt")), "time"),
    "UpdatedAt": (lambda v: moment_of(v.stored.get("UpdatedAt")), "time"),
    "Labels": (lambda v: v.labels, "object of labels"),
}


class StoredView(View):
    """What entries of GET /secrets and GET /configs have in common."""

    TITLES: ClassVar[dict[str, str]] = _TITLES
    FIELDS: ClassVar[Fields] = _FIELDS

    def __init__(self, stored: Json, now: float) -> None:
        self.stored, self.labels = stored, stored["Spec"].get("Labels") or {}
        self.ID, self.Name, self.Labels = stored["ID"], stored["Spec"].get("Name") or "", labels_text(self.labels)
        self.CreatedAt, self.UpdatedAt = (ago(parse_rfc3339(time), now) for time in _times(stored))

    @property
    def Label(self) -> Callable[[str], str]:
        return lambda key: str(self.labels.get(key) or "")


class SecretView(StoredView):
    """One entry of GET /secrets."""

    go_type = "*secret.secretContext"
    TITLES: ClassVar[dict[str, str]] = {**_TITLES, "Driver": "DRIVER"}
    FIELDS: ClassVar[Fields] = {
        **_FIELDS,
        "Driver": (lambda v: v.Driver or None, "driver that gives the data, or null"),
    }
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}"
    CONFIG = "secretFormat"

    def go_fields(self) -> dict[str, Any]:
        return {"s": self.stored}

    @property
    def Driver(self) -> str:
        return _driver(self.stored)


class ConfigView(StoredView):
    """One entry of GET /configs."""

    go_type = "*config.configContext"
    DEFAULT = "{{.ID}}\t{{.Name}}\t{{.CreatedAt}}\t{{.UpdatedAt}}"
    CONFIG = "configFormat"

    def go_fields(self) -> dict[str, Any]:
        return {"c": self.stored}


def _driver(secret: Json) -> str:
    return str((secret["Spec"].get("Driver") or {}).get("Name") or "")


def _times(stored: Json) -> tuple[str, str]:
    return str(stored.get("CreatedAt") or NO_TIME), str(stored.get("UpdatedAt") or NO_TIME)


def label_lines(labels: dict[str, str] | None, title: str = "Labels:") -> Iterator[str]:
    """The labels of an object in `inspect --pretty`: nothing where there are none."""
    if labels:
        yield title
        yield from (f" - {key}={value}" if value else f" - {key}" for key, value in sorted(labels.items()))


def secret_text(secret: Json) -> str:
    """`secret inspect --pretty`."""
    created, updated = (Time(time).go_text() for time in _times(secret))
    return "\n".join([
        f"ID:              {secret['ID']}", f"Name:              {secret['Spec'].get('Name') or ''}",
        *label_lines(secret["Spec"].get("Labels")), f"Driver:            {_driver(secret)}",
        f"Created at:        {created.lower()}", f"Updated at:        {updated.lower()}",
    ])  # fmt: skip


def config_text(config: Json) -> str:
    """`config inspect --pretty`, with its data. Raises ValueError for data that is not base64."""
    created, updated = (Time(time).go_text() for time in _times(config))
    try:
        data = base64.b64decode(config["Spec"].get("Data") or "", validate=True)
    except ValueError:
        raise ValueError(f"the engine's data of the config {config['ID']} is not base64") from None
    return "\n".join([
        f"ID:\t\t\t{config['ID']}", f"Name:\t\t\t{config['Spec'].get('Name') or ''}", *label_lines(config["Spec"].get("Labels")),
        f"Created at:            \t{created.lower()}", f"Updated at:            \t{updated.lower()}",
        f"Data:\n{data.decode('utf-8', 'surrogateescape')}",
    ])  # fmt: skip
