"""`images --tree`: each image with its names and platforms. Pure."""

from __future__ import annotations

from typing import Any

from pydock.render.human import short_id, size
from pydock.render.shown import Drawn

_COLUMNS = (("ID", 12), ("DISK USAGE", 10), ("CONTENT SIZE", 12), ("EXTRA", 5))


def _rows(image: dict[str, Any]) -> list[tuple[list[str], list[str]]]:
    """(names, cells) of the image and of each of its platforms."""
    manifests = [m for m in image.get("Manifests") or [] if m.get("Kind") == "image"]
    content = sum((m.get("Size") or {}).get("Content") or 0 for m in image.get("Manifests") or [])
    used = any((m.get("ImageData") or {}).get("Containers") for m in manifests) or (image.get("Containers") or 0) > 0
    tags = [t for t in image.get("RepoTags") or [] if t != "<none>:<none>"] or ["<untagged>"]
    tags.sort(key=len, reverse=True)
    rows = [(tags, [short_id(image["Id"]), size(float(image.get("Size") or 0), 3), size(float(content), 3), "U" if used else ""])]
    for i, manifest in enumerate(manifests):
        platform = (manifest.get("ImageData") or {}).get("Platform") or {}
        name = "/".join(filter(None, (platform.get("os"), platform.get("architecture"), platform.get("variant"))))
        sizes = manifest.get("Size") or {}
        mark = "└─ " if i == len(manifests) - 1 else "├─ "
        in_use = "U" if (manifest.get("ImageData") or {}).get("Containers") else ""
        rows.append(([mark + name], [short_id(manifest["ID"]), size(float(sizes.get("Total") or 0), 3), size(float(sizes.get("Content") or 0), 3), in_use]))
    return rows


def tree_text(images: list[dict[str, Any]], width: int, colour: bool) -> list[str]:
    """The whole listing, in parts: newest image first, each name on a line of its own, the figures beside the last."""
    blocks = [_rows(i) for i in sorted(images, key=lambda i: -(i.get("Created") or 0))]
    first = max([5, *(len(n) for rows in blocks for names, _ in rows for n in names)]) + 3
    bold = "\x1b[39m\x1b[1m{}\x1b[0m" if colour else "{}"
    titles = [("IMAGE", first), *((t, w + 3) for t, w in _COLUMNS)]
    head = Drawn("".join(bold.format(t) + " " * (w - len(t)) for t, w in titles).rstrip() + "\n")
    out = []
    for rows in blocks:
        for names, cells in rows:
            line = names[-1].ljust(first) + "   ".join(c.ljust(w) if i in (0, 3) else c.rjust(w) for i, (c, (_, w)) in enumerate(zip(cells, _COLUMNS)))
            out += [*names[:-1], line]
    return ["  Info ->  U In Use ".rjust(width) + "\n\n", head, "".join(f"{line}\n" for line in out)]
