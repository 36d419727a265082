"""`login` where no engine answers: the registry is asked from here, and credentials go over TLS or to this host."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from pydock.errors import Failure
from pydock.registry.login import log_in
from pydock.registry.web import Answer, WebError
from tests.support.cli import Result, cli

AUTH = {"username": "u", "password": "secret"}
BASIC = "Basic dTpzZWNyZXQ="
TOKEN = {"token": "T", "refresh_token": "R"}


class Place:
    """Servers by the beginning of their URLs, as the client sees them. seen: (url, Authorization, is it verified?)."""

    def __init__(self, *answers: tuple[str, Any]) -> None:
        self.answers, self.seen = list(answers), list[tuple[str, str, bool]]()

    def __call__(self, context: ssl.SSLContext, deadline: float) -> Client:
        return Client(self, context)


class Client:
    def __init__(self, place: Place, context: ssl.SSLContext) -> None:
        self.place, self.verified = place, context.verify_mode == ssl.CERT_REQUIRED

    def ask(
        self, method: str, url: str, limit: int, headers: Mapping[str, str] | None = None, content: bytes = b"", away: bool = True
    ) -> Answer:  # fmt: skip
        assert (method, away) == ("GET", False)
        self.place.seen.append((url, (headers or {}).get("Authorization", ""), self.verified))
        start, answer = self.place.answers.pop(0)
        assert url.startswith(start)
        if isinstance(answer, str):
            raise WebError(method, url, answer)
        status, more = answer
        offered = {"www-authenticate": more} if isinstance(more, str) else {}
        body = b"" if isinstance(more, str) else json.dumps(more).encode()
        return Answer(url, status, "Unauthorized" if status == 401 else "OK", offered, body)

    def close(self) -> None:
        pass


def bearer(realm: str) -> tuple[int, str]:
    return 401, f'Bearer realm="{realm}",service="s v",scope="registry:catalog:*"'


REFUSED = {"errors": [{"code": "UNAUTHORIZED", "message": "incorrect username or password"}]}
QUERY = "?account=u&client_id=docker&offline_token=true&service=s+v"


@pytest.mark.parametrize(
    ("host", "answers", "seen", "result"),
    [
        ("r.example", [("https://r.example/v2/", (200, {}))], [("https://r.example/v2/", "", True)], ""),
        (
            "index.docker.io",
            [("https://registry-1.docker.io/v2/", bearer("https://auth.docker.io/token")), ("https://auth.docker.io/token", (200, TOKEN)), ("https://registry-1", (200, {}))],
            [("https://registry-1.docker.io/v2/", "", True), (f"https://auth.docker.io/token{QUERY}", BASIC, True), ("https://registry-1.docker.io/v2/", "Bearer T", True)],
            "R",
        ),
        # without TLS on this host alone, and its token server elsewhere is verified
        (
            "127.0.0.1:5000",
            [("https://127", "no TLS"), ("http://127", bearer("https://auth.example/token")), ("https://auth.example", (200, {"token": "T"})), ("http://127", (200, {}))],
            [("https://127.0.0.1:5000/v2/", "", False), ("http://127.0.0.1:5000/v2/", "", False), (f"https://auth.example/token{QUERY}", BASIC, True), ("http://127.0.0.1:5000/v2/", "Bearer T", False)],
            "",
        ),
        (
            "localhost:5000", [("https://l", "no TLS"), ("http://l", (401, 'Basic realm="r"')), ("http://l", (200, {}))],
            [("https://localhost:5000/v2/", "", False), ("http://localhost:5000/v2/", "", False), ("http://localhost:5000/v2/", BASIC, False)], "",
        ),
        ("r.example", [("https://r", "no TLS")], [("https://r.example/v2/", "", True)], Failure('Get "https://r.example/v2/": no TLS')),
        # only digits make an address of this host
        ("127.0.0.1.example", [("https://1", "no TLS")], [("https://127.0.0.1.example/v2/", "", True)], Failure('Get "https://127.0.0.1.example/v2/": no TLS')),
        (
            "r.example", [("https://r", (401, 'Basic realm="r"')), ("https://r", (401, 'Basic realm="r"'))], [("https://r.example/v2/", "", True), ("https://r.example/v2/", BASIC, True)],
            Failure("login attempt to https://r.example/v2/ failed with status: 401 Unauthorized"),
        ),
        ("r.example", [("https://r", (401, 'Digest realm="r"'))], [("https://r.example/v2/", "", True)], Failure("login attempt to https://r.example/v2/ failed with status: 401 Unauthorized")),
        # refused credentials are sent nowhere else
        (
            "[::1]:5000", [("https://[::1]", bearer("http://localhost/token")), ("http://localhost", (401, REFUSED))],
            [("https://[::1]:5000/v2/", "", False), (f"http://localhost/token{QUERY}", BASIC, False)],
            Failure('Get "https://[::1]:5000/v2/": unauthorized: incorrect username or password'),
        ),
        (
            "r.example", [("https://r", bearer("http://auth.example/token"))], [("https://r.example/v2/", "", True)],
            Failure("r.example names a token server without TLS: http://auth.example/token: no credentials are sent there"),
        ),
        (
            "127.0.0.1", [("https://1", "no TLS"), ("http://1", bearer("http://auth.example/token"))], [("https://127.0.0.1/v2/", "", False), ("http://127.0.0.1/v2/", "", False)],
            Failure("127.0.0.1 names a token server without TLS: http://auth.example/token: no credentials are sent there"),
        ),
        ("r.example", [("https://r", (401, "Bearer service=s"))], [("https://r.example/v2/", "", True)], Failure('Get "https://r.example/v2/": no realm specified for token auth challenge')),
    ],
)  # fmt: skip
def test_credentials_of_a_login_go_over_tls_or_to_this_host(
    host: str, answers: list[Any], seen: list[Any], result: str | Failure, tmp_path: Path
) -> None:
    place, reported = Place(*answers), list[str]()
    try:
        got: str | Failure = log_in(host, AUTH, lambda url, error: reported.append(url), str(tmp_path), place)  # type: ignore[arg-type]
    except Failure as failure:
        got = failure
    assert (place.seen, str(got)) == (seen, str(result))
    assert not place.answers and not any("secret" in text or BASIC in text for text in (*reported, str(got)))


def test_a_login_without_an_engine(httpx_mock: HTTPXMock, tmp_path: Path) -> None:
    httpx_mock.add_exception(
        httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), url="https://127.0.0.1:5000/v2/"
    )
    httpx_mock.add_response(url="http://127.0.0.1:5000/v2/", status_code=401, headers={"WWW-Authenticate": "Basic"})
    httpx_mock.add_response(url="http://127.0.0.1:5000/v2/", match_headers={"Authorization": BASIC})
    done = cli(
        "--config", str(tmp_path), "login", "-u", "u", "--password-stdin", "127.0.0.1:5000", stdin=b"secret\n", clock=lambda: 0,
        environ={"DOCKER_HOST": f"unix://{tmp_path}/none.sock"}, own_engine=True,
    )  # fmt: skip
    told, _, warned = done.err.partition("\n")
    assert Result(done.code, done.out, told) == Result(
        0, "Login Succeeded\n",
        'time="1970-01-01T00:00:00Z" level=info msg="Error logging in to endpoint, trying next endpoint" endpoint="https://127.0.0.1:5000" '
        'error="Get \\"https://127.0.0.1:5000/v2/\\": tls: first record does not look like a TLS handshake"',
    )  # fmt: skip
    assert "stored unencrypted" in warned
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "auths": {"127.0.0.1:5000": {"auth": BASIC.split()[1]}}
    }
