"""The parser of Go templates: tokens to nodes, structured like Go's, so that error messages are the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydock.go.strconv import parse_int, quote
from pydock.go.template.lexer import Token, lex
from pydock.go.template.nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Field,
    Function,
    Jump,
    Literal,
    Node,
    Pipe,
    Text,
    Variable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ParseError(Exception):
    """The text is not a valid template."""


_OPERANDS = frozenset("bool char . field identifier number nil raw string variable (".split())


class Parser:
    """Text to nodes, by template name ("" is the main one): see parse()."""

    def __init__(self, text: str, functions: Mapping[str, Any], name: str = "") -> None:
        self.name = name
        self.tokens = list(lex(text))
        self.at = 0
        self.functions = functions
        self.variables = ["$"]
        self.range_depth = 0
        self.action_line = 0
        self.templates: dict[str, list[Node]] = {}

    # reading tokens

    def next(self) -> Token:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.at += 1
        return token

    def peek(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def skip(self) -> Token:
        while self.peek().kind == "space":
            self.at += 1
        return self.peek()

    def next_word(self) -> Token:
        self.skip()
        return self.next()

    def fail(self, message: str) -> ParseError:
        token = self.tokens[min(max(self.at - 1, 0), len(self.tokens) - 1)]
        return ParseError(f"template: {self.name}:{token.line}: {message}")

    def unexpected(self, token: Token, context: str) -> ParseError:
        if token.kind == "error":
            extra = ""
            if self.action_line and self.action_line != token.line:
                extra = f" in action started at {self.name}:{self.action_line}"
                if token.value.endswith(" action"):
                    extra = extra.removeprefix(" in action")
            return self.fail(f"{token}{extra}")
        return self.fail(f"unexpected {token} in {context}")

    # lists of nodes

    def parse(self) -> dict[str, list[Node]]:
        main: list[Node] = []
        while self.peek().kind != "eof":
            if self.peek().kind == "{{":
                mark = self.at
                delimiter = self.next()
                if self.next_word().kind == "define":
                    self.action_line = delimiter.line
                    self.definition()
                    continue
                self.at = mark
            node = self.text_or_action()
            if isinstance(node, Jump) and node.kind in ("end", "else"):
                raise self.fail(f"unexpected {node.text()}")
            main.append(node)
        self.templates[""] = main
        return self.templates

    def definition(self) -> None:
        context = "define clause"
        token = self.next_word()
        if token.kind not in ("string", "raw"):
            raise self.unexpected(token, context)
        name = unquote(token.value)
        if self.next_word().kind != "}}":
            self.at -= 1
            raise self.unexpected(self.next(), context)
        variables, self.variables = self.variables, ["$"]
        depth, self.range_depth = self.range_depth, 0
        body, end = self.item_list()
        self.variables, self.range_depth = variables, depth
        if end.kind != "end":
            raise self.fail(f"unexpected {end.text()} in {context}")
        self.add(name, body)

    def add(self, name: str, body: list[Node]) -> None:
        """Define a template. An empty definition may be replaced, another one must not."""
        if name in self.templates and not _is_empty(self.templates[name]):
            if not _is_empty(body):
                raise self.fail(f"template: multiple definition of template {quote(name)}")
            return
        self.templates[name] = body

    def item_list(self) -> tuple[list[Node], Jump]:
        out: list[Node] = []
        while self.skip().kind != "eof":
            node = self.text_or_action()
            if isinstance(node, Jump) and node.kind in ("end", "else"):
                return out, node
            out.append(node)
        self.next()
        raise self.fail("unexpected EOF")

    def text_or_action(self) -> Node:
        token = self.next_word()
        if token.kind == "text":
            return Text(token.pos, token.value)
        if token.kind == "{{":
            self.action_line = token.line
            try:
                return self.action()
            finally:
                self.action_line = 0
        raise self.unexpected(token, "input")

    def action(self) -> Node:
        token = self.next_word()
        kind = token.kind
        if kind == "block":
            return self.block(token)
        if kind in ("break", "continue"):
            end = self.next_word()
            if end.kind != "}}":
                raise self.unexpected(end, "{{" + kind + "}}")
            if not self.range_depth:
                raise self.fail("{{" + kind + "}} outside {{range}}")
            return Jump(token.pos, kind)
        if kind == "else":
            following = self.skip()
            if following.kind in ("if", "with"):
                return Jump(following.pos, "else")
            return self.expect_close(Jump(token.pos, "else"), "else")
        if kind == "end":
            return self.expect_close(Jump(token.pos, "end"), "end")
        if kind in ("if", "with", "range"):
            return self.branch(kind)
        if kind == "template":
            return self.call(token)
        self.at -= 1
        start = self.peek()
        return Action(start.pos, self.pipeline("command", "}}"))

    def expect_close(self, node: Node, context: str) -> Node:
        token = self.next_word()
        if token.kind != "}}":
            raise self.unexpected(token, context)
        return node

    def branch(self, kind: str) -> Node:
        scope = len(self.variables)
        pipe = self.pipeline(kind, "}}")
        self.range_depth += kind == "range"
        body, end = self.item_list()
        self.range_depth -= kind == "range"
        other: list[Node] = []
        if end.kind == "else":
            following = self.skip()
            if following.kind == kind and kind in ("if", "with"):
                self.next()
                other = [self.branch(kind)]
            elif following.kind in ("if", "with") and self.tokens[self.at - 1].kind != "}}":
                self.next()
                raise self.unexpected(following, "else")
            else:
                other, end = self.item_list()
                if end.kind != "end":
                    raise self.fail(f"expected end; found {end.text()}")
        del self.variables[scope:]
        return Branch(pipe.pos, kind, pipe, body, other)

    def template_name(self, token: Token, context: str) -> str:
        if token.kind not in ("string", "raw"):
            raise self.unexpected(token, context)
        return unquote(token.value)

    def call(self, start: Token) -> Node:
        token = self.next_word()
        name = self.template_name(token, "template clause")
        pipe = None
        if self.next_word().kind != "}}":
            self.at -= 1
            pipe = self.pipeline("template clause", "}}")
        return Call(token.pos, name, pipe)

    def block(self, start: Token) -> Node:
        token = self.next_word()
        name = self.template_name(token, "block clause")
        pipe = self.pipeline("block clause", "}}")
        variables, self.variables = self.variables, ["$"]
        body, end = self.item_list()
        self.variables = variables
        if end.kind != "end":
            raise self.fail(f"unexpected {end.text()} in block clause")
        self.add(name, body)
        return Call(token.pos, name, pipe)

    # pipelines

    def pipeline(self, context: str, end: str) -> Pipe:
        pipe = Pipe(self.skip().pos)
        self.declarations(pipe, context)
        while True:
            token = self.next_word()
            if token.kind == end:
                self.check_pipeline(pipe, context)
                return pipe
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            self.at -= 1
            pipe.commands.append(self.command())

    def declarations(self, pipe: Pipe, context: str) -> None:
        while self.skip().kind == "variable":
            mark = self.at
            variable = self.next()
            following = self.skip()
            another = following.kind == "rune" and following.value == ","
            if following.kind not in ("=", ":=") and not another:
                self.at = mark
                return
            self.next()
            pipe.declared.append(variable.value)
            self.variables.append(variable.value)
            if not another:
                pipe.assign = following.kind == "="
                return
            if context != "range" or len(pipe.declared) > 1:
                raise self.fail(f"too many declarations in {context}")
            if self.skip().kind not in ("variable", "}}", ")"):
                raise self.fail("range can only initialize variables")

    def check_pipeline(self, pipe: Pipe, context: str) -> None:
        if not pipe.commands:
            raise self.fail(f"missing value for {context}")
        for i, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], Literal):
                raise self.fail(f"non executable command in pipeline stage {i}")

    def command(self) -> Command:
        command = Command(self.skip().pos)
        while True:
            self.skip()
            operand = self.operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self.at -= 1
            elif token.kind != "|":
                raise self.unexpected(token, "operand")
            break
        if not command.args:
            raise self.fail("empty command")
        return command

    def operand(self) -> Node | None:
        node = self.term()
        if node is None or self.peek().kind != "field":
            return node
        pos, names = self.peek().pos, []
        while self.peek().kind == "field":
            names.append(self.next().value[1:])
        if isinstance(node, Field):
            return Field(pos, node.names + names)
        if isinstance(node, Variable):
            return Variable(pos, node.name, node.names + names)
        if isinstance(node, Literal):
            raise self.fail(f"unexpected . after term {quote(node.text())}")
        return Chain(pos, node, names)

    def term(self) -> Node | None:
        token = self.next_word()
        kind, value = token.kind, token.value
        if kind == "identifier":
            if value not in self.functions:
                raise self.fail(f"function {quote(value)} not defined")
            return Function(token.pos, value)
        if kind == ".":
            return Literal(token.pos, "dot", ".", None)
        if kind == "nil":
            return Literal(token.pos, "nil", "nil", None)
        if kind == "variable":
            if value not in self.variables:
                raise self.fail(f"undefined variable {quote(value)}")
            return Variable(token.pos, value, [])
        if kind == "field":
            return Field(token.pos, [value[1:]])
        if kind == "bool":
            return Literal(token.pos, "bool", value, value == "true")
        if kind in ("number", "char"):
            return Literal(token.pos, "number", value, self.number(value))
        if kind in ("string", "raw"):
            try:
                return Literal(token.pos, "string", value, unquote(value))
            except ValueError:
                raise self.fail("invalid syntax") from None
        if kind == "(":
            return self.pipeline("parenthesized pipeline", ")")
        self.at -= 1
        return None

    def number(self, text: str) -> int | float:
        if text.startswith("'"):
            char = unquote('"' + text[1:-1].replace('"', '\\"') + '"')
            if len(char) != 1:
                raise self.fail(f"malformed character constant: {text}")
            return ord(char)
        try:
            return parse_int(text)
        except ValueError:
            pass
        try:
            value = float.fromhex(text.replace("_", "")) if "x" in text.lower() else float(text.replace("_", ""))
        except ValueError:
            raise self.fail(f"illegal number syntax: {quote(text)}") from None
        if not re.search("[.eEpP]", text) and value.is_integer():
            raise self.fail(f"integer overflow: {quote(text)}")
        return value


def _is_empty(nodes: list[Node]) -> bool:
    return all(isinstance(n, Text) and not n.value.strip() for n in nodes)


_UNESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
}


def unquote(text: str) -> str:
    """A Go string literal's value. Raises ValueError."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xuU":
            return chr(int(code[1:], 16))
        if code.isdigit():
            return chr(int(code, 8))
        if code not in _UNESCAPES:
            raise ValueError(code)
        return _UNESCAPES[code]

    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", one, text[1:-1])
