"""One command on several engines at once: `--context a,b`, `--context all`. For commands that only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

import click

from pydock.app import App
from pydock.cli.params import Command
from pydock.config.globals import EVERY, several
from pydock.errors import Exit, Failure, Failures, Misuse, NoEngine
from pydock.streams.sharing import Gathered, SharedOutput
from pydock.values import replace


def names_of(app: App) -> list[str]:
    """The contexts that --context names; [] where it names one alone. Raises Failure for those that there are not."""
    text = app.globals.context
    if not several(text):
        return []
    stored = app.contexts.stored
    if text == EVERY:
        return [] if stored.exists(EVERY) else every_context(app)
    names = list(dict.fromkeys(text.split(",")))
    unknown = [name for name in names if name != "default" and not stored.exists(name)]
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        raise Failure(f"--context {text}: there is no context {listed}; '{app.prog} context ls' lists them")
    return names


def every_context(app: App) -> list[str]:
    """All contexts, each engine once: "default" is left out where another context has its address, or nobody has named
    one and there is no socket."""
    import os

    names = app.contexts.stored.names()
    seen, out = [], []
    for name in [*names, "default"]:
        try:
            endpoint = app.contexts.endpoint_of(name)
        except NoEngine:
            out.append(name)
            continue
        idle = name == "default" and endpoint.scheme == "unix" and not os.path.exists(endpoint.address)
        if endpoint not in seen and not (idle and names and not app.environ.get("DOCKER_HOST")):
            seen.append(endpoint)
            out.append(name)
    return sorted(out)


class Run:
    """The command on one engine."""

    def __init__(self, app: App, name: str, gathered: Gathered, kept: bool, work: Callable[[App], None]) -> None:
        self.name, self.work = name, work
        self.app = under(app, name)
        self.app.out = self.out = SharedOutput(app.out, name, gathered, kept)
        self.app.err = self.err = SharedOutput(app.err, name, gathered)
        self.failure: BaseException | None = None

    def go(self, done: SimpleQueue[Run]) -> None:
        try:
            self.work(self.app)
        except BaseException as failure:
            self.failure = failure
        try:
            self.out.finish()
            self.err.finish()
            self.app.close()
        except BaseException as failure:
            self.failure = self.failure or failure
        done.put(self)


def under(app: App, name: str) -> App:
    """The App of one context. What is wrong with the configuration has been told."""
    line = app.invocation
    return app.under(replace(line, globals=replace(line.globals, context=name)), config=app.config)


def run(app: App, ctx: click.Context, path: str, command: Command, words: Sequence[str]) -> None:
    """Run a command on all engines, and tell of each that fails. Raises Failure."""
    names = names_of(app)
    if not command.note.reads:
        raise Failure(
            f"{app.prog} {path} takes one context, not {app.globals.context}: only commands that change nothing take several",
            125,
        )

    def work(one: App) -> None:
        with command.make_context(command.name, list(words), parent=ctx, obj=one) as inner:
            command.invoke(inner)

    first = under(app, names[0])
    parsed = command.parse_words(first, list(words))
    if parsed.help or parsed.told:
        work(first)
        return
    gathered = Gathered(names)
    failed = finished(app, [Run(app, name, gathered, not command.note.follows, work) for name in names])
    gathered.print_to(app.out)
    if failed:
        raise Exit(1)


def finished(app: App, runs: Sequence[Run]) -> bool:
    """Run all; each failure is told as soon as it is known. Did any fail? Raises what is no engine's fault."""
    for one in runs:
        # what all need is loaded before they begin; a broken address is told by the command itself
        with suppress(NoEngine):
            one.app.need_engine()
    done: SimpleQueue[Run] = SimpleQueue()
    for one in runs:
        Thread(target=one.go, args=(done,), daemon=True).start()
    failed = False
    for _ in runs:
        one = done.get()
        failure = one.failure
        if failure is None or (isinstance(failure, Exit) and not failure.code):
            continue
        if isinstance(failure, Misuse) or not isinstance(failure, (Failure, NoEngine)):
            raise failure
        failed = True
        for message in messages(failure):
            app.err.line(f"{one.name}: {message}")
    return failed


def messages(failure: Failure | NoEngine) -> list[str]:
    if isinstance(failure, Failures):
        return [one.message for one in failure.failures]
    return [failure.message] if failure.message else []
