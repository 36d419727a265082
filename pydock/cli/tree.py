"""The tree of commands: lazy Click groups over the generated index. Only the command that runs is imported."""

from __future__ import annotations

from importlib import import_module

import click

from pydock.app import App, Globals
from pydock.cli.index import ALIASES, COMMANDS, GROUPS
from pydock.cli.params import Command, click_option, misuse
from pydock.cli.pflag import BadFlag, FlagSet, Parsed
from pydock.errors import Exit, Failure


def find(path: str) -> Command | Group | None:
    """The command or group of a full path ("container ls", an alias included); None if there is none."""
    path = ALIASES.get(path, path)
    if path in GROUPS:
        return Group(path)
    entry = COMMANDS.get(path)
    if entry is None:
        return None
    return Command(path.rpartition(" ")[2], getattr(import_module(entry[0]), entry[1]), path)


def children(path: str) -> dict[str, str]:
    """Names below a group ("" is the root) with their short help, groups and commands together."""
    prefix = path + " " if path else ""
    names = dict(GROUPS) | {p: entry[2] for p, entry in COMMANDS.items()}
    return {
        p[len(prefix) :]: short for p, short in sorted(names.items()) if p.startswith(prefix) and " " not in p[len(prefix) :]
    }


def taken_names() -> set[str]:
    """The words that are commands, so that no plugin can be called by them."""
    return {path for path in (*COMMANDS, *GROUPS, *ALIASES, "help") if " " not in path}


class HelpAsked(Exception):
    """--help was among the flags."""


class Group(click.Group):
    """A folder of commands. Without a word it prints its help on stderr."""

    def __init__(self, path: str) -> None:
        super().__init__(path.rpartition(" ")[2] or None, invoke_without_command=True)
        self.path = path

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(children(self.path))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return find(f"{self.path} {name}".strip())

    def get_help(self, ctx: click.Context) -> str:
        from pydock.cli.help import group_help

        return group_help(self.path, ctx.find_root().info_name or "pydock", [] if self.path else ctx.obj.cli_plugins(taken_names()))

    def read_flags(self, app: App, args: list[str]) -> list[str]:
        """Raises Misuse; returns the words."""
        parsed = self.parse_flags(app, FlagSet((), interspersed=False), args)
        if parsed.help:
            raise HelpAsked
        return parsed.words

    def parse_flags(self, app: App, flags: FlagSet, args: list[str]) -> Parsed:
        try:
            parsed = flags.parse(args)
        except BadFlag as error:
            full = f"{app.prog} {self.path}".strip()
            raise misuse(full, f"{full} [OPTIONS] COMMAND [ARG...]" if not self.path else full, str(error), 125) from None
        for notice in parsed.notices:
            (app.out if self.path else app.err).line(notice)
        return parsed

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        app: App = ctx.obj
        try:
            ctx.args = self.read_flags(app, args)
        except HelpAsked:
            app.out.line(self.get_help(ctx))
            raise Exit(0) from None
        return ctx.args

    def invoke(self, ctx: click.Context) -> None:
        app: App = ctx.obj
        if not ctx.args:
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
        """A word that is no command. Raises Misuse or Failure."""
        # flags after an unknown command are the group's own: an unknown one is what is told
        if self.parse_flags(app, FlagSet(Globals.flag_specs if not self.path else (), interspersed=True), rest).help:
            app.out.line(self.get_help(ctx))
            return
        full = f"{app.prog} {self.path}".strip()
        usage = f"\n\nUsage:  {full}" if self.path else ""
        raise Failure(f"{app.prog}: unknown command: {full} {name}{usage}\n\nRun '{full} --help' for more information")


class Root(Group):
    """The program itself: global flags, then a command."""

    def __init__(self) -> None:
        super().__init__("")

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [click_option(f) for f in Globals.flag_specs]

    def read_flags(self, app: App, args: list[str]) -> list[str]:
        parsed = self.parse_flags(app, FlagSet(Globals.flag_specs, interspersed=False), args)
        help_wanted = parsed.values.pop("help", False)
        app.globals = Globals.make(**parsed.values, given=frozenset(parsed.values))
        app.check_globals()
        if help_wanted:
            raise HelpAsked
        if app.globals.version:
            from pydock import DOCKER_VERSION

            app.out.line(f"Docker version {DOCKER_VERSION}, build pydock")
            raise Exit(0)
        return parsed.words

    def invoke(self, ctx: click.Context) -> None:
        app: App = ctx.obj
        # the one alias that docker's configuration allows: "builder" for a plugin, buildx as a rule
        if ctx.args and ctx.args[0] == "builder" and (alias := app.config.mapping("aliases").get("builder")):
            ctx.args = [*str(alias).split(), *ctx.args[1:]]
            at = app.args.index("builder")
            app.args = (*app.args[:at], *ctx.args)
        super().invoke(ctx)

    def unknown(self, ctx: click.Context, app: App, name: str, rest: list[str]) -> None:
        """A CLI plugin, if there is one of that name: it gets the command line as it is."""
        plugin = app.cli_plugin(name, taken_names())
        if plugin is None:
            super().unknown(ctx, app, name, rest)
            return
        from pydock.cli.plugins import run

        run(app, plugin.path, app.args)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name == "help":
            return HelpCommand()
        if name in ("__complete", "__completeNoDesc"):
            return CompleteCommand(name)
        return super().get_command(ctx, name)


class HelpCommand(click.Command):
    """`help [COMMAND]...`: the help of any path."""

    def __init__(self) -> None:
        super().__init__("help", add_help_option=False, context_settings={"ignore_unknown_options": True})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = [a for a in args if a not in ("--help", "-h")]
        return ctx.args

    def invoke(self, ctx: click.Context) -> None:
        app: App = ctx.obj
        words = list(ctx.args)
        path = ""
        while words and find(f"{path} {words[0]}".strip()) is not None:
            path = f"{path} {words.pop(0)}".strip()
        if words and not path and (plugin := app.cli_plugin(words[0], taken_names())):
            from pydock.cli.plugins import run

            run(app, plugin.path, [*words, "--help"])
        if words:
            raise Failure(f"unknown help topic: {' '.join(words)}")
        target = find(path) or Root()
        with click.Context(target, parent=ctx, obj=app) as sub:
            app.out.line(target.get_help(sub))


class CompleteCommand(click.Command):
    """`__complete WORD...`: what the completion scripts call."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = args
        return args

    def invoke(self, ctx: click.Context) -> None:
        from pydock.cli.complete import complete

        app: App = ctx.obj
        app.out.write(complete(app, ctx.args, described=self.name == "__complete"))
