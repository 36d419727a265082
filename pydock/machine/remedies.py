"""What helps against each failure of a connection. Pure, but for which programs there are."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydock.config.endpoint import Endpoint, Tls
from pydock.machine import probe
from pydock.machine.probe import Probe
from pydock.machine.step import Step, problem
from pydock.programs import find


def starting(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Commands that start an engine on this machine."""
    if sys.platform in ("darwin", "win32"):
        return ("open -a Docker",) if sys.platform == "darwin" else ('start "" "Docker Desktop"',)
    sudo = "" if os.geteuid() == 0 else "sudo "
    if find("systemctl", environ) and os.path.isdir("/run/systemd/system"):
        return (f"{sudo}systemctl start docker",)
    if find("dockerd", {**environ, "PATH": f"{environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"}):
        return (f"{sudo}service docker start" if os.path.exists("/etc/init.d/docker") else f"{sudo}dockerd",)
    return ()


def authority(endpoint: Endpoint) -> str:
    return endpoint.address.partition("/")[0]


def local(endpoint: Endpoint) -> bool:
    """Is it surely this machine?"""
    return endpoint.scheme == "unix" or authority(endpoint).rpartition(":")[0] in ("localhost", "127.0.0.1", "[::1]")


def certificate(endpoint: Endpoint) -> str:
    """Shows the certificate that is presented there."""
    where = authority(endpoint)
    return f"openssl s_client -connect {where} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName"


def certificate_files(tls: Tls) -> str:
    """Shows the certificate that is presented by us, or the CA's."""
    return f"openssl x509 -noout -subject -issuer -dates -in {shlex.quote(tls.cert or tls.ca)}"


#: what is wrong with the engine's certificate, by OpenSSL's words
CERTIFICATES = (
    ("has expired", "the engine's certificate has expired: it must be renewed there"),
    ("not yet valid", "the engine's certificate is not yet valid: is this machine's clock right?"),
    ("mismatch", "the engine's certificate is for another name"),
    ("", "the engine's certificate is signed by an unknown CA: ca.pem must be that of the engine"),
)


def ssh_target(endpoint: Endpoint) -> tuple[str, str]:
    """(what to type after `ssh`, the host alone)."""
    parts = urlsplit(endpoint.host)
    user = f"{parts.username}@" if parts.username else ""
    port = f"-p {parts.port} " if parts.port else ""
    return f"{port}{shlex.quote(f'{user}{parts.hostname}')}", str(parts.hostname)


#: why ssh failed, by its own words and those of the far side: what it is, and what to type
SSH = (
    ("executable file not found", "there is no program ssh on this machine", "sudo apt-get install openssh-client"),
    ("IDENTIFICATION HAS CHANGED", "the host's key is not the one that is known", "ssh-keygen -R {host}"),
    ("Host key verification failed", "the host's key is not known", "ssh {target} true"),
    ("Permission denied (", "the far side lets no key of this user in", "ssh-copy-id {target}"),
    ("Too many authentication failures", "too many keys were offered", "ssh -v {target} true"),
    ("Could not resolve hostname", "there is no such host", "ssh -v {target} true"),
    ("Connection refused", "no ssh server listens there", "ssh -v {target} true"),
    ("timed out", "the host does not answer", "ssh -v {target} true"),
    ("No route to host", "the host cannot be reached", "ssh -v {target} true"),
    ("not found", "there is no program docker (or pydock under that name) at the far side", "ssh {target} command -v docker"),
    ("permission denied while trying", "the far user may not use the engine's socket", "ssh {target} 'sudo usermod -aG docker $USER'"),
    ("Cannot connect to the Docker daemon", "no engine runs at the far side", "ssh {target} sudo systemctl start docker"),
    ("", "ssh ended before the engine answered", "ssh {target} docker system dial-stdio"),
)  # fmt: skip


def ssh_failure(endpoint: Endpoint, why: str) -> Step:
    target, host = ssh_target(endpoint)
    said = why.partition("stderr=")[2].strip() or why
    _, what, mend = next(entry for entry in SSH if entry[0] in why)
    return problem("connection", f"{what}: {' '.join(said.split())}", mend.format(target=target, host=host))


def connection_failure(endpoint: Endpoint, answer: Probe, environ: Mapping[str, str]) -> Step:
    """Why there is no connection, and what helps."""
    state, why, host = answer.state, answer.why, endpoint.host
    if state == probe.SSH:
        return ssh_failure(endpoint, why)
    if state == probe.UNTRUSTED:
        text = next(text for words, text in CERTIFICATES if words in why)
        return problem("connection", f"{text} ({why})", certificate(endpoint))
    known: dict[str, tuple[str, tuple[str, ...]]] = {
        probe.NO_SOCKET: (f"nothing listens at {host}", starting(environ)),
        probe.NOT_A_SOCKET: (f"nothing listens at {host}", ()),
        probe.REFUSED: (f"nothing listens at {host}: the engine is not running", starting(environ) if local(endpoint) else ()),
        probe.DENIED: (f"{host}: permission denied", ()),
        probe.NO_HOST: (f"there is no such host: {authority(endpoint)}", (f"getent hosts {authority(endpoint).rpartition(':')[0]}",)),
        probe.UNREACHABLE: (f"{host}: {why}", ()),
        probe.TIMEOUT: (f"{host}: {why}: a firewall, a wrong address, or an engine that hangs", ()),
        probe.TLS_NEEDED: (f"{host} wants TLS, and was asked without", (f"export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={tls_folder(environ)}",)),
        probe.NO_TLS: (f"{host} does not speak TLS ({why})", ("unset DOCKER_TLS_VERIFY DOCKER_TLS",)),
        probe.NO_CERTIFICATE: (
            f"the engine refuses {'this' if endpoint.tls and endpoint.tls.cert else 'a client without a'} certificate ({why})",
            (f"ls -l {tls_folder(environ)}/cert.pem {tls_folder(environ)}/key.pem",),
        ),
        probe.LOST: (f"{host} takes the connection, and closes it without an answer", ()),
        probe.NOT_DOCKER: (f"what listens at {host} is not a Docker Engine: {why}", (f"curl -i {curl_of(endpoint)}",)),
        probe.UNHEALTHY: (f"the engine at {host} is not well: {why}", ()),
    }  # fmt: skip
    text, mend = known.get(state, (f"{host}: {state}: {why}", ()))
    return problem("connection", text, *mend)


def tls_folder(environ: Mapping[str, str]) -> str:
    """Where the TLS files are, or should be."""
    return shlex.quote(environ.get("DOCKER_CERT_PATH") or "~/.docker").replace("'~/.docker'", "~/.docker")


def curl_of(endpoint: Endpoint) -> str:
    if endpoint.scheme == "unix":
        return f"--unix-socket {shlex.quote(endpoint.address)} http://localhost/_ping"
    return f"{'https' if endpoint.tls else 'http'}://{authority(endpoint)}/_ping"
