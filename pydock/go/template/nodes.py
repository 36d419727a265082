"""The nodes of a parsed Go template. Pure."""

from __future__ import annotations

from pydock.go.strconv import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Node:
    """A node. `pos`: its position; text(): its text in Go's messages."""

    __slots__ = ("pos",)
    pos: int

    def text(self) -> str:
        return ""


class Text(Node):
    __slots__ = ("value",)

    def __init__(self, pos: int, value: str) -> None:
        self.pos, self.value = pos, value


class Literal(Node):
    """A string, number, bool, nil or dot, by its kind."""

    __slots__ = ("kind", "source", "value")

    def __init__(self, pos: int, kind: str, source: str, value: Any) -> None:
        self.pos, self.kind, self.source, self.value = pos, kind, source, value

    def text(self) -> str:
        return self.source


class Field(Node):
    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        self.pos, self.names = pos, names

    def text(self) -> str:
        return "".join("." + n for n in self.names)


class Variable(Node):
    __slots__ = ("name", "names")

    def __init__(self, pos: int, name: str, names: list[str]) -> None:
        self.pos, self.name, self.names = pos, name, names

    def text(self) -> str:
        return self.name + "".join("." + n for n in self.names)


class Chain(Node):
    """Fields of a parenthesised pipeline or a function."""

    __slots__ = ("names", "node")

    def __init__(self, pos: int, node: Node, names: list[str]) -> None:
        self.pos, self.node, self.names = pos, node, names

    def text(self) -> str:
        inner = f"({self.node.text()})" if isinstance(self.node, Pipe) else self.node.text()
        return inner + "".join("." + n for n in self.names)


class Function(Node):
    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        self.pos, self.name = pos, name

    def text(self) -> str:
        return self.name


class Command(Node):
    __slots__ = ("args",)

    def __init__(self, pos: int) -> None:
        self.pos, self.args = pos, list[Node]()

    def text(self) -> str:
        return " ".join(f"({a.text()})" if isinstance(a, Pipe) else a.text() for a in self.args)


class Pipe(Node):
    __slots__ = ("assign", "commands", "declared")

    def __init__(self, pos: int) -> None:
        self.pos, self.assign = pos, False
        self.declared, self.commands = list[str](), list[Command]()

    def text(self) -> str:
        head = f"{', '.join(self.declared)} {'=' if self.assign else ':='} " if self.declared else ""
        return head + " | ".join(c.text() for c in self.commands)


class Action(Node):
    __slots__ = ("pipe",)

    def __init__(self, pos: int, pipe: Pipe) -> None:
        self.pos, self.pipe = pos, pipe


class Branch(Node):
    """if, with or range."""

    __slots__ = ("body", "kind", "other", "pipe")

    def __init__(self, pos: int, kind: str, pipe: Pipe, body: list[Node], other: list[Node]) -> None:
        self.pos, self.kind, self.pipe, self.body, self.other = pos, kind, pipe, body, other


class Jump(Node):
    """break, continue, or the markers end and else while parsing."""

    __slots__ = ("kind",)

    def __init__(self, pos: int, kind: str) -> None:
        self.pos, self.kind = pos, kind

    def text(self) -> str:
        return "{{" + self.kind + "}}"


class Call(Node):
    """{{template "name" pipeline}}"""

    __slots__ = ("name", "pipe")

    def __init__(self, pos: int, name: str, pipe: Pipe | None) -> None:
        self.pos, self.name, self.pipe = pos, name, pipe

    def text(self) -> str:
        return "{{template " + quote(self.name) + (" " + self.pipe.text() if self.pipe else "") + "}}"
