"""Plugins: https://docs.docker.com/reference/api/engine/#tag/Plugin. Pure."""

from __future__ import annotations

from pydock.api.images import PROGRESS
from pydock.api.request import Request, named, query
from pydock.shape import Json, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PRIVILEGE = {"Name": str, "Description": opt(str), "Value": opt([str])}

PLUGIN = {
    "Id": opt(str),
    "Name": str,
    "Enabled": bool,
    "PluginReference": opt(str),
    "Config": opt({"Description": opt(str)}),
}


def inspect_plugin(plugin: str) -> Request:
    return Request("GET", _plugin(plugin, "json"), answer=PLUGIN)


def _plugin(plugin: str, *rest: str) -> str:
    return "/".join(("/plugins", named("plugin", plugin), *rest))


def list_plugins(filters: Json) -> Request:
    return Request("GET", "/plugins", query(filters=filters), answer=[PLUGIN], old_filters=True)


def plugin_privileges(remote: str, auth: str) -> Request:
    """GET /plugins/privileges -> [{"Name", "Description", "Value"}]: the privileges that the plugin requests."""
    return Request(
        "GET", "/plugins/privileges", {"remote": remote}, headers={"X-Registry-Auth": auth}, answer=opt([PRIVILEGE])
    )


def pull_plugin(remote: str, name: str, privileges: list[Json], auth: str) -> Request:
    """POST /plugins/pull: a stream of progress messages. name: "" for that of `remote`."""
    return Request(
        "POST",
        "/plugins/pull",
        {"remote": remote, "name": name},
        body=privileges,
        headers={"X-Registry-Auth": auth},
        answer=PROGRESS,
    )


def upgrade_plugin(plugin: str, remote: str, privileges: list[Json], auth: str) -> Request:
    """POST /plugins/…/upgrade: a stream of progress messages."""
    return Request(
        "POST",
        _plugin(plugin, "upgrade"),
        {"remote": remote},
        body=privileges,
        headers={"X-Registry-Auth": auth},
        answer=PROGRESS,
        version_first=True,
    )


def push_plugin(plugin: str, auth: str) -> Request:
    """POST /plugins/…/push: a stream of progress messages."""
    return Request("POST", _plugin(plugin, "push"), headers={"X-Registry-Auth": auth}, answer=PROGRESS)


def create_plugin(name: str, content: Any) -> Request:
    """POST /plugins/create: a tar of config.json and rootfs."""
    return Request(
        "POST", "/plugins/create", {"name": name}, content=content, headers={"Content-Type": "application/x-tar"}
    )


def enable_plugin(plugin: str, timeout: int) -> Request:
    return Request("POST", _plugin(plugin, "enable"), {"timeout": str(timeout)})


def disable_plugin(plugin: str, force: bool) -> Request:
    return Request("POST", _plugin(plugin, "disable"), query(force=force))


def remove_plugin(plugin: str, force: bool) -> Request:
    return Request("DELETE", _plugin(plugin), query(force=force))


def set_plugin(plugin: str, settings: tuple[str, ...]) -> Request:
    return Request("POST", _plugin(plugin, "set"), body=list(settings))
