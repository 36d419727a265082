"""The declaration of a command: an options class with flags and arguments, and a function.

    @options
    class KillOptions(Options):
        containers: tuple[str, ...] = argument("CONTAINER [CONTAINER...]")
        signal: str = flag("-s", "--signal", help="Signal to send to the container")

    @command("container kill", KillOptions, "Kill one or more running containers", also=("kill",))
    def kill(app: App, o: KillOptions) -> None: ...

A flag is declared once; Click's parameters, help, man page and completion derive from it. This module does not use
Click.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydock.values import dataclass_transform, freeze

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, ParamSpec, TypeAlias, TypeVar

    from typing_extensions import Self

    P = ParamSpec("P")
    T = TypeVar("T")

MISSING: Any = object()
Parser: TypeAlias = "Callable[[str], Any]"


#: the value's name in help, by type
_VALUE_NAMES = {"int": "int", "str": "string", "tuple[str, ...]": "list", "float": "float"}


#: text and a function that reads a file of this host -> value; raises ValueError, or the function's Failure
FileParser: TypeAlias = "Callable[[str, Callable[[str], bytes]], Any]"


class FlagSpec:
    """One flag as declared: `flag` is its name in declarations.

    names: "-s", "--long", further long names (`hidden_names` are not shown); parse: text -> value, or ValueError in
    docker's words; reads: the same for a value that names files, which are read at once; many: repeatable, a tuple of
    parsed values; metavar: the value's name in help; since: the Engine API that it needs ("1.41"); ostype,
    experimental: docker's other conditions; deprecated: {long name: reason}; env: the variable that gives the
    default; sources: what completes it (see cli.complete), or a function that gives it; warning: value -> a warning for docker's log, or "";
    bare: the value of the flag without "=": a word after it is no value then (`--json`, `--json=ID,Names`); own: docker
    has no such flag; excludes: fields of flags that cannot be given beside it; tells: value -> a text that is printed
    in place of running the command, or "" (`--json=help`); fields: (path of fields, value of --type) -> the fields that
    templates of --format find there, and what each is: for completion.
    @options sets `dest` and `kind` (the annotation, without "| None").
    """

    def __init__(
        self,
        *names: str,
        help: str,
        default: Any = MISSING,
        parse: Parser | None = None,
        reads: FileParser | None = None,
        many: bool = False,
        metavar: str = "",
        since: str = "",
        ostype: str = "",
        experimental: bool = False,
        hidden: bool = False,
        hidden_names: tuple[str, ...] = (),
        deprecated: dict[str, str] | None = None,
        env: str = "",
        sources: str | Callable[[], str] = "",
        warning: Callable[[str], str] | None = None,
        bare: str = "",
        own: bool = False,
        excludes: tuple[str, ...] = (),
        tells: Callable[[str], str] | None = None,
        fields: Callable[[str, str], Mapping[str, str]] | None = None,
    ) -> None:
        self.short = next((n[1:] for n in names if not n.startswith("--")), "")
        self.longs = tuple(n[2:] for n in names if n.startswith("--"))
        self.help, self.default, self.parse, self.many, self.metavar = help, default, parse, many, metavar
        self.since, self.ostype, self.experimental = since, ostype, experimental
        self.hidden, self.deprecated = hidden, deprecated or {}
        #: without dashes, as `longs` and the names in `deprecated`
        self.hidden_names = hidden_names and tuple(n[2:] for n in hidden_names)
        self.env, self.sources, self.warning, self.reads = env, sources, warning, reads
        self.bare, self.own, self.excludes, self.tells, self.fields = bare, own, excludes, tells, fields
        self.dest = self.kind = ""

    @property
    def name(self) -> str:
        """The long name, without dashes."""
        return self.longs[0]

    @property
    def is_bool(self) -> bool:
        return bool(self.kind == "bool")

    @property
    def without_equals(self) -> str:
        """The value of the flag where no "=VALUE" is attached; "" where it takes the next word."""
        return "true" if self.is_bool else self.bare

    @property
    def value_name(self) -> str:
        """The value's name in help; empty for a bool."""
        if self.metavar:
            return self.metavar
        return "" if self.is_bool else _VALUE_NAMES.get(self.kind, "list" if self.many else "string")

    def usage(self, name: str) -> str:
        """One of its long names, with the value: "--json[=fields]", "--name string"."""
        return f"--{name}[={self.value_name}]" if self.bare else f"--{name} {self.value_name}".rstrip()


class ArgumentSpec:
    """One positional argument, or all that remain (a tuple field): `argument` is its name in declarations.

    usage: the text in the usage line: "NAME", "[NAME]", "NAME [NAME...]"; unless: flags, by field: with one of them
    the argument may be left out (`rm --filter label=a`); own: docker has no such argument, and its errors about their
    number do not know of it."""

    def __init__(
        self, usage: str, default: Any = MISSING, sources: str = "", unless: tuple[str, ...] = (), own: bool = False
    ) -> None:
        self.usage, self.default, self.sources, self.unless, self.own = usage, default, sources, unless, own
        self.dest = self.kind = ""

    @property
    def many(self) -> bool:
        return self.kind.startswith("tuple")

    @property
    def required(self) -> int:
        return int(not self.usage.startswith("["))


def _field(spec: Callable[P, object]) -> Callable[P, Any]:
    """The class itself, as a type checker is to see it: its objects stand for values of any type."""
    return spec


flag, argument = _field(FlagSpec), _field(ArgumentSpec)

_ZERO: dict[str, Any] = {"bool": False, "int": 0, "str": "", "float": 0.0}


def _bare(annotation: str) -> str:
    return annotation.replace(" | None", "").strip()


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _frozen(cls: type[T]) -> type[T]:
    return freeze(cls)


@_frozen
class Options:
    """The base of every options class. `given`: the names of the fields that the user typed."""

    given: frozenset[str] = frozenset()
    flag_specs: ClassVar[tuple[FlagSpec, ...]] = ()
    argument_specs: ClassVar[tuple[ArgumentSpec, ...]] = ()

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Options with these values, and the defaults for the rest."""
        return cls(**values)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(flag, argument))
def options(cls: type[T]) -> type[T]:
    """Make a class of flags and arguments a frozen value; inherited flags come first, of all its bases."""
    bases = [base.__dict__ for base in reversed(cls.__mro__[1:])]
    flags = {f.dest: f for base in bases for f in base.get("flag_specs", ())}
    arguments = {a.dest: a for base in bases for a in base.get("argument_specs", ())}
    annotations = cls.__dict__.get("__annotations__") or cls.__annotations__  # noqa: RUF063
    for name, annotation in annotations.items():
        spec = cls.__dict__.get(name)
        if not isinstance(spec, (FlagSpec, ArgumentSpec)):
            continue
        spec.dest, spec.kind = name, _bare(annotation)
        if spec.default is MISSING:
            spec.default = () if spec.kind.startswith("tuple") else _ZERO[spec.kind]
        if isinstance(spec, FlagSpec):
            spec.many = spec.many or spec.kind.startswith("tuple")
            flags[name] = spec
        else:
            arguments[name] = spec
        setattr(cls, name, spec.default)
    cls.flag_specs = tuple(flags.values())  # type: ignore[attr-defined]
    cls.argument_specs = tuple(arguments.values())  # type: ignore[attr-defined]
    return freeze(cls)


class CommandNote:
    """What a command is, attached to its function: `command` is its name as a decorator.

    path: the full name ("container ls"); also: other full names ("ps"); aliases: short names for `path`; top: the
    position among the common commands of the top-level help; interspersed=False: flags end at the first positional
    argument; since: the required API version; usage: replaces flags and arguments in the usage line, with "PROG" for
    the program's name; own: docker has no such command, and an installed CLI plugin of the name is run instead;
    reads: it changes nothing, and may be asked of several engines at once; follows: it prints as long as something
    happens; choose: App -> the command to run instead, or None: for commands that depend on the environment (that
    command is then not `listed`); plugin: the CLI plugin that gets the command line unchanged, if it is installed;
    bare_help: without any flag its help is shown.
    """

    def __init__(
        self,
        path: str,
        options: type[Options],
        short: str,
        *,
        also: tuple[str, ...] = (),
        aliases: tuple[str, ...] = (),
        description: str = "",
        top: int = 0,
        interspersed: bool = True,
        since: str = "",
        usage: str | None = None,
        choose: Callable[[Any], Any] | None = None,
        listed: bool = True,
        plugin: str = "",
        bare_help: bool = False,
        own: bool = False,
        reads: bool = False,
        follows: bool = False,
    ) -> None:
        self.paths, self.options, self.short, self.aliases = (path, *also), options, short, aliases
        self.description, self.top, self.interspersed, self.since = description, top, interspersed, since
        self.usage, self.choose, self.listed, self.plugin = usage, choose, listed, plugin
        self.bare_help, self.own, self.reads, self.follows = bare_help, own, reads, follows

    def __call__(self, function: T) -> T:
        function.__command__ = self  # type: ignore[attr-defined]
        return function


command = CommandNote
