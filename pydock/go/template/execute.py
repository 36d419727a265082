"""Go templates (text/template), executed on JSON, views and Go structs. Pure.

Follows https://pkg.go.dev/text/template: scoping, truth, printing and error messages; the grammar is in `parser`.

Values: None is Go's nil (an empty interface); bool, int, float, str; list for slices; dict for maps; GoStruct for
structs; anything with `go_field(name)` is an object whose fields the template may ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.go.kinds import AnyString, Dot, Failed, GoStruct, NilPointer, Reference, shown_type, truth
from pydock.go.printing import go_print
from pydock.go.strconv import quote
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
from pydock.go.template.parser import ParseError, Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ExecError(Exception):
    """The template does not fit the data. `partial`: its output up to the error."""

    partial = ""


class _Break(Exception): ...


class _Continue(Exception): ...


class Template:
    """A parsed template. `functions`: additional ones besides Go's own."""

    def __init__(self, text: str, functions: Mapping[str, Callable[..., Any]] | None = None, name: str = "") -> None:
        """`name`: the template's name in messages. Raises ParseError."""
        if functions is None:
            from pydock.go.template.functions import FUNCTIONS

            functions = FUNCTIONS
        self.source, self.functions, self.name = text, functions, name
        try:
            self.templates = Parser(text, functions, name).parse()
        except RecursionError:
            raise ParseError(f"template: {name}:1: nested too deeply") from None

    def with_functions(self, functions: Mapping[str, Callable[..., Any]]) -> Template:
        """A copy of the template with some functions replaced."""
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
        except RecursionError:
            raise ExecError(f"template: {self.name}:1: nested too deeply") from None
        return "".join(out)


class _Run:
    def __init__(self, template: Template, missing: str) -> None:
        self.t, self.missing = template, missing
        self.name, self.depth = "", 0
        #: the last evaluated node: the location of Go's errors about a value
        self.last: Node
        self.variables: list[tuple[str, Any]] = []

    def fail(self, node: Node, message: str) -> ExecError:
        before = self.t.source[: node.pos]
        column = len((before[before.rfind("\n") + 1 :]).encode("utf-8", "surrogateescape"))
        line, name = before.count("\n") + 1, quote(self.name or self.t.name)
        return ExecError(f"template: {self.t.name}:{line}:{column}: executing {name} at <{node.text()}>: {message}")

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
        value = value.value if isinstance(value, Reference) else value
        pairs: Any
        if isinstance(value, dict):
            pairs = sorted(value.items())
        elif isinstance(value, list):
            pairs = enumerate(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            if len(declared) > 1:
                raise self.fail(self.last, f"can't use {go_print(value)} to iterate over more than one variable")
            pairs = ((i, type(value)(i)) for i in range(value))
        elif value is None:
            pairs = ()
        else:
            raise self.fail(self.last, f"range can't iterate over {go_print(value, top=True)}")
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
            if type(value) is AnyString:
                # a pipeline's value is taken out of its interface
                value = str(value)
        if bind:
            for name in pipe.declared:
                self.bind(pipe, name, value)
        return value

    def command(self, command: Command, dot: Dot, final: Any) -> Any:
        first = self.last = command.args[0]
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
            value = self.field(node, value, name, [], _NOTHING, dot)
        if not names:
            if len(args) > 1 or final is not _NOTHING:
                raise self.fail(node, f"can't give argument to non-function {node.text()}")
            return value
        return self.field(node, value, names[-1], args[1:], final, dot)

    def field(self, node: Node, value: Any, name: str, args: list[Node], final: Any, dot: Dot) -> Any:
        found: Any
        given = len(args) + (final is not _NOTHING)
        method = method_of(value, name)
        if method is not None:
            if given:
                raise self.fail(node, f"wrong number of args for {name}: want 0 got {given}")
            return method(value)
        getter = getattr(value, "go_field", None)
        if isinstance(value, dict) and getattr(value, "go_key", "string") == "string" and not getter:
            return self.entry(node, value, name, given)
        if value is None:
            if self.missing == "error":
                raise self.fail(node, f"nil pointer evaluating interface {{}}.{name}")
            return None
        if isinstance(value, NilPointer):
            raise self.fail(node, f"nil pointer evaluating {value.type_name}.{name}")
        found = getter(name) if getter else Failed
        if found is Failed:
            raise self.no_field(node, value, name)
        if callable(found):
            if given != 1:
                raise self.fail(node, f"wrong number of args for {name}: want 1 got {given}")
            return found(self.text_argument(args, final, dot))
        if given:
            if isinstance(value, GoStruct):
                raise self.fail(node, f"{name} has arguments but cannot be invoked as function")
            raise self.fail(node, f"wrong number of args for {name}: want 0 got {given}")
        return found

    def entry(self, node: Node, value: dict[str, Any], name: str, given: int) -> Any:
        """The entry of a map; given: the number of arguments, of which it takes none."""
        if given:
            raise self.fail(node, f"{name} is not a method but has arguments")
        if name not in value and self.missing == "error":
            raise self.fail(node, f"map has no entry for key {quote(name)}")
        return value.get(name)

    def no_field(self, node: Node, value: Any, name: str) -> ExecError:
        """The error for a value without that field."""
        if name[:1].islower() and name in getattr(value, "go_fields", dict)():
            return self.fail(node, f"{name} is an unexported field of struct type {shown_type(value)}")
        # results of functions and constants have a type; values of JSON are interfaces
        untyped = self.missing == "error" and type(value) not in (str, int)
        return self.fail(
            node, f"can't evaluate field {name} in type {'interface {}' if untyped else shown_type(value)}"
        )

    def text_argument(self, args: list[Node], final: Any, dot: Dot) -> Any:
        """The only argument of a method that takes a string."""
        if not args:
            if wrong := wrong_kind(final, "string"):
                raise self.fail(self.last, wrong)
            return final
        argument = self.argument(args[0], dot)
        self.check_kind(args[0], argument, "string")
        return argument

    def argument(self, node: Node, dot: Dot) -> Any:
        self.last = node
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
            raise self.fail(Function(node.pos, name), f"wrong number of args for {name}: want {want} got {count}")
        if name in ("and", "or"):
            return self.logic(name, args, dot, final)
        kinds = getattr(function, "go_kinds", ())
        values = []
        for i, arg in enumerate(args):
            kind = kinds[i] if i < len(kinds) else "any"
            value = pointed_to(self.argument(arg, dot), kind)
            self.check_kind(arg, value, kind)
            values.append([] if value is None and kind == "strings" else value)
        if final is not _NOTHING:
            final = pointed_to(final, kinds[len(args)]) if len(args) < len(kinds) else final
            wrong = wrong_kind(final, kinds[len(args)]) if len(args) < len(kinds) else ""
            if wrong:
                raise self.fail(self.last, wrong)
            values.append(final)
        if name == "call" and values[0] is not None:
            callee = args[0].text() if args else final if isinstance(final, str) else f"<{shown_type(final)} Value>"
            raise self.fail(node, f"error calling call: non-function {callee} of type {shown_type(values[0])}")
        try:
            return function(*values)
        except ValueError as error:
            raise self.fail(node, f"error calling {name}: {error}") from None

    def check_kind(self, node: Node, value: Any, kind: str) -> None:
        """Raises an error, located at the argument, if it has the wrong type."""
        if isinstance(node, Literal) and node.kind != "dot":
            if node.kind == "nil" and kind in ("string", "int"):
                raise self.fail(node, f"cannot assign nil to {kind}")
            if kind == "string" and node.kind != "string":
                raise self.fail(node, f"expected string; found {node.text()}")
            if kind == "int" and (node.kind != "number" or value != int(value)):
                raise self.fail(node, f"expected integer; found {node.text()}")
            if kind == "strings" and node.kind != "nil":
                raise self.fail(node, f"can't handle {node.text()} for arg of type []string")
            return
        if value is None and self.missing == "error" and isinstance(node, (Field, Chain, Variable)) and kind != "any":
            # an existing map entry that is nil
            kind = {"strings": "[]string"}.get(kind, kind)
            raise self.fail(node, f"wrong type for value; expected {kind}; got interface {{}}")
        wrong = wrong_kind(value, kind)
        if wrong:
            raise self.fail(self.last if isinstance(node, Pipe) else node, wrong)

    def logic(self, name: str, args: list[Node], dot: Dot, final: Any) -> Any:
        """and, or: the first deciding value; the rest is not evaluated."""
        value: Any = None
        for arg in args:
            value = self.argument(arg, dot)
            if truth(value) == (name == "or"):
                return value
        return value if final is _NOTHING else final


class _Nothing:
    pass


_NOTHING: Any = _Nothing()


def pointed_to(value: Any, kind: str) -> Any:
    """A pointer's target, for a function that takes a value; other values unchanged."""
    return value.value if kind != "any" and isinstance(value, Reference) else value


def method_of(value: Any, name: str) -> Callable[[Any], Any] | None:
    """The method of this name of the value's Go type, if it has one without arguments."""
    if not isinstance(value, (str, int, GoStruct)):
        return None
    kind = getattr(value, "go_type", "") or getattr(value, "type_name", "")
    if "." not in kind:
        return None
    from pydock.go.methods import METHODS

    return METHODS.get(kind.lstrip("*"), {}).get(name)


def wrong_kind(value: Any, kind: str) -> str:
    """Go's error for an argument of the wrong type; "" if it fits."""
    if kind == "string" and not (isinstance(value, str) and getattr(value, "go_type", "string") == "string"):
        if value is None:
            return "invalid value; expected string"
        return f"wrong type for value; expected string; got {shown_type(value)}"
    if kind == "strings" and value is not None and not (isinstance(value, list) and getattr(value, "go_strings", True)):
        return f"wrong type for value; expected []string; got {shown_type(value)}"
    if kind == "int" and not (isinstance(value, int) and not isinstance(value, bool)):
        if value is None:
            return "invalid value; expected int"
        return f"wrong type for value; expected int; got {shown_type(value)}"
    return ""


__all__ = ["Dot", "ExecError", "ParseError", "Template"]
