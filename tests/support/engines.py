"""Real engines for the tests: installed from Debian's packages, started on private sockets, taken down by pid.

Each engine gets a network namespace and a folder of its own. Root on a Debian-like system is needed for Docker; where
something is missing `Unavailable` says what.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CACHE = Path(
    os.environ.get("PYDOCK_TEST_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pydock-tests"
)
STABLE = ["docker.io", "iptables", "iproute2", "busybox-static", "podman", "openssl"]
UNSTABLE = ["docker.io", "docker-cli", "containerd", "docker-buildx", "docker-compose", "tini", "docker-registry"]
APT = ["-qq", "-y", "--no-install-recommends"]
#: programs of an engine that may outlive it
LEFT = (b"conmon", b"containerd", b"containerd-shim-runc-v2")
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Unavailable(Exception):
    """This machine cannot have the engine, and why."""


def need_root() -> None:
    if os.name != "posix" or os.geteuid() != 0:
        raise Unavailable("needs root")
    if not shutil.which("apt-get"):
        raise Unavailable("needs Debian's apt-get")


def apt(*words: str, cwd: Path | None = None) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *words], env=env, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise Unavailable(f"apt-get {' '.join(words[:6])}…: {done.stderr.strip()[-300:]}")


def install_stable() -> None:
    """Docker 20.10 and Podman, from the system's own release."""
    need_root()
    programs = ("dockerd", "podman", "ip", "iptables", "busybox", "openssl")
    if not all(shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin:/sbin") for p in programs):
        apt("update", "-qq")
        apt("install", *APT, *STABLE)


def install_ssh() -> Path:
    """The ssh server. Raises Unavailable."""
    need_root()
    place = Path("/usr/sbin/sshd")
    if not place.exists() or not shutil.which("ssh"):
        apt("update", "-qq")
        apt("install", *APT, "openssh-server", "openssh-client")
    Path("/run/sshd").mkdir(exist_ok=True)
    return place


def install_shell(name: str) -> str:
    """A shell: bash (with its completion library), zsh or fish; returns its program. Raises Unavailable."""
    library = Path("/usr/share/bash-completion/bash_completion")
    if not shutil.which(name) or (name == "bash" and not library.exists()):
        need_root()
        apt("update", "-qq")
        apt("install", *APT, *([name, "bash-completion"] if name == "bash" else [name]))
    return shutil.which(name) or f"/usr/bin/{name}"


def install_readers() -> None:
    """The two programs that show man pages, mandoc and groff's man. Raises Unavailable."""
    if not all(map(shutil.which, ("mandoc", "groff", "man"))):
        need_root()
        apt("update", "-qq")
        apt("install", *APT, "mandoc", "groff", "man-db")


def unpack_unstable() -> Path:
    """Docker 28.5 and its CLI, from Debian unstable, unpacked aside; returns the folder of programs."""
    need_root()
    root = CACHE / "unstable"
    if (root / "bin" / "dockerd").exists():
        return root / "bin"
    for folder in ("lists/partial", "debs", "unpacked", "bin"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    sources = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    mirrors = [u for u in sources.stdout.split() if u.rstrip("/").endswith("/debian")]
    if not mirrors:
        raise Unavailable("no mirror of Debian's packages is known")
    (root / "sid.list").write_text(
        f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirrors[0]} sid main\n"
    )
    own = [
        f"-oDir::Etc::SourceList={root}/sid.list",
        "-oDir::Etc::SourceParts=/dev/null",
        f"-oDir::State::Lists={root}/lists",
        "-oAPT::Sandbox::User=root",
    ]
    apt(*own, "update", "-qq")
    apt(*own, "download", "-qq", *UNSTABLE, cwd=root / "debs")
    for package in (root / "debs").glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(root / "unpacked")], check=True)
    # unstable's runc wants a newer C library than stable has: stable's own serves
    for name in (
        "sbin/dockerd",
        "sbin/docker-proxy",
        "bin/containerd",
        "bin/containerd-shim-runc-v2",
        "bin/ctr",
        "bin/docker",
        "bin/docker-registry",
    ):
        target = root / "unpacked" / "usr" / name
        if target.exists():
            (root / "bin" / Path(name).name).unlink(missing_ok=True)
            (root / "bin" / Path(name).name).symlink_to(target)
    return root / "bin"


def busybox_rootfs() -> Path:
    """A root file system of busybox alone."""
    root = CACHE / "busybox"
    if not (root / "bin" / "sh").exists():
        for folder in ("bin", "etc", "tmp"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(shutil.which("busybox") or "/bin/busybox", root / "bin" / "busybox")
        for name in subprocess.run(
            [root / "bin" / "busybox", "--list"], capture_output=True, text=True, check=True
        ).stdout.split():
            if name != "busybox" and not (root / "bin" / name).exists():
                (root / "bin" / name).symlink_to("busybox")
        (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (root / "etc" / "group").write_text("root:x:0:\n")
    return root


class EngineProcess:
    """A running engine: `host` for DOCKER_HOST, `name` for test ids."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.socket = folder / "docker.sock"
        self.process: subprocess.Popen[bytes] | None = None
        self.namespace = self.hostname = ""
        #: the command that ends containers which would outlive the engine
        self.remove_all: list[str] = []
        self._started: tuple[list[str], str, dict[str, str]] = ([], "", {})

    @property
    def host(self) -> str:
        return f"unix://{self.socket}"

    def start_docker(self, path: str, *extra: str) -> None:
        """dockerd in a network namespace of its own; with `hostname` it has one of its own, too."""
        self.namespace = f"pydock-{os.getpid()}-{self.folder.name}"
        subprocess.run(["ip", "netns", "add", self.namespace], check=True, **QUIET)
        subprocess.run(["ip", "-n", self.namespace, "link", "set", "lo", "up"], check=True, **QUIET)
        self._start(
            # nsenter, not "ip netns exec": the latter lays a new /sys, without the cgroups
            [*self._renamed(), "nsenter", f"--net=/run/netns/{self.namespace}", "dockerd", "--host", self.host, "--data-root", str(self.folder / "data"),
             "--exec-root", str(self.folder / "exec"), "--pidfile", str(self.folder / "pid"), *extra],
            path,
        )  # fmt: skip

    def _renamed(self) -> list[str]:
        if not self.hostname:
            return []
        return ["unshare", "--uts", "sh", "-c", 'echo "$0" >/proc/sys/kernel/hostname; exec "$@"', self.hostname]

    def start_podman(self) -> None:
        # Podman raises limits to what root may have on a whole machine, which a sandbox refuses
        (self.folder / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
        )
        root = [
            "--root",
            str(self.folder / "data"),
            "--runroot",
            str(self.folder / "run"),
            "--cgroup-manager",
            "cgroupfs",
            "--events-backend",
            "file",
        ]
        self.remove_all = ["podman", *root, "rm", "--all", "--force", "--time", "0"]
        self._start(
            ["podman", *root, "system", "service", "--time=0", self.host],
            os.environ["PATH"],
            CONTAINERS_CONF=str(self.folder / "containers.conf"),
        )

    def kill(self) -> None:
        """As a machine is lost: without a word to anyone."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self._end_left()

    def restart(self) -> None:
        """The same engine, started again: it may have been killed."""
        self._end()
        command, path, env = self._started
        self._start(command, path, **env)

    def _start(self, command: list[str], path: str, **env: str) -> None:
        self._started = (command, path, env)
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "PATH": path, **env},
            )  # fmt: skip
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None or self.answers():
                break
            time.sleep(0.1)
        if not self.answers():
            text = (self.folder / "log").read_text(errors="replace")[-600:]
            self.stop()
            raise Unavailable(f"{self.name} does not start: {text}")

    def answers(self) -> bool:
        import socket

        with socket.socket(socket.AF_UNIX) as sock:
            try:
                sock.settimeout(5)
                sock.connect(str(self.socket))
                sock.sendall(b"GET /_ping HTTP/1.0\r\nHost: x\r\n\r\n")
                return b" 200 " in sock.recv(64)
            except OSError:
                return False

    def stop(self) -> None:
        """End the process that we started, and what it left."""
        if self.remove_all:
            env = {**os.environ, "CONTAINERS_CONF": str(self.folder / "containers.conf")}
            subprocess.run(self.remove_all, env=env, timeout=100, check=False, stdin=subprocess.DEVNULL, **QUIET)
        self._end()
        self._end_left()
        if self.namespace:
            subprocess.run(["ip", "netns", "del", self.namespace], check=False, **QUIET)
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            place = line.split()[1]
            if place.startswith(str(self.folder) + "/"):
                subprocess.run(["umount", "-l", place], check=False, **QUIET)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _end_left(self) -> None:
        """What an engine leaves that was killed, and Podman's monitors of an exec, which stay for five minutes: those whose command
        line names our folder are ours, and so is what they have started."""
        parents, ours = {}, set()
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit():
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    if os.path.basename(words[0]) in LEFT and any(f"{self.folder}/".encode() in word for word in words):
                        ours.add(int(entry.name))
            except (OSError, ValueError):
                continue
        for process in [*(p for p, parent in parents.items() if parent in ours), *ours]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue


def start(kind: str, folder: Path, *extra: str, hostname: str = "") -> EngineProcess:
    """kind: "docker-20", "docker-28" or "podman"; extra: flags for dockerd. Raises Unavailable."""
    install_stable()
    engine = EngineProcess(kind, folder)
    engine.hostname = hostname
    folder.mkdir(parents=True, exist_ok=True)
    system = "/usr/sbin:/usr/bin:/sbin:/bin"
    if kind == "docker-28":
        engine.start_docker(f"{unpack_unstable()}:{system}", *extra)
    elif kind == "docker-20":
        engine.start_docker(system, *extra)
    else:
        engine.start_podman()
    return engine


@contextmanager
def running(kind: str, folder: Path, *extra: str, hostname: str = "") -> Iterator[EngineProcess]:
    """The same while the block runs, with busybox:latest; skips the test where it is not to be had."""
    try:
        engine = start(kind, folder, *extra, hostname=hostname)
    except Unavailable as why:
        pytest.skip(f"{kind} is not to be had: {why}")
    try:
        load_busybox(engine)
        yield engine
    finally:
        engine.stop()


@contextmanager
def two_nodes(folder: Path) -> Iterator[tuple[EngineProcess, EngineProcess]]:
    """Two engines of their own host names, "one" and "two", at 10.99.0.1 and 10.99.0.2, with busybox:latest; not yet in a
    swarm (see tests.support.swarms)."""
    with (
        running("docker-28", folder / "one", hostname="one") as one,
        running("docker-28", folder / "two", hostname="two") as two,
    ):
        first, second = one.namespace, two.namespace
        for words in (
            f"link add swarm0 netns {first} type veth peer name swarm0 netns {second}",
            f"-n {first} address add 10.99.0.1/24 dev swarm0", f"-n {first} link set swarm0 up",
            f"-n {second} address add 10.99.0.2/24 dev swarm0", f"-n {second} link set swarm0 up",
        ):  # fmt: skip
            subprocess.run(["ip", *words.split()], check=True, **QUIET)
        yield one, two


def load_busybox(engine: EngineProcess) -> None:
    """busybox:latest, imported over plain REST."""
    import http.client
    import socket

    tar = subprocess.run(["tar", "-C", str(busybox_rootfs()), "-c", "."], capture_output=True, check=True).stdout
    connection = http.client.HTTPConnection("engine")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(engine.socket))
    connection.request(
        "POST",
        "/v1.41/images/create?fromSrc=-&repo=busybox&tag=latest&changes=CMD%20%5B%22sh%22%5D",
        tar,
        {"Content-Type": "application/x-tar"},
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200 and b"errorDetail" not in body, body


def give_plugin(home: Path, name: str) -> None:
    """Put one of docker's CLI plugins ("buildx", "compose") into a home; skips the test where it is not to be had."""
    plugin = unpack_unstable().parent / "unpacked" / "usr" / "libexec" / "docker" / "cli-plugins" / f"docker-{name}"
    if not plugin.exists():
        pytest.skip(f"docker-{name} is not among the packages")
    folder = home / ".docker" / "cli-plugins"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / plugin.name).symlink_to(plugin)


def real_docker() -> Path:
    """docker's own CLI 28.5. Raises Unavailable."""
    return unpack_unstable() / "docker"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of 128 KiB at `folder`; skips the test where none can be mounted."""
    done = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=128k,nr_inodes=300", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        if os.geteuid() == 0
        else None
    )
    if done is None or done.returncode:
        pytest.skip(
            "no small disk: only root mounts one"
            if done is None
            else f"no small disk: {done.stderr.decode(errors='replace').strip()}"
        )
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, **QUIET)


if __name__ == "__main__":
    # what several runs of the tests at once would else install side by side
    for prepare in (install_stable, install_ssh, unpack_unstable, busybox_rootfs):
        try:
            prepare()
        except (Unavailable, OSError) as why:
            print(f"{prepare.__name__}: {why}")
