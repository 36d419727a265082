"""Secrets in requests, replaced by a placeholder: of headers, URLs and bodies. Pure.

What is secret is told by names: of headers, of JSON's keys, of parameters, and of variables (PASSWORD=…) wherever they
are. Beside these: credentials for registries, the data of secrets, and the user's part of URLs.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_plus

HIDDEN = "***"
_WORDS = r"(?:password|passwd|passphrase|(?<![A-Za-z])pass|secret|token|credentials?|authorization|(?:api|access|private|secret|unlock|signingca)[_-]?key)"
#: names of values that are secret
_SECRET = re.compile(rf"{_WORDS}\Z", re.IGNORECASE)
#: a variable and its value, which is all that follows; and one among other things
_ASSIGNMENT = re.compile(rf"([-\w.]*{_WORDS}=)(.+)", re.IGNORECASE | re.DOTALL)
_WITHIN = re.compile(rf"(?<![\w.-])([\w.-]*{_WORDS}=)([^,;&\s\"']+)", re.IGNORECASE)
#: the user's part of a URL; "git@" and "ssh://user@" are names, no secrets
_USER = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]{0,20})://([^/\s@?#\"']+)@")
#: headers with credentials for registries: JSON in base64
REGISTRY = ("x-registry-auth", "x-registry-config")
#: headers, besides those of secret names
_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth")
#: values that tell nothing: rotateWorkerToken=true
_HARMLESS = ("", "true", "false", "0", "1")
#: the bodies of which "Data" is a secret
_SECRETS = re.compile(r"(?:/v[0-9.]+)?/secrets/")


def header(name: str, value: str) -> str:
    """A header's value, to be shown."""
    low = name.lower()
    if low in REGISTRY:
        return value if not _credentials(value) else HIDDEN
    if low in ("authorization", "proxy-authorization") and " " in value:
        return f"{value.partition(' ')[0]} {HIDDEN}"
    return HIDDEN if low in _HEADERS or _is_secret(name, value) else text(value)


def _credentials(value: str) -> Any:
    """What a header for registries has; nothing for an anonymous user."""
    try:
        return json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except ValueError:
        return value


def _is_secret(name: str, value: str) -> bool:
    return bool(_SECRET.search(name)) and value.lower() not in _HARMLESS


def text(value: str) -> str:
    """Any text: without users of URLs, and values of variables."""
    value = _USER.sub(lambda m: m[0] if _is_plain_user(m[1], m[2]) else f"{m[1]}://{HIDDEN}@", value)
    if whole := _ASSIGNMENT.fullmatch(value):
        return value if whole[2].lower() in _HARMLESS else whole[1] + HIDDEN
    return _WITHIN.sub(lambda m: m[0] if m[2].lower() in _HARMLESS else m[1] + HIDDEN, value)


def _is_plain_user(scheme: str, user: str) -> bool:
    return ":" not in user and (user == "git" or scheme.lower().endswith("ssh"))


def target(path: str) -> str:
    """A request's path and query, as they are sent."""
    before, mark, query = path.partition("?")
    return before + mark + "&".join(_parameter(part) for part in query.split("&"))


def _parameter(part: str) -> str:
    name, equals, value = part.partition("=")
    plain = unquote_plus(value, errors="surrogateescape")
    shown = value_of(unquote_plus(name), plain)
    return part if shown == plain else f"{name}{equals}{quote(shown, safe='*:/,', errors='surrogateescape')}"


def value_of(name: str, value: str) -> str:
    """The value of a parameter: JSON, or text."""
    return HIDDEN if _is_secret(name, value) else _in_json(value, text)


def _in_json(value: str, other: Callable[[str], str], data: bool = False) -> str:
    """JSON without its secrets, as it was where there are none; other: for what is no JSON. data: so is "Data"."""
    try:
        found = json.loads(value) if value[:1] in ("{", "[", '"') else None
    except (ValueError, RecursionError):
        found = None
    if found is None:
        return other(value)
    cleaned = _cleaned(found, data)
    return value if cleaned == found else json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


def _cleaned(value: Any, data: bool) -> Any:
    if isinstance(value, dict):
        return {k: _field(k, v, data) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(v, data) for v in value]
    return text(value) if isinstance(value, str) else value


def _field(key: str, value: Any, data: bool) -> Any:
    if isinstance(value, str) and value and (_is_secret(key, value) or (data and key == "Data")):
        return HIDDEN
    return _cleaned(value, data)


def body(path: str, kind: str, value: str) -> str:
    """A body, which is text. path: the request's; kind: its Content-Type."""
    if "x-www-form-urlencoded" in kind:
        return "&".join(_parameter(part) for part in value.split("&"))
    return _in_json(value, text, data=bool(_SECRETS.match(path)))
