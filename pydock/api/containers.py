"""Containers: https://docs.docker.com/reference/api/engine/version/v1.55/#tag/Container. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pydock.api.request import Query, Request, named, query
from pydock.shape import Json, Shape, opt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.api.types import CreateContainer, CreateExec, StartExec, UpdateContainer

MOUNT = {"Name": opt(str), "Source": opt(str), "Driver": opt(str)}
PORT = {"IP": opt(str), "PrivatePort": int, "PublicPort": opt(int), "Type": opt(str)}
#: an entry of a list of containers
CONTAINER = {
    "Id": str, "Names": opt([str]), "Image": opt(str), "ImageID": opt(str), "Command": opt(str), "Created": opt(int), "Ports": opt([PORT]),
    "SizeRw": opt(int), "SizeRootFs": opt(int), "Labels": opt({str: opt(str)}), "State": opt(str), "Status": opt(str), "Mounts": opt([MOUNT]),
    "NetworkSettings": opt({"Networks": opt(dict)}), "ImageManifestDescriptor": opt({"platform": opt(dict)}),
}  # fmt: skip
BINDING = {"HostIp": opt(str), "HostPort": opt(str)}
#: what the client needs of an inspected container
DETAILS: dict[str, Any] = {
    "Id": str, "State": {"Running": bool, "Paused": bool, "Restarting": bool}, "Config": {"Tty": bool, "OpenStdin": bool},
    "HostConfig": opt({"AutoRemove": opt(bool)}), "NetworkSettings": opt({"Ports": opt({str: opt([BINDING])})}),
}  # fmt: skip
_USED = {"total_usage": opt(int), "percpu_usage": opt([int])}
_CPU = {"cpu_usage": opt(_USED), "system_cpu_usage": opt(int), "online_cpus": opt(int)}
#: a message of a container's statistics
STATS = {
    "name": opt(str), "id": opt(str), "read": opt(str), "preread": opt(str), "num_procs": opt(int), "os_type": opt(str), "cpu_stats": opt(_CPU),
    "precpu_stats": opt(_CPU), "pids_stats": opt({"current": opt(int)}), "networks": opt({str: {"rx_bytes": opt(int), "tx_bytes": opt(int)}}),
    "memory_stats": opt({"usage": opt(int), "limit": opt(int), "stats": opt({str: opt(int)}), "privateworkingset": opt(int)}),
    "blkio_stats": opt({"io_service_bytes_recursive": opt([{"op": opt(str), "value": opt(int)}])}),
    "storage_stats": opt({"read_size_bytes": opt(int), "write_size_bytes": opt(int)}),
}  # fmt: skip
_HEALTH = {"Status": opt(str), "Log": opt([{"ExitCode": opt(int), "Output": opt(str)}])}
_NETWORK = {"IPAddress": opt(str), "GlobalIPv6Address": opt(str)}
#: what waiting for a container needs besides
CONDITION = {
    **DETAILS, "Name": opt(str), "HostConfig": opt({"AutoRemove": opt(bool), "NetworkMode": opt(str)}),
    "State": {
        **DETAILS["State"], "Status": opt(str), "ExitCode": opt(int), "StartedAt": opt(str), "FinishedAt": opt(str), "Error": opt(str),
        "Health": opt(_HEALTH),
    },
    "Config": {**DETAILS["Config"], "Healthcheck": opt({"Test": opt([str])})},
    "NetworkSettings": opt({"Ports": opt({str: opt([BINDING])}), "Networks": opt({str: opt(_NETWORK)}), **_NETWORK}),
}  # fmt: skip
EXIT = {"StatusCode": int, "Error": opt({"Message": opt(str)})}


def _path(container: str, *rest: str) -> str:
    return "/".join(("/containers", named("container", container), *rest))


def list_containers(**options: Any) -> Request:
    """GET /containers/json. Options: all, limit, size, filters."""
    return Request("GET", "/containers/json", query(**options), answer=[CONTAINER], old_filters=True)


def create_container(body: CreateContainer, name: str = "", platform: str = "") -> Request:
    """POST /containers/create -> {"Id", "Warnings"}."""
    return Request(
        "POST",
        "/containers/create",
        query(name=name, platform=platform),
        body=body,
        answer={"Id": str, "Warnings": opt([str])},
        version_first=True,
    )


def inspect_container(container: str, size: bool = False, answer: Shape = DETAILS) -> Request:
    return Request(
        "GET", _path(container, "json"), query(size=size), answer=answer, go_type="container.InspectResponse"
    )


def start_container(container: str, checkpoint: str = "", checkpoint_dir: str = "") -> Request:
    return Request(
        "POST", _path(container, "start"), query(checkpoint=checkpoint, **{"checkpoint-dir": checkpoint_dir})
    )


def stop_container(container: str, signal: str = "", timeout: int | None = None) -> Request:
    return _stopping(container, "stop", signal, timeout)


def restart_container(container: str, signal: str = "", timeout: int | None = None) -> Request:
    return _stopping(container, "restart", signal, timeout)


def _stopping(container: str, verb: str, signal: str, timeout: int | None) -> Request:
    options = query(signal=signal, t=None if timeout is None else str(timeout))
    return Request("POST", _path(container, verb), options, version_first=bool(signal))


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
    """POST …/wait -> {"StatusCode", "Error"}, once the condition is met."""
    return Request("POST", _path(container, "wait"), query(condition=condition), answer=EXIT, version_first=True)


def resize_container(container: str, height: int, width: int) -> Request:
    return Request("POST", _path(container, "resize"), {"h": str(height), "w": str(width)})


def attach_container(
    container: str, stdin: bool, stdout: bool, stderr: bool, detach_keys: str = "", logs: bool = False
) -> Request:
    """POST …/attach: hijacks the connection."""
    options = query(detachKeys=detach_keys, stdin=stdin, stdout=stdout, stderr=stderr, logs=logs, stream=True)
    return Request("POST", _path(container, "attach"), options)


def container_logs(container: str, stream: str = "", **options: Any) -> Request:
    """GET …/logs: a stream, multiplexed unless the container has a TTY. stream: "stdout" or "stderr" alone. Options:
    follow, since, until, tail, timestamps, details.
    """
    streams = {name: stream in ("", name) for name in ("stdout", "stderr")}
    return Request("GET", _path(container, "logs"), query(**streams, **options))


def put_archive(container: str, path: str, content: Any, copy_ids: bool = False) -> Request:
    """PUT …/archive: a tar to unpack at `path`; a folder is never replaced by a file, nor a file by a folder."""
    options = {"path": path, **query(noOverwriteDirNonDir="true", copyUIDGID="true" if copy_ids else "")}
    return Request(
        "PUT", _path(container, "archive"), options, content=content, headers={"Content-Type": "application/x-tar"}
    )


def get_archive(container: str, path: str) -> Request:
    """GET …/archive: a tar of `path`, with its stat in the header X-Docker-Container-Path-Stat."""
    return Request("GET", _path(container, "archive"), {"path": path}, answer=bytes)


def stat_archive(container: str, path: str) -> Request:
    """HEAD …/archive: only the stat of `path`."""
    return Request("HEAD", _path(container, "archive"), {"path": path})


def container_top(container: str, ps_args: Sequence[str] = ()) -> Request:
    """GET …/top -> {"Titles", "Processes"}."""
    asked: Query = {"ps_args": " ".join(ps_args)} if ps_args else {}
    return Request("GET", _path(container, "top"), asked, answer={"Titles": [str], "Processes": opt([[str]])})


def container_changes(container: str) -> Request:
    """GET …/changes -> [{"Kind": 0 modified, 1 added or 2 deleted, "Path"}]."""
    return Request("GET", _path(container, "changes"), answer=opt([{"Kind": int, "Path": str}]))


def container_stats(container: str, stream: bool) -> Request:
    """GET …/stats: one JSON object per second, or a single one."""
    return Request("GET", _path(container, "stats"), {"stream": "1" if stream else "0"}, answer=STATS)


def export_container(container: str) -> Request:
    """GET …/export: a tar of the whole file system."""
    return Request("GET", _path(container, "export"), answer=bytes)


def update_container(container: str, body: UpdateContainer) -> Request:
    """POST …/update -> {"Warnings"}."""
    return Request("POST", _path(container, "update"), body=body, answer={"Warnings": opt([str])})


def commit_container(
    container: str, repository: str, tag: str, comment: str, author: str, changes: tuple[str, ...], pause: bool
) -> Request:
    """POST /commit -> {"Id"} of the new image."""
    options = {
        "container": named("container", container),
        "repo": repository,
        "tag": tag,
        "comment": comment,
        "author": author,
    }
    return Request(
        "POST",
        "/commit",
        {**options, **query(changes=changes), **({} if pause else {"pause": "0"})},
        answer={"Id": str},
    )


def prune_containers(filters: Json) -> Request:
    """POST /containers/prune -> {"ContainersDeleted", "SpaceReclaimed"}."""
    return Request(
        "POST",
        "/containers/prune",
        query(filters=filters),
        answer={"ContainersDeleted": opt([str]), "SpaceReclaimed": opt(int)},
        version_first=True,
    )


# -- exec ------------------------------------------------------------------------------------------


def create_exec(container: str, body: CreateExec) -> Request:
    """POST /containers/…/exec -> {"Id"}."""
    return Request("POST", _path(container, "exec"), body=body, answer={"Id": str}, version_first=True)


def start_exec(identifier: str, body: StartExec) -> Request:
    """POST /exec/…/start: hijacks the connection, unless the body has "Detach"."""
    return Request("POST", f"/exec/{identifier}/start", body=body)


def resize_exec(identifier: str, height: int, width: int) -> Request:
    return Request("POST", f"/exec/{identifier}/resize", {"h": str(height), "w": str(width)})


def inspect_exec(identifier: str) -> Request:
    """GET /exec/…/json -> {"ExitCode", "Running", …}."""
    return Request("GET", f"/exec/{identifier}/json", answer={"ExitCode": opt(int), "Running": bool})


# -- checkpoints (experimental) --------------------------------------------------------------------


def create_checkpoint(container: str, name: str, folder: str, leave_running: bool) -> Request:
    return Request(
        "POST",
        _path(container, "checkpoints"),
        body={"CheckpointID": name, "CheckpointDir": folder, "Exit": not leave_running},
    )


def list_checkpoints(container: str, folder: str) -> Request:
    """GET …/checkpoints -> [{"Name"}]."""
    return Request("GET", _path(container, "checkpoints"), query(dir=folder), answer=opt([{"Name": str}]))


def delete_checkpoint(container: str, name: str, folder: str) -> Request:
    return Request("DELETE", _path(container, "checkpoints", name), query(dir=folder))
