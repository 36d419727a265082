"""--curl and --trace: requests as lines of curl, without secrets, sent or not; how they went."""

from __future__ import annotations

import base64
import json
import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.api.request import Request
from pydock.config.endpoint import Endpoint, Tls
from pydock.engine.engine import Engine
from pydock.errors import Ended, Unreachable
from pydock.shape import problem
from pydock.watch import made_up, redact, shell
from pydock.watch.curl import Asked, hidden, lines
from pydock.watch.watch import Watch, certificates
from tests.support.cli import FakeDuplex, Messages, Reply, Result, any_of, cli
from tests.support.samples import ID, container, service
from tests.support.stubs import ENDPOINT, Stubs

UNIX = Endpoint("unix:///run/my docker.sock")
GET = Asked("GET", "/v1.51/info")
CREATED = {
    ("POST", "/volumes/create"): {"Name": "v", "Driver": "local", "Mountpoint": "/v", "Scope": "local", "Labels": None}
}


def watched(*argv: str, table: Any = None, **more: Any) -> tuple[Result, list[str]]:
    """The result, and the lines on stderr; the command line itself makes the engine, from the canned transport."""
    stubs = Stubs(any_of(table or {}))
    done = cli(*argv, own_engine=True, transport=stubs, environ={"DOCKER_HOST": ENDPOINT.host}, **more)
    done.requests = stubs.requests
    return done, done.err.splitlines()


def stopped(*argv: str, table: Any = None, **more: Any) -> str:
    """The last line of a command that ends before its end."""
    with pytest.raises(Ended) as end:
        watched(*argv, table=table, **more)
    assert end.value.code == 0
    return end.value.message


# ---- lines of curl ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("endpoint", "asked", "expected"), [
    (UNIX, GET, ["curl --unix-socket '/run/my docker.sock' http://localhost/v1.51/info"]),
    (Endpoint("unix://@name"), GET, ["curl --abstract-unix-socket name http://localhost/v1.51/info"]),
    (Endpoint("tcp://h:2375"), GET, ["curl http://h:2375/v1.51/info"]),
    (Endpoint("tcp://h:2375/pre"), Asked("GET", "/pre/info"), ["curl http://h:2375/pre/info"]),
    (Endpoint("tcp://[::1]:2376", Tls("/ca", "/cert", "/a key")), GET,
     ["curl --cacert /ca --cert /cert --key '/a key' 'https://[::1]:2376/v1.51/info'"]),
    (Endpoint("tcp://h:2376", Tls("/ca", verify=False)), GET, ["curl --insecure https://h:2376/v1.51/info"]),
    (Endpoint("ssh://me@far:22"), Asked("GET", "/info?a=b&c"),
     ["ssh -o ConnectTimeout=30 -T -l me -p 22 -- far 'curl --unix-socket /var/run/docker.sock '\"'\"'http://localhost/info?a=b&c'\"'\"''"]),
    (Endpoint("ssh://far/run/d.sock"), GET, ["ssh -o ConnectTimeout=30 -T -- far 'curl --unix-socket /run/d.sock http://localhost/v1.51/info'"]),
    (Endpoint("npipe:////./pipe/docker_engine"), GET,
     ["# curl cannot connect to npipe:////./pipe/docker_engine", "# curl http://localhost/v1.51/info"]),
    (None, Asked("GET", "/v2/", base="https://r.example", trust=("--insecure",)), ["curl --insecure https://r.example/v2/"]),
    (UNIX, Asked("HEAD", "/_ping"), ["curl --unix-socket '/run/my docker.sock' --head http://localhost/_ping"]),
], ids=lambda value: value.host if isinstance(value, Endpoint) else "")  # fmt: skip
def test_how_curl_reaches_an_engine(endpoint: Endpoint | None, asked: Asked, expected: list[str]) -> None:
    assert lines(asked, endpoint) == expected


JSON, TAR = ("content-type", "application/json"), ("Content-Type", "application/x-tar")


@pytest.mark.parametrize(("asked", "expected"), [
    (Asked("POST", "/a", (("Host", "x"), ("User-Agent", "y"), ("Accept", "*/*"), ("X-Mine", "1"), ("X-None", ""))), ["curl -X POST -H 'X-Mine: 1' -H 'X-None;' URL/a"]),
    (Asked("GET", "/a", (("Accept", "x/y"),)), ["curl -H 'Accept: x/y' URL/a"]),
    (Asked("POST", "/a", (JSON,), b'{"a":"it\'s"}'), ["""curl -X POST -H 'content-type: application/json' --data '{"a":"it'"'"'s"}' URL/a"""]),
    (Asked("POST", "/a", body=b"@file"), ["curl -X POST -H Content-Type: --data-raw @file URL/a"]),
    (Asked("GET", "/a", (JSON,), b"{}"), ["curl -X GET -H 'content-type: application/json' --data '{}' URL/a"]),
    (Asked("PUT", "/a", (TAR,), None), ["# stdin: a tar archive, as a stream", "curl -X PUT -H 'Content-Type: application/x-tar' -T - URL/a"]),
    (Asked("POST", "/a", (TAR,), b"a\0b"), ["# stdin: a tar archive of 3 bytes", "curl -X POST -H 'Content-Type: application/x-tar' --data-binary @- URL/a"]),
    (Asked("POST", "/a", (JSON,), b'"' + b"a" * 100_000 + b'"'),
     ["# stdin: JSON of 100002 bytes", "curl -X POST -H 'content-type: application/json' --data-binary @- URL/a"]),
    (Asked("POST", "/v1.51/containers/c/attach", (("Connection", "Upgrade"), ("Upgrade", "tcp"))),
     ["# a stream both ways: curl shows what comes, and sends nothing",
      "curl --no-buffer -X POST -H 'Connection: Upgrade' -H 'Upgrade: tcp' URL/v1.51/containers/c/attach"]),
    (Asked("POST", "/v1.51/grpc", (("Upgrade", "h2c"),)),
     ["# BuildKit's control connection: gRPC on HTTP/2, which curl does not speak",
      "curl --no-buffer -X POST -H 'Connection: Upgrade' -H 'Upgrade: h2c' URL/v1.51/grpc"]),
    (Asked("GET", "/a/[1]?b={c}"), ["curl --globoff 'URL/a/[1]?b={c}'"]),
    (Asked("GET", "/a/../b"), ["curl --path-as-is URL/a/../b"]),
    (Asked("GET", "/a/%2E%2e"), ["curl --path-as-is URL/a/%2E%2e"]),
])  # fmt: skip
def test_what_a_request_is_as_options_of_curl(asked: Asked, expected: list[str]) -> None:
    assert lines(Asked(**{**asked.__dict__, "base": "URL"}), None) == expected


@given(st.lists(st.binary(max_size=20)))
def test_any_printable_words_are_those_that_a_shell_reads(names: list[bytes]) -> None:
    words = [w for w in (name.decode("utf-8", "surrogateescape") for name in names) if shell.printable(w)]
    assert shlex.split(shell.line(words)) == words


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=30).filter(lambda b: b"\0" not in b), min_size=1, max_size=20))
def test_any_bytes_are_those_that_bash_reads(words: list[bytes]) -> None:
    line = shell.line([w.decode("utf-8", "surrogateescape") for w in words])
    assert shell.printable(line)
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, timeout=30)
    assert done.stdout == b"\0".join(words) + b"\0"


def test_placeholders_are_variables_of_the_shell_and_nothing_else_is() -> None:
    line = shell.line(['a$ID/"$ID2`$x\\', "$ID", "$IDEA"], ["$ID"])
    done = subprocess.run(
        ["bash", "-c", f"ID=7; printf '%s|' {line}"], capture_output=True, check=True, timeout=30, text=True
    )
    assert done.stdout == 'a7/"$ID2`$x\\|7|$IDEA|'


# ---- secrets ---------------------------------------------------------------------------------------------


def coded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(("name", "value", "shown"), [
    ("X-Registry-Auth", coded({"username": "u", "password": "p"}), "***"), ("X-Registry-Auth", coded({}), coded({})), ("X-Registry-Auth", "junk!", "***"),
    ("x-registry-config", coded({"r": {"auth": "x"}}), "***"), ("Authorization", "Bearer abc", "Bearer ***"), ("Authorization", "abc", "***"),
    ("Cookie", "a=b", "***"), ("X-Api-Key", "k", "***"), ("X-My-Token", "k", "***"), ("Accept", "a/b", "a/b"),
    ("X-Docker-Expose-Session-Grpc-Method", "/moby.buildkit.secrets.v1.Secrets/GetSecret", "/moby.buildkit.secrets.v1.Secrets/GetSecret"),
])  # fmt: skip
def test_headers_that_are_secret(name: str, value: str, shown: str) -> None:
    assert redact.header(name, value) == shown


@pytest.mark.parametrize(("path", "value", "shown"), [
    ("/auth", {"username": "u", "password": "p", "serveraddress": "r"}, {"username": "u", "password": "***", "serveraddress": "r"}),
    ("/swarm/join", {"JoinToken": "SWMTKN-1", "RemoteAddrs": ["a"]}, {"JoinToken": "***", "RemoteAddrs": ["a"]}),
    ("/swarm/unlock", {"UnlockKey": "SWMKEY"}, {"UnlockKey": "***"}),
    ("/swarm/update", {"CAConfig": {"SigningCAKey": "k", "SigningCACert": "c"}}, {"CAConfig": {"SigningCAKey": "***", "SigningCACert": "c"}}),
    ("/v1.51/secrets/create", {"Name": "n", "Data": "eA=="}, {"Name": "n", "Data": "***"}),
    ("/v1.51/secrets/id/update", {"Name": "n", "Data": "eA=="}, {"Name": "n", "Data": "***"}),
    ("/v1.51/configs/create", {"Name": "n", "Data": "eA=="}, {"Name": "n", "Data": "eA=="}),
    ("/services/create", {"Secrets": [{"SecretID": "i", "SecretName": "n", "File": {"Name": "token"}}]},
     {"Secrets": [{"SecretID": "i", "SecretName": "n", "File": {"Name": "token"}}]}),
    ("/containers/create", {"Env": ["A=b", "DB_PASSWORD=x y", "API_KEY=z", "TOKEN=", "MONKEY=m", "PWD=/"], "Cmd": ["--password=p", "http://u:p@h/x"]},
     {"Env": ["A=b", "DB_PASSWORD=***", "API_KEY=***", "TOKEN=", "MONKEY=m", "PWD=/"], "Cmd": ["--password=***", "http://***@h/x"]}),
    ("/volumes/create", {"DriverOpts": {"o": "addr=h,username=u,password=p,rw"}}, {"DriverOpts": {"o": "addr=h,username=u,password=***,rw"}}),
])  # fmt: skip
def test_bodies_without_their_secrets(path: str, value: Any, shown: Any) -> None:
    assert json.loads(redact.body(path, "application/json", json.dumps(value))) == shown


@pytest.mark.parametrize(("path", "shown"), [
    ("/build?remote=https%3A%2F%2Ftok%40h%2Fr.git", "/build?remote=https://***%40h/r.git"), ("/build?remote=ssh%3A%2F%2Fgit%40h%2Fr", "/build?remote=ssh%3A%2F%2Fgit%40h%2Fr"),
    ("/build?buildargs=%7B%22TOKEN%22%3A%22x%22%2C%22A%22%3A%22b%22%7D", "/build?buildargs=%7B%22TOKEN%22:%22***%22,%22A%22:%22b%22%7D"),
    ("/swarm/update?rotateWorkerToken=true&version=1", "/swarm/update?rotateWorkerToken=true&version=1"),
    ("/x?token=abc&a=%zz+b&c", "/x?token=***&a=%zz+b&c"), ("/x?a=%ff%fe", "/x?a=%ff%fe"), ("/x?filters=%5B%5B", "/x?filters=%5B%5B"),
])  # fmt: skip
def test_queries_without_their_secrets(path: str, shown: str) -> None:
    assert redact.target(path) == shown


@given(
    st.binary(max_size=60),
    st.text(max_size=20),
    st.sampled_from(["", "application/json", "application/x-www-form-urlencoded"]),
)
def test_any_request_can_be_told(body: bytes, value: str, kind: str) -> None:
    asked = Asked("POST", "/a?" + value.encode().hex(), (("Content-Type", kind), ("X-Token", value)), body)
    for told in (asked, hidden(asked)):
        for endpoint in (UNIX, Endpoint("ssh://h"), Endpoint("npipe://x"), None):
            assert all(shell.printable(line) for line in lines(told, endpoint))


@pytest.mark.parametrize("part", ["a", "a.", "a://", "token", "password=", "x=", "://u", "token=a,"])
def test_long_texts_are_read_once(part: str) -> None:
    """In time: a search that begins anew at each character of such a text would take hours."""
    assert redact.text(part * 200_000)
    assert redact.body("/x", "application/json", json.dumps([part * 200_000]))


def test_forms_for_tokens_are_without_their_secrets() -> None:
    form = "grant_type=password&username=u&password=p%26q&refresh_token=r"
    shown = redact.body("/token", "application/x-www-form-urlencoded", form)
    assert shown == "grant_type=password&username=u&password=***&refresh_token=***"


# ---- commands --------------------------------------------------------------------------------------------


def curl(*words: str) -> str:
    return " ".join(("curl --unix-socket /fake.sock", *words))


PING = curl("--head http://localhost/_ping")


def test_requests_are_shown_in_order_and_the_result_is_the_same() -> None:
    done, shown = watched("--curl", "volume", "create", "-o", "password=p", "v", table=CREATED)
    body = '{"Driver":"local","DriverOpts":{"password":"***"},"Name":"v"}'
    post = curl(f"-X POST -H 'Content-Type: application/json' --data '{body}' http://localhost/v1.51/volumes/create")
    assert (done.code, done.out, shown) == (0, "v\n", [PING, post])
    assert done.requests[0].body["DriverOpts"] == {"password": "p"}
    assert (
        '"password":"p"' in watched("--curl=secrets", "volume", "create", "-o", "password=p", "v", table=CREATED)[1][1]
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [(("--curl=x",), '"x" is neither only nor secrets'), (("--curl=only,",), '"" is neither only nor secrets')],
)
def test_words_that_curl_does_not_know(argv: tuple[str, ...], message: str) -> None:
    done = cli(*argv, "ps")
    assert done.code == 125 and message in done.err


def test_nothing_that_changes_is_sent_and_nothing_is_told_as_done() -> None:
    for line in (
        "stop a b",
        "rm -f a",
        "volume create",
        "kill a",
        "tag a b",
        "pull busybox",
        "system prune -f",
        "rmi a",
        "wait a",
        "commit a b",
        "update -m 1g a",
    ):
        done, shown = watched("--curl=only", *line.split())
        assert (done.code, done.requests) == (0, []), line
        # what is told before the first request is not made up
        assert done.out in ("", "Using default tag: latest\n") and len(shown) > 1, line


def test_what_is_created_is_a_placeholder_in_what_follows(tmp_path: Path) -> None:
    done, shown = watched("--curl=only", "run", "--rm", "--cidfile", str(tmp_path / "id"), "busybox")
    assert (done.code, done.out, done.requests, list(tmp_path.iterdir())) == (0, "", [], [])
    assert [line.partition("http://localhost")[2] or line for line in shown] == [
        "/_ping", "/v1.51/containers/create", "# $ID stands for the ID in its answer", "# a stream both ways: curl shows what comes, and sends nothing",
        '/v1.51/containers/$ID/attach?stderr=1&stdout=1&stream=1"', '/v1.51/containers/$ID/wait?condition=removed"', '/v1.51/containers/$ID/start"',
    ]  # fmt: skip


def test_what_reads_is_sent_and_what_depends_on_the_unsent_is_not() -> None:
    table = {("GET", "/containers/c/json"): container()}
    why = "# Stopped: what follows depends on the answer, which only the engine knows."
    assert stopped("--curl=only", "exec", "c", "true", table=table) == why
    done, shown = watched("--curl=only", "exec", "-d", "c", "true", table=table)
    assert (done.code, [r.path for r in done.requests]) == (0, ["/containers/c/json"])
    assert shown[-1].endswith('"http://localhost/v1.51/exec/$ID/start"')


def test_what_follows_from_a_made_up_answer_is_no_failure() -> None:
    table = {
        ("GET", "/containers/c/json"): container(),
        ("GET", "/info"): Reply({"message": "no"}, 500, {"Content-Type": "application/json"}),
    }
    done, shown = watched("--curl=only", "swarm", "join", "--token", "t", "h:1", table=table)
    assert (done.code, shown[-1]) == (0, "# Stopped, as what came before was not sent: Error response from daemon: no")


def test_what_waits_for_a_change_ends() -> None:
    web = service("web")
    table = {
        ("GET", "/services/web"): web,
        ("GET", f"/services/{web['ID']}"): web,
        ("GET", "/tasks"): [],
        ("GET", "/nodes"): [],
    }
    assert stopped("--curl=only", "service", "scale", "web=3", table=table).startswith("# Stopped: ")
    # no event tells of what was not sent, whether it was listened for before or after that
    quiet = {
        ("GET", "/containers/c/json"): container(
            State={"Status": "exited", "Running": False, "Paused": False, "Restarting": False}
        )
    }
    quiet |= {("GET", f"/containers/{ID}/json"): quiet["GET", "/containers/c/json"], ("GET", "/events"): iter([])}
    assert "would wait here" in stopped("--curl=only", "start", "--wait", "c", table=quiet)
    assert "depends on the answer" in stopped("--curl=only", "run", "-d", "--wait", "busybox", table=quiet)


def test_what_is_asked_again_after_another_change_does_not_wait() -> None:
    """As for each of several things that are copied to one place."""
    done, shown = watched("--curl=only", "attach", "c", table={("GET", "/containers/c/json"): container()})
    assert (done.code, done.out) == (0, "") and [line.rpartition("/")[2] for line in shown].count("json") == 2


@pytest.mark.parametrize(("line", "why"), [
    ("build .", "what follows goes through this connection, which was not opened"),
    ("login -u a -p b r.example", "what follows depends on whether the registry takes the credentials"),
    ("system dial-stdio", "it was not opened"),
])  # fmt: skip
def test_what_cannot_go_on_says_so(line: str, why: str, tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM x"}
    assert stopped("--curl=only", *line.split(), folder=tmp_path, files=files) == f"# Stopped: {why}."


@pytest.mark.parametrize(
    "module",
    "builds configs containers distribution images networks nodes plugins secrets services swarm system tasks volumes".split(),
)
def test_answers_that_are_made_up_have_the_promised_shape(module: str) -> None:
    for name, shape in vars(import_module(f"pydock.api.{module}")).items():
        if name.isupper() and isinstance(shape, (dict, list)):
            for one in (shape, [shape]):
                assert not problem(made_up.value(one, lambda field: "x"), one), name


def test_a_plugin_gets_no_flag_that_it_does_not_know(tmp_path: Path) -> None:
    folder = tmp_path / ".docker" / "cli-plugins"
    folder.mkdir(parents=True)
    says = '{"SchemaVersion":"0.1.0","Vendor":"v"}'
    (folder / "docker-x").write_text(
        f"""#!/bin/sh\n[ "$1" = docker-cli-plugin-metadata ] && echo '{says}' || echo "$@" >{tmp_path}/got\n"""
    )
    (folder / "docker-x").chmod(0o755)
    home = {"HOME": str(tmp_path)}
    for flags, got in (
        (["--curl", "-D", "-H", "tcp://--curl", "--trace=true"], "-D -H tcp://--curl x --curl a"),
        (["--curl=secrets", "--host", "--trace"], "--host --trace x --curl a"),
    ):
        done = cli(*flags, "x", "--curl", "a", environ=home)
        assert (done.code, (tmp_path / "got").read_text()) == (0, got + "\n")
        assert done.err == f"# {folder}/docker-x is a plugin: it makes its requests itself, and they are not seen\n"
    done = cli("--curl=only", "x", environ=home)
    assert done.code == 1 and done.err.startswith(f"--curl=only: {folder}/docker-x is a plugin")


def test_completion_shows_no_requests() -> None:
    done, shown = watched("__complete", "--curl", "--trace", "network", "rm", "", table={("GET", "/networks"): []})
    assert (done.code, done.out, shown) == (0, ":4\n", [])


# ---- how requests went -----------------------------------------------------------------------------------


def traced(*argv: str, table: Any) -> list[str]:
    """The lines, without their times."""
    return [
        re.sub(r"[0-9.]+m?s\b", "T", re.sub(r"^\[ *[0-9.]+s\] ", "", line))
        for line in watched("--trace", *argv, table=table)[1]
    ]


def test_how_requests_went() -> None:
    head = "HEAD /_ping: 200, first byte T, total T, sent 0 B, received 0 B, new connection"
    assert traced("volume", "create", "v", table=CREATED) == [
        head, "POST /v1.51/volumes/create: 200, first byte T, total T, sent 29 B, received 86 B, new connection",
    ]  # fmt: skip
    (short,) = traced("stop", ID, table={("POST", f"/containers/{ID}/stop"): b""})[1:]
    assert short.startswith(f"POST /v1.51/containers/{ID[:12]}/stop: 200")
    (missing,) = traced("stop", "c", table={("POST", "/containers/c/stop"): Reply(b"no", 404)})[1:2]
    assert (
        missing == "POST /v1.51/containers/c/stop: 404, first byte T, total T, sent 0 B, received 2 B, new connection"
    )


def test_streams_are_told_when_they_begin_and_when_they_end() -> None:
    table = {
        ("GET", "/containers/c/json"): container(),
        ("POST", "/containers/c/exec"): {"Id": "e"}, ("POST", "/exec/e/start"): FakeDuplex(b"\1\0\0\0\0\0\0\2hi"), ("GET", "/exec/e/json"): {"ExitCode": 0, "Running": False},
    }  # fmt: skip
    shown = [line for line in traced("exec", "c", "true", table=table) if "/start" in line]
    assert shown == [
        "POST /v1.51/exec/e/start: 101 Switching Protocols, first byte T, upgraded, new connection", "POST /v1.51/exec/e/start: ended, total T, sent 28 B, received 10 B",
    ]  # fmt: skip


def test_bytes_are_counted_as_they_go_and_failures_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(bytes(5000))
    load = traced("load", "-i", str(tmp_path / "x.tar"), table={("POST", "/images/load"): Messages([{"stream": "ok"}])})
    assert "sent 5000 B, received 17 B" in load[1]
    gone = traced("ps", table={("GET", "/containers/json"): Unreachable("gone\nfor good", "x")})
    assert gone[1:] == ["GET /v1.51/containers/json: failed after T: gone", "gone", "for good"]


def test_reused_connections_are_told(tmp_path: Path) -> None:
    from tests.unit.test_engine import PONG, Server, ok

    told: list[str] = []
    with Server(tmp_path, [PONG, ok(b"[]")]) as server:
        endpoint = server.engine().endpoint
        from pydock.engine.transport import Transport

        watch = Watch((), True, told.append, lambda: None)
        engine = Engine(endpoint, transport=watch.over(Transport(endpoint), endpoint))
        assert engine.json(Request("GET", "/containers/json", answer=[dict])) == []
        engine.close()
    assert [line.rpartition(", ")[2] for line in told] == ["new connection", "reused connection"]


def test_requests_to_registries_are_seen_too() -> None:
    """Beside those to the engine: a manifest of a registry that is not there."""
    done, shown = watched("--curl", "--trace", "manifest", "inspect", "--insecure", "127.0.0.1:1/x")
    assert (
        shown[0] == "curl --insecure https://127.0.0.1:1/v2/"
        and "GET https://127.0.0.1:1/v2/: failed after" in shown[1]
    )
    assert done.code == 1


def test_certificates_of_a_registry_are_options_of_curl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydock.watch.watch.CERTIFICATES", str(tmp_path))
    folder = tmp_path / "r.example:5000"
    folder.mkdir()
    for name in ("b.crt", "a.crt", "client.cert", "client.key", "README"):
        (folder / name).touch()
    words = ("--cacert", f"{folder}/a.crt", "--cert", f"{folder}/client.cert", "--key", f"{folder}/client.key")
    assert certificates("r.example:5000") == words and certificates("other.example") == ()
