"""The engine client against canned answers: versions, headers, errors, streams."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from pydock import API_VERSION
from pydock.api.containers import create_container, list_containers, prune_containers, stop_container
from pydock.api.request import Request, query
from pydock.config.endpoint import Endpoint
from pydock.engine.engine import Engine
from pydock.engine.failure import connect_failure
from pydock.errors import BrokenStream, EngineError, Unreachable

HOST = "http://api.moby.localhost"


def engine(**options: object) -> Engine:
    return Engine(Endpoint("unix:///x"), transport=httpx.HTTPTransport(), **options)  # type: ignore[arg-type]


def ping(mock: HTTPXMock, version: str = "1.51", **headers: str) -> None:
    mock.add_response(
        url=f"{HOST}/_ping", method="HEAD", headers={"Api-Version": version, "Ostype": "linux", **headers}
    )


@pytest.mark.parametrize(
    ("theirs", "requested", "spoken"),
    [
        ("1.51", "", "1.51"),
        ("1.41", "", "1.41"),
        ("1.99", "", API_VERSION),
        ("1.24", "", "1.24"),
        ("1.12", "", API_VERSION),
        ("", "", API_VERSION),
        ("1.51", "1.30", "1.30"),
        ("1.40", "1.99", "1.99"),
        ("1.51", " v1.44 ", "1.44"),
        ("1.51", "abc", "abc"),
    ],
)
def test_the_version_that_both_know(httpx_mock: HTTPXMock, theirs: str, requested: str, spoken: str) -> None:
    """A requested version is used without negotiation; the engine reports an unsupported one."""
    if not requested:
        ping(httpx_mock, theirs)
    assert engine(requested=requested).api_version == spoken


def test_engines_without_head(httpx_mock: HTTPXMock) -> None:
    """Engines before 19.03 answer HEAD /_ping with 404; GET serves."""
    httpx_mock.add_response(url=f"{HOST}/_ping", method="HEAD", status_code=404)
    httpx_mock.add_response(
        url=f"{HOST}/_ping", method="GET", headers={"Api-Version": "1.38", "Docker-Experimental": "true"}
    )
    found = engine()
    assert found.api_version == "1.38" and found.ping().experimental


def test_what_is_sent(httpx_mock: HTTPXMock) -> None:
    ping(httpx_mock)
    httpx_mock.add_response(
        url=f"{HOST}/v1.51/containers/create?name=a+b%2F", method="POST", json={"Id": "x"}, status_code=201
    )
    body = {"Image": "é", "Labels": {"a": "<b>"}}
    assert engine(headers={"X-Mine": "1", "User-Agent": "no"}).json(create_container(body, "a b/")) == {"Id": "x"}
    request = httpx_mock.get_requests()[-1]
    assert json.loads(request.content) == body
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-mine"] == "1"
    assert request.headers["user-agent"].startswith("pydock/")
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"json": {"message": "no such thing"}}, "Error response from daemon: no such thing"),
        ({"text": "plain words\n"}, "Error response from daemon: plain words"),
        ({"text": "Not Found"}, "Error response from daemon: Not Found: the engine has no GET /v1.51/containers/json"),
        (
            {"json": {"message": ""}},
            "Error response from daemon: API returned a 404 (Not Found) but provided no error-message",
        ),
        (
            {"text": ""},
            "Error response from daemon: request returned 404 Not Found; check if the server supports the requested API version",
        ),
    ],
)
def test_refusals_in_dockers_words(httpx_mock: HTTPXMock, answer: dict[str, object], message: str) -> None:
    ping(httpx_mock)
    httpx_mock.add_response(url=f"{HOST}/v1.51/containers/json", status_code=404, **answer)  # type: ignore[arg-type]
    with pytest.raises(EngineError) as error:
        engine().json(list_containers())
    assert (str(error.value), error.value.status) == (message, 404)


def test_messages_as_they_come(httpx_mock: HTTPXMock) -> None:
    ping(httpx_mock)
    httpx_mock.add_response(url=f"{HOST}/v1.51/x", stream=httpx.ByteStream(b'{"a":1}\r\n{"a":"\xc3\xa9}"}{"a":3}\n'))
    assert list(engine().messages(Request("GET", "/x"))) == [{"a": 1}, {"a": "é}"}, {"a": 3}]


def test_a_cut_message_is_told(httpx_mock: HTTPXMock) -> None:
    ping(httpx_mock)
    httpx_mock.add_response(url=f"{HOST}/v1.51/x", stream=httpx.ByteStream(b'{"a":1}{"a":'))
    with pytest.raises(BrokenStream, match="unexpected EOF"):
        list(engine().messages(Request("GET", "/x")))


def test_queries() -> None:
    assert query(a=True, b=False, c=None, d="", e={}, f={"x": {"y": True}}, g=3, h=["p", "q"]) == {
        "a": "1",
        "f": '{"x":{"y":true}}',
        "g": "3",
        "h": ["p", "q"],
    }


# ---- on a real socket --------------------------------------------------------------------------------


class Server:
    """Answers on a unix socket, one script a connection: raw bytes sent after a request's head has come."""

    def __init__(self, folder: Path, *scripts: list[bytes]) -> None:
        self.path = folder / "e.sock"
        self.seen: list[bytes] = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve, args=(scripts,), daemon=True)
        self.thread.start()

    def _serve(self, scripts: tuple[list[bytes], ...]) -> None:
        # a client may be gone before its answer is, and the test at its end before all scripts have been asked for
        with suppress(OSError):
            for script in scripts:
                self._answer(script)

    def _answer(self, script: list[bytes]) -> None:
        connection, _ = self.listener.accept()
        with connection:
            for answer in script:
                data = b""
                while b"\r\n\r\n" not in data:
                    more = connection.recv(65536)
                    if not more:
                        break
                    data += more
                self.seen.append(data)
                connection.sendall(answer)

    def engine(self) -> Engine:
        self.client = Engine(Endpoint(f"unix://{self.path}"))
        return self.client

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.listener.close()
        self.thread.join(5)


PONG = b"HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n"


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_one_connection_serves_several_requests(tmp_path: Path) -> None:
    with Server(tmp_path, [PONG, ok(b"[]"), ok(b"[]")]) as server:
        client = server.engine()
        assert [client.json(list_containers()), client.json(list_containers(all=True))] == [[], []]
    assert server.seen[0].startswith(b"HEAD /_ping HTTP/1.1\r\nHost: api.moby.localhost\r\n")
    assert server.seen[2].startswith(b"GET /v1.44/containers/json?all=1 HTTP/1.1\r\n")


def test_a_connection_that_the_engine_closed_is_replaced(tmp_path: Path) -> None:
    with Server(tmp_path, [PONG], [ok(b"[]")]) as server:
        assert server.engine().json(list_containers()) == []


def test_an_upgraded_connection(tmp_path: Path) -> None:
    with Server(
        tmp_path, [PONG], [b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello"]
    ) as server:
        duplex = server.engine().hijack(Request("POST", "/containers/x/attach", {"stream": "1"}))
        assert duplex.read() == b"hello"
        duplex.close()
    assert b"Upgrade: tcp\r\n" in server.seen[1] and b"Connection: Upgrade\r\n" in server.seen[1]


def test_an_upgrade_that_is_refused(tmp_path: Path) -> None:
    with Server(tmp_path, [PONG], [b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}"]) as server:
        with pytest.raises(BrokenStream, match="unable to upgrade to tcp, received 409"):
            server.engine().hijack(Request("POST", "/x"))


def test_no_engine(tmp_path: Path) -> None:
    host = f"unix://{tmp_path}/none.sock"
    with pytest.raises(Unreachable) as error:
        Engine(Endpoint(host)).json(list_containers())
    assert str(error.value) == f"Cannot connect to the Docker daemon at {host}. Is the docker daemon running?"


@pytest.mark.parametrize(
    ("made", "version", "filters"),
    [
        (list_containers(filters={"label": {"b": True, "a": True}}), "1.21", '{"label":["b","a"]}'), (list_containers(filters={"label": {"a": True}}), "foo", '{"label":["a"]}'),
        (list_containers(filters={"label": {"a": True}}), "1.22", '{"label":{"a":true}}'), (prune_containers({"label": {"a": True}}), "1.21", '{"label":{"a":true}}'),
    ],
)  # fmt: skip
def test_filters_of_lists_before_api_122(made: Request, version: str, filters: str, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=[] if made.method == "GET" else {})
    engine(requested=version).json(made)
    sent = httpx_mock.get_requests()[-1].url
    assert (sent.path.split("/")[1], sent.params["filters"]) == (f"v{version}", filters)


@pytest.mark.parametrize(
    ("request_made", "told"),
    [
        (list_containers(), 'Get "http://HOST/v1.55/containers/json"'), (create_container({}), 'Head "http://HOST/_ping"'),
        (stop_container("a"), 'Post "http://HOST/v1.55/containers/a/stop"'), (stop_container("a", "INT"), 'Head "http://HOST/_ping"'),
    ],
)  # fmt: skip
def test_the_error_names_the_request_that_docker_makes_first(request_made: Request, told: str) -> None:
    """Which is the ping, where docker has to know the version before it makes the command's own request."""

    class Refusing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            target = request.url.raw_path.decode()
            raise connect_failure(Endpoint("unix:///s"), PermissionError(), request.method, target)

    with pytest.raises(Unreachable) as error:
        Engine(Endpoint("unix:///s"), transport=Refusing()).json(request_made)
    assert f": {told.replace('HOST', '%2Fs')}: dial unix /s: connect: permission denied" in str(error.value)


def test_something_that_is_no_engine(tmp_path: Path) -> None:
    with Server(tmp_path, [b"SSH-2.0-OpenSSH\r\n"], [b"SSH-2.0-OpenSSH\r\n"]) as server:
        with pytest.raises(BrokenStream, match="is this a Docker Engine"):
            server.engine().json(list_containers())
