"""`images --tree`: each image with its names and platforms. Pure."""

from __future__ import annotations

from typing import Any

from pydock.render.human import ellipsis, short_id, size
from pydock.render.shown import Drawn
from pydock.values import record

_COLUMNS = (("ID", 12), ("DISK USAGE", 10), ("CONTENT SIZE", 12), ("EXTRA", 5))
LEFT = ("ID", "EXTRA")
GAP = "   "
#: the minimum width of the names, below which other columns are left out
NARROWEST = 12


@record
class Row:
    """The names of an image or of one of its platforms, each on a line of its own, and the cells beside the last."""

    names: list[str]
    cells: list[str]


def _row(names: list[str], identifier: str, total: float, content: float, used: bool) -> Row:
    return Row(names, [short_id(identifier), size(float(total), 3), size(float(content), 3), "U" if used else ""])


def _rows(image: dict[str, Any]) -> list[Row]:
    """The image, and each of its platforms."""
    everything = image.get("Manifests") or []
    manifests = [m for m in everything if m.get("Kind") == "image"]
    content = sum((m.get("Size") or {}).get("Content") or 0 for m in everything)
    used = any(map(_is_used, manifests)) or (image.get("Containers") or 0) > 0
    tags = sorted(image.get("RepoTags") or ["<untagged>"], key=len, reverse=True)
    rows = [_row(tags, image["Id"], image.get("Size") or 0, content, used)]
    for i, manifest in enumerate(manifests):
        platform = (manifest.get("ImageData") or {}).get("Platform") or {}
        name = "/".join(filter(None, (platform.get("os"), platform.get("architecture"), platform.get("variant"))))
        sizes = manifest.get("Size") or {}
        mark = "└─ " if i == len(manifests) - 1 else "├─ "
        total, content = sizes.get("Total") or 0, sizes.get("Content") or 0
        rows.append(_row([mark + name], manifest["ID"], total, content, _is_used(manifest)))
    return rows


def _is_used(manifest: dict[str, Any]) -> bool:
    return bool((manifest.get("ImageData") or {}).get("Containers"))


def is_dangling(image: dict[str, Any]) -> bool:
    """Is it an image without any name?"""
    tags, digests = image.get("RepoTags") or [], image.get("RepoDigests") or []
    return (tags, digests) in (([], []), (["<none>:<none>"], ["<none>@<none>"]))


def tree_text(images: list[dict[str, Any]], width: int, colour: bool) -> list[str]:
    """The listing as parts of text: newest image first, a line for each name, the figures beside the last.

    width: of the terminal; names are cut to fit, and columns that leave them too little room are left out."""
    blocks = [_rows(i) for i in sorted(images, key=lambda i: -(i.get("Created") or 0))]
    room, columns = _fitting(width)
    # as in docker, which counts bytes instead of characters
    lengths = [_length(name) for rows in blocks for row in rows for name in row.names]
    first = min(room, max([len("IMAGE"), *lengths]))
    bold = "\x1b[39m\x1b[1m{}\x1b[0m" if colour else "{}"
    titles = [bold.format(title) + " " * (size_ - len(title)) for title, size_ in [("IMAGE", first), *columns]]
    out = []
    for rows in blocks:
        for row in rows:
            shown = [ellipsis(name, first) for name in row.names]
            cells = [_padded(cell, *column) for cell, column in zip(row.cells, columns)]
            out += [*shown[:-1], GAP.join([shown[-1].ljust(first), *cells])]
        if any(len(rows) > 1 for rows in blocks):
            out.append("")
    head = Drawn(GAP.join(titles).rstrip() + "\n")
    return ["  Info ->  U In Use ".rjust(width) + "\n\n", head, "".join(f"{line}\n" for line in out)]


def _fitting(width: int) -> tuple[int, list[tuple[str, int]]]:
    """(the room for names, the columns beside them)."""
    room, columns = max(width, 20), list[tuple[str, int]]()
    for title, size_ in _COLUMNS:
        if room - size_ - len(GAP) < NARROWEST:
            break
        room -= size_ + len(GAP)
        columns.append((title, size_))
    return room, columns


def _padded(cell: str, title: str, width: int) -> str:
    return cell.ljust(width) if title in LEFT else cell.rjust(width)


def _length(name: str) -> int:
    return len(name.encode()) if name[0] in "├└" else len(name)
