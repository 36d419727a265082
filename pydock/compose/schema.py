"""Compose files checked against the published schemas of their versions, with docker's messages. Pure.

schemas.json has the schemas of docker/cli (cli/compose/schema/data, Apache-2.0), without ids and defaults: that of version
3.0, then for each further version what it changes, as a JSON merge patch (RFC 7396).

jsonschema finds what is wrong. docker tells one thing of it, in the words of gojsonschema: the deepest, a wrong type before
others, else the first.
"""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydock.compose.likeness import Likeness
from pydock.compose.reader import AnyMap
from pydock.flags.ports import bindings_of
from pydock.go.json import dumps
from pydock.go.kinds import Time
from pydock.go.printing import go_float, go_print
from pydock.go.strconv import parse_duration
from pydock.values import record

#: the version of a file that names none, or "3"
NEWEST = "3.13"


def version(content: dict[str, Any]) -> str:
    """The version of a file."""
    text = go_print(content["version"]) if "version" in content else ""
    return NEWEST if text in ("", "3") else text


def validate(content: dict[str, Any], number: str, empty_lists: bool = True) -> None:
    """Raises ValueError for what docker tells first. empty_lists: are there any, or is each null?"""
    rules = _schemas().get(number)
    if rules is None:
        raise ValueError(f"unsupported Compose file version: {number}")
    document = _as_json(content, empty_lists)
    if problems := [p for error in _validator(number).iter_errors(document) for p in _problems(error, number)]:
        raise ValueError(_message(problems))


# -- the schemas -----------------------------------------------------------------------------------


@cache
def _schemas() -> dict[str, Any]:
    """The schemas by version."""
    out: dict[str, Any] = {}
    schema: dict[str, Any] = {}
    for number, changes in json.loads(pkgutil.get_data(__package__, "schemas.json") or b"{}").items():
        out[number] = schema = _patched(schema, changes)
    return out


def _patched(schema: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    out = dict(schema)
    for key, value in changes.items():
        if value is None:
            out.pop(key, None)
        else:
            both = isinstance(value, dict) and isinstance(out.get(key), dict)
            out[key] = _patched(out[key], value) if both else value
    return out


@cache
def _validator(number: str) -> Any:
    from jsonschema import Draft4Validator, FormatChecker, validators

    formats = FormatChecker(formats=())
    formats.checks("ports", raises=ValueError)(_is_ports)
    formats.checks("duration", raises=ValueError)(_is_duration)
    # a number without a fraction is an integer
    types = Draft4Validator.TYPE_CHECKER.redefine("integer", lambda _, value: _is_whole(value))
    extend: Any = validators.extend
    return extend(Draft4Validator, type_checker=types)(_schemas()[number], format_checker=formats)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1


def _is_ports(value: Any) -> bool:
    """Of a fraction, docker looks at the numerator."""
    bindings_of(str(value.as_integer_ratio()[0] if isinstance(value, float) else value))
    return True


def _is_duration(value: Any) -> bool:
    if isinstance(value, str):
        parse_duration(value)
    return isinstance(value, str)


def _as_json(value: Any, empty_lists: bool) -> Any:
    """The content as JSON has it: times are texts. Raises ValueError for what JSON cannot have."""
    if isinstance(value, AnyMap):
        raise ValueError("json: unsupported type: map[interface {}]interface {}")
    if isinstance(value, dict):
        return {k: _as_json(v, empty_lists) for k, v in sorted(value.items())}
    if isinstance(value, list):
        return [_as_json(v, empty_lists) for v in value] if value or empty_lists else None
    if isinstance(value, float) and value - value != 0:
        raise ValueError(f"json: unsupported value: {go_float(value)}")
    return str(value) if isinstance(value, Time) else value


# -- what is wrong ---------------------------------------------------------------------------------


@record
class Problem:
    """One thing that is wrong. kind: the keyword of the schema; field: where, "services.web.ports"; text: docker's message;
    bare: gojsonschema's own, which differs for wrong types."""

    kind: str
    field: str
    text: str
    bare: str = ""

    @property
    def rank(self) -> tuple[int, bool]:
        """Of two problems the one of the higher rank is told."""
        return self.field.count("."), self.kind == "type"


def _message(problems: list[Problem]) -> str:
    top = max(problem.rank for problem in problems)
    at, told = next((i, problem) for i, problem in enumerate(problems) if problem.rank == top)
    if told.kind in ("oneOf", "anyOf") and at + 1 < len(problems):
        # what follows is why the alternative that comes closest does not fit
        follower = problems[at + 1]
        return f"{told.field} {follower.bare or follower.text}"
    return f"{told.field} {told.text}"


def _problems(error: Any, number: str) -> Iterator[Problem]:
    """What gojsonschema finds where jsonschema finds one error."""
    kind, wanted, value = error.validator, error.validator_value, error.instance
    field = ".".join(map(str, error.absolute_path)) or "(root)"
    if kind in ("oneOf", "anyOf"):
        how_many = "one and only one" if kind == "oneOf" else "at least one"
        yield Problem(kind, field, f"Must validate {how_many} schema ({kind})")
        yield from _closest(error, number)
    elif kind == "type":
        types = [wanted] if isinstance(wanted, str) else wanted
        expected = types[0] if len(types) == 1 else f"[{','.join(types)}]"
        yield Problem(
            kind,
            field,
            f"must be a {_readable(types)}",
            f"Invalid type. Expected: {expected}, given: {_json_type(value)}",
        )
    elif kind == "additionalProperties":
        for name in _unknown(value, error.schema):
            yield Problem(kind, field, f"Additional property {name} is not allowed")
    elif kind == "required":
        # jsonschema has an error for each, which names it in quotes
        yield Problem(kind, field, f"{next(name for name in wanted if repr(name) in error.message)} is required")
    elif kind == "enum":
        yield Problem(kind, field, f"{field} must be one of the following: {', '.join(map(dumps, wanted))}")
    elif kind == "format":
        yield Problem(kind, field, f"Does not match format '{wanted}'")
    elif kind == "uniqueItems":
        first, second = next((i, j) for j, one in enumerate(value) for i in range(j) if value[i] == one)
        yield Problem(kind, field, f"array items[{first},{second}] must be unique")
    else:
        yield Problem(kind, field, f"Must be greater than or equal to {wanted}")


def _closest(error: Any, number: str) -> Iterator[Problem]:
    """What is wrong by the alternative that comes closest, the first of several; nothing where more than one fits."""
    likeness = Likeness(_validator(number))
    scores = [likeness.score(schema, error.instance) for schema in error.validator_value]
    best = scores.index(max(scores))
    for one in error.context:
        if one.relative_schema_path[0] == best:
            yield from _problems(one, number)


def _unknown(value: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    for name in value:
        patterns = schema.get("patternProperties", ())
        if name not in schema.get("properties", ()) and not any(re.search(pattern, name) for pattern in patterns):
            yield name


def _readable(types: list[str]) -> str:
    names = [{"object": "mapping", "array": "list"}.get(name, name) for name in types]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _json_type(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "integer" if _is_whole(value) else "number"
    return {type(None): "null", bool: "boolean", str: "string", list: "array"}.get(type(value), "object")
