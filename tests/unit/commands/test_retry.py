"""--retry: again after errors of the network, and after no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pydock.commands import retry
from pydock.errors import BadAnswer, BrokenStream, Failure, Unreachable
from tests.support.cli import Messages, cli, refused

REFUSED = 'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
DONE = Messages([{"status": "Digest: sha256:d"}])


@pytest.mark.parametrize(("message", "expected"), [
    # as engines of 20.10 and 28.5 and Podman tell it
    (REFUSED, True), ('Get "https://r.example/v2/": EOF', True), ("unexpected EOF", True), ("read tcp 10.0.0.2:1->10.0.0.3:443: read: connection reset by peer", True),
    ("net/http: TLS handshake timeout", True), ('Get "https://r.example/v2/": context deadline exceeded', True), ("dial tcp 10.0.0.3:443: i/o timeout", True),
    ("net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", True), ("write: broken pipe", True),
    ("dial tcp: lookup r.example on 10.0.0.1:53: server misbehaving", True), ("connect: network is unreachable", True), ("connect: no route to host", True),
    ("received unexpected HTTP status: 503 Service Unavailable", True), ("error parsing HTTP 504 response body: invalid character '<' looking for beginning of value", True),
    ("unexpected status from HEAD request to https://r.example/v2/a/manifests/latest: 502 Bad Gateway", True), ("toomanyrequests: retry-after: 2s", True),
    ("unexpected status from GET request to https://r.example/v2/a: 599", True), ("toomanyrequests: You have reached your unauthenticated pull rate limit", False),
    ("manifest for a:timeout not found: manifest unknown: manifest unknown", False), ("pull access denied for eof, repository does not exist or may require 'docker login'", False),
    ("unauthorized: authentication required", False), ("write /var/lib/docker/tmp/x: no space left on device", False), ("dial tcp: lookup no.example: no such host", False),
    ("tls: failed to verify certificate: x509: certificate signed by unknown authority", False), ("no matching manifest for linux/s390x in the manifest list entries", False),
    ("unknown: failed to copy: httpReadSeeker: failed open: unexpected status code https://r.example/v2/a/blobs/sha256:1: 502 Bad Gateway", True),
    ("failed to do request: Head \"https://r.example/v2/a/manifests/1\": EOF: unknown", True), ("unknown: name unknown: repository not there", False),
    ("invalid reference format", False), ("a tag named 503 is wrong", False), ("An image does not exist locally with the tag: a", False),
])  # fmt: skip
def test_what_may_pass(message: str, expected: bool) -> None:
    assert retry.may_pass(Failure(message)) is expected


def test_what_may_pass_between_client_and_engine() -> None:
    assert retry.may_pass(BrokenStream("unexpected EOF")) and retry.may_pass(Unreachable("no", "host"))
    assert not retry.may_pass(BadAnswer("POST", "/images/create", "it is no JSON: unexpected EOF"))


def test_pauses_grow_and_differ() -> None:
    plain, busy = Failure(REFUSED), Failure("429 Too Many Requests")
    assert [retry.pause_of(plain, n, 1) for n in (1, 2, 3, 6, 5000)] == [1, 2, 4, 30, 30]
    assert retry.pause_of(plain, 1, 0) == 0.5 and retry.pause_of(busy, 1, 1) == 10


def answers(*given: Any) -> Callable[[Any], Any]:
    rest = list(given)
    return lambda _: rest.pop(0)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "LONGEST", 0.0)


@pytest.mark.usefixtures("no_pauses")
def test_a_pull_and_a_push_go_on() -> None:
    late = Messages(
        [
            {"status": "Downloading", "id": "a", "progressDetail": {"current": 1, "total": 2}},
            {"errorDetail": {"message": "unexpected EOF"}, "error": "x"},
        ]
    )
    table = {("POST", "/images/create"): answers(refused(500, REFUSED), late, DONE)}
    done = cli("pull", "--retry", "2", "a:1", table=table)
    assert (done.code, done.out, len(done.requests)) == (0, "Digest: sha256:d\ndocker.io/library/a:1\n", 3)
    assert done.err == (
        f"Error response from daemon: {REFUSED}\nthe pull failed; attempt 2 of 3 in 0.0 s\nunexpected EOF\nthe pull failed; attempt 3 of 3 in 0.0 s\n"
    )
    done = cli(
        "push",
        "-q",
        "--retry=1",
        "a:1",
        table={("POST", "/images/docker.io/library/a/push"): answers(refused(503, "503 Service Unavailable"), DONE)},
    )
    assert (done.code, done.out, len(done.requests)) == (0, "docker.io/library/a:1\n", 2)


@pytest.mark.usefixtures("no_pauses")
def test_no_more_often_than_was_asked_for() -> None:
    for flags, times in (((), 1), (("--retry", "0"), 1), (("--retry", "2"), 3)):
        done = cli("pull", *flags, "-q", "a", table={("POST", "/images/create"): refused(500, REFUSED)})
        assert (done.code, len(done.requests)) == (1, times) and done.err.splitlines()[
            -1
        ] == f"Error response from daemon: {REFUSED}"


@pytest.mark.usefixtures("no_pauses")
def test_what_is_wrong_stays_wrong() -> None:
    for status, message in ((404, "manifest for a:1 not found: manifest unknown"), (500, "no space left on device")):
        done = cli("pull", "--retry", "5", "a:1", table={("POST", "/images/create"): refused(status, message)})
        assert (done.code, done.err, len(done.requests)) == (1, f"Error response from daemon: {message}\n", 1)
    done = cli("pull", "--retry", "3", "a", own_engine=True, environ={"DOCKER_HOST": "unix:///nonexistent/docker.sock"})
    assert done.code == 1 and "attempt" not in done.err


def test_bad_numbers() -> None:
    for text in ("-1", "x", "99999"):
        done = cli("pull", "--retry", text, "a")
        assert done.code == 125 and done.err.startswith(f'invalid argument "{text}" for "--retry" flag: ')
