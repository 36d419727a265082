"""`api`: any request to the engine, with the address, version and credentials that every other command has."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from pydock.api.raw import any_request
from pydock.api.request import Query, Request
from pydock.errors import EngineError, Failure, failing
from pydock.flags import fields
from pydock.flags.fields import Field
from pydock.options import Options, argument, command, flag, options
from pydock.streams.pump import distribute

if TYPE_CHECKING:
    from pydock.app import App

DESCRIPTION = (
    "Make a request to the engine's API, and print the answer. PATH gets the version that the engine and pydock have in common, unless it "
    "begins with one. METHOD is GET, or POST where there are fields or an input. Fields are the JSON of the body, or parameters of GET, HEAD and "
    "DELETE. The exit code is 4 where the engine answers with a status of 400 or more, 5 with one of 500 or more, and 1 where it does not answer."
)
#: methods without a body: their fields are parameters
BODILESS = ("GET", "HEAD", "DELETE")
FRAMED, RAW = "application/vnd.docker.multiplexed-stream", "application/vnd.docker.raw-stream"
#: what goes both ways
STREAMS = re.compile(r"/(?:containers/[^/]+/attach|exec/[^/]+/start)\Z")
UPGRADED = 101
#: what is no text
BINARY = ("application/x-tar", "application/octet-stream")


def expression(text: str) -> str:
    """--jq. Raises ValueError."""
    from pydock.render.jq import Program

    Program(text)
    return text


class Answer(Protocol):
    """See engine.Response."""

    request: Request

    @property
    def status(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    def header(self, name: str) -> str: ...
    def raw(self) -> Iterator[bytes]: ...
    def feed(self, blocks: Iterable[bytes]) -> None: ...


@options
class ApiOptions(Options):
    """A request, and what to do with its answer."""

    method: str = argument("[METHOD]", sources="methods endpoints")
    path: str = argument("PATH", sources="endpoints")
    auth: str = flag(
        "--auth",
        metavar="registry|image",
        sources="registries images",
        help="Send the stored credentials of this registry, or of the image's",
    )
    field: tuple[Field, ...] = flag(
        "-F", "--field", parse=fields.field, many=True, metavar="key=value",
        help="Field with a value in JSON (true, 5, [\"a\"]), from a file (@FILE, @- for stdin), or else a string; "
             "keys like a[b] and a[] make objects and lists",
    )  # fmt: skip
    header: tuple[tuple[str, str], ...] = flag(
        "-H", "--header", parse=fields.header, many=True, metavar="name: value", help="Header of the request"
    )
    include: bool = flag("-i", "--include", help="Print the status and the headers of the answer, too")
    input: str = flag(
        "--input",
        metavar="file",
        sources="files",
        help="Body of the request, as it is, or what an attached stream is to get: a file, or - for stdin",
    )
    jq: str = flag(
        "--jq",
        metavar="expression",
        parse=expression,
        excludes=("template", "silent"),
        help="Print what this jq expression gives for the answer",
    )
    query: tuple[tuple[str, str], ...] = flag(
        "-q",
        "--query",
        parse=fields.parameter,
        many=True,
        metavar="key=value",
        help="Parameter of the URL, also beside a body",
    )
    raw_field: tuple[Field, ...] = flag(
        "-f", "--raw-field", parse=fields.field, many=True, metavar="key=value", help="Field whose value is a string"
    )
    silent: bool = flag("--silent", excludes=("template",), help="Do not print the answer")
    template: str = flag("-t", "--template", metavar="template", help="Print the answer by a Go template")


@command("api", ApiOptions, "Make a request to the engine's API", description=DESCRIPTION, own=True)
def api(app: App, o: ApiOptions) -> None:
    show = printer(app, o)
    answer = app.engine.exchange(request_of(app, o))
    if answer.status == UPGRADED and o.input:
        answer.feed(typed(app) if o.input == "-" else app.files.blocks(o.input))
    if o.include:
        head = [f"HTTP/1.1 {answer.status} {answer.reason}".rstrip(), *(f"{n}: {v}" for n, v in answer.headers)]
        app.out.line("\n".join([*head, ""]))
    if answer.status < 300 or answer.status == 304:
        show(answer)
        return
    body = b"".join(answer.raw())
    if not o.silent:
        as_it_is(app, answer.header("content-type"), [body])
    raise refused(answer, body)


def typed(app: App) -> Iterator[bytes]:
    """stdin as it comes: for a stream that answers."""
    return iter(lambda: app.stdin.read1(1 << 16), b"")  # type: ignore[attr-defined]


# -- the request -----------------------------------------------------------------------------------


def request_of(app: App, o: ApiOptions) -> Request:
    """Raises Failure."""
    method = o.method.upper() or ("POST" if o.field or o.raw_field or o.input else "GET")
    if not method.isascii() or not method.isalpha():
        raise Failure(f"{o.method} is not a method of HTTP")
    with failing():
        given = fields.tree([*o.raw_field, *((path, fields.typed(value, reader(app))) for path, value in o.field)])
    parameters: Query = {}
    streams = method == "POST" and bool(STREAMS.search(o.path.partition("?")[0]))
    in_query = method in BODILESS or (bool(o.input) and not streams)
    for key, value in [*(fields.query_of(given).items() if in_query else ()), *o.query]:
        before, more = parameters.get(key, []), [value] if isinstance(value, str) else value
        parameters[key] = [*before, *more]
    headers = {name.title(): value for name, value in o.header}
    if o.auth:
        headers["X-Registry-Auth"] = app.credentials.header(registry_of(o.auth))
    content: Any = None
    if streams:
        # only then does the engine say whether stdout and stderr are in one stream
        headers = {"Connection": "Upgrade", "Upgrade": "tcp", **headers}
    elif o.input:
        content, kind = input_of(app, o.input)
        headers = {"Content-Type": kind, **headers}
    # an exec is started by an object, even if it is empty
    body = given if (given or (streams and "/exec/" in o.path)) and not in_query else None
    return any_request(method, o.path, lambda: app.engine.api_version, parameters, headers, body, content)


def reader(app: App) -> Callable[[str], str]:
    def read(path: str) -> str:
        return b"".join(app.files.blocks(None if path == "-" else path)).decode("utf-8", "surrogateescape")

    return read


def input_of(app: App, path: str) -> tuple[Iterable[bytes], str]:
    """The blocks of a file or of stdin, and what it is: JSON or an archive. Raises Failure."""
    blocks = app.files.blocks(None if path == "-" else path)
    first = next(blocks, b"")
    kind = "application/json" if first.lstrip()[:1] in (b"{", b"[", b'"') else "application/x-tar"
    return chain([first], blocks), kind


def registry_of(text: str) -> str:
    """The domain of an image, or of a registry. Raises Failure."""
    from pydock.flags.reference import parse, registry_host

    host = registry_host(text)
    if "://" in text or ("/" not in text and ("." in host.partition(":")[0] or host.partition(":")[0] == "localhost")):
        return "docker.io" if host in ("index.docker.io", "registry-1.docker.io") else host
    with failing():
        return parse(text).domain


# -- the answer ------------------------------------------------------------------------------------


def printer(app: App, o: ApiOptions) -> Callable[[Answer], None]:
    """What prints an answer. Raises Failure for an expression or a template that is invalid."""
    if o.jq:
        from pydock.render.jq import Program

        program = Program(o.jq)
        return lambda answer: each_value(
            app, answer, lambda value: app.out.write(*program.lines(value, 2 if app.out.is_terminal else 0))
        )
    if o.template:
        from pydock.go.kinds import json_number, untyped
        from pydock.go.template.execute import ExecError, ParseError, Template

        try:
            template = Template(o.template)
        except ParseError as error:
            raise Failure(f"template parsing error: {error}") from None

        def fill(value: Any) -> None:
            try:
                app.out.line(template.execute(untyped(value, json_number), "default"))
            except ExecError as error:
                raise Failure(f"template parsing error: {error}") from None

        return lambda answer: each_value(app, answer, fill)
    return lambda answer: whole(app, o, answer)


def each_value(app: App, answer: Answer, act: Callable[[Any], None]) -> None:
    """Act on each JSON value of the answer, as it comes. Raises Failure."""
    from pydock.go.json import decode
    from pydock.render.json_values import values_of

    for text in values_of(answer.raw()):
        with failing("the engine's answer is not JSON: "):
            value = decode(text)
        act(value)
        check_progress(answer.request, value)


def whole(app: App, o: ApiOptions, answer: Answer) -> None:
    """Print the answer, or read it to its end. Raises Failure, also for an error within a stream of progress."""
    kind = answer.header("content-type")
    blocks = answer.raw() if "json" not in kind or answer.request.method == "GET" else observed(answer)
    if o.silent:
        for _ in blocks:
            pass
    elif kind.startswith(FRAMED):
        distribute(blocks, app.out.put, app.err.put, framed=True)
    else:
        as_it_is(app, kind, blocks)


def as_it_is(app: App, kind: str, blocks: Iterable[bytes]) -> None:
    """Print a body; on a terminal JSON is indented and coloured, and text is made safe. Raises Failure."""
    if not app.out.is_terminal or kind.startswith(RAW):
        for block in blocks:
            app.out.put(block)
    elif kind.startswith(BINARY):
        raise Failure(f"the answer is {kind}: redirect it to a file")
    elif "json" in kind:
        from pydock.render.json_values import pretty, values_of

        for text in values_of(blocks):
            app.out.write(pretty(text, app.coloured(app.out)), "\n")
    else:
        show_text(app, blocks)


def show_text(app: App, blocks: Iterable[bytes]) -> None:
    """Text for a terminal, as it comes; its last line has an end."""
    decoder = getincrementaldecoder("utf-8")("replace")
    text = "\n"
    for block in chain(blocks, [b""]):
        if more := decoder.decode(block, final=not block):
            app.out.write(text := more)
    if not text.endswith("\n"):
        app.out.line("")


def observed(answer: Answer) -> Iterator[bytes]:
    """The blocks of a stream of progress. Raises Failure after one that tells of an error."""
    from pydock.render.json_values import Values

    values = Values()
    for block in answer.raw():
        yield block
        for text in values.feed(block):
            check_progress(answer.request, text)


def check_progress(request: Request, value: Any) -> None:
    """Raises Failure for a message of a stream that says that what was asked for has failed."""
    from pydock.go.json import decode

    if request.method == "GET":
        return
    if isinstance(value, str) and '"errorDetail"' in value:
        try:
            value = decode(value)
        except ValueError:
            return
    if isinstance(value, dict) and isinstance(detail := value.get("errorDetail"), dict):
        raise Failure(str(detail.get("message") or value.get("error") or "failed"))


def refused(answer: Answer, body: bytes) -> Failure:
    """The engine's message, with the exit code of its status."""
    from pydock.go.json import decode

    status = f"HTTP {answer.status}"
    if answer.status < 400:
        return Failure(f"unexpected redirect to {answer.header('location')} ({status})")
    try:
        message = str(decode(body)["message"])
    except (ValueError, TypeError, LookupError):
        message = body.decode("utf-8", "replace").strip()[:500] or answer.reason
    error = EngineError(answer.status, f"{message} ({status})")
    error.code = 5 if answer.status >= 500 else 4
    return error
