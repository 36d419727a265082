"""Click commands from option classes: flags are parsed by `pflag`, arguments counted as in docker."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

import click

from pydock.app import App
from pydock.cli.names import Needs, group_needs
from pydock.cli.pflag import BadFlag, FlagSet, Parsed
from pydock.config.globals import Globals, Invocation
from pydock.errors import Exit, Failure, Misuse
from pydock.options import ArgumentSpec, CommandNote, FlagSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def click_option(spec: FlagSpec) -> click.Option:
    """The flag as a Click option: for tools that walk the command tree (documentation, completion)."""
    short = [f"-{spec.short}"] if spec.short else []
    return click.Option(
        [*short, *(f"--{n}" for n in spec.longs), spec.dest],
        default=None,
        help=spec.help,
        multiple=spec.many,
        hidden=spec.hidden,
        metavar=spec.value_name or None,
        is_flag=spec.is_bool,
        expose_value=True,
        type=bool if spec.is_bool else click.UNPROCESSED,
    )


def click_argument(spec: ArgumentSpec) -> click.Argument:
    return click.Argument(
        [spec.dest],
        required=bool(spec.required),
        nargs=-1 if spec.many else 1,
        metavar=spec.usage,
        type=click.UNPROCESSED,
    )


def misuse(path: str, usage: str, message: str, code: int, pointer: str = "Run") -> Misuse:
    """An error in docker's layout: message, usage line and a pointer to the help, separated by blank lines."""
    return Misuse(f"{message}\n\nUsage:  {usage}\n\n{pointer} '{path} --help' for more information", code)


def count_problem(specs: Sequence[ArgumentSpec], given: int, flags: Set[str] = frozenset()) -> tuple[str, str] | None:
    """The error for a wrong number of positional arguments: (text, pointer word); None if it is right. flags: the
    fields of the given flags."""
    low = sum(s.required for s in specs if flags.isdisjoint(s.unless))
    high = most(specs)
    if low <= given and (high is None or given <= high):
        return None
    high = most([s for s in specs if not s.own])
    if high == 0:
        return "accepts no arguments", "Run"
    if high is None:
        return f"requires at least {counted(low)}", "See"
    if low == high:
        return f"requires {counted(low)}", "Run"
    if low == 0:
        return f"requires at most {counted(high)}", "SRun"  # sic: docker's own typo
    return f"requires at least {low} and at most {counted(high)}", "Run"


def most(specs: Sequence[ArgumentSpec]) -> int | None:
    """How many words the arguments take; None for any number."""
    return None if any(s.many for s in specs) else len(specs)


def counted(number: int) -> str:
    return f"{number} argument" if number == 1 else f"{number} arguments"


def bind(specs: Sequence[ArgumentSpec], words: list[str]) -> dict[str, Any]:
    """Assign positional arguments to fields; the number of `words` is valid."""
    out: dict[str, Any] = {}
    rest = list(words)
    for i, spec in enumerate(specs):
        after = sum(s.required for s in specs[i + 1 :])
        if spec.many:
            cut = len(rest) - after
            out[spec.dest], rest = tuple(rest[:cut]), rest[cut:]
        elif len(rest) > after:
            out[spec.dest] = rest.pop(0)
    return out


def conditional(given: Sequence[FlagSpec]) -> list[FlagSpec]:
    """The flags that not every engine supports."""
    return [f for f in given if f.since or f.ostype or f.experimental]


def excluded(parsed: Parsed) -> str:
    """The error for flags that cannot be given together; "" where there are none."""
    names = {f.dest: f.name for f in parsed.flags if parsed.values.get(f.dest)}
    pairs = ((f.name, names[other]) for f in parsed.flags for other in f.excludes if other in names)
    return next((f"conflicting options: --{one} and --{other} cannot be given together" for one, other in pairs), "")


def lacking(app: App, require_engine: Callable[[], None], flags: Sequence[FlagSpec] = ()) -> str:
    """What docker prints in place of a command's help: that the engine does not support a given flag, or that
    DOCKER_API_VERSION is too old for the command; "" for nothing. Other help needs no engine.
    """
    if not flags and not app.environ.get("DOCKER_API_VERSION"):
        return ""
    try:
        require_engine()
    except Failure as failure:
        return failure.message
    return ""


def warned(app: App, parsed: Parsed) -> Parsed:
    for warning in parsed.warnings:
        app.log.warning(warning)
    return parsed


def invocation(parsed: Parsed) -> Invocation:
    """The global flags, and the words as they were typed."""
    values = {name: value for name, value in parsed.values.items() if name != "help"}
    return Invocation(Globals.make(**values, given=frozenset(values)), tuple(parsed.docker_words), tuple(parsed.words))


class Command(click.Command):
    """A Click command for a declared command function."""

    def __init__(self, name: str, function: Callable[[App, Any], None], path: str) -> None:
        super().__init__(name)
        self.path = path
        self.function = function
        self.note: CommandNote = function.__command__  # type: ignore[attr-defined]
        self.flags: tuple[FlagSpec, ...] = self.note.options.flag_specs
        self.arguments: tuple[ArgumentSpec, ...] = self.note.options.argument_specs

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*map(click_option, self.flags), *map(click_argument, self.arguments)]

    def usage(self, prog: str) -> str:
        """The usage line, docker's: "docker run [OPTIONS] IMAGE [COMMAND] [ARG...]"."""
        if self.note.usage is not None:
            return f"{prog} {self.path} {self.note.usage.replace('PROG', prog)}".rstrip()
        options = ["[OPTIONS]"] if any(not f.hidden and (self.note.own or not f.own) for f in self.flags) else []
        return " ".join([prog, self.path, *options, *(a.usage for a in self.arguments if not a.own)])

    def get_help(self, ctx: click.Context) -> str:
        from pydock.cli.help import command_help

        prog = ctx.find_root().info_name or "pydock"
        return command_help(self.note, self.usage(prog), prog)

    def chosen(self, app: App) -> Command:
        """This command, or its replacement in this environment (the classic builder)."""
        other = self.note.choose(app) if self.note.choose else None
        return Command(self.name or "", other, self.path) if other else self

    def _run_plugin(self, app: App) -> None:
        """Run the plugin that implements this command, as "PLUGIN COMMAND". Returns if it is not installed; raises
        Exit.
        """
        from pydock.cli.plugins import run

        plugin = app.plugins.find(self.note.plugin, ())
        if plugin:
            line = app.invocation
            run(app, plugin.path, [*line.before, self.note.plugin, *line.words])

    def parse_words(self, app: App, args: list[str]) -> Parsed:
        """Parse flags. Raises Misuse, in docker's layout."""
        try:
            return warned(app, FlagSet(self.flags, self.note.interspersed, app.files.read).parse(args))
        except BadFlag as error:
            warned(app, error.parsed)
            # missing support of the engine is reported first
            self.require_engine(app, error.parsed.flags)
            raise misuse(f"{app.prog} {self.path}", self.usage(app.prog), str(error), 125) from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        app: App = ctx.obj
        if self.note.plugin:
            self._run_plugin(app)
        parsed = self.parse_words(app, args)
        for notice in parsed.notices:
            app.out.line(notice)
        if parsed.help:
            app.out.line(self.help_text(ctx, parsed.flags))
            raise Exit(0)
        if parsed.told:
            app.out.write(parsed.told)
            raise Exit(0)
        # --help=false is no flag of the command
        parsed.values.pop("help", None)
        if conflict := excluded(parsed):
            raise misuse(f"{app.prog} {self.path}", self.usage(app.prog), conflict, 125)
        self.require_engine(app, parsed.flags)
        problem = count_problem(self.arguments, len(parsed.words), parsed.values.keys())
        if problem:
            path = f"{app.prog} {self.path}"
            raise misuse(path, self.usage(app.prog), f"{app.prog}: '{path}' {problem[0]}", 1, problem[1])
        if self.note.bare_help and not parsed.flags:
            app.out.line(self.get_help(ctx))
            raise Exit(0)
        words = bind(self.arguments, parsed.words)
        values = {**self.from_environment(app), **parsed.values, **words, "given": frozenset(parsed.values)}
        ctx.params = {"options": self.note.options(**values)}
        return []

    def from_environment(self, app: App) -> dict[str, Any]:
        """The defaults that variables give."""
        found = {spec: app.environ.get(spec.env) for spec in self.flags if spec.env}
        return {spec.dest: (value,) if spec.many else value for spec, value in found.items() if value}

    def help_text(self, ctx: click.Context, given: Sequence[FlagSpec] = ()) -> str:
        """What --help prints, with these flags beside it."""
        app: App = ctx.obj
        return lacking(app, lambda: self.require_engine(app, given), conditional(given)) or self.get_help(ctx)

    def require_engine(self, app: App, given: Sequence[FlagSpec]) -> None:
        """Reject flags and commands that the engine does not support, before anything is sent. Raises Failure."""
        flags = conditional(given)
        needs = [*([Needs(self.note.since)] if self.note.since else []), *group_needs(self.path)]
        if flags or needs:
            from pydock.cli.support import check

            check(app, self.path, needs, flags)

    def invoke(self, ctx: click.Context) -> None:
        self.function(ctx.obj, ctx.params["options"])
