"""Reports about builds and Dockerfiles: warnings, excerpts, checks, outlines. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import accumulate

from pydock.errors import failing
from pydock.go.json import decode
from pydock.render.shown import Drawn
from pydock.render.table import columns
from pydock.shape import Json, opt

RULER = "-" * 20
YELLOW, PLAIN = "\x1b[33m", "\x1b[0m"


def _lines(ranges: Sequence[Json]) -> list[tuple[int, int]]:
    """(first, last) line of each range."""
    out = []
    for span in ranges:
        start = int((span.get("start") or {}).get("line") or 0)
        out.append((start, max(start, int((span.get("end") or {}).get("line") or 0))))
    return out


def excerpt(filename: str, text: str, ranges: Sequence[Json]) -> str:
    """The marked lines of a file, with their surroundings; "" if there are none."""
    lines, marked = text.split("\n"), _lines(ranges)
    if not marked:
        return ""
    start, end = min(s for s, _ in marked), max(e for _, e in marked)
    if not 1 <= start <= len(lines):
        return ""
    end = min(end, len(lines))
    first, around, padding = start, 0, 4 if start == end else 2
    while around < padding:
        if start > 1:
            start, around = start - 1, around + 1
        if end != len(lines):
            end, around = end + 1, around + 1
        around += 1
    about = _marks(marked, start, end)
    body = "".join(f" {n:3d} | {'>>>' if about[n - start] else '   '} {lines[n - 1]}\n" for n in range(start, end + 1))
    return f"{filename}:{first}\n{RULER}\n{body}{RULER}\n"


def _marks(ranges: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    """For each line from start to end, the number of ranges that include it."""
    change = [0] * (end - start + 2)
    for first, last in ranges:
        if first <= end and last >= start:
            change[max(first, start) - start] += 1
            change[min(last, end) - start + 1] -= 1
    return list(accumulate(change))


def unique_warnings(warnings: Sequence[Json]) -> list[Json]:
    """The warnings without duplicates for the same location."""
    seen: dict[str, Json] = {}
    for warning in warnings:
        seen.setdefault(repr({k: v for k, v in warning.items() if k != "vertex"}), warning)
    return list(seen.values())


def warnings_text(warnings: Sequence[Json], debug: bool) -> list[str]:
    """The linter's warnings as parts of text; in full with `debug`."""
    if not warnings:
        return []
    found = "1 warning found" if len(warnings) == 1 else f"{len(warnings)} warnings found"
    out: list[str] = [Drawn(f"\n {YELLOW}{found}{'' if debug else ' (use docker --debug to expand)'}:\n{PLAIN}")]
    for warning in warnings:
        out.append(f" - {_text(warning['short'])}\n")
        if not debug:
            continue
        out += [f"{_text(d)}\n" for d in warning["detail"]]
        out += [f"More info: {warning['url']}\n"] if warning["url"] else []
        if warning["info"] and warning["ranges"]:
            out.append(excerpt(warning["info"]["filename"], _text(warning["info"]["data"]), warning["ranges"]))
        out.append("\n")
    return out


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


# -- --call --------------------------------------------------------------------------------------------


_POINT = opt({"line": opt(int)})
_LOCATION = opt({"sourceIndex": opt(int), "ranges": opt([{"start": _POINT, "end": _POINT}])})
_WARNING = {"ruleName": opt(str), "url": opt(str), "detail": opt(str), "location": _LOCATION}
_NEED = {"name": str, "required": opt(bool)}
#: the shapes of the answers of buildkit's frontend/subrequests
_RESULTS = {
    "lint": {
        "warnings": opt([_WARNING]), "sources": opt([{"filename": opt(str), "data": opt(str)}]),
        "buildError": opt({"message": opt(str), "location": _LOCATION}),
    },
    "outline": {
        "name": opt(str), "description": opt(str), "args": opt([{"name": str, "value": opt(str), "description": opt(str)}]),
        "secrets": opt([_NEED]), "ssh": opt([_NEED]),
    },
    "targets": {"targets": opt([{"name": opt(str), "default": opt(bool), "description": opt(str)}])},
}  # fmt: skip


def lint(result: Json, filename: str) -> tuple[str, str]:
    """(text to print, a build error that the linter met or "")."""
    warnings, sources = result.get("warnings") or [], result.get("sources") or []
    count = len(warnings)
    out = []
    if count:
        out.append(f"Check complete, {'1 warning has' if count == 1 else f'{count} warnings have'} been found!\n")
    for warning in sorted(warnings, key=lambda w: _place(w, sources)):
        url = warning.get("url")
        out.append(
            f"\nWARNING: {warning.get('ruleName', '')}{f' - {url}' if url else ''}\n{warning.get('detail', '')}\n"
        )
        out.append(_source(warning.get("location") or {}, sources, filename))
    error = result.get("buildError")
    if error:
        return "".join(out) + ("\n" if count else ""), f"{error.get('message', '')}\n" + _source(
            error.get("location") or {}, sources, filename
        )
    return "".join(out) or "Check complete, no warnings found.\n", ""


def _place(warning: Json, sources: Sequence[Json]) -> tuple[int, str, int]:
    location = warning.get("location") or {}
    index = int(location.get("sourceIndex") or 0)
    if not 0 <= index < len(sources):
        return (0, str(warning.get("ruleName")), 0)
    lines = _lines(location.get("ranges") or [])
    return (1, str(sources[index].get("filename")), lines[0][0] if lines else -1)


def _source(location: Json, sources: Sequence[Json], filename: str) -> str:
    index = int(location.get("sourceIndex") or 0)
    if not 0 <= index < len(sources):
        return ""
    data = base64.b64decode(sources[index].get("data") or "")
    return excerpt(filename or str(sources[index].get("filename")), _text(data), location.get("ranges") or [])


def outline(result: Json) -> str:
    """The parameters of a target."""
    out = []
    if result.get("name") or result.get("description"):
        rows = [("TARGET:", result.get("name") or "(default)")]
        rows += [("DESCRIPTION:", result["description"])] if result.get("description") else []
        out.append(columns(rows, padding=1) + "\n")
    if result.get("args"):
        arguments = [(a["name"], a.get("value") or "", a.get("description") or "") for a in result["args"]]
        out.append(columns([("BUILD ARG", "VALUE", "DESCRIPTION"), *arguments]) + "\n")
    for title, key in (("SECRET", "secrets"), ("SSH", "ssh")):
        if result.get(key):
            out.append(
                columns([(title, "REQUIRED"), *((s["name"], "true" if s.get("required") else "") for s in result[key])])
                + "\n"
            )
    return "".join(out)


def targets(result: Json) -> str:
    """The stages that can be built."""
    rows = [("TARGET", "DESCRIPTION")]
    for target in result.get("targets") or []:
        name, default = target.get("name") or "", " (default)" if target.get("default") else ""
        rows.append((f"{name}{default}".strip(), target.get("description") or ""))
    return columns(rows, padding=1)


def answer(name: str, form: str, metadata: dict[str, str], filename: str) -> tuple[str, str]:
    """(text to print, an error or "") for the answer to a subrequest about a Dockerfile. Raises Failure if it is
    malformed.
    """
    if form == "json" and "result.json" in metadata:
        return metadata["result.json"] + "\n", ""
    with failing(f"unexpected answer of the engine to {name!r}: "):
        result: Json = decode(metadata.get("result.json") or "{}", _RESULTS.get(name, dict))
        if name == "lint":
            return lint(result, filename)
    if name == "outline":
        return outline(result), ""
    if name == "targets":
        return targets(result), ""
    return metadata.get("result.txt") or f"{metadata}\n", ""
