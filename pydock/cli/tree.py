"""The command tree: lazy Click groups over the generated index. Only the invoked command is imported."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click

from pydock.app import App
from pydock.cli.aliases import resolve
from pydock.cli.index import ALIASES, COMMANDS, GROUPS
from pydock.cli.names import children, gives_way, group_needs, taken_names
from pydock.cli.params import Command, click_option, invocation, lacking, misuse
from pydock.cli.pflag import BadFlag, FlagSet, Parsed
from pydock.config.globals import Globals, several
from pydock.errors import Exit, Failure, Misuse
from pydock.values import replace


def find(path: str) -> Command | Group | None:
    """The command or group of a full path ("container ls", or an alias); None if there is none."""
    path = ALIASES.get(path, path)
    if path in GROUPS:
        return Group(path)
    entry = COMMANDS.get(path)
    if entry is None:
        return None
    return Command(path.rpartition(" ")[2], getattr(import_module(entry[0]), entry[1]), path)


#: docker's own plugins, often mistaken for built-in commands
KNOWN_PLUGINS = ("buildx", "compose")


class Group(click.Group):
    """A group of commands. Without a command it prints its help on stderr."""

    def __init__(self, path: str) -> None:
        super().__init__(path.rpartition(" ")[2] or None, invoke_without_command=True)
        self.path = path

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(children(self.path))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        command = find(f"{self.path} {name}".strip())
        return command.chosen(ctx.obj) if isinstance(command, Command) else command

    def get_help(self, ctx: click.Context) -> str:
        from pydock.cli.help import group_help

        return group_help(
            self.path, ctx.find_root().info_name or "pydock", [] if self.path else ctx.obj.plugins.all(taken_names())
        )

    def read_flags(self, app: App, args: list[str]) -> Parsed:
        """Parse the flags of the group. Raises Misuse."""
        try:
            parsed = FlagSet((), interspersed=False).parse(args)
        except BadFlag as error:
            self.require_engine(app)
            raise self.misuse(app, error) from None
        return self.reported(app, parsed)

    def misuse(self, app: App, error: BadFlag) -> Misuse:
        full = f"{app.prog} {self.path}".strip()
        return misuse(full, full if self.path else f"{full} [OPTIONS] COMMAND [ARG...]", str(error), 125)

    def require_engine(self, app: App) -> None:
        """Missing support of the engine for the group takes precedence over invalid words. Raises Failure."""
        if needs := group_needs(self.path):
            from pydock.cli.support import check

            check(app, self.path, needs)

    def help_text(self, ctx: click.Context) -> str:
        """What --help prints."""
        app: App = ctx.obj
        return lacking(app, lambda: self.require_engine(app)) or self.get_help(ctx)

    def reported(self, app: App, parsed: Parsed) -> Parsed:
        for notice in parsed.notices:
            (app.out if self.path else app.err).line(notice)
        return parsed

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        app: App = ctx.obj
        parsed = self.read_flags(app, args)
        ctx.args = parsed.words
        if parsed.help and not ctx.args:
            app.out.line(self.help_text(ctx))
            raise Exit(0)
        if parsed.help and not takes_h(self.get_command(ctx, ctx.args[0])):
            # --help before a command means the help of that command
            ctx.args = [ctx.args[0], "--help", *ctx.args[1:]]
        return ctx.args

    def invoke(self, ctx: click.Context) -> None:
        app: App = ctx.obj
        if not ctx.args:
            self.require_engine(app)
            app.err.line(self.get_help(ctx))
            return
        name, *rest = ctx.args
        command = self.get_command(ctx, name)
        if command is None:
            self.unknown(ctx, app, name, rest)
            return
        with command.make_context(name, rest, parent=ctx, obj=app) as sub:
            command.invoke(sub)

    def unknown(self, ctx: click.Context, app: App, name: str, rest: list[str]) -> None:
        """Report an unknown command, which takes precedence over invalid flags after it. Raises Failure."""
        try:
            parsed = FlagSet(() if self.path else Globals.flag_specs).parse(rest)
        except BadFlag as error:
            parsed = error.parsed
        if self.reported(app, parsed).help:
            app.out.line(self.help_text(ctx))
            return
        if app.globals.version and not self.path:
            print_version(app)
            return
        self.require_engine(app)
        full = f"{app.prog} {self.path}".strip()
        usage = f"\n\nUsage:  {full}" if self.path else ""
        raise Failure(
            f"{app.prog}: unknown command: {full} {name}{usage}{self.hint(app, name)}\n\nRun '{full} --help' for more information"
        )

    def hint(self, app: App, name: str) -> str:
        """A hint for the error about an unknown command; "" if there is none."""
        return ""


class Root(Group):
    """The program: global flags, then a command."""

    def __init__(self) -> None:
        super().__init__("")

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [click_option(f) for f in Globals.flag_specs]

    def read_flags(self, app: App, args: list[str]) -> Parsed:
        """Raises Misuse, and Failure for invalid flags or configuration: these take precedence over the command."""
        try:
            parsed = FlagSet(Globals.flag_specs, interspersed=False).parse(args)
        except BadFlag as error:
            app.begin(invocation(self.reported(app, error.parsed)))
            raise self.misuse(app, error) from None
        app.begin(invocation(self.reported(app, parsed)))
        parsed.words = resolve(app, parsed.words)
        app.invocation = replace(app.invocation, words=tuple(parsed.words))
        return parsed

    def invoke(self, ctx: click.Context) -> None:
        if ctx.args and several(ctx.obj.globals.context) and (found := named(ctx.obj, ctx.args)):
            from pydock.cli import many

            if many.names_of(ctx.obj):
                many.run(ctx.obj, ctx, *found)
                return
        if ctx.args or not ctx.obj.globals.version:
            super().invoke(ctx)
        else:
            print_version(ctx.obj)

    def unknown(self, ctx: click.Context, app: App, name: str, rest: list[str]) -> None:
        """Run a CLI plugin of that name, if there is one, with the command line unchanged."""
        plugin = app.plugins.find(name, taken_names())
        if plugin is not None:
            from pydock.cli.plugins import run

            run(app, plugin.path, app.invocation.argv)
        else:
            super().unknown(ctx, app, name, rest)

    def hint(self, app: App, name: str) -> str:
        if name not in KNOWN_PLUGINS or app.plugins.has(name):
            return ""
        folder = app.plugins.folders[0]
        return (
            f"\n\n{name} is a CLI plugin that is not installed: install its program docker-{name} in {folder}\n"
            f"(or, for all users, in {app.plugins.folders[-1]}). {app.prog} build needs no plugin."
        )

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name == "help":
            return HelpCommand()
        if name in ("__complete", "__completeNoDesc"):
            return CompleteCommand(name)
        if gives_way(ctx.obj, name):
            return None
        return super().get_command(ctx, name)


def named(app: App, words: Sequence[str]) -> tuple[str, Command, Sequence[str]] | None:
    """(path, command, the words after it) of a command line; None where it names no command of our own."""
    path = ""
    for at, word in enumerate(words):
        path = f"{path} {word}".strip()
        if gives_way(app, path) or (target := find(path)) is None:
            return None
        if isinstance(target, Command):
            return path, target, words[at + 1 :]
    return None


def takes_h(command: click.Command | None) -> bool:
    """Does the command define -h itself (run --hostname)? It then has to parse --help itself, too."""
    return isinstance(command, Command) and any(f.short == "h" for f in command.flags)


def print_version(app: App) -> None:
    from pydock import DOCKER_VERSION, __version__

    # docker's line, which scripts take apart: for the build they want a single word
    app.out.line(f"Docker version {DOCKER_VERSION}, build pydock")
    if app.prog != "docker":
        app.out.line(f"pydock version {__version__}")


class HelpCommand(click.Command):
    """`help [COMMAND]...`: the help of any command or group."""

    USAGE = "help [command]"

    def __init__(self) -> None:
        super().__init__("help", add_help_option=False)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        app: App = ctx.obj
        try:
            parsed = FlagSet(()).parse(args)
        except BadFlag as error:
            raise misuse(f"{app.prog} help", f"{app.prog} {self.USAGE}", str(error), 125) from None
        for notice in parsed.notices:
            app.out.line(notice)
        ctx.args = ["help"] if parsed.help else parsed.words
        return ctx.args

    def invoke(self, ctx: click.Context) -> None:
        app: App = ctx.obj
        words = list(ctx.args)
        if words == ["help"]:
            app.out.line(f"Usage:  {app.prog} {self.USAGE}\n\nHelp about the command")
            return
        path = ""
        while words and not (not path and gives_way(app, words[0])) and find(f"{path} {words[0]}".strip()) is not None:
            path = f"{path} {words.pop(0)}".strip()
        if words and not path and (plugin := app.plugins.find(words[0], taken_names())):
            from pydock.cli.plugins import run

            run(app, plugin.path, [*words, "--help"])
        if words:
            raise Failure(f"unknown help topic: {' '.join(words)}")
        target = find(path) or Root()
        if isinstance(target, Command):
            target = target.chosen(app)
        with click.Context(target, parent=ctx, obj=app) as sub:
            app.out.line(target.help_text(sub))


class CompleteCommand(click.Command):
    """`__complete WORD...`: called by the completion scripts."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = args
        return args

    def invoke(self, ctx: click.Context) -> None:
        from pydock.cli.complete import complete

        app: App = ctx.obj
        app.out.write(complete(app, ctx.args, find, described=self.name == "__complete"))
