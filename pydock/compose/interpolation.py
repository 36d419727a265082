"""Variables in the texts of a compose file: $V, ${V}, ${V:-default}, ${V?message}, $$. Pure.

What a variable gives may be cast to another type, by the place where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydock.go.strconv import parse_float, parse_int, quote

_NAME = r"[_a-z][_a-z0-9]*(?::?[-?][^}]*)?"
_VARIABLE = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_NAME})|{{(?P<braced>{_NAME})}}|)", re.I)


class BadTemplate(ValueError):
    """A text that is no template, or a variable that must have a value; the message is what docker quotes."""


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """A text with the values of its variables. Raises BadTemplate: as in docker, only for what the last one lacks."""
    problem: BadTemplate | None = None

    def one(match: re.Match[str]) -> str:
        nonlocal problem
        if match["escaped"]:
            return "$"
        if not (word := match["named"] or match["braced"]):
            problem = BadTemplate(text)
            return ""
        problem = None
        try:
            return _value(word, environ)
        except BadTemplate as error:
            problem = error
            return ""

    out = _VARIABLE.sub(one, text)
    if problem:
        raise problem
    return out


def _value(word: str, environ: Mapping[str, str]) -> str:
    for mark in (":-", "-", ":?", "?"):
        name, found, rest = word.partition(mark)
        if not found:
            continue
        value = environ.get(name)
        if value or (value is not None and mark in "-?"):
            return value
        if "-" in mark:
            return rest
        raise BadTemplate(f"required variable {name} is missing a value: {rest}")
    return environ.get(word, "")


# -- the whole file --------------------------------------------------------------------------------


def _boolean(text: str) -> bool:
    lower = text.lower()
    if lower not in ("y", "yes", "true", "on", "n", "no", "false", "off"):
        raise ValueError(f"invalid boolean: {text}")
    return lower in ("y", "yes", "true", "on")


def _integer(text: str) -> int:
    return parse_int(text, base=10, name="Atoi")


_CASTS: dict[Callable[[str], Any], str] = {
    _integer: """services.*.configs.[].mode services.*.secrets.[].mode services.*.healthcheck.retries services.*.deploy.replicas
        services.*.deploy.update_config.parallelism services.*.deploy.rollback_config.parallelism
        services.*.deploy.restart_policy.max_attempts services.*.deploy.placement.max_replicas_per_node
        services.*.ports.[].target services.*.ports.[].published services.*.ulimits.* services.*.ulimits.*.hard
        services.*.ulimits.*.soft services.*.oom_score_adj""",
    parse_float: "services.*.deploy.update_config.max_failure_ratio services.*.deploy.rollback_config.max_failure_ratio",
    _boolean: """services.*.healthcheck.disable services.*.privileged services.*.read_only services.*.stdin_open services.*.tty
        services.*.volumes.[].read_only services.*.volumes.[].volume.nocopy networks.*.external networks.*.internal
        networks.*.attachable volumes.*.external secrets.*.external configs.*.external""",
}
_PLACES = [(place.split("."), cast) for cast, places in _CASTS.items() for place in places.split()]


def cast_of(path: str) -> Callable[[str], Any] | None:
    """What makes a value of the text at a place: "services.web.tty"."""
    parts = path.split(".")
    for place, cast in _PLACES:
        if len(place) == len(parts) and all(want in ("*", part) for want, part in zip(place, parts)):
            return cast
    return None


def interpolate(value: Any, environ: Mapping[str, str], path: str = "") -> Any:
    """A value with its variables replaced. Raises ValueError, which names the place."""
    if isinstance(value, str) and type(value) is str:
        try:
            new = substitute(value, environ)
        except BadTemplate as error:
            raise ValueError(
                f"invalid interpolation format for {path}: {quote(str(error))}; you may need to escape any $ with another $"
            ) from None
        cast = cast_of(path) if new != value else None
        try:
            return cast(new) if cast else new
        except ValueError as error:
            raise ValueError(f"error while interpolating {path}: failed to cast to expected type: {error}") from None
    if type(value) is dict:
        return {k: interpolate(v, environ, f"{path}.{k}" if path else k) for k, v in value.items()}
    if isinstance(value, list):
        return [interpolate(v, environ, f"{path}.[]") for v in value]
    return value
