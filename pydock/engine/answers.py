"""The engine's answers: one JSON value, or a stream of JSON objects, checked against the API. Pure.

The engine may be broken, something else, or hostile: anything that is not JSON, or not of the promised shape (see
pydock.shape), becomes a BadAnswer that names the request; everything is read within limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pydock.api.request import Request
from pydock.errors import BadAnswer, BrokenStream
from pydock.go.json import decode
from pydock.shape import blank, problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: the largest body that is read whole, the largest error, and the largest message of a stream, in bytes
MAX_BODY, MAX_ERROR, MAX_MESSAGE = 256 << 20, 1 << 20, 16 << 20

_BLANK = b" \t\r\n"
#: separators of a stream's objects; RS precedes each object of application/json-seq (RFC 7464)
_BETWEEN = _BLANK + b"\x1e"


def whole(blocks: Iterable[bytes], limit: int) -> bytes:
    """All blocks in one piece. Raises BrokenStream above `limit` bytes."""
    parts, size = [], 0
    for block in blocks:
        size += len(block)
        if size > limit:
            raise BrokenStream(f"the engine's answer is longer than {limit >> 20} MiB")
        parts.append(block)
    return b"".join(parts)


def blocks_of(request: Request, blocks: Iterable[bytes], framed: bool = True) -> Iterator[bytes]:
    """The body as it comes; a block of an archive may be a memoryview that is valid until the next one is asked for.
    framed: does the body have an end of its own, apart from the connection's?

    Raises BadAnswer at its end where a promised tar archive is incomplete."""
    if request.answer is not bytes:
        yield from blocks
        return
    from pydock.engine.archive_end import ArchiveEnd

    end = ArchiveEnd()
    for block in blocks:
        end.follow(block)
        yield block
        if end.whole and not framed:
            # what is between the engine and us may leave the connection open
            return
    if not end.whole:
        raise bad(request, "a truncated tar archive" if end.tail else "it is empty")


def bad(request: Request, why: str) -> BadAnswer:
    return BadAnswer(request.method, request.path, why)


#: JSON's kinds of values in Go's words; null is any type's zero value
_KINDS = {list: "array", str: "string", int: "number", float: "number", bool: "bool"}


def checked(request: Request, value: Any) -> Any:
    """The value, checked against the promised shape. Raises BadAnswer, or BrokenStream with docker's message where a
    path leads to another endpoint ("." to the list).
    """
    if request.go_type and (kind := _KINDS.get(type(value))):
        raise BrokenStream(f"json: cannot unmarshal {kind} into Go value of type {request.go_type}")
    why = problem(value, request.answer) if request.answer is not None else ""
    if why:
        raise bad(request, why)
    return value


def value_of(request: Request, data: bytes) -> Any:
    """The body as JSON; None where it is empty and may be. Raises BadAnswer."""
    if not data.strip(_BLANK):
        if request.answer is not None and not isinstance(request.answer, blank):
            raise bad(request, "it is empty")
        return None
    try:
        value = decode(data)
    except ValueError as error:
        raise bad(request, str(error)) from None
    return checked(request, value)


def messages_of(request: Request, blocks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of a stream, each as soon as it is complete.

    Raises BadAnswer for an object of another shape, and BrokenStream where the last one is cut off. A stream that
    reports progress has at least one message with content: without any, the request did not succeed.
    """
    silent = True
    for value in _objects(request, blocks):
        if type(value) is not dict:
            raise bad(request, "a message that is not an object")
        silent = silent and not any(value.values())
        yield checked(request, value)
    if silent and request.method != "GET":
        raise bad(request, "it is empty, or reports nothing")


def _objects(request: Request, blocks: Iterable[bytes]) -> Iterator[Any]:
    splitter = Splitter(request)
    for block in blocks:
        # engines write an object a line, and most lines come in one piece: try that first, once for each block
        lines, at = True, splitter.skip(block, 0)
        while at < len(block):
            end = _line_end(block, at) if lines and splitter.between else 0
            value = _decoded(block[at:end]) if end else None
            if value is not None:
                yield value
            else:
                lines = False
                text, end = splitter.feed(block, at)
                if text:
                    yield value_of(request, text)
            at = splitter.skip(block, end)
    if not splitter.between:
        raise BrokenStream("unexpected EOF")


def _line_end(block: bytes, start: int) -> int:
    """The end of an object that fills a line; 0 if no line ends like one."""
    end = block.find(b"\n", start)
    if end > start and block[end - 1] == ord("\r"):
        end -= 1
    return end if end > start and block[end - 1] == ord("}") else 0


def _decoded(text: bytes) -> Any:
    try:
        return decode(text)
    except ValueError:
        return None


class Splitter:
    """Finds the ends of JSON objects. Each byte is looked at once, however small the blocks are."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.parts: list[bytes] = []
        self.size = self.depth = 0
        self.quoted = self.escaped = False
        # the characters that matter for JSON's nesting
        self.marks = re.compile(rb'[{}\[\]"\\]')

    @property
    def between(self) -> bool:
        """Is the scanner between two objects?"""
        return not self.size

    def skip(self, block: bytes, at: int) -> int:
        """The index after the separators between two objects. Raises BadAnswer unless an object begins there."""
        if not self.between:
            return at
        while at < len(block) and block[at] in _BETWEEN:
            at += 1
        if at < len(block) and block[at] != ord("{"):
            raise bad(self.request, f"expected an object, got {block[at : at + 40].decode('utf-8', 'replace')!r}")
        return at

    def feed(self, block: bytes, start: int) -> tuple[bytes, int]:
        """(the object that ends in block[start:] or b"", the index to continue at)."""
        at = start
        while at < len(block):
            if self.escaped:
                self.escaped = False
                at += 1
                continue
            mark = self.marks.search(block, at)
            if not mark:
                at = len(block)
                break
            at = mark.end()
            sign = mark.group()
            if sign == b'"':
                self.quoted = not self.quoted
            elif self.quoted:
                self.escaped = sign == b"\\"
            elif sign in b"{[":
                self.depth += 1
            elif sign in b"}]":
                self.depth -= 1
                if not self.depth:
                    text = b"".join([*self.parts, block[start:at]])
                    self.parts, self.size = [], 0
                    return text, at
        self.parts.append(block[start:at])
        self.size += at - start
        if self.size > MAX_MESSAGE:
            raise bad(self.request, f"a message of more than {MAX_MESSAGE >> 20} MiB")
        return b"", at
