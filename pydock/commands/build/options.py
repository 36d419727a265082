"""The flags of builds: BuildKit's, and those of the classic builder, which knows other ones."""

from __future__ import annotations

from pydock.commands.shared import default_platform_flag, trust_flag
from pydock.flags.pairs import env, extra_host, label, words
from pydock.flags.reference import tag
from pydock.flags.units import Ulimit, ram_bytes, swap_bytes, ulimit
from pydock.options import Options, argument, flag, options

CONTEXT = "PATH | URL | -"


@options
class BuildOptions(Options):
    """`build [OPTIONS] PATH | URL | -` with BuildKit. Lists are taken apart by flags.builds, in the verb."""

    context: str = argument(CONTEXT, sources="folders")

    # -- what is built -----------------------------------------------------------------------------
    file: str = flag(
        "-f",
        "--file",
        help='The Dockerfile: a path, a URL, or "-" for stdin (default: PATH/Dockerfile)',
        sources="files",
    )
    build_arg: tuple[str, ...] = flag(
        "--build-arg",
        metavar="stringArray",
        help="Set a variable of the build: NAME=VALUE; NAME alone takes the caller's value",
        sources="build-arguments",
    )
    build_context: tuple[str, ...] = flag(
        "--build-context", metavar="stringArray", help="One more context: NAME=PATH, a URL, docker-image://IMAGE"
    )
    target: str = flag("--target", help="Stage to build", sources="stages")
    platform: tuple[str, ...] = flag(
        "--platform",
        metavar="stringArray",
        env="DOCKER_DEFAULT_PLATFORM",
        help="Platform to build for",
        sources="platforms",
    )
    pull: bool = flag("--pull", help="Look for newer images, always")
    call: str = flag(
        "--call",
        default="build",
        help='Ask about the Dockerfile instead of building: "check", "outline", "targets"',
        sources="build check outline targets",
    )
    check: bool = flag("--check", help="As --call=check")

    # -- what comes out ----------------------------------------------------------------------------
    tag: tuple[str, ...] = flag("-t", "--tag", metavar="stringArray", help="Name of the image: NAME[:TAG]; repeatable")
    output: tuple[str, ...] = flag(
        "-o",
        "--output",
        metavar="stringArray",
        help="Where the result goes: DEST, or type=local,dest=PATH",
        sources="type=docker type=image type=local,dest= type=oci,dest= type=registry type=tar,dest=",
    )
    load: bool = flag("--load", help="As --output=type=docker")
    push: bool = flag("--push", help="As --output=type=registry")
    label: tuple[str, ...] = flag("--label", metavar="stringArray", help="Set a label of the image: NAME=VALUE")
    annotation: tuple[str, ...] = flag("--annotation", metavar="stringArray", help="Annotate the image: KEY=VALUE")
    attest: tuple[str, ...] = flag(
        "--attest",
        metavar="stringArray",
        help="Attestation to add: type=sbom,generator=IMAGE",
        sources="type=provenance type=sbom",
    )
    provenance: str = flag("--provenance", help="As --attest=type=provenance")
    sbom: str = flag("--sbom", help="As --attest=type=sbom")
    iidfile: str = flag("--iidfile", help="File that the image's id is written to", sources="files")
    metadata_file: str = flag(
        "--metadata-file", help="File that what is known of the result is written to, as JSON", sources="files"
    )

    # -- cache -------------------------------------------------------------------------------------
    no_cache: bool = flag("--no-cache", help="Use nothing that was built before")
    no_cache_filter: tuple[str, ...] = flag(
        "--no-cache-filter",
        metavar="stringArray",
        help="Stage of which nothing that was built before is used",
        sources="stages",
    )
    cache_from: tuple[str, ...] = flag(
        "--cache-from", metavar="stringArray", help="Image, or other place, that cache comes from", sources="images"
    )
    cache_to: tuple[str, ...] = flag("--cache-to", metavar="stringArray", help="Place that cache is written to")

    # -- what steps may use ------------------------------------------------------------------------
    add_host: tuple[str, ...] = flag(
        "--add-host", parse=words, metavar="strings", help="Name to add to /etc/hosts: HOST:IP"
    )
    allow: tuple[str, ...] = flag(
        "--allow",
        metavar="stringArray",
        help='Extra right to grant: "network.host", "security.insecure", "device"',
        sources="network.host security.insecure",
    )
    cgroup_parent: str = flag("--cgroup-parent", help="Parent cgroup of RUN instructions")
    network: str = flag("--network", default="default", help="Network of RUN instructions", sources="default none host")
    secret: tuple[str, ...] = flag(
        "--secret", metavar="stringArray", help="Secret to lend: id=NAME[,src=FILE|,env=NAME]", sources="id="
    )
    shm_size: int = flag("--shm-size", parse=ram_bytes, metavar="bytes", help="Size of /dev/shm")
    ssh: tuple[str, ...] = flag(
        "--ssh",
        metavar="stringArray",
        help="ssh agent or keys to lend: default|NAME[=SOCKET|=KEY[,KEY]]",
        sources="default",
    )
    ulimit: tuple[Ulimit, ...] = flag(
        "--ulimit", parse=ulimit, metavar="ulimit", help="Limit of processes: NAME=SOFT[:HARD]", sources="ulimits"
    )

    # -- how it is told ----------------------------------------------------------------------------
    progress: str = flag(
        "--progress",
        default="auto",
        help='How progress is shown: "auto", "none", "plain", "quiet", "rawjson" or "tty"',
        sources="auto none plain quiet rawjson tty",
    )
    quiet: bool = flag("-q", "--quiet", help="Print the image's id only")
    builder: str = flag(
        "--builder",
        help='Builder to use; only the engine\'s own ("default") is known here',
        env="BUILDX_BUILDER",
        sources="default",
    )
    debug: bool = flag("-D", "--debug", help="Say more about what is done")

    # -- flags of the classic builder: accepted, without effect ------------------------------------
    print_: str = flag("--print", hidden=True, help="As --call")
    compress: bool = flag("--compress", hidden=True, help="Without effect")
    isolation: str = flag("--isolation", hidden=True, help="Without effect")
    security_opt: tuple[str, ...] = flag(
        "--security-opt", parse=words, metavar="strings", hidden=True, help="Without effect"
    )
    squash: bool = flag("--squash", hidden=True, help="Without effect")
    memory: str = flag("-m", "--memory", hidden=True, help="Without effect")
    memory_swap: str = flag("--memory-swap", hidden=True, help="Without effect")
    cpu_shares: int = flag("-c", "--cpu-shares", hidden=True, help="Without effect")
    cpu_period: int = flag("--cpu-period", hidden=True, help="Without effect")
    cpu_quota: int = flag("--cpu-quota", hidden=True, help="Without effect")
    cpuset_cpus: str = flag("--cpuset-cpus", hidden=True, help="Without effect")
    cpuset_mems: str = flag("--cpuset-mems", hidden=True, help="Without effect")
    rm: bool = flag("--rm", default=True, hidden=True, help="Without effect")
    force_rm: bool = flag("--force-rm", hidden=True, help="Without effect")


@options
class ClassicBuildOptions(Options):
    """`build [OPTIONS] PATH | URL | -` without BuildKit."""

    context: str = argument(CONTEXT, sources="folders")
    add_host: tuple[str, ...] = flag("--add-host", parse=extra_host, help="Name to add to /etc/hosts: HOST:IP")
    build_arg: tuple[str, ...] = flag(
        "--build-arg",
        parse=env,
        help="Set a variable of the build: NAME=VALUE; NAME alone takes the caller's value",
        sources="build-arguments",
    )
    cache_from: tuple[str, ...] = flag(
        "--cache-from", parse=words, metavar="strings", help="Image whose layers may be used as cache", sources="images"
    )
    cgroup_parent: str = flag("--cgroup-parent", help="Parent cgroup of RUN instructions")
    compress: bool = flag("--compress", help="Send the context compressed by gzip")
    cpu_period: int = flag("--cpu-period", help="Period of the CPU scheduler (CFS), in microseconds")
    cpu_quota: int = flag("--cpu-quota", help="Quota of the CPU scheduler (CFS), in microseconds")
    cpu_shares: int = flag("-c", "--cpu-shares", help="CPU shares (relative weight)")
    cpuset_cpus: str = flag("--cpuset-cpus", help="CPUs to run on: 0-3, 0,1")
    cpuset_mems: str = flag("--cpuset-mems", help="Memory nodes to run on: 0-3, 0,1")
    disable_content_trust: bool = trust_flag("Skip the check of images' signatures")
    file: str = flag(
        "-f", "--file", help='The Dockerfile: a path, or "-" for stdin (default: PATH/Dockerfile)', sources="files"
    )
    force_rm: bool = flag("--force-rm", help="Remove intermediate containers also after a failure")
    iidfile: str = flag("--iidfile", help="File that the image's id is written to", sources="files")
    isolation: str = flag("--isolation", help="How RUN instructions are isolated (Windows)")
    label: tuple[str, ...] = flag("--label", parse=label, help="Set a label of the image: NAME=VALUE")
    memory: int = flag("-m", "--memory", parse=ram_bytes, metavar="bytes", help="Limit of memory")
    memory_swap: int = flag(
        "--memory-swap", parse=swap_bytes, metavar="bytes", help="Limit of memory and swap together; -1 is no limit"
    )
    network: str = flag(
        "--network", default="default", since="1.25", help="Network of RUN instructions", sources="default none host"
    )
    no_cache: bool = flag("--no-cache", help="Use nothing that was built before")
    platform: str = default_platform_flag("1.38", "Platform to build for")
    pull: bool = flag("--pull", help="Look for newer images, always")
    quiet: bool = flag("-q", "--quiet", help="Print the image's id only")
    rm: bool = flag("--rm", default=True, help="Remove intermediate containers after a success")
    security_opt: tuple[str, ...] = flag("--security-opt", parse=words, metavar="strings", help="Security options")
    shm_size: int = flag("--shm-size", parse=ram_bytes, metavar="bytes", help="Size of /dev/shm")
    squash: bool = flag("--squash", since="1.25", experimental=True, help="Make one layer of the new ones")
    tag: tuple[str, ...] = flag("-t", "--tag", parse=tag, help="Name of the image: NAME[:TAG]; repeatable")
    target: str = flag("--target", help="Stage to build", sources="stages")
    ulimit: tuple[Ulimit, ...] = flag(
        "--ulimit", parse=ulimit, metavar="ulimit", help="Limit of processes: NAME=SOFT[:HARD]", sources="ulimits"
    )
