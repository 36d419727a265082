"""docker's config.json: read with its rules, written so that nobody's keys are lost."""

from __future__ import annotations

import json
import os
import stat
from typing import Any

from pydock.errors import Failure, first_line
from pydock.gojson import decode


class ConfigFile:
    """The keys of config.json, with typed doors to those that commands ask for. `data` is the whole object."""

    def __init__(self, path: str, data: dict[str, Any]) -> None:
        self.path, self.data = path, data

    def text(self, key: str) -> str:
        """A string key, or ""."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.data.get(key)
        return value if isinstance(value, dict) else {}

    def texts(self, key: str) -> list[str]:
        """The strings of a list key."""
        value = self.data.get(key)
        return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []

    @property
    def current_context(self) -> str:
        return self.text("currentContext")

    @property
    def detach_keys(self) -> str:
        return self.text("detachKeys")

    @property
    def http_headers(self) -> dict[str, str]:
        return {str(k): str(v) for k, v in self.mapping("HttpHeaders").items()}

    def proxy_environment(self, host: str) -> dict[str, str]:
        """The proxy variables for containers of the engine at `host`, upper and lower case, as docker adds them."""
        proxies = self.mapping("proxies")
        chosen = proxies.get(host) or proxies.get("default")
        if not isinstance(chosen, dict):
            return {}
        out = {}
        for kind in ("http", "https", "no", "ftp", "all"):
            key, name = f"{kind}Proxy", f"{kind.upper()}_PROXY"
            if value := chosen.get(key):
                out[name] = out[name.lower()] = str(value)
        return out

    def save(self) -> None:
        """Write it as docker does: tabs, sorted keys, through a temporary file; the mode is kept. Raises Failure."""
        import tempfile

        path = os.path.realpath(self.path)
        text = json.dumps({"auths": {}, **self.data}, indent="\t", sort_keys=True, ensure_ascii=False)
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0o600
            handle, temporary = tempfile.mkstemp(prefix=os.path.basename(path), dir=os.path.dirname(path))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except OSError as error:
            raise Failure(f"saving {self.path}: {first_line(error)}") from error


def load(folder: str) -> tuple[ConfigFile, str]:
    """The configuration in `folder`, and what is wrong with it ("" if nothing): then it counts as empty."""
    path = os.path.join(folder, "config.json")
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return ConfigFile(path, {}), ""
    except OSError as error:
        return ConfigFile(path, {}), f"Error loading config file: open {path}: {first_line(error)}"
    wrong: str = ""
    data: Any = {}
    try:
        data = decode(text) if text.strip() else {}
    except ValueError as error:
        wrong = str(error)
    if not isinstance(data, dict):
        wrong, data = "json: cannot unmarshal into Go value of type configfile.ConfigFile", {}
    return ConfigFile(path, data), f"Error parsing config file ({path}): {wrong}" if wrong else ""
