"""`api`: any request, as it was asked for; the answer as it comes, or as it is wanted."""

from __future__ import annotations

import inspect
import json
import re
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.api.endpoints import ENDPOINTS
from pydock.api.request import Request
from pydock.errors import BrokenStream
from pydock.flags import fields
from pydock.render.json_values import values_of
from tests.support.cli import FakeDuplex, Reply, cli
from tests.support.cut import cut
from tests.support.stubs import Optional, Sent, Stubs

JSON = {"Content-Type": "application/json"}


def answered(*argv: str, body: Any = b"", status: int = 200, headers: Any = JSON, **more: Any) -> Any:
    """The result of `api`, where every request gets this answer; its request."""

    class Any_(Stubs):
        def find(self, sent: Sent) -> Any:
            return Reply(body, status, headers)

    stubs = Any_({})
    more = {"environ": {"DOCKER_HOST": "unix:///fake.sock"}, **more}
    done = cli("api", *argv, own_engine=True, transport=stubs, **more)
    done.requests = stubs.requests
    return done


# ---- the request -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("argv", "sent"), [
    (("/info",), Request("GET", "/info")), (("info",), Request("GET", "/info")), (("delete", "/volumes/v"), Request("DELETE", "/volumes/v")),
    (("/x", "-q", "a=b", "-q", "a=c d"), Request("GET", "/x", {"a": ["b", "c d"]})), (("/x?a=b", "-q", "c=d=e"), Request("GET", "/x", {"a": "b", "c": "d=e"})),
    (("/x", "-f", "a=true"), Request("POST", "/x", body={"a": "true"})), (("/x", "-F", "a=true"), Request("POST", "/x", body={"a": True})),
    (("get", "/x", "-F", "a=true", "-f", "b[]=c", "-f", "b[]=d"), Request("GET", "/x", {"a": "true", "b": ["c", "d"]})),
    (("GET", "/x", "-f", "filters[label][]=a=b"), Request("GET", "/x", {"filters": '{"label":["a=b"]}'})),
    (("DELETE", "/x", "-F", "force=true"), Request("DELETE", "/x", {"force": "true"})),
    (("/x", "-f", "a[b]=c", "-F", "a[n]=1", "-q", "name=n"), Request("POST", "/x", {"name": "n"}, body={"a": {"b": "c", "n": 1}})),
    (("PUT", "/x", "-H", "x-mine: 1: 2", "-H", "X-None:"), Request("PUT", "/x", headers={"X-Mine": "1: 2", "X-None": ""})),
    (("/x", "-F", "a=@file", "-F", "b=@-"), Request("POST", "/x", body={"a": "text", "b": "stdin"})),
    (("/x", "--input", "file.json"), Request("POST", "/x", body={"a": 1})),
    (("/x", "--input", "-", "-F", "v=1"), Request("POST", "/x", {"v": "1"}, content=b"stdin", headers={"Content-Type": "application/x-tar"})),
    (("PUT", "/x", "--input", "file", "-H", "content-type: text/plain"), Request("PUT", "/x", content=b"text", headers={"Content-Type": "text/plain"})),
])  # fmt: skip
def test_what_is_asked(argv: tuple[str, ...], sent: Request, tmp_path: Path) -> None:
    files = {"file": "text", "file.json": ' {"a":1}'}
    done = answered(*argv, stdin=b"stdin", folder=tmp_path, files=files)
    assert (done.code, done.err) == (0, "") and done.requests == [sent]


@pytest.mark.parametrize(("path", "target"), [
    ("/info", "/v1.51/info"), ("/v1.30/info", "/v1.30/info"), ("/_ping", "/_ping"), ("/v1/x", "/v1/x"), ("/volumes", "/v1.51/volumes"), ("/v1.30", "/v1.51/v1.30"),
    ("/a%2Fb/c d/é?x=1 2#y", "/v1.51/a%2Fb/c%20d/%C3%A9?x=1%202%23y"), ("//x", "/v1.51//x"),
])  # fmt: skip
def test_the_path_is_sent_as_it_is_with_a_version(path: str, target: str) -> None:
    seen: list[str] = []

    class Recorder(Stubs):
        def handle_request(self, request: Any) -> Any:
            seen.append(request.url.raw_path.decode())
            return super().handle_request(request)

    class Anything(dict[Any, Any]):
        pass

    stubs = Recorder({})
    stubs.find = lambda sent: b"{}"  # type: ignore[method-assign]
    assert cli("api", path, own_engine=True, transport=stubs, environ={"DOCKER_HOST": "unix:///s"}).code == 0
    # where there is a version the engine is not asked for its own
    assert seen == ([target] if target == path else ["/_ping", target])


@pytest.mark.parametrize(("argv", "code", "message"), [
    (("/x", "-f", "a"), 125, 'invalid argument "a" for "-f, --raw-field" flag: must be KEY=VALUE, where KEY is like a, a[b] or a[]'),
    (("/x", "-f", "[a]=b"), 125, "must be KEY=VALUE"), (("/x", "-f", "a[b=c"), 125, "must be KEY=VALUE"), (("/x", "-F", "a[b]c=d"), 125, "must be KEY=VALUE"),
    (("/x", "-H", "a b: c"), 125, 'must be "Name: value"'), (("/x", "-q", "a"), 125, "must be KEY=VALUE"),
    (("/x", "-f", "a=b", "-f", "a=c"), 1, "a is given twice"), (("/x", "-f", "a[]=b", "-f", "a[x]=c"), 1, "a[x] is given twice, as different things"),
    (("/x", "-f", "a=b", "-f", "a[x]=c"), 1, "a[x] is given twice"), (("/x", "-F", "a=[1"), 1, "[1 is not JSON; -f sends it as a string"),
    (("/x", "-F", "a=@nosuch"), 1, "open nosuch: no such file or directory"), (("/x", "--input", "nosuch"), 1, "open nosuch: no such file or directory"),
    (("/x", "--jq", ".["), 125, 'invalid argument ".[" for "--jq" flag: '), (("/x", "-t", "{{.a"), 1, "template parsing error"), (("/x", "-t", "a", "--jq", "."), 125, "conflicting options"),
    (("G ET", "/x"), 1, "G ET is not a method of HTTP"), ((), 1, "requires at least 1 and at most 2 arguments"), (("/x", "--auth", "A B"), 1, "invalid reference format"),
])  # fmt: skip
def test_what_is_wrong_is_said_before_anything_is_sent(argv: tuple[str, ...], code: int, message: str) -> None:
    done = answered(*argv)
    assert (done.code, done.requests) == (code, []) and message in done.err


@pytest.mark.parametrize(("name", "domain"), [
    ("busybox", "docker.io"), ("a/b:1", "docker.io"), ("ghcr.io", "ghcr.io"), ("ghcr.io/a/b", "ghcr.io"), ("localhost:5000", "localhost:5000"),
    ("https://index.docker.io/v1/", "docker.io"), ("busybox:1.0", "docker.io"), ("127.0.0.1:5000/x", "127.0.0.1:5000"),
])  # fmt: skip
def test_credentials_are_those_of_the_registry(name: str, domain: str) -> None:
    class Logins:
        @staticmethod
        def header(registry: str) -> str:
            return f"of {registry}"

    done = answered("/distribution/x/json", "--auth", name, credentials=Logins())
    assert done.requests[0].headers == {"X-Registry-Auth": f"of {domain}"}


# ---- fields ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "expected"), [
    (["a=", "b=x=y"], {"a": "", "b": "x=y"}), (["a[b][c]=1", "a[b][d]=2"], {"a": {"b": {"c": "1", "d": "2"}}}), (["a[]=1", "a[]=2"], {"a": ["1", "2"]}),
    (["Labels[com.example/a=b]=c"], {"Labels": {"com.example/a=b": "c"}}), (["a[][b]=1", "a[][c]=2", "a[][b]=3"], {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}),
    (["a[][b][]=1", "a[][b][]=2", "a[][c]=3"], {"a": [{"b": ["1", "2"], "c": "3"}]}), (["a[][]=1", "a[][]=2"], {"a": [["1", "2"]]}),
    (["HostConfig[PortBindings][80/tcp][][HostPort]=8080"], {"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}}),
])  # fmt: skip
def test_fields_make_a_tree(given: list[str], expected: Any) -> None:
    assert fields.tree([fields.field(text) for text in given]) == expected


@pytest.mark.parametrize(("text", "value"), [
    ("true", True), ("null", None), ("1", 1), ("-1.5e3", -1500.0), ("007", "007"), ("1.", "1."), ("NaN", "NaN"), ("x", "x"), ("", ""), ('["a",1]', ["a", 1]), ('{"a":{}}', {"a": {}}),
    ("1_0", "1_0"), ("12345678901234567890", 12345678901234567890),
])  # fmt: skip
def test_typed_fields(text: str, value: Any) -> None:
    found = fields.typed(text, lambda path: path)
    assert found == value and type(found) is type(value)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_no_words_break_the_fields(words: list[str]) -> None:
    for parse in (fields.field, fields.header, fields.parameter):
        for word in words:
            try:
                parse(word)
            except ValueError:
                pass
    try:
        fields.tree([fields.field(w) for w in words if "=" in w])
    except ValueError:
        pass


# ---- the answer ------------------------------------------------------------------------------------------

BODY = b'{"a": [1, 2.50],\n "b":"x\\u001b"}\n'


def test_an_answer_is_printed_as_it_was_sent() -> None:
    done = answered("/x", body=BODY)
    assert (done.code, done.out.encode(), done.err) == (0, BODY, "")
    assert answered("/x", "--silent", body=BODY).out == ""
    assert answered("/x", body=bytes(range(256)), headers={}).out.encode("utf-8", "surrogateescape") == bytes(
        range(256)
    )


def test_head_and_body() -> None:
    done = answered("-i", "/x", body=b"OK", headers={"Api-Version": "1.51", "X-A": "b"})
    assert done.out == "HTTP/1.1 200\nApi-Version: 1.51\nX-A: b\n\nOK"


@pytest.mark.parametrize(("status", "body", "code", "message"), [
    (404, b'{"message":"No such container: x"}', 4, "Error response from daemon: No such container: x (HTTP 404)"),
    (409, b"plain\n", 4, "Error response from daemon: plain (HTTP 409)"), (500, b"[]", 5, "Error response from daemon: [] (HTTP 500)"),
    (301, b"", 1, "unexpected redirect to /y (HTTP 301)"), (304, b"", 0, ""), (204, b"", 0, ""),
])  # fmt: skip
def test_exit_codes_tell_the_status(status: int, body: bytes, code: int, message: str) -> None:
    for flags in ((), ("--jq", "."), ("-t", "x")):
        done = answered("/x", *flags, body=body, status=status, headers={**JSON, "Location": "/y"})
        assert (done.code, done.out, done.err) == (code, body.decode(), message + "\n" if message else "")


def test_expressions_and_templates_see_each_value_as_it_comes() -> None:
    stream = [b'{"a":1', b'.5}{"a":"x"}\n\x1e{"a":[null', b"]}"]
    pytest.importorskip("jq")
    assert answered("/x", "--jq", ".a", body=stream).out == "1.5\nx\n[null]\n"
    assert answered("/x", "-t", "<{{.a}}>", body=stream).out == "<1.5>\n<x>\n<[<nil>]>\n"
    assert answered("/x", "-t", "{{json .}}", body=b'"id"').out == '"id"\n'
    done = answered("/x", "-t", "{{.}}", body=b"no json")
    assert done.code == 1 and done.err.startswith("the engine's answer is not JSON: ")


def test_a_cut_answer_is_an_error() -> None:
    lost = [b'{"a":', BrokenStream("unexpected EOF")]
    for flags in ((), ("--silent",), ("-t", "x"), ("--jq", ".")):
        done = answered("/x", *flags, body=iter(lost))
        assert (done.code, done.err) == (1, "unexpected EOF\n")
    assert answered("/x", "-t", "x", body=b'{"a":').code == 1


def test_a_stream_of_progress_that_fails_is_a_failure() -> None:
    body = [b'{"status":"a"}\n', b'{"errorDetail":{"message":"it broke"},"error":"it broke"}\n']
    for flags in ((), ("--silent",), ("--jq", "."), ("-t", "x")):
        done = answered("POST", "/images/create", *flags, body=body)
        assert (done.code, done.err) == (1, "it broke\n")
    # what reads may have such a key in what it reads
    assert answered("/x", body=body).code == 0


def test_streams_are_told_apart() -> None:
    frames = b"\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err"
    done = answered("/x", body=frames, headers={"Content-Type": "application/vnd.docker.multiplexed-stream"})
    assert (done.out, done.err) == ("out", "err")
    cut_off = answered("/x", body=frames[:-1], headers={"Content-Type": "application/vnd.docker.multiplexed-stream"})
    assert cut_off.code == 1 and "ends inside a frame" in cut_off.err
    assert (
        answered("/x", body=frames, headers={"Content-Type": "application/vnd.docker.raw-stream"}).out.encode()
        == frames
    )


def test_streams_both_ways() -> None:
    """attach and exec: upgraded, so that the engine says what comes; --input is what they get, not the body."""
    for argv, path, body in (
        (("/exec/e/start",), "/exec/e/start", {}),
        (("POST", "/exec/e/start", "-F", "Tty=true"), "/exec/e/start", {"Tty": True}),
        (("POST", "/v1.40/containers/c/attach", "-q", "stdin=1"), "/containers/c/attach", None),
    ):
        duplex = FakeDuplex(b"\1\0\0\0\0\0\0\3out")
        sent = threading.Event()
        duplex.close_write = sent.set  # type: ignore[method-assign]
        stubs = Stubs({("POST", path): duplex})
        done = cli(
            "api",
            *argv,
            "--input",
            "-",
            own_engine=True,
            transport=stubs,
            environ={"DOCKER_HOST": "unix:///s"},
            stdin=b"typed",
        )
        assert sent.wait(10) and duplex.sent == b"typed"
        assert (done.code, done.out, stubs.requests[0].body) == (0, "\1\0\0\0\0\0\0\3out", body)
    refused = Stubs({("POST", "/exec/e/start"): Reply({"message": "no"}, 409, JSON)})
    done = cli("api", "POST", "/exec/e/start", own_engine=True, transport=refused, environ={"DOCKER_HOST": "unix:///s"})
    assert done.code == 4


def test_on_a_terminal() -> None:
    done = answered("/x", body=BODY.replace(b"x", b"\xe2\x80\xae"), tty=True)
    assert done.out == (
        '{\n  \x1b[1m"a"\x1b[0m: [\n    \x1b[36m1\x1b[0m,\n    \x1b[36m2.50\x1b[0m\n  ],\n  \x1b[1m"b"\x1b[0m: \x1b[32m"\ufffd\\u001b"\x1b[0m\n}\n'
    )
    plain = answered("/x", body=b"[true]", tty=True, environ={"DOCKER_HOST": "unix:///s", "NO_COLOR": "1"})
    assert plain.out == "[\n  true\n]\n"
    assert answered("/x", body=b"\x1b[2JOK", headers={"Content-Type": "text/plain"}, tty=True).out == "␛[2JOK\n"
    assert (
        "redirect it to a file"
        in answered("/x", body=b"\0", headers={"Content-Type": "application/x-tar"}, tty=True).out
    )


def test_a_dry_run() -> None:
    done = answered("/volumes/create", "-f", "Name=v", body=b"never")
    assert len(done.requests) == 1
    stubs = Stubs({})
    done = cli(
        "--curl=only",
        "api",
        "/volumes/create",
        "-f",
        "Name=v",
        own_engine=True,
        transport=stubs,
        environ={"DOCKER_HOST": "unix:///s"},
    )
    assert (done.code, done.out, stubs.requests) == (0, "", [])
    assert (
        done.err.splitlines()[-1]
        == """curl --unix-socket /s -X POST -H 'Content-Type: application/json' --data '{"Name":"v"}' http://localhost/v1.51/volumes/create"""
    )


# ---- JSON as it comes ------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(
    st.lists(VALUES, max_size=5),
    st.lists(st.integers(0, 10**6), max_size=8),
    st.sampled_from(["\n", " ", "\r\n\x1e"]),
    st.booleans(),
)
def test_values_however_they_arrive(values: list[Any], places: list[int], between: str, ascii_only: bool) -> None:
    text = between.join(json.dumps(v, ensure_ascii=ascii_only) for v in values)
    found = list(values_of(cut(text.encode("utf-8", "surrogatepass"), places)))
    assert [json.loads(f) for f in found] == json.loads(
        "["
        + ",".join(
            json.dumps(v, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            for v in values
        )
        + "]"
    )


@given(st.binary(max_size=60), st.lists(st.integers(0, 100), max_size=4))
def test_any_bytes_are_values_or_an_error(data: bytes, places: list[int]) -> None:
    try:
        assert b"".join(f.encode("utf-8", "surrogateescape") for f in values_of(cut(data, places))) or not data.strip(
            b" \t\r\n\x1e"
        )
    except BrokenStream:
        pass


# ---- the table of endpoints ------------------------------------------------------------------------------

MODULES = "builds configs containers distribution images networks nodes ping plugins secrets services swarm system tasks volumes".split()


def asked_by(module: str) -> set[str]:
    """ "METHOD /path" of every function of a module of pydock.api, {} for each name in it."""
    found = set()
    for name, one in vars(import_module(f"pydock.api.{module}")).items():
        if isinstance(one, Request):
            found.add(f"{one.method} {one.path}")
        if not inspect.isfunction(one) or one.__module__ != f"pydock.api.{module}" or name.startswith("_"):
            continue
        words = []
        for parameter in inspect.signature(one).parameters.values():
            kind = str(parameter.annotation)
            if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
                words.append(
                    "{}"
                    if kind.startswith("str")
                    else (1, 51)
                    if kind.startswith("Version")
                    else ()
                    if kind.startswith(("tuple", "Sequence"))
                    else 0
                    if kind in ("int", "bool")
                    else {}
                )
        request = one(*words)
        if isinstance(request, Request):
            found.add(f"{request.method} {request.path}")
    return found


def test_the_table_has_every_endpoint_that_is_asked_and_no_other() -> None:
    listed = {
        f"{method} {re.sub('{[a-z]*}', '{}', path)}"
        for path, methods in ENDPOINTS.items()
        for method in methods.split()
    }
    assert listed == set().union(*map(asked_by, MODULES))


def test_paths_are_completed() -> None:
    table = {
        ("GET", "/containers/json"): Optional([{"Id": "1" * 64, "Names": ["/web"], "State": "running"}]),
        ("GET", "/networks"): Optional([{"Id": "n", "Name": "net"}]),
    }

    def completed(*words: str) -> list[str]:
        return [line for line in cli("__completeNoDesc", "api", *words, table=table).out.splitlines()[:-1] if line]

    assert completed("P") == ["POST", "PUT"] and completed("/vers") == ["/version"]
    assert completed("DELETE", "/") == [
        "/configs/",
        "/containers/",
        "/images/",
        "/networks/",
        "/nodes/",
        "/plugins/",
        "/secrets/",
        "/services/",
        "/volumes/",
    ]
    assert completed("/containers/") == [
        "/containers/create",
        "/containers/json",
        "/containers/prune",
        "/containers/web",
        "/containers/web/",
    ]
    assert completed("get", "/containers/web/st") == ["/containers/web/stats"]
    assert completed("POST", "/networks/ne") == ["/networks/net/"]
    assert completed("GET", "/exec/1/") == ["/exec/1/json"] and completed("/nosuch/") == []
    assert cli("__complete", "api", "DELETE", "/", table=table).out.endswith(":6\n")
