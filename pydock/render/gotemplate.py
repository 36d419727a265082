"""Go templates (text/template), parsed and executed on JSON, views and Go-shaped structs. Pure.

Follows https://pkg.go.dev/text/template: the grammar, scoping, truth, printing and the words of its errors. The parser
mirrors the original's structure, since scripts see its messages.

Values: None is Go's nil (an empty interface); bool, int, float, str; list for slices; dict for maps; GoStruct for
structs; anything with `go_field(name)` is an object whose fields the template may ask for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydock.golang import quote
from pydock.render.values import AnyList, Failed, GoStruct, NilPointer, go_print, shown_type, truth

Dot = Any


class ParseError(Exception):
    """The text is no template."""


class ExecError(Exception):
    """The template does not fit the data. `partial` is what it had given until then."""

    partial = ""


# ---- tokens ----------------------------------------------------------------------------------------

KEYWORDS = frozenset("block break continue define else end if range template with".split())
_TRIM = " \t\r\n"


class Token:
    __slots__ = ("kind", "line", "pos", "value")

    def __init__(self, kind: str, value: str, pos: int, line: int) -> None:
        self.kind, self.value, self.pos, self.line = kind, value, pos, line

    def __str__(self) -> str:
        if self.kind == "eof":
            return "EOF"
        if self.kind == "error":
            return self.value
        if self.kind in KEYWORDS:
            return f"<{self.value}>"
        if len(self.value) > 10:
            return quote(self.value[:10]) + "..."
        return quote(self.value)


def _lex(text: str) -> Iterator[Token]:
    """Tokens of the whole text; an "error" token is the last."""
    at, line = 0, 1
    while True:
        start = text.find("{{", at)
        literal = text[at:] if start < 0 else text[at:start]
        trim_next = start >= 0 and text[start + 2 : start + 3] == "-" and text[start + 3 : start + 4] in tuple(_TRIM)
        kept = literal.rstrip(_TRIM) if trim_next else literal
        if kept:
            yield Token("text", kept, at, line)
        line += literal.count("\n")
        if start < 0:
            yield Token("eof", "", len(text), line)
            return
        inside = start + (4 if trim_next else 2)
        if text.startswith("/*", inside):
            end = text.find("*/", inside)
            if end < 0:
                yield Token("error", "unclosed comment", start, line)
                return
            line += text.count("\n", inside, end)
            at = end + 2
            close = re.compile(r"(?:[ \t\r\n]-)?\}\}").match(text, at)
            if not close:
                yield Token("error", "comment ends before closing delimiter", start, line)
                return
            at = close.end()
            if len(close[0]) > 2:
                at, line = _skip_space(text, at, line)
            continue
        if text.startswith("{{- /*", start) or (trim_next and re.match(r"[ \t\r\n]*/\*", text[inside:])):
            inside = re.compile(r"[ \t\r\n]*").match(text, inside).end()  # type: ignore[union-attr]
            if text.startswith("/*", inside):
                # a comment after a trimming delimiter: read it as if the blanks were not there
                end = text.find("*/", inside)
                close = re.compile(r"(?:[ \t\r\n]-)?\}\}").match(text, end + 2) if end >= 0 else None
                if end < 0 or not close:
                    yield Token("error", "unclosed comment" if end < 0 else "comment ends before closing delimiter", start, line)
                    return
                line += text.count("\n", inside, end)
                at = close.end()
                if len(close[0]) > 2:
                    at, line = _skip_space(text, at, line)
                continue
        yield Token("{{", "{{", start, line)
        at = inside
        depth = 0
        while True:
            close = _CLOSE.match(text, at)
            if close:
                if depth:
                    yield Token("error", "unclosed left paren", at, line)
                    return
                yield Token("}}", "}}", at, line)
                at = close.end()
                if len(close[0]) > 2:
                    at, line = _skip_space(text, at, line)
                break
            token = _inside(text, at, line)
            if token.kind == "(":
                depth += 1
            elif token.kind == ")":
                depth -= 1
                if depth < 0:
                    token = Token("error", "unexpected right paren", at, line)
            yield token
            if token.kind == "error":
                return
            line += token.value.count("\n")
            at += len(token.value)


_CLOSE = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_SPACE = re.compile(r"[ \t\r\n]+")
_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?")
_IDENTIFIER = re.compile(r"\w+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHAR = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")


def _skip_space(text: str, at: int, line: int) -> tuple[int, int]:
    match = _SPACE.match(text, at)
    return (match.end(), line + match[0].count("\n")) if match else (at, line)


def _inside(text: str, at: int, line: int) -> Token:
    """One token inside an action."""
    if at >= len(text):
        return Token("error", "unclosed action", at, line)
    char = text[at]
    space = _SPACE.match(text, at)
    if space:
        # " -}}" belongs to the delimiter
        value = space[0]
        if text.startswith("-}}", space.end()):
            value = value[:-1]
            if not value:
                value = space[0]
        return Token("space", value, at, line)
    if char in "=|()":
        return Token(char, char, at, line)
    if char == ":":
        if text.startswith(":=", at):
            return Token(":=", ":=", at, line)
        return Token("error", "expected :=", at, line)
    for start, pattern, kind, wrong in (('"', _QUOTED, "string", "unterminated quoted string"), ("'", _CHAR, "char", "unterminated character constant")):
        if char == start:
            match = pattern.match(text, at)
            return Token(kind, match[0], at, line) if match else Token("error", wrong, at, line)
    if char == "`":
        end = text.find("`", at + 1)
        return Token("raw", text[at : end + 1], at, line) if end >= 0 else Token("error", "unterminated raw quoted string", at, line)
    if char in "$." and not (char == "." and text[at + 1 : at + 2].isdigit()):
        match = _IDENTIFIER.match(text, at + 1)
        value = char + (match[0] if match else "")
        kind = "variable" if char == "$" else "field" if match else "."
        return _terminated(Token(kind, value, at, line), text)
    if char in "+-." or char.isdigit():
        match = _NUMBER.match(text, at)
        value = match[0] if match else char
        after = text[at + len(value) : at + len(value) + 1]
        if value in ("+", "-", "") or after == "_" or after.isalnum():
            return Token("error", f"bad number syntax: {quote(value + after)}", at, line)
        return Token("number", value, at, line)
    match = _IDENTIFIER.match(text, at)
    if match:
        word = match[0]
        kind = word if word in KEYWORDS else "bool" if word in ("true", "false") else "nil" if word == "nil" else "identifier"
        return _terminated(Token(kind, word, at, line), text)
    if " " < char <= "~":
        return Token("rune", char, at, line)
    return Token("error", f"unrecognized character in action: U+{ord(char):04X} {quote(char, chr(39))}", at, line)


def _terminated(token: Token, text: str) -> Token:
    at = token.pos + len(token.value)
    char = text[at : at + 1]
    if not char or char in " \t\r\n.,|:)(" or text.startswith("}}", at):
        return token
    return Token("error", f"bad character U+{ord(char):04X} {quote(char, chr(39))}", token.pos, token.line)


# ---- nodes -----------------------------------------------------------------------------------------


class Node:
    """A piece of a template. `pos` is where; text() is how the original prints it in messages."""

    __slots__ = ("pos",)

    def text(self) -> str:
        return ""


class Text(Node):
    __slots__ = ("value",)

    def __init__(self, pos: int, value: str) -> None:
        self.pos, self.value = pos, value


class Literal(Node):
    """A string, number, bool, nil or dot. kind tells which."""

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
    """break, continue, or the marks end and else while parsing."""

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


# ---- the parser --------------------------------------------------------------------------------------

_OPERANDS = frozenset("bool char . field identifier number nil raw string variable (".split())


class _Parser:
    def __init__(self, text: str, functions: Mapping[str, Any], name: str = "") -> None:
        self.name = name
        self.tokens = list(_lex(text))
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
        self.templates[name] = body

    def item_list(self) -> tuple[list[Node], Jump]:
        out: list[Node] = []
        while self.skip_peek().kind != "eof":
            node = self.text_or_action()
            if isinstance(node, Jump) and node.kind in ("end", "else"):
                return out, node
            out.append(node)
        self.next()
        raise self.fail("unexpected EOF")

    def skip_peek(self) -> Token:
        return self.skip()

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
        self.templates.setdefault(name, body)
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
            if following.kind in ("=", ":="):
                pipe.assign = following.kind == "="
                self.next()
                pipe.declared.append(variable.value)
                self.variables.append(variable.value)
                return
            if following.kind == "rune" and following.value == ",":
                self.next()
                pipe.declared.append(variable.value)
                self.variables.append(variable.value)
                if context == "range" and len(pipe.declared) < 2:
                    if self.skip().kind in ("variable", "}}", ")"):
                        continue
                    raise self.fail("range can only initialize variables")
                raise self.fail(f"too many declarations in {context}")
            self.at = mark
            return

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
        from pydock.golang import parse_int

        try:
            return parse_int(text)
        except ValueError:
            pass
        try:
            value = float.fromhex(text.replace("_", "")) if "x" in text.lower() else float(text.replace("_", ""))
        except ValueError:
            raise self.fail(f"bad number syntax: {quote(text)}") from None
        if not re.search("[.eEpP]", text) and value.is_integer():
            raise self.fail(f"integer overflow: {quote(text)}")
        # a constant that is a whole number counts as one
        return int(value) if value.is_integer() and abs(value) < 1 << 63 and "." not in text else value


_UNESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'"}


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


# ---- execution -------------------------------------------------------------------------------------


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Template:
    """A parsed template. `functions` are what it may call besides Go's own."""

    def __init__(self, text: str, functions: Mapping[str, Callable[..., Any]] | None = None, name: str = "") -> None:
        """`name` is what messages call it. Raises ParseError."""
        if functions is None:
            from pydock.render.functions import FUNCTIONS

            functions = FUNCTIONS
        self.source, self.functions, self.name = text, functions, name
        self.templates = _Parser(text, functions, name).parse()

    def with_functions(self, functions: Mapping[str, Callable[..., Any]]) -> Template:
        """The same template with some functions replaced."""
        other = Template.__new__(Template)
        other.source, other.templates, other.name = self.source, self.templates, self.name
        other.functions = {**self.functions, **functions}
        return other

    def execute(self, dot: Dot, missing: str = "default") -> str:
        """The text for `dot`. missing: "default" (prints <no value>) or "error", for keys that a map lacks.

        Raises ExecError.
        """
        out: list[str] = []
        try:
            _Run(self, missing).template("", dot, out)
        except ExecError as error:
            error.partial = "".join(out)
            raise
        return "".join(out)


class _Run:
    def __init__(self, template: Template, missing: str) -> None:
        self.t, self.missing = template, missing
        self.name, self.depth = "", 0
        self.variables: list[tuple[str, Any]] = []

    def fail(self, node: Node, message: str) -> ExecError:
        before = self.t.source[: node.pos]
        column = len((before[before.rfind("\n") + 1 :]).encode("utf-8", "surrogateescape"))
        return ExecError(f"template: {self.t.name}:{before.count(chr(10)) + 1}:{column}: executing {quote(self.name or self.t.name)} at <{node.text()}>: {message}")

    def template(self, name: str, dot: Dot, out: list[str]) -> None:
        saved = self.variables, self.name
        self.variables, self.name = [("$", dot)], name
        self.depth += 1
        try:
            self.walk(self.t.templates[name], dot, out)
        finally:
            self.variables, self.name = saved
            self.depth -= 1

    def walk(self, nodes: list[Node], dot: Dot, out: list[str]) -> None:
        for node in nodes:
            if isinstance(node, Text):
                out.append(node.value)
            elif isinstance(node, Action):
                value = self.pipe(node.pipe, dot)
                if not node.pipe.declared:
                    out.append(self.printed(node.pipe, value))
            elif isinstance(node, Branch):
                self.branch(node, dot, out)
            elif isinstance(node, Call):
                self.call(node, dot, out)
            elif isinstance(node, Jump):
                raise _Break if node.kind == "break" else _Continue

    def printed(self, node: Node, value: Any) -> str:
        if value is None:
            return "<no value>"
        if callable(value):
            raise self.fail(node, f"can't print {node.text()} of type func")
        return go_print(value, top=True)

    def call(self, node: Call, dot: Dot, out: list[str]) -> None:
        if node.name not in self.t.templates:
            raise self.fail(node, f"template {quote(node.name)} not defined")
        if self.depth > 1000:
            raise self.fail(node, f"exceeded maximum template depth ({100000})")
        value = self.pipe(node.pipe, dot) if node.pipe else None
        self.template(node.name, value, out)

    def branch(self, node: Branch, dot: Dot, out: list[str]) -> None:
        scope = len(self.variables)
        if node.kind == "range":
            self.range(node, dot, out)
        else:
            value = self.pipe(node.pipe, dot)
            if truth(value):
                self.walk(node.body, value if node.kind == "with" else dot, out)
            else:
                self.walk(node.other, dot, out)
        del self.variables[scope:]

    def range(self, node: Branch, dot: Dot, out: list[str]) -> None:
        declared = node.pipe.declared
        value = self.pipe(node.pipe, dot, bind=False)
        pairs: Any
        if isinstance(value, dict):
            pairs = sorted(value.items())
        elif isinstance(value, list):
            pairs = enumerate(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            pairs = ((i, i) for i in range(value))
        elif value is None:
            pairs = ()
        else:
            raise self.fail(node.pipe, f"range can't iterate over {go_print(value, top=False)}")
        empty = True
        scope = len(self.variables)
        for key, item in pairs:
            empty = False
            if len(declared) == 1:
                self.bind(node.pipe, declared[0], item)
            elif declared:
                self.bind(node.pipe, declared[0], key)
                self.bind(node.pipe, declared[1], item)
            try:
                self.walk(node.body, item, out)
            except _Continue:
                continue
            except _Break:
                break
            finally:
                del self.variables[scope:]
        if empty:
            self.walk(node.other, dot, out)

    def bind(self, pipe: Pipe, name: str, value: Any) -> None:
        if pipe.assign:
            for i in range(len(self.variables) - 1, -1, -1):
                if self.variables[i][0] == name:
                    self.variables[i] = (name, value)
                    return
        self.variables.append((name, value))

    # values

    def pipe(self, pipe: Pipe, dot: Dot, bind: bool = True) -> Any:
        value: Any = _NOTHING
        for command in pipe.commands:
            value = self.command(command, dot, value)
        if bind:
            for name in pipe.declared:
                self.bind(pipe, name, value)
        return value

    def command(self, command: Command, dot: Dot, final: Any) -> Any:
        first = command.args[0]
        if isinstance(first, Field):
            return self.fields(first, dot, first.names, command.args, final, dot)
        if isinstance(first, Variable):
            return self.fields(first, self.variable(first), first.names, command.args, final, dot)
        if isinstance(first, Chain):
            return self.fields(first, self.inner(first.node, dot), first.names, command.args, final, dot)
        if isinstance(first, Function):
            return self.function(first.name, command, command.args[1:], dot, final)
        if isinstance(first, Pipe):
            self.no_args(first, command, final)
            return self.pipe(first, dot)
        assert isinstance(first, Literal)
        self.no_args(first, command, final)
        if first.kind == "nil":
            raise self.fail(first, "nil is not a command")
        return dot if first.kind == "dot" else first.value

    def no_args(self, node: Node, command: Command, final: Any) -> None:
        if len(command.args) > 1 or final is not _NOTHING:
            raise self.fail(node, f"can't give argument to non-function {node.text()}")

    def inner(self, node: Node, dot: Dot) -> Any:
        if isinstance(node, Pipe):
            return self.pipe(node, dot)
        assert isinstance(node, Function)
        return self.function(node.name, node, [], dot, _NOTHING)

    def variable(self, node: Variable) -> Any:
        for name, value in reversed(self.variables):
            if name == node.name:
                return value
        raise self.fail(node, f"undefined variable: {node.name}")

    def fields(self, node: Node, value: Any, names: list[str], args: list[Node], final: Any, dot: Dot) -> Any:
        for name in names[:-1]:
            value = self.field(node, value, name, [])
        if not names:
            if len(args) > 1 or final is not _NOTHING:
                raise self.fail(node, f"can't give argument to non-function {node.text()}")
            return value
        given = [self.argument(a, dot) for a in args[1:]]
        if final is not _NOTHING:
            given.append(final)
        return self.field(node, value, names[-1], given)

    def field(self, node: Node, value: Any, name: str, given: list[Any]) -> Any:
        found: Any
        if isinstance(value, dict):
            if given:
                raise self.fail(node, f"{name} is not a method but has arguments")
            if name in value:
                return value[name]
            if self.missing == "error":
                raise self.fail(node, f"map has no entry for key {quote(name)}")
            return getattr(value, "go_zero", None)
        if value is None:
            if self.missing == "error":
                raise self.fail(node, f"nil pointer evaluating interface {{}}.{name}")
            return None
        if isinstance(value, NilPointer):
            raise self.fail(node, f"nil pointer evaluating {value.type_name}.{name}")
        getter = getattr(value, "go_field", None)
        found = getter(name) if getter else Failed
        if found is Failed:
            kind = "interface {}" if self.missing == "error" else shown_type(value)
            raise self.fail(node, f"can't evaluate field {name} in type {kind}")
        if callable(found):
            if len(given) != 1:
                raise self.fail(node, f"wrong number of args for {name}: want 1 got {len(given)}")
            if not isinstance(given[0], str):
                raise self.fail(node, f"wrong type for value; expected string; got {shown_type(given[0])}")
            return found(given[0])
        if given:
            if isinstance(value, GoStruct):
                raise self.fail(node, f"{name} has arguments but cannot be invoked as function")
            raise self.fail(node, f"wrong number of args for {name}: want 0 got {len(given)}")
        return found

    def argument(self, node: Node, dot: Dot) -> Any:
        if isinstance(node, Literal):
            return dot if node.kind == "dot" else node.value
        if isinstance(node, Field):
            return self.fields(node, dot, node.names, [node], _NOTHING, dot)
        if isinstance(node, Variable):
            return self.fields(node, self.variable(node), node.names, [node], _NOTHING, dot)
        if isinstance(node, Pipe):
            return self.pipe(node, dot)
        if isinstance(node, Function):
            return self.function(node.name, node, [], dot, _NOTHING)
        assert isinstance(node, Chain)
        return self.fields(node, self.inner(node.node, dot), node.names, [node], _NOTHING, dot)

    def function(self, name: str, node: Node, args: list[Node], dot: Dot, final: Any) -> Any:
        function = self.t.functions[name]
        count = len(args) + (final is not _NOTHING)
        low, high = getattr(function, "go_arity", (0, None))
        if count < low or (high is not None and count > high):
            want = f"at least {low}" if high is None else str(low)
            raise self.fail(node, f"wrong number of args for {name}: want {want} got {count}")
        if name in ("and", "or"):
            return self.logic(name, args, dot, final)
        kinds = getattr(function, "go_kinds", ())
        values = []
        for i, arg in enumerate(args):
            value = self.argument(arg, dot)
            self.check_kind(arg, value, kinds[i] if i < len(kinds) else "any")
            values.append(value)
        if final is not _NOTHING:
            wrong = wrong_kind(final, kinds[len(args)]) if len(args) < len(kinds) else ""
            if wrong:
                raise self.fail(node, wrong)
            values.append(final)
        if name == "call" and args and values[0] is not None:
            raise self.fail(node, f"error calling call: non-function {args[0].text()} of type {shown_type(values[0])}")
        try:
            return function(*values)
        except ValueError as error:
            raise self.fail(node, f"error calling {name}: {error}") from None

    def check_kind(self, node: Node, value: Any, kind: str) -> None:
        """An argument of the wrong type is refused where it stands."""
        if isinstance(node, Literal) and node.kind not in ("dot", "nil"):
            if kind == "string" and node.kind != "string":
                raise self.fail(node, f"expected string; found {node.text()}")
            if kind == "int" and (node.kind != "number" or not isinstance(value, int)):
                raise self.fail(node, f"expected integer; found {node.text()}")
            return
        wrong = wrong_kind(value, kind)
        if wrong:
            raise self.fail(node, wrong)

    def logic(self, name: str, args: list[Node], dot: Dot, final: Any) -> Any:
        """and, or: the first value that decides; the rest is not evaluated."""
        value: Any = None
        for arg in args:
            value = self.argument(arg, dot)
            if truth(value) == (name == "or"):
                return value
        return value if final is _NOTHING else final


class _Nothing:
    pass


_NOTHING: Any = _Nothing()


def wrong_kind(value: Any, kind: str) -> str:
    """What Go says of an argument of the wrong type; empty if it fits."""
    if kind == "string" and not (isinstance(value, str) and getattr(value, "go_type", "string") == "string"):
        if value is None:
            return "invalid value; expected string"
        return f"wrong type for value; expected string; got {shown_type(value)}"
    if kind == "strings" and not (isinstance(value, list) and not isinstance(value, AnyList)):
        return f"wrong type for value; expected []string; got {shown_type(value) if value is not None else 'interface {}'}"
    if kind == "int" and not (isinstance(value, int) and not isinstance(value, bool)):
        if value is None:
            return "invalid value; expected int"
        return f"wrong type for value; expected int; got {shown_type(value)}"
    return ""
