"""An engine and a registry with canned answers. Every request is kept, in order, as it was understood."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
import tarfile
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.lines import swarm
from tests.support.stand_in import Handler, _Server

THEN = 1700000000
ISO = "2023-11-14T22:13:20.123456789Z"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Reply:
    """What is answered. `body`: bytes, or a value for JSON, or a list of them for a stream; hijack: 101, and then the bytes."""

    body: Any = b""
    status: int = 200
    kind: str = "application/json"
    hijack: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def stream(*messages: Any) -> Reply:
    return Reply(b"".join(json.dumps(m).encode() + b"\r\n" for m in messages))


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), 0o644, THEN
            tar.addfile(member, io.BytesIO(data))
        end = tar.offset + 2 * tarfile.BLOCKSIZE
    # as engines end archives: Python's own padding is longer
    return out.getvalue()[:end]


def refusal(name: str, kind: str) -> Reply | None:
    """By what a name begins with: of no such object, in use, not well-formed."""
    last = name.rpartition("/")[2]
    if last.startswith(("nothere", "noimage")):
        return Reply({"message": f"No such {kind}: {name}"}, 404)
    if last.startswith("busy") and last != "busybox" and not last.startswith("busybox:"):
        return Reply({"message": f"conflict: {kind} {name} is in use"}, 409)
    return Reply({"message": f"bad <{kind}> name: {name}"}, 400) if last.startswith("bad") else None


FRAME = b"\1\0\0\0\0\0\0\6hello\n" + b"\2\0\0\0\0\0\0\5oops\n"
NETWORKS = {
    "bridge": {
        "IPAMConfig": None,
        "NetworkID": digest("n"),
        "EndpointID": digest("e"),
        "Gateway": "172.17.0.1",
        "IPAddress": "172.17.0.2",
        "IPPrefixLen": 16,
        "MacAddress": "02:42:ac:11:00:02",
    }
}
MOUNTS = [
    {
        "Type": "volume",
        "Name": digest("v"),
        "Source": "/x",
        "Destination": "/d",
        "Driver": "local",
        "Mode": "z",
        "RW": True,
        "Propagation": "",
    }
]
PORTS = [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 443, "Type": "tcp"}]
LISTED = [
    {"Id": digest("web"), "Names": ["/web"], "Image": "busybox", "ImageID": "sha256:" + digest("b"), "Command": "sh -c 'sleep 1000 && something long'", "Created": THEN, "Ports": PORTS, "Labels": {"a": "b", "c": ""},
     "State": "running", "Status": "Up 2 hours (healthy)", "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Networks": NETWORKS}, "Mounts": MOUNTS, "SizeRw": 12345, "SizeRootFs": 9876543},
    {"Id": digest("db"), "Names": ["/db", "/web/db"], "Image": "sha256:" + digest("p"), "ImageID": "sha256:" + digest("p"), "Command": "", "Created": THEN - 90, "Ports": [], "Labels": {}, "State": "exited", "Status": "Exited (1) 3 days ago",
     "HostConfig": {}, "NetworkSettings": {"Networks": {}}, "Mounts": []},
]  # fmt: skip
IMAGES = [
    {"Id": "sha256:" + digest("b"), "ParentId": "", "RepoTags": ["busybox:latest", "busybox:1.36"], "RepoDigests": ["busybox@sha256:" + digest("d")], "Created": THEN, "Size": 4270000, "SharedSize": 0, "Labels": {"l": "m"}, "Containers": 1},
    {"Id": "sha256:" + digest("dangling"), "ParentId": "", "RepoTags": [], "RepoDigests": [], "Created": THEN - 9, "Size": 1234567890, "SharedSize": -1, "Labels": None, "Containers": 0},
]  # fmt: skip
NETWORK = {"Name": "n1", "Id": digest("n1"), "Created": ISO, "Scope": "local", "Driver": "bridge", "EnableIPv4": True, "EnableIPv6": False, "Internal": False, "Attachable": False, "Ingress": False, "ConfigOnly": False, "ConfigFrom": {"Network": ""},
           "IPAM": {"Driver": "default", "Options": None, "Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]}, "Containers": {}, "Options": {}, "Labels": {"k": "v"}}  # fmt: skip
VOLUME = {
    "CreatedAt": "2023-11-14T22:13:20Z",
    "Driver": "local",
    "Labels": {"z": "1"},
    "Mountpoint": "/v/v1",
    "Name": "v1",
    "Options": None,
    "Scope": "local",
    "UsageData": {"RefCount": 1, "Size": 4096},
}
PLUGIN = {"Id": digest("plugin"), "Name": "vieux/sshfs:latest", "Enabled": True, "PluginReference": "docker.io/vieux/sshfs:latest", "Settings": {"Mounts": [], "Env": ["A=0"], "Args": [], "Devices": []},
          "Config": {"Description": "a plugin", "Interface": {"Types": ["docker.volumedriver/1.0"], "Socket": "s"}, "Entrypoint": ["/x"], "Args": {"Name": "", "Description": "", "Settable": None, "Value": None}, "Env": [], "Mounts": [],
                     "Linux": {"Capabilities": None, "AllowAllDevices": False, "Devices": None}, "Network": {"Type": "host"}, "Documentation": "", "IpcHost": False, "PidHost": False, "PropagatedMount": "", "WorkDir": "", "User": {}}}  # fmt: skip
INSPECTED = {
    "Id": digest("web"), "Created": ISO, "Path": "sh", "Args": ["-c"], "State": {"Status": "running", "Running": True, "Paused": False, "Restarting": False, "OOMKilled": False, "Dead": False, "Pid": 42, "ExitCode": 0, "Error": "",
    "StartedAt": ISO, "FinishedAt": "0001-01-01T00:00:00Z"}, "Image": "sha256:" + digest("b"), "Name": "/web", "RestartCount": 0, "Driver": "overlay2", "Platform": "linux", "HostConfig": {"NetworkMode": "bridge", "Binds": None,
    "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "LogConfig": {"Type": "json-file", "Config": {}}, "AutoRemove": False}, "Mounts": MOUNTS,
    "Config": {"Hostname": "h", "Tty": False, "OpenStdin": False, "AttachStdin": False, "Env": ["A=1"], "Cmd": ["sh"], "Image": "busybox", "Labels": {"a": "b"}, "Volumes": None, "Entrypoint": None},
    "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "443/tcp": None}, "Networks": NETWORKS}, "GraphDriver": {"Name": "overlay2", "Data": None},
}  # fmt: skip
IMAGE = {"Id": "sha256:" + digest("b"), "RepoTags": ["busybox:latest"], "RepoDigests": ["busybox@sha256:" + digest("d")], "Parent": "", "Comment": "", "Created": ISO, "DockerVersion": "", "Author": "", "Architecture": "amd64", "Os": "linux",
         "Size": 4270000, "GraphDriver": {"Data": None, "Name": "overlay2"}, "RootFS": {"Type": "layers", "Layers": ["sha256:" + digest("l")]}, "Metadata": {"LastTagTime": ISO}, "Config": {"Env": ["A=1"], "Cmd": ["sh"], "Labels": {"l": "m"}}}  # fmt: skip
CACHE = {
    "ID": "abcdefghijkl",
    "Type": "regular",
    "Description": "d",
    "InUse": False,
    "Shared": False,
    "Size": 777,
    "CreatedAt": ISO,
    "LastUsedAt": None,
    "UsageCount": 2,
}
USAGE = {
    "LayersSize": 987654,
    "Images": IMAGES,
    "Containers": LISTED,
    "Volumes": [VOLUME],
    "BuildCache": [CACHE],
    "BuilderSize": 777,
}
INFO = {"ID": "id", "Containers": 2, "ContainersRunning": 1, "ContainersPaused": 0, "ContainersStopped": 1, "Images": 2, "Driver": "overlay2", "DriverStatus": [["a", "b"]], "Plugins": {"Volume": ["local"], "Network": ["bridge"], "Authorization": None,
        "Log": ["json-file"]}, "MemoryLimit": True, "SwapLimit": True, "CpuCfsPeriod": True, "CpuCfsQuota": True, "CPUShares": True, "CPUSet": True, "PidsLimit": True, "IPv4Forwarding": True, "OomKillDisable": True, "NCPU": 2, "MemTotal": 1 << 30,
        "LoggingDriver": "json-file", "CgroupDriver": "systemd", "CgroupVersion": "2", "KernelVersion": "6.1", "OperatingSystem": "Debian", "OSType": "linux", "Architecture": "x86_64", "Name": "host", "ServerVersion": "28.5.2", "DockerRootDir": "/d",
        "RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": {}, "Mirrors": None}, "Swarm": swarm.INFO,
        "Runtimes": {"runc": {"path": "runc"}}, "DefaultRuntime": "runc", "ContainerdCommit": {"ID": "c"}, "RuncCommit": {"ID": "r"}, "InitCommit": {"ID": "i"}, "SecurityOptions": ["name=seccomp,profile=builtin"], "Warnings": None,
        "IndexServerAddress": "https://index.docker.io/v1/", "Isolation": "", "InitBinary": "docker-init", "SystemTime": ISO}  # fmt: skip
VERSION = {"Platform": {"Name": ""}, "Components": [{"Name": "Engine", "Version": "28.5.2", "Details": {"ApiVersion": "1.51", "Arch": "amd64", "BuildTime": "2025-11-05T14:43:25.000000000+00:00", "Experimental": "true", "GitCommit": "x", "GoVersion": "go1",
           "KernelVersion": "6", "MinAPIVersion": "1.24", "Os": "linux"}}], "Version": "28.5.2", "ApiVersion": "1.51", "MinAPIVersion": "1.24", "GitCommit": "x", "GoVersion": "go1", "Os": "linux", "Arch": "amd64", "KernelVersion": "6", "BuildTime": "b"}  # fmt: skip
EVENT = {
    "Type": "container",
    "Action": "start",
    "Actor": {"ID": digest("web"), "Attributes": {"image": "busybox", "name": "web"}},
    "scope": "local",
    "time": THEN,
    "timeNano": THEN * 10**9 + 5,
}
STATS = {"name": "/web", "id": digest("web"), "read": ISO, "cpu_stats": {"cpu_usage": {"total_usage": 5 * 10**9}, "system_cpu_usage": 9 * 10**10, "online_cpus": 2}, "precpu_stats": {"cpu_usage": {"total_usage": 4 * 10**9}, "system_cpu_usage": 8 * 10**10},
         "memory_stats": {"usage": 123456789, "stats": {"inactive_file": 3456789}, "limit": 1 << 30}, "pids_stats": {"current": 7}, "networks": {"eth0": {"rx_bytes": 1234, "tx_bytes": 678}}, "blkio_stats": {"io_service_bytes_recursive": None}}  # fmt: skip
PULL = (
    {"status": "Pulling from library/busybox", "id": "latest"},
    {"status": "Downloading", "progressDetail": {"current": 1, "total": 2}, "id": "aa"},
    {"status": "Pull complete", "progressDetail": {}, "id": "aa"},
    {"status": "Status: done"},
)
LAYERS = [
    {
        "Id": "sha256:" + digest("b"),
        "Created": THEN,
        "CreatedBy": 'CMD ["sh"] and more words than fit in a table\'s column',
        "Size": 0,
        "Tags": ["busybox:latest"],
        "Comment": "",
    },
    {"Id": "<missing>", "Created": THEN - 5, "CreatedBy": "ADD x", "Size": 4270000, "Comment": "c"},
]
STAT = (
    (
        "X-Docker-Container-Path-Stat",
        "eyJuYW1lIjoiYSIsInNpemUiOjMsIm1vZGUiOjQyMCwibXRpbWUiOiIyMDIzLTExLTE0VDIyOjEzOjIwWiIsImxpbmtUYXJnZXQiOiIifQ==",
    ),
)
PRUNED = {
    "containers": {"ContainersDeleted": ["c1"], "SpaceReclaimed": 1234},
    "networks": {"NetworksDeleted": ["n1"]},
    "volumes": {"VolumesDeleted": ["v1"], "SpaceReclaimed": 5},
    "images": {"ImagesDeleted": [{"Untagged": "a:b"}, {"Deleted": "sha256:" + digest("x")}], "SpaceReclaimed": 99},
}

#: "METHOD path" -> answer; {1} is the object's name; where several fit, the first
ANSWERS: list[tuple[str, Callable[[re.Match[str]], Reply]]] = [
    (r"\w+ /_ping", lambda m: Reply(b"OK", kind="text/plain")), (r"GET /info", lambda m: Reply(INFO)), (r"GET /version", lambda m: Reply(VERSION)), (r"GET /system/df", lambda m: Reply(USAGE)), (r"GET /events", lambda m: stream(EVENT)),
    (r"POST /commit", lambda m: Reply({"Id": "sha256:" + digest("new")}, 201)), (r"POST /(containers|networks|volumes|images)/prune", lambda m: Reply(PRUNED[m[1]])), (r"POST /build/prune", lambda m: Reply({"CachesDeleted": ["x"], "SpaceReclaimed": 7})),
    (r"GET /containers/json", lambda m: Reply(LISTED)), (r"POST /containers/create", lambda m: Reply({"Id": digest("new"), "Warnings": ["careful"]}, 201)), (r"GET /images/json", lambda m: Reply(IMAGES)), (r"GET /images/get", lambda m: Reply(archive(a=b"x"), kind="application/x-tar")),
    (r"GET /images/search", lambda m: Reply([{"name": "nginx", "description": "d" * 60, "star_count": 5, "is_official": True}])), (r"POST /images/create", lambda m: stream(*PULL)), (r"POST /images/load", lambda m: stream({"stream": "Loaded image: a:b\n"})),
    (r"GET /networks", lambda m: Reply([NETWORK])), (r"GET /volumes", lambda m: Reply({"Volumes": [VOLUME], "Warnings": None})), (r"GET /plugins", lambda m: Reply([PLUGIN])), (r"GET /plugins/privileges", lambda m: Reply([{"Name": "network", "Description": "d", "Value": ["host"]}])),
    (r"POST /networks/create", lambda m: Reply({"Id": digest("new"), "Warning": ""}, 201)), (r"POST /volumes/create", lambda m: Reply(VOLUME, 201)), (r"POST /plugins/pull", lambda m: stream(*PULL)), (r"POST /plugins/create", lambda m: Reply(status=204)),
    (r"POST /services/create", lambda m: Reply({"ID": swarm.swarm_id("new"), "Warnings": ["careful"]}, 201)), (r"POST /services/([^/]+)/update", lambda m: Reply({"Warnings": None})),
    (r"GET /services/([^/]+)", lambda m: Reply(swarm.service(m[1]))), (r"GET /secrets", lambda m: Reply(swarm.named("secrets", "sec1", "sec2"))), (r"GET /configs", lambda m: Reply(swarm.named("configs", "cfg1", "cfg2"))),
    (r"GET /swarm", lambda m: Reply(swarm.SWARM)), (r"POST /swarm/init", lambda m: Reply(swarm.swarm_id("one"))), (r"GET /swarm/unlockkey", lambda m: Reply({"UnlockKey": "SWMKEY-1-x"})), (r"POST /swarm/\w+", lambda m: Reply()),
    (r"GET /nodes", lambda m: Reply([swarm.node(name) for name in ("two", "one", "three")])), (r"GET /nodes/([^/]+)", lambda m: Reply(swarm.node("one" if m[1] == swarm.swarm_id("one") else m[1]))), (r"POST /nodes/([^/]+)/update", lambda m: Reply()), (r"DELETE /nodes/([^/]+)", lambda m: Reply()),
    (r"POST /(secrets|configs)/create", lambda m: Reply({"ID": swarm.swarm_id("new")}, 201)), (r"GET /secrets/([^/]+)", lambda m: Reply(swarm.named("secrets", m[1])[0])), (r"GET /configs/([^/]+)", lambda m: Reply(swarm.named("configs", m[1])[0])), (r"DELETE /(?:secrets|configs)/([^/]+)", lambda m: Reply(status=204)),
    (r"GET /distribution/busybox.*/json", lambda m: Reply(swarm.DISTRIBUTION)), (r"\w+ /(services|tasks|nodes|secrets|configs|swarm)\b.*", lambda m: Reply({"message": "This node is not a swarm manager."}, 503)), (r"GET /distribution/(.+)/json", lambda m: Reply({"message": "denied"}, 403)),
    (r"GET /containers/([^/]+)/json", lambda m: Reply({**INSPECTED, "Name": f"/{m[1]}"})), (r"GET /containers/([^/]+)/(?:logs|attach)", lambda m: Reply(FRAME, kind="application/vnd.docker.raw-stream")), (r"GET /containers/([^/]+)/top", lambda m: Reply({"Titles": ["PID", "CMD"], "Processes": [["1", "sh"]]})),
    (r"GET /containers/([^/]+)/stats", lambda m: Reply(STATS)), (r"GET /containers/([^/]+)/changes", lambda m: Reply([{"Path": "/a", "Kind": 0}, {"Path": "/b", "Kind": 1}])), (r"GET /containers/([^/]+)/(?:export|archive)", lambda m: Reply(archive(a=b"xyz"), kind="application/x-tar", headers=STAT)),
    (r"HEAD /containers/([^/]+)/archive", lambda m: Reply(headers=STAT)), (r"GET /containers/([^/]+)/checkpoints", lambda m: Reply([{"Name": "cp1"}])), (r"POST /containers/([^/]+)/attach", lambda m: Reply(FRAME, hijack=True)), (r"POST /exec/([^/]+)/start", lambda m: Reply(FRAME, hijack=True)),
    (r"POST /containers/([^/]+)/exec", lambda m: Reply({"Id": digest("exec")}, 201)), (r"GET /exec/([^/]+)/json", lambda m: Reply({"ID": digest("exec"), "Running": False, "ExitCode": 3})), (r"POST /containers/([^/]+)/wait", lambda m: Reply({"StatusCode": 4})),
    (r"POST /containers/([^/]+)/update", lambda m: Reply({"Warnings": ["careful"]})), (r"(?:POST|PUT|DELETE) /containers/([^/]+)(?:/(?!wait|json)\w+)?", lambda m: Reply(status=200 if m[0].startswith("PUT") else 204)),
    (r"GET /images/(.+)/json", lambda m: Reply(IMAGE)), (r"GET /images/(.+)/history", lambda m: Reply(LAYERS)), (r"POST /images/(.+)/push", lambda m: stream(*PULL)), (r"POST /images/(.+)/tag", lambda m: Reply(status=201)), (r"DELETE /images/(.+)", lambda m: Reply([{"Untagged": "a:b"}, {"Deleted": "sha256:" + digest("b")}])),
    (r"GET /networks/([^/]+)", lambda m: Reply({**NETWORK, "Name": m[1], "Id": digest(m[1])})), (r"POST /networks/([^/]+)/\w+", lambda m: Reply()), (r"DELETE /networks/([^/]+)", lambda m: Reply(status=204)), (r"GET /volumes/([^/]+)", lambda m: Reply({**VOLUME, "Name": m[1]})), (r"DELETE /volumes/([^/]+)", lambda m: Reply(status=204)),
    (r"GET /plugins/(.+)/json", lambda m: Reply(PLUGIN)), (r"POST /plugins/(.+)/(?:push|upgrade)", lambda m: stream(*PULL)), (r"DELETE /plugins/(.+)", lambda m: Reply(PLUGIN)), (r"POST /plugins/(.+)/\w+", lambda m: Reply()),
]  # fmt: skip
KINDS = {
    "containers": "container",
    "images": "image",
    "networks": "network",
    "volumes": "volume",
    "plugins": "plugin",
    "exec": "exec",
    "services": "service",
    "nodes": "node",
    "secrets": "secret",
    "configs": "config",
}

CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(CONFIG), "digest": "sha256:" + hashlib.sha256(CONFIG).hexdigest()},
                       "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 3, "digest": "sha256:" + digest("layer")}]}).encode()  # fmt: skip
#: the same of a registry
REGISTRY: list[tuple[str, Callable[[re.Match[str]], Reply]]] = [
    (r"GET /v2/", lambda m: Reply({})), (r"\w+ /v2/(nothere)/.*", lambda m: Reply({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}, 404)),
    (r"(?:GET|HEAD) /v2/([^/]+)/manifests/[^/]+", lambda m: Reply(MANIFEST, kind="application/vnd.docker.distribution.manifest.v2+json", headers=(("Docker-Content-Digest", "sha256:" + hashlib.sha256(MANIFEST).hexdigest()),))),
    (r"GET /v2/([^/]+)/blobs/[^/]+", lambda m: Reply(CONFIG, kind="application/octet-stream")), (r"PUT /v2/([^/]+)/manifests/([^/]+)", lambda m: Reply(status=201, headers=(("Docker-Content-Digest", "sha256:" + digest("list")),))),
]  # fmt: skip


def answer(line: str) -> Reply:
    """To "METHOD path", the path without its version and as the client meant it."""
    for pattern, make in ANSWERS:
        if m := re.fullmatch(pattern, line, re.S):
            top = line.split("/")[1]
            return (refusal(m[1], KINDS[top]) if m.lastindex and top in KINDS and m[1] not in KINDS else None) or make(
                m
            )
    return Reply({"message": "page not found"}, 404)


#: headers that say something
TOLD = re.compile(r"x-.*|accept", re.I)


class Talk(Handler):
    """One connection with a client, of the engine."""

    requests: list[dict[str, Any]] = []

    def handle_any(self) -> None:
        self.body = self._body()
        target = urllib.parse.urlsplit(self.path)
        path = re.sub(r"^/v[\d.]+(?=/)", "", urllib.parse.unquote(target.path))
        if path not in ("/_ping",) and not path.endswith("/resize"):
            self.requests.append(
                {
                    "line": f"{self.command} {path}",
                    "query": parsed(target.query),
                    "headers": told(self.headers),
                    "body": understood(self.body),
                }
            )
        # an exec that nobody watches has no stream
        detached = path.startswith("/exec/") and b'"Detach":true' in self.body
        reply = Reply() if detached else answer(f"{self.command} {path}")
        if path == "/plugins/pull":
            # the engine tells the name that it has given
            reply = replace(reply, headers=(("Docker-Plugin-Name", parsed(target.query)["name"][0] or "x:latest"),))
        self.reply(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def reply(self, reply: Reply) -> None:
        if reply.hijack:
            self.send_response(101)
            for name, value in (
                ("Connection", "Upgrade"),
                ("Upgrade", "tcp"),
                ("Content-Type", "application/vnd.docker.raw-stream"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.data)
            self.connection.shutdown(socket.SHUT_WR)
            # until the client has hung up: what it had still to say is no broken connection
            self.connection.settimeout(30)
            while self.rfile.read1(65536):
                pass
            self.close_connection = True
            return
        self.send_response(reply.status)
        own = (("Content-Length", str(len(reply.data))),) if reply.status != 204 else ()
        for name, value in (
            ("Api-Version", "1.51"),
            ("Ostype", "linux"),
            ("Docker-Experimental", "true"),
            ("Swarm", "inactive"),
            ("Content-Type", reply.kind),
            *reply.headers,
            *own,
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and reply.status != 204:
            self.wfile.write(reply.data)


class RegistryTalk(Talk):
    """One connection with a client, of the registry, which speaks plain HTTP."""

    def handle_one_request(self) -> None:
        if self.rfile.peek(1)[:1] == b"\x16":  # type: ignore[attr-defined]
            # a client that begins with TLS is told in plain HTTP, by which it knows
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            self.close_connection = True
            return
        super().handle_one_request()

    def handle_any(self) -> None:
        self.body = self._body()
        line = f"{self.command} {urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)}"
        self.requests.append({"line": f"registry: {line}", "query": {}, "headers": {}, "body": understood(self.body)})
        self.reply(
            next(
                (make(m) for pattern, make in REGISTRY if (m := re.fullmatch(pattern, line))),
                Reply({"errors": []}, 404),
            )
        )

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any


def parsed(query: str) -> dict[str, list[Any]]:
    """A query's values, those that are JSON as values."""
    out = {}
    for name, values in urllib.parse.parse_qs(query, keep_blank_values=True).items():
        out[name] = [json.loads(v) if v[:1] in "{[" and v[-1:] in "}]" and _is_json(v) else v for v in values]
    return out


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def told(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in sorted(headers.items()) if TOLD.fullmatch(name) and value != "*/*"}


def understood(body: bytes) -> Any:
    """JSON as a value, a tar as its members, anything else as its size and digest."""
    if not body:
        return None
    if body[:1] in (b"{", b"[") and _is_json(body.decode("utf-8", "replace")):
        return json.loads(body)
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            return [[m.name, m.type.decode(), m.size, f"{m.mode:o}"] for m in tar]
    except tarfile.TarError:
        return [len(body), hashlib.sha256(body).hexdigest()[:12]]


@dataclass
class World:
    """Where the engine is, where the registry is, and what they have been asked."""

    host: str
    registry: str
    requests: list[dict[str, Any]]


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Both, while the block runs."""
    requests: list[dict[str, Any]] = []
    path = folder / "engine.sock"
    engine = _Server(str(path), type("BoundTalk", (Talk,), {"requests": requests}))
    registry = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundRegistry", (RegistryTalk,), {"requests": requests}))
    registry.daemon_threads = True
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in (engine, registry)
    ]
    for thread in threads:
        thread.start()
    try:
        yield World(f"unix://{path}", f"127.0.0.1:{registry.server_address[1]}", requests)
    finally:
        for server in (engine, registry):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join(10)
