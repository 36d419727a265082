"""`stack ls`, `stack services` and `stack ps`: the stacks of a swarm, and what one consists of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydock.api.request import filters
from pydock.api.services import list_services
from pydock.api.tasks import list_tasks
from pydock.commands.service.ls import print_services
from pydock.commands.shared import FORMAT_HELP, WholeListOptions, jq_flag, json_flag, print_rows
from pydock.commands.stack.namespace import LABEL, namespace, orchestrator_flag
from pydock.commands.tasks import TaskListOptions, print_tasks
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.human import natural
from pydock.views.services import ServiceView
from pydock.views.stacks import StackView

if TYPE_CHECKING:
    from pydock.app import App


@options
class StackListOptions(Options):
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(StackView)
    jq: str = jq_flag()
    orchestrator: str = orchestrator_flag()


@command("stack ls", StackListOptions, "List stacks", aliases=("list",), since="1.25", reads=True)
def ls(app: App, o: StackListOptions) -> None:
    numbers = Counter(stacks(app))
    rows = [StackView(name, numbers[name]) for name in sorted(numbers, key=natural)]
    print_rows(app, o, StackView, rows, Format.parse(o.format or "table"), StackView.DEFAULT)


def stacks(app: App) -> list[str]:
    """The stack of each service that has one. Raises Failure."""
    found = app.engine.json(list_services(filters=filters([("label", LABEL)]))) or ()
    for service in found:
        if LABEL not in (service["Spec"].get("Labels") or {}):
            raise Failure(f"cannot get label {LABEL} for service {service['ID']}")
    return [str(service["Spec"]["Labels"][LABEL]) for service in found]


@options
class StackServicesOptions(WholeListOptions):
    json: str = json_flag(ServiceView)
    stack: str = argument("STACK", sources="stacks")
    orchestrator: str = orchestrator_flag()


@command("stack services", StackServicesOptions, "List the services in the stack", since="1.25", reads=True)
def services(app: App, o: StackServicesOptions) -> None:
    stack = namespace(o.stack)
    found = app.engine.json(list_services(filters=stack.filters(*o.filter), status=not o.quiet)) or ()
    if not found:
        app.err.line(f"Nothing found in stack: {stack.name}")
    if found or o.json or o.jq:
        print_services(app, o, found)


@options
class StackPsOptions(TaskListOptions):
    stack: str = argument("STACK", sources="stacks")
    orchestrator: str = orchestrator_flag()


@command("stack ps", StackPsOptions, "List the tasks in the stack", since="1.25", reads=True)
def ps(app: App, o: StackPsOptions) -> None:
    stack = namespace(o.stack)
    found = app.engine.json(list_tasks(filters=stack.filters(*o.filter))) or ()
    if not found:
        raise Failure(f"nothing found in stack: {stack.name}")
    print_tasks(app, o, found, not o.no_trunc)
