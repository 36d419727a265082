"""`completion`: generate the completion script of a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.options import Options, command, flag, options
from pydock.render.completion import script

if TYPE_CHECKING:
    from pydock.app import App


@options
class CompletionOptions(Options):
    no_descriptions: bool = flag("--no-descriptions", help="Disable completion descriptions")


def show(app: App, shell: str, o: CompletionOptions) -> None:
    app.out.write(script(shell, app.prog, not o.no_descriptions))


@command("completion bash", CompletionOptions, "Generate the completion script for bash")
def bash(app: App, o: CompletionOptions) -> None:
    show(app, "bash", o)


@command("completion zsh", CompletionOptions, "Generate the completion script for zsh")
def zsh(app: App, o: CompletionOptions) -> None:
    show(app, "zsh", o)


@command("completion fish", CompletionOptions, "Generate the completion script for fish")
def fish(app: App, o: CompletionOptions) -> None:
    show(app, "fish", o)


@command("completion powershell", CompletionOptions, "Generate the completion script for PowerShell")
def powershell(app: App, o: CompletionOptions) -> None:
    show(app, "powershell", o)
