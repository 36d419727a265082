"""Command lines from a seed. The flags of each command and their types are those of tests/data/flags.json; the arguments are declared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from pydock.cli.index import COMMANDS
from pydock.cli.params import Command
from pydock.cli.tree import find

FLAGS: dict[str, dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "flags.json").read_text()
)

#: commands that are not compared, and why
LEFT_OUT = {
    r"trust\b.*": "pydock has no content trust, which docker has given up",
    r"bake|help|completion\b.*": "scripts and texts in each client's own words",
    r"system dial-stdio": "a bare connection, which has no end of its own",
    r"login|logout": "credentials are kept by helpers of this machine",
    r"builder build|image build|build": "BuildKit is compared on real engines; the classic builder in test_builds.py",
}
NAMES = [c for c in COMMANDS if not any(re.fullmatch(p, c) for p in LEFT_OUT) and c in FLAGS]

#: type -> values, from those that every client takes to those that none does
BY_TYPE: Mapping[str, Sequence[str]] = {
    "bool": ("true", "false", "1", "0", "T", "", "yes", "maybe"),
    "int": ("1", "0", "10", "-1", "007", "0x10", "1_0", "", "x", "1.5", "9223372036854775808"),
    "uint16": ("10", "0", "1000", "65535", "65536", "-1", "", "x"),
    "float": ("1.5", "0", "-1", ".5", "1e2", "", "x", "inf"),
    "bytes": ("64m", "0", "1073741824", "1.5g", "512K", "-1", "10 MB", "", "x", "12q"),
    "duration": ("10s", "1m30s", "0", "1h", "5", "", "x", "-3s", "1.5h"),
    "ulimit": ("nofile=1024", "nofile=10:20", "core=-1", "nofile=20:10", "nofile", "what=1", ""),
    "map": ("a=b", "a", "a=b=c", "", "=", "a b=c"),
    "filter": (
        "name=web",
        "label=a=b",
        "label!=c",
        "dangling=true",
        "until=24h",
        "status=running",
        "name",
        "",
        "=x",
        "nope=1",
    ),
    "network": (
        "bridge",
        "host",
        "none",
        "n1",
        "name=n1,alias=x",
        "name=n1,ip=1.2.3.4",
        "container:web",
        "",
        "name=",
        "name=n1,nope=1",
    ),
    "mount": (
        "type=bind,source=/a,target=/b",
        "type=volume,source=v1,target=/c,readonly",
        "type=tmpfs,target=/t,tmpfs-size=1m",
        "type=bind,target=/b",
        "",
        "type=nope,target=/x",
        "target=/v",
        "type=volume,target=/v,volume-nocopy=maybe",
    ),
    "command": ("sh", "sh -c 'a b'", 'x "y z" # c', "", "'", "a\\"),
    "pref": ("spread=node.labels.dc", "spread=node.labels.rack", "spread=", "pack=x", "x", ""),
    "secret": (
        "sec1",
        "sec2",
        "source=sec1,target=/x,uid=1,gid=2,mode=0400",
        "src=sec2,target=sec1",
        "nothere",
        "",
        "target=x",
        "source=sec2,mode=9",
        "source=sec1,nope=1",
        "sec1,sec2",
    ),
    "config": (
        "cfg1",
        "source=cfg1,target=/c,mode=0440",
        "cfg2",
        "nothere",
        "",
        "target=x",
        "source=cfg1,mode=x",
        "Source=cfg2,Nope=1",
    ),
    "credential-spec": (
        "file://x",
        "config://cfg1",
        "registry://r",
        "config://cfg2",
        "",
        "config://nothere",
        "x",
        "nope://x",
    ),
    "port": (
        "80",
        "8080:80",
        "8000-8002:80-82",
        "target=80,published=8080,mode=host",
        "53:53/udp",
        "8080-8082:80",
        "target=53,protocol=udp",
        "published=1",
        "127.0.0.1:80:80",
        "",
        "x",
        "target=80,protocol=nope",
        "target=80,mode=x",
        "target=x",
        "target=80,nope=1",
        "=80",
        "80/nope",
    ),
    "gpu-request": ("all", "2", "device=0", "count=all,capabilities=utility", "", "count=x"),
}
#: a flag's name -> values, where its text has a form
BY_NAME: Mapping[str, Sequence[str]] = {
    "format": ("{{.ID}}", "json", "{{json .}}", "table {{.ID}}\t{{.Names}}", "{{.Name}}", "table", "raw", "{{.Nope}}", "{{", "x", "{{println .ID}}", "{{range .Labels}}{{.}}{{end}}", "{{len .}}"),
    "platform": ("linux/amd64", "linux/arm64/v8", "amd64", "windows/amd64", "", "a/b/c/d", "foo", "linux/arm"),
    "env": ("A=1", "A", "A=b=c", "HOME", "", "=x", "A B=1"), "env-file": ("f.env", "bad.env", "none.env", "folder", ""),
    "label": ("a=b", "a", "a=b=c", "", "=x"), "label-file": ("f.env", "none.env"), "publish": ("80", "8080:80", "127.0.0.1:8080:80/udp", "8000-8002:80-82", "80/sctp", "", "x", "80:x", "70000:80", "[::1]:80:80", "1-2:3-9"),
    "expose": ("80", "80-82", "53/udp", "", "x", "80/nope"), "volume": ("/v", "v1:/v", "/a:/b:ro", ".:/b", "v1:/v:z,ro", "", ":", "a:b", "v1:/v:nope", "/a:/b:ro:x"),
    "restart": ("no", "always", "on-failure:3", "unless-stopped", "", "on-failure:x", "sometimes"), "tmpfs": ("/t", "/t:size=1m", ""),
    "device": ("/dev/null", "/dev/null:/dev/x:rw", "/dev/null:/dev/x:q", "", "vendor.com/class=name"), "add-host": ("a:1.2.3.4", "a=::1", "a:host-gateway", "", "a", "a:x"),
    "ip": ("1.2.3.4", "", "x"), "ip6": ("::1", "", "x"), "mac-address": ("02:42:ac:11:00:02", "", "x"), "dns": ("1.1.1.1", "::1", "", "x"), "link": ("web", "web:w", "", "a:b:c"),
    "security-opt": ("no-new-privileges", "seccomp=unconfined", "seccomp=f.env", "seccomp=none", "label=disable", "", "x"), "log-opt": ("max-size=1m", "a", ""), "log-driver": ("none", "json-file", ""),
    "detach-keys": ("ctrl-a", "a,b", "", "ctrl-", "xyz"), "pull": ("always", "never", "missing", "", "x"), "stop-signal": ("TERM", "9", "", "NOPE"), "signal": ("KILL", "9", "SIGHUP", "", "NOPE"),
    "cidfile": ("new.cid", "f.env", "none/x", ""), "attach": ("stdin", "STDOUT", "", "x"), "user": ("0", "a:b", ""), "ipc": ("host", "private", "container:web", "", "x"), "pid": ("host", "container:web", "", "x"),
    "userns": ("host", "", "x"), "uts": ("host", "", "x"), "cgroupns": ("host", "private", "", "x"), "sysctl": ("a.b=1", "net.core.somaxconn=9", "a", ""), "blkio-weight-device": ("/dev/x:10", "x", "", "/dev/x:5"),
    "device-read-bps": ("/dev/x:1m", "/dev/x", ""), "device-read-iops": ("/dev/x:10", "x", ""), "device-cgroup-rule": ("c 1:3 rwm", "x", ""), "storage-opt": ("size=1g", "a", ""), "runtime": ("runc", ""),
    "subnet": ("10.0.0.0/8", "fd00::/64", "", "x", "10.0.0.0"), "gateway": ("10.0.0.1", "", "x"), "ip-range": ("10.0.1.0/24", "", "x"), "aux-address": ("a=10.0.0.9", "a", ""), "driver": ("bridge", "local", "", "none"),
    "since": ("1700000000", "2024-01-02T03:04:05Z", "10m", "", "x"), "until": ("1700000001", "2024-01-02T03:04:05Z", "", "x"), "tail": ("all", "10", "-1", "", "x"), "change": ("CMD sh", "ENV A=1", "", "NOPE"),
    "type": ("container", "image", "network", "volume", "", "nope"), "output": ("out.tar", "none/x", "folder", ""), "input": ("img.tar", "none.tar", "folder", ""), "workdir": ("/w", "", "rel"), "docker": ("host=unix:///x.sock", "host=tcp://h:1", "", "nope=1", "from=default"),
    "from": ("default", "one", "nope", ""), "driver-opt": ("a=b", "a", ""), "opt": ("a=b", "a", ""), "alias": ("x", ""), "os-features": ("a", ""), "name": ("new1", "", "a b", "web"), "hostname": ("h", "", "a b"),
    "mode": ("replicated", "global", "replicated-job", "global-job", "", "Global", "nope"), "generic-resource": ("gpu=1", "gpu=2", "ssd=0", "gpu=red", "gpu", "gpu=-1", "a=b=c", ""), "generic-resource-rm": ("gpu", "ssd", ""),
    "constraint": ("node.role==manager", "node.labels.a==b", "node.id!=x", "", "x"), "container-label": ("a=b", "c=9", "a", "", "=x"), "cap-add": ("NET_ADMIN", "CAP_CHOWN", "ALL", "all", "RESET", "sys_admin", "", " a "),
    "cap-drop": ("CHOWN", "CAP_NET_ADMIN", "ALL", "RESET", "sys_admin", ""), "group": ("7", "9", "wheel", ""), "host": ("a:1.2.3.4", "one:10.0.0.1", "a=::1", "a:host-gateway", "", "a", "a:x"),
    "dns-option": ("ndots:2", "rotate", ""), "dns-search": ("a.test", "x.test", ".", "", "a b", "-"), "endpoint-mode": ("vip", "dnsrr", "", "VIP", "nope"),
    "isolation": ("default", "process", "", "x"), "update-order": ("start-first", "stop-first", "", "x"), "update-failure-action": ("pause", "continue", "rollback", "", "x"), "restart-condition": ("none", "on-failure", "any", "", "x"),
    "label-rm": ("l", "m", "nope", ""), "container-label-rm": ("c", "nope", ""), "env-rm": ("A", "B", "C", "nope", "A=1", ""), "group-rm": ("9", "1", "nope", ""), "mount-rm": ("/v", "/b", "nope", ""), "secret-rm": ("sec1", "s", "nope", ""), "config-rm": ("cfg1", "cfg2", "nope", ""),
    "constraint-rm": ("node.role==manager", "node.role", ""), "network-rm": ("n2", "n1", "nothere", ""), "dns-rm": ("9.9.9.9", "x", ""), "dns-option-rm": ("ndots:2", "x"), "dns-search-rm": ("z.test", "x"), "host-rm": ("one", "one:10.0.0.1", "two", "nope", ""),
    "sysctl-rm": ("net.core.somaxconn", "net.core.somaxconn=1", "x", ""), "ulimit-rm": ("nofile", "core=1", "x", ""), "update-max-failure-ratio": ("0.1", "0", ".25", "1e2", "-1", "0.3333333333", "", "x"), "image": ("busybox", "nginx:1", "busybox@sha256:" + "c" * 64, "BAD", "", "a" * 64, "a b", "h:5000/x"),
    "listen-addr": ("eth0", "0.0.0.0:1", "[::1]:2377", ":99", "", "tcp://h", "http://x", "[::1]", "x:y"), "advertise-addr": ("eth0", "10.0.0.1:1", "", "x y"), "availability": ("active", "pause", "drain", "Drain", "", "x"), "role": ("worker", "manager", "", "Worker"),
    "default-addr-pool": ("10.20.0.0/16", "10.1.2.3/8,fd00::/8", "", "10.0.0.0", "x"), "external-ca": ("protocol=cfssl,url=https://x", "url=x,protocol=CFSSL,a=b", "", "url=x", "protocol=cfssl", "protocol=x", "x", "protocol=cfssl,url=x,cacert=f.env", "protocol=cfssl,url=x,cacert=none"),
    "ca-cert": ("f.env", "none.pem", "folder", ""), "ca-key": ("f.env", "none.pem", ""), "template-driver": ("golang", "", "x"), "token": ("SWMTKN-1-x", "", "x"),
    "health-cmd": ("true", "exit 1", ""), "network-add": ("n1", "n2", "name=n3,alias=X,driver-opt=a=B", "nothere", "", "name=", "name=n1,nope=1"),
}  # fmt: skip
TEXTS = ("x", "a b", "", "ä", "a=b", "/x/y", "{{.}}")
#: what a word of a usage line is filled with; what begins with "no" is not there, with "busy" in use, with "bad" refused
ARGUMENTS: Mapping[str, Sequence[str]] = {
    "CONTAINER": ("web", "db", "c1", "nothere", "busy1", "bad1", "/web", "a b", "", "0123456789ab", "a//b"),
    "IMAGE": ("busybox", "busybox:1.36", "registry.test:5000/team/app:v1", "noimage", "busy:1", "sha256:" + "a" * 64, "UPPER", "", "a b", "x@sha256:12", "a/b/c", "bad:1"),
    "NETWORK": ("n1", "bridge", "nothere", "busy1", "", "a b", "host"), "VOLUME": ("v1", "v2", "nothere", "busy1", "", "a b", "/x"), "PLUGIN": ("vieux/sshfs", "vieux/sshfs:latest", "nothere", "", "UPPER"),
    "CONTEXT": ("one", "default", "nope", "", "a b", "two"), "CHECKPOINT": ("cp1", "nothere", ""), "FILE": ("img.tar", "none.tar", "-", "folder", "new.tar"), "COPY": ("web:/a", "f.env", "-", "nothere:/x", "folder", "web:", ":/x", "none", "new", "web:/a/"),
    "NODE": ("one", "two", "three", "self", "nothere", "busy1", "", "a b"), "SECRET": ("sec1", "sec2", "nothere", "busy1", ""), "CONFIG": ("cfg1", "cfg2", "nothere", "busy1", ""), "ROLE": ("worker", "manager", "Worker", "", "x"), "HOST:PORT": ("10.0.0.1:2377", "x", ""),
    "COMMAND": ("sh", "ls", "-c", "echo hi", ""), "KEY": ("a=b", "a", ""), "PORT": ("80", "80/tcp", "81", "x", "80/nope"), "WORD": ("new1", "x", "", "a b"), "TERM": ("nginx", ""), "SERVICE=": ("web=3", "plain=0", "job=1", "agent=1", "nothere=1", "bare=007", "web=x", "web", "=1", "web=-1", "web="), "SERVICE": ("web", "plain", "bare", "agent", "job", "nothere", "nodejob", "", "bad1"), "LIST": ("{registry}/app:1", "{registry}/new:1", "{registry}/nothere:1", "UPPER", "127.0.0.1:1/x:1"),
}  # fmt: skip
GLOBAL = (
    ["--debug"],
    ["-l", "debug"],
    ["-l", "nope"],
    ["--context", "nope"],
    ["-c", "one"],
    ["--config", "other"],
    ["--tls"],
    ["-H", "nope://x"],
    ["--log-level="],
)
ENVIRON = (
    {"DOCKER_API_VERSION": "1.40"},
    {"DOCKER_API_VERSION": "nope"},
    {"DOCKER_CONTEXT": "nope"},
    {"DOCKER_DEFAULT_PLATFORM": "linux/arm64"},
    {"NO_COLOR": "1"},
    {"DOCKER_CUSTOM_HEADERS": "X-A=b"},
)
ODD = ("--nope", "--nope=1", "-Z", "--forma", "--", "-", "--=x", "-é")
STDIN = (b"", b"", b"", b"y\n", b"n\n", b"hello\n")
#: flags without which a command would not end, or wait for a person
ALWAYS = {
    "stats": ["--no-stream"],
    "container stats": ["--no-stream"],
    "events": ["--until", "1700000001"],
    "system events": ["--until", "1700000001"],
}


#: flags that docker 29 has and 28.5 has not; and one that is each client's own
NEWER = {"no-pause", "help", "memory-swap", "memory-swappiness"}


@dataclass(frozen=True)
class Line:
    """One command line and what is around it. `parts`: its words, in groups that belong together."""

    name: str
    parts: tuple[tuple[str, ...], ...]
    stdin: bytes = b""
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> list[str]:
        return [word for part in self.parts for word in part]


def pick(chance: Random, values: Sequence[str]) -> str:
    """Mostly one of the first ones, which are good."""
    return values[min(int(chance.random() ** 1.7 * len(values)), len(values) - 1)]


def values_of(name: str, kind: str) -> Sequence[str]:
    """By the flag's own name, its type, and, for what changes a list, by the list's name."""
    base = name.removesuffix("-add")
    return BY_NAME.get(name) or BY_TYPE.get(kind) or BY_NAME.get(base) or TEXTS


def flag(chance: Random, name: str, spec: Mapping[str, Any]) -> tuple[str, ...]:
    """A flag with its value, in one of the ways to write it."""
    kind, short = spec["type"], spec.get("short")
    if kind == "bool":
        plain = [f"--{name}"] if not short or chance.random() < 0.6 else [f"-{short}"]
        return tuple(plain) if chance.random() < 0.7 else (f"{plain[0]}={pick(chance, BY_TYPE['bool'])}",)
    kind = "int" if kind in ("int64", "uint", "uint64", "uint32") else "float" if kind == "decimal" else kind
    value = pick(chance, values_of(name, kind))
    ways: list[tuple[str, ...]] = [(f"--{name}", value), (f"--{name}={value}",)]
    if short:
        ways += [(f"-{short}", value), (f"-{short}{value}",), (f"-{short}={value}",)]
    return chance.choice(ways) if chance.random() < 0.98 else (f"--{name}",)


def kind_of(command: str, word: str) -> str:
    """Which of ARGUMENTS fills a word of the usage."""
    if command.startswith("manifest"):
        return "LIST"
    if word in ("SOURCE", "DESTINATION"):
        return "COPY"
    for part, kind in (("NODE", "NODE"), ("SECRET", "SECRET"), ("CONFIG", "CONFIG"), ("(worker", "ROLE"), ("HOST:PORT", "HOST:PORT"), ("SERVICE=", "SERVICE="), ("SERVICE", "SERVICE"), ("CONTAINER", "CONTAINER"), ("NETWORK", "NETWORK"), ("VOLUME", "VOLUME"), ("PLUGIN", "PLUGIN"), ("CONTEXT", "CONTEXT"), ("CHECKPOINT", "CHECKPOINT"), ("PORT", "PORT"),
                       ("IMAGE", "IMAGE"), ("REPOSITORY", "IMAGE"), ("COMMAND", "COMMAND"), ("ARG", "COMMAND"), ("KEY", "KEY"), ("FILE", "FILE"), ("file", "FILE"), ("TERM", "TERM"), ("PATH", "FILE")):  # fmt: skip
        if part in word:
            return kind
    if command == "inspect":
        return "CONTAINER"
    return "IMAGE" if command in ("pull", "push", "image pull", "image push") or "[:TAG" in word else "WORD"


def arguments(chance: Random, name: str, command: Command) -> list[tuple[str, ...]]:
    """What stands for CONTAINER [CONTAINER...] and the like, and now and then too little or too much."""
    out = []
    for spec in command.arguments:
        needed, _, more = spec.usage.partition(" ")
        times = (0 if needed.startswith("[") and chance.random() < 0.5 else 1) + (
            chance.choice((0, 0, 1)) if "..." in (more or needed) else 0
        )
        out += [(pick(chance, ARGUMENTS[kind_of(name, needed)]),) for _ in range(times)]
    if chance.random() < 0.06:
        return out[:-1] if chance.random() < 0.5 else [*out, ("more",)]
    return out


def line(seed: int, number: int) -> Line:
    """The line of that number; the same for ever, whatever other lines there are."""
    chance = Random(f"{seed}/{number}")
    if chance.random() < 0.05:
        return completion(chance)
    name = chance.choice(NAMES)
    command = find(name)
    assert isinstance(command, Command)
    flags = sorted(f for f in FLAGS[name] if f != "disable-content-trust" and f not in NEWER)
    chosen = chance.sample(flags, min(len(flags), chance.choice((0, 1, 1, 2, 2, 3))))
    parts: list[tuple[str, ...]] = [flag(chance, f, FLAGS[name][f]) for f in chosen]
    if name in ALWAYS:
        parts.append(tuple(ALWAYS[name]))
    if "force" in flags and "prune" in name and chance.random() < 0.7:
        parts.append(("-f",))
    if chance.random() < 0.04:
        parts.append((chance.choice(ODD),))
    words = arguments(chance, name, command)
    if chance.random() < 0.15:
        parts += words
        chance.shuffle(parts)
    else:
        parts += words
    before = [tuple(chance.choice(GLOBAL))] if chance.random() < 0.05 else []
    environ = dict(chance.choice(ENVIRON)) if chance.random() < 0.06 else {}
    return Line(name, (*before, tuple(name.split()), *parts), chance.choice(STDIN), environ)


def completion(chance: Random) -> Line:
    """What the shell's completion asks."""
    name = chance.choice(NAMES)
    begun = chance.choice(("", "", "w", "b", "--", "--f", "-", "nope"))
    return Line("__complete", (("__complete",), tuple(name.split()), (begun,)))
