"""`image tags`: what a registry tells of a repository."""

from __future__ import annotations

import json

import pytest
from pytest_httpx import HTTPXMock

from pydock.errors import Failure
from pydock.registry import client
from pydock.registry.client import Registry, next_page
from tests.support.cli import Result, cli

V2 = "https://reg.example/v2/"
PAGE = f"{V2}team/app/tags/list?n=1000"


def tags(mock: HTTPXMock, found: list[str], *words: str) -> Result:
    mock.add_response(url=V2)
    mock.add_response(url=PAGE, json={"name": "team/app", "tags": found})
    return cli("image", "tags", "reg.example/team/app", *words)


@pytest.mark.parametrize(("words", "out"), [
    ((), "TAG\n1.2\n1.9\n1.10\n1.10-alpine\nlatest\n"),
    (("-q", "--limit", "2"), "1.10-alpine\nlatest\n"),
    (("-q", "--filter", "name=1.1*"), "1.10\n1.10-alpine\n"),
    (("-q", "--filter", "name=*-alpine", "--filter", "name=1.?", "--limit", "2"), "1.9\n1.10-alpine\n"),
    (("--format", "{{.Reference}}", "--limit", "1"), "reg.example/team/app:latest\n"),
    (("-q", "--filter", "name=none"), ""),
])  # fmt: skip
def test_tags_are_listed_in_natural_order(httpx_mock: HTTPXMock, words: tuple[str, ...], out: str) -> None:
    done = tags(httpx_mock, ["latest", "1.10", "1.9", "1.10-alpine", "1.2"], *words)
    assert (done.code, done.out, done.err) == (0, out, "")


def test_tags_for_programs(httpx_mock: HTTPXMock) -> None:
    done = tags(httpx_mock, ["b", "a"], "--json")
    assert json.loads(done.out) == [{"Tag": t, "Reference": f"reg.example/team/app:{t}"} for t in "ab"]


def test_a_repository_without_tags(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=V2)
    httpx_mock.add_response(url=PAGE, json={"name": "team/app", "tags": None})
    done = cli("image", "tags", "reg.example/team/app")
    assert (done.code, done.out) == (0, "TAG\n")


def test_all_pages_are_read(httpx_mock: HTTPXMock) -> None:
    """By the query of the Link alone: it may name another host."""
    httpx_mock.add_response(url=V2)
    following = {"Link": '<https://elsewhere.example/v2/other/tags/list?last=b&n=1000>; rel="next"'}
    httpx_mock.add_response(url=PAGE, json={"tags": ["a", "b"]}, headers=following)
    httpx_mock.add_response(url=f"{V2}team/app/tags/list?last=b&n=1000", json={"tags": ["c"]})
    done = cli("image", "tags", "-q", "reg.example/team/app")
    assert (done.code, done.out) == (0, "a\nb\nc\n")
    for link, query in (
        ('</v2/a/tags/list?n=2&last=x>; rel="next"', "n=2&last=x"),
        ("</v2/a/tags/list?n=2>; rel=next", "n=2"),
        ('</v2/a/tags/list?n=2>; rel="prev"', ""),
        ("", ""),
    ):
        assert next_page(link) == query


def test_pages_without_end(httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGES", 3)
    httpx_mock.add_response(url=V2, is_reusable=True)
    for count in range(3):
        link = {"Link": f'</v2/a/tags/list?last={count}>; rel="next"'}
        at = "n=1000" if not count else f"last={count - 1}"
        httpx_mock.add_response(url=f"{V2}a/tags/list?{at}", json={"tags": []}, headers=link)
    with pytest.raises(Failure, match="without end"):
        list(Registry("reg.example", {}).tags("a"))
    httpx_mock.add_response(
        url=f"{V2}b/tags/list?n=1000", json={"tags": []}, headers={"Link": '<x?n=1000>; rel="next"'}
    )
    with pytest.raises(Failure, match="without end"):
        list(Registry("reg.example", {}).tags("b"))


def test_who_is_logged_in_gets_a_token(httpx_mock: HTTPXMock, tmp_path: pytest.TempPathFactory) -> None:
    """For a repository that takes one."""
    asked = 'Bearer realm="https://auth.example/token",service="reg",scope="repository:team/app:pull"'
    httpx_mock.add_response(url=V2)
    httpx_mock.add_response(url=PAGE, status_code=401, headers={"WWW-Authenticate": asked})
    httpx_mock.add_response(
        url="https://auth.example/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull&account=u", json={"token": "T"}
    )
    httpx_mock.add_response(url=PAGE, match_headers={"Authorization": "Bearer T"}, json={"tags": ["1"]})
    config = {"auths": {"reg.example": {"auth": "dTpw"}}}
    files = {".docker/config.json": json.dumps(config)}
    done = cli(
        "image", "tags", "-q", "reg.example/team/app", environ={"HOME": str(tmp_path)}, files=files, folder=tmp_path
    )  # type: ignore[arg-type]
    assert (done.code, done.out, done.err) == (0, "1\n", "")
    assert httpx_mock.get_requests()[2].headers["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize(("status", "body", "told"), [
    (404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry", "detail": {}}]},
     "reg.example has no team/app for you: there is no such repository, or it takes a login (name unknown: repository name not known to registry)\n"),
    (500, {}, "the registry answered 500 Internal Server Error\n"),
    (200, {"tags": "x"}, "the tags of team/app are malformed: "),
    (200, {"tags": [7]}, "the tags of team/app are malformed: "),
])  # fmt: skip
def test_what_a_registry_refuses(httpx_mock: HTTPXMock, status: int, body: object, told: str) -> None:
    httpx_mock.add_response(url=V2)
    httpx_mock.add_response(url=PAGE, status_code=status, json=body)
    done = cli("image", "tags", "reg.example/team/app")
    assert (done.code, done.out) == (1, "") and done.err.startswith(told)


def test_what_is_refused_at_once() -> None:
    for words, told in (
        (("app:1",), "app:1 is an image: name the repository alone, app\n"),
        (("app", "--limit", "0"), "invalid --limit 0: it is at least 1\n"),
        (("app", "--filter", "label=x"), "invalid filter 'label': it is name=PATTERN\n"),
        (("UPPER",), "invalid reference format: repository name (library/UPPER) must be lowercase\n"),
    ):
        done = cli("image", "tags", *words)
        assert (done.code, done.out, done.err) == (1, "", told)


@pytest.mark.parametrize(("registry", "words", "plain"), [
    ("127.0.0.1:5000", [], True), ("localhost:5000", [], True), ("reg.example", ["--insecure"], True), ("reg.example", [], False),
])  # fmt: skip
def test_without_tls_only_here_or_where_it_is_allowed(
    httpx_mock: HTTPXMock, registry: str, words: list[str], plain: bool
) -> None:
    import httpx

    httpx_mock.add_exception(
        httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), url=f"https://{registry}/v2/"
    )
    if plain:
        httpx_mock.add_response(url=f"http://{registry}/v2/")
        httpx_mock.add_response(url=f"http://{registry}/v2/a/tags/list?n=1000", json={"tags": ["1"]})
    done = cli("image", "tags", "-q", f"{registry}/a", *words)
    assert (done.code, done.out) == ((0, "1\n") if plain else (1, ""))
    assert plain or "reg.example does not support HTTPS" in done.err
