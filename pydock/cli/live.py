"""Completion sources: the names of what the engine has, each with a few words about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pydock.cli.query import Candidate, Named, Query, Source, ending, several
from pydock.cli.words import LOG_OPTIONS, OF_SERVICE
from pydock.errors import Failure, NoEngine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def listed(query: Query, every: bool = True) -> list[Any]:
    """Containers: all, or only running ones."""
    from pydock.api.containers import list_containers

    return query.app.engine.json(list_containers(all=every)) or []


def containers(query: Query, *states: str, every: bool = True, but: str = "") -> list[Candidate]:
    """The names of containers, in the given states, or in any state except `but`; with their IDs if
    DOCKER_COMPLETION_SHOW_CONTAINER_IDS is set.
    """
    with_ids = query.app.environ.get("DOCKER_COMPLETION_SHOW_CONTAINER_IDS") == "yes"
    out: list[Candidate] = []
    for container in listed(query, every):
        state = container.get("State")
        if state != but and (not states or state in states):
            about = several(container.get("Image"), container.get("Status"))
            out += [(n.lstrip("/"), about) for n in container.get("Names") or [] if "/" not in n.lstrip("/")]
            out += [(container["Id"][:12], about)] if with_ids else []
    return out


def removable(query: Query) -> list[Candidate]:
    """Containers that rm can remove: running ones only with --force."""
    return (
        containers(query)
        if "force" in query.flags or "link" in query.flags
        else containers(query, "exited", "created", "dead")
    )


def images_listed(query: Query) -> list[Any]:
    from pydock.api.images import list_images

    return query.app.engine.json(list_images()) or []


def images(query: Query) -> list[Candidate]:
    """The names of images, those with the tag "latest" also without it; described by the ID."""
    tags = [
        (tag, image["Id"].rpartition(":")[2][:12])
        for image in images_listed(query)
        for tag in image.get("RepoTags") or []
        if not tag.startswith("<none>")
    ]
    return [(name, about) for tag, about in tags for name in dict.fromkeys((tag, tag.removesuffix(":latest")))]


def networks_listed(query: Query) -> list[Any]:
    from pydock.api.networks import list_networks

    return query.app.engine.json(list_networks()) or []


def networks(query: Query) -> list[Candidate]:
    return [(n["Name"], several(n.get("Driver"), n.get("Scope"))) for n in networks_listed(query)]


def volumes_listed(query: Query) -> list[Any]:
    from pydock.api.volumes import list_volumes

    return (query.app.engine.json(list_volumes()) or {}).get("Volumes") or []


def volumes(query: Query) -> list[Candidate]:
    return [(v["Name"], v.get("Driver") or "") for v in volumes_listed(query)]


def labels(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """The labels of objects, each by its key, and with its value."""
    pairs = {pair for one in found for pair in (one.get("Labels") or {}).items()}
    return sorted({word for key, value in pairs for word in (key, f"{key}={value}")})


def plugins(query: Query, *states: bool) -> list[Candidate]:
    """All, or those that are enabled, or are not."""
    from pydock.api.plugins import list_plugins

    found = query.app.engine.json(list_plugins({})) or []
    return [
        (p["Name"], (p.get("Config") or {}).get("Description") or "")
        for p in found
        if not states or p.get("Enabled") in states
    ]


def checkpoints(query: Query) -> list[str]:
    from pydock.api.containers import list_checkpoints

    if not query.words:
        return []
    found = query.app.engine.json(list_checkpoints(query.words[0], query.flag("checkpoint-dir"))) or []
    return [c["Name"] for c in found]


def ports(query: Query) -> list[str]:
    """The ports of the container that comes before, "80/tcp"."""
    found = [
        c for c in listed(query) if f"/{query.words[0]}" in (c.get("Names") or ()) or c["Id"].startswith(query.words[0])
    ]
    return [
        f"{p['PrivatePort']}/{p.get('Type') or 'tcp'}"
        for c in found
        for p in c.get("Ports") or []
        if p.get("PublicPort")
    ]


def nodes(query: Query) -> list[Named]:
    """The host names of nodes, with their IDs if DOCKER_COMPLETION_SHOW_NODE_IDS is set, and "self"."""
    from pydock.api.nodes import list_nodes

    with_ids = query.app.environ.get("DOCKER_COMPLETION_SHOW_NODE_IDS") == "yes"
    out: list[Named] = [("self", "The node that is asked")]
    for node in query.app.engine.json(list_nodes({})) or []:
        spec = node.get("Spec") or {}
        about = several(spec.get("Role"), (node.get("Status") or {}).get("State"), spec.get("Availability"))
        out += [((node.get("Description") or {}).get("Hostname") or "", about)]
        out += [(node["ID"], about)] if with_ids else []
    return out


def services(query: Query) -> list[Candidate]:
    """The names of services, with their IDs if DOCKER_COMPLETION_SHOW_SERVICE_IDS is set; described by the image."""
    from pydock.api.services import list_services

    with_ids = query.app.environ.get("DOCKER_COMPLETION_SHOW_SERVICE_IDS") == "yes"
    out: list[Candidate] = []
    for service in query.app.engine.json(list_services()) or []:
        spec = service["Spec"]
        container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
        about = (container.get("Image") or "").partition("@")[0]
        out += [(spec.get("Name") or "", about)]
        out += [(service["ID"], about)] if with_ids else []
    return out


def of_service(path: str, query: Query) -> list[str]:
    """What the service that comes before has at that place of its specification: names, keys, targets of mounts."""
    from pydock.api.services import inspect_service

    found = query.app.engine.json(inspect_service(query.words[0]))["Spec"] if query.words else None
    for name in path.split("."):
        found = (found or {}).get(name)
    words = [(each.get("Name") or each.get("Target") or "") if isinstance(each, dict) else each for each in found or ()]
    return [word.partition("=")[0] for word in words] if path.endswith("Env") else words


def labels_of_node(query: Query) -> list[str]:
    from pydock.api.nodes import inspect_node

    found = query.app.engine.json(inspect_node(query.words[0])) if query.words else {}
    return list((found.get("Spec") or {}).get("Labels") or ())


def stacks(query: Query) -> list[str]:
    """The stacks that have services."""
    from pydock.api.services import list_services

    label = "com.docker.stack.namespace"
    found = query.app.engine.json(list_services(filters={"label": {label: True}})) or []
    return [(service["Spec"].get("Labels") or {}).get(label) or "" for service in found]


def tasks(query: Query) -> list[str]:
    from pydock.api.tasks import list_tasks

    return [task["ID"] for task in query.app.engine.json(list_tasks()) or []]


def secrets(query: Query) -> list[str]:
    from pydock.api.secrets import list_secrets

    return _names(query.app.engine.json(list_secrets({})))


def configs(query: Query) -> list[str]:
    from pydock.api.configs import list_configs

    return _names(query.app.engine.json(list_configs({})))


def _names(found: Iterable[Any] | None) -> list[str]:
    """The names of objects of a swarm."""
    return [one["Spec"].get("Name") or "" for one in found or ()]


def engine_info(query: Query) -> Any:
    """The engine's system information; empty if it does not answer."""
    from pydock.api.system import info

    try:
        return query.app.engine.json(info()) or {}
    except (Failure, NoEngine):
        return {}


def drivers(query: Query, kind: str, known: Iterable[str]) -> list[str]:
    """The engine's drivers, or docker's built-in ones."""
    return (engine_info(query).get("Plugins") or {}).get(kind) or list(known)


def daemons(query: Query) -> list[str]:
    info = engine_info(query)
    return [info[key] for key in ("ID", "Name") if info.get(key)]


def objects(query: Query) -> Sequence[Named]:
    """For inspect: names of all kinds, or of the kind of --type."""
    kinds: dict[str, Source] = {
        "container": containers, "image": images, "network": networks, "volume": volumes, "plugin": plugins, "node": nodes,
        "service": services, "task": tasks, "secret": secrets, "config": configs,
    }  # fmt: skip
    kind = query.flag("type")
    if kind:
        return kinds[kind](query) if kind in kinds else []
    return [name for kind in ("container", "image", "network", "volume") for name in kinds[kind](query)]


#: name of a source -> its candidates
LIVE: dict[str, Source] = {
    "containers": containers,
    "running": lambda q: containers(q, every=False),
    "unpaused": lambda q: containers(q, every=False, but="paused"),
    "stopped": lambda q: containers(q, "exited", "created"),
    "paused": lambda q: containers(q, "paused", every=False),
    "removable": removable,
    "links": lambda q: ending(containers(q), ":"),
    "link-names": lambda q: [n.lstrip("/") for c in listed(q) for n in c.get("Names") or [] if "/" in n.lstrip("/")],
    "images": images,
    "networks": networks,
    "volumes": volumes,
    "plugins": plugins,
    "enabled-plugins": lambda q: plugins(q, True),
    "disabled-plugins": lambda q: plugins(q, False),
    "container-labels": lambda q: labels(listed(q)),
    "image-labels": lambda q: labels(images_listed(q)),
    "network-labels": lambda q: labels(networks_listed(q)),
    "volume-labels": lambda q: labels(volumes_listed(q)),
    "node-labels": labels_of_node,
    **{name: partial(of_service, path) for name, path in OF_SERVICE.items()},
    "nodes": nodes,
    "services": services,
    "scales": lambda q: ending(services(q), "="),
    "stacks": stacks,
    "tasks": tasks,
    "secrets": secrets,
    "configs": configs,
    "checkpoints": checkpoints,
    "objects": objects,
    "daemons": daemons,
    "log-drivers": lambda q: drivers(q, "Log", LOG_OPTIONS),
    "ports": ports,
    "network-drivers": lambda q: drivers(q, "Network", ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")),
    "volume-drivers": lambda q: drivers(q, "Volume", ("local",)),
    "runtimes": lambda q: sorted(engine_info(q).get("Runtimes") or ()),
}
