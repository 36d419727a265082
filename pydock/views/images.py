"""An image as `images` and `history` show it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydock.render.human import ago, ellipsis, short_id, size
from pydock.shape import Json
from pydock.views.times import local_seconds, moment, utc_text
from pydock.views.view import Fields, View, counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

HISTORY = "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
HISTORY_EXACT = "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
NONE = "<none>"


class ImageView(View):
    """One name of one entry of GET /images/json."""

    go_type = "*formatter.imageContext"
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "IMAGE ID", "Repository": "REPOSITORY", "Tag": "TAG", "Digest": "DIGEST", "CreatedSince": "CREATED", "CreatedAt": "CREATED AT",
        "Size": "SIZE", "Containers": "CONTAINERS", "VirtualSize": "SIZE", "SharedSize": "SHARED SIZE", "UniqueSize": "UNIQUE SIZE",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.i["Id"], "full ID"),
        "Repository": (lambda v: _known_name(v.Repository), "repository, or null"),
        "Tag": (lambda v: _known_name(v.Tag), "tag, or null"),
        "Digest": (lambda v: _known_name(v.Digest), "digest in the repository, or null"),
        "CreatedAt": (lambda v: moment(v.i.get("Created")), "time"),
        "Size": (lambda v: counted(v.i.get("Size")), "bytes"),
        "SharedSize": (lambda v: counted(v.i.get("SharedSize")), "bytes that other images have too; null where the engine did not count them"),
        "UniqueSize": (
            lambda v: None if counted(v.i.get("SharedSize")) is None else v.i["Size"] - v.i["SharedSize"],
            "bytes that no other image has; null where the engine did not count them",
        ),
        "Containers": (lambda v: counted(v.i.get("Containers")), "number of containers; null where the engine did not count them"),
        "Labels": (lambda v: v.i.get("Labels") or {}, "object of labels"),
    }  # fmt: skip
    DEFAULT = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
    DIGESTS = "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
    RAW = "repository: {{.Repository}}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n"
    RAW_DIGESTS = RAW.replace("image_id", "digest: {{.Digest}}\nimage_id")
    RAW_QUIET = "image_id: {{.ID}}"
    CONFIG = "imagesFormat"

    def __init__(
        self, image: dict[str, Any], repository: str, tag: str, digest: str, now: float, trunc: bool = True
    ) -> None:
        self.i, self.now, self.trunc = image, now, trunc
        self.Repository, self.Tag, self.Digest = repository, tag, digest

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "i": self.i, "repo": self.Repository, "tag": self.Tag, "digest": self.Digest}

    @property
    def ID(self) -> str:
        return short_id(self.i["Id"]) if self.trunc else str(self.i["Id"])

    @property
    def CreatedSince(self) -> str:
        created = self.i.get("Created") or 0
        return ago(created, self.now) if created > 0 else "N/A"

    @property
    def CreatedAt(self) -> str:
        return utc_text(self.i.get("Created") or 0)

    @property
    def Size(self) -> str:
        return size(float(self.i.get("Size") or 0), 3)

    @property
    def VirtualSize(self) -> str:
        return size(float(self.i.get("Size") or 0))

    def _known(self, key: str) -> str:
        value = self.i.get(key, -1)
        return "N/A" if value is None or value == -1 else str(value)

    @property
    def Containers(self) -> str:
        return self._known("Containers")

    @property
    def SharedSize(self) -> str:
        value = self.i.get("SharedSize", -1)
        return "N/A" if value in (None, -1) else size(float(value))

    @property
    def UniqueSize(self) -> str:
        shared, whole = self.i.get("SharedSize", -1), self.i.get("Size", -1)
        return "N/A" if shared in (None, -1) or whole in (None, -1) else size(float(whole - shared))


def _known_name(name: str) -> str | None:
    return None if name in (NONE, "") else name


def image_views(
    images: Iterable[dict[str, Any]], now: float, trunc: bool, digests: bool, named: bool
) -> Iterator[ImageView]:
    """The rows of a list of images: a row for each tag, and with `digests` (--digests) for each digest.

    named: does the template name the digest? Then tags are shown with theirs.
    """
    for image in images:
        tags = [t for t in image.get("RepoTags") or [] if t != f"{NONE}:{NONE}"]
        refs = [d for d in image.get("RepoDigests") or [] if d != f"{NONE}@{NONE}"]
        if not tags and not refs:
            yield ImageView(image, NONE, NONE, NONE, now, trunc)
            continue
        for names in _names(tags, refs, digests, named):
            yield ImageView(image, *names, now, trunc)


def _names(tags: list[str], refs: list[str], digests: bool, named: bool) -> Iterator[tuple[str, str, str]]:
    """(repository, tag, digest) of each row."""
    by_repository: dict[str, tuple[list[str], list[str]]] = {}
    for text in tags:
        name, _, tag = text.rpartition(":")
        by_repository.setdefault(name, ([], []))[0].append(tag)
    for text in refs:
        name, _, digest = text.partition("@")
        by_repository.setdefault(name, ([], []))[1].append(digest)
    for name, (names, sums) in by_repository.items():
        if names:
            known = sums if digests or named else []
            yield from ((name, tag, digest) for tag in names for digest in known or [NONE])
        else:
            # an image with only a digest, which only --digests shows
            yield from ((name, NONE, digest) for digest in (sums if digests else [""]))


class HistoryView(View):
    """One entry of GET /images/NAME/history."""

    go_type = "*image.historyContext"
    METHODS = ()
    TITLES: ClassVar[dict[str, str]] = {
        "ID": "IMAGE", "CreatedSince": "CREATED", "CreatedAt": "CREATED AT", "CreatedBy": "CREATED BY", "Size": "SIZE", "Comment": "COMMENT",
    }  # fmt: skip
    FIELDS: ClassVar[Fields] = {
        "ID": (lambda v: v.h["Id"] if (v.h.get("Id") or "").startswith("sha256:") else None, "full ID of the image of this step, or null"),
        "CreatedAt": (lambda v: moment(v.h.get("Created")), "time"),
        "CreatedBy": (lambda v: v.h.get("CreatedBy") or "", "instruction"),
        "Size": (lambda v: v.h.get("Size") or 0, "bytes"),
        "Comment": (lambda v: v.h.get("Comment") or "", "comment"),
        "Tags": (lambda v: v.h.get("Tags") or [], "list of names of that image"),
    }  # fmt: skip

    def __init__(self, layer: dict[str, Any], now: float, trunc: bool, human: bool) -> None:
        self.h, self.now, self.trunc, self.human = layer, now, trunc, human

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "human": self.human, "h": self.h}

    @property
    def ID(self) -> str:
        identifier = str(self.h.get("Id") or "")
        return short_id(identifier) if self.trunc and identifier.startswith("sha256:") else identifier

    @property
    def CreatedAt(self) -> str:
        return local_seconds(self.h.get("Created") or 0)

    @property
    def CreatedSince(self) -> str:
        if not self.human:
            return self.CreatedAt
        created = self.h.get("Created") or 0
        return ago(created, self.now) if created > 0 else "N/A"

    @property
    def CreatedBy(self) -> str:
        text = str(self.h.get("CreatedBy") or "").replace("\t", " ")
        return ellipsis(text, 45) if self.trunc else text

    @property
    def Size(self) -> str:
        count = self.h.get("Size") or 0
        return size(float(count), 3) if self.human else str(count)

    @property
    def Comment(self) -> str:
        return str(self.h.get("Comment") or "")


def in_containerd(info: Json) -> bool:
    """Are an engine's images kept by containerd? info: its answer to GET /info."""
    return ["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or [])
