"""The engine client against engines that break, lie or attack: what is sent once, what is no answer, what is bounded."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.api import configs, containers, images, networks, plugins, secrets, system, volumes
from pydock.api.request import Request
from pydock.buildkit.inputs import context_key
from pydock.config.endpoint import Endpoint
from pydock.engine import answers
from pydock.engine.engine import Engine
from pydock.engine.http1 import MAX_INTERIM, Wire, request_head
from pydock.errors import BadAnswer, BrokenStream, EngineError, Failure
from pydock.shape import opt, problem
from tests.support.cli import cli, program
from tests.support.cut import cut
from tests.support.listening import each_connection

PONG = b"HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n"
CREATE = containers.create_container({"Image": "x"})
LIST = containers.list_containers()

#: what an engine does with one request: bytes to send, or None to hang up at once; the connection stays open if `keep`
Act = Callable[[bytes], "bytes | None"]


def answer(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


class Peer:
    """An engine on a unix socket. `act` answers each request but /_ping; `close_after` ends the connection after each answer."""

    def __init__(self, folder: Path, act: Act, close_after: bool = False) -> None:
        self.act, self.close_after = act, close_after
        self.requests: list[bytes] = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "e.sock"))
        self.listener.listen()
        self.engine = Engine(Endpoint(f"unix://{folder}/e.sock"))
        each_connection(self.listener, self._serve)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while request := self._request(connection):
                ping = b"/_ping" in request
                if not ping:
                    self.requests.append(request)
                out = PONG if ping else self.act(request)
                try:
                    if out is None:
                        return
                    connection.sendall(out)
                except OSError:
                    return
                if self.close_after:
                    return

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                more = connection.recv(65536)
            except OSError:
                return b""
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        if b"Transfer-Encoding: chunked" in head:
            while not body.endswith(b"0\r\n\r\n"):
                more = connection.recv(65536)
                if not more:
                    return b""
                body += more
        return head + b"\r\n\r\n" + body


@contextmanager
def peer(folder: Path, act: Act, close_after: bool = False) -> Iterator[Peer]:
    found = Peer(folder, act, close_after)
    try:
        yield found
    finally:
        found.engine.close()
        found.listener.close()


# ---- nothing that changes something is sent twice ---------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        CREATE,
        containers.kill_container("x", "USR1"),
        containers.remove_container("x"),
        containers.put_archive("x", "/", b"tar"),
        images.load_images(iter([b"tar"]), True),
    ],
    ids=lambda r: r.method + r.path,
)
def test_a_lost_answer_is_told_and_what_changes_something_is_not_sent_again(tmp_path: Path, request_: Request) -> None:
    with peer(tmp_path, lambda _: None) as there:
        there.engine.ping()
        with pytest.raises(BrokenStream, match="may have carried out this request"):
            there.engine.read(request_)
        assert len(there.requests) == 1


def test_what_only_reads_is_asked_again_on_a_new_connection(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def act(request: bytes) -> bytes | None:
        seen.append(request)
        return None if len(seen) == 2 else answer(b"[]")

    with peer(tmp_path, act) as there:
        assert there.engine.json(LIST) == []
        assert there.engine.json(LIST) == []
        assert len(seen) == 3


def test_an_engine_that_hangs_up_after_each_answer_is_no_trouble(tmp_path: Path) -> None:
    """Also where it hangs up right after /_ping: many times over, as it is a race."""
    with peer(tmp_path, lambda _: answer(b'{"Id":"x"}'), close_after=True) as there:
        for count in range(1, 60):
            engine = Engine(there.engine.endpoint)
            assert engine.json(CREATE) == {"Id": "x"}
            engine.read(images.load_images(iter([b"t" * 1000]), True))
            engine.close()
            assert len(there.requests) == 2 * count


# ---- nothing ends a line of a request early --------------------------------------------------------


@given(
    method=st.text(max_size=5), target=st.binary(max_size=12), name=st.binary(max_size=6), value=st.binary(max_size=12)
)
def test_a_request_head_is_as_many_lines_as_it_has_headers(
    method: str, target: bytes, name: bytes, value: bytes
) -> None:
    try:
        head = request_head(method, target, [(b"Host", b"x"), (name, value)])
    except Failure:
        return
    assert head.endswith(b"\r\n\r\n") and head.count(b"\r") == head.count(b"\n") == 4 and b"\0" not in head
    assert head.split(b"\r\n")[0].split(b" ") == [method.encode(), target, b"HTTP/1.1"]


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0b", "a\rb", "\x7f"])
def test_a_header_with_a_line_break_is_refused_before_anything_is_sent(tmp_path: Path, value: str) -> None:
    with peer(tmp_path, lambda _: answer(b"[]")) as there:
        with pytest.raises(
            Failure,
            match=r'^error during connect: Post "http://.*/build": net/http: invalid header field value for "X-Mine"$',
        ):
            there.engine.read(Request("POST", "/build", headers={"X-Mine": value}))
        assert there.requests == []


def test_a_body_that_cannot_be_read_ends_the_request(tmp_path: Path, pydock: Path) -> None:
    """A folder in the place of an archive, say: no engine takes half a body for a whole one."""
    with peer(tmp_path, lambda _: None) as there:
        for line, target in (("load -i .", "/images/load?quiet=1"), ("import .", "/images/create?fromSrc=-")):
            done = program(pydock, *line.split(), host=there.engine.endpoint.host, cwd=tmp_path)
            place = f"http://{quote(f'{tmp_path}/e.sock', safe='')}/v1.44{target}"
            assert (done.code, done.err.decode()) == (
                1,
                f'error during connect: Post "{place}": read .: is a directory\n',
            )
        assert there.requests == []


def test_a_header_may_have_any_other_bytes(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: answer(b"[]")) as there:
        there.engine.read(Request("GET", "/x", headers={"X-Mine": "é\udcff"}))
        assert b"X-Mine: \xc3\xa9\xff\r\n" in there.requests[0]


@pytest.mark.parametrize("folder", ["/tmp/a\r\nX: y", "/tmp/é", "/tmp/\udcff", "/tmp/plain"])
def test_the_key_of_a_context_is_a_digest_whatever_its_folder_is_called(tmp_path: Path, folder: str) -> None:
    key = context_key(folder, str(tmp_path))
    assert len(key) == 64 and not key.strip("0123456789abcdef")
    assert key == context_key(folder, str(tmp_path)) != context_key(folder + "/x", str(tmp_path))


# ---- names in paths ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/web", "web"),
        ("a//b", "a/b"),
        ("./f", "f"),
        (" web ", "web"),
        ("a b?#%", "a%20b%3F%23%25"),
        ("é\udcff", "%C3%A9%FF"),
        ("a:b@c", "a:b@c"),
    ],
)
def test_a_name_becomes_a_path_as_in_dockers_client(tmp_path: Path, name: str, path: str) -> None:
    with peer(tmp_path, lambda _: answer(b"", "204 No Content")) as there:
        there.engine.read(containers.stop_container(name))
        assert there.requests[0].startswith(f"POST /v1.44/containers/{path}/stop HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (containers.stop_container, "container"), (containers.inspect_container, "container"), (containers.wait_container, "container"),
        (networks.inspect_network, "network"), (volumes.inspect_volume, "volume"), (plugins.inspect_plugin, "plugin"),
        (lambda n: volumes.remove_volume(n, False), "volume"), (networks.remove_network, "network"),
        (configs.inspect_config, "contig"), (configs.remove_config, "config"), (secrets.inspect_secret, "secret"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["", " \t"])
def test_a_blank_name_is_refused(make: Callable[[str], Request], kind: str, name: str) -> None:
    with pytest.raises(Failure, match=f"^invalid {kind} name or ID: value is empty$"):
        make(name)


@pytest.mark.parametrize(
    "status",
    ["300 Multiple Choices", "301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"],
)
@pytest.mark.parametrize("request_", [LIST, containers.stop_container("x")], ids=["GET", "POST"])
def test_no_redirect_is_a_success_and_none_is_followed(tmp_path: Path, status: str, request_: Request) -> None:
    with peer(tmp_path, lambda _: answer(b"<a>elsewhere</a>", status, "Location: /elsewhere\r\n")) as there:
        with pytest.raises(EngineError, match="unexpected redirect"):
            there.engine.read(request_)
        with pytest.raises(EngineError, match="unexpected redirect"):
            there.engine.background(request_)
        assert len(there.requests) == 2


# ---- what is no answer -------------------------------------------------------------------------------

WRONG = [
    b"null",
    b'"text"',
    b"7",
    b"[]",
    b"{}",
    b"[7]",
    b"{",
    b"",
    b" ",
    b"\xff",
    b'{"Id":7}',
    b'{"Id":null}',
    b"[" * 200_000,
    b'{"Id":' + b"7" * 5000 + b"}",
]


@pytest.mark.parametrize("body", WRONG, ids=lambda b: b[:12].decode("latin1"))
def test_an_answer_that_is_not_as_promised_names_the_request(tmp_path: Path, body: bytes) -> None:
    with peer(tmp_path, lambda _: answer(body)) as there:
        for ask in (there.engine.json, there.engine.document, lambda r: there.engine.background(r).json()):
            with pytest.raises(
                BadAnswer, match="the engine's answer to POST /containers/create is not what the API promises"
            ):
                ask(CREATE)


def test_an_empty_answer_is_one_only_where_the_api_has_it_so(tmp_path: Path) -> None:
    """/auth may answer 204; where null would do, nothing at all does not."""
    with peer(tmp_path, lambda _: answer(b"", "204 No Content")) as there:
        assert there.engine.json(images.check_auth({})) is None
        for request in (images.remove_image("x", False, False, ()), containers.container_changes("x")):
            with pytest.raises(BadAnswer, match="it is empty"):
                there.engine.json(request)


SILENT = [
    (images.check_auth({}), b"{}"), (images.check_auth({}), b"null"), (images.remove_image("x", False, False, ()), b"null"), (volumes.list_volumes(), b"{}"),
    (system.events((1, 51)), b"{}"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "body"), SILENT, ids=lambda v: v.path if isinstance(v, Request) else v.decode())
def test_an_answer_that_says_nothing_is_none(tmp_path: Path, request_: Request, body: bytes) -> None:
    with peer(tmp_path, lambda _: answer(body)) as there:
        with pytest.raises(BadAnswer):
            list(there.engine.messages(request_)) if "events" in request_.path else there.engine.json(request_)


def test_archives_alone_are_asked_for_without_chunks(tmp_path: Path) -> None:
    """Their own end tells whether they are whole; of JSON that has no end the framing has to tell."""
    with peer(tmp_path, lambda _: answer(bytes(1024))) as there:
        list(there.engine.blocks(containers.export_container("x")))
        with pytest.raises(BadAnswer):
            there.engine.json(containers.inspect_container("x"))
        assert [r.split(b"\r\n")[0][-8:] for r in there.requests] == [b"HTTP/1.0", b"HTTP/1.1"]


def test_an_answer_longer_than_its_length_is_none(tmp_path: Path) -> None:
    """An archive that is cut inside a file of zeros looks whole."""
    for body, right in ((bytes(2048), False), (b"\r\n", True)):
        with peer(
            tmp_path, lambda _, body=body: b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + bytes(1024) + body
        ) as there:
            if right:
                assert len(b"".join(there.engine.blocks(containers.export_container("x")))) == 1024
            else:
                with pytest.raises(BrokenStream, match="longer than its Content-Length"):
                    list(there.engine.blocks(containers.export_container("x")))
        (tmp_path / "e.sock").unlink()


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_stream_that_cannot_come_is_not_an_empty_one(tmp_path: Path, status: str) -> None:
    with peer(tmp_path, lambda _: answer(b"", status)) as there:
        for read in (
            there.engine.blocks,
            there.engine.messages,
            lambda r: there.engine.background(r).blocks(),
            lambda r: there.engine.background(r).messages(),
        ):
            with pytest.raises(BadAnswer, match="it has no body"):
                list(read(system.events((1, 51))))


@pytest.mark.parametrize(
    "request_",
    [containers.export_container("x"), containers.get_archive("x", "/"), images.save_images(("x",))],
    ids=lambda r: r.path,
)
@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is empty"),
        (b"x" * 5000, "a truncated tar archive"),
        (b"x" * 512 + bytes(1023), "a truncated tar archive"),
    ],
    ids=["empty", "cut", "cut by a byte"],
)
def test_an_archive_without_its_end_is_no_archive(tmp_path: Path, request_: Request, body: bytes, why: str) -> None:
    with peer(tmp_path, lambda _: answer(body)) as there:
        with pytest.raises(BadAnswer, match=why):
            list(there.engine.blocks(request_))
        with pytest.raises(BadAnswer, match=why):
            list(there.engine.background(request_).blocks())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"null",
        b"[1]",
        b'"x"',
        b"{}",
        b"{}\n{}",
        b'{"status":""}',
        b'{"status":null}',
        b'{"status":7}',
        b'{"status":"a"}\nnonsense',
        b'{"status":"a"}{"status":',
        b'{"status":"a"}\n]',
    ],
)
def test_a_stream_of_progress_that_is_none_is_no_success(tmp_path: Path, body: bytes) -> None:
    with peer(tmp_path, lambda _: answer(body)) as there:
        with pytest.raises(BrokenStream):
            list(there.engine.messages(images.pull_image("x")))


def test_no_events_are_an_answer(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: answer(b"")) as there:
        assert list(there.engine.messages(system.events((1, 51)))) == []


def test_bytes_that_are_no_utf8_and_half_characters_become_the_replacement_character(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: answer(b'{"Id":"\xff","Warnings":["\\ud800x"]}')) as there:
        assert there.engine.json(CREATE) == {"Id": "\ufffd", "Warnings": ["\ufffdx"]}


@pytest.mark.parametrize(
    "body", [b'{"message":7}', b'{"message":null}', b"[]", b'{"message":', b"", b"[" * 200_000, b"\xff"]
)
def test_any_body_of_an_error_is_told_as_an_error(tmp_path: Path, body: bytes) -> None:
    with peer(tmp_path, lambda _: answer(body, "500 Internal Server Error")) as there:
        with pytest.raises(EngineError, match=r"^Error response from daemon: ."):
            there.engine.json(LIST)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Id", "State", "Config", "Running", "x"]), inner, max_size=4)
    ),
)
SHAPES = st.sampled_from(
    [
        str,
        int,
        float,
        bool,
        dict,
        list,
        [int],
        opt([opt(str)]),
        {"Id": str},
        containers.DETAILS,
        [containers.CONTAINER],
        {str: opt(int)},
        system.INFO,
    ]
)


@given(JSON, SHAPES)
def test_a_problem_is_found_in_any_value_or_the_value_serves(value: object, shape: object) -> None:
    text = problem(value, shape)
    assert isinstance(text, str)
    if not text and shape == containers.DETAILS:
        assert type(value) is dict and type(value["State"]["Running"]) is bool


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (None, dict, "expected an object, got null"), ([1], [str], "[0]: expected a string, got an integer"), ({}, {"Id": str}, "no 'Id'"),
        ({"A": {"B": 1}}, {"A": {"B": bool}}, "A.B: expected true or false, got an integer"), (True, int, "expected an integer, got true or false"),
        (2**70, int, "a number out of range"), (1, float, ""), (None, opt(str), ""), ({"x": 1}, {str: int}, ""), ({"x": ""}, {str: int}, "['x']: expected an integer, got a string"),
    ],
)  # fmt: skip
def test_a_problem_is_told_where_it_is(value: object, shape: object, text: str) -> None:
    assert problem(value, shape) == text


# ---- bounds ------------------------------------------------------------------------------------------


def test_an_error_without_end_is_cut_off(tmp_path: Path) -> None:
    with peer(tmp_path, lambda _: answer(b"x" * (answers.MAX_ERROR + 1), "500 No")) as there:
        with pytest.raises(BrokenStream, match="longer than 1 MiB"):
            there.engine.json(LIST)


@pytest.mark.parametrize("count", [MAX_INTERIM, MAX_INTERIM + 1])
def test_interim_answers_have_an_end(tmp_path: Path, count: int) -> None:
    with peer(
        tmp_path, lambda _: b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * count + answer(b'{"Id":"x"}')
    ) as there:
        if count == MAX_INTERIM:
            assert there.engine.json(CREATE) == {"Id": "x"}
        else:
            with pytest.raises(BrokenStream, match="too many 1xx"):
                there.engine.json(CREATE)


@pytest.mark.parametrize("length", ["-1", "+1", "1_0", "9" * 5000, "0x2", "2\r\nContent-Length: 3"])
def test_a_length_that_is_none(tmp_path: Path, length: str) -> None:
    with peer(tmp_path, lambda _: f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n[]".encode()) as there:
        with pytest.raises(BrokenStream):
            there.engine.json(LIST)


@pytest.mark.parametrize("chunk", [b"f" * 5000 + b"\r\n[]", b"-1\r\n[]", b"2\r\n[]x\r\n0\r\n\r\n", b"zz\r\n"])
def test_a_chunk_that_is_none(tmp_path: Path, chunk: bytes) -> None:
    with peer(
        tmp_path, lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, close_after=True
    ) as there:
        with pytest.raises(BrokenStream):
            there.engine.json(LIST)


MESSAGES = st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=4), min_size=1, max_size=5)


@given(
    MESSAGES,
    st.sampled_from([None, 2]),
    st.sampled_from(["", "\n", "\r\n", " \n\t"]),
    st.lists(st.integers(0, 10**6), max_size=12),
    st.booleans(),
)
def test_messages_are_found_however_they_are_cut(
    messages: list[dict[str, object]], indent: int | None, between: str, places: list[int], ascii_only: bool
) -> None:
    data = between.join([*(json.dumps(m, indent=indent, ensure_ascii=ascii_only) for m in messages), ""]).encode(
        "utf-8", "replace"
    )
    expected = [json.loads(json.dumps(m).encode()) for m in messages]
    if "\\ud" in json.dumps(messages):
        return  # half characters have a test of their own
    assert list(answers.messages_of(Request("GET", "/x"), cut(data, places))) == expected


def test_a_message_in_tiny_pieces_is_read_in_time_that_grows_with_its_length() -> None:
    """Every byte is looked at once: counted, not timed."""
    splitter = answers.Splitter(Request("GET", "/x"))
    looked = 0

    class Counted(bytes):
        def __getitem__(self, key: object) -> object:  # type: ignore[override]
            nonlocal looked
            looked += 1
            return super().__getitem__(key)  # type: ignore[index]

    data = b'{"a":[' + b'{"b":"\\""},' * 5000 + b"0]}"
    for at in range(len(data)):
        text, _ = splitter.feed(Counted(data[at : at + 1]), 0)
    assert text == data and looked <= 2 * len(data)


def test_a_message_has_a_largest_length() -> None:
    with pytest.raises(BadAnswer, match="more than 16 MiB"):
        list(answers.messages_of(Request("GET", "/x"), (b'{"a":"' if i == 0 else b"x" * 65536 for i in range(300))))


def test_a_head_that_comes_byte_by_byte() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = answer(b"[]")
        threading.Thread(
            target=lambda: [theirs.sendall(data[i : i + 1]) for i in range(len(data))], daemon=True
        ).start()
        wire = Wire(ours)
        head = wire.head()
        assert head.status == 200 and b"".join(wire.body(head, "GET")) == b"[]"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("exec . true", "container.InspectResponse"), ("logs a/..", "container.InspectResponse"), ("port .", "container.InspectResponse"),
        ("image inspect .", "image.InspectResponse"), ("network inspect .", "network.Inspect"),
    ],
)  # fmt: skip
def test_a_name_that_leads_to_a_list_is_told_in_dockers_words(
    line: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "." leads to the list: the path is cleaned, as docker cleans it. No exec is made in that."""
    # it is not among the endpoints that man pages tell of
    monkeypatch.setattr("tests.support.asked.check", lambda *_: None)
    noun = kind.partition(".")[0]
    path = "/networks" if noun == "network" else f"/{noun}s/json"
    done = cli(*line.split(), table={("GET", path): []})
    assert (done.code, done.err) == (1, f"json: cannot unmarshal array into Go value of type {kind}\n")
