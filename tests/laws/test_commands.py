"""Every command: its help, and its flags against docker's own table (CLI 28.5 and 29.8)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pydock.cli.index import ALIASES, COMMANDS, GROUPS, OWN
from pydock.cli.params import Command
from pydock.cli.tree import find
from pydock.commands.build.options import ClassicBuildOptions
from tests.support.cli import cli

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "flags.json").read_text())


def command(path: str) -> Command:
    found = find(path)
    assert isinstance(found, Command)
    return found


@pytest.mark.parametrize("path", [*COMMANDS, *ALIASES, *GROUPS])
def test_help_of_everything(path: str) -> None:
    result = cli(*path.split(), "--help")
    assert result.code == 0 and result.err == ""
    assert result.out.startswith(f"Usage:  docker {ALIASES.get(path, path)}")
    assert cli("help", *path.split()).out == result.out
    assert all(len(line) <= 80 or "Usage" in line or "docker " in line for line in result.out.splitlines())


@pytest.mark.parametrize("path", [p for p in REFERENCE if p not in ("", "help")])
def test_no_command_is_missing(path: str) -> None:
    """Every path of docker's CLI 28.5 and 29.8 is there, and answers --help."""
    assert find(path) is not None
    result = cli(*path.split(), "--help")
    assert (result.code, result.err) == (0, "") and result.out.startswith("Usage:  docker ")


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in OWN])
def test_no_flag_is_missing_or_invented(path: str) -> None:
    """Names, short names, defaults, conditions: as docker has them, but for those declared as our own."""
    flags = {
        name: (spec, i == 0)
        for spec in command(path).flags
        if not spec.own
        for i, name in enumerate([*spec.longs, *spec.hidden_names])
    }
    of_group = REFERENCE.get(path.rpartition(" ")[0], {}) if " " in path else {}
    compare_flags(flags, BUILDX if path in BUILDS else {**of_group, **REFERENCE.get(path, {})})


#: a command that is two: BuildKit's flags are buildx's, and those of the classic builder are in docker's own table
BUILDS = ("build", "builder build", "image build")
#: `docker buildx build`, 0.29: name -> short name and type
BUILDX: dict[str, Any] = {
    name.split("/")[0]: {"type": kind, "short": name.partition("/")[2]}
    for kind, names in {
        "stringArray": "allow annotation attest build-arg build-context cache-from cache-to label no-cache-filter output/o platform secret ssh tag/t",
        "string": "builder call cgroup-parent cpuset-cpus cpuset-mems file/f iidfile isolation memory/m memory-swap metadata-file network print progress "
                  "provenance sbom target",
        "strings": "add-host security-opt", "bytes": "shm-size", "ulimit": "ulimit", "int64": "cpu-period cpu-quota cpu-shares/c",
        "bool": "check compress debug/D force-rm load no-cache pull push quiet/q rm squash",
    }.items()
    for name in names.split()
}  # fmt: skip


def test_the_classic_builder_has_dockers_flags() -> None:
    specs = ClassicBuildOptions.flag_specs
    flags = {name: (spec, i == 0) for spec in specs for i, name in enumerate(spec.longs)}
    compare_flags(flags, REFERENCE["build"])


def compare_flags(flags: dict[str, Any], reference: dict[str, Any]) -> None:
    assert sorted(flags) == sorted(reference)
    for name, facts in reference.items():
        spec, first = flags[name]
        if not first:
            continue
        assert spec.short == facts.get("short", ""), name
        assert spec.is_bool == (facts["type"] == "bool"), name
        assert spec.since == facts.get("annotations", {}).get("version", ""), name
        assert spec.ostype == facts.get("annotations", {}).get("ostype", ""), name
        kind = {"int64": "int", "uint64": "uint", "bool": "", "stringSlice": "strings"}.get(
            facts["type"], facts["type"]
        )
        assert spec.value_name == kind, name
        if facts.get("default") not in (None, "", "[]", "map[]", "0s"):
            assert str(spec.default).lower() == facts["default"], name


def test_what_is_beyond_docker_is_declared_so() -> None:
    """No command of docker's is declared as our own, no flag of our own hides one of docker's, and all are documented on
    one page."""
    page = (Path(__file__).parents[2] / "man" / "src" / "beyond.md").read_text()
    theirs = {path: {**REFERENCE.get(path, {}), **(BUILDX if path in BUILDS else {})} for path in COMMANDS}
    assert not [path for path in OWN if path in REFERENCE]
    own = [(path, spec) for path in COMMANDS for spec in command(path).flags if spec.own]
    assert not [(path, n) for path, spec in own for n in spec.longs if n in theirs[path]]
    shorts = {path: {facts.get("short") for facts in flags.values()} for path, flags in theirs.items()}
    assert not [(path, spec.short) for path, spec in own if spec.short and spec.short in shorts[path]]
    assert not [path for path in OWN if f"`{path}" not in page and f"pydock {path}" not in page]
    assert not [(path, spec.name) for path, spec in own if f"--{spec.name}" not in page]


@pytest.mark.parametrize("path", list(COMMANDS))
def test_click_sees_every_parameter(path: str) -> None:
    """Who walks the tree as a Click tree finds the same flags and arguments."""
    import click

    found = command(path)
    names = {o for p in found.get_params(click.Context(found)) for o in p.opts}
    assert {f"--{n}" for f in found.flags for n in f.longs} <= names
    assert {a.dest for a in found.arguments} <= names


#: values that nobody knows beforehand: names to be given, numbers, sizes, times, addresses, texts
FREE = set("""
    advertise-addr alias annotation args author aux-address blkio-weight blkio-weight-device build-context cert-expiry cgroup-parent chown container-label
    container-label-add cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems data-path-addr data-path-port
    default-addr-pool default-addr-pool-mask-length description device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops
    dispatcher-heartbeat dns dns-add dns-search dns-search-add domainname entrypoint field gateway generic-resource generic-resource-add generic-resource-rm grep group
    group-add gw-priority header health-cmd health-interval health-retries health-start-interval health-start-period health-timeout host host-add host-rm hostname
    io-maxbandwidth io-maxiops ip ip-range ip6 ipam-opt jq keep-storage kernel-memory label label-add last limit limit-bytes limit-cpu limit-memory limit-pids
    link-local-ip listen-addr mac-address max-concurrent max-snapshots memory memory-reservation memory-swap memory-swappiness message name network-alias oom-score-adj
    os-features os-version password pids-limit query raw-field replicas replicas-max-per-node required-bytes reserve-cpu reserve-memory restart-delay
    restart-max-attempts restart-window retry rollback-delay rollback-max-failure-ratio rollback-monitor rollback-parallelism shm-size since snapshot-interval
    stop-grace-period stop-timeout subnet tag task-history-limit template timeout tmpfs token topology-preferred topology-required until update-delay
    update-max-failure-ratio update-monitor update-parallelism user username workdir
""".split())  # fmt: skip
#: of these commands alone
FREE_OF = {("secret create", "driver"), ("volume create", "secret")}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_value_that_can_be_known_is_completed(path: str) -> None:
    """A flag names what completes it, or is known to take what nobody knows."""
    for flag in command(path).flags:
        if flag.hidden or flag.is_bool or flag.bare:
            continue
        sources = flag.sources if isinstance(flag.sources, str) else flag.sources()
        assert sources or flag.name in FREE or (command(path).note.paths[0], flag.name) in FREE_OF, flag.name
