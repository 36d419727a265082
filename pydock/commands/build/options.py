"""The flags of `build`: those of BuildKit, and those of the classic builder."""

from __future__ import annotations

from pydock.commands.shared import default_platform_flag, trust_flag
from pydock.flags.pairs import env, extra_host, label, words
from pydock.flags.reference import tag
from pydock.flags.units import Ulimit, ram_bytes, swap_bytes, ulimit
from pydock.options import Options, argument, flag, options

NO_EFFECT = "No effect; accepted for compatibility"


@options
class SharedBuildOptions(Options):
    """The arguments and flags that mean the same to both builders."""

    context: str = argument("PATH | URL | -", sources="folders")
    target: str = flag("--target", help="Target build stage", sources="stages")
    iidfile: str = flag("--iidfile", help="Write the image ID to a file", sources="files")
    no_cache: bool = flag("--no-cache", help="Do not use the cache")
    pull: bool = flag("--pull", help="Always attempt to pull newer images")
    quiet: bool = flag("-q", "--quiet", help="Suppress the build output and print the image ID")
    cgroup_parent: str = flag("--cgroup-parent", help="Parent cgroup of RUN instructions")
    shm_size: int = flag("--shm-size", parse=ram_bytes, metavar="bytes", help="Size of /dev/shm")
    ulimit: tuple[Ulimit, ...] = flag(
        "--ulimit", parse=ulimit, metavar="ulimit", help="Ulimit option: NAME=SOFT[:HARD]", sources="ulimits"
    )


@options
class BuildOptions(SharedBuildOptions):
    """`build [OPTIONS] PATH | URL | -` with BuildKit. Values of list flags are parsed later, by flags.builds."""

    # -- input -----------------------------------------------------------------------------
    file: str = flag(
        "-f",
        "--file",
        help='Path or URL of the Dockerfile, or "-" for STDIN (default: PATH/Dockerfile)',
        sources="files",
    )
    build_arg: tuple[str, ...] = flag(
        "--build-arg",
        metavar="stringArray",
        help="Build-time variable: NAME=VALUE; NAME alone takes its value from the environment",
        sources="build-arguments",
    )
    build_context: tuple[str, ...] = flag(
        "--build-context",
        metavar="stringArray",
        help="Additional build context: NAME=PATH, a URL, docker-image://IMAGE",
    )
    platform: tuple[str, ...] = flag(
        "--platform",
        metavar="stringArray",
        env="DOCKER_DEFAULT_PLATFORM",
        help="Target platform",
        sources="platforms",
    )
    call: str = flag(
        "--call",
        default="build",
        help='Evaluate the build without running it: "check", "outline", "targets"',
        sources="build check outline targets",
    )
    check: bool = flag("--check", help="Shorthand for --call=check")

    # -- output ----------------------------------------------------------------------------
    tag: tuple[str, ...] = flag("-t", "--tag", metavar="stringArray", help="Image name: NAME[:TAG]; repeatable")
    output: tuple[str, ...] = flag(
        "-o",
        "--output",
        metavar="stringArray",
        help="Output destination: DEST, or type=local,dest=PATH",
        sources="build-outputs",
    )
    load: bool = flag("--load", help="Shorthand for --output=type=docker")
    push: bool = flag("--push", help="Shorthand for --output=type=registry")
    label: tuple[str, ...] = flag("--label", metavar="stringArray", help="Image metadata: NAME=VALUE")
    annotation: tuple[str, ...] = flag(
        "--annotation", metavar="stringArray", help="Add an annotation to the image: KEY=VALUE"
    )
    attest: tuple[str, ...] = flag(
        "--attest",
        metavar="stringArray",
        help="Attestation parameters: type=sbom,generator=IMAGE",
        sources="attestations",
    )
    provenance: str = flag("--provenance", help="Shorthand for --attest=type=provenance", sources="provenances")
    sbom: str = flag("--sbom", help="Shorthand for --attest=type=sbom", sources="bools")
    metadata_file: str = flag("--metadata-file", help="Write build result metadata to a file, as JSON", sources="files")

    # -- cache -------------------------------------------------------------------------------------
    no_cache_filter: tuple[str, ...] = flag(
        "--no-cache-filter",
        metavar="stringArray",
        help="Do not cache the given stages",
        sources="stages",
    )
    cache_from: tuple[str, ...] = flag(
        "--cache-from",
        metavar="stringArray",
        help="External cache source, such as an image",
        sources="images cache-sources",
    )
    cache_to: tuple[str, ...] = flag(
        "--cache-to", metavar="stringArray", help="Cache export destination", sources="cache-exports"
    )

    # -- what build steps may use ------------------------------------------------------------------------
    add_host: tuple[str, ...] = flag(
        "--add-host", parse=words, metavar="strings", help="Add an entry to /etc/hosts: HOST:IP", sources="extra-hosts"
    )
    allow: tuple[str, ...] = flag(
        "--allow",
        metavar="stringArray",
        help='Allow an extra privileged entitlement: "network.host", "security.insecure", "device"',
        sources="network.host security.insecure",
    )
    network: str = flag(
        "--network", default="default", help="Networking mode of RUN instructions", sources="default none host"
    )
    secret: tuple[str, ...] = flag(
        "--secret",
        metavar="stringArray",
        help="Secret to expose to the build: id=NAME[,src=FILE|,env=NAME]",
        sources="build-secrets",
    )
    ssh: tuple[str, ...] = flag(
        "--ssh",
        metavar="stringArray",
        help="SSH agent socket or keys to expose to the build: default|NAME[=SOCKET|=KEY[,KEY]]",
        sources="default",
    )

    # -- progress ----------------------------------------------------------------------------
    progress: str = flag(
        "--progress",
        default="auto",
        help='Type of progress output: "auto", "none", "plain", "quiet", "rawjson" or "tty"',
        sources="auto none plain quiet rawjson tty",
    )
    builder: str = flag(
        "--builder",
        help='Builder instance; only the daemon\'s own ("default") is supported',
        env="BUILDX_BUILDER",
        sources="default",
    )
    debug: bool = flag("-D", "--debug", help="Enable debug mode")

    # -- flags of the classic builder: accepted, without effect ------------------------------------
    print_: str = flag("--print", hidden=True, help="Alias of --call")
    compress: bool = flag("--compress", hidden=True, help=NO_EFFECT)
    isolation: str = flag("--isolation", hidden=True, help=NO_EFFECT)
    security_opt: tuple[str, ...] = flag("--security-opt", parse=words, metavar="strings", hidden=True, help=NO_EFFECT)
    squash: bool = flag("--squash", hidden=True, help=NO_EFFECT)
    memory: str = flag("-m", "--memory", hidden=True, help=NO_EFFECT)
    memory_swap: str = flag("--memory-swap", hidden=True, help=NO_EFFECT)
    cpu_shares: int = flag("-c", "--cpu-shares", hidden=True, help=NO_EFFECT)
    cpu_period: int = flag("--cpu-period", hidden=True, help=NO_EFFECT)
    cpu_quota: int = flag("--cpu-quota", hidden=True, help=NO_EFFECT)
    cpuset_cpus: str = flag("--cpuset-cpus", hidden=True, help=NO_EFFECT)
    cpuset_mems: str = flag("--cpuset-mems", hidden=True, help=NO_EFFECT)
    rm: bool = flag("--rm", default=True, hidden=True, help=NO_EFFECT)
    force_rm: bool = flag("--force-rm", hidden=True, help=NO_EFFECT)


@options
class ClassicBuildOptions(SharedBuildOptions):
    """`build [OPTIONS] PATH | URL | -` without BuildKit."""

    add_host: tuple[str, ...] = flag(
        "--add-host", parse=extra_host, help="Add an entry to /etc/hosts: HOST:IP", sources="extra-hosts"
    )
    build_arg: tuple[str, ...] = flag(
        "--build-arg",
        parse=env,
        help="Build-time variable: NAME=VALUE; NAME alone takes its value from the environment",
        sources="build-arguments",
    )
    cache_from: tuple[str, ...] = flag(
        "--cache-from", parse=words, metavar="strings", help="Image to consider as a cache source", sources="images"
    )
    compress: bool = flag("--compress", help="Compress the build context with gzip")
    cpu_period: int = flag("--cpu-period", help="CPU CFS (Completely Fair Scheduler) period, in microseconds")
    cpu_quota: int = flag("--cpu-quota", help="CPU CFS (Completely Fair Scheduler) quota, in microseconds")
    cpu_shares: int = flag("-c", "--cpu-shares", help="CPU shares (relative weight)")
    cpuset_cpus: str = flag("--cpuset-cpus", help="CPUs to use: 0-3 or 0,1")
    cpuset_mems: str = flag("--cpuset-mems", help="Memory nodes to use: 0-3 or 0,1")
    disable_content_trust: bool = trust_flag("Skip image verification")
    file: str = flag(
        "-f", "--file", help='Path of the Dockerfile, or "-" for STDIN (default: PATH/Dockerfile)', sources="files"
    )
    force_rm: bool = flag("--force-rm", help="Always remove intermediate containers, even after a failure")
    isolation: str = flag(
        "--isolation", help="Container isolation technology (Windows only)", sources="default hyperv process"
    )
    label: tuple[str, ...] = flag("--label", parse=label, help="Image metadata: NAME=VALUE")
    memory: int = flag("-m", "--memory", parse=ram_bytes, metavar="bytes", help="Memory limit")
    memory_swap: int = flag(
        "--memory-swap", parse=swap_bytes, metavar="bytes", help="Memory plus swap limit; -1 for unlimited swap"
    )
    network: str = flag(
        "--network",
        default="default",
        since="1.25",
        help="Networking mode of RUN instructions",
        sources="default none host",
    )
    platform: str = default_platform_flag("1.38", "Target platform")
    rm: bool = flag("--rm", default=True, help="Remove intermediate containers after a successful build")
    security_opt: tuple[str, ...] = flag("--security-opt", parse=words, metavar="strings", help="Security options")
    squash: bool = flag(
        "--squash", since="1.25", experimental=True, help="Squash newly built layers into a single layer"
    )
    tag: tuple[str, ...] = flag("-t", "--tag", parse=tag, help="Image name: NAME[:TAG]; repeatable")
