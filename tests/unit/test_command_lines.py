"""What comes before the command itself: the order in which a command line is judged, as docker does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pydock import DOCKER_VERSION, __version__
from pydock.cli.index import OWN
from pydock.cli.params import bind, count_problem
from pydock.cli.tree import find
from pydock.config.endpoint import default_endpoint, flag_tls
from pydock.config.globals import Globals
from pydock.errors import Unreachable
from pydock.options import Options, argument, options
from tests.support.cli import Result, cli, refused
from tests.support.samples import info

ROOT = Path(__file__).parents[2]

BROKEN = "WARNING: Error parsing config file ({}/config.json): unexpected EOF\n"


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A folder whose config.json is cut off."""
    (tmp_path / "config.json").write_text("{")
    return str(tmp_path)


@pytest.mark.parametrize("line", ["--nope", "ps --nope", "nosuch", "ps a", "inspect --type Container x", "network"])
def test_a_broken_configuration_is_told_before_anything_else(line: str, broken: str) -> None:
    done = cli("--config", broken, *line.split())
    assert done.err.startswith(BROKEN.format(broken)) and done.err.count("WARNING") == 1
    assert done.err != BROKEN.format(broken)


def test_global_flags_that_cannot_be_come_before_wrong_ones(broken: str) -> None:
    conflict = "conflicting options: cannot specify both --host and --context\n"
    for line in ("--context a -H b --nope", "--context a -H b ps --nope", "--context a -H b"):
        assert cli(*line.split()) == Result(1, "", conflict)
    assert cli("-l", "x", "--config", broken, "--nope") == Result(1, "", "Unable to parse logging level: x\n")


def test_two_hosts_are_one_too_many() -> None:
    """As CLI 28.2 says it."""
    with pytest.raises(ValueError, match="Specify only one -H"):
        default_endpoint(Globals.make(host=("a", "b")), {}, "/nonexistent")


def test_what_the_engine_lacks_comes_before_a_wrong_flag_and_a_wrong_number_of_words() -> None:
    experimental = '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'
    assert cli("start", "--checkpoint", "x", "-Z", "web") == Result(1, "", experimental)
    assert cli("start", "--checkpoint", "x") == Result(1, "", experimental)
    done = cli("start", "-Z", "--checkpoint", "x", "web")
    assert done.code == 125 and done.err.startswith("unknown shorthand flag: 'Z' in -Z\n")
    assert cli("create", "--cpu-count=5", "--cpu-quota", "").err.startswith(
        '"--cpu-count" is only supported on a Docker daemon running on windows'
    )
    old = cli("builder", "prune", "--nope", api_version="1.30")
    assert old == Result(
        1, "", "docker builder prune requires API version 1.39, but the Docker daemon API version is 1.30\n"
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("network rm x", "network rm requires API version 1.21"), ("network list", "network ls requires API version 1.21"), ("network", "network requires API version 1.21"),
        ("network nosuch", "network requires API version 1.21"), ("network --since x", "network requires API version 1.21"),
        ("network connect --gw-priority x a b", "network connect requires API version 1.21"), ("volume rm --force a", "volume rm requires API version 1.21"),
        ("volume prune -f", "volume prune requires API version 1.25"), ("plugin", "plugin requires API version 1.25"), ("plugin set a", "plugin set requires API version 1.25"),
        ("plugin upgrade a", "plugin upgrade requires API version 1.26"), ("checkpoint --nope", "checkpoint requires API version 1.25"), ("builder x", "builder requires API version 1.31"),
    ],
)  # fmt: skip
def test_what_the_engine_lacks_for_a_group_comes_before_all_that_is_wrong_with_the_words(line: str, what: str) -> None:
    """Where the version that is asked for is none, as docker says it."""
    done = cli(
        *line.split(), environ={"DOCKER_API_VERSION": "foo", "DOCKER_HOST": "unix:///nonexistent.sock"}, own_engine=True
    )
    assert done == Result(1, "", f"docker {what}, but the Docker daemon API version is foo\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("start --checkpoint x --help", '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'),
        ("--help container start --checkpoint=x", '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'),
        ("create --help --cpu-count=5", '"--cpu-count" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux\n'),
        ("start --help", "Usage:  docker start [OPTIONS] CONTAINER [CONTAINER...]\n"),
        ("checkpoint ls --help", "Usage:  docker checkpoint ls [OPTIONS] CONTAINER\n"),
    ],
)  # fmt: skip
def test_in_place_of_the_help_stands_what_the_engine_lacks_for_a_flag(line: str, told: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.out.splitlines(True)[0], done.err) == (0, told, "")


@pytest.mark.parametrize("line", ["builder --help", "help builder", "--help builder", "builder nosuch --help"])
def test_in_place_of_the_help_stands_what_the_requested_version_lacks(line: str) -> None:
    environ = {"DOCKER_API_VERSION": "1.24", "DOCKER_HOST": "unix:///nonexistent.sock"}
    lacking = "requires API version 1.31, but the Docker daemon API version is 1.24\n"
    assert cli(*line.split(), environ=environ, own_engine=True) == Result(0, f"docker builder {lacking}", "")


def test_of_an_address_that_is_none_nothing_experimental_is_expected() -> None:
    done = cli("--tls", "checkpoint", "ls", "--nope", own_engine=True)
    assert (done.code, done.err) == (
        1,
        "docker checkpoint ls is only supported on a Docker daemon with experimental features enabled\n",
    )
    done = cli("-H", "unix:///nonexistent/s", "checkpoint", "ls", "--nope", own_engine=True)
    assert done.code == 125 and done.err.startswith("unknown flag: --nope\n")


def test_flags_before_a_command_that_ask_for_help_mean_its_help() -> None:
    for line, what in (
        ("--help ps", "ps"),
        ("-h ps", "ps"),
        ("--help container ls", "container ls"),
        ("container --help ls", "container ls"),
    ):
        done = cli(*line.split())
        assert (done.code, done.out.splitlines()[0]) == (0, f"Usage:  docker {what} [OPTIONS]")
    done = cli("--help", "ps", "--nope")
    assert done.code == 125 and done.err.startswith("unknown flag: --nope\n")
    # run's -h is its own, and so is its --help
    assert cli("--help", "run").err.startswith("docker: 'docker run' requires at least 1 argument\n")
    assert cli("--help", "nosuch").out.startswith("Usage:  docker [OPTIONS] COMMAND\n")
    for line in ("help help", "help --help", "--help help"):
        assert cli(*line.split()) == Result(0, "Usage:  docker help [command]\n\nHelp about the command\n", "")
    assert cli("help", "ps", "--nope").code == 125


def test_the_version_is_told_only_where_there_is_no_command() -> None:
    line = f"Docker version {DOCKER_VERSION}, build pydock\n"
    assert cli("--version").out == line
    assert cli("--version", prog="pydock").out == f"{line}pydock version {__version__}\n"
    assert cli("--version", "nosuch").out.startswith("Docker version ")
    assert cli("--version", "ps", table={("GET", "/containers/json"): []}).out.startswith("CONTAINER ID")
    assert cli("--version", "container", "nosuch").err.startswith("docker: unknown command: docker container nosuch\n")


@pytest.mark.parametrize("flags", ["", "--force", "-f", "--force=x y -Z", "-- --force"])
def test_an_unknown_command_is_told_as_such_whatever_flags_come_after_it(flags: str) -> None:
    assert cli("nosuch", *flags.split()) == Result(
        1, "", "docker: unknown command: docker nosuch\n\nRun 'docker --help' for more information\n"
    )
    group = "docker: unknown command: docker volume nosuch\n\nUsage:  docker volume\n\nRun 'docker volume --help' for more information\n"
    assert cli("volume", "nosuch", *flags.split()) == Result(1, "", group)


def test_small_points_of_the_grammar() -> None:
    assert cli("-l", "", "nosuch").err.startswith("docker: unknown command")
    assert cli("ps", "-aé").err.startswith("unknown shorthand flag: 'Ã' in -é\n")
    assert cli("--tls", "--tlscacert", "'/nonexistent/a'", "ps", own_engine=True).err.startswith(
        "Failed to initialize: unable to resolve docker endpoint: open /nonexistent/a: no such file or directory"
    )
    wrong = {"DOCKER_CUSTOM_HEADERS": "nothing"}
    assert "missing \"=\" in key=value pair: 'nothing'" in cli("ps", environ=wrong, own_engine=True).err
    both = cli("-H", "tcp://a:b", "ps", environ=wrong, own_engine=True)
    assert both.err.startswith("Failed to initialize: unable to resolve docker endpoint: ")
    assert flag_tls(Globals.make(), {"DOCKER_TLS": "1"}, "/x") is not None
    assert flag_tls(Globals.make(tls=False, given=frozenset({"tls"})), {"DOCKER_TLS": "1"}, "/x") is None


def test_the_classic_builder_is_called_deprecated_before_anything_else_is_said() -> None:
    off = {"DOCKER_BUILDKIT": "0"}
    for line in ("build --nope", "builder prune --nope", "builder nosuch", "image build"):
        assert cli(*line.split(), environ=off).err.startswith("DEPRECATED: The legacy builder is deprecated"), line
    assert cli("--tls", "build", environ=off, own_engine=True).err.startswith("DEPRECATED: ")
    for line in ("help build", "image ls --nope", "bake"):
        assert "DEPRECATED" not in cli(*line.split(), environ=off).err
    wrong = (
        'DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing "x": invalid syntax\n'
    )
    assert cli("ps", "--nope", environ={"DOCKER_BUILDKIT": "x"}) == Result(1, "", wrong)


def test_aliases_that_docker_does_not_allow(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"aliases": {"ps": "x"}}')
    done = cli("--config", str(tmp_path), "ps", "--nope")
    assert done == Result(1, "", 'not allowed to alias "ps" (allowed: map[string]struct {}{"builder":struct {}{}})\n')


def test_a_context_behind_a_file_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "contexts").write_text("")

    done = cli("--config", str(tmp_path), "-c", "a", "ps", own_engine=True)
    assert 'context "a": open ' in done.err and done.err.endswith("not a directory\n")


@pytest.mark.parametrize(
    "line",
    [
        "inspect a b",
        "stop a b",
        "rm -f a",
        "version",
        "info",
        "network rm a b",
        "image inspect x",
        "volume ls",
        "run x",
        "start a",
    ],
)
def test_an_address_that_is_none_ends_a_command_at_once(line: str) -> None:
    """Nothing is printed but the reason, once, whatever else the command would do."""
    done = cli("--tls", "--tlscacert", "/nonexistent/ca", *line.split(), own_engine=True)
    reason = "unable to resolve docker endpoint: open /nonexistent/ca: no such file or directory"
    assert done == Result(1, "", f"Failed to initialize: {reason}\n")


@pytest.mark.parametrize(
    "line",
    [
        "network create --gateway a n",
        "tag a//b c",
        "volume inspect ''",
        "image inspect -f {{nope}} x",
        "rmi --platform a/b/c/d x",
        "system prune --volumes --filter until=1h",
        "commit '' UPPER",
        "push busybox@sha256:" + "f" * 64,
        "events --since x",
        "inspect --type container ''",
        "rm ''",
        "import - UPPER",
        "run --env-file /nonexistent/e x",
    ],
)
def test_where_docker_asks_for_its_engine_first_so_do_we(line: str) -> None:
    words = [w.strip("'") for w in line.split()]
    assert cli("--tls", "--tlscacert", "/nonexistent/ca", *words, own_engine=True).err.startswith(
        "Failed to initialize: "
    )


@pytest.mark.parametrize(
    "line",
    [
        "rename a ''",
        "start -a a b",
        "load -i /nonexistent/f",
        "history --platform x y",
        "pull a//b",
        "push UPPER",
        "save --platform x y",
        "load --platform x",
        "export -o /nonexistent/o x",
        "diff ''",
        "run --pull x y",
        "events --format {{",
    ],
)
def test_elsewhere_what_is_wrong_here_is_told_first(line: str) -> None:
    words = [w.strip("'") for w in line.split()]
    done = cli("--tls", "--tlscacert", "/nonexistent/ca", *words, own_engine=True)
    assert done.code and not done.err.startswith("Failed to initialize: ")


def test_an_address_that_is_none_is_no_matter_until_the_engine_is_asked() -> None:
    done = cli("--tls", "--tlscacert", "/nonexistent/ca", "volume", "prune", own_engine=True)
    assert (done.code, done.err) == (0, "") and done.out.startswith("WARNING! This will remove anonymous local volumes")


def test_an_address_that_cannot_be_spoken_to_is_one_where_no_engine_answers() -> None:
    done = cli("create", "--health-start-interval", "1h", "", own_engine=True, environ={"DOCKER_HOST": "fd://x"})
    assert (done.code, done.err) == (1, "invalid reference format\n")


def test_where_an_archive_goes_is_looked_at_before_what_goes_into_it(tmp_path: Path) -> None:
    done = cli("export", "", "-o", "no/such/o", folder=tmp_path)
    assert done == Result(
        1, "", "failed to export container: invalid output path: stat no/such: no such file or directory\n"
    )
    assert cli("context", "export", "nosuch", "f", files={"f": ""}, folder=tmp_path) == Result(
        1, "", "open f: file exists\n"
    )
    assert cli("commit", "", "UPPER").err == "invalid container name or ID: value is empty\n"


def test_a_context_list_ends_where_the_default_one_cannot_be(tmp_path: Path) -> None:
    reason = "open /nonexistent/ca: no such file or directory\n"
    for line in ("context ls", "context inspect default", "context inspect"):
        done = cli(
            "--config",
            str(tmp_path),
            "--tls",
            "--tlscacert",
            "/nonexistent/ca",
            *line.split(),
            environ={"DOCKER_HOST": "tcp://a"},
        )
        assert (done.code, done.err) == (1, reason), line


def test_usage_lines_are_those_of_docker() -> None:
    assert "\n\nUsage:  docker builder prune\n\n" in cli("builder", "prune", "--nope").err
    assert "\n\nUsage:  docker context use CONTEXT\n\n" in cli("context", "use", "--nope").err


def test_a_plugin_gets_the_words_where_they_were_typed(tmp_path: Path) -> None:
    """Also where a flag's value is the word that stands for the plugin."""
    folder = tmp_path / ".docker" / "cli-plugins"
    folder.mkdir(parents=True)
    says = '{"SchemaVersion": "0.1.0", "Vendor": "x", "Version": "1"}'
    script = f"""#!/bin/sh\n[ "$1" = docker-cli-plugin-metadata ] && echo '{says}' || echo "$@" >{tmp_path}/got\n"""
    for name in ("buildx", "say"):
        (folder / f"docker-{name}").write_text(script)
        (folder / f"docker-{name}").chmod(0o755)
    (tmp_path / ".docker" / "config.json").write_text('{"aliases": {"builder": "say"}}')
    for line, wanted in {
        "-c bake bake x": "-c bake buildx bake x", "-c builder builder du": "-c builder say du", "-D say --context builder": "-D say --context builder",
    }.items():  # fmt: skip
        done = cli(*line.split(), environ={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
        assert (done.code, done.err, (tmp_path / "got").read_text()) == (0, "", wanted + "\n")


def test_an_installed_plugin_takes_the_place_of_a_verb_that_docker_has_not(tmp_path: Path) -> None:
    """In runs, help, completion and lists; docker's own verbs stay."""
    folder = tmp_path / ".docker" / "cli-plugins"
    folder.mkdir(parents=True)
    says = '{"SchemaVersion": "0.1.0", "Vendor": "x", "ShortDescription": "Of the plugin"}'
    script = f"""#!/bin/sh\n[ "$1" = docker-cli-plugin-metadata ] && echo '{says}' || echo "got $@"\n"""
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    own = sorted(name for name in OWN if " " not in name)
    assert {"api", "doctor", "engine", "recreate", "setup"} <= set(own)
    for name in [*own, "ps"]:
        (folder / f"docker-{name}").write_text(script)
        (folder / f"docker-{name}").chmod(0o755)
    for name in own:
        assert find(name) is not None
        assert run_as(name, "--yes", environ=environ) == f"got {name} --yes\n"
        assert run_as(name, "--help", environ=environ) == f"got {name} --help\n"
        assert run_as("help", name, environ=environ) == f"got {name} --help\n"
        assert run_as("__complete", name, "x", environ=environ) == f"got __complete {name} x\n"
        assert f"\n{name}\tOf the plugin\n" in "\n" + cli("__complete", name, environ=environ).out
    assert cli("ps", table={("GET", "/containers/json"): []}, environ=environ).out.startswith("CONTAINER ID")
    help_text = cli("--help", environ=environ).out
    assert help_text.count("Of the plugin") == len(own) and "Commands beyond docker:" not in help_text
    (folder / "docker-api").write_text("#!/bin/sh\nexit 1\n")
    assert cli("api", "--help", environ=environ).out.startswith("Usage:  docker api")


def run_as(*line: str, environ: dict[str, str]) -> str:
    """What a plugin prints, which writes to this process's stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "pydock", *line], env=environ, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout


def test_an_address_that_is_none_does_not_answer() -> None:
    """Whatever asks the engine what it is gets no fault instead: fd:// is an address by docker's rules, and cannot be dialled."""
    done = cli("build", "--help", environ={"DOCKER_HOST": "fd://x"}, own_engine=True)
    assert done.code == 0 and done.err == ""
    done = cli("ps", "--no-trunc", environ={"DOCKER_HOST": "fd://x"}, own_engine=True)
    assert done.code == 1 and "bug in pydock" not in done.err
    done = cli("checkpoint", "ls", "x", environ={"DOCKER_HOST": "fd://x"}, own_engine=True)
    assert done.code == 1 and "bug in pydock" not in done.err


def test_info_asks_the_engine_before_it_reads_a_template_and_tells_both_problems() -> None:
    table = {("GET", "/info"): refused(500, "went wrong")}
    down = {("GET", "/info"): Unreachable("is it running?", "unix:///x")}
    wrong = "template parsing error: template: :1: unclosed action\n"
    for form in ("{{", "{{.ID"):
        assert cli("info", "-f", form, table={("GET", "/info"): info()}).err == wrong
        assert (done := cli("info", "-f", form, table=down)).code == 64 and done.err == f"is it running?\n{wrong}"
    told = "Error response from daemon: went wrong\n"
    done = cli("info", "-f", "{{json .ServerErrors}} {{.NCPU}}", table=table)
    assert (done.code, done.out, done.err) == (0, '["Error response from daemon: went wrong"] 0\n', told)
    assert (done := cli("info", "-f", "{{", table=table)).code == 64 and done.err == told + wrong
    done = cli("info", table=table)
    assert (
        done.code == 1
        and done.out.endswith("\nServer:\n")
        and done.err == f"ERROR: {told}errors pretty printing info\n"
    )
    assert cli("info", "-f", "{{json .ServerErrors}}", table=down).out == "null\n"
    assert cli("info", "-f", "{{.ClientInfo.Debug}}") == Result(0, "false\n", "")


def test_help_that_is_not_wanted() -> None:
    """--help=false is no flag of a command."""
    assert cli("ps", "-q", "--help=false", table={("GET", "/containers/json"): []}).code == 0
    assert cli("ps", "--help=false", "--help").out.startswith("Usage:")


def test_more_words_than_docker_takes_change_nothing_in_what_it_says_of_too_few() -> None:
    @options
    class Two(Options):
        first: str = argument("FIRST")
        more: tuple[str, ...] = argument("[FIRST...]", own=True)
        last: str = argument("LAST")

    assert count_problem(Two.argument_specs, 1) == ("requires 2 arguments", "Run")
    assert count_problem(Two.argument_specs, 4) is None
    assert bind(Two.argument_specs, ["a", "b", "c", "d"]) == {"first": "a", "more": ("b", "c"), "last": "d"}
    assert bind(Two.argument_specs, ["a", "b"]) == {"first": "a", "more": (), "last": "b"}
