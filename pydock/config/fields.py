"""The keys of config.json and their types, as docker reads them. Pure.

As in Go, keys match in any letter case; a value of another type is reported, and counts as missing.
"""

from __future__ import annotations

from typing import Any

from pydock.go.strconv import base64_problem

_TEXTS = "map[string]string"
#: struct -> key -> type; other keys are ignored
FIELDS: dict[str, dict[str, str]] = {
    "configfile.ConfigFile": {
        "auths": "map[string]types.AuthConfig", "HttpHeaders": _TEXTS, "credHelpers": _TEXTS, "plugins": f"map[string]{_TEXTS}", "aliases": _TEXTS,
        "features": _TEXTS, "proxies": "map[string]configfile.ProxyConfig", "pruneFilters": "[]string", "cliPluginsExtraDirs": "[]string",
        **dict.fromkeys((
            "psFormat", "imagesFormat", "networksFormat", "pluginsFormat", "volumesFormat", "statsFormat", "detachKeys", "credsStore", "serviceInspectFormat",
            "servicesFormat", "tasksFormat", "secretFormat", "configFormat", "nodesFormat", "currentContext", "experimental",
        ), "string"),
    },
    "types.AuthConfig": dict.fromkeys(("username", "password", "auth", "email", "serveraddress", "identitytoken", "registrytoken"), "string"),
    "configfile.ProxyConfig": dict.fromkeys(("httpProxy", "httpsProxy", "noProxy", "ftpProxy", "allProxy"), "string"),
}  # fmt: skip
_NAMES = {str: "string", int: "number", float: "number", bool: "bool", list: "array", dict: "object"}
_WRONG: Any = object()


def fitted(data: Any) -> tuple[dict[str, Any], str]:
    """(the file's value without values of wrong types, docker's error for the first of them or "")."""
    reader = _Reader()
    kept = reader.read(data, "configfile.ConfigFile", "", ())
    kept = kept if isinstance(kept, dict) else {}
    return kept, reader.problem or next(filter(None, map(login_problem, (kept.get("auths") or {}).values())), "")


def login_problem(entry: dict[str, str] | None) -> str:
    """docker's error for a registry's malformed user and password, or ""."""
    text = (entry or {}).get("auth") or ""
    if not text:
        return ""
    from binascii import a2b_base64

    user, colon, _ = (b"" if base64_problem(text) else a2b_base64(text)).partition(b":")
    return base64_problem(text) or ("" if user and colon else "Invalid auth configuration file")


class _Reader:
    problem = ""

    def read(self, value: Any, kind: str, struct: str, path: tuple[str, ...]) -> Any:
        """The value if it is of type `kind`, else _WRONG. struct, path: the innermost struct, and the keys to it."""
        if value is None or (kind == "string" and isinstance(value, str)):
            return value
        if kind.startswith("[]") and isinstance(value, list):
            items = (self.read(item, kind[2:], struct, path) for item in value)
            return [item for item in items if item is not _WRONG]
        if kind.startswith("map[string]") and isinstance(value, dict):
            return _kept((key, self.read(item, kind[11:], struct, path)) for key, item in value.items())
        if kind in FIELDS and isinstance(value, dict):
            return _kept(self.field(kind, key, item, path) for key, item in value.items())
        target = f"struct field {struct}.{'.'.join(path)}" if path else "value"
        self.problem = self.problem or f"json: cannot unmarshal {_NAMES[type(value)]} into Go {target} of type {kind}"
        return _WRONG

    def field(self, struct: str, key: str, value: Any, path: tuple[str, ...]) -> tuple[str, Any]:
        known = FIELDS[struct]
        name = key if key in known else next((k for k in known if k.lower() == key.lower()), "")
        return (name, self.read(value, known[name], struct.rpartition(".")[2], (*path, name))) if name else (key, value)


def _kept(items: Any) -> dict[str, Any]:
    return {key: value for key, value in items if value is not _WRONG}
