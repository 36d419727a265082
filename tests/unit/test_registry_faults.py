"""Registries that are broken or hostile: every kind of request × every fault, by the whole command line."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpx import HTTPXMock

from pydock.api.containers import list_containers
from pydock.digests import LENGTHS, check, digest_of
from pydock.errors import Failure
from pydock.registry import web
from pydock.registry.challenge import challenges
from pydock.registry.client import Registry
from pydock.registry.fetch import blocks, fetch
from pydock.registry.tokens import fetch as fetch_token
from pydock.registry.web import Web, WebError
from tests.support.cli import Result, cli
from tests.support.faulty_registry import BASIC, FAULTS, MANIFEST, PASSWORD, TOKEN, USER, FaultyRegistry, answers
from tests.unit.test_engine import Server

AUTH = {"username": USER, "password": PASSWORD}

KINDS = ["ping", "token", "manifest", "blob", "mount", "put"]


def home(tmp_path: Path, *registries: str) -> Path:
    """A configuration folder that knows a password for registries."""
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {name: {"auth": pair} for name in registries}}))
    return tmp_path


def manifest(folder: Path, *argv: str) -> Result:
    return cli("--config", str(folder), "manifest", *argv)


def listed(folder: Path, registry: FaultyRegistry) -> Result:
    """Create a list in another repository than the image's, and push it: each kind of request is asked."""
    made = manifest(folder, "create", "--insecure", f"{registry.name}/team/all:1", f"{registry.name}/team/image:1")
    return made if made.code else manifest(folder, "push", "--insecure", "--purge", f"{registry.name}/team/all:1")


@pytest.mark.parametrize("ends", [0, getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)], ids=["errors", "ends"])
def test_a_good_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: int) -> None:
    """Without TLS, which shows by a handshake that is hung up on: to some versions of Python a mere end."""
    made = ssl.create_default_context

    def context() -> ssl.SSLContext:
        own = made()
        own.options |= ends
        return own

    monkeypatch.setattr(ssl, "create_default_context", context)
    with FaultyRegistry() as registry:
        folder = home(tmp_path, registry.name)
        assert listed(folder, registry).code == 0
        assert {a.kind for a in registry.asked} == {"ping", "token", "manifest", "blob", "mount", "put"}
        assert {a.headers["authorization"] for a in registry.asked if a.kind == "token"} == {BASIC}
        assert not list((folder / "manifests").glob("*"))


WHOLE = {
    "empty",
    "null",
    "a list",
    "a string",
    "no JSON",
    "JSON without end",
    "JSON of other types",
    "deep JSON",
    "no UTF-8",
    "too long for its length",
}
#: faults that spoil nothing that is needed: of a ping only its head is; what is pushed is done when the status says so
HARMLESS = {
    "ping": WHOLE
    | {"other bytes", "cuts without a length"}
    | {
        name
        for name in FAULTS
        if name.startswith(
            ("401", "a hostile", "a token", "refuses", "fails", "errors", "redirects", "too busy", "endless error")
        )
    },
    "token": {"other bytes", "too long for its length"},
    "manifest": set[str](),
    "blob": set[str](),
    "mount": {"other bytes", "cuts without a length"},
    "put": WHOLE | {"other bytes", "cuts without a length", "a token with a line end"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_of_a_registry_is_a_success_or_a_fault_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, kind: str
) -> None:
    """Each fault for one kind of request; with --all for every kind."""
    grades: Counter[str] = Counter()
    for number, (name, fault) in enumerate(FAULTS.items()):
        if not request.config.getoption("--all") and number % len(KINDS) != KINDS.index(kind):
            continue
        (tmp_path / str(number)).mkdir()
        # what has no end is waited for as long as that is
        monkeypatch.setattr(web, "DEADLINE", 1.0 if name.startswith(("drips", "endless")) else 100.0)
        with FaultyRegistry(kind, fault) as registry:
            folder = home(tmp_path / str(number), registry.name)
            result = listed(folder, registry)
            secrets = [
                a for a in registry.asked if a.kind != "token" and BASIC in a.headers.values() and "401" not in name
            ]
        case = f"{kind} {name}: {result}"
        assert "bug in pydock" not in result.err and "Traceback" not in result.err, case
        assert PASSWORD not in result.err and BASIC not in result.err and TOKEN not in result.err, case
        assert not secrets, case
        assert len(registry.asked) < 60, case
        if result.code == 0:
            assert name in HARMLESS[kind], case
            # who says that it was pushed has pushed all: no part of it was refused or lost
            assert [a.kind for a in registry.asked].count("put") >= 2, case
        else:
            assert result.code == 1 and result.err.strip() and len(result.err) < 3000, case
            # nothing is half kept: a list holds its image, or is not there
            kept = list((folder / "manifests").glob("*/*")) if (folder / "manifests").exists() else []
            assert all(json.loads(p.read_text())["Raw"] == base64.b64encode(MANIFEST).decode() for p in kept), case
        grades["success" if result.code == 0 else "error"] += 1
    print(kind, dict(grades))


def test_a_registry_that_has_too_much_to_do_is_asked_again(tmp_path: Path) -> None:
    busy = answers(
        "429 Too Many Requests", b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "slow down"}]}', "Retry-After: 0"
    )
    with FaultyRegistry("manifest", busy, times=2) as registry:
        assert (
            manifest(home(tmp_path, registry.name), "inspect", "--insecure", f"{registry.name}/team/image:1").code == 0
        )
    with FaultyRegistry("manifest", busy) as registry:
        result = manifest(home(tmp_path, registry.name), "inspect", "--insecure", f"{registry.name}/team/image:1")
        assert (
            result.code == 1 and "toomanyrequests: slow down" in result.err and len(registry.asked) == 1 + web.PATIENCE
        )
    slept: list[float] = []
    with FaultyRegistry("manifest", answers("429 X", b"", "Retry-After: 7"), times=2) as registry:
        Web(sleep=slept.append).ask("GET", f"http://{registry.name}/v2/team/image/manifests/1", 1000)
    assert slept == [7.0, 7.0]


# ---- who gets the credentials ------------------------------------------------------------------------------


def redirects(place: str, status: int = 307) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nLocation: {place}\r\n\r\n".encode()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["ping", "token", "manifest", "blob", "mount", "put"])
def test_credentials_follow_no_redirect(tmp_path: Path, kind: str, status: int) -> None:
    """The other place asks for the password, and for tokens of its own: it gets neither."""
    with (
        FaultyRegistry() as other,
        FaultyRegistry(
            kind,
            lambda peer, head, body: peer.sendall(redirects(f"http://{other.name}/v2/team/image/manifests/1", status)),
        ) as registry,
    ):
        result = listed(home(tmp_path, registry.name), registry)
        assert result.code == (0 if kind == "ping" else 1)
        assert all("authorization" not in a.headers for a in other.asked), other.asked
        assert not [a for a in other.asked if a.kind == "token"]
        assert not [a for a in registry.asked if a.headers.get("authorization") == BASIC and a.kind != "token"]


@pytest.mark.parametrize("challenge", ["Basic realm=x", 'Bearer realm="http://127.0.0.1:1/token"'])
def test_a_challenge_of_another_origin_does_not_count(tmp_path: Path, challenge: str) -> None:
    with FaultyRegistry("manifest", answers("401 X", b"", f"WWW-Authenticate: {challenge}")) as other:
        with FaultyRegistry(
            "manifest", lambda peer, head, body: peer.sendall(redirects(f"http://{other.name}/v2/x/manifests/1"))
        ) as registry:
            result = manifest(
                home(tmp_path, registry.name, other.name), "inspect", "--insecure", f"{registry.name}/team/image:1"
            )
            assert result.code == 1 and "401" in result.err
            assert [a.headers.get("authorization") for a in other.asked] == [None]


def test_blobs_that_are_kept_elsewhere_are_fetched_without_credentials(tmp_path: Path) -> None:
    from tests.support.faulty_registry import CONFIG

    elsewhere = answers("200 OK", CONFIG)
    with (
        FaultyRegistry("manifest", elsewhere) as store,
        FaultyRegistry(
            "blob", lambda peer, head, body: peer.sendall(redirects(f"http://{store.name}/store"))
        ) as registry,
    ):
        result = manifest(
            home(tmp_path, registry.name), "inspect", "--verbose", "--insecure", f"{registry.name}/team/image:1"
        )
        assert result.code == 0 and '"architecture": "amd64"' in result.out
        assert [a.headers.get("authorization") for a in store.asked] == [None]


def test_no_realm_without_tls_for_a_registry_with_tls(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url="https://reg.example/v2/")
    for realm in (
        "http://auth.example/token",
        "http://reg.example/token",
        "file:///etc/passwd",
        "//auth.example",
        "ftp://x/",
        "https://",
        "https://[",
        "x",
    ):
        httpx_mock.add_response(
            url="https://reg.example/v2/a/manifests/1",
            status_code=401,
            headers={"WWW-Authenticate": f'Bearer realm="{realm}"'},
        )
        with pytest.raises(Failure, match=r"names an? (invalid )?token server"):
            Registry("reg.example", AUTH).manifest("a", "1")
        httpx_mock.add_response(url="https://reg.example/v2/", is_optional=True)
    # a build's registry may be without TLS, and ask for passwords at its own host alone
    with pytest.raises(Failure, match="without TLS"):
        fetch_token("http://auth.example/token", "s", [], AUTH, "c", "reg.example")
    httpx_mock.add_response(url="http://reg.example/token", method="POST", json={"token": "t"})
    assert fetch_token("http://reg.example/token", "", [], AUTH, "c", "reg.example:5000").text == "t"
    assert all(r.url.host == "reg.example" for r in httpx_mock.get_requests())


def test_nothing_of_ours_goes_from_tls_to_clear_text(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url="https://reg.example/v2/")
    httpx_mock.add_response(
        url="https://reg.example/v2/a/manifests/1",
        status_code=307,
        headers={"Location": "http://reg.example/v2/a/manifests/1"},
    )
    with pytest.raises(WebError, match="refused to follow it from https to http://reg"):
        Registry("reg.example", AUTH).manifest("a", "1")


def test_cookies_are_neither_kept_nor_sent() -> None:
    with FaultyRegistry("ping", answers("200 OK", b"", "Set-Cookie: a=b; Path=/")) as registry:
        client = Web()
        for _ in range(2):
            client.ask("GET", f"http://{registry.name}/v2/", 10)
        assert not list(client.client.cookies.jar) and all("cookie" not in a.headers for a in registry.asked)


def test_the_engines_cookies_are_neither_kept_nor_sent(tmp_path: Path) -> None:
    """By the client's own jar, and not by what stands in for Python's where imports are lean."""
    head = b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: "
    listed = head + b"2\r\n\r\n[]"
    with Server(tmp_path, [head + b"0\r\n\r\n", listed, listed]) as server:
        engine = server.engine()
        for _ in range(2):
            engine.json(list_containers())
        assert not list(engine.client.cookies.jar)
        assert len(server.seen) == 3 and b"cookie" not in b"".join(server.seen).lower()


# ---- files from the web ------------------------------------------------------------------------------------


def test_files_from_the_web_are_bounded() -> None:
    with FaultyRegistry("manifest", answers("200 OK", b"FROM x")) as place:
        url = f"http://{place.name}/Dockerfile"
        assert fetch(url) == b"FROM x"
        with FaultyRegistry("manifest", lambda peer, head, body: peer.sendall(redirects(url))) as other:
            assert fetch(f"http://{other.name}/Dockerfile") == b"FROM x"
    for name, words in [
        ("endless body", "bigger than allowed"), ("endless error", "with status 500"), ("endless head", ""), ("redirects to itself", "stopped after 10 redirects"),
        ("redirects to a file", "refused to follow it to 'file:"), ("redirects to nothing", "with status 307"), ("redirects to no URL", ""), ("cuts the body", "unexpected EOF"),
        ("closes", "EOF"), ("resets", ""), ("a bomb", "bigger than allowed"), ("no HTTP", ""), ("broken chunks", ""), ("a huge header", ""),
    ]:  # fmt: skip
        with FaultyRegistry("manifest", FAULTS[name]) as place:
            with pytest.raises(Failure, match=words or "."):
                fetch(f"http://{place.name}/Dockerfile")
            assert len(place.asked) <= 11
    for url in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://",
        "http://[",
        "http://127.0.0.1:99999/",
        "http://a\nb/",
        "http://127.0.0.1:x/",
    ):
        with pytest.raises(Failure):
            list(blocks(url))


# ---- parsers -----------------------------------------------------------------------------------------------


def test_challenges() -> None:
    assert challenges('Bearer realm="https://a/t?x=1,2",service="a \\"b\\"", scope=x') == [
        ("bearer", {"realm": "https://a/t?x=1,2", "service": 'a "b"', "scope": "x"})
    ]
    assert challenges('Basic realm="x", Bearer realm="y" , error="z"') == [
        ("basic", {"realm": "x"}),
        ("bearer", {"realm": "y", "error": "z"}),
    ]
    assert challenges("BASIC") == [("basic", {})] and challenges("") == [] == challenges("\0")
    assert challenges('Bearer realm="open') == [("bearer", {})] and challenges('Bearer Realm="a",realm="b"') == [
        ("bearer", {"realm": "a"})
    ]


TOKENS = st.text("abcDEF-_1", min_size=1)


@given(
    st.lists(
        st.tuples(
            TOKENS,
            st.dictionaries(
                TOKENS.map(str.lower),
                st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")),
                min_size=1,
            ),
        ),
        max_size=3,
    )
)
def test_challenges_are_read_as_they_are_written(given: list[tuple[str, dict[str, str]]]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = ", ".join(f"{scheme} " + ",".join(f"{k}={quoted(v)}" for k, v in values.items()) for scheme, values in given)
    assert challenges(text) == [(scheme.lower(), values) for scheme, values in given]


@given(st.one_of(st.text(), st.text('Bearer realm="\\, =\t', max_size=60)))
def test_any_challenge_is_read_to_some_end(text: str) -> None:
    challenges(text)


@pytest.mark.parametrize("part", ["a", "a ", 'a="', 'a="b', "\\", '"', "a=", ", ", '\\"', "a=\t", " \t"])
def test_challenges_are_read_in_linear_time(part: str) -> None:
    """What is quadratic takes many minutes with this."""
    for text in (f"Bearer {part * 100_000}", f'Bearer realm="{part * 100_000}', part * 100_000):
        challenges(text)


@given(st.binary(max_size=50), st.binary(max_size=50), st.sampled_from(list(LENGTHS)))
def test_digests_are_checked_by_the_algorithm_that_they_name(data: bytes, other: bytes, algorithm: str) -> None:
    digest = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    assert digest_of(data, algorithm) == digest
    check(data, digest)
    if other != data:
        with pytest.raises(ValueError, match="expected sha"):
            check(other, digest)
    letters = digest.partition(":")[2]
    for wrong in (
        f"md5:{hashlib.md5(data).hexdigest()}",
        f"sha1:{letters}",
        f"x{digest}",
        digest.upper(),
        digest[:-1],
        digest + "0",
        letters,
        "",
        "sha256:",
        f"sha256:../{letters[3:]}",
    ):
        with pytest.raises(ValueError, match="invalid digest"):
            check(data, wrong)


@pytest.mark.parametrize("algorithm", LENGTHS)
def test_registries_answers_are_checked_by_their_digest(httpx_mock: HTTPXMock, algorithm: str) -> None:
    httpx_mock.add_response(url="https://reg.example/v2/", is_reusable=True)
    wanted = digest_of(MANIFEST, algorithm)
    for what, ask in (("manifests", Registry.manifest), ("blobs", Registry.blob)):
        httpx_mock.add_response(url=f"https://reg.example/v2/a/{what}/{wanted}", content=MANIFEST)
        assert ask(Registry("reg.example", {}), "a", wanted).digest == wanted
        httpx_mock.add_response(url=f"https://reg.example/v2/a/{what}/{wanted}", content=MANIFEST + b" ")
        with pytest.raises(Failure, match="does not match its digest"):
            ask(Registry("reg.example", {}), "a", wanted)
        # an unknown one is not asked for
        with pytest.raises(Failure, match="must be one of sha256, sha384, sha512"):
            ask(Registry("reg.example", {}), "a", "md5:" + "0" * 32)
    # by a tag the registry says itself what it sends
    httpx_mock.add_response(
        url="https://reg.example/v2/a/manifests/1",
        content=MANIFEST,
        headers={"Docker-Content-Digest": digest_of(b"", algorithm)},
    )
    with pytest.raises(Failure, match="does not match its digest"):
        Registry("reg.example", {}).manifest("a", "1")
    httpx_mock.add_response(
        url="https://reg.example/v2/a/manifests/2",
        method="PUT",
        status_code=201,
        headers={"Docker-Content-Digest": digest_of(b"", algorithm)},
    )
    with pytest.raises(Failure, match="stored a different manifest"):
        Registry("reg.example", {}).put_manifest("a", "2", "x", MANIFEST)


def test_a_config_whose_name_is_a_way_elsewhere_is_not_asked_for(tmp_path: Path) -> None:
    for name in ("../../../../other/manifests/1", "sha1:" + "0" * 40, "sha256:../x", "sha256:" + "0" * 63 + "?"):
        body = json.dumps({"schemaVersion": 2, "config": {"digest": name}}).encode()
        with FaultyRegistry(
            "manifest", answers("200 OK", body, "Content-Type: application/vnd.docker.distribution.manifest.v2+json")
        ) as registry:
            result = manifest(
                home(tmp_path, registry.name), "inspect", "--verbose", "--insecure", f"{registry.name}/team/image:1"
            )
            assert result.code == 1 and "invalid digest" in result.err
            assert {a.kind for a in registry.asked} == {"ping", "manifest"}
