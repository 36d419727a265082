"""The faults: each damages one answer in one way. See faulty.Fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.support.faulty import Act, Answer, Fault, Send

#: where "endless" ends if the client does not end it first
PLENTY = 64 << 20
FRAMES = b"application/vnd.docker.multiplexed-stream"


def anywhere(answer: Answer) -> bool:
    return True


def plain(answer: Answer) -> bool:
    """An answer that is not the beginning of a stream of another protocol."""
    return not answer.upgraded


def with_body(answer: Answer) -> bool:
    return not answer.bare and bool(answer.body)


def with_plain_body(answer: Answer) -> bool:
    return plain(answer) and with_body(answer)


def upgraded(answer: Answer) -> bool:
    return answer.upgraded


def with_json(answer: Answer) -> bool:
    return with_plain_body(answer) and "json" in answer.kind.decode("latin1")


def first_value(answer: Answer) -> Any:
    """The first JSON value of a body, None if there is none."""
    try:
        value, _ = json.JSONDecoder().raw_decode(answer.body.decode("utf-8", "replace").lstrip())
    except ValueError:
        return None
    return value


def first_object(answer: Answer) -> dict[str, Any] | None:
    value = first_value(answer)
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) and value else None


def with_object(answer: Answer) -> bool:
    return with_json(answer) and first_object(answer) is not None


def framed(answer: Answer) -> bool:
    return (
        (answer.kind == FRAMES or answer.upgraded)
        and len(answer.body) > 8
        and answer.body[0] in (1, 2)
        and answer.body[1:4] == b"\0\0\0"
    )


# ---- how an answer is cut ------------------------------------------------------------------------------


def head_of(answer: Answer) -> bytes:
    return (
        answer.head + b"\r\n\r\n"
        if answer.upgraded or answer.bare
        else answer.whole(answer.body).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    )


def text_of(answer: Answer) -> bytes:
    return head_of(answer) + (b"" if answer.bare else answer.body)


def in_status(answer: Answer) -> bytes:
    return answer.head[:11]


def in_headers(answer: Answer) -> bytes:
    return answer.head[: len(answer.head) // 2 + 10]


def before_body(answer: Answer) -> bytes:
    return head_of(answer)


def after_a_byte(answer: Answer) -> bytes:
    return head_of(answer) + answer.body[:1]


def after_half(answer: Answer) -> bytes:
    return head_of(answer) + answer.body[: len(answer.body) // 2]


def before_the_last(answer: Answer) -> bytes:
    return head_of(answer) + answer.body[:-1]


def cut(place: Callable[[Answer], bytes], end: Act) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield place(answer)
        yield end

    return send


def only(act: Act) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield act

    return send


def cuts() -> Iterator[Fault]:
    heads = [("the status line", in_status), ("the headers", in_headers)]
    bodies = [
        ("the body's start", before_body, with_body),
        ("a byte", after_a_byte, with_body),
        ("half the body", after_half, with_body),
        ("all but a byte", before_the_last, with_body),
    ]
    for verb, act in (("cut", Act.CLOSE), ("reset", Act.RESET)):
        for name, place in heads:
            yield Fault(f"{verb} in {name}", "lost", anywhere, cut(place, act), tcp=act is Act.RESET)
        for name, place, fits in bodies:
            yield Fault(f"{verb} after {name}", "body", fits, cut(place, act), tcp=act is Act.RESET)


# ---- other answers -------------------------------------------------------------------------------------


def instead(status: str, body: bytes, *headers: str) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        lines = [f"HTTP/1.1 {status}", "Api-Version: 1.51", *headers]
        yield "\r\n".join(lines).encode() + (
            b"\r\n\r\n" if status.startswith("204") else b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )

    return send


JSON, HTML = "Content-Type: application/json", "Content-Type: text/html"
MESSAGE = b'{"message":"broken on purpose"}'


def statuses() -> Iterator[Fault]:
    yield Fault("empty 200", "body", with_plain_body, instead("200 OK", b"", JSON))
    yield Fault("204", "body", with_plain_body, instead("204 No Content", b""))
    yield Fault("500 JSON", "status", anywhere, instead("500 Internal Server Error", MESSAGE, JSON))
    yield Fault(
        "500 HTML",
        "status",
        anywhere,
        instead("500 Internal Server Error", b"<html><h1>broken on purpose</h1></html>", HTML),
    )
    yield Fault("500 empty", "status", anywhere, instead("500 Internal Server Error", b""))
    yield Fault(
        "500 of 2 MiB",
        "status",
        anywhere,
        instead("500 Internal Server Error", b'{"message":"' + b"x" * (2 << 20) + b'"}', JSON),
    )
    yield Fault("404 JSON", "status", anywhere, instead("404 Not Found", MESSAGE, JSON))
    yield Fault("401 JSON", "status", anywhere, instead("401 Unauthorized", MESSAGE, JSON))
    yield Fault("301", "status", anywhere, instead("301 Moved Permanently", b"", "Location: /elsewhere"))
    yield Fault("200 for an upgrade", "status", upgraded, instead("200 OK", b"{}", JSON))


# ---- heads ---------------------------------------------------------------------------------------------


def endless(start: bytes, piece: bytes, block: int = 1000) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield start
        sent = 0
        while sent < PLENTY:
            yield piece * block
            sent += len(piece) * block
        yield Act.CLOSE

    return send


def lengths(value: Callable[[Answer], str]) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield answer.plain_head() + f"\r\nContent-Length: {value(answer)}\r\n\r\n".encode() + answer.body
        yield Act.CLOSE

    return send


def chunks(body: Callable[[bytes], bytes]) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield answer.plain_head() + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + body(answer.body)
        yield Act.CLOSE

    return send


def heads() -> Iterator[Fault]:
    ok = b"HTTP/1.1 200 OK\r\n"
    yield Fault("1xx without end", "lost", anywhere, endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"))
    yield Fault("headers without end", "lost", anywhere, endless(ok, b"X-More: x\r\n"))
    yield Fault("a header of many MiB", "lost", anywhere, endless(ok + b"X-Long: ", b"x", 65536))
    yield Fault("no HTTP", "lost", anywhere, lambda a: iter([b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Act.CLOSE]))
    yield Fault("length too large", "body", with_plain_body, lengths(lambda a: str(len(a.body) + 1000)))
    yield Fault("length too small", "body", with_plain_body, lengths(lambda a: str(max(len(a.body) // 2, 1))))
    yield Fault("length negative", "lost", with_plain_body, lengths(lambda a: "-1"))
    yield Fault("length of 5,000 digits", "lost", with_plain_body, lengths(lambda a: "9" * 5000))
    yield Fault(
        "two lengths", "lost", with_plain_body, lengths(lambda a: f"{len(a.body)}\r\nContent-Length: {len(a.body) + 1}")
    )
    yield Fault(
        "chunk sizes that are none", "body", with_plain_body, chunks(lambda b: b"zz\r\n" + b + b"\r\n0\r\n\r\n")
    )
    yield Fault(
        "a chunk size of 5,000 digits",
        "body",
        with_plain_body,
        chunks(lambda b: b"f" * 5000 + b"\r\n" + b + b"\r\n0\r\n\r\n"),
    )
    yield Fault("no last chunk", "body", with_plain_body, chunks(lambda b: b"%x\r\n" % len(b) + b + b"\r\n"))


# ---- values --------------------------------------------------------------------------------------------


def body(change: Callable[[Answer], bytes]) -> Callable[[Answer], Send]:
    def send(answer: Answer) -> Send:
        yield answer.whole(change(answer))

    return send


def changed(change: Callable[[dict[str, Any], str], Any]) -> Callable[[Answer], bytes]:
    """The first key of the first object, changed; the rest of the body as it was."""

    def make(answer: Answer) -> bytes:
        text = answer.body.decode("utf-8", "replace").lstrip()
        value, end = json.JSONDecoder().raw_decode(text)
        found = value[0] if isinstance(value, list) else value
        change(found, next(iter(found)))
        return json.dumps(value).replace('"@digits@"', "7" * 5000).encode() + text[end:].encode()

    return make


def other_type(found: dict[str, Any], key: str) -> None:
    found[key] = "text" if isinstance(found[key], int | float | bool | list | dict) else 7


def always(text: bytes, answer: Any) -> bytes:
    """The same body, whatever was answered."""
    return text


def values() -> Iterator[Fault]:
    for name, text in {
        "null": b"null",
        "a string": b'"text"',
        "a number": b"7",
        "broken JSON": b'{"a":nonsense}',
        "JSON nested 200,000 deep": b"[" * 200_000,
    }.items():
        yield Fault(f"body {name}", "value", with_json, body(partial(always, text)))
    yield Fault(
        "body a list", "value", lambda a: with_json(a) and not isinstance(first_value(a), list), body(lambda a: b"[]")
    )
    yield Fault("body {}", "value", with_json, body(lambda a: b"{}"))
    yield Fault("body JSON that is cut", "value", with_json, body(lambda a: a.body.rstrip()[: len(a.body) // 2 or 1]))
    yield Fault(
        "body with a number of 5,000 digits", "key", with_object, body(changed(lambda o, k: o.update({k: "@digits@"})))
    )
    yield Fault("body without its first key", "key", with_object, body(changed(lambda o, k: o.pop(k))))
    yield Fault("body whose first key is null", "key", with_object, body(changed(lambda o, k: o.update({k: None}))))
    yield Fault("body whose first key is of another type", "key", with_object, body(changed(other_type)))
    yield Fault(
        "body with invalid UTF-8",
        "text",
        lambda a: with_object(a) and b'":"' in a.body and a.status != 201,
        body(lambda a: b'":"\xff'.join(a.body.rsplit(b'":"', 1))),
    )


# ---- frames --------------------------------------------------------------------------------------------


def frames(size: int, end: Callable[[bytes], bytes] = bytes) -> Callable[[Answer], Send]:
    """The first frame, cut after `size` of its bytes."""

    def send(answer: Answer) -> Send:
        data = end(answer.body[:size]) if size else b"\x09" + answer.body[1:]
        yield head_of(answer) + data if answer.upgraded else answer.whole(data)
        yield Act.CLOSE

    return send


def streams() -> Iterator[Fault]:
    yield Fault("a frame's header cut", "body", framed, frames(5))
    yield Fault("a frame's payload cut", "body", framed, frames(9))
    yield Fault("a stream of unknown type", "body", framed, frames(0))


FAULTS: tuple[Fault, ...] = (
    Fault("refuse", "reach", anywhere),
    Fault("accept and close", "reach", anywhere),
    Fault("never answer", "hold", anywhere, only(Act.HOLD)),
    Fault("close before the answer", "lost", anywhere, only(Act.CLOSE)),
    Fault("reset before the answer", "lost", anywhere, only(Act.RESET), tcp=True),
    *cuts(),
    *statuses(),
    *heads(),
    *values(),
    *streams(),
    Fault("103 before the answer", "none", anywhere, lead=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    Fault("closed after the answer", "none", plain, close_after=True),
    Fault("byte by byte", "none", anywhere, singly=True),
    Fault("a second late", "none", anywhere, delay=1),
)
