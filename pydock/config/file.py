"""docker's config.json: read by docker's rules, and written without losing unknown keys."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping

from pydock.errors import Failure, first_line
from pydock.go.json import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.config.globals import Globals


def default_folder(environ: Mapping[str, str]) -> str:
    """The default folder of config.json and contexts."""
    return environ.get("DOCKER_CONFIG") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".docker")


def folder_in_force(flags: Globals, environ: Mapping[str, str]) -> str:
    """The folder of config.json and contexts."""
    if not flags.config:
        return default_folder(environ)
    from pydock.go.filepath import clean

    return clean(flags.config)


class ConfigFile:
    """The keys of config.json, with typed access. `data` is the whole object."""

    def __init__(self, path: str, data: dict[str, Any]) -> None:
        self.path, self.data = path, data

    @classmethod
    def current(cls, flags: Globals, environ: Mapping[str, str], warn: Callable[[str], None]) -> ConfigFile:
        """The user's; a malformed one causes a warning and counts as empty."""
        config, problem = load(folder_in_force(flags, environ))
        if problem:
            warn(f"WARNING: {problem}")
        return config

    @property
    def folder(self) -> str:
        """The folder of config.json, contexts, plugins and manifest lists."""
        return os.path.dirname(self.path)

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

    def variables(self, given: Iterable[str], host: str, environ: Mapping[str, str]) -> dict[str, str | None]:
        """The proxies for the engine at `host`, then NAME[=VALUE] of flags, of which the last for a name wins. A name
        alone takes its value from `environ`, or None if it is unset."""
        values: dict[str, str | None] = dict(self.proxy_environment(host))
        for text in given:
            name, equals, value = text.partition("=")
            values[name] = value if equals else environ.get(name)
        return values

    def change(self, act: Callable[[dict[str, Any]], object]) -> None:
        """Read the file again, let `act` change the object, and write it as docker does: tabs, sorted keys, through
        symbolic links. Keeps the file's mode and owner, and concurrent changes by other processes. Raises Failure."""
        from pydock.files.atomic import write_whole
        from pydock.files.lock import locked_folder

        folder = os.path.dirname(os.path.realpath(self.path))
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with locked_folder(folder):
                data, _ = read(self.path)
                data = data if isinstance(data, dict) else {}
                act(data)
                text = json.dumps({"auths": {}, **data}, indent="\t", sort_keys=True, ensure_ascii=False)
                write_whole(self.path, [text.encode("utf-8", "surrogatepass")], own=True, alike=True)
        except OSError as error:
            raise Failure(f"open {error.filename or self.path}: {first_line(error)}") from error
        self.data = data


def load(folder: str) -> tuple[ConfigFile, str]:
    """(the configuration in `folder` without invalid values, docker's message about those or "")."""
    path = os.path.join(folder, "config.json")
    try:
        data, wrong = read(path)
    except OSError as error:
        return ConfigFile(path, {}), f"Error loading config file: open {path}: {first_line(error)}"
    if data != {}:
        from pydock.config.fields import fitted

        data, unfit = fitted(data)
        wrong = wrong or unfit
    return ConfigFile(path, data), f"Error parsing config file ({path}): {wrong}" if wrong else ""


def read(path: str) -> tuple[Any, str]:
    """(the file's value, an error or ""); {} for a missing or malformed file. Raises OSError."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            text = file.read()
    except FileNotFoundError:
        return {}, ""
    try:
        # docker decodes only the first JSON value of the file
        return decode(text, first=True) if text.strip() else {}, ""
    except ValueError as error:
        return {}, str(error)
