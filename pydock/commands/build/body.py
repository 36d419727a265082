"""The SolveRequest of a build, from its options. Pure; as buildx's build/opt.go, for the engine's own builder.

https://github.com/moby/buildkit/blob/master/frontend/dockerfile/docs/reference.md, and for the exporters the README
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pydock.api.request import Query, query
from pydock.commands.build.caches import with_environment
from pydock.commands.build.options import BuildOptions
from pydock.errors import Failure, failing
from pydock.flags.builds import (
    Cache,
    Call,
    Output,
    annotation,
    attestation,
    caches,
    call,
    entitlement,
    extra_host,
    output,
    shorthand,
)
from pydock.flags.reference import exact, normal_machine, platform
from pydock.flags.units import ulimit_objects
from pydock.go.json import dumps
from pydock.go.strconv import is_true, quote
from pydock.shape import Json
from pydock.values import made, record

if TYPE_CHECKING:
    from pydock.buildkit.types import CacheOptions, Exporter, SolveRequest

DOCS = "https://docs.docker.com/go"


@record
class BuildSettings:
    """The parsed values of the list flags."""

    build_args: Mapping[str, str]
    labels: Mapping[str, str]
    attests: Mapping[str, str | None]
    outputs: list[Output]
    cache_from: list[Cache]
    cache_to: list[Cache]
    call: Call | None


@record
class Found:
    """What a build finds in its environment: inputs, configuration, capabilities of the engine's builder.

    attributes: frontend attributes of the inputs; imports: caches to import; policy: the source policy; proxies:
    build arguments of the config file; containerd: whether the engine uses the containerd image store, which supports
    more; gateway: the address of "host-gateway".
    """

    attributes: Mapping[str, str] = made(default_factory=dict)
    imports: list[Cache] = made(default_factory=list)
    policy: Json = made(default_factory=dict)
    proxies: Mapping[str, str] = made(default_factory=dict)
    containerd: bool = False
    gateway: str = ""
    attestations: bool = True
    machine: str = "amd64"


def assignments(texts: Iterable[str], environ: Mapping[str, str] | None) -> dict[str, str]:
    """NAME=VALUE pairs as a dict; a bare name is looked up in `environ`, and omitted if it is not set; without
    `environ` its value is empty. Raises ValueError."""
    out = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name:
            raise ValueError(f"invalid key-value pair {quote(text)}: empty key")
        if equals or environ is None:
            out[name] = value
        elif name in environ:
            out[name] = environ[name]
    return out


def settings(o: BuildOptions, environ: Mapping[str, str]) -> BuildSettings:
    """Parse the list flags. Raises ValueError with buildx's message for the first invalid value."""
    build_args = assignments(o.build_arg, environ)
    if environ.get("SOURCE_DATE_EPOCH"):
        build_args.setdefault("SOURCE_DATE_EPOCH", environ["SOURCE_DATE_EPOCH"])
    labels = assignments(o.label, None)
    given = [
        *o.attest,
        *([shorthand("provenance", o.provenance)] if o.provenance else []),
        *([shorthand("sbom", o.sbom)] if o.sbom else []),
    ]
    attests: dict[str, str | None] = {}
    for text in given:
        kind, value = attestation(text)
        attests.setdefault(kind, value)
    outputs = [output(t) for t in o.output if t]
    if o.iidfile and any(x.kind in ("local", "tar") for x in outputs):
        raise ValueError("local and tar exporters are incompatible with image ID file")
    cache_from = [c for text in o.cache_from if text for c in caches(text)]
    cache_to = [c for text in o.cache_to if text for c in caches(text)]
    return BuildSettings(
        build_args,
        labels,
        attests,
        outputs,
        _completed(cache_from, environ),
        _completed(cache_to, environ),
        call("check" if o.check else o.print_ or o.call),
    )


def _completed(caches: Iterable[Cache], environ: Mapping[str, str]) -> list[Cache]:
    """The caches with their settings from the environment, without those that lack them."""
    return [complete for cache in caches if (complete := with_environment(cache, environ))]


def all_outputs(o: BuildOptions, wanted: BuildSettings) -> list[Output]:
    """The outputs, with those of --push and --load; the engine's image store by default. Raises ValueError."""
    outputs = []
    for one in wanted.outputs:
        pushed = one.kind == "registry"
        outputs.append(Output("image", one.destination, {**one.attributes, "push": "true"}) if pushed else one)
    if o.push:
        images = [x for x in outputs if x.kind == "image"]
        outputs = [
            Output(x.kind, x.destination, {**x.attributes, "push": "true"}) if x.kind == "image" else x for x in outputs
        ]
        outputs += [] if images else [Output("image", "", {"push": "true"})]
    if o.load and not any(x.kind == "docker" and not x.destination for x in outputs):
        outputs.append(Output("docker"))
    extra: dict[str, str] = {}
    for text in o.annotation:
        if text:
            try:
                extra |= annotation(text)
            except ValueError as error:
                raise ValueError(f"parse annotations: {error}") from None
    outputs = [Output(x.kind, x.destination, {**x.attributes, **extra}) for x in outputs]
    # as docker: the default output has no annotations
    return outputs or ([] if wanted.call else [Output("image")])


def not_supported(what: str, page: str) -> ValueError:
    return ValueError(
        f"{what} is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, "
        f"and try again.\nLearn more at {DOCS}/{page}/"
    )


def exporters(
    o: BuildOptions, outputs: list[Output], wanted: BuildSettings, found: Found, platforms: int
) -> list[Exporter]:
    """The exporters of Solve. Raises ValueError for those that the engine's store lacks."""
    names = ",".join(_tag(t) for t in o.tag)
    out: list[Exporter] = []
    for one in outputs:
        kind, attributes = one.kind, dict(one.attributes)
        pushed = is_true(attributes.get("push", ""))
        if names and kind in ("image", "oci", "docker"):
            attributes["name"] = names
        elif kind == "image" and pushed and not attributes.get("name"):
            raise ValueError("tag is needed when pushing to registry")
        if kind == "cacheonly":
            continue
        if kind == "oci" and not found.containerd:
            raise not_supported("OCI exporter", "build-exporters")
        if kind == "docker":
            if one.destination and not is_true(attributes.get("tar", ""), True):
                raise ValueError("output directory is not supported by moby exporter")
            if not found.containerd and (platforms > 1 or any(wanted.attests.values())):
                ending = (
                    "exporting manifest lists, use the oci exporter instead"
                    if one.destination
                    else "exporting manifest lists"
                )
                raise ValueError(
                    f"docker exporter does not {'support' if one.destination else 'currently support'} {ending}"
                )
            if one.destination and not found.containerd:
                raise not_supported("Docker exporter", "build-exporters")
            kind = kind if one.destination else "image"
        if kind == "image":
            if pushed and is_true(attributes.get("push-by-digest", "")):
                raise ValueError(
                    "push-by-digest is currently not implemented for docker driver, please create a new builder instance"
                )
            kind = "moby"
        out.append({"Type": kind, "Attrs": attributes})
    return out


def _tag(text: str) -> str:
    try:
        return exact(text)
    except ValueError as error:
        raise ValueError(f"invalid tag {quote(text)}: {error}") from None


def platform_names(texts: Iterable[str], machine: str) -> list[str]:
    """Each platform as OS/ARCHITECTURE[/VARIANT]; "local" is the platform of the builder. Raises ValueError."""
    out = []
    for text in [part for t in texts for part in t.split(",")]:
        found = {"os": "linux", "architecture": machine} if text.lower() == "local" else platform(text, machine)
        version = f"({found['os.version']})" if found.get("os.version") else ""
        names = (found["os"] + version, *normal_machine(found["architecture"], found.get("variant", "")))
        out.append("/".join(n for n in names if n))
    return out


def frontend_attributes(o: BuildOptions, wanted: BuildSettings, found: Found, platforms: list[str]) -> dict[str, str]:
    """The attributes of the Dockerfile frontend. Raises ValueError."""
    out: dict[str, str] = {"cgroup-parent": o.cgroup_parent} if o.cgroup_parent else {}
    if any(wanted.attests.values()) and not found.containerd:
        raise not_supported("Attestation", "attestations")
    out |= {f"attest:{kind}": value for kind, value in wanted.attests.items() if value is not None}
    if found.containerd and found.attestations and "provenance" not in wanted.attests:
        out["attest:provenance"] = "mode=min,inline-only=true"
    if is_true(wanted.build_args.get("BUILDKIT_MULTI_PLATFORM", "")):
        out["multi-platform"] = "true"
    if (syntax := wanted.build_args.get("BUILDKIT_SYNTAX")) is not None:
        out |= {"source": syntax.strip().partition(" ")[0], "cmdline": syntax}
    arguments = {**found.proxies, **wanted.build_args}
    out |= {f"build-arg:{k}": v for k, v in arguments.items()} | {f"label:{k}": v for k, v in wanted.labels.items()}
    out |= found.attributes
    out["image-resolve-mode"] = "pull" if o.pull else "local"
    if o.target:
        out["target"] = o.target
    if o.no_cache_filter:
        out["no-cache"] = ",".join(o.no_cache_filter)
    if o.no_cache:
        out["no-cache"] = ""
    if platforms:
        if len(platforms) > 1 and not found.containerd:
            raise not_supported("Multi-platform build", "build-multi-platform")
        out["platform"] = ",".join(platforms)
    return {**out, **_run_attributes(o, found)}


def _run_attributes(o: BuildOptions, found: Found) -> dict[str, str]:
    """The attributes that apply to RUN instructions. Raises ValueError."""
    out: dict[str, str] = {}
    if o.network not in ("", "default", "host", "none"):
        raise ValueError(
            f"network mode {quote(o.network)} not supported by buildkit - you can define a custom network for your builder "
            "using the network driver-opt in buildx create"
        )
    if o.network in ("host", "none"):
        out["force-network-mode"] = o.network
    if o.add_host:
        out["add-hosts"] = ",".join(extra_host(h, found.gateway) for h in o.add_host)
    if o.shm_size:
        out["shm-size"] = str(o.shm_size)
    if o.ulimit:
        out["ulimit"] = ",".join(f"{u.name}={u.soft}:{u.hard}" for u in {u.name: u for u in o.ulimit}.values())
    return out


def cache_options(wanted: BuildSettings, found: Found) -> CacheOptions:
    """Raises ValueError."""
    exports = [
        *wanted.cache_to,
        *([Cache("inline", {})] if is_true(wanted.build_args.get("BUILDKIT_INLINE_CACHE", "")) else []),
    ]
    for cache in exports:
        if cache.kind != "inline" and not found.containerd:
            raise not_supported("Cache export", "build-cache-backends")
    for some, word, key in ((exports, "exporter", "dest"), (found.imports, "importer", "src")):
        for cache in some:
            need = {"local": key, "registry": "ref"}.get(cache.kind)
            if need and not cache.attributes.get(need):
                raise ValueError(f"{cache.kind} cache {word} requires {need}")
    return {
        "Exports": [{"Type": c.kind, "Attrs": c.attributes} for c in exports],
        "Imports": [{"Type": c.kind, "Attrs": c.attributes} for c in found.imports],
    }


def solve_request(o: BuildOptions, wanted: BuildSettings, outputs: list[Output], found: Found) -> SolveRequest:
    """A SolveRequest without Ref and Session. Raises Failure."""
    with failing():
        platforms = platform_names(o.platform, found.machine)
        cache = cache_options(wanted, found)
        attributes = frontend_attributes(o, wanted, found, platforms)
        exports = exporters(o, outputs, wanted, found, len(platforms))
        entitlements = [entitlement(t) for t in o.allow if t] + (["network.host"] if o.network == "host" else [])
    imports = {"cache-imports": dumps(cache["Imports"])} if cache["Imports"] else {}
    first: Exporter = exports[0] if exports else {"Type": "", "Attrs": {}}
    return {
        "Frontend": "gateway.v0" if "source" in attributes else "dockerfile.v0",
        "FrontendAttrs": {**attributes, **imports},
        "Cache": cache,
        "Exporters": exports,
        "ExporterDeprecated": first["Type"],
        "ExporterAttrsDeprecated": first["Attrs"],
        "Entitlements": entitlements,
        "Internal": wanted.call is not None,
        **({"SourcePolicy": found.policy} if found.policy else {}),
    }


#: frontend attributes with a parameter of POST /build of the same meaning, and those that are encoded otherwise
_PARAMETERS = {
    "filename": "dockerfile",
    "context": "remote",
    "target": "target",
    "platform": "platform",
    "force-network-mode": "networkmode",
    "shm-size": "shmsize",
}
_ELSEWHERE = ("image-resolve-mode", "no-cache", "add-hosts", "ulimit", "cache-imports")


def _not_in_rest(request: SolveRequest) -> list[str]:
    """What POST /build does not support of a request."""
    attributes, imports = request["FrontendAttrs"], request["Cache"]["Imports"]
    known = (*_PARAMETERS, *_ELSEWHERE)
    unknown = [k for k in attributes if k not in known and not k.startswith(("build-arg:", "label:", "vcs:"))]
    others = {
        "multiple outputs": len(request["Exporters"]) > 1,
        "cache exports": request["Cache"]["Exports"],
        "cache imports other than registry": any(c["Type"] != "registry" for c in imports),
        "--no-cache-filter": attributes.get("no-cache"),
        "source policies": request.get("SourcePolicy"),
        "--call": request["Internal"],
        "an archive on stdin": "buildkit-session" in attributes.get("context", ""),
    }
    return [*unknown, *(name for name, wanted in others.items() if wanted)]


def rest_query(o: BuildOptions, request: SolveRequest, ref: str, session: str) -> Query:
    """The query of POST /build, for an engine whose BuildKit has no control connection (Docker 18.09).

    Raises Failure for options that it does not support."""
    if lost := _not_in_rest(request):
        raise Failure(
            f"the daemon's BuildKit accepts builds over its REST API only, which does not support: {', '.join(lost)}"
        )
    attributes = request["FrontendAttrs"]
    pairs = {
        kind: {k.partition(":")[2]: v for k, v in attributes.items() if k.startswith(f"{kind}:")}
        for kind in ("build-arg", "label")
    }
    other = [e for e in request["Exporters"] if e["Type"] != "moby"]
    return {
        "version": "2",
        "remote": "client-session",
        "buildid": ref,
        "session": session,
        **query(
            t=o.tag,
            buildargs=pairs["build-arg"],
            labels=pairs["label"],
            nocache="no-cache" in attributes,
            pull=o.pull,
            extrahosts=[h.replace("=", ":", 1) for h in attributes["add-hosts"].split(",")]
            if "add-hosts" in attributes
            else [],
            **{parameter: attributes[k] for k, parameter in _PARAMETERS.items() if k in attributes},
        ),
        **({"outputs": dumps(other)} if other else {}),
        **(
            {"cachefrom": dumps([c["Attrs"].get("ref", "") for c in request["Cache"]["Imports"]])}
            if request["Cache"]["Imports"]
            else {}
        ),
        **({"ulimits": dumps(ulimit_objects(o.ulimit))} if o.ulimit else {}),
    }
