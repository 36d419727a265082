"""`images --tree`: each image with its names and platforms. Pure."""

from __future__ import annotations

from typing import Any

from pydock.render.human import ellipsis, short_id, size
from pydock.render.shown import Drawn

_COLUMNS = (("ID", 12), ("DISK USAGE", 10), ("CONTENT SIZE", 12), ("EXTRA", 5))
LEFT = ("ID", "EXTRA")
#: blanks between columns; the minimum width of the names, below which other columns are left out
SPACE, NARROWEST = 3, 12


def _rows(image: dict[str, Any]) -> list[tuple[list[str], list[str]]]:
    """(names, cells) of the image and of each of its platforms."""
    manifests = [m for m in image.get("Manifests") or [] if m.get("Kind") == "image"]
    content = sum((m.get("Size") or {}).get("Content") or 0 for m in image.get("Manifests") or [])
    used = any((m.get("ImageData") or {}).get("Containers") for m in manifests) or (image.get("Containers") or 0) > 0
    tags = sorted(image.get("RepoTags") or ["<untagged>"], key=len, reverse=True)
    rows = [
        (
            tags,
            [
                short_id(image["Id"]),
                size(float(image.get("Size") or 0), 3),
                size(float(content), 3),
                "U" if used else "",
            ],
        )
    ]
    for i, manifest in enumerate(manifests):
        platform = (manifest.get("ImageData") or {}).get("Platform") or {}
        name = "/".join(filter(None, (platform.get("os"), platform.get("architecture"), platform.get("variant"))))
        sizes = manifest.get("Size") or {}
        mark = "└─ " if i == len(manifests) - 1 else "├─ "
        in_use = "U" if (manifest.get("ImageData") or {}).get("Containers") else ""
        rows.append(
            (
                [mark + name],
                [
                    short_id(manifest["ID"]),
                    size(float(sizes.get("Total") or 0), 3),
                    size(float(sizes.get("Content") or 0), 3),
                    in_use,
                ],
            )
        )
    return rows


def is_dangling(image: dict[str, Any]) -> bool:
    """Is it an image without any name?"""
    tags, digests = image.get("RepoTags") or [], image.get("RepoDigests") or []
    return (tags, digests) in (([], []), (["<none>:<none>"], ["<none>@<none>"]))


def tree_text(images: list[dict[str, Any]], width: int, colour: bool) -> list[str]:
    """The listing as parts of text: newest image first, a line for each name, the figures beside the last.

    width: of the terminal; names are cut to fit, and columns that leave them too little room are left out."""
    blocks = [_rows(i) for i in sorted(images, key=lambda i: -(i.get("Created") or 0))]
    room, columns = max(width, 20), list[tuple[str, int]]()
    for title, size_ in _COLUMNS:
        if room - size_ - SPACE < NARROWEST:
            break
        room -= size_ + SPACE
        columns.append((title, size_))
    # as in docker, which counts bytes instead of characters
    widest = max([len("IMAGE"), *(_length(n) for rows in blocks for names, _ in rows for n in names)])
    first = min(room, widest)
    bold = "\x1b[39m\x1b[1m{}\x1b[0m" if colour else "{}"
    titles = [("IMAGE", first), *columns]
    head = Drawn((" " * SPACE).join(bold.format(t) + " " * (w - len(t)) for t, w in titles).rstrip() + "\n")
    out = []
    for rows in blocks:
        for names, cells in rows:
            shown = [ellipsis(n, first) for n in names]
            figures = (c.ljust(w) if t in LEFT else c.rjust(w) for c, (t, w) in zip(cells, columns))
            out += [*shown[:-1], (" " * SPACE).join([shown[-1].ljust(first), *figures])]
        if any(len(rows) > 1 for rows in blocks):
            out.append("")
    return ["  Info ->  U In Use ".rjust(width) + "\n\n", head, "".join(f"{line}\n" for line in out)]


def _length(name: str) -> int:
    return len(name.encode()) if name[0] in "├└" else len(name)
