"""`info`: system-wide information about client and server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydock.api import system
from pydock.commands.inspect import speaks_newer
from pydock.commands.shared import InspectOptions, go_fields, json_flag
from pydock.commands.version import client_info
from pydock.errors import Failure, Failures, Unreachable
from pydock.go.kinds import GoStruct
from pydock.go.template.execute import ExecError, ParseError, Template
from pydock.options import command, options
from pydock.render.human import bytes_size, duration
from pydock.render.sourced import sourced
from pydock.shape import Json
from pydock.views.gotypes import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App

#: a field in a template
FIELD = re.compile(r"\.[a-zA-Z]")


def described_fields(kind: str) -> dict[str, str]:
    from pydock.views import paths

    return paths.described_fields(kind)


@options
class InfoOptions(InspectOptions):
    """`info [OPTIONS]`."""

    json: str = json_flag(
        lambda: described_fields("system.dockerInfo"), "an object", lambda path, _: go_fields("system.dockerInfo", path)
    )


@command("system info", InfoOptions, "Show system-wide information", also=("info",), top=12, reads=True)
def info(app: App, o: InfoOptions) -> None:
    plugins = [p.describe() for p in app.plugins.all(())]
    client = {"Debug": app.globals.debug, **client_info(app), "Plugins": plugins, "Warnings": None}
    server: Json = {}
    failures: list[Failure] = []
    errors: list[str] = []
    if not o.format or needs_engine(o.format, client):
        try:
            server = app.engine.json(system.info())
        except Unreachable as failure:
            failures.append(failure)
        except Failure as failure:
            # an engine that answers with an error: the error is part of the output
            errors.append(failure.message)
    try:
        if o.json or o.jq:
            from pydock.commands.typed import print_fields

            whole = {**server, "ServerErrors": errors, "ClientInfo": client}
            print_fields(app, o, whole, "system.dockerInfo", speaks_newer(app))
            if errors:
                raise Failure("\n".join(errors))
        elif o.format:
            for error in errors:
                app.err.line(error)
            print_template(app, o.format, {**server, "ServerErrors": errors or None, "ClientInfo": client})
        else:
            print_info(app, server, client, errors)
    except Failure as failure:
        failures.append(failure)
    if failures:
        raise Failures(failures)


def print_info(app: App, server: Json, client: Json, errors: list[str]) -> None:
    """Raises Failure if there are `errors`."""
    app.out.write("Client:\n" + "".join(f"{line}\n" for line in client_lines(client)) + "\nServer:\n")
    lines = (
        [
            *server_lines(server, app.globals.debug, app.credentials.hub_user),
            *(newer_lines(server) if speaks_newer(app) else ()),
            "",
        ]
        if server
        else []
    )
    app.out.write("".join(f"{line}\n" for line in lines))
    bad = [f'WARNING: Plugin "{p["Path"]}" is not valid: {p["Err"]}' for p in client["Plugins"] if "Err" in p]
    for text in (*bad, *warnings(server), *(f"ERROR: {error}" for error in errors)):
        app.err.line(text)
    if errors:
        raise Failure("errors pretty printing info")


def template_of(text: str) -> Template:
    """The template of --format. Raises ParseError."""
    return Template("{{json .}}" if text == "json" else text)


def needs_engine(form: str, client: Json) -> bool:
    """False for a template with fields that can be executed with the client's information alone."""
    if not FIELD.search(form):
        return True
    try:
        template_of(form).execute(
            GoStruct(
                "system.sparseInfo",
                {"ClientInfo": decode("*system.clientInfo", client), "ClientErrors": decode("[]string", None)},
            )
        )
    except (ParseError, ExecError):
        return True
    return False


def print_template(app: App, form: str, server: Json) -> None:
    """Raises Failure; with exit code 64 for an invalid template."""
    try:
        found = sourced(decode("system.dockerInfo", server, speaks_newer(app)), app.out.source)
        app.out.formatted(template_of(form).execute(found))
    except ParseError as error:
        raise Failure(f"template parsing error: {error}", 64) from None
    except ExecError as error:
        app.out.formatted(error.partial)
        raise Failure(str(error)) from None


def client_lines(client: Json) -> list[str]:
    """The client's section, line by line."""
    lines = [
        f" Version:    {client['Version']}",
        f" Context:    {client['Context']}",
        f" Debug Mode: {go_bool(client['Debug'])}",
    ]
    plugins = client["Plugins"]
    for plugin in plugins:
        if "Err" not in plugin:
            version = [f"    Version:  {plugin['Version']}"] if plugin.get("Version") else []
            lines += [
                f"  {plugin['Name']}: {plugin.get('ShortDescription', '')} ({plugin['Vendor']})",
                *version,
                f"    Path:     {plugin['Path']}",
            ]
    if plugins:
        lines.insert(3, " Plugins:")
    return lines


def go_bool(value: object) -> str:
    return "true" if value else "false"


def rows(server: Json, *pairs: tuple[str, str]) -> Iterator[str]:
    """ " Title: value" for each (title, key) with a value."""
    for title, key in pairs:
        if server.get(key):
            yield f" {title}: {server[key]}"


def pairs(found: list[list[str]] | None, indent: str) -> Iterator[str]:
    """One line for each [name, value]; Go reads them into arrays of two, so a missing one is empty."""
    for name, value, *_ in ([*pair, "", ""] for pair in found or []):
        yield f"{indent}{name}: {value}"


def server_lines(server: Json, debug: bool, user: str) -> Iterator[str]:
    """The server's section, line by line."""
    yield from count_lines(server)
    yield from driver_lines(server)
    yield from listed(" CDI spec directories:", server.get("CDISpecDirs"))
    yield f" Swarm: {(server.get('Swarm') or {}).get('LocalNodeState', '')}"
    yield from swarm_lines(server.get("Swarm") or {})
    if server.get("Runtimes"):
        yield f" Runtimes: {' '.join(sorted(server['Runtimes']))}"
        yield f" Default Runtime: {server.get('DefaultRuntime', '')}"
    yield from system_lines(server)
    yield from host_lines(server)
    yield from daemon_lines(server, debug, user)


def count_lines(server: Json) -> Iterator[str]:
    yield f" Containers: {server.get('Containers', 0)}"
    for state in ("Running", "Paused", "Stopped"):
        yield f"  {state}: {server.get(f'Containers{state}', 0)}"
    yield f" Images: {server.get('Images', 0)}"


def driver_lines(server: Json) -> Iterator[str]:
    """The drivers of storage, logs and cgroups, and the plugins."""
    yield from rows(server, ("Server Version", "ServerVersion"), ("Storage Driver", "Driver"))
    yield from pairs(server.get("DriverStatus"), "  ")
    yield from pairs(server.get("SystemStatus"), " ")
    yield from rows(
        server,
        ("Logging Driver", "LoggingDriver"),
        ("Cgroup Driver", "CgroupDriver"),
        ("Cgroup Version", "CgroupVersion"),
    )
    plugins = server.get("Plugins") or {}
    yield " Plugins:"
    for kind in ("Volume", "Network", "Authorization", "Log"):
        if kind != "Authorization" or plugins.get(kind):
            yield f"  {kind}: {' '.join(plugins.get(kind) or [])}"


def host_lines(server: Json) -> Iterator[str]:
    """The system that the daemon runs on."""
    yield from rows(
        server,
        ("Kernel Version", "KernelVersion"),
        ("Operating System", "OperatingSystem"),
        ("OSType", "OSType"),
        ("Architecture", "Architecture"),
    )
    yield f" CPUs: {server.get('NCPU', 0)}"
    yield f" Total Memory: {bytes_size(float(server.get('MemTotal') or 0))}"
    yield from rows(server, ("Name", "Name"), ("ID", "ID"))


def daemon_lines(server: Json, debug: bool, user: str) -> Iterator[str]:
    """The daemon's own settings, and the user's name at Docker Hub."""
    yield f" Docker Root Dir: {server.get('DockerRootDir', '')}"
    yield f" Debug Mode: {go_bool(server.get('Debug'))}"
    if server.get("Debug") or debug:
        for title, key in (
            ("File Descriptors", "NFd"),
            ("Goroutines", "NGoroutines"),
            ("System Time", "SystemTime"),
            ("EventsListeners", "NEventsListener"),
        ):
            yield f"  {title}: {server.get(key, 0)}"
    yield from rows(server, ("HTTP Proxy", "HttpProxy"), ("HTTPS Proxy", "HttpsProxy"), ("No Proxy", "NoProxy"))
    if user:
        yield f" Username: {user}"
    yield from listed(" Labels:", server.get("Labels"))
    yield f" Experimental: {go_bool(server.get('ExperimentalBuild'))}"
    yield from registry_lines(server.get("RegistryConfig") or {})
    yield f" Live Restore Enabled: {go_bool(server.get('LiveRestoreEnabled'))}"
    yield from rows(server, ("Product License", "ProductLicense"))
    pools = [f" Base: {p['Base']}, Size: {p['Size']}" for p in server.get("DefaultAddressPools") or []]
    yield from listed(" Default Address Pools:", pools)


def newer_lines(server: Json) -> Iterator[str]:
    """Additional lines for engines with API 1.52 and later."""
    firewall, nri = server.get("FirewallBackend"), server.get("NRI")
    if firewall:
        yield f" Firewall Backend: {firewall.get('Driver', '')}"
        yield from pairs(firewall.get("Info"), "  ")
    if nri is not None:
        yield " NRI:"
        yield from pairs(nri.get("Info"), "  ")


def listed(title: str, values: list[str] | None) -> Iterator[str]:
    """A title with its values below; nothing without values."""
    if values:
        yield title
        yield from (f"  {v}" for v in values)


def system_lines(server: Json) -> Iterator[str]:
    """Lines that depend on the engine's operating system."""
    if server.get("OSType") == "windows":
        yield f" Default Isolation: {server.get('Isolation', '')}"
    if server.get("OSType") != "linux":
        return
    yield f" Init Binary: {server.get('InitBinary', '')}"
    for title, key in (("containerd", "ContainerdCommit"), ("runc", "RuncCommit"), ("init", "InitCommit")):
        yield f" {title} version: {(server.get(key) or {}).get('ID', '')}"
    if server.get("SecurityOptions"):
        yield " Security Options:"
        for option in server["SecurityOptions"]:
            words = [word.partition("=") for word in option.split(",")]
            # engines before API 1.25 send the bare name
            yield "  " + next((v for k, equals, v in words if k == "name" and equals), option)
            yield from (f"   Profile: {v}" for k, _, v in words if k == "profile")


def registry_lines(config: Json) -> Iterator[str]:
    indexes, ranges = config.get("IndexConfigs") or {}, config.get("InsecureRegistryCIDRs") or []
    if indexes or ranges:
        yield " Insecure Registries:"
        yield from (f"  {index['Name']}" for index in indexes.values() if not index.get("Secure"))
        yield from (f"  {cidr}" for cidr in ranges)
    yield from listed(" Registry Mirrors:", config.get("Mirrors"))


def swarm_lines(swarm: Json) -> Iterator[str]:
    """The swarm's section, for an active node."""
    state = swarm.get("LocalNodeState", "")
    if state in ("", "inactive", "locked"):
        return
    yield f"  NodeID: {swarm.get('NodeID', '')}"
    if swarm.get("Error"):
        yield f"  Error: {swarm['Error']}"
    yield f"  Is Manager: {go_bool(swarm.get('ControlAvailable'))}"
    cluster = swarm.get("Cluster")
    if cluster and swarm.get("ControlAvailable") and not swarm.get("Error") and state != "error":
        yield f"  ClusterID: {cluster.get('ID', '')}"
        yield f"  Managers: {swarm.get('Managers', 0)}"
        yield f"  Nodes: {swarm.get('Nodes', 0)}"
        yield from cluster_lines(cluster)
    yield f"  Node Address: {swarm.get('NodeAddr', '')}"
    managers = sorted(manager["Addr"] for manager in swarm.get("RemoteManagers") or [])
    yield from (f" {line}" for line in listed(" Manager Addresses:", managers))


def cluster_lines(cluster: Json) -> Iterator[str]:
    """The settings of a cluster; durations are in nanoseconds."""
    spec = cluster.get("Spec") or {}
    raft, authority = spec.get("Raft") or {}, spec.get("CAConfig") or {}
    if cluster.get("DefaultAddrPool"):
        yield f"  Default Address Pool: {''.join(f'{p}  ' for p in cluster['DefaultAddrPool'])}"
        yield f"  SubnetSize: {cluster.get('SubnetSize', 0)}"
    if cluster.get("DataPathPort"):
        yield f"  Data Path Port: {cluster['DataPathPort']}"
    yield "  Orchestration:"
    yield f"   Task History Retention Limit: {(spec.get('Orchestration') or {}).get('TaskHistoryRetentionLimit') or 0}"
    yield "  Raft:"
    yield f"   Snapshot Interval: {raft.get('SnapshotInterval', 0)}"
    if raft.get("KeepOldSnapshots") is not None:
        yield f"   Number of Old Snapshots to Retain: {raft['KeepOldSnapshots']}"
    yield f"   Heartbeat Tick: {raft.get('HeartbeatTick', 0)}"
    yield f"   Election Tick: {raft.get('ElectionTick', 0)}"
    yield "  Dispatcher:"
    yield f"   Heartbeat Period: {duration(((spec.get('Dispatcher') or {}).get('HeartbeatPeriod') or 0) / 1e9)}"
    yield "  CA Configuration:"
    yield f"   Expiry Duration: {duration((authority.get('NodeCertExpiry') or 0) / 1e9)}"
    yield f"   Force Rotate: {authority.get('ForceRotate', 0)}"
    if (authority.get("SigningCACert") or "").strip():
        yield f"   Signing CA Certificate: \n{authority['SigningCACert'].strip()}\n"
    external = [f"  {ca['Protocol']}: {ca['URL']}" for ca in authority.get("ExternalCAs") or []]
    yield from (f" {line}" for line in listed("  External CAs:", external))
    yield f"  Autolock Managers: {go_bool((spec.get('EncryptionConfig') or {}).get('AutoLockManagers'))}"
    yield f"  Root Rotation In Progress: {go_bool(cluster.get('RootRotationInProgress'))}"


#: missing features of engines that do not send warnings themselves (before API 1.42)
LACKS = (
    ("MemoryLimit", "No memory limit support"), ("SwapLimit", "No swap limit support"), ("OomKillDisable", "No oom kill disable support"),
    ("CpuCfsQuota", "No cpu cfs quota support"), ("CpuCfsPeriod", "No cpu cfs period support"), ("CPUShares", "No cpu shares support"),
    ("CPUSet", "No cpuset support"), ("IPv4Forwarding", "IPv4 forwarding is disabled"),
)  # fmt: skip


def warnings(server: Json) -> list[str]:
    if server.get("Warnings") or not server or server.get("OSType") == "windows":
        return [str(w) for w in server.get("Warnings") or []]
    v2 = server.get("CgroupVersion") == "2"
    return [f"WARNING: {text}" for key, text in LACKS if not server.get(key) and not (key == "OomKillDisable" and v2)]
