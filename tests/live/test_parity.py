"""The real docker CLI and pydock side by side on the same engine."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydock.commands.inspect import Printer
from pydock.errors import Failure
from pydock.go.json import decode
from tests.support import swarms
from tests.support.cli import Done, program
from tests.support.engines import EngineProcess

pytestmark = [pytest.mark.live, pytest.mark.parity]

DATA = Path(__file__).parents[1] / "data"


def lines_of(file: str) -> list[str]:
    return [line for line in (DATA / file).read_text().splitlines() if line and not line.startswith("#")]


LINES, SWARM_LINES = lines_of("parity.txt"), lines_of("parity_swarm.txt")

#: lines whose difference is meant, and why
EXPLAINED = {
    **dict.fromkeys(
        ("docker bogus --flag", "docker bogus -x y", "docker container bogus --flag"),
        "an unknown command is told as one, whatever flags stand after it; docker tells of the first flag",
    ),
    **dict.fromkeys(("docker logs a b", "docker cp e1:/a e1:/b"), "beyond docker, which refuses it"),
    'docker diff ""': "CLI 28.2, which the recordings are of, has a sentence of its own; 28.5 has that of all commands",
}

_AGO = r"(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour)s?)"
PLACEHOLDERS = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d(?: UTC)?)?"), "<time>"),
    (re.compile(_AGO + " ago", re.I), "<ago>"), (re.compile(f"(?<=Up ){_AGO}"), "<ago>"), (re.compile(r"(?:sha256:)?\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<id>"),
    # of a swarm: ids, tokens, keys, certificates
    (re.compile(r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}"), "<token>"), (re.compile(r"SWMKEY-1-[\w+/]{43}"), "<key>"), (re.compile(r"\b(?=[a-z]*\d)[0-9a-z]{25}\b"), "<id>"),
    (re.compile(r"-----BEGIN CERTIFICATE-----[\w+/=\s\\]*-----END CERTIFICATE-----"), "<certificate>"), (re.compile(r'(?<="CertIssuerPublicKey": ")[\w+/=]+|(?<=Issuer Public Key:\t)[\w+/=]+|\[(?:\d+ ){60,}\d+\]'), "<key>"),
    (re.compile(r'(?<="Index": )\d+'), "<index>"), (re.compile(r"(?:^|(?<=^id: )|(?<=\.)|(?<=\"ID\":\"))[0-9a-z]{12}(?=\s|@|\"|$)", re.M), "<id>"),
    (re.compile(r"\b[a-z]+_[a-z]+(?=\s|$)", re.M), "<name>"), (re.compile(r"(?<=:)(?:3[2-9]|[45]\d|6[0-5])\d{3}\b"), "<port>"),
    (re.compile("  +"), "  "),
    # the newest API that each client speaks, in what it says where no engine has told its own
    (re.compile(r"(?<=/v)1\.(?:51|55)(?=/)"), "<newest API>"),
    # newer Go releases name the types; docker's own builds do not
    (re.compile(r"(incompatible types for comparison): [\w.\[\]{} ]+ and [\w.\[\]{} ]+"), r"\1"),
]  # fmt: skip


def normal(data: bytes, folder: Path) -> str:
    text = data.decode("utf-8", "replace").replace(str(folder), "<folder>")
    for pattern, name in PLACEHOLDERS:
        text = pattern.sub(name, text)
    return text


def run_all(
    client: Path, engine: EngineProcess, folder: Path, lines: list[str], **more: str
) -> list[tuple[int, str, str]]:
    """What each line does with this client, in a folder and a HOME of its own."""
    (folder / "bin").mkdir(parents=True)
    (folder / "home").mkdir()
    (folder / "bin" / "docker").symlink_to(client)
    out = []
    for line in lines:
        env = {
            "PATH": f"{folder}/bin:/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "DOCKER_HOST": engine.host,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            **more,
        }
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, input=b"", env=env, cwd=folder, timeout=60, check=False
        )
        out.append((done.returncode, normal(done.stdout, folder), normal(done.stderr, folder)))
    return out


def both(
    lines: list[str], test: str, request: pytest.FixtureRequest, engine: EngineProcess, restart: Callable[[], object]
) -> list[tuple[Any, Any]]:
    """What docker and pydock did, both from the same start, whatever earlier tests have left. Lines build on those before
    them: all are run up to the last that is asked for."""
    asked = [item.callspec.params["index"] for item in request.session.items if item.name.startswith(f"{test}[")]  # type: ignore[attr-defined]
    lines, folder = lines[: max(asked) + 1], request.getfixturevalue("tmp_path_factory").mktemp("parity")
    done = []
    for name in ("docker", "pydock"):
        restart()
        done.append(run_all(request.getfixturevalue(name), engine, folder / name, lines))
    restart()
    return list(zip(*done))


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, docker: Path, docker28: EngineProcess) -> list[tuple[Any, Any]]:
    return both(LINES, "test_line", request, docker28, lambda: wipe(docker, docker28))


@pytest.mark.timeout(600)  # the first one waits for all: hundreds of lines, twice; each has a limit of its own
@pytest.mark.parametrize("index", range(len(LINES)), ids=LINES)
def test_line(index: int, outcomes: list[tuple[Any, Any]]) -> None:
    """Exit code, stdout and stderr of a line in tests/data/parity.txt."""
    theirs, ours = outcomes[index]
    assert ours == theirs or LINES[index] in EXPLAINED


@pytest.fixture(scope="module")
def swarm_outcomes(request: pytest.FixtureRequest, docker: Path, manager: EngineProcess) -> list[tuple[Any, Any]]:
    def restart() -> None:
        swarms.form(docker, manager)
        wipe(docker, manager)

    return both(SWARM_LINES, "test_swarm_line", request, manager, restart)


@pytest.mark.timeout(1200)  # swarms are slower
@pytest.mark.parametrize("index", range(len(SWARM_LINES)), ids=SWARM_LINES)
def test_swarm_line(index: int, swarm_outcomes: list[tuple[Any, Any]]) -> None:
    """The same of a line in tests/data/parity_swarm.txt, on a manager."""
    theirs, ours = swarm_outcomes[index]
    assert ours == theirs or SWARM_LINES[index] in EXPLAINED


def wipe(docker: Path, engine: EngineProcess) -> None:
    """Only busybox:latest is left, and no build cache."""

    def words(*argv: str) -> list[str]:
        return program(docker, *argv, host=engine.host).out.decode().split()

    if names := words("ps", "-aq"):
        program(docker, "rm", "-fv", *names, host=engine.host)
    kept = words("images", "-q", "busybox:latest")
    for image in set(words("images", "-aq")) - set(kept):
        program(docker, "rmi", "-f", image, host=engine.host)
    for name in words("images", "--format", "{{.Repository}}:{{.Tag}}"):
        if name != "busybox:latest":
            program(docker, "rmi", "-f", name, host=engine.host)
    program(docker, "volume", "prune", "-af", host=engine.host)
    program(docker, "network", "prune", "-f", host=engine.host)
    program(docker, "builder", "prune", "-af", host=engine.host)


# ---- random templates ----------------------------------------------------------------------------------

_fields = st.sampled_from([
    ".Name", ".Id", ".ID", ".Config.Env", ".Config.Cmd", ".Config.Labels", ".HostConfig.Memory", ".HostConfig.RestartPolicy", ".State.Running", ".Bogus",
    ".HostConfig.RestartPolicy.Name", ".Config.Labels.x", ".HostConfig.PortBindings", ".HostConfig.Binds", ".State.Health", ".Config.Tty", ".Name.Foo", "$", "$.Name",
])  # fmt: skip
_constants = st.sampled_from(
    ["1", "0", "-3", "1.5", "1e3", "0x1F", "'a'", '"text"', '"\\u00e9"', "`raw`", "true", "false", "nil"]
)
_functions = st.sampled_from(
    "and or not len index slice print printf println html js urlquery eq ne lt le gt ge json split join title lower upper pad truncate call".split()
)
_operand = st.deferred(lambda: _fields | _constants | _call.map(lambda c: f"({c})"))
_call = st.builds(lambda f, a: " ".join([f, *a]), _functions, st.lists(_operand, max_size=3)) | st.builds(
    'printf "{}" {}'.format,
    st.sampled_from(["%v", "%d", "%s", "%q", "%5v|", "%-5d|", "%x", "%t", "%05d", "%+v", "%.2f", "%c"]),
    _operand,
)
_pipe = st.builds(" | ".join, st.lists(_call | _fields | _constants, min_size=1, max_size=3))
_text = st.sampled_from(["", " ", "a\n", "x-"])
_nodes: Any = st.deferred(lambda: st.lists(_node, max_size=3).map("".join))
_trim = st.sampled_from([("{{", "}}"), ("{{- ", "}}"), ("{{", " -}}")])
_node = st.deferred(
    lambda: (
        _text
        | st.builds(lambda t, p: f"{t[0]}{p}{t[1]}", _trim, _pipe)
        | st.builds(
            lambda k, p, a, b: f"{{{{{k} {p}}}}}{a}{{{{else}}}}{b}{{{{end}}}}",
            st.sampled_from(["if", "with"]),
            _pipe,
            _nodes,
            _nodes,
        )
        | st.builds(
            lambda p, a: f"{{{{range $i, $e := {p}}}}}{a}{{{{$i}}}}:{{{{$e}}}};{{{{end}}}}",
            st.sampled_from([".Config.Env", ".Config.Labels", ".Config.Cmd", "2", ".Name"]),
            _nodes,
        )
        | st.builds("{{{{$v := {}}}}}{{{{$v}}}}".format, _pipe)
        | st.sampled_from(
            [
                "{{/* c */}}",
                '{{define "t"}}<{{.}}>{{end}}{{template "t" .Name}}',
                "{{end}}",
                "{{break}}",
                '{{"',
                "{{range 3}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}",
            ]
        )
    )
)

#: what docker prints of Go's insides, and nobody can print the same: addresses, names of Go's own types
INSIDES = re.compile(r"0[xX][0-9a-fA-F]{8,}|container\.\w+|strslice|nat\.Port|int64|<swarm")


@pytest.fixture(scope="module")
def subject(docker: Path, docker28: EngineProcess) -> tuple[Path, EngineProcess, Any]:
    name = "template-subject"
    program(
        docker,
        "create",
        "--name",
        name,
        "-e",
        "A=1",
        "-e",
        "B=b",
        "-l",
        "x=y",
        "-l",
        "a=b",
        "-p",
        "80:80",
        "--memory",
        "64m",
        "busybox",
        "sh",
        "-c",
        "echo hello",
        host=docker28.host,
    )
    value = json.dumps(json.loads(program(docker, "inspect", name, host=docker28.host).out)[0], ensure_ascii=False)
    return docker, docker28, value


def ours(text: str, value: str) -> tuple[int, str, str]:
    """What pydock's inspect gives, without starting a program."""
    try:
        printer = Printer(text)
    except Failure as failure:
        return failure.code, "", failure.message + "\n"
    try:
        printer.add(value, decode(value), "container.InspectResponse")
    except Failure as failure:
        return failure.code, printer.output() + "\n", failure.message + "\n"
    return 0, printer.output() + "\n", ""


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(st.lists(_node, min_size=1, max_size=3).map("".join))
def test_random_templates(subject: tuple[Path, EngineProcess, Any], text: str) -> None:
    """Exit code and output equal docker's; where docker refuses, so do we, with its words but for Go's insides."""
    docker, engine, value = subject
    done: Done = program(docker, "inspect", "-f", text, "template-subject", host=engine.host)
    code, out, err = ours(text, value)
    if INSIDES.search(done.out.decode("utf-8", "replace") + done.err.decode("utf-8", "replace")):
        return
    assert (code, out) == (done.code, done.out.decode("utf-8", "replace")), (text, done.err, err)
    assert normal(err.encode(), Path("/-")) == normal(done.err, Path("/-")), text
