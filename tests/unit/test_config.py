"""What the user has set: configuration file, contexts, endpoints, credentials."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pydock.config import credentials, endpoint
from pydock.config.contexts import Store
from pydock.config.endpoint import Endpoint, Tls
from pydock.config.file import ConfigFile, load
from pydock.config.globals import Globals
from pydock.engine.dial import dial, ssh_command
from pydock.engine.failure import connect_failure
from pydock.lookup import no_such_host
from tests.support.cli import any_of, cli, program


@pytest.mark.parametrize(
    ("text", "host"),
    [("", endpoint.DEFAULT_HOST), ("tcp://1.2.3.4", "tcp://1.2.3.4:2375"), ("1.2.3.4:99", "tcp://1.2.3.4:99"), ("tcp://", "tcp://localhost:2375"), ("unix://", endpoint.DEFAULT_HOST),
     ("tcp://[::1]:99/base", "tcp://[::1]:99/base"), ("ssh://me@there:22", "ssh://me@there:22"), (" unix:///x ", "unix:///x")],
)  # fmt: skip
def test_hosts(text: str, host: str) -> None:
    assert endpoint.parse_host(text) == host


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tcp://[::1", "missing ']' in host"), ("tcp://h:²", 'invalid port ":²" after host'), ("tcp://[::1]x:5", 'invalid port "x:5" after host'),
        ("tcp://h x:1", 'invalid character " " in host name'), ("tcp://h%zz:1", 'invalid URL escape "%zz"'), ("tcp://h:99999", 'invalid port ":99999" after host'),
    ],
)  # fmt: skip
def test_addresses_that_are_none_are_refused_in_gos_words(text: str, words: str) -> None:
    with pytest.raises(ValueError) as error:
        endpoint.parse_host(text)
    assert str(error.value) == f'parse "{text}": {words}'


@pytest.mark.parametrize("host", ["tcp://a..b:1", f"tcp://{'a' * 300}:1"])
def test_names_that_no_name_service_takes_are_no_hosts(host: str) -> None:
    with pytest.raises(socket.gaierror):
        dial(Endpoint(host))


@pytest.mark.parametrize(
    "text", ["http://a", "foo://x", "tcp://a:b", "ssh://a:b@c", "ssh://c?x=1", "ssh://c#f", "ssh://"]
)
def test_bad_hosts(text: str) -> None:
    with pytest.raises(ValueError):
        endpoint.parse_host(text)


def test_who_names_the_context() -> None:
    """--context, --host, DOCKER_HOST, DOCKER_CONTEXT, the file, default."""
    for flags, environ, current, name, by in (
        ({"context": "a"}, {"DOCKER_HOST": "x", "DOCKER_CONTEXT": "b"}, "c", "a", "--context"),
        ({"host": ("x",)}, {"DOCKER_HOST": "x", "DOCKER_CONTEXT": "b"}, "c", "default", "--host"),
        ({}, {"DOCKER_HOST": "x", "DOCKER_CONTEXT": "b"}, "c", "default", "DOCKER_HOST"),
        ({}, {"DOCKER_CONTEXT": "b"}, "c", "b", "DOCKER_CONTEXT"),
        ({}, {}, "c", "c", "currentContext"),
        ({}, {}, "", "default", "default"),
    ):
        assert endpoint.choice(Globals.make(**flags), environ, current) == endpoint.Choice(name, by)


def test_tls_by_flags_and_environment(tmp_path: Path) -> None:
    for file in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / file).write_text("")
    found = endpoint.default_endpoint(
        Globals.make(),
        {"DOCKER_HOST": "tcp://h:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)},
        "/nowhere",
    )
    assert found == Endpoint(
        "tcp://h:1", Tls(f"{tmp_path}/ca.pem", f"{tmp_path}/cert.pem", f"{tmp_path}/key.pem", True)
    )
    assert (
        endpoint.default_endpoint(
            Globals.make(), {"DOCKER_HOST": "unix:///x", "DOCKER_TLS_VERIFY": "1"}, str(tmp_path)
        ).tls
        is None
    )
    assert (
        endpoint.default_endpoint(Globals.make(), {"DOCKER_TLS_VERIFY": "1"}, str(tmp_path)).host
        == "tcp://localhost:2376"
    )
    with pytest.raises(ValueError, match=r"open /nowhere/ca\.pem: no such file or directory"):
        endpoint.default_endpoint(Globals.make(), {"DOCKER_HOST": "tcp://h:1", "DOCKER_TLS_VERIFY": "1"}, "/nowhere")


def context(folder: Path, name: str, host: str) -> None:
    """A context as docker's client writes it."""
    place = folder / "contexts" / "meta" / Store.digest(name)
    place.mkdir(parents=True)
    (place / "meta.json").write_text(
        json.dumps(
            {
                "Name": name,
                "Metadata": {"Description": "d"},
                "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}},
            }
        )
    )


def test_contexts_on_disk(tmp_path: Path) -> None:
    context(tmp_path, "one", "unix:///one.sock")
    store = Store(str(tmp_path))
    assert store.names() == ["one"]
    assert endpoint.from_context("one", store) == Endpoint("unix:///one.sock")
    with pytest.raises(
        ValueError, match=r'context "two": context not found: open .*meta.json: no such file or directory'
    ):
        store.load("two")


def test_the_current_context_is_kept_with_other_keys(tmp_path: Path) -> None:
    context(tmp_path, "one", "unix:///one.sock")
    file = tmp_path / "config.json"
    file.write_text('{"auths": {"r": {"auth": "x"}}, "unknownKey": [1]}')
    file.chmod(0o640)
    assert cli("--config", str(tmp_path), "context", "use", "one").out == "one\n"
    assert json.loads(file.read_text()) == {"auths": {"r": {"auth": "x"}}, "unknownKey": [1], "currentContext": "one"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert cli("--config", str(tmp_path), "context", "show").out == "one\n"
    assert cli("--config", str(tmp_path), "context", "use", "default").code == 0
    assert "currentContext" not in json.loads(file.read_text())
    assert os.listdir(tmp_path / "contexts") == ["meta"] and sorted(os.listdir(tmp_path)) == ["config.json", "contexts"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("{bad", "invalid character 'b' looking for beginning of object key string"), ("[1]", "cannot unmarshal")],
)
def test_a_broken_configuration_is_told_and_ignored(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config.json").write_text(text)
    config, problem = load(str(tmp_path))
    assert config.data == {} and words in problem


@pytest.mark.parametrize(("text", "words", "kept"), [
    ('{"psFormat": 5, "auths": [], "imagesFormat": "x"}', "json: cannot unmarshal number into Go struct field ConfigFile.psFormat of type string", {"imagesFormat": "x"}),
    ('{"auths": {"a": {"auth": 5}, "b": {"auth": "x"}}}', "json: cannot unmarshal number into Go struct field AuthConfig.auths.auth of type string", {"auths": {"a": {}, "b": {"auth": "x"}}}),
    ('{"auths": {"a": null, "b": {"auth": "!"}}}', "illegal base64 data at input byte 0", {"auths": {"a": None, "b": {"auth": "!"}}}),
    ('{"auths": {"b": {"auth": "OnA="}}}', "Invalid auth configuration file", {"auths": {"b": {"auth": "OnA="}}}),
    ('{"auths": {"a": true}}', "json: cannot unmarshal bool into Go struct field ConfigFile.auths of type types.AuthConfig", {"auths": {}}),
    ('{"pruneFilters": [1, "a=b"]}', "json: cannot unmarshal number into Go struct field ConfigFile.pruneFilters of type string", {"pruneFilters": ["a=b"]}),
    ('{"plugins": {"a": {"b": 1}}}', "json: cannot unmarshal number into Go struct field ConfigFile.plugins of type string", {"plugins": {"a": {}}}),
    ("[]", "json: cannot unmarshal array into Go value of type configfile.ConfigFile", {}), ("null", "", {}),
    # as a stream, of which the first value counts; names of keys in any letters
    ('{"PSFORMAT": "x", "own": 1} y', "", {"psFormat": "x", "own": 1}),
])  # fmt: skip
def test_what_does_not_fit_the_configuration_is_told_and_not_there(
    tmp_path: Path, text: str, words: str, kept: dict[str, Any]
) -> None:
    file = tmp_path / "config.json"
    file.write_text(text)
    config, problem = load(str(tmp_path))
    assert (config.data, problem) == (kept, f"Error parsing config file ({file}): {words}" if words else "")


def test_formats_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"psFormat": "table {{.Names}}", "HttpHeaders": {"X-A": "1"}}')
    table = {("GET", "/containers/json"): [{"Id": "a" * 64, "Names": ["/web"]}]}
    assert cli("--config", str(tmp_path), "ps", table=table).out == "NAMES\nweb\n"
    assert cli("--config", str(tmp_path), "ps", "-q", table=table).out == "a" * 12 + "\n"


def test_proxies_go_into_the_container(tmp_path: Path) -> None:
    config = ConfigFile(
        "",
        {"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "x"}, "unix:///s": {"httpsProxy": "http://q"}}},
    )
    assert config.proxy_environment("tcp://other") == {
        "HTTP_PROXY": "http://p:1",
        "http_proxy": "http://p:1",
        "NO_PROXY": "x",
        "no_proxy": "x",
    }
    assert config.proxy_environment("unix:///s") == {"HTTPS_PROXY": "http://q", "https_proxy": "http://q"}


def test_credentials_of_the_file() -> None:
    auth = base64.b64encode(b"me:se:cret").decode()
    config = ConfigFile(
        "", {"auths": {"https://reg.example/v1/": {"auth": auth}, credentials.HUB_KEY: {"identitytoken": "t"}}}
    )
    assert credentials.lookup(config, {}, "reg.example") == {
        "username": "me",
        "password": "se:cret",
        "serveraddress": "reg.example",
    }
    assert credentials.lookup(config, {}, "docker.io") == {"identitytoken": "t", "serveraddress": credentials.HUB_KEY}
    assert credentials.lookup(config, {}, "other") == {}
    own = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {"other": {"auth": auth}}})}
    assert credentials.lookup(config, own, "other")["username"] == "me"


def test_credentials_of_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text(
        '#!/bin/sh\nread key\n[ "$1 $key" = "get reg.example" ] && echo \'{"Username":"u","Secret":"s"}\' && exit 0\necho credentials not found in native keychain; exit 1\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    config = ConfigFile("", {"credHelpers": {"reg.example": "test", "none": "test", "missing": "nosuch"}})
    assert credentials.lookup(config, os.environ, "reg.example") == {
        "username": "u",
        "password": "s",
        "serveraddress": "reg.example",
    }
    assert credentials.lookup(config, os.environ, "none") == credentials.lookup(config, os.environ, "missing") == {}


def test_credentials_that_a_container_gets(tmp_path: Path) -> None:
    """With --use-api-socket: all that are known, wherever they are kept, in docker's layout; of DOCKER_AUTH_CONFIG those alone."""
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\necho \'{"Username":"u","Secret":"s"}\'\n')
    helper.chmod(0o755)
    auths = {"z": {"auth": "dTpw", "email": "x"}, "a<b": {"username": "q"}, "token": {"identitytoken": "t"}, "none": {}}
    (tmp_path / "config.json").write_text(
        json.dumps({"auths": auths, "credHelpers": {"kept": "test"}, "HttpHeaders": {"X-A": "b"}})
    )

    def copied(**environ: str) -> tuple[str, str]:
        """What is copied, and what is told."""
        sent: list[bytes] = []
        table = {
            ("POST", "/containers/create"): {"Id": "f"},
            ("PUT", "/containers/f/archive"): lambda r: sent.append(r.content) or b"",
        }
        full = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}", **environ}
        done = cli("create", "--use-api-socket", "busybox", table=any_of(table), environ=full)
        if not sent:
            return "", done.err
        assert done.requests[0].body["Env"] == ["DOCKER_CONFIG=/run/secrets/docker"]
        with tarfile.open(fileobj=io.BytesIO(sent[0])) as tar:
            [entry] = tar
            assert (entry.name, entry.mode) == ("/run/secrets/docker/config.json", 0o600)
            return tar.extractfile(entry).read().decode(), done.err  # type: ignore[union-attr]

    kept = {
        "a\\u003cb": {"auth": "cTo="},
        "kept": {"auth": "dTpz"},
        "none": {},
        "token": {"identitytoken": "t"},
        "z": {"auth": "dTpw"},
    }
    assert copied() == (json.dumps({"auths": kept}, indent="\t").replace("\\\\", "\\"), "")
    assert copied(DOCKER_AUTH_CONFIG='{"auths":{"y":{"auth":"dTpw"}}}') == (
        '{\n\t"auths": {\n\t\t"y": {\n\t\t\t"auth": "dTpw"\n\t\t}\n\t}\n}',
        "",
    )
    assert copied(DOCKER_AUTH_CONFIG="{") == (
        "",
        "resolving credentials failed: failed to read credentials from DOCKER_AUTH_CONFIG: unexpected EOF\n",
    )
    (tmp_path / "config.json").write_text("{}")
    assert copied() == ("", "")


@pytest.mark.parametrize(
    ("host", "error", "words"),
    [
        ("unix:///a/b.sock", PermissionError(13, "x"), 'permission denied while trying to connect to the Docker daemon socket at unix:///a/b.sock: Get "http://%2Fa%2Fb.sock/v1.51/x": dial unix /a/b.sock: connect: permission denied'),
        ("unix:///a", FileNotFoundError(2, "x"), "Cannot connect to the Docker daemon at unix:///a. Is the docker daemon running?"),
        ("tcp://h:1", ConnectionRefusedError(111, "x"), "Cannot connect to the Docker daemon at tcp://h:1. Is the docker daemon running?"),
        ("tcp://h:1", socket.gaierror(-2, "x"), 'error during connect: Get "http://h:1/v1.51/x": dial tcp: ' + no_such_host("h")),
        ("tcp://h:1", TimeoutError(), 'error during connect: Get "http://h:1/v1.51/x": dial tcp h:1: i/o timeout'),
    ],
)  # fmt: skip
def test_why_no_engine_answers(host: str, error: OSError, words: str) -> None:
    assert str(connect_failure(Endpoint(host), error, "GET", "/v1.51/x")) == words


def test_the_way_over_ssh() -> None:
    assert ssh_command("ssh://me@there:2222") == [
        "ssh",
        "-o",
        "ConnectTimeout=30",
        "-T",
        "-l",
        "me",
        "-p",
        "2222",
        "--",
        "there",
        "docker system dial-stdio",
    ]
    assert ssh_command("ssh://there/run/my.sock")[-1] == "docker --host=unix:///run/my.sock system dial-stdio"


def test_the_program_by_each_of_its_names(pydock: Path) -> None:
    """Messages name the program as it was called."""
    assert (
        program(pydock, "bogus").err
        == b"docker: unknown command: docker bogus\n\nRun 'docker --help' for more information\n"
    )
    import sys

    done = program(sys.executable, "-m", "pydock", "bogus", cwd=Path(__file__).parents[2])
    assert done.err == b"pydock: unknown command: pydock bogus\n\nRun 'pydock --help' for more information\n"
    assert done.code == 1


def test_archives_of_contexts(tmp_path: Path) -> None:
    """There and back; also docker's own, which ends in the middle of a block; nothing but a context is taken in."""
    import zipfile

    from pydock.config.context_archive import pack, unpack

    meta, tls = (
        {"Name": "one", "Metadata": {}, "Endpoints": {"docker": {"Host": "tcp://x:1"}}},
        {"ca.pem": b"CA", "key.pem": b"K" * 700},
    )
    assert unpack(pack(meta, tls)) == (meta, tls)
    whole = pack(meta, tls)
    assert unpack(whole[: whole.rindex(b"K") + 1]) == (meta, tls)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("meta.json", '{"Name": "one"}')
        archive.writestr("tls/docker/ca.pem", "CA")
    assert unpack(out.getvalue()) == ({"Name": "one"}, {"ca.pem": b"CA"})
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as bad:
        bad.addfile(tarfile.TarInfo("../evil"))
    for data, words in (
        (out.getvalue(), "unexpected context file"),
        (pack(meta, tls)[600:], "no metadata|unexpected"),
        (b"x" * 100, "unexpected EOF"),
        (bytes(11 << 20), "limit"),
    ):
        with pytest.raises(ValueError, match=words):
            unpack(data)


def test_an_archive_of_a_context_is_bounded_in_time_and_size() -> None:
    """Descriptions, entries and content without end: each is refused. (tarfile needs minutes for some of these 8 MB.)"""
    import zipfile

    from pydock.config.context_archive import LIMIT, MAX_FILES, pack, unpack

    def entry(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE) -> bytes:
        info = tarfile.TarInfo(name)
        info.size, info.type = len(data), kind
        return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % tarfile.BLOCKSIZE)

    def zipped(count: int, data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for i in range(count):
                archive.writestr(f"tls/docker/{i}", data)
        return out.getvalue()

    meta = pack({"Name": "one"}, {})
    described = [
        entry("x", text, tarfile.XHDTYPE)
        for text in (b"1" * (8 << 20), b"9 " * (4 << 20), b"14 keyy=value\n" * 500_000)
    ]
    chain = entry("x", b"8 k=vvv\n", tarfile.XHDTYPE) * 9000
    many = b"".join(entry(f"tls/docker/{i}") for i in range(MAX_FILES + 1))
    for data in [
        *(d + meta for d in described),
        chain + meta,
        many + meta,
        zipped(MAX_FILES + 1, b""),
        zipped(3, bytes(LIMIT // 2)),
    ]:
        with pytest.raises(ValueError, match=r"unexpected EOF|exceeds the defined limit"):
            unpack(data)


@pytest.mark.parametrize(("host", "machine"), [
    ("unix:///var/run/docker.sock", ""), ("npipe:////./pipe/x", ""), ("tcp://box:2375", "box"), ("tcp://[::1]:2376/x", "::1"),
    ("ssh://me@box:22", "box"),
])  # fmt: skip
def test_the_machine_of_an_endpoint(host: str, machine: str) -> None:
    assert Endpoint(host).machine == machine
