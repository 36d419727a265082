"""Completion sources for flag values and arguments: words, files, or names from the engine.

A declaration names its sources, separated by spaces: those in SOURCES and words.WORDS are looked up; any other is a
candidate itself. After a "," they are for each part of a list ("ID,Names").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydock.app import App
from pydock.cli.words import (
    ALL_MOUNTS,
    CONTINUED,
    FILTERS,
    KEYED,
    LOG_OPTIONS,
    NETWORK_OPTIONS,
    PARTS,
    WORDS,
    log_options,
    signals,
)
from pydock.errors import Failure, NoEngine

#: bits of cobra's directive
FILES, NO_SPACE, NO_FILES, FOLDERS = 0, 2, 4, 16

#: (word, description)
Candidate = tuple[str, str]
#: without one where there is none
Named = str | Candidate


class Query:
    """The position of the word to complete. path: of the command; words: the arguments before it; flags: long name ->
    given values; fields: those of what the command prints, for templates (see FlagSpec).
    """

    def __init__(
        self, app: App, path: str, words: Sequence[str], flags: Mapping[str, list[str]], current: str,
        fields: Callable[[str, str], Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self.app, self.path, self.words, self.flags, self.current = app, path, words, flags, current
        self.fields = fields

    def at(self, current: str) -> Query:
        return Query(self.app, self.path, self.words, self.flags, current, self.fields)

    def flag(self, name: str) -> str:
        """The last value of a flag; "" if it is not given."""
        return self.flags.get(name, [""])[-1]


#: what a source gives
Source = Callable[[Query], Sequence[Named]]


def answer(query: Query, sources: str) -> tuple[list[Candidate], int]:
    """(candidates, directive: what the shell offers if none of them matches)."""
    if sources.startswith(","):
        return of_list(query, sources[1:])
    names = sources.split()
    if "{{" in query.current and query.fields is not None and names[0] in ("json", "formats"):
        return templates(query, query.fields), NO_FILES
    dynamic = [name for name in names if any(name in table for table in (SOURCES, WORDS, CONTINUED, KEYED, PARTS))]
    found = [c for name in names for c in candidates(query, name)]
    directive = FOLDERS if "folders" in names else FILES if takes_files(query, names) else NO_FILES
    # a name of several kinds stands there once: shells would put the beginning of its descriptions into the line
    found = list({name: (name, about) for name, about in reversed(found)}.values())[::-1]
    return (sorted(found) if dynamic else found), directive


def templates(query: Query, fields: Callable[[str, str], Mapping[str, str]]) -> list[Candidate]:
    from pydock.cli.fields import of_template

    return of_template(query.current, lambda path: fields(path, query.flag("type")))


def of_list(query: Query, sources: str) -> tuple[list[Candidate], int]:
    """Candidates for the last part of a list, without those that it has already."""
    before, comma, part = query.current.rpartition(",")
    found, directive = answer(query.at(part), sources)
    taken = before.split(",")
    return [(before + comma + name, about) for name, about in found if name not in taken], directive


def takes_files(query: Query, names: Iterable[str]) -> bool:
    return (
        "files" in names
        or ("copies" in names and not container_of(query))
        or ("binds" in names and query.current.startswith(("/", ".", "~")))
    )


def candidates(query: Query, name: str) -> list[Candidate]:
    """The candidates of one source."""
    if name in SOURCES:
        return pairs_of(SOURCES[name](query))
    if name in KEYED:
        return pairs_of(keyed(query, KEYED[name]))
    if name in PARTS:
        return pairs_of(parts(query, name))
    if name in WORDS:
        return [(word, "") for word in WORDS[name].split()]
    if name in CONTINUED:
        return continued(query, name, CONTINUED[name])
    return [] if name in ("files", "folders") else [(name, "")]


def pairs_of(found: Iterable[Named]) -> list[Candidate]:
    return [c if isinstance(c, tuple) else (c, "") for c in found]


def continued(query: Query, begin: str, sources: str) -> list[Candidate]:
    """A prefix, or, once it is typed, the prefix with its possible rests."""
    if not query.current.startswith(begin):
        return [(begin, "")]
    rests, _ = answer(query.at(query.current.removeprefix(begin)), sources)
    return [(begin + name, about) for name, about in rests]


def ending(found: Iterable[Candidate], end: str) -> list[Named]:
    return [(name + end, about) for name, about in found]


def filters(query: Query) -> list[Named]:
    """Candidates for --filter: KEY=, or KEY=VALUE once the key is typed."""
    # where a command has no filters of its own, it selects by those of the list
    return keyed(query, FILTERS.get(query.path) or FILTERS.get(f"{query.path.rpartition(' ')[0]} ls", {}))


def keyed(query: Query, keys: Mapping[str, str]) -> list[Named]:
    """KEY=, or KEY=VALUE once the key is typed."""
    return [c for key, sources in keys.items() for c in continued(query, key, sources)]


def parts(query: Query, name: str) -> list[Named]:
    """The parts of a list KEY=VALUE,KEY=VALUE, one after another. What a type decides comes after it."""
    before, comma, part = query.current.rpartition(",")
    typed = dict(word.partition("=")[::2] for word in before.split(","))
    keys = PARTS[name]
    if "type" in typed:
        keys = {**PARTS.get(f"{name} {typed['type']}", {}), **(ALL_MOUNTS if name == "mounts" else {})} or keys
    keys = {k: v for k, v in keys.items() if k.rstrip("=") not in typed or k.endswith("-opt=")}
    # the kinds are few, and come first: shown without "type=" being typed
    kinds = [f"type={kind}" + "," * (f"{name} {kind}" in PARTS) for kind in keys.pop("type=", "").split()]
    return [(before + comma + word, about) for word, about in pairs_of([*kinds, *keyed(query.at(part), keys)])]


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


def several(*texts: str | None) -> str:
    """A description of those parts that are known."""
    return ", ".join(text for text in texts if text)


def container_of(query: Query) -> str:
    """The container of "NAME:PATH"; "" where the word is a path of this host, or a name that is being typed."""
    name, colon, _ = query.current.partition(":")
    return name if colon and not name.startswith(("/", ".", "~")) else ""


def copies(query: Query) -> list[Candidate]:
    """For cp: containers, and after "NAME:" the paths in it."""
    name = container_of(query)
    if not name:
        return pairs_of(ending(containers(query), ":"))
    from pydock.cli.paths import in_container

    return [(f"{name}:{path}", "") for path in in_container(query.app, name, query.current[len(name) + 1 :])]


def removable(query: Query) -> list[Candidate]:
    """Containers that rm can remove: running ones only with --force."""
    return (
        containers(query)
        if "force" in query.flags or "link" in query.flags
        else containers(query, "exited", "created", "dead")
    )


def images(query: Query) -> list[Candidate]:
    """The names of images, those with the tag "latest" also without it; described by the ID."""
    from pydock.api.images import list_images

    tags = [
        (tag, image["Id"].rpartition(":")[2][:12])
        for image in query.app.engine.json(list_images()) or []
        for tag in image.get("RepoTags") or []
        if not tag.startswith("<none>")
    ]
    return [(name, about) for tag, about in tags for name in dict.fromkeys((tag, tag.removesuffix(":latest")))]


def networks(query: Query) -> list[Candidate]:
    from pydock.api.networks import list_networks

    found = query.app.engine.json(list_networks()) or []
    return [(n["Name"], several(n.get("Driver"), n.get("Scope"))) for n in found]


def volumes(query: Query) -> list[Candidate]:
    from pydock.api.volumes import list_volumes

    found = (query.app.engine.json(list_volumes()) or {}).get("Volumes") or []
    return [(v["Name"], v.get("Driver") or "") for v in found]


def plugins(query: Query) -> list[Candidate]:
    from pydock.api.plugins import list_plugins

    found = query.app.engine.json(list_plugins({})) or []
    return [(p["Name"], (p.get("Config") or {}).get("Description") or "") for p in found]


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


#: names in a Dockerfile: stages and arguments
STAGE = re.compile(r"^\s*FROM\s.*\sAS\s+(\S+)", re.IGNORECASE | re.MULTILINE)
ARGUMENT = re.compile(r"^\s*ARG\s+(\w+)", re.IGNORECASE | re.MULTILINE)


def in_dockerfile(query: Query, pattern: re.Pattern[str]) -> list[str]:
    """Names in the Dockerfile of a build: that of --file, or of the build context, by default the current
    directory.
    """
    path = query.flag("file") or "/".join([*query.words[:1], "Dockerfile"])
    return pattern.findall(query.app.files.read(path).decode("utf-8", "replace")) if path != "-" else []


def registries(query: Query) -> list[str]:
    """Registries with stored credentials."""
    return [name for name in query.app.config.mapping("auths") if name]


def endpoints(query: Query) -> list[Candidate]:
    """Paths of the API, with the names of objects in them, of the method that comes before."""
    from pydock.cli.paths import of_api

    method = query.words[0].upper() if query.words else ""
    return of_api(method, query.current, lambda source, part: candidates(query.at(part), source))


def contexts(query: Query) -> list[Named]:
    """The contexts, with their own descriptions, or the addresses of their engines."""
    stored = query.app.contexts.stored
    out: list[Named] = [("default", "The engine of DOCKER_HOST, or that of this machine")]
    for name in stored.names():
        try:
            meta = stored.load(name)
        except ValueError:
            meta = {}
        host = ((meta.get("Endpoints") or {}).get("docker") or {}).get("Host")
        out.append((name, (meta.get("Metadata") or {}).get("Description") or host or ""))
    return out


SOURCES: dict[str, Source] = {
    "containers": containers,
    "running": lambda q: containers(q, every=False),
    "unpaused": lambda q: containers(q, every=False, but="paused"),
    "stopped": lambda q: containers(q, "exited", "created"),
    "paused": lambda q: containers(q, "paused", every=False),
    "removable": removable,
    "links": lambda q: ending(containers(q), ":"),
    "link-names": lambda q: [n.lstrip("/") for c in listed(q) for n in c.get("Names") or [] if "/" in n.lstrip("/")],
    "copies": copies,
    "images": images,
    "networks": networks,
    "volumes": volumes,
    "binds": lambda q: ending(volumes(q), ":") if not q.current.startswith(("/", ".", "~")) else [],
    "plugins": plugins,
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
    "own-engines": lambda q: q.app.own_engines.names(),
    "contexts": contexts,
    "environment": lambda q: sorted(q.app.environ),
    "registries": registries,
    "filters": filters,
    "endpoints": endpoints,
    "signals": lambda q: signals(q.current),
    "log-drivers": lambda q: drivers(q, "Log", LOG_OPTIONS),
    "network-options": lambda q: keyed(q, NETWORK_OPTIONS.get(q.flag("driver") or "bridge", {})),
    "ports": ports,
    "log-options": lambda q: log_options(q.flag("log-driver")),
    "network-drivers": lambda q: drivers(q, "Network", ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")),
    "volume-drivers": lambda q: drivers(q, "Volume", ("local",)),
    "runtimes": lambda q: sorted(engine_info(q).get("Runtimes") or ()),
    "stages": lambda q: in_dockerfile(q, STAGE),
    "build-arguments": lambda q: [f"{name}=" for name in in_dockerfile(q, ARGUMENT)],
}
