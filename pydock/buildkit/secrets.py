"""Secrets and ssh agents for the steps of a build that request them.

session/secrets and session/sshforward of github.com/moby/buildkit. A secret is read when it is requested, and not
cached; an agent is forwarded read-only: it lists keys and signs, and cannot be changed.
"""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence

from pydock.buildkit.call import NOT_FOUND, UNKNOWN, Call
from pydock.buildkit.messages import CHECK_AGENT, DATA, GET_SECRET, SECRET
from pydock.errors import Failure, RpcError, first_line
from pydock.programs import ask, environment, find
from pydock.values import record

MAX_SECRET = 500 * 1024
BLOCK = 32 * 1024

#: https://www.rfc-editor.org/rfc/rfc9987 (ssh-agent): the allowed requests to a forwarded agent, and the answer to
#: others
IDENTITIES, SIGN, REFUSED = 11, 13, b"\x00\x00\x00\x01\x05"
MAX_REQUEST = 256 * 1024


@record
class Secret:
    """The source of a secret: a file, or a variable."""

    identity: str
    path: str = ""
    variable: str = ""


class Secrets:
    """Raises Failure for a missing or too large secret."""

    METHODS: tuple[str, ...] = ("/moby.buildkit.secrets.v1.Secrets/GetSecret",)

    def __init__(self, secrets: Sequence[Secret], environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.secrets: dict[str, Secret] = {}
        for secret in secrets:
            if not secret.identity:
                raise Failure("secret missing ID")
            if not secret.path and not secret.variable:
                given = secret.identity in environ
                secret = Secret(secret.identity, "" if given else secret.identity, secret.identity if given else "")
            if secret.path:
                self._check(secret)
            self.secrets[secret.identity] = secret

    @staticmethod
    def _check(secret: Secret) -> None:
        try:
            size = os.stat(secret.path).st_size
        except OSError as error:
            raise Failure(f"failed to stat {secret.path}: stat {secret.path}: {first_line(error)}") from None
        if size > MAX_SECRET:
            raise Failure(f"secret {secret.identity} too big. max size 500KiB")

    def serve(self, call: Call) -> None:
        identity = GET_SECRET.decode(call.receive() or b"")["ID"]
        secret = self.secrets.get(identity)
        if secret is None:
            raise RpcError(NOT_FOUND, "not found")
        if secret.variable:
            data = os.fsencode(self.environ.get(secret.variable, ""))
        else:
            try:
                with open(secret.path, "rb") as file:
                    data = file.read(MAX_SECRET + 1)
            except OSError as error:
                raise Failure(f"open {secret.path}: {first_line(error)}") from None
        if len(data) > MAX_SECRET:
            raise Failure(f"invalid secret size {len(data)}")
        call.send(SECRET.encode({"data": data}))


class Agents:
    """ssh agents by id: the user's own, or one started for key files. Raises Failure for invalid ones."""

    METHODS: tuple[str, ...] = ("/moby.sshforward.v1.SSH/CheckAgent", "/moby.sshforward.v1.SSH/ForwardAgent")

    def __init__(self, specs: Sequence[tuple[str, tuple[str, ...]]], environ: Mapping[str, str]) -> None:
        """specs: (id, paths of one socket or of keys); without a path, SSH_AUTH_SOCK."""
        self.sockets: dict[str, str] = {}
        self._made: list[KeyAgent] = []
        try:
            for identity, paths in specs:
                identity = identity or "default"
                if identity in self.sockets:
                    raise Failure(f'duplicate agent ID "{identity}"')
                self.sockets[identity] = self._socket(identity, paths, environ)
        except BaseException:
            self.close()
            raise

    def _socket(self, identity: str, paths: tuple[str, ...], environ: Mapping[str, str]) -> str:
        """The socket of an agent, or of one that is started for key files. Raises Failure."""
        wanted = [p for p in paths if p] or [environ.get("SSH_AUTH_SOCK", "")]
        if not wanted[0]:
            raise Failure(
                f"failed to convert agent config {{{identity} [] false}}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set"
            )
        prefix = f'failed to convert agent config {{{identity} [{" ".join(paths)}] false}}: failed to convert agent config for ID: "{identity}": '
        sockets = []
        for path in wanted:
            try:
                sockets.append(stat.S_ISSOCK(os.stat(path).st_mode))
            except OSError as error:
                raise Failure(f"{prefix}stat {path}: {first_line(error)}") from None
        if not any(sockets):
            self._made.append(agent := KeyAgent(wanted, environ))
            return agent.path
        if len(wanted) == 1:
            return wanted[0]
        why = "only single socket allowed" if sockets[0] else "invalid combination of keys and sockets"
        raise Failure(prefix + why)

    def close(self) -> None:
        for agent in self._made:
            agent.close()
        self._made.clear()

    def serve(self, call: Call) -> None:
        if call.path.endswith("/CheckAgent"):
            identity = CHECK_AGENT.decode(call.receive() or b"")["ID"] or "default"
            if identity not in self.sockets:
                raise RpcError(UNKNOWN, f"unset ssh forward key {identity}")
            call.send(b"")
            return
        identity = call.header("buildkit.ssh.id") or "default"
        if identity not in self.sockets:
            raise RpcError(UNKNOWN, f"unset ssh forward key {identity}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            try:
                agent.connect(self.sockets[identity])
            except OSError as error:
                raise Failure(f"failed to connect to {self.sockets[identity]}: {first_line(error)}") from None
            forward(call, agent)


def forward(call: Call, agent: socket.socket) -> None:
    """Forward requests that list keys or sign to an agent, and its answers back, until the end of the stream."""
    answers = threading.Thread(target=_answers, args=(call, agent), daemon=True)
    answers.start()
    guard = Guard()
    while (message := call.receive()) is not None:
        for allowed, request in guard.feed(DATA.decode(message)["data"]):
            if allowed:
                agent.sendall(request)
            else:
                call.send(DATA.encode({"data": REFUSED}))
    agent.shutdown(socket.SHUT_WR)
    answers.join()


def _answers(call: Call, agent: socket.socket) -> None:
    try:
        while data := agent.recv(BLOCK):
            call.send(DATA.encode({"data": data}))
    except (OSError, Failure):
        return


class Guard:
    """Splits the stream to an agent into requests, and decides which are allowed. Pure."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> list[tuple[bool, bytes]]:
        """(allowed?, request) for each complete request. Raises Failure for one that is too long."""
        self._data += data
        out = []
        while len(self._data) >= 5:
            size = int.from_bytes(self._data[:4], "big")
            if not 0 < size <= MAX_REQUEST:
                raise Failure(f"malformed request to the ssh agent: {size} bytes")
            if len(self._data) < 4 + size:
                break
            request, self._data = self._data[: 4 + size], self._data[4 + size :]
            out.append((request[4] in (IDENTITIES, SIGN), request))
        return out


#: run by ssh-agent as its child: reports that the agent listens, and ends both when stdin is closed, which happens
#: however pydock ends. If this is killed itself, the agent notices within ten seconds and exits (ssh-agent(1)).
WATCH = 'echo; read -r _; kill "$SSH_AGENT_PID"; rm -rf "$0"'
#: the lifetime of keys, and the time limit for OpenSSH's programs, in seconds
KEPT, PATIENCE = 24 * 3600, 60.0


class KeyAgent:
    """OpenSSH's ssh-agent for key files, on a socket that nobody else can open. It ends with pydock."""

    def __init__(self, keys: Sequence[str], environ: Mapping[str, str]) -> None:
        """Raises Failure for an invalid key, one with a passphrase, or if OpenSSH is not installed."""
        programs = self._agent, self._adder = find("ssh-agent", environ), find("ssh-add", environ)
        if not all(programs):
            raise Failure(
                "keys in files need ssh-agent, which is not installed; install OpenSSH's client, or name an agent's socket"
            )
        self._folder = tempfile.TemporaryDirectory(prefix="pydock-ssh-", ignore_cleanup_errors=True)
        self.path = os.path.join(self._folder.name, "agent")
        self._environ = {
            **environment(environ),
            "SSH_AUTH_SOCK": self.path,
            "SSH_ASKPASS_REQUIRE": "never",
            "DISPLAY": "",
        }
        self._process = subprocess.Popen(
            [self._agent, "-a", self.path, "/bin/sh", "-c", WATCH, self._folder.name],
            env=self._environ,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            assert self._process.stdout and self._process.stderr
            if not self._process.stdout.readline():
                said = self._process.stderr.read(1000).decode("utf-8", "replace").strip()
                raise Failure(f"ssh-agent cannot listen at {self.path}: {said}")
            for key in keys:
                self._add(key)
        except BaseException:
            self.close()
            raise

    def _add(self, key: str) -> None:
        try:
            with open(key, "rb") as file:
                data = file.read(100 * 1024)
        except OSError as error:
            raise Failure(f"failed to open {key}: open {key}: {first_line(error)}") from None
        # an empty file must fail, too: send a line, which is not a key
        added = ask(
            [self._adder, "-q", "-t", str(KEPT), "-"], self._environ, data or b"\n", seconds=PATIENCE, new_session=True
        )
        if added.code or added.problem:
            raise Failure(
                f"failed to parse {key}: not a private key, or one with a passphrase (add it to your ssh agent instead)"
            )

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        self._process.wait()
        self._folder.cleanup()
