"""What a compose file consists of: the fields of services, networks, volumes, secrets and configs, in docker's order. Pure.

One table drives all: reading a file into values of these types (`decoding`), merging files (`merging`) and writing them
again (`written`). A value is a dict of the fields that are set; one without a pointer's star counts as not set if it is
zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydock.compose import rules
from pydock.compose.writer import Ordered
from pydock.go.strconv import format_duration
from pydock.values import record, replace

Rule = Callable[[Any], Any]


@record
class Type:
    """kind: "string", "bool", "int", "uint", "float", "list", "map", "struct" or "any".

    go: Go's name in messages; of: the type of elements; fields: of a struct; rule: what a value of the file becomes first;
    pointer: zero differs from not set; merge: how two values merge, where that is special (see `merging`); shown: how the
    value is written, where that is special; always: written if zero.
    """

    kind: str
    go: str = ""
    of: Type | None = None
    fields: dict[str, Type] | None = None
    rule: Rule | None = None
    pointer: bool = False
    merge: str = ""
    shown: Callable[[Any], Any] | None = None
    always: bool = False

    @property
    def element(self) -> Type:
        assert self.of is not None
        return self.of

    def zero(self) -> Any:
        """The value that stands for "not set"."""
        if self.pointer or self.kind == "any":
            return None
        return {"string": "", "bool": False, "int": 0, "uint": 0, "float": 0.0, "list": [], "map": {}, "struct": {}}[
            self.kind
        ]

    def is_zero(self, value: Any) -> bool:
        """Does a value count as not set, and is left out where it is written?"""
        if self.pointer or self.kind == "any":
            return value is None
        if self.kind == "struct" and value:
            return all(self.field(name).is_zero(one) for name, one in value.items())
        return not value

    def field(self, name: str) -> Type:
        assert self.fields is not None
        return self.fields[name]


def written(kind: Type, value: Any) -> Any:
    """A value as the YAML that docker writes for it."""
    if value is None:
        return None
    if kind.shown:
        return kind.shown(value)
    if kind.kind == "struct":
        fields = [(n, t, value.get(n, t.zero())) for n, t in (kind.fields or {}).items()]
        return Ordered({n: written(t, v) for n, t, v in fields if t.always or not t.is_zero(v)})
    if kind.kind == "map":
        return {k: written(kind.element, v) for k, v in value.items()}
    if kind.kind == "list":
        return [written(kind.element, v) for v in value]
    return value


# -- plain types -----------------------------------------------------------------------------------


def pointer(to: Type, merge: str = "") -> Type:
    return Type(to.kind, "*" + to.go, to.of, to.fields, to.rule, True, merge, to.shown)


def listed(of: Type, rule: Rule | None = None, merge: str = "") -> Type:
    return Type("list", "[]" + of.go, of, None, rule, False, merge)


def mapped(of: Type, rule: Rule | None = None) -> Type:
    return Type("map", "map[string]" + of.go, of, None, rule)


def struct(rule: Rule | None = None, shown: Callable[[Any], Any] | None = None, **fields: Type) -> Type:
    return Type("struct", "struct", None, fields, rule, False, "", shown)


STRING = Type("string", "string")
BOOL = Type("bool", "bool")
INT64 = Type("int", "int64")
INT = Type("int", "int")
UINT32 = Type("uint", "uint32")
UINT64 = pointer(Type("uint", "uint64"), merge="replaced")
RATIO = Type("float", "float32", shown=rules.as_float32)
#: as nanoseconds
DURATION = Type("int", "types.Duration", rule=rules.duration, shown=format_duration)
LATER = pointer(DURATION)
BYTES = Type("int", "types.UnitBytes", rule=rules.size, shown=str)
ANY = Type("any")

STRINGS = listed(STRING)
WORD_OR_WORDS = listed(STRING, rules.string_list)
COMMAND = listed(STRING, rules.command, merge="whole")
NUMBERS_OR_STRINGS = listed(STRING, rules.strings_of_numbers)
HOSTS = listed(STRING, rules.hosts)
OPTIONS = mapped(STRING, rules.string_map)
LABELS = mapped(STRING, rules.mapping)
#: a name without a value is null
ENVIRONMENT = mapped(pointer(STRING), rules.environment)
EXTENSIONS = mapped(ANY)


def _external(value: dict[str, Any]) -> Any:
    return Ordered(name=value["name"]) if value.get("name") else value.get("external", False)


def _ulimit(value: dict[str, Any]) -> Any:
    return value.get("single") or Ordered({k: value[k] for k in ("soft", "hard") if value.get(k)})


EXTERNAL = struct(rules.external, _external, name=STRING, external=BOOL)

# -- a service -------------------------------------------------------------------------------------

ULIMIT = pointer(struct(rules.ulimit, _ulimit, single=INT, soft=INT, hard=INT), merge="replaced")
LOGGING = pointer(struct(driver=STRING, options=OPTIONS), merge="logging")
BUILD = struct(
    rules.build,
    context=STRING, dockerfile=STRING, args=ENVIRONMENT, labels=LABELS, cache_from=WORD_OR_WORDS, extra_hosts=HOSTS, network=STRING,
    target=STRING,
)  # fmt: skip
FILE_REFERENCE = struct(rules.source, source=STRING, target=STRING, uid=STRING, gid=STRING, mode=pointer(UINT32))
CREDENTIAL_SPEC = struct(config=STRING, file=STRING, registry=STRING)
UPDATE = pointer(
    struct(
        parallelism=UINT64,
        delay=DURATION,
        failure_action=STRING,
        monitor=DURATION,
        max_failure_ratio=RATIO,
        order=STRING,
    )
)
GENERIC_RESOURCE = struct(
    discrete_resource_spec=pointer(
        struct(kind=Type("string", "string", always=True), value=Type("int", "int64", always=True))
    )
)
RESOURCES = struct(
    limits=pointer(struct(cpus=STRING, memory=BYTES, pids=INT64)),
    reservations=pointer(struct(cpus=STRING, memory=BYTES, generic_resources=listed(GENERIC_RESOURCE))),
)
RESTART_POLICY = pointer(struct(condition=STRING, delay=LATER, max_attempts=UINT64, window=LATER))
PLACEMENT = struct(
    constraints=STRINGS,
    preferences=listed(struct(spread=STRING)),
    max_replicas_per_node=Type("uint", "uint64"),
)
DEPLOY = struct(
    mode=STRING, replicas=UINT64, labels=LABELS, update_config=UPDATE, rollback_config=UPDATE, resources=RESOURCES,
    restart_policy=RESTART_POLICY, placement=PLACEMENT, endpoint_mode=STRING,
)  # fmt: skip
HEALTHCHECK = pointer(
    struct(
        test=listed(STRING, rules.health_test), timeout=LATER, interval=LATER, retries=UINT64, start_period=LATER,
        start_interval=LATER, disable=BOOL,
    )
)  # fmt: skip
SERVICE_NETWORK = pointer(
    struct(aliases=STRINGS, driver_opts=OPTIONS, ipv4_address=STRING, ipv6_address=STRING), merge="network"
)
PORT = struct(mode=STRING, target=UINT32, published=UINT32, protocol=STRING)
MOUNT = struct(
    rules.mount,
    type=STRING, source=STRING, target=STRING, read_only=BOOL, consistency=STRING,
    bind=pointer(struct(propagation=STRING)), volume=pointer(struct(nocopy=BOOL, subpath=STRING)),
    image=pointer(struct(subpath=STRING)), tmpfs=pointer(struct(size=INT64)), cluster=pointer(struct()),
)  # fmt: skip

#: docker reads no oom_score_adj: it looks for another name
SERVICE = struct(
    build=BUILD, cap_add=STRINGS, cap_drop=STRINGS, cgroupns_mode=STRING, cgroup_parent=STRING, command=COMMAND,
    configs=listed(FILE_REFERENCE, merge="source"), container_name=STRING, credential_spec=CREDENTIAL_SPEC, depends_on=STRINGS,
    deploy=DEPLOY, devices=STRINGS, dns=WORD_OR_WORDS, dns_search=WORD_OR_WORDS, domainname=STRING, entrypoint=COMMAND,
    environment=ENVIRONMENT, env_file=WORD_OR_WORDS, expose=NUMBERS_OR_STRINGS, external_links=STRINGS, extra_hosts=HOSTS,
    hostname=STRING, healthcheck=HEALTHCHECK, image=STRING, init=pointer(BOOL), ipc=STRING, isolation=STRING, labels=LABELS,
    links=STRINGS, logging=LOGGING, mac_address=STRING, network_mode=STRING, networks=mapped(SERVICE_NETWORK, rules.network_map),
    pid=STRING, ports=listed(PORT, rules.ports, merge="published"), privileged=BOOL, read_only=BOOL, restart=STRING,
    secrets=listed(FILE_REFERENCE, merge="source"), security_opt=STRINGS, shm_size=STRING, stdin_open=BOOL,
    stop_grace_period=LATER, stop_signal=STRING, sysctls=LABELS, tmpfs=WORD_OR_WORDS, tty=BOOL, ulimits=mapped(ULIMIT),
    user=STRING, userns_mode=STRING, volumes=listed(MOUNT, merge="target"), working_dir=STRING,
)  # fmt: skip

# -- what services use -----------------------------------------------------------------------------

NETWORK = struct(
    name=STRING, driver=STRING, driver_opts=OPTIONS,
    ipam=struct(driver=STRING, config=listed(pointer(struct(subnet=STRING)))),
    external=EXTERNAL, internal=BOOL, attachable=BOOL, labels=LABELS,
)  # fmt: skip
TOPOLOGIES = listed(struct(segments=LABELS))
CLUSTER_SPEC = pointer(
    struct(
        group=STRING,
        access_mode=pointer(
            struct(
                scope=STRING, sharing=STRING, mount_volume=pointer(struct(fs_type=STRING, mount_flags=STRINGS)),
                block_volume=pointer(struct()),
            )
        ),
        accessibility_requirements=pointer(struct(requisite=TOPOLOGIES, preferred=TOPOLOGIES)),
        capacity_range=pointer(struct(required_bytes=BYTES, limit_bytes=BYTES)),
        secrets=listed(struct(key=STRING, secret=STRING)),
        availability=STRING,
    )
)  # fmt: skip
_PLAIN = struct(name=STRING, driver=STRING, driver_opts=OPTIONS, external=EXTERNAL, labels=LABELS)
VOLUME = replace(_PLAIN, fields={**(_PLAIN.fields or {}), "x-cluster-spec": CLUSTER_SPEC})
#: secrets and configs
FILE_OBJECT = struct(
    name=STRING,
    file=STRING,
    external=EXTERNAL,
    labels=LABELS,
    driver=STRING,
    driver_opts=OPTIONS,
    template_driver=STRING,
)

#: the sections of a file, in the order in which they are read; volumes are written before secrets
SECTIONS = {"services": SERVICE, "networks": NETWORK, "volumes": VOLUME, "secrets": FILE_OBJECT, "configs": FILE_OBJECT}
