"""`login`, `logout` and `search`: registries, accessed by the engine; where none answers, `login` asks them itself."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydock.api import images
from pydock.api.request import filters
from pydock.commands.shared import FORMAT_HELP, ask, filter_flag, jq_flag, json_flag, print_rows
from pydock.errors import Failure, Unreachable
from pydock.flags.pairs import Pair
from pydock.flags.reference import registry_host
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.human import ellipsis
from pydock.render.notes import note
from pydock.views.view import Fields, View

if TYPE_CHECKING:
    from pydock.app import App

#: the key of Docker Hub in the credential store
HUB = "https://index.docker.io/v1/"
HUB_DOMAIN = "docker.io"
#: maximum size of a password on stdin, in bytes: tokens have some thousands
MAX_PASSWORD = 1 << 20

UNENCRYPTED = """
WARNING! Your credentials are stored unencrypted in '{path}'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/
"""
SIGN_UP = (
    "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to "
    "https://hub.docker.com/ to create one.\nYou can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT "
    "grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n"
)
TOKENS = (
    "A Personal Access Token (PAT) can be used instead.\nTo create a PAT, visit https://app.docker.com/settings\n\n"
)


@options
class LoginOptions(Options):
    server: str = argument("[SERVER]", default="", sources="registries")
    password: str = flag("-p", "--password", help="Password or personal access token (PAT)")
    password_stdin: bool = flag("--password-stdin", help="Read the password from STDIN")
    username: str = flag("-u", "--username", help="User name")


@command("login", LoginOptions, "Log in to a registry", top=8)
def login(app: App, o: LoginOptions) -> None:
    password = given_password(app, o)
    warn_of_environment(app)
    server = HUB if o.server in ("", HUB_DOMAIN) else registry_host(o.server)
    stored: dict[str, str] = {}
    if not o.username and not password:
        stored = app.credentials.of(server)
    if stored.get("username") and stored.get("password"):
        status = log_in_again(app, stored)
        if status is not None:
            app.out.line(status)
            return
    auth = credentials(app, server, o.username, password, stored.get("username", ""))
    app.out.line(log_in(app, auth))


def given_password(app: App, o: LoginOptions) -> str:
    """The password of --password or --password-stdin. Raises Failure."""
    if o.password_stdin and "password" in o.given:
        raise Failure("conflicting options: cannot specify both --password and --password-stdin")
    if o.password_stdin and "username" not in o.given:
        raise Failure("the --password-stdin option requires --username to be set")
    for name, value in (("username", o.username), ("password", o.password)):
        if name in o.given and not value:
            raise Failure(f"{name} is empty")
    if o.password:
        app.err.line("WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
    return stdin_password(app) if o.password_stdin else o.password


def stdin_password(app: App) -> str:
    """All of stdin, without the trailing newline. Raises Failure."""
    parts, size = [], 0
    for block in app.files.blocks(None, 64 * 1024):
        parts.append(block)
        size += len(block)
        if size > MAX_PASSWORD:
            raise Failure(f"the password on stdin is longer than {MAX_PASSWORD >> 10} KiB")
    return b"".join(parts).decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r")


def warn_of_environment(app: App) -> None:
    if app.environ.get("DOCKER_AUTH_CONFIG"):
        text = "DOCKER_AUTH_CONFIG is set and takes precedence.\nUnset DOCKER_AUTH_CONFIG to restore the CLI auth behaviour.\n"
        app.err.write(note("Warn", text, app.coloured(app.err)))


def log_in(app: App, auth: dict[str, str]) -> str:
    """POST /auth, then store the credentials; returns the status message of the registry. Raises Failure.

    Where no engine answers, the registry is asked from here."""
    try:
        answer = app.engine.json(images.check_auth({k: v for k, v in auth.items() if v})) or {}
    except Unreachable:
        token = app.registries.log_in(registry_host(auth["serveraddress"]), auth, partial(report_failure, app))
        answer = {"Status": "Login Succeeded", "IdentityToken": token}
    if answer.get("IdentityToken"):
        auth = {**auth, "password": "", "identitytoken": answer["IdentityToken"]}
    if path := app.credentials.store(auth):
        app.err.line(UNENCRYPTED.format(path=path))
    return str(answer.get("Status") or "")


def report_failure(app: App, endpoint: str, error: str) -> None:
    app.log.info("Error logging in to endpoint, trying next endpoint", endpoint=endpoint, error=error)


def log_in_again(app: App, auth: dict[str, str]) -> str | None:
    """Log in with the stored credentials; None if the registry rejects them."""
    app.err.line(f"Authenticating with existing credentials... [Username: {auth['username']}]")
    app.err.write(
        note(
            "Info",
            f"To login with a different account, run '{app.prog} logout' followed by '{app.prog} login'",
            app.coloured(app.err),
        ),
        "\n\n",
    )
    try:
        return log_in(app, auth)
    except Failure as failure:
        app.err.line(f"Login did not succeed, error: {failure.message}")
        return None


def credentials(app: App, server: str, user: str, password: str, default: str) -> dict[str, str]:
    """User name and password, prompted for if not given. Raises Failure."""
    if (not user or not password) and not app.stdin.isatty():
        raise Failure("Error: Cannot perform an interactive login from a non TTY device")
    user = user.strip()
    if not user:
        if server == HUB:
            app.out.line(SIGN_UP)
        user = ask(app, f"Username ({default}): " if default else "Username: ") or default
    if not user:
        raise Failure("Error: Non-null Username Required")
    if not password.strip() and not app.stdin.isatty():
        raise Failure("password is empty")
    if not password.strip():
        if server == HUB:
            app.err.write(note("Info", TOKENS, app.coloured(app.err)))
        password = ask(app, "Password: ", secret=True)
    if not password:
        raise Failure("Error: Password Required")
    return {"username": user, "password": password, "serveraddress": server}


@options
class LogoutOptions(Options):
    server: str = argument("[SERVER]", default="", sources="registries")


@command("logout", LogoutOptions, "Log out from a registry", top=9)
def logout(app: App, o: LogoutOptions) -> None:
    warn_of_environment(app)
    name = registry_host(o.server) if o.server else HUB
    # older clients stored credentials under these keys as well
    keys = [o.server, name, f"http://{name}", f"https://{name}"] if o.server else [HUB]
    app.out.line(f"Removing login credentials for {name}")
    problems = {key: problem for key in keys if (problem := app.credentials.erase(key))}
    if len(problems) == len(set(keys)):
        app.err.line("WARNING: could not erase credentials:")
        for key, problem in problems.items():
            app.err.line(f"{key}: {problem}")


class SearchView(View):
    """One entry of GET /images/search."""

    go_type = "*registry.searchContext"
    TITLES: ClassVar[dict[str, str]] = {
        "Name": "NAME",
        "Description": "DESCRIPTION",
        "StarCount": "STARS",
        "IsOfficial": "OFFICIAL",
    }
    FIELDS: ClassVar[Fields] = {
        "Name": (lambda v: v.Name, "name"),
        "Description": (lambda v: v.r.get("description") or "", "description"),
        "StarCount": (lambda v: v.r.get("star_count") or 0, "number of stars"),
        "IsOfficial": (lambda v: bool(v.r.get("is_official")), "true or false"),
    }
    DEFAULT = "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}"

    def __init__(self, result: dict[str, Any], trunc: bool) -> None:
        self.r, self.trunc, self.as_json = result, trunc, False

    def go_fields(self) -> dict[str, Any]:
        return {"trunc": self.trunc, "json": self.as_json, "s": self.r}

    def go_json(self) -> dict[str, Any]:
        # as in docker: once a row has been rendered as JSON, its methods return JSON's values
        self.as_json = True
        return super().go_json()

    @property
    def Name(self) -> str:
        return str(self.r.get("name") or "")

    @property
    def Description(self) -> str:
        text = str(self.r.get("description") or "").replace("\n", " ").replace("\r", " ")
        return ellipsis(text, 45) if self.trunc else text

    @property
    def StarCount(self) -> str:
        return str(self.r.get("star_count") or 0)

    @property
    def IsOfficial(self) -> str:
        official = bool(self.r.get("is_official"))
        if self.as_json:
            return "true" if official else "false"
        return "[OK]" if official else ""


@options
class SearchOptions(Options):
    term: str = argument("TERM")
    filter: tuple[Pair, ...] = filter_flag("-f", "--filter")
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(SearchView)
    jq: str = jq_flag()
    limit: int = flag("--limit", help="Maximum number of search results")
    no_trunc: bool = flag("--no-trunc", help="Do not truncate output")


@command("search", SearchOptions, "Search Docker Hub for images", top=10)
def search(app: App, o: SearchOptions) -> None:
    if any(key == "is-automated" for key, _ in o.filter):
        app.err.line(
            'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results in future.'
        )
    # the term may have a registry: "HOST[:PORT]/TERM"
    host, slash, _ = o.term.partition("/")
    domain = host if slash and (any(c in host for c in ".:") or host == "localhost") else HUB_DOMAIN
    found = (
        app.engine.json(images.search_images(o.term, o.limit, filters(o.filter), app.credentials.header(domain))) or []
    )
    form = Format.parse(o.format or "table")
    rows = [SearchView(r, not o.no_trunc) for r in found]
    print_rows(app, o, SearchView, rows, form, SearchView.DEFAULT)
