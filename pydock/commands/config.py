"""`config`: create, inspect, ls, rm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import configs
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
from pydock.go.strconv import quote
from pydock.options import Options, argument, command, flag, options
from pydock.views.stored import ConfigView, config_text

if TYPE_CHECKING:
    from pydock.app import App

CONFIG = Kind(
    "config",
    configs.list_configs,
    configs.inspect_config,
    configs.create_config,
    configs.remove_config,
    ConfigView,
    config_text,
)
#: the largest config that engines accept, in bytes
LARGEST = 1000 * 1024


@options
class ConfigListOptions(WholeListOptions):
    json: str = json_flag(ConfigView)


@command("config ls", ConfigListOptions, "List configs", aliases=("list",), reads=True)
def ls(app: App, o: ConfigListOptions) -> None:
    print_stored(app, o, CONFIG)


@options
class ConfigInspectOptions(PrettyOptions):
    json: str = fields_flag("config")
    configs: tuple[str, ...] = argument("CONFIG [CONFIG...]", sources="configs")


@command("config inspect", ConfigInspectOptions, "Show details of one or more configs")
def inspect(app: App, o: ConfigInspectOptions) -> None:
    inspect_stored(app, o, o.configs, CONFIG)


@options
class ConfigCreateOptions(Options):
    config: str = argument("CONFIG")
    file: str = argument("file|-", sources="files")
    label: tuple[str, ...] = flag("-l", "--label", parse=pairs.label, help="Config metadata, KEY=VALUE")
    template_driver: str = flag(
        "--template-driver", since="1.37", help="Driver of templates in the data", sources="golang"
    )


@command("config create", ConfigCreateOptions, "Create a config from a file or STDIN")
def create(app: App, o: ConfigCreateOptions) -> None:
    app.need_engine()
    try:
        if not o.file:
            raise Failure("config file is required")
        data = read_data(app, o.file, LARGEST)
    except Failure as failure:
        raise Failure(f"Error reading content from {quote(o.file)}: {failure.message}") from None
    create_stored(app, spec_of(o.config, o.label, data, o.template_driver), CONFIG)


@options
class ConfigRemoveOptions(Options):
    configs: tuple[str, ...] = argument("CONFIG [CONFIG...]", sources="configs")


@command("config rm", ConfigRemoveOptions, "Remove one or more configs", aliases=("remove",))
def remove(app: App, o: ConfigRemoveOptions) -> None:
    remove_stored(app, o.configs, CONFIG)
