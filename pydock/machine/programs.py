"""The command lines of engines that a user may run: dockerd as root, dockerd-rootless.sh or Podman as anyone."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Network

from pydock import programs
from pydock.errors import Failure
from pydock.values import record

#: folders that PATH may lack: of an administrator's programs, and Debian's of dockerd-rootless.sh
ADMINISTRATION = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/share/docker.io/contrib")
#: what it takes to run Docker as root, and as any other user
AS_ROOT, AS_USER = ("dockerd", "ip"), ("dockerd-rootless.sh", "dockerd", "rootlesskit", "newuidmap")
INSTALL = (
    "no engine is installed that {who} can run: install dockerd (https://docs.docker.com/engine/install/{more}) or Podman "
    "(https://podman.io/docs/installation)"
)


@record
class Folders:
    """Where one engine has its things. state: kept; runtime: gone after a restart of the machine."""

    state: str
    runtime: str

    @property
    def data(self) -> str:
        return os.path.join(self.state, "data")

    @property
    def log(self) -> str:
        return os.path.join(self.state, "log")

    @property
    def socket(self) -> str:
        return os.path.join(self.runtime, "docker.sock")


@record
class Launch:
    """kind: "docker", "rootless" or "podman"; bridge: an interface to be made for it, "" for none; outward: can containers
    reach other hosts?"""

    kind: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    bridge: str = ""
    outward: bool = True


def others() -> list[int]:
    """The engines that run already, and have the same interfaces and firewall."""
    here, found = os.readlink("/proc/self/ns/net"), []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{entry}/comm", encoding="utf-8", errors="replace") as file:
            if file.read().strip() == "dockerd" and os.readlink(f"/proc/{entry}/ns/net") == here:
                found.append(int(entry))
    return found


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with the folders that engines need in PATH."""
    found = programs.folders(environ)
    return {**environ, "PATH": os.pathsep.join([*found, *(f for f in ADMINISTRATION if f not in found)])}


def choose(name: str, folders: Folders, environ: Mapping[str, str], wanted: str) -> Launch:
    """The engine to run. wanted: "docker", "podman", or "" for the first that is installed. Raises Failure."""
    full = environment(environ)
    root = os.geteuid() == 0
    needed = AS_ROOT if root else AS_USER
    missing = [program for program in needed if not programs.find(program, full)]
    if not missing and wanted != "podman":
        daemon = programs.find(needed[0], full)
        return docker(name, folders, daemon, full) if root else rootless(folders, daemon, full)
    podman = programs.find("podman", full)
    if podman and wanted != "docker":
        return Launch("podman", tuple(podman_command(podman, folders)), full)
    if wanted or needed[0] not in missing:
        lacking = "podman" if wanted == "podman" else ", ".join(missing)
        raise Failure(f"there is no program {lacking} in PATH")
    raise Failure(INSTALL.format(who="root" if root else "this user", more="" if root else " with its rootless extras"))


def docker(name: str, folders: Folders, daemon: str, environ: Mapping[str, str]) -> Launch:
    """As root. Its own folders, bridge, and part of a containerd that others may use, too; where another engine runs, no
    rules of the firewall either, which would take the place of the other's."""
    command = [
        daemon, "--host", f"unix://{folders.socket}", "--data-root", folders.data, "--exec-root", os.path.join(folders.runtime, "exec"),
        "--pidfile", os.path.join(folders.runtime, "pid"), "--containerd-namespace", f"pydock-{name}",
        "--containerd-plugins-namespace", f"pydock-{name}-plugins",
    ]  # fmt: skip
    command += ["--bridge", bridge := bridge_name(name)]
    alone = not others()
    if not alone:
        command += ["--iptables=false", "--ip6tables=false"]
    return Launch("docker", tuple(command), environ, bridge, alone)


def rootless(folders: Folders, daemon: str, environ: Mapping[str, str]) -> Launch:
    """As a user. Its state is in the run-time folder: two of them must not share it."""
    command = [
        daemon, "--host", f"unix://{folders.socket}", "--data-root", folders.data, "--exec-root", os.path.join(folders.runtime, "exec"),
        "--pidfile", os.path.join(folders.runtime, "pid"),
    ]  # fmt: skip
    return Launch("rootless", tuple(command), {**environ, "XDG_RUNTIME_DIR": folders.runtime})


def podman_command(podman: str, folders: Folders, *words: str) -> list[str]:
    """Podman with the engine's own storage."""
    own = ["--root", folders.data, "--runroot", os.path.join(folders.runtime, "run")]
    return [podman, *own, *(words or ("system", "service", "--time=0", f"unix://{folders.socket}"))]


def bridge_name(name: str) -> str:
    """The name of an interface has 15 characters at most."""
    return "pydock-" + hashlib.sha256(name.encode()).hexdigest()[:8]


def routes() -> list[IPv4Network]:
    """The networks that this machine reaches without its default route."""
    found = []
    with open("/proc/net/route", encoding="ascii") as file:
        for line in file.read().splitlines()[1:]:
            words = line.split()
            address, mask = (int.from_bytes(bytes.fromhex(words[at])[::-1], "big") for at in (1, 7))
            if mask:
                found.append(IPv4Network((address, mask.bit_count())))
    return found


def free_network(taken: Sequence[IPv4Network]) -> IPv4Network:
    """A network for a bridge. Raises Failure."""
    for number in range(200, 255):
        network = IPv4Network(f"192.168.{number}.0/24")
        if not any(network.overlaps(other) for other in taken):
            return network
    raise Failure("there is no free network 192.168.200.0/24 to 192.168.254.0/24 for the engine's bridge")


def is_interface(name: str) -> bool:
    return name in (known for _, known in socket.if_nameindex())


def make_bridge(name: str, environ: Mapping[str, str]) -> None:
    """Make an interface for an engine, unless it is there. Raises Failure."""
    if is_interface(name):
        return
    address = next(free_network(routes()).hosts())
    try:
        for words in (f"link add {name} type bridge", f"address add {address}/24 dev {name}", f"link set {name} up"):
            ip(words, environ)
    except Failure:
        remove_bridge(name, environ)
        raise


def remove_bridge(name: str, environ: Mapping[str, str]) -> None:
    """Remove it, if it is there. Raises Failure."""
    if is_interface(name):
        ip(f"link delete {name}", environ)


def ip(words: str, environ: Mapping[str, str]) -> None:
    """Raises Failure."""
    program = programs.find("ip", environ)
    if not program:
        raise Failure("there is no program ip (iproute2) in PATH, to make the engine's bridge")
    done = programs.ask([program, *words.split()], environ, seconds=10)
    if done.code or done.problem:
        raise Failure(f"ip {words}: {done.problem or done.err.decode('utf-8', 'replace').strip()}")


def spawn(launch: Launch, log: str) -> subprocess.Popen[bytes]:
    """Start it, apart from this program: it goes on when that ends. Raises OSError."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        return subprocess.Popen(
            launch.command, stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, cwd="/", env=programs.environment(launch.environ),
            start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(handle)
