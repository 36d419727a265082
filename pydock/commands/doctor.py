"""`doctor`: why a command does not reach its engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydock.commands.shared import FORMAT_HELP, jq_flag, json_flag, print_rows
from pydock.errors import Exit
from pydock.options import Options, command, flag, options
from pydock.render.format import Format
from pydock.views.view import Fields, View

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.machine.step import Step


class StepView(View):
    """One step."""

    TITLES: ClassVar[dict[str, str | None]] = {"Check": "CHECK", "Mend": "MEND", "State": "STATE", "Text": "RESULT"}
    FIELDS: ClassVar[Fields] = {
        "Check": (lambda v: v.Check, "what was looked at"),
        "State": (lambda v: v.State, "ok, problem or skipped"),
        "Text": (lambda v: v.Text, "what was seen"),
        "Mend": (lambda v: v.Mend, "list: commands that help"),
    }
    METHODS = ()
    DEFAULT = "{{.State}}\t{{.Check}}\t{{.Text}}"

    def __init__(self, step: Step) -> None:
        self.Check, self.State, self.Text, self.Mend = step.check, step.state, step.text, list(step.mend)

    def go_struct(self) -> Any:
        return self.go_json()


@options
class DoctorOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(StepView)
    jq: str = jq_flag()


@command("doctor", DoctorOptions, "Explain why the engine cannot be reached, and what helps", own=True)
def doctor(app: App, o: DoctorOptions) -> None:
    plain = not (o.format or o.json or o.jq)
    steps = []
    for step in app.doctor.examine():
        steps.append(step)
        if plain:
            app.out.line(text_of(step))
    problems = sum(step.state == "problem" for step in steps)
    if plain:
        app.out.line(f"\n{problems or 'No'} problem{'s were' if problems > 1 else ' was'} found.")
    else:
        print_rows(app, o, StepView, map(StepView, steps), Format.parse(o.format or "table"), StepView.DEFAULT)
    if problems:
        raise Exit(1)


def text_of(step: Step) -> str:
    """A line, and a line for each command that helps."""
    return "\n".join(
        [f"{step.state:<8} {step.check:<14} {step.text}", *(f"{'':8} {'':14} $ {mend}" for mend in step.mend)]
    )
