"""CLI plugins: programs named docker-NAME (compose, buildx, …) in docker's folders, and their metadata.

Follows docker's plugin protocol: `docker-NAME docker-cli-plugin-metadata` prints JSON.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Mapping

from pydock.go.json import decode
from pydock.programs import ask, find_in
from pydock.values import made, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.config.file import ConfigFile

PREFIX = "docker-"
METADATA = "docker-cli-plugin-metadata"
NAME = re.compile(r"[a-z][a-z0-9]*")
SUFFIX = ".exe" if sys.platform == "win32" else ""
SECONDS = 30.0
SYSTEM_FOLDERS = tuple(
    f"/usr/{prefix}/docker/cli-plugins" for prefix in ("local/lib", "local/libexec", "lib", "libexec")
)


@record
class Plugin:
    """A plugin. problem: why it is invalid, or ""; metadata: what the program reports."""

    name: str
    path: str
    metadata: Mapping[str, Any] = made(default_factory=dict)
    problem: str = ""

    def describe(self) -> dict[str, Any]:
        """The plugin in the output of `info`."""
        return {
            **self.metadata,
            "Name": self.name,
            "Path": self.path,
            **({"Err": self.problem} if self.problem else {}),
        }


def folders(config_dir: str, extra: Collection[str]) -> list[str]:
    """The plugin folders, in docker's order. extra: those of config.json; relative ones are ignored."""
    return [*filter(os.path.isabs, extra), os.path.abspath(os.path.join(config_dir, "cli-plugins")), *SYSTEM_FOLDERS]


def find(name: str, folders: Collection[str]) -> str:
    """The path of the first program of that name; "" if there is none."""
    return find_in(PREFIX + name, folders) if NAME.fullmatch(name) else ""


def names(folders: Collection[str]) -> list[str]:
    """The names of all plugins in these folders."""
    found = set()
    for folder in folders:
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        found |= {
            e.removeprefix(PREFIX).removesuffix(SUFFIX) for e in entries if e.startswith(PREFIX) and e.endswith(SUFFIX)
        }
    return sorted(n for n in found if find(n, folders))


def load(name: str, path: str, taken: Collection[str], environ: Mapping[str, str]) -> Plugin:
    """Run a program to read its metadata. `taken`: command names that no plugin may have. Never raises: see
    `problem`."""
    if name in taken:
        return Plugin(name, path, problem=f'plugin "{name}" duplicates builtin command')
    try:
        answer = ask([path, METADATA], environ, seconds=SECONDS)
        metadata = decode(answer.out) if answer.code == 0 and not answer.problem else None
    except (OSError, ValueError) as error:
        return Plugin(name, path, problem=f"failed to fetch metadata: {error}")
    if not isinstance(metadata, dict):
        return Plugin(name, path, problem=f"failed to fetch metadata: {answer.problem or f'exit status {answer.code}'}")
    if str(metadata.get("SchemaVersion", "")).partition(".")[0] not in ("0", "1"):
        return Plugin(name, path, metadata, f'plugin SchemaVersion "{metadata.get("SchemaVersion", "")}" is not valid')
    if not metadata.get("Vendor"):
        return Plugin(name, path, metadata, "plugin metadata does not define a vendor")
    return Plugin(name, path, metadata)


class Plugins:
    """The installed CLI plugins. folders: the plugin folders, in docker's order."""

    def __init__(self, config: ConfigFile, environ: Mapping[str, str]) -> None:
        self.folders = folders(config.folder, config.texts("cliPluginsExtraDirs"))
        self._environ = environ

    def find(self, name: str, taken: Collection[str]) -> Plugin | None:
        """The valid plugin of this name, or None."""
        path = find(name, self.folders)
        plugin = load(name, path, taken, self._environ) if path else None
        return plugin if plugin and not plugin.problem else None

    def all(self, taken: Collection[str], begin: str = "") -> list[Plugin]:
        """All plugins, including invalid ones. begin: a prefix of their names."""
        found = [name for name in names(self.folders) if name.startswith(begin)]
        return [load(name, find(name, self.folders), taken, self._environ) for name in found]

    def has(self, name: str) -> bool:
        """Is there a program of that plugin's name? Does not run it."""
        return bool(find(name, self.folders))
