"""`setup`: what is to be made, compared with what is there; then done, or undone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from pydock.errors import Failure, first_line
from pydock.files.atomic import make_folders, random_name, write_whole
from pydock.files.lock import locked_folder
from pydock.install import places
from pydock.install.advice import Lines, advice
from pydock.install.ledger import Ledger, ledger_path, mark, mark_of, read_ledger, write_ledger
from pydock.install.pages import pages
from pydock.render.completion import script
from pydock.values import record, replace

CREATE, UPDATE, REMOVE, KEEP, LEAVE, FORGET = "create", "update", "remove", "keep", "leave", "forget"
#: of the folders that are made; the user's umask counts
MODE = 0o777


@record
class Step:
    """verb: KEEP is what is as it should be, LEAVE what is somebody else's, FORGET what has gone; content: a file's bytes, or
    where a link is to point; before: the mark of what was there."""

    verb: str
    path: str
    content: bytes | str = b""
    before: str = ""

    @property
    def changes(self) -> bool:
        return self.verb in (CREATE, UPDATE, REMOVE)


@record
class Plan:
    """docker: "link", "alias" or "none"; steps: by their paths; undo: is everything to be removed?"""

    docker: str
    steps: tuple[Step, ...]
    undo: bool = False

    @property
    def changes(self) -> list[Step]:
        return [step for step in self.steps if step.changes]


class Installation:
    """See the module."""

    def __init__(
        self,
        environ: Mapping[str, str],
        program: str = "",
        found_pages: Callable[[], Mapping[str, bytes]] = pages,
        system: str = "/",
    ) -> None:
        """program: what the links point to; the one that runs now by default. system: where the files of all users are."""
        self.environ, self.pages, self.system = environ, found_pages, system
        self.program = program or places.this_program()
        self.ledger_path = ledger_path(environ)

    # -- what is to be done ------------------------------------------------------------------------

    def plan(self, docker: str = "") -> Plan:
        """docker: "link", "alias", "none"; as before by default. Raises Failure."""
        if sys.platform == "win32":
            raise Failure(
                "setup is for Unix; in PowerShell: pydock completion powershell | Out-String | Invoke-Expression"
            )
        ledger = read_ledger(self.ledger_path)
        docker = docker or ledger.docker or "none"
        wanted = self._wanted(docker, ledger)
        steps = [_step(path, content, ledger) for path, content in wanted.items()]
        steps += [_removal(path, ledger) for path in ledger.made if path not in wanted]
        return Plan(docker, tuple(sorted(steps, key=lambda step: step.path)))

    def undoing(self) -> Plan:
        """Removes what was made and has not changed since. Raises Failure."""
        ledger = read_ledger(self.ledger_path)
        return Plan("none", tuple(_removal(path, ledger) for path in sorted(ledger.made)), undo=True)

    def advice(self, plan: Plan) -> list[Lines]:
        """What the user's start files need."""
        return advice(self.environ, plan.docker, self.system)

    def _wanted(self, docker: str, ledger: Ledger) -> dict[str, bytes | str]:
        """path -> content."""
        names = ["pydock"] if docker == "none" else ["pydock", "docker"]
        wanted: dict[str, bytes | str] = {
            places.completion_path(shell, name, self.environ): script(shell, name).encode()
            for shell in places.SHELLS
            if places.has_shell(shell, self.environ)
            for name in names
        }
        try:
            found = self.pages()
        except OSError as error:
            raise Failure(f"cannot read the man pages: {first_line(error)}") from None
        wanted |= {os.path.join(places.man_folder(self.environ), name): text for name, text in found.items()}
        wanted |= {
            os.path.join(places.bin_folder(self.environ), name): self.program for name in self._links(docker, ledger)
        }
        return wanted

    def _links(self, docker: str, ledger: Ledger) -> list[str]:
        """The names under which the program is to be found."""
        own = os.path.join(places.bin_folder(self.environ), "pydock")
        # pipx and uv make that link, and "pip install --user" puts the program there
        there = os.path.realpath(own) == self.program and own not in ledger.made
        needed = not there and not places.found_elsewhere("pydock", self.environ)
        return [*(["docker"] if docker == "link" else []), *(["pydock"] if needed else [])]

    # -- doing it ----------------------------------------------------------------------------------

    def carry_out(self, plan: Plan) -> None:
        """Make, and remove, what the plan says. What was changed since it was made stays, and is an error. Raises Failure."""
        folder = os.path.dirname(self.ledger_path)
        try:
            ledger = replace(read_ledger(self.ledger_path), docker=plan.docker)
            ledger = replace(ledger, folders=_with_missing(ledger.folders, [self.ledger_path]))
            make_folders(folder, MODE)
            with locked_folder(folder):
                self._carry_out(plan, ledger)
        except OSError as error:
            raise Failure(f"{error.filename or folder}: {first_line(error)}") from None

    def _carry_out(self, plan: Plan, ledger: Ledger) -> None:
        changes = plan.changes
        adding = [step for step in changes if step.verb != REMOVE]
        # noted before it is done: whatever happens, what was made is known
        both = {step.path: (*ledger.made.get(step.path, ()), mark(step.content)) for step in adding}
        folders = _with_missing(ledger.folders, [step.path for step in adding])
        ledger = replace(ledger, made={**ledger.made, **both}, folders=folders)
        write_ledger(self.ledger_path, ledger)
        for step in changes:
            _act(step)
        gone = {step.path for step in plan.steps if step.verb in (REMOVE, FORGET)}
        made = {path: marks for path, marks in ledger.made.items() if path not in gone}
        made |= {step.path: (mark(step.content),) for step in adding}
        if plan.undo:
            self._end(ledger)
        else:
            write_ledger(self.ledger_path, replace(ledger, made=made))

    def _end(self, ledger: Ledger) -> None:
        """Nothing of ours is left: forget it, and the folders that were made and are empty."""
        os.unlink(self.ledger_path)
        for folder in sorted(ledger.folders, key=len, reverse=True):
            try:
                os.rmdir(folder)
            except OSError:
                # others have put something there
                pass


def _step(path: str, content: bytes | str, ledger: Ledger) -> Step:
    now = mark_of(path)
    # pipx links pages and scripts of its own accord: what a link leads to counts, too
    if mark(content) in (now, mark_of(os.path.realpath(path))):
        return Step(KEEP, path, content, now)
    verb = CREATE if not now else UPDATE if now in ledger.made.get(path, ()) else LEAVE
    return Step(verb, path, content, now)


def _removal(path: str, ledger: Ledger) -> Step:
    """Of what was made, and is not wanted any more."""
    now = mark_of(path)
    return Step(FORGET if not now else REMOVE if now in ledger.made[path] else LEAVE, path, before=now)


def _with_missing(folders: tuple[str, ...], paths: Iterable[str]) -> tuple[str, ...]:
    """And those that have to be made for these paths."""
    found = dict.fromkeys(folders)
    for path in paths:
        missing = []
        while (path := os.path.dirname(path)) not in found and not os.path.isdir(path):
            missing.append(path)
        found |= dict.fromkeys(reversed(missing))
    return tuple(found)


def _act(step: Step) -> None:
    """Raises OSError, Failure."""
    if mark_of(step.path) != step.before:
        raise Failure(f"{step.path} was changed meanwhile: it is left as it is")
    if step.verb == REMOVE:
        os.unlink(step.path)
        return
    make_folders(os.path.dirname(step.path), MODE)
    if isinstance(step.content, bytes):
        write_whole(step.path, [step.content], 0o644)
        return
    temporary = os.path.join(os.path.dirname(step.path), random_name())
    os.symlink(step.content, temporary)
    try:
        os.replace(temporary, step.path)
    except OSError:
        os.unlink(temporary)
        raise
