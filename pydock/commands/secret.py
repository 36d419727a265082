"""`secret`: create, inspect, ls, rm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import secrets
from pydock.commands.inspect import PrettyOptions, fields_flag
from pydock.commands.shared import WholeListOptions, json_flag
from pydock.commands.stored import (
    Kind,
    create_stored,
    inspect_stored,
    print_stored,
    read_data,
    remove_stored,
    spec_of,
)
from pydock.errors import Failure
from pydock.flags import pairs
from pydock.options import Options, argument, command, flag, options
from pydock.views.stored import SecretView, secret_text

if TYPE_CHECKING:
    from pydock.app import App

SECRET = Kind(
    "secret",
    secrets.list_secrets,
    secrets.inspect_secret,
    secrets.create_secret,
    secrets.remove_secret,
    SecretView,
    secret_text,
)
#: the largest secret that engines accept, in bytes
LARGEST = 500 * 1024


@options
class SecretListOptions(WholeListOptions):
    json: str = json_flag(SecretView)


@command("secret ls", SecretListOptions, "List secrets", aliases=("list",), reads=True)
def ls(app: App, o: SecretListOptions) -> None:
    print_stored(app, o, SECRET)


@options
class SecretInspectOptions(PrettyOptions):
    json: str = fields_flag("secret")
    secrets: tuple[str, ...] = argument("SECRET [SECRET...]", sources="secrets")


@command("secret inspect", SecretInspectOptions, "Show details of one or more secrets, but for their data")
def inspect(app: App, o: SecretInspectOptions) -> None:
    inspect_stored(app, o, o.secrets, SECRET)


@options
class SecretCreateOptions(Options):
    secret: str = argument("SECRET")
    file: str = argument("[file|-]", default="", sources="files")
    driver: str = flag("-d", "--driver", since="1.31", help="Driver that gives the secret's data, instead of a file")
    label: tuple[str, ...] = flag("-l", "--label", parse=pairs.label, help="Secret metadata, KEY=VALUE")
    template_driver: str = flag(
        "--template-driver", since="1.37", help="Driver of templates in the data", sources="golang"
    )


@command("secret create", SecretCreateOptions, "Create a secret from a file or STDIN")
def create(app: App, o: SecretCreateOptions) -> None:
    app.need_engine()
    data = b""
    if o.driver and o.file:
        raise Failure("When using secret driver secret data must be empty")
    if not o.driver:
        if not o.file:
            raise Failure("secret file is required")
        data = read_data(app, o.file, LARGEST)
    create_stored(app, spec_of(o.secret, o.label, data, o.template_driver, o.driver), SECRET)


@options
class SecretRemoveOptions(Options):
    secrets: tuple[str, ...] = argument("SECRET [SECRET...]", sources="secrets")


@command("secret rm", SecretRemoveOptions, "Remove one or more secrets", aliases=("remove",))
def remove(app: App, o: SecretRemoveOptions) -> None:
    remove_stored(app, o.secrets, SECRET)
