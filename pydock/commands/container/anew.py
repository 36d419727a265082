"""The body that makes a container anew, with changes: what was said of it, and what the flags say now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pydock.api.request import Version
from pydock.commands.container.body import Read, create_body
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.container.networking import endpoint
from pydock.commands.container.own import Own, filled
from pydock.flags.networks import Attachment
from pydock.flags.pairs import from_environment
from pydock.shape import Json
from pydock.values import record, replace

if TYPE_CHECKING:
    from pydock.api.types import CreateContainer

#: the API version since which `create` takes several networks
SEVERAL: Version = (1, 44)
#: flags of `run` that change a container: field -> the part of the body that it fills, and the key there
SINGLE = {
    "restart": ("HostConfig", "RestartPolicy"), "memory": ("HostConfig", "Memory"), "cpus": ("HostConfig", "NanoCpus"), "user": ("Config", "User"),
    "workdir": ("Config", "WorkingDir"), "hostname": ("Config", "Hostname"),
}  # fmt: skip
#: all of them
CHANGES = ("env", "env_file", "label", "network", "publish", "volume", *SINGLE)


@record
class Anew:
    """body: of POST /containers/create; later: networks to connect it to then; parted: whether to leave the first one."""

    body: CreateContainer
    later: tuple[Attachment, ...]
    parted: bool


def changed(o: Own, changes: CreateOptions, environ: Mapping[str, str], read: Read, cwd: str) -> Own:
    """What is to be said. Variables, labels and volumes are added, and take the place of those of the same name or target;
    ports, and all else, take the place of what there was.

    Raises ValueError, Failure."""
    env = tuple(from_environment(changes.env, environ))
    body: Any = create_body(replace(changes, env=env), cwd, environ, read)
    given, asked, host = changes.given, body["HostConfig"], dict(o.host)
    config = {
        **o.config, "Env": with_variables(o.config.get("Env") or (), body.get("Env") or ()),
        "Labels": {**(o.config.get("Labels") or {}), **(body.get("Labels") or {})},
    }  # fmt: skip
    if "publish" in given:
        exposed: Json = {
            p: {} for p in o.config.get("ExposedPorts") or () if p not in (o.host.get("PortBindings") or ())
        }
        config["ExposedPorts"], host["PortBindings"] = {**exposed, **body["ExposedPorts"]}, asked["PortBindings"]
    if "network" in given:
        config.pop("MacAddress", None)
        host["Links"] = []
        o = replace(o, network=changes.network[0], others=changes.network[1:], parted=False)
    volumes = dict(o.volumes)
    if "volume" in given:
        fresh, places = list(asked["Binds"] or ()), {*map(place, asked["Binds"] or ()), *(body["Volumes"] or ())}
        host["Binds"] = [*(b for b in o.host.get("Binds") or () if place(b) not in places), *fresh]
        host["Mounts"] = [m for m in o.host.get("Mounts") or () if m.get("Target") not in places]
        kept = {p: v for p, v in (o.config.get("Volumes") or {}).items() if p not in places}
        config["Volumes"] = {**kept, **(body["Volumes"] or {})}
        volumes = {p: name for p, name in volumes.items() if p not in places}
    for field, (part, key) in SINGLE.items():
        if field in given and part == "Config":
            config[key] = body[key]
        elif field in given:
            host[key] = asked[key]
    return replace(o, config=filled(config), host=filled(host), volumes=volumes, image=changes.image or o.image)


def place(bind: str) -> str:
    """Where in the container a bind is mounted."""
    return f"{bind}:".split(":")[1]


def with_variables(before: Iterable[str], now: Iterable[str]) -> list[str]:
    """Each variable once, where it was first, with its last value."""
    return list({text.partition("=")[0]: text for text in (*before, *now)}.values())


def reattached(o: Own) -> Own:
    """Its anonymous volumes are mounted again, by their names."""
    mounts = [named(mount, o.volumes) for mount in o.host.get("Mounts") or ()]
    places = {mount.get("Target") for mount in mounts}
    binds = [f"{name}:{where}" for where, name in o.volumes.items() if where not in places]
    host = {**o.host, "Binds": [*(o.host.get("Binds") or ()), *binds], "Mounts": mounts}
    anonymous = {p: v for p, v in (o.config.get("Volumes") or {}).items() if p not in o.volumes}
    return replace(o, config=filled({**o.config, "Volumes": anonymous}), host=filled(host))


def named(mount: Json, volumes: Mapping[str, str]) -> Json:
    """A mount of an anonymous volume, by the volume's name."""
    name = volumes.get(mount.get("Target") or "")
    return {**mount, "Source": name} if name and mount.get("Type") == "volume" and not mount.get("Source") else mount


def anew(o: Own, version: Version) -> Anew:
    """Raises ValueError."""
    joined = o.others if version >= SEVERAL and o.network.user_defined else ()
    networks = {n.target: endpoint(n) for n in (o.network, *joined)}
    if len(networks) == 1 and networks[o.network.target] == endpoint(Attachment("any")):
        # left to the engine, as `create` does
        networks = {}
    host = {**o.host, "NetworkMode": o.network.target}
    body = {**o.config, "Image": o.image, "HostConfig": host, "NetworkingConfig": {"EndpointsConfig": networks}}
    return Anew(cast("CreateContainer", body), () if joined else o.others, o.parted)
