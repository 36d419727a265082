"""Containers: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydock.api.request import Json, Request, query


def _path(container: str, *rest: str) -> str:
    return "/".join(("/containers", quote(container, safe=""), *rest))


def list_containers(**options: Any) -> Request:
    """GET /containers/json. Options: all, limit, size, filters."""
    return Request("GET", "/containers/json", query(**options))


def create_container(body: Json, name: str = "", platform: str = "") -> Request:
    """POST /containers/create -> {"Id", "Warnings"}."""
    return Request("POST", "/containers/create", query(name=name, platform=platform), body=body)


def inspect_container(container: str, size: bool = False) -> Request:
    return Request("GET", _path(container, "json"), query(size=size))


def start_container(container: str, checkpoint: str = "", checkpoint_dir: str = "") -> Request:
    return Request("POST", _path(container, "start"), query(checkpoint=checkpoint, **{"checkpoint-dir": checkpoint_dir}))


def stop_container(container: str, signal: str = "", timeout: int | None = None) -> Request:
    return Request("POST", _path(container, "stop"), query(signal=signal, t=None if timeout is None else str(timeout)))


def restart_container(container: str, signal: str = "", timeout: int | None = None) -> Request:
    return Request("POST", _path(container, "restart"), query(signal=signal, t=None if timeout is None else str(timeout)))


def kill_container(container: str, signal: str = "") -> Request:
    return Request("POST", _path(container, "kill"), query(signal=signal))


def pause_container(container: str) -> Request:
    return Request("POST", _path(container, "pause"))


def unpause_container(container: str) -> Request:
    return Request("POST", _path(container, "unpause"))


def rename_container(container: str, name: str) -> Request:
    return Request("POST", _path(container, "rename"), query(name=name))


def remove_container(container: str, force: bool = False, volumes: bool = False, link: bool = False) -> Request:
    return Request("DELETE", _path(container), query(force=force, v=volumes, link=link))


def wait_container(container: str, condition: str = "") -> Request:
    """POST …/wait -> {"StatusCode", "Error"}, when the condition is met."""
    return Request("POST", _path(container, "wait"), query(condition=condition))


def resize_container(container: str, height: int, width: int) -> Request:
    return Request("POST", _path(container, "resize"), {"h": str(height), "w": str(width)})


def attach_container(container: str, stdin: bool, stdout: bool, stderr: bool, detach_keys: str = "", logs: bool = False) -> Request:
    """POST …/attach: an upgraded connection."""
    options = query(detachKeys=detach_keys, stdin=stdin, stdout=stdout, stderr=stderr, logs=logs, stream=True)
    return Request("POST", _path(container, "attach"), options)


def container_logs(container: str, **options: Any) -> Request:
    """GET …/logs: a stream, framed unless the container has a TTY. Options: follow, since, until, tail, timestamps, details."""
    return Request("GET", _path(container, "logs"), query(stdout=True, stderr=True, **options))


def put_archive(container: str, path: str, content: Any) -> Request:
    """PUT …/archive: a tar to be unpacked at `path`."""
    return Request("PUT", _path(container, "archive"), query(path=path), content=content, headers={"Content-Type": "application/x-tar"})
