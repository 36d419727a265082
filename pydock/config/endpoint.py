"""The engine's endpoint: from flags, environment or context, in docker's order of precedence."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from pydock.errors import Failure, NoEngine
from pydock.go.strconv import check_url, csv_fields, quote
from pydock.values import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.config.contexts import Store
    from pydock.config.globals import Globals

DEFAULT_HOST = "npipe:////./pipe/docker_engine" if sys.platform == "win32" else "unix:///var/run/docker.sock"
SCHEMES = ("unix", "tcp", "npipe", "fd", "ssh")


class BadSsh(ValueError):
    """An ssh:// address that docker does not accept."""


@record
class Tls:
    """Paths of the TLS material ("" for none), and whether to verify the engine's certificate."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@record
class Endpoint:
    """An engine's address: "unix:///path", "tcp://host:port/prefix", "ssh://user@host", "npipe://…"."""

    host: str = DEFAULT_HOST
    tls: Tls | None = None

    @property
    def scheme(self) -> str:
        return self.host.partition("://")[0]

    @property
    def address(self) -> str:
        return self.host.partition("://")[2]

    @property
    def machine(self) -> str:
        """The host that it is on: a name or an address; "" for this one, by a socket."""
        if self.scheme not in ("tcp", "ssh"):
            return ""
        from urllib.parse import urlsplit

        return urlsplit(self.host).hostname or ""


@record
class Choice:
    """The current context's name, and what chose it."""

    name: str
    by: str


def choice(options: Globals, environ: Mapping[str, str], current: str) -> Choice:
    """The first of --context, --host, DOCKER_HOST, DOCKER_CONTEXT, config.json's `current`, "default"."""
    by_host = {"--host": bool(options.host), "DOCKER_HOST": bool(environ.get("DOCKER_HOST"))}
    given = {
        "--context": options.context,
        **{by: "default" for by, given in by_host.items() if given},
        "DOCKER_CONTEXT": environ.get("DOCKER_CONTEXT"),
        "currentContext": current,
    }
    return next((Choice(name, by) for by, name in given.items() if name), Choice("default", "default"))


def resolve(options: Globals, environ: Mapping[str, str], context: str, store: Store, config_dir: str) -> Endpoint:
    """The current endpoint. Raises NoEngine."""
    try:
        if context != "default":
            return from_context(context, store)
        return default_endpoint(options, environ, config_dir)
    except (ValueError, Failure) as error:
        prefix = "" if isinstance(error, BadSsh) else "unable to resolve docker endpoint: "
        raise NoEngine(f"{prefix}{error}") from None


def default_endpoint(options: Globals, environ: Mapping[str, str], config_dir: str) -> Endpoint:
    """The endpoint of the context "default": --host or DOCKER_HOST, TLS by flags and environment. Raises ValueError."""
    tls = flag_tls(options, environ, config_dir)
    if len(options.host) > 1:
        raise ValueError("Specify only one -H")
    given = options.host[0] if options.host else environ.get("DOCKER_HOST", "")
    endpoint = Endpoint(parse_host(given, tls is not None), tls)
    if tls is None:
        return endpoint
    # the files must exist even if they are not used: over a unix socket, or without --tlsverify
    for path in (tls.ca, tls.cert, tls.key):
        if path and not os.path.exists(path):
            raise ValueError(f"open {path}: no such file or directory")
    return endpoint if endpoint.scheme == "tcp" else Endpoint(endpoint.host)


def flag_tls(options: Globals, environ: Mapping[str, str], config_dir: str) -> Tls | None:
    """TLS by flags and environment; the files default to docker's names in `config_dir`."""
    verify = options.tlsverify if "tlsverify" in options.given else bool(environ.get("DOCKER_TLS_VERIFY"))
    tls = options.tls if "tls" in options.given else bool(environ.get("DOCKER_TLS"))
    if not (tls or verify or "tlsverify" in options.given):
        return None
    folder = environ.get("DOCKER_CERT_PATH") or config_dir

    def path_of(given: str, name: str) -> str:
        path = given or os.path.join(folder, name)
        return path if given or name == "ca.pem" or os.path.exists(path) else ""

    return Tls(
        path_of(options.tlscacert, "ca.pem"),
        path_of(options.tlscert, "cert.pem"),
        path_of(options.tlskey, "key.pem"),
        verify,
    )


def from_context(name: str, store: Store) -> Endpoint:
    """The docker endpoint of a stored context. Raises ValueError."""
    meta = store.load(name)
    endpoint = (meta.get("Endpoints") or {}).get("docker")
    if endpoint is None:
        raise ValueError(f'cannot find docker endpoint in context "{name}"')
    files = store.tls_files(name)
    host = parse_host(endpoint.get("Host") or "", bool(files))
    tls = None
    if (files or endpoint.get("SkipTLSVerify")) and host.startswith("tcp://"):
        tls = Tls(
            files.get("ca.pem", ""),
            files.get("cert.pem", ""),
            files.get("key.pem", ""),
            not endpoint.get("SkipTLSVerify"),
        )
    return Endpoint(host, tls)


def parse_host(text: str, tls: bool = False) -> str:
    """A complete address, with defaults filled in. Raises ValueError with docker's message."""
    text = text.strip()
    if not text:
        return "tcp://localhost:2376" if tls else DEFAULT_HOST
    scheme, colon, rest = text.partition("://")
    if not colon:
        scheme, rest = "tcp", text
    if scheme not in SCHEMES:
        raise ValueError(f"invalid bind address format: {text}")
    if scheme == "tcp":
        return _tcp(rest)
    if scheme == "ssh":
        return _ssh(text)
    if scheme == "unix" and not rest:
        return DEFAULT_HOST
    return f"{scheme}://{rest}"


def check_endpoint(host: str, tls: Mapping[str, bytes]) -> None:
    """Raises ValueError with docker's message for an invalid endpoint of a context. tls: file name -> content."""
    if not host:
        return
    wrong = "invalid docker endpoint options: "
    scheme, separator, rest = host.partition("://")
    try:
        check_url(host)
        if scheme == "ssh" and separator:
            _ssh(host)
    except ValueError as error:
        raise ValueError(wrong + str(error)) from None
    # a unix socket and ssh need no TLS
    if scheme not in ("unix", "npipe", "fd", "ssh"):
        if b"-----BEGIN CERTIFICATE-----" not in tls.get("ca.pem", b"-----BEGIN CERTIFICATE-----"):
            raise ValueError(wrong + "failed to retrieve context tls info: ca.pem seems invalid")
        if "cert.pem" in tls and b"-----BEGIN " not in tls.get("key.pem", b"-----BEGIN "):
            raise ValueError(wrong + "no valid private key found")
    wrong = "unable to apply docker endpoint options: "
    if not rest:
        raise ValueError(f"{wrong}unable to parse docker host `{host}`")
    if scheme == "npipe" and sys.platform != "win32":
        raise ValueError(wrong + "protocol not available")


def _tcp(rest: str) -> str:
    check_url(f"tcp://{rest}")
    authority, slash, path = rest.partition("/")
    address = authority.rpartition("@")[2]
    if address.startswith("["):
        inside, closed, port = address.rpartition("]")
        host = inside + closed
    else:
        host, colon, port = address.rpartition(":")
        host, port = (host, colon + port) if colon else (port, "")
        if ":" in host:
            raise ValueError(f"invalid bind address format: {rest}")
    number = port[1:]
    if len(number) > 5 or int(number or "0") >= 1 << 16:
        raise ValueError(f"parse {quote('tcp://' + rest)}: invalid port {quote(port)} after host")
    return f"tcp://{host or 'localhost'}:{number or '2375'}{slash}{path}"


def _ssh(text: str) -> str:
    from urllib.parse import urlsplit

    try:
        check_url(text)
        parts = urlsplit(text)
    except ValueError as error:
        raise BadSsh(str(error)) from None
    wrong = "ssh host connection is not valid: invalid SSH URL: "
    if parts.password is not None:
        raise BadSsh(wrong + "plain-text password is not supported")
    if not parts.hostname:
        raise BadSsh(wrong + "hostname is empty")
    if parts.query:
        raise BadSsh(wrong + f"query parameters are not allowed: {quote(parts.query)}")
    if parts.fragment:
        raise BadSsh(wrong + f"fragments are not allowed: {quote(parts.fragment)}")
    return text


def custom_headers(text: str, configured: Mapping[str, str]) -> dict[str, str]:
    """DOCKER_CUSTOM_HEADERS (CSV of key=value) replaces the config file's HttpHeaders. Raises NoEngine."""
    if not text:
        return dict(configured)
    where = "custom headers from DOCKER_CUSTOM_HEADERS environment variable"
    try:
        pairs = csv_fields(text)
    except ValueError:
        raise NoEngine(f"failed to parse {where}: value must be formatted as comma-separated key=value pairs") from None
    out = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise NoEngine(f"failed to set {where}: missing \"=\" in key=value pair: '{pair}'")
        if not key.strip():
            raise NoEngine(f"failed to set {where}: empty key in key=value pair: '{pair}'")
        out[key.strip()] = value
    return out
