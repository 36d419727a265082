"""How closely a value fits a schema: what gojsonschema counts to choose the alternative of which it tells what is wrong. Pure.

Each part that fits counts for the value, each thing that is wrong against it; so a port that is a mapping with one wrong key is
told to have a wrong key, and one with four of them to be no number.
"""

from __future__ import annotations

import re
from typing import Any

_WRONG = -2


class Likeness:
    """validator: a validator of jsonschema for the whole schema."""

    def __init__(self, validator: Any) -> None:
        self.validator = validator

    def score(self, schema: dict[str, Any], value: Any) -> int:
        while "$ref" in schema:
            schema = self.validator.schema["definitions"][schema["$ref"].rpartition("/")[2]]
        if not self._fits(value, type=schema.get("type", [])):
            return _WRONG
        out = 3 if value is None or isinstance(value, bool) else 4
        for key in ("oneOf", "anyOf"):
            if key in schema and not self._fits(value, **{key: schema[key]}):
                out += _WRONG + max(self.score(one, value) for one in schema[key])
        if isinstance(value, dict):
            out += self._members(schema, value)
        elif isinstance(value, list):
            out += sum(self.score(schema["items"], one) for one in value) if "items" in schema else 0
            if schema.get("uniqueItems"):
                out += _WRONG * sum(one in value[:i] for i, one in enumerate(value))
        return out + _WRONG * sum(
            not self._fits(value, **{key: schema[key]}) for key in ("enum", "format", "minimum") if key in schema
        )

    def _members(self, schema: dict[str, Any], value: dict[str, Any]) -> int:
        properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        out = sum(1 if name in value else _WRONG for name in schema.get("required", ()))
        for name, one in value.items():
            matching = [patterns[pattern] for pattern in patterns if re.search(pattern, name)]
            out += sum(self.score(other, one) for other in matching) + bool(matching)
            if name in properties:
                out += self.score(properties[name], one)
            elif not matching and schema.get("additionalProperties") is False:
                out += _WRONG
        return out

    def _fits(self, value: Any, **rule: Any) -> bool:
        """Does a value keep a rule of one keyword?"""
        return not rule.get("type", True) or bool(self.validator.evolve(schema=rule).is_valid(value))
