"""What --json and --jq print; imported for them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pydock.errors import Failure, Failures
from pydock.render.values import ALL, at, check_names, json_text, names_of, picked, unknown
from pydock.shape import Json
from pydock.views.view import View

if TYPE_CHECKING:
    from pydock.app import App
    from pydock.streams.output import Output


class Typed(Protocol):
    """The options of a command that has --json."""

    @property
    def json(self) -> str: ...
    @property
    def jq(self) -> str: ...


def chosen(o: Typed) -> list[str]:
    """The fields that --json names; [] for all."""
    return [] if o.json in ("", ALL) else names_of(o.json)


def row_of(row: View, names: Sequence[str] = ()) -> Json:
    """A row's fields, all or these: only those that are asked for are computed."""
    fields = row.FIELDS
    wanted = names or list(fields)
    tops = {name if name in fields else name.partition(".")[0] for name in wanted}
    return picked({name: fields[name][0](row) for name in tops}, wanted)


def print_views(app: App, o: Typed, view: type[View], rows: Iterable[View]) -> None:
    """Print a list as one array. Raises Failure."""
    names = chosen(o)
    print_value(app, o, [row_of(row, names) for row in rows])


def print_objects(app: App, o: Typed, found: Sequence[Json], known: Iterable[str]) -> None:
    """Print objects whose fields only the answer tells, as one array. Raises Failure; 125 for a field that there is not."""
    print_value(app, o, [picked(one, names) for one in found] if (names := checked(o, known)) else found)


def checked(o: Typed, known: Iterable[str]) -> list[str]:
    """As chosen(), for fields that only the answer tells. Raises Failure."""
    try:
        check_names(o.json or ALL, known)
    except ValueError as error:
        raise Failure(f"--json: {error}", 125) from None
    return chosen(o)


def print_found(
    app: App, o: Typed, names: Sequence[str], find: Callable[[str], tuple[str, Any, str]], newer: bool
) -> None:
    """What the inspect commands print: the objects as the engine describes them, as one array; then the errors.

    find: a name -> its object's JSON, as text and its value, and its Go type; newer: of the API of today. Raises Failure."""
    found, failures = list[tuple[Json, str]](), list[Failure]()
    for name in names:
        try:
            found.append(find(name)[1:])
        except Failure as failure:
            failures.append(failure)
    fields = chosen(o)
    for field in fields if found else ():
        check_path(field, found, newer)
    print_value(app, o, [picked(one, fields) if fields else one for one, _ in found])
    if failures:
        raise Failures(failures)


def check_path(path: str, found: Sequence[tuple[Json, str]], newer: bool) -> None:
    """Raises Failure (125) for a path that leads nowhere in any object, nor could by its type."""
    from pydock.views.paths import fields_at

    known = dict[str, None]()
    for value, kind in found:
        fields = fields_at(kind, path, newer)
        if fields is None or at(value, path) is not None:
            return
        known |= dict.fromkeys(fields)
    raise Failure(f"--json: {unknown(path, list(known))}", 125)


def print_fields(app: App, o: Typed, value: Json, kind: str = "", newer: bool = False) -> None:
    """Print one object, or the fields of it that --json names. kind: its Go type, which may have fields that it lacks.

    Raises Failure."""
    names = chosen(o)
    for name in names if kind else ():
        check_path(name, [(value, kind)], newer)
    print_value(app, o, picked(value, names) if names else value)


def print_stream(app: App, o: Typed, values: Iterable[Json]) -> None:
    """Print objects as they come, each on a line of its own. Raises Failure."""
    names, show = chosen(o), printer(app, o)
    for value in values:
        show(picked(value, names) if names else value)


def print_value(app: App, o: Typed, value: Any) -> None:
    """Print a value: as JSON, or what --jq gives for it; indented on a terminal. Raises Failure."""
    app.out.value(value, lambda out: writer(out, o, 2 if out.is_terminal else 0))


def printer(app: App, o: Typed, indent: int = 0) -> Callable[[Any], None]:
    """Prints the values of a stream, each on lines of its own."""
    return app.out.each(lambda out: writer(out, o, indent))


def writer(out: Output, o: Typed, indent: int) -> Callable[[Any], None]:
    if not o.jq:
        return lambda value: out.line(json_text(value, indent))
    from pydock.render.jq import Program

    program = Program(o.jq)

    def show(value: Any) -> None:
        for line in program.lines(value, indent):
            out.write(line)

    return show
