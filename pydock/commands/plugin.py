"""`plugin`: manage plugins of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import plugins
from pydock.api.request import filters
from pydock.commands.inspect import KINDS, fetch, fields_flag, print_all
from pydock.commands.progress import show_progress
from pydock.commands.shared import (
    NO_TRUST,
    InspectOptions,
    ListOptions,
    confirmed,
    each_name,
    json_flag,
    print_list,
    trust_flag,
)
from pydock.errors import Failure, failing
from pydock.flags.reference import Reference, parse
from pydock.go.filepath import clean
from pydock.go.json import decode
from pydock.go.strconv import quote
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import natural
from pydock.shape import Json
from pydock.views.gotypes import decode as go_value
from pydock.views.plugins import PluginView

if TYPE_CHECKING:
    from pydock.app import App

TRUST_HELP = "Skip image verification"
GRANT_HELP = "Grant all permissions that the plugin requires"


@options
class PluginListOptions(ListOptions):
    json: str = json_flag(PluginView)


@command("plugin ls", PluginListOptions, "List plugins", aliases=("list",), reads=True)
def ls(app: App, o: PluginListOptions) -> None:
    found = app.engine.json(plugins.list_plugins(filters(o.filter))) or []
    print_list(
        app, o, PluginView, [PluginView(p, not o.no_trunc) for p in sorted(found, key=lambda p: natural(p["Name"]))]
    )


@options
class PluginInspectOptions(InspectOptions):
    json: str = fields_flag("plugin")
    names: tuple[str, ...] = argument("PLUGIN [PLUGIN...]", sources="plugins")


@command("plugin inspect", PluginInspectOptions, "Show details of one or more plugins")
def inspect(app: App, o: PluginInspectOptions) -> None:
    app.need_engine()
    print_all(app, o, o.names, lambda n: fetch(app, plugins.inspect_plugin(n), KINDS["plugin"][1]))


def reference_of(text: str, wrong: str = "") -> Reference:
    """Parse the reference of a plugin. wrong: a prefix for the error message. Raises Failure."""
    with failing(wrong):
        return parse(text)


def tagged_reference(text: str) -> Reference:
    """Parse the reference of a plugin, with the default tag if it has none. Raises Failure, also for a digest."""
    reference = reference_of(text)
    if reference.digest:
        raise Failure(f"invalid name: {text}")
    return reference.tagged()


def granted(app: App, reference: Reference, shown: str, grant_all: bool) -> list[Json]:
    """The privileges that a plugin requires, after confirmation. Raises Failure if the user declines."""
    wanted: list[Json] = (
        app.engine.json(plugins.plugin_privileges(str(reference), app.credentials.header(reference.domain))) or []
    )
    if wanted and not grant_all:
        app.out.line(f"Plugin {quote(shown)} is requesting the following privileges:")
        for privilege in wanted:
            app.out.line(f" - {privilege['Name']}: [{' '.join(privilege.get('Value') or [])}]")
        if not confirmed(app, "Do you grant the above permissions?"):
            raise Failure(f"permission denied while installing plugin {reference}")
    return wanted


@options
class InstallOptions(Options):
    plugin: str = argument("PLUGIN")
    settings: tuple[str, ...] = argument("[KEY=VALUE...]")
    alias: str = flag("--alias", help="Local name of the plugin")
    disable: bool = flag("--disable", help="Do not enable the plugin after installation")
    disable_content_trust: bool = trust_flag(TRUST_HELP)
    grant_all_permissions: bool = flag("--grant-all-permissions", help=GRANT_HELP)


@command("plugin install", InstallOptions, "Install a plugin")
def install(app: App, o: InstallOptions) -> None:
    name = tagged_reference(o.alias).familiar if o.alias else ""
    reference = reference_of(o.plugin)
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    privileges = granted(app, reference, o.plugin, o.grant_all_permissions)
    request = plugins.pull_plugin(str(reference), name, privileges, app.credentials.header(reference.domain))
    answer = app.engine.background(request)
    show_progress(app, answer.messages(), app.out)
    # the engine chooses the local name
    local = answer.header("docker-plugin-name")
    if o.settings:
        app.engine.read(plugins.set_plugin(local, o.settings))
    if not o.disable:
        app.engine.read(plugins.enable_plugin(local, 0))
    app.out.line(f"Installed plugin {o.plugin}")


@options
class UpgradeOptions(Options):
    plugin: str = argument("PLUGIN", sources="disabled-plugins")
    remote: str = argument("[REMOTE]", default="")
    disable_content_trust: bool = trust_flag(TRUST_HELP)
    grant_all_permissions: bool = flag("--grant-all-permissions", help=GRANT_HELP)
    skip_remote_check: bool = flag(
        "--skip-remote-check", help="Skip the check that the remote and installed images match"
    )


@command("plugin upgrade", UpgradeOptions, "Upgrade an installed plugin", since="1.26")
def upgrade(app: App, o: UpgradeOptions) -> None:
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    try:
        plugin = app.engine.json(plugins.inspect_plugin(o.plugin))
    except Failure as failure:
        raise Failure(f"error reading plugin data: {failure.message}") from None
    if plugin.get("Enabled"):
        raise Failure("the plugin must be disabled before upgrading")
    current = plugin.get("PluginReference") or ""
    remote = o.remote or current
    reference = reference_of(remote, "error parsing remote upgrade image reference: ")
    old, new = reference_of(current, "error parsing current image reference: ").tagged(), reference.tagged()
    app.out.line(f"Upgrading plugin {plugin['Name']} from {old.familiar} to {new.familiar}")
    if (
        not o.skip_remote_check
        and str(old) != str(new)
        and not confirmed(app, "Plugin images do not match, are you sure?")
    ):
        return
    privileges = granted(app, reference, remote, o.grant_all_permissions)
    request = plugins.upgrade_plugin(
        plugin["Name"], str(reference), privileges, app.credentials.header(reference.domain)
    )
    show_progress(app, app.engine.messages(request), app.out)
    app.out.line(f"Upgraded plugin {plugin['Name']} to {remote}")


@options
class PushOptions(Options):
    plugin: str = argument("PLUGIN[:TAG]", sources="plugins")
    disable_content_trust: bool = trust_flag("Skip image signing")


@command("plugin push", PushOptions, "Push a plugin to a registry")
def push(app: App, o: PushOptions) -> None:
    reference = tagged_reference(o.plugin)
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    show_progress(
        app,
        app.engine.messages(plugins.push_plugin(reference.familiar, app.credentials.header(reference.domain))),
        app.out,
    )


@options
class CreateOptions(Options):
    plugin: str = argument("PLUGIN")
    folder: str = argument("PLUGIN-DATA-DIR", sources="folders")
    ignored: tuple[str, ...] = argument("[...]")
    compress: bool = flag("--compress", help="Compress the plugin's files with gzip")


CREATE_USAGE = "[OPTIONS] PLUGIN PLUGIN-DATA-DIR"


@command("plugin create", CreateOptions, "Create a plugin from a rootfs and a configuration", usage=CREATE_USAGE)
def create(app: App, o: CreateOptions) -> None:
    reference_of(o.plugin)
    folder = clean(app.copies.absolute(o.folder))
    if not app.files.is_folder(folder):
        raise Failure("context must be a directory")
    with failing():
        config = decode(app.files.read(clean(f"{o.folder or '.'}/config.json")), first=True)
    go_value("types.PluginConfig", config)

    def skipped(path: str, why: str, fault: bool) -> None:
        raise Failure(f"{path} cannot be part of a plugin: {why}")

    blocks = app.copies.pack(app.copies.source(f"{folder}/.", False), lambda name: name.removeprefix("./"), skipped)
    app.engine.read(plugins.create_plugin(o.plugin, app.copies.gzip(blocks) if o.compress else blocks))
    app.out.line(o.plugin)


@options
class EnableOptions(Options):
    plugin: str = argument("PLUGIN", sources="disabled-plugins")
    timeout: int = flag("--timeout", default=30, help="Seconds to wait for the plugin to respond")


@command("plugin enable", EnableOptions, "Enable a plugin")
def enable(app: App, o: EnableOptions) -> None:
    if o.timeout < 0:
        raise Failure(f"negative timeout {o.timeout} is invalid")
    app.engine.read(plugins.enable_plugin(o.plugin, o.timeout))
    app.out.line(o.plugin)


@options
class DisableOptions(Options):
    plugin: str = argument("PLUGIN", sources="enabled-plugins")
    force: bool = flag("-f", "--force", help="Force disabling of a plugin in use")


@command("plugin disable", DisableOptions, "Disable a plugin")
def disable(app: App, o: DisableOptions) -> None:
    app.engine.read(plugins.disable_plugin(o.plugin, o.force))
    app.out.line(o.plugin)


@options
class RemoveOptions(Options):
    plugins: tuple[str, ...] = argument("PLUGIN [PLUGIN...]", sources="plugins")
    force: bool = flag("-f", "--force", help="Force removal of an enabled plugin")


@command("plugin rm", RemoveOptions, "Remove one or more plugins", aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    each_name(app, o.plugins, lambda name: app.engine.read(plugins.remove_plugin(name, o.force)))


@options
class SetOptions(Options):
    plugin: str = argument("PLUGIN", sources="disabled-plugins")
    settings: tuple[str, ...] = argument("KEY=VALUE [KEY=VALUE...]")


@command("plugin set", SetOptions, "Change the settings of a plugin")
def configure(app: App, o: SetOptions) -> None:
    app.engine.read(plugins.set_plugin(o.plugin, o.settings))
