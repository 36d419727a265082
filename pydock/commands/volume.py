"""`volume`: ls, create, rm, prune, update (inspect is in inspect.py; export, import and clone in volume_copies.py)."""

from __future__ import annotations

from pydock.api import volumes
from pydock.api.request import filters, without_empty
from pydock.api.swarm import version_of
from pydock.commands.shared import (
    FORMAT_HELP,
    PruneOptions,
    SelectOptions,
    driver_option_flag,
    each_name,
    filter_flag,
    jq_flag,
    json_flag,
    print_list,
    print_rows,
    prune_filters,
    prune_objects,
    speaks,
    targets,
)
from pydock.errors import Failure, failing
from pydock.flags import pairs, units
from pydock.options import Options, argument, command, flag, options
from pydock.render.format import Format
from pydock.render.human import natural
from pydock.shape import Json
from pydock.views.volumes import UsedVolumeView, VolumeView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pydock.api.types import AccessMode, ClusterVolumeSpec, CreateVolume
    from pydock.app import App


@options
class VolumeListOptions(Options):
    cluster: bool = flag("--cluster", since="1.42", help="Only show cluster volumes")
    filter: tuple[pairs.Pair, ...] = filter_flag("-f", "--filter")
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    json: str = json_flag(UsedVolumeView)
    jq: str = jq_flag()
    quiet: bool = flag("-q", "--quiet", help="Only show names")
    size: bool = flag("--size", own=True, help="Show the size of each volume")
    used_by: bool = flag("--used-by", own=True, help="Show the containers that have each volume")


@command("volume ls", VolumeListOptions, "List volumes", aliases=("list",), reads=True)
def ls(app: App, o: VolumeListOptions) -> None:
    found = (app.engine.json(volumes.list_volumes(filters=filters(o.filter))) or {}).get("Volumes") or []
    rows = [
        VolumeView(v)
        for v in sorted(found, key=lambda v: natural(v["Name"]))
        if v.get("ClusterVolume") or not o.cluster
    ]
    used_by = o.used_by or any(name.strip().partition(".")[0] == "UsedBy" for name in o.json.split(","))
    if (o.size or used_by) and not o.quiet and (not o.cluster or o.json or o.jq):
        from pydock.commands.volume_use import print_used

        print_used(app, o, rows, o.size, used_by)
    elif o.cluster:
        # --format is ignored here, as in docker
        form = Format("template", VolumeView.QUIET) if o.quiet else Format("table")
        print_rows(app, o, VolumeView, rows, form, VolumeView.CLUSTER)
    else:
        print_list(app, o, VolumeView, rows)


# -- create ----------------------------------------------------------------------------------------


def availability_flag() -> Any:
    return flag(
        "--availability",
        default="active",
        since="1.42",
        help="Cluster volume availability",
        sources="active pause drain",
    )


@options
class CreateOptions(Options):
    """`volume create`; the second half is for cluster volumes."""

    name: str | None = argument("[VOLUME]", default=None)
    driver: str = flag("-d", "--driver", default="local", help="Volume driver", sources="volume-drivers")
    label: tuple[str, ...] = flag("--label", parse=pairs.label, help="Volume metadata, KEY=VALUE")
    name_flag: str = flag("--name", hidden=True, help="Volume name")
    opt: tuple[pairs.Pair, ...] = driver_option_flag("volume-options")
    availability: str = availability_flag()
    group: str = flag("--group", since="1.42", help="Cluster volume group")
    limit_bytes: int = flag(
        "--limit-bytes",
        parse=units.ram_bytes,
        metavar="bytes",
        since="1.42",
        help="Maximum size of a cluster volume, in bytes",
    )
    required_bytes: int = flag(
        "--required-bytes",
        parse=units.ram_bytes,
        metavar="bytes",
        since="1.42",
        help="Minimum size of a cluster volume, in bytes",
    )
    scope: str = flag(
        "--scope",
        default="single",
        since="1.42",
        help="Cluster volume access scope",
        sources="single multi",
    )
    secret: tuple[pairs.Pair, ...] = flag(
        "--secret",
        parse=pairs.pair,
        many=True,
        metavar="map",
        since="1.42",
        help="Cluster volume secrets, KEY=SECRET",
    )
    sharing: str = flag(
        "--sharing",
        default="none",
        since="1.42",
        help="Cluster volume access sharing",
        sources="none readonly onewriter all",
    )
    topology_preferred: tuple[str, ...] = flag(
        "--topology-preferred", since="1.42", help="Preferred topology of a cluster volume"
    )
    topology_required: tuple[str, ...] = flag(
        "--topology-required", since="1.42", help="Required topology of a cluster volume"
    )
    type: str = flag("--type", default="block", since="1.42", help="Cluster volume access type", sources="mount block")


#: flags that make it a cluster volume; the other cluster flags only add settings
CLUSTER_FLAGS = frozenset("availability group limit_bytes required_bytes scope sharing type".split())


def topologies(texts: tuple[str, ...]) -> list[Json]:
    """Topologies: "KEY=VALUE,KEY=VALUE" each."""
    return [{"Segments": dict(pairs.pair(word) for word in text.split(","))} for text in texts]


def cluster_spec(o: CreateOptions) -> ClusterVolumeSpec:
    """The ClusterVolumeSpec."""
    types: dict[str, AccessMode] = {"mount": {"MountVolume": {}}, "block": {"BlockVolume": {}}}
    topology = {"Requisite": topologies(o.topology_required), "Preferred": topologies(o.topology_preferred)}
    secrets = [{"Key": k, "Secret": v} for k, v in sorted(dict(o.secret).items())]
    access: AccessMode = {"Scope": o.scope, "Sharing": o.sharing, **types.get(o.type, {})}
    spec: ClusterVolumeSpec = {
        "Group": o.group,
        "AccessMode": without_empty(access, ("Scope", "Sharing")),
        "AccessibilityRequirements": {k: v for k, v in topology.items() if v},
        "CapacityRange": {"RequiredBytes": max(o.required_bytes, 0), "LimitBytes": max(o.limit_bytes, 0)},
        "Secrets": secrets,
        "Availability": o.availability,
    }
    return without_empty(spec, ("Group", "Secrets", "Availability"))


def create_body(o: CreateOptions) -> CreateVolume:
    """The body of POST /volumes/create. Raises ValueError."""
    if o.name is not None and o.name_flag:
        raise ValueError(
            "conflicting options: cannot specify a volume-name through both --name and as a positional arg"
        )
    optional: CreateVolume = {
        "Driver": o.driver,
        "DriverOpts": dict(o.opt),
        "Labels": pairs.mapping(o.label),
        "Name": o.name or o.name_flag,
    }
    cluster: CreateVolume = {"ClusterVolumeSpec": cluster_spec(o)} if o.given & CLUSTER_FLAGS else {}
    return {**cluster, **without_empty(optional)}


@command("volume create", CreateOptions, "Create a volume")
def create(app: App, o: CreateOptions) -> None:
    with failing():
        body = create_body(o)
    app.out.line(app.engine.json(volumes.create_volume(body))["Name"])


# -- rm, prune, update -----------------------------------------------------------------------------


@options
class RemoveOptions(SelectOptions):
    volumes: tuple[str, ...] = argument("VOLUME [VOLUME...]", sources="volumes", unless=("filter", "all"))
    force: bool = flag("-f", "--force", since="1.25", help="Ignore volumes that do not exist")


@command("volume rm", RemoveOptions, "Remove one or more volumes", aliases=("remove",))
def remove(app: App, o: RemoveOptions) -> None:
    found = targets(app, o, o.volumes, "volume rm")
    each_name(app, found.names, lambda name: app.engine.read(volumes.remove_volume(name, o.force)))


@options
class VolumePruneOptions(PruneOptions):
    all: bool = flag("-a", "--all", since="1.42", help="Remove all unused volumes, including named ones")


@command("volume prune", VolumePruneOptions, "Remove unused volumes", since="1.25")
def prune(app: App, o: VolumePruneOptions) -> None:
    chosen = prune_filters(app, o.filter)
    if o.all:
        if "all" in chosen:
            raise Failure("conflicting options: cannot specify both --all and --filter all=1")
        chosen = dict(sorted({**chosen, "all": {"true": True}}.items()))
    # older engines remove named volumes too
    everything = o.all or not speaks(app, "1.42")
    if o.dry_run:
        from pydock.commands.preview import Preview, show

        show(app, [Preview(app, chosen).volumes(everything)], "volumes")
        return
    what = "all local volumes" if everything else "anonymous local volumes"
    unused = f"{what} not used by at least one container"
    prune_objects(app, o, unused, volumes.prune_volumes(chosen), "Volumes", lambda report: report.get("VolumesDeleted"))


@options
class UpdateOptions(Options):
    volume: str = argument("VOLUME", sources="volumes")
    availability: str = availability_flag()


@command("volume update", UpdateOptions, "Update a cluster volume", since="1.42", usage="[OPTIONS] [VOLUME]")
def update(app: App, o: UpdateOptions) -> None:
    volume = app.engine.json(volumes.inspect_volume(o.volume))
    cluster = volume.get("ClusterVolume")
    if not cluster:
        raise Failure("can only update cluster volumes")
    spec = {**(cluster.get("Spec") or {}), **({"Availability": o.availability} if "availability" in o.given else {})}
    spec = without_empty(spec, ("Availability",))
    app.engine.read(volumes.update_volume(cluster["ID"], version_of(cluster), spec))
