"""Values as JSON for programs: the fields that --json names, and their text. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydock.shape import Json

#: of --json: every field; the list of fields
ALL, HELP = "all", "help"
#: what is safe neither on a terminal nor in UTF-8: controls, and halves of characters
_UNSAFE = re.compile("[\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, indent: int = 0) -> str:
    """A value as JSON, in UTF-8 wherever it is printed: compact, or with an indent."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent or None, separators=separators)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def names_of(text: str) -> list[str]:
    """The fields of --json=FIELDS, in order. Raises ValueError."""
    names = text.split(",")
    if "" in names:
        raise ValueError("a list of fields is expected, like ID,Names; --json=help lists them")
    return names


def check_names(text: str, known: Iterable[str]) -> str:
    """The text of --json=FIELDS, whose names, or what their paths begin with, are all known; any are where none is known.

    Raises ValueError."""
    known = list(known)
    for name in names_of(text) if text not in (ALL, HELP) else ():
        if known and name not in known and name.partition(".")[0] not in known:
            raise ValueError(unknown(name, known))
    return text


def unknown(name: str, known: Sequence[str]) -> str:
    """The message for a field that there is not, with the one that was meant, if it is clear."""
    if not known:
        return f'there is no field "{name}": {name.rpartition(".")[0]} has none by name (--jq reaches into lists)'
    from difflib import get_close_matches

    lower = {k.lower(): k for k in known}
    near = get_close_matches(name.lower(), lower, 1, 0.6)
    meant = f" (did you mean {lower[near[0]]}?)" if near else ""
    listed = f"there are: {', '.join(known)}" if len(known) <= 20 else "--json=help lists them"
    return f'there is no field "{name}"{meant}; {listed}'


def described(fields: Mapping[str, str]) -> str:
    """What --json=help prints: a line for each field."""
    width = max(map(len, fields))
    return "".join(f"{name.ljust(width)}  {what}".rstrip() + "\n" for name, what in fields.items())


def at(value: Any, path: str) -> Any:
    """What a dotted path leads to, None where it leads nowhere: the keys of labels have dots themselves."""
    if not isinstance(value, dict):
        return None
    if path in value:
        return value[path]
    for end, char in enumerate(path):
        if char == "." and path[:end] in value and (found := at(value[path[:end]], path[end + 1 :])) is not None:
            return found
    return None


def picked(value: Json, names: Iterable[str]) -> Json:
    """The fields of one object, in the order of the names."""
    return {name: at(value, name) for name in names}
