"""Compose files of version 3 as docker reads them: parsed, interpolated, checked, decoded, merged. Pure.

What docker does with the result: `stack config` writes it (`text_of`), `stack deploy` converts it (`conversion`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydock.compose import reader, schema, writer
from pydock.compose.decoding import decode
from pydock.compose.interpolation import interpolate
from pydock.compose.merging import merge_services
from pydock.compose.mounts import is_absolute_on_windows
from pydock.compose.rules import ignored_addresses
from pydock.compose.types import EXTENSIONS, FILE_OBJECT, NETWORK, SECTIONS, SERVICE, VOLUME, Type, mapped, written
from pydock.errors import Failure
from pydock.flags.pairs import key_value_lines, pair
from pydock.go.filepath import clean
from pydock.values import record

Section = dict[str, dict[str, Any]]


@record
class Surroundings:
    """folder: what relative paths begin at; environ: the values of variables; read: a file's bytes, or Failure; warn: told of
    each thing that is out of date."""

    folder: str
    environ: Mapping[str, str]
    read: Callable[[str], bytes]
    warn: Callable[[str], object]


@record
class ComposeFile:
    """One file as it was read: its name and its content, before variables are replaced."""

    name: str
    content: dict[str, Any]


@record
class Config:
    """All files as one. Each object is a dict of the fields that are set (see `types`); services may have "extensions"."""

    version: str
    services: Section
    networks: Section
    volumes: Section
    secrets: Section
    configs: Section
    extensions: dict[str, Any]


class Forbidden(ValueError):
    """A file has what docker does not allow; properties: each with its reason."""

    def __init__(self, properties: dict[str, str]) -> None:
        super().__init__("Configuration contains forbidden properties")
        self.properties = properties


#: what docker leaves out, and says so
UNSUPPORTED = (
    "build", "cgroupns_mode", "cgroup_parent", "devices", "domainname", "external_links", "ipc", "links", "mac_address",
    "network_mode", "pid", "privileged", "restart", "security_opt", "shm_size", "userns_mode",
)  # fmt: skip
#: what has no meaning any more, with docker's reason
DEPRECATED = {
    "container_name": "Setting the container name is not supported.",
    "expose": "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
}
_RESOURCES = "Set resource limits using deploy.resources"
#: what docker refuses, with its reason
FORBIDDEN = {
    "extends": "Support for `extends` is not implemented yet.",
    "volume_driver": (
        "Instead of setting the volume driver on the service, define a volume using the top-level `volumes` option and "
        "specify the driver there."
    ),
    "volumes_from": (
        "To share a volume between services, define it using the top-level `volumes` option and reference it from each "
        "service that shares it using the service-level `volumes` option."
    ),
    **dict.fromkeys(("cpu_quota", "cpu_shares", "cpuset", "mem_limit", "memswap_limit"), _RESOURCES),
}


def parse(name: str, data: bytes) -> ComposeFile:
    """A file. Raises ValueError."""
    content = reader.parse(data)
    if type(content) is not dict:
        raise ValueError("top-level object must be a mapping")
    return ComposeFile(name, content)


def load(files: list[ComposeFile], around: Surroundings, interpolated: bool = True) -> Config:
    """The files as one. Raises ValueError, Failure."""
    first = schema.version(files[0].content)
    loaded = []
    for file in files:
        content = file.content
        if first != (own := schema.version(content)):
            raise ValueError(f"version mismatched between two composefiles : {first} and {own}")
        if forbidden := used(FORBIDDEN, [file]):
            raise Forbidden({name: FORBIDDEN[name] for name in forbidden})
        if interpolated:
            content = interpolate(content, around.environ)
        # docker checks lists that are empty, and were not interpolated, as null
        schema.validate(content, first, empty_lists=interpolated)
        loaded.append((file.name, _sections(content, first, around)))
    config = loaded[0][1]
    for name, later in loaded[1:]:
        config = _merged(config, later, name)
    return config


def used(names: Iterable[str], files: Iterable[ComposeFile]) -> list[str]:
    """Which of the names some service of the files has."""
    found = {key for file in files for service in _services(file) if isinstance(service, dict) for key in service}
    return sorted(found.intersection(names))


def _services(file: ComposeFile) -> Iterable[Any]:
    services = file.content.get("services")
    return services.values() if isinstance(services, dict) else ()


def _merged(base: Config, later: Config, name: str) -> Config:
    try:
        services = merge_services(base.services, later.services)
    except ValueError as error:
        raise ValueError(f"cannot merge services from {name}: {error}") from None
    # a network, volume, secret or config is replaced as a whole; so are the file's own extensions not merged
    return Config(
        base.version,
        services,
        {**base.networks, **later.networks},
        {**base.volumes, **later.volumes},
        {**base.secrets, **later.secrets},
        {**base.configs, **later.configs},
        base.extensions,
    )


# -- one file --------------------------------------------------------------------------------------


def _sections(content: dict[str, Any], version: str, around: Surroundings) -> Config:
    """A checked file's sections, decoded."""
    given = {key: content.get(key) or {} for key in SECTIONS}
    services = {name: _service(one, around) for name, one in given["services"].items()}
    networks = decode(mapped(NETWORK), given["networks"])
    _name_external(networks, given["networks"], "network", version, (3, 5), around)
    volumes = decode(mapped(VOLUME), given["volumes"])
    _check_external(volumes)
    _name_external(volumes, given["volumes"], "volume", version, (3, 4), around)
    secrets, configs = (_file_objects(given[f"{kind}s"], kind, version, around) for kind in ("secret", "config"))
    return Config(version, services, networks, volumes, secrets, configs, extensions(content))


def extensions(given: dict[str, Any]) -> dict[str, Any]:
    """The x-… keys."""
    return {key: value for key, value in given.items() if key.startswith("x-")}


def _service(given: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    for ignored in ignored_addresses(given.get("ports")):
        around.warn(ignored)
    service = decode(SERVICE, given)
    paths = [absolute(around.folder, path) for path in service.get("env_file") or ()]
    words = [line for path in paths for line in _env_lines(path, around)]
    environment: dict[str, str | None] = {}
    for values in (dict(map(pair, words)), service.get("environment") or {}):
        environment |= {k: v or around.environ.get(k, v) for k, v in values.items()}
    if environment or "environment" in service:
        service["environment"] = environment
    for mount in service.get("volumes") or ():
        if mount.get("type") == "bind":
            mount["source"] = _bind_source(mount.get("source", ""), around)
    if found := extensions(given):
        service["extensions"] = found
    return dict(service)


def _env_lines(path: str, around: Surroundings) -> list[str]:
    try:
        return key_value_lines(around.read(path), path, around.environ)
    except Failure as failure:
        # a folder can be opened, and then not be read
        before = f"invalid env file ({path}): " if failure.message.startswith("read ") else ""
        raise Failure(before + failure.message) from None


def _bind_source(source: str, around: Surroundings) -> str:
    if not source:
        raise ValueError('invalid mount config for type "bind": field Source must not be empty')
    if source.startswith("~"):
        if "HOME" in around.environ:
            source = around.environ["HOME"] + source[1:]
        else:
            around.warn("cannot expand '~', because the environment lacks HOME")
    if source.startswith("/") or is_absolute_on_windows(source):
        return source
    return absolute(around.folder, source)


def absolute(folder: str, path: str) -> str:
    """A path of the file as seen from the root."""
    return path if path.startswith("/") else clean(posixpath.join(folder, path))


def _older(version: str, other: tuple[int, int]) -> bool:
    return tuple(int(part) for part in version.split(".")) < other


def _is_external(one: dict[str, Any]) -> bool:
    return bool((one.get("external") or {}).get("external"))


def _name_external(
    objects: Section, given: dict[str, Any], kind: str, version: str, since: tuple[int, int], around: Surroundings
) -> None:
    """Give external objects their names, and their extensions: the others lose theirs."""
    for name, one in sorted(objects.items()):
        if _is_external(one):
            _set_name(name, one, kind, version, since, around)
            one["extensions"] = extensions(given[name])


def _set_name(
    name: str, one: dict[str, Any], kind: str, version: str, since: tuple[int, int], around: Surroundings
) -> None:
    if old := one["external"].pop("name", ""):
        if one.get("name"):
            raise ValueError(f"{kind} {name}: {kind}.external.name and {kind}.name conflict; only use {kind}.name")
        if not _older(version, since):
            around.warn(f"{kind} {name}: {kind}.external.name is deprecated in favor of {kind}.name")
        one["name"] = old
    elif not one.get("name"):
        one["name"] = name


def _check_external(volumes: Section) -> None:
    for name, volume in sorted(volumes.items()):
        for key in ("driver", "driver_opts", "labels"):
            if _is_external(volume) and volume.get(key):
                raise ValueError(f'conflicting parameters "external" and "{key}" specified for volume "{name}"')


def _file_objects(given: dict[str, Any], kind: str, version: str, around: Surroundings) -> Section:
    """Secrets or configs."""
    objects: Section = decode(mapped(FILE_OBJECT), given)
    for name, one in sorted(objects.items()):
        if _is_external(one):
            _set_name(name, one, kind, version, (3, 5), around)
        elif one.get("driver"):
            if one.get("file"):
                raise ValueError(f"{kind} {name}: {kind}.driver and {kind}.file conflict; only use {kind}.driver")
        else:
            one["file"] = absolute(around.folder, one.get("file", ""))
        one["extensions"] = extensions(given[name])
    return objects


# -- writing ---------------------------------------------------------------------------------------


def text_of(config: Config) -> str:
    """The configuration as docker writes it."""
    out = writer.Ordered(version=config.version, services=_written(SERVICE, config.services))
    for key in ("networks", "volumes", "secrets", "configs"):
        if section := getattr(config, key):
            out[key] = _written(SECTIONS[key], section)
    return writer.dump(_with_extensions(out, config.extensions))


def _written(kind: Type, section: Section) -> dict[str, Any]:
    return {name: _with_extensions(written(kind, one), one.get("extensions") or {}) for name, one in section.items()}


def _with_extensions(out: writer.Ordered, found: dict[str, Any]) -> writer.Ordered:
    """With the x-… keys behind the others, sorted."""
    for key in writer.sorted_keys(found):
        out[key] = written(EXTENSIONS.element, found[key])
    return out
