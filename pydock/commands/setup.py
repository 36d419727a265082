"""`setup`: completion, man pages and the name docker, for the user who runs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydock.errors import Exit, Failure
from pydock.options import Options, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.install.advice import Lines
    from pydock.install.installation import Plan, Step

WAYS = ("link", "alias", "none")
#: more files than these in one folder are counted
FEW = 3
DONE = {"create": "Created", "update": "Updated", "remove": "Removed"}


def way(text: str) -> str:
    """Raises ValueError."""
    if text not in WAYS:
        raise ValueError("there are link, alias and none")
    return text


@options
class SetupOptions(Options):
    docker: str = flag(
        "--docker", bare="link", parse=way, metavar="link|alias|none", sources="link alias none",
        help='Also set up the name "docker": a link, or completion for an alias',
    )  # fmt: skip
    dry_run: bool = flag("--dry-run", help="Show what would be done")
    undo: bool = flag("--undo", help="Remove what it has made")
    yes: bool = flag("-y", "--yes", help="Do not ask for confirmation")


@command("setup", SetupOptions, "Set up completion and man pages for this user", own=True)
def setup(app: App, o: SetupOptions) -> None:
    from pydock.commands.consent import check_consent, consent

    if o.undo and o.docker:
        raise Failure("--undo removes everything: it does not go with --docker", 125)
    dry = o.dry_run or "only" in app.globals.curl
    plan = app.installation.undoing() if o.undo else app.installation.plan(o.docker)
    changes = plan.changes
    if dry:
        app.out.write("".join(f"Would {line}\n" for line in summary(changes)))
    elif changes:
        check_consent(app, o.yes)
        consent(app, o.yes, "undo the setup" if o.undo else "set up pydock for you", "\n".join(summary(changes)))
    if not dry and (changes or o.undo or o.docker):
        app.installation.carry_out(plan)
        app.out.write("".join(f"{DONE[line.split()[0]]} {line.partition(' ')[2]}\n" for line in summary(changes)))
    if not changes:
        app.out.line("Nothing is left to remove" if o.undo else "Everything is set up")
    left = left_alone(app, plan)
    if not o.undo:
        app.out.write(advised(app.installation.advice(plan)))
        if left:
            raise Exit(1)


def summary(steps: Iterable[Step]) -> list[str]:
    """A line for each, or for many in one folder: "create /home/a/.local/share/man/man1: 209 files"."""
    folders: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        folders.setdefault((step.verb, step.path.rpartition("/")[0]), []).append(step)
    lines = []
    for (verb, folder), inside in folders.items():
        if len(inside) > FEW:
            lines.append(f"{verb} {folder}: {len(inside)} files")
        else:
            lines += [f"{verb} {step.path}{points(step)}" for step in inside]
    return lines


def points(step: Step) -> str:
    return f" -> {step.content}" if isinstance(step.content, str) else ""


def left_alone(app: App, plan: Plan) -> bool:
    """Tell what is not ours; was there any?"""
    left = [step.path for step in plan.steps if step.verb == "leave"]
    for path in left:
        app.err.line(f"{path} was not made by setup, or has changed since: it is left as it is")
    return bool(left)


def advised(found: Iterable[Lines]) -> str:
    return "".join(f"\nTo be added to {one.file}:\n" + "".join(f"  {line}\n" for line in one.text) for one in found)
