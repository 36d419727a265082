"""The registry client against canned answers: who may ask what, how tokens are got, what is not believed."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from pydock.commands.manifest import blobs_of, list_text, platform_of, stored
from pydock.config.credentials import erase, lookup, store
from pydock.config.file import ConfigFile, load
from pydock.config.manifests import ManifestStore
from pydock.errors import Failure, Missing
from pydock.lookup import no_such_host
from pydock.registry.client import MANIFEST, OCI_MANIFEST, Document, Registry
from pydock.registry.tokens import Token, fetch
from pydock.registry.web import address_of
from pydock.render.notes import note
from tests.support.cli import any_of, cli

HOST = "https://reg.example"
RAW = json.dumps(
    {
        "schemaVersion": 2,
        "config": {"digest": "sha256:c"},
        "layers": [{"digest": "sha256:l"}, {"digest": "sha256:far", "urls": ["x"]}],
    }
).encode()
DIGEST = f"sha256:{hashlib.sha256(RAW).hexdigest()}"
CHALLENGE = 'Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull"'


def test_an_open_registry(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{HOST}/v2/")
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/b/manifests/1", content=RAW, headers={"Content-Type": f"{MANIFEST}; charset=x"}
    )
    assert Registry("reg.example", {}).manifest("a/b", "1") == Document(MANIFEST, DIGEST, RAW)
    assert "authorization" not in httpx_mock.get_requests()[-1].headers


@pytest.mark.parametrize(
    ("auth", "request_line", "sent"),
    [
        ({}, "GET https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull", ""),
        (
            {"username": "u", "password": "p"},
            "GET https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull&account=u",
            "Basic dTpw",
        ),
        ({"identitytoken": "T"}, "POST https://auth.example/token", ""),
    ],
)
def test_tokens(httpx_mock: HTTPXMock, auth: dict[str, str], request_line: str, sent: str) -> None:
    method, url = request_line.split()
    httpx_mock.add_response(url=f"{HOST}/v2/", status_code=401)
    httpx_mock.add_response(url=f"{HOST}/v2/a/b/manifests/1", status_code=401, headers={"WWW-Authenticate": CHALLENGE})
    httpx_mock.add_response(
        url=url, method=method, json={"token": "abc"} if not auth.get("identitytoken") else {"access_token": "abc"}
    )
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/b/manifests/1", content=RAW, match_headers={"Authorization": "Bearer abc"}
    )
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/b/manifests/2", content=RAW, match_headers={"Authorization": "Bearer abc"}
    )
    registry = Registry("reg.example", auth)
    assert registry.manifest("a/b", "1").digest == DIGEST
    asked = next(r for r in httpx_mock.get_requests() if r.url.host == "auth.example")
    assert asked.headers.get("authorization", "") == sent
    if auth.get("identitytoken"):
        assert b"refresh_token=T" in asked.content and b"grant_type=refresh_token" in asked.content
    registry.manifest("a/b", "2")  # the token serves again
    assert sum(r.url.host == "auth.example" for r in httpx_mock.get_requests()) == 1


def test_tokens_for_builds(httpx_mock: HTTPXMock) -> None:
    realm, scopes = "https://auth.example/token", ["repository:a:pull", "repository:b:pull"]
    query = f"{realm}?service=s&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull"
    httpx_mock.add_response(url=query, json={"token": "t", "expires_in": 7, "issued_at": "1970-01-01T00:00:09.5Z"})
    assert fetch(realm, "s", scopes, {}, "c") == Token("t", 7, 9)
    assert "authorization" not in httpx_mock.get_requests()[-1].headers
    user = {"username": "u", "password": "p"}
    for auth, grant in (
        (user, "grant_type=password&username=u&password=p"),
        ({"identitytoken": "T"}, "grant_type=refresh_token&refresh_token=T"),
    ):
        httpx_mock.add_response(
            url=realm, method="POST", json={"access_token": "f", "expires_in": "x", "issued_at": "y"}
        )
        assert fetch(realm, "s", scopes, auth, "c") == Token("f")
        assert (
            httpx_mock.get_requests()[-1].content
            == f"scope=repository%3Aa%3Apull+repository%3Ab%3Apull&service=s&client_id=c&{grant}".encode()
        )
    for status in (401, 404, 405):
        httpx_mock.add_response(url=realm, method="POST", status_code=status)
        httpx_mock.add_response(url=query, json={"token": "q"}, match_headers={"Authorization": "Basic dTpw"})
        assert fetch(realm, "s", scopes, user, "c").text == "q"
    httpx_mock.add_response(url=realm, method="POST", status_code=503)
    with pytest.raises(Failure, match=f"unexpected status from POST request to {realm}: 503 Service Unavailable"):
        fetch(realm, "s", scopes, user, "c")
    httpx_mock.add_response(url=realm, method="POST", status_code=307, headers={"Location": "https://evil.example/"})
    with pytest.raises(Failure, match="returned no token"):
        fetch(realm, "s", scopes, user, "c")
    httpx_mock.add_exception(httpx.ConnectError("nobody there"), url=query)
    with pytest.raises(
        Failure, match=r"cannot be reached: nobody there \(BUILDKIT_NO_CLIENT_TOKEN=1 lets the engine fetch tokens\)"
    ):
        fetch(realm, "s", scopes, {}, "c")
    with pytest.raises(Failure, match="is not an http or https URL"):
        fetch("x://[", "s", scopes, {}, "c")


def test_a_password_is_sent_to_its_registry_alone(httpx_mock: HTTPXMock) -> None:
    """A blob that is kept elsewhere is fetched from there, without our credentials."""
    httpx_mock.add_response(url=f"{HOST}/v2/")
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/blobs/{DIGEST}", status_code=401, headers={"WWW-Authenticate": "Basic realm=x"}
    )
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/blobs/{DIGEST}",
        status_code=307,
        headers={"Location": "https://store.example/blob"},
        match_headers={"Authorization": "Basic dTpw"},
    )
    httpx_mock.add_response(url="https://store.example/blob", content=RAW)
    assert Registry("reg.example", {"username": "u", "password": "p"}).blob("a", DIGEST).raw == RAW
    assert "authorization" not in httpx_mock.get_requests()[-1].headers


def test_what_is_wrong(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{HOST}/v2/")
    registry = Registry("reg.example", {})
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/manifests/1",
        status_code=404,
        json={"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown", "detail": {"Tag": "1"}}]},
    )
    with pytest.raises(Missing, match=r"^manifest unknown: manifest unknown$"):
        registry.manifest("a", "1")
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/manifests/2", status_code=401, headers={"WWW-Authenticate": "Basic realm=x"}
    )
    with pytest.raises(Failure, match="no basic auth credentials"):
        registry.manifest("a", "2")
    httpx_mock.add_response(url=f"{HOST}/v2/a/manifests/3", status_code=500, text="oops")
    with pytest.raises(Failure, match="the registry answered 500"):
        registry.manifest("a", "3")
    httpx_mock.add_response(url=f"{HOST}/v2/a/blobs/sha256:{'0' * 64}", content=b"something else")
    with pytest.raises(Failure, match="does not match its digest"):
        registry.blob("a", f"sha256:{'0' * 64}")
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/blobs/uploads/?mount=sha256%3A{'1' * 64}&from=b", method="POST", status_code=202
    )
    with pytest.raises(Failure, match="unable to mount blob"):
        registry.mount("a", f"sha256:{'1' * 64}", "b")


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}, "manifest unknown"),
        (404, {"code": "NAME_UNKNOWN", "message": "no a here"}, "no such manifest: reg.example/a:1"),
        (403, {"code": "UNAUTHORIZED", "message": "authentication required", "detail": []}, "no such manifest: reg.example/a:1"),
        (403, {"code": "DENIED", "message": "no"}, "denied: no"),
        (403, {"code": "DENIED"}, "denied"),
        (404, {}, "no such manifest: reg.example/a:1"),
    ],
)  # fmt: skip
def test_what_a_registry_says_of_a_code_is_that_there_is_no_such_thing(httpx_mock: HTTPXMock, status: int, error: dict[str, object], words: str) -> None:  # fmt: skip
    httpx_mock.add_response(url=f"{HOST}/v2/")
    httpx_mock.add_response(
        url=f"{HOST}/v2/a/manifests/1", status_code=status, json={"errors": [error]} if error else {}
    )
    assert cli("manifest", "inspect", "reg.example/a:1").err == f"{words}\n"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "no such manifest: reg.example/a:1"),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)",
            'failed to configure transport: error pinging v2 registry: Get "https://reg.example/v2/": '
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        ),
    ],
)
def test_a_registry_that_cannot_be_spoken_with(httpx_mock: HTTPXMock, reason: str, words: str) -> None:
    """What speaks no TLS has nothing for us; all else that is wrong is told."""
    httpx_mock.add_exception(httpx.ConnectError(reason), url=f"{HOST}/v2/")
    assert cli("manifest", "inspect", "reg.example/a:1").err == f"{words}\n"


def test_a_registry_of_no_address() -> None:
    told = f'Get "https://nosuch.invalid/v2/": dial tcp: {no_such_host("nosuch.invalid")}\n'
    assert cli("manifest", "inspect", "nosuch.invalid/a:1").err.endswith(told)


def test_http_only_where_that_is_allowed(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(
        httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), url=f"{HOST}/v2/", is_reusable=True
    )
    with pytest.raises(Missing):
        Registry("reg.example", {}).manifest("a", "1")
    httpx_mock.add_response(url="http://reg.example/v2/")
    httpx_mock.add_response(url="http://reg.example/v2/a/manifests/1", content=RAW)
    assert Registry("reg.example", {}, insecure=True).manifest("a", "1").raw == RAW


# ---- manifest lists --------------------------------------------------------------------------------------


def test_a_list_is_written_as_docker_writes_it() -> None:
    """Three blanks, docker's order of keys, the kind of the first image: the digest depends on each."""
    image = stored(
        "x:1",
        Document(MANIFEST, "sha256:d", b"{}"),
        platform_of({"os": "linux", "architecture": "arm", "variant": "v7", "created": "x"}),
    )
    assert list_text([image]) == (
        '{\n   "schemaVersion": 2,\n   "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",\n   "manifests": [\n      {\n'
        '         "mediaType": "application/vnd.docker.distribution.manifest.v2+json",\n         "size": 2,\n         "digest": "sha256:d",\n'
        '         "platform": {\n            "architecture": "arm",\n            "os": "linux",\n            "variant": "v7"\n         }\n      }\n   ]\n}'
    )
    oci = stored("x:1", Document(OCI_MANIFEST, "sha256:d", b"{}"), {})
    assert "OCIManifest" in oci and '"application/vnd.oci.image.index.v1+json"' in list_text([oci])
    assert blobs_of(stored("x:1", Document(MANIFEST, DIGEST, RAW), {})) == ["sha256:l", "sha256:c"]


def test_the_store_on_disk(tmp_path: Path) -> None:
    kept = ManifestStore(str(tmp_path))
    image = {"Ref": "reg:5000/a/b:1", "Descriptor": {"mediaType": "m", "digest": "sha256:d", "size": 0}, "Raw": ""}
    with kept.changing():
        kept.save("reg:5000/a/all:1", {"reg:5000/a/b:1": image})
    assert (tmp_path / "manifests" / "reg-5000_a_all-1" / "reg-5000_a_b-1").exists()
    assert kept.images("reg:5000/a/all:1") == [image] == [kept.image("reg:5000/a/all:1", "reg:5000/a/b:1")]
    assert kept.images("other") == [] and kept.image("other", "x") is None
    for text in (
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "{}",
        json.dumps({**image, "Raw": "%"}),
        json.dumps({**image, "Descriptor": {}}),
    ):
        (tmp_path / "manifests" / "reg-5000_a_all-1" / "reg-5000_a_b-1").write_text(text)
        with pytest.raises(Failure, match="invalid stored manifest "):
            kept.images("reg:5000/a/all:1")
    kept.remove("reg:5000/a/all:1")
    assert kept.images("reg:5000/a/all:1") == []


# ---- credentials -----------------------------------------------------------------------------------------


def test_kept_and_forgotten(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path)}
    (tmp_path / "config.json").write_text('{"own": 1}')
    (tmp_path / "config.json").chmod(0o600)
    config, _ = load(str(tmp_path))
    auth = {"username": "u", "password": "p:w", "serveraddress": "reg.example"}
    assert store(config, environ, auth)
    assert not store(config, environ, auth)  # the same again: nothing to write, nothing to warn of
    again, problem = load(str(tmp_path))
    assert not problem and again.data == {
        "auths": {"reg.example": {"auth": base64.b64encode(b"u:p:w").decode()}},
        "own": 1,
    }
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o600
    assert lookup(again, environ, "reg.example") == auth
    assert not store(again, environ, {"username": "u", "identitytoken": "T", "serveraddress": "reg.example"})
    assert lookup(again, environ, "reg.example")["identitytoken"] == "T"
    assert erase(again, environ, "reg.example") == "" and lookup(again, environ, "reg.example") == {}


@pytest.mark.parametrize(
    "password", [b"p:w", b"\xff\xfe", b"a\0b", "pässwörd €".encode(), b"two\nlines", b" blanks ", b"x" * 100_000]
)
def test_any_password_is_kept_byte_for_byte(tmp_path: Path, password: bytes) -> None:
    given = {
        "username": "\udcffu",
        "password": password.decode("utf-8", "surrogateescape"),
        "serveraddress": "reg.example",
    }
    config = ConfigFile(str(tmp_path / "config.json"), {})
    assert store(config, {}, given) and lookup(load(str(tmp_path))[0], {}, "reg.example") == given
    assert base64.b64decode(load(str(tmp_path))[0].data["auths"]["reg.example"]["auth"]) == b"\xffu:" + password


LOGIN = any_of({("POST", "/auth"): {"Status": "Login Succeeded"}})


@pytest.mark.parametrize(
    ("argv", "stdin", "words"),
    [
        # docker's own words for each, but for a password of blanks: it fails at the terminal that is not there
        (["-u", "a", "--password-stdin"], b"", "Error: Cannot perform an interactive login from a non TTY device"),
        (["-u", "a", "--password-stdin"], b"\n", "Error: Cannot perform an interactive login from a non TTY device"),
        (["-u", "a", "--password-stdin"], b"\r\n", "Error: Cannot perform an interactive login from a non TTY device"),
        (["-u", "a", "--password-stdin"], b"  \t", "password is empty"),
        (["-u", "a", "-p", "  "], b"", "password is empty"),
        (["-u", "a", "-p", ""], b"", "password is empty"),
        (["-u", "", "-p", "b"], b"", "username is empty"),
        (["-u", "", "--password-stdin"], b"x", "username is empty"),
        (["--password-stdin"], b"x", "the --password-stdin option requires --username to be set"),
        (
            ["-u", "a", "-p", "b", "--password-stdin"],
            b"x",
            "conflicting options: cannot specify both --password and --password-stdin",
        ),
        (["-u", "a", "--password-stdin"], b"x" * ((1 << 20) + 1), "the password on stdin is longer than 1024 KiB"),
        ([], b"", "Error: Cannot perform an interactive login from a non TTY device"),
    ],
)
def test_a_login_that_lacks_something_says_what(tmp_path: Path, argv: list[str], stdin: bytes, words: str) -> None:
    result = cli("--config", str(tmp_path), "login", *argv, "reg.example", table=LOGIN, stdin=stdin)
    warning = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"
    assert (result.code, result.out, result.err.removeprefix(warning)) == (1, "", f"{words}\n")
    assert result.requests == [] and not (tmp_path / "config.json").exists()


@pytest.mark.parametrize("stdin", [b"secret\n", b"secret\r\n", b"\xff\xfe", b"a\0b", b"x" * 1000, b"line\nline\n"])
def test_a_password_on_stdin_is_taken_as_it_is(tmp_path: Path, stdin: bytes) -> None:
    result = cli(
        "--config", str(tmp_path), "login", "-u", "a", "--password-stdin", "reg.example", table=LOGIN, stdin=stdin
    )
    assert (result.code, result.out) == (0, "Login Succeeded\n")
    wanted = stdin.removesuffix(b"\n").removesuffix(b"\r")
    assert (
        base64.b64decode(json.loads((tmp_path / "config.json").read_text())["auths"]["reg.example"]["auth"])
        == b"a:" + wanted
    )


def test_a_helper_that_fails_says_no_secret(tmp_path: Path) -> None:
    helper = tmp_path / "docker-credential-bad"
    helper.write_text("#!/bin/sh\necho it broke; exit 3\n")
    helper.chmod(0o755)
    config = ConfigFile(str(tmp_path / "config.json"), {"credsStore": "bad"})
    environ = {"PATH": str(tmp_path)}
    with pytest.raises(Failure) as error:
        store(config, environ, {"username": "u", "password": "hidden", "serveraddress": "r"})
    assert (
        error.value.message
        == "Error saving credentials: error storing credentials - err: exit status 3, out: `it broke`"
    )
    assert erase(config, environ, "r") == "exit status 3, out: `it broke`"
    assert not (tmp_path / "config.json").exists()
    config.data["credsStore"] = "missing"
    with pytest.raises(Failure, match=r"docker-credential-missing.*executable file not found"):
        store(config, environ, {"username": "u", "password": "hidden", "serveraddress": "r"})


def test_notes() -> None:
    assert note("Info", "one\ntwo\n", False) == "\n Info -> one\n         two\n         \n"
    assert note("Warn", "one", True).startswith("\n\x1b[1m\x1b[103m")


def test_who_refuses_a_connection_is_told_by_its_address() -> None:
    for url, addresses in (
        ("http://localhost:1/v2/", ("127.0.0.1:1", "[::1]:1")),
        ("https://[::1]/", ("[::1]:443",)),
        ("https://1.2.3.4/", ("1.2.3.4:443",)),
    ):
        assert address_of(url) in addresses
