"""Which builder builds: by DOCKER_BUILDKIT, by the engine, and with which of the flags."""

from __future__ import annotations

from typing import Any

from pydock.cli.pflag import FlagSet
from pydock.commands.build.choice import ONLY_BUILDKIT, classic_options
from pydock.commands.build.options import BuildOptions, ClassicBuildOptions
from tests.support.cli import cli


def test_which_builder() -> None:
    """By the environment: other flags, another help, a warning."""
    assert "--secret" in cli("build", "--help").out and "--compress" not in cli("build", "--help").out
    classic = cli("build", "--help", environ={"DOCKER_BUILDKIT": "0"})
    assert (
        "--compress" in classic.out
        and "--secret" not in classic.out
        and classic.err.startswith("DEPRECATED: The legacy builder")
    )
    assert cli("help", "build", environ={"DOCKER_BUILDKIT": "false"}).out == classic.out
    wrong = cli("build", ".", environ={"DOCKER_BUILDKIT": "x"})
    assert (wrong.code, wrong.err) == (
        1,
        'DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing "x": invalid syntax\n',
    )
    assert (
        cli("build", "--secret", "x", ".", environ={"DOCKER_BUILDKIT": "0"})
        .err.splitlines()[-5]
        .startswith("unknown flag: --secret")
    )


def test_flags_that_both_builders_have_keep_their_meaning() -> None:
    """What was typed for BuildKit, as the classic builder's own flags would have read it."""
    typed = [
        "--add-host", "a:1.2.3.4", "--add-host", "b:::1", "--build-arg", "A=b,c", "--build-arg", "B", "--cache-from", "x,y", "--cgroup-parent", "/p", "-f", "D", "--iidfile", "i",
        "--label", "k=v", "--label", "e", "--network", "host", "--no-cache", "--platform", "linux/arm64", "--pull", "--shm-size", "1g", "-t", "app", "--target", "end",
        "--ulimit", "nofile=1:2",
    ]  # fmt: skip

    def made(kind: Any, words: list[str]) -> Any:
        parsed = FlagSet(kind.flag_specs).parse([*words, "."])
        return kind(**parsed.values, context=parsed.words[0])

    assert classic_options(made(BuildOptions, typed)) == made(ClassicBuildOptions, typed)
    assert classic_options(made(BuildOptions, ["--progress", "quiet"])).quiet
    assert not classic_options(made(BuildOptions, ["--progress", "plain"])).quiet


def test_every_flag_of_buildkit_alone_is_refused_or_makes_no_difference() -> None:
    lacking = {s.dest for s in BuildOptions.flag_specs} - {s.dest for s in ClassicBuildOptions.flag_specs}
    assert lacking - set(ONLY_BUILDKIT) == {"builder", "debug", "load", "progress"} and set(ONLY_BUILDKIT) < lacking
