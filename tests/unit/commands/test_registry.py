"""`login`, `logout`, `search`: with a person at a terminal, and without."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from pydock.api.request import Request
from tests.support.cli import Result, cli, refused

HUB = "https://index.docker.io/v1/"
WELCOME = {"Status": "Login Succeeded"}


@contextmanager
def typed(text: bytes) -> Iterator[BinaryIO]:
    """A terminal at which this is typed."""
    master, slave = os.openpty()
    try:
        os.write(master, text)
        with open(slave, "rb", buffering=0) as stream:
            yield stream
    finally:
        os.close(master)


def login(folder: Path, *argv: str, keys: bytes, answer: Any = None, **more: Any) -> Result:
    table = {("POST", "/auth"): answer} if answer is not None else {}
    with typed(keys) as stdin:
        return cli("--config", str(folder), "login", *argv, table=table, stdin=stdin, **more)


def kept(folder: Path) -> Any:
    return json.loads((folder / "config.json").read_text()).get("auths")


def test_a_person_is_asked_for_what_is_not_given(tmp_path: Path) -> None:
    for argv, keys, out in (
        ((), b"me\nsecret\n", "Username: Password: \n"),
        (("-u", "me"), b"secret\n", "Password: \n"),
        (("-u", " me "), b"secret\n", "Password: \n"),
    ):
        done = login(tmp_path, *argv, "reg.example", keys=keys, answer=WELCOME)
        assert (done.code, done.out) == (0, out + "Login Succeeded\n")
        assert done.requests[0].body == {"username": "me", "password": "secret", "serveraddress": "reg.example"}
        assert kept(tmp_path) == {"reg.example": {"auth": "bWU6c2VjcmV0"}}
        (tmp_path / "config.json").unlink()


def test_at_the_hub_more_is_told(tmp_path: Path) -> None:
    for server in ((), ("docker.io",)):
        done = login(tmp_path, *server, keys=b"me\nsecret\n", answer=WELCOME)
        assert done.code == 0
        assert "Log in with your Docker ID" in done.out and "A Personal Access Token (PAT) can be used" in done.err
        assert done.requests[0].body["serveraddress"] == HUB
        (tmp_path / "config.json").unlink()


@pytest.mark.parametrize(
    "argv, keys, problem",
    [
        ((), b"\n", "Error: Non-null Username Required"),
        ((), b"me\n\n", "Error: Password Required"),
        (("-u", "me"), b"\x04", "Error: Password Required"),
    ],
)
def test_who_says_nothing_is_not_logged_in(tmp_path: Path, argv: tuple[str, ...], keys: bytes, problem: str) -> None:
    done = login(tmp_path, *argv, "reg.example", keys=keys)
    assert (done.code, done.err.splitlines()[-1]) == (1, problem)
    assert not (tmp_path / "config.json").exists()


def test_kept_credentials_are_tried_first(tmp_path: Path) -> None:
    login(tmp_path, "-u", "me", "reg.example", keys=b"secret\n", answer=WELCOME)
    again = cli("--config", str(tmp_path), "login", "reg.example", table={("POST", "/auth"): WELCOME})
    assert (again.code, again.out) == (0, "Login Succeeded\n")
    assert again.err.startswith("Authenticating with existing credentials... [Username: me]\n")
    assert "run 'docker logout' followed by 'docker login'" in again.err
    assert again.requests[0].body["password"] == "secret"


def test_credentials_that_are_taken_no_more_are_asked_for(tmp_path: Path) -> None:
    """The name that is kept is offered."""
    login(tmp_path, "-u", "me", "reg.example", keys=b"secret\n", answer=WELCOME)
    answers = iter((refused(401, "no more"), WELCOME))
    done = login(tmp_path, "reg.example", keys=b"\nnew\n", answer=lambda sent: next(answers))
    assert done.code == 0 and "Username (me): " in done.out
    assert "Login did not succeed, error: Error response from daemon: no more\n" in done.err
    assert done.requests[1].body["password"] == "new" and kept(tmp_path)["reg.example"]["auth"] == "bWU6bmV3"


def test_a_token_is_kept_in_place_of_the_password(tmp_path: Path) -> None:
    answer = {"Status": "Login Succeeded", "IdentityToken": "token"}
    assert login(tmp_path, "-u", "me", "reg.example", keys=b"secret\n", answer=answer).code == 0
    assert kept(tmp_path) == {"reg.example": {"auth": "bWU6", "identitytoken": "token"}}


def test_a_refused_login_keeps_nothing(tmp_path: Path) -> None:
    done = login(tmp_path, "-u", "me", "reg.example", keys=b"secret\n", answer=refused(401, "unauthorized"))
    assert (done.code, done.err) == (1, "Error response from daemon: unauthorized\n")
    assert not (tmp_path / "config.json").exists()


def test_logout_forgets_every_name_of_a_registry(tmp_path: Path) -> None:
    names = ("reg.example", "https://reg.example", "http://reg.example", "other.example", HUB)
    (tmp_path / "config.json").write_text(json.dumps({"auths": {name: {"auth": "bWU6c2VjcmV0"} for name in names}}))
    done = cli("--config", str(tmp_path), "logout", "https://reg.example", own_engine=True)
    assert (done.code, done.out, done.err) == (0, "Removing login credentials for reg.example\n", "")
    assert set(kept(tmp_path)) == {"other.example", HUB}
    done = cli("--config", str(tmp_path), "logout", own_engine=True)
    assert (done.code, done.out) == (0, f"Removing login credentials for {HUB}\n")
    assert set(kept(tmp_path)) == {"other.example"}


def test_logout_tells_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "none-such"}))
    done = cli("--config", str(tmp_path), "logout", "reg.example", own_engine=True)
    assert done.code == 0
    assert (
        done.err.startswith("WARNING: could not erase credentials:\nreg.example: ") and len(done.err.splitlines()) >= 4
    )


def test_credentials_of_the_environment_are_told_of(tmp_path: Path) -> None:
    environ = {"DOCKER_AUTH_CONFIG": "{}"}
    done = cli("--config", str(tmp_path), "logout", "reg.example", own_engine=True, environ=environ)
    assert "DOCKER_AUTH_CONFIG is set and takes precedence." in done.err and "\x1b" not in done.err


FOUND = [
    {"name": "busybox", "description": "small\n" + "and useful " * 6, "star_count": 3, "is_official": True},
    {"name": "me/box", "description": "", "star_count": 0, "is_official": False},
]


def search(folder: Path, *argv: str, query: Any = None) -> Result:
    request = Request("GET", "/images/search", {"term": "box", **(query or {})})
    return cli("--config", str(folder), "search", *argv, table={("GET", request.path): FOUND})


def test_what_a_search_shows(tmp_path: Path) -> None:
    done = search(tmp_path, "box")
    text = "small " + "and useful " * 6
    assert done.out.splitlines() == [
        "NAME      DESCRIPTION                                     STARS     OFFICIAL",
        f"busybox   {text[:44]}…   3         [OK]",
        "me/box                                                    0         ",
    ]
    assert text in search(tmp_path, "--no-trunc", "box").out
    rows = [json.loads(line) for line in search(tmp_path, "--format", "json", "box").out.splitlines()]
    assert [(r["Name"], r["StarCount"], r["IsOfficial"]) for r in rows] == [("busybox", "3", "true"), ("me/box", "0", "false")]  # fmt: skip
    assert search(tmp_path, "--format", "{{.Name}}:{{.IsOfficial}}", "box").out == "busybox:[OK]\nme/box:\n"


def test_what_a_search_asks(tmp_path: Path) -> None:
    done = search(tmp_path, "--limit", "5", "-f", "stars=3", "-f", "is-automated=true", "box")
    (asked,) = done.requests
    assert asked.query["term"] == "box" and asked.query["limit"] == "5"
    assert json.loads(str(asked.query["filters"])) == {"stars": {"3": True}, "is-automated": {"true": True}}
    assert done.err.startswith('WARNING: the "is-automated" filter is deprecated')
