"""Source policies: which images, files and repositories a build may fetch, and their replacements. Pure.

https://github.com/moby/buildkit/blob/master/docs/build-repro.md and sourcepolicy/pb/policy.proto there: JSON in, the
message out.
"""

from __future__ import annotations

from typing import Any

from pydock.go.json import decode
from pydock.shape import Json

#: the variable with the path of a build's policy file, as in buildx
VARIABLE = "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"

ACTIONS, CONDITIONS, MATCHES = (
    ("ALLOW", "DENY", "CONVERT"),
    ("EQUAL", "NOTEQUAL", "MATCHES"),
    ("WILDCARD", "EXACT", "REGEX"),
)


def source_policy(data: bytes) -> Json:
    """{"version", "rules"} as the engine expects them. Raises ValueError for anything unknown or ambiguous."""
    try:
        value = decode(data)
    except ValueError as error:
        raise ValueError(f"invalid JSON: {error}") from None
    policy = _known(value, "the policy", version=int, rules=list)
    return {**policy, "rules": [_rule(rule, f"rule {i}") for i, rule in enumerate(policy.get("rules", []))]}


def _rule(value: Any, what: str) -> Json:
    rule = _known(value, what, action=object, selector=dict, updates=dict)
    rule["action"] = _number(rule.get("action", 0), ACTIONS, what)
    if "selector" in rule:
        selector = rule["selector"] = _known(
            rule["selector"], f"the selector of {what}", identifier=str, match_type=object, constraints=list
        )
        selector["match_type"] = _number(selector.get("match_type", 0), MATCHES, what)
        selector["constraints"] = [_constraint(c, f"a constraint of {what}") for c in selector.get("constraints", [])]
    if "updates" in rule:
        updates = rule["updates"] = _known(rule["updates"], f"the updates of {what}", identifier=str, attrs=dict)
        if not all(isinstance(v, str) for v in updates.get("attrs", {}).values()):
            raise ValueError(f"the attrs of {what} are not all strings")
    return rule


def _constraint(value: Any, what: str) -> Json:
    constraint = _known(value, what, key=str, value=str, condition=object)
    return {**constraint, "condition": _number(constraint.get("condition", 0), CONDITIONS, what)}


def _known(value: Any, what: str, /, **kinds: type) -> Json:
    """The known keys, without null values. Unknown keys are errors: a policy exists to forbid, and must not be ignored
    in part.
    """
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not an object")
    for key, item in value.items():
        if key not in kinds:
            raise ValueError(f"unknown key {key!r} in {what}")
        if item is not None and not isinstance(item, kinds[key]):
            raise ValueError(f"invalid value {item!r} for {key!r} of {what}")
    return {k: v for k, v in value.items() if v is not None}


def _number(value: Any, names: tuple[str, ...], what: str) -> int:
    """The number of an enumeration's value, given as a number or a name."""
    if isinstance(value, str) and value in names:
        return names.index(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return value
    raise ValueError(f"invalid value {value!r} in {what}: must be one of {', '.join(names)}")
