"""What a short command loads: causes, not milliseconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.test_engine import PONG, Server, ok

HEAVY = (
    "rich",
    "pygments",
    "asyncio",
    "ssl",
    "httpcore",
    "h11",
    "anyio",
    "certifi",
    "http.cookiejar",
    "urllib.request",
    "dataclasses",
    "inspect",
    "concurrent.futures",
    "tempfile",
    "uuid",
    "platform",
    "tarfile",
    "zipfile",
    "shutil",
)


def loaded(*argv: str, host: str = "unix:///nonexistent.sock") -> set[str]:
    """The modules that a command line has loaded when it ends."""
    code = (
        "import sys, json, os\n"
        "def end(code):\n"
        "    real(1, ('\\n@' + json.dumps(sorted(sys.modules))).encode()); left(code)\n"
        "real, left, os._exit = os.write, os._exit, end\n"
        "from pydock.start import main\nmain()"
    )
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": host}
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        capture_output=True,
        text=True,
        env=env,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert "\n@" in done.stdout, done.stderr
    return set(json.loads(done.stdout.rpartition("\n@")[2]))


@pytest.mark.parametrize(
    "argv",
    [
        ("--help",),
        ("run", "--help"),
        ("container", "--help"),
        ("ps", "--bogus"),
        ("run",),
        ("bogus",),
        ("-v",),
        ("help", "logs"),
        ("context", "show"),
        ("context", "ls"),
        ("__complete", "run", "--pull", ""),
        ("__complete", "ps", "--format", "{{.Na"),
    ],
    ids=" ".join,
)
def test_without_an_engine_there_is_no_httpx(argv: tuple[str, ...]) -> None:
    modules = loaded(*argv)
    assert not [m for m in modules if m.partition(".")[0] in ("httpx", *HEAVY)]
    assert not [m for m in modules if m.startswith("pydock.hints")], "hints are for terminals"


def test_help_imports_no_command() -> None:
    modules = loaded("--help")
    assert not [m for m in modules if m.startswith("pydock.commands.") or m.startswith("pydock.render")]


def test_ps_loads_what_it_needs(tmp_path: Path) -> None:
    with Server(tmp_path, [PONG, ok(b"[]")]) as server:
        server.client = server.engine()
        modules = loaded("ps", host=f"unix://{server.path}")
    assert "httpx" in modules
    assert not [m for m in modules if m in HEAVY or m.partition(".")[0] in HEAVY]
    assert not [m for m in modules if m.startswith("pydock.watch")]
    ours = {m for m in modules if m.startswith("pydock.commands.")}
    assert ours == {"pydock.commands.container", "pydock.commands.container.ls", "pydock.commands.shared"}


#: of Python: what takes a percent of a short command or more, and none needs
PUT_OFF = (
    "typing", "datetime", "gettext", "http", "ipaddress", "locale", "logging", "platform", "selectors", "signal", "socket", "string",
    "subprocess", "textwrap", "threading", "urllib.parse",
)  # fmt: skip


#: of pydock: what every command line loads, what asks an engine, what a list is printed by, and what completes a word
START = """
    app cli cli.aliases cli.index cli.names cli.params cli.pflag cli.tree config config.file config.globals errors go go.json
    go.strconv lazy_imports main options shape start streams streams.awake streams.output values warm warm.place
"""
OF_ENGINE = """
    api api.ping api.request config.contexts config.current config.endpoint engine engine.answers engine.dial
    engine.engine engine.failure engine.hijack engine.http1 engine.sock engine.transport go.filepath go.url
"""
OF_PS = """
    api api.containers api.request commands commands.container commands.container.ls commands.shared flags flags.pairs go.kinds
    render render.format render.human views views.containers views.times views.view
"""
OF_TABLES = "files files.files render.fields render.listing render.table"
OF_COMPLETION = "cli.complete cli.query"
#: and asks an engine for names
OF_NAMES = " cli.live cli.sources cli.words"
OF_START = """
    api.containers api.images api.swarm api.system api.volumes commands commands.container commands.container.session
    commands.container.start commands.container.stop commands.container.waiting commands.shared flags flags.pairs go.kinds
    render render.format streams.detach streams.frames streams.pump streams.signals streams.terminal views views.view
"""
EXACTLY: dict[tuple[str, ...], tuple[str, set[str]]] = {
    ("--help",): (START + "cli.help config.plugins programs", {"click"}),
    ("ps",): (START + OF_ENGINE + OF_PS + OF_TABLES, {"click", "httpx"}),
    ("__complete", "ps", "--f"): (START + OF_PS + OF_COMPLETION, {"click"}),
    ("__complete", "start", ""): (START + OF_ENGINE + OF_START + OF_COMPLETION + OF_NAMES, {"click", "httpx"}),
}


@pytest.mark.parametrize("argv", EXACTLY, ids=" ".join)
def test_each_module_that_a_short_command_loads_is_meant(tmp_path: Path, argv: tuple[str, ...]) -> None:
    """A module more is time for everybody: it is put off, or listed here, and one less is no longer listed."""
    with Server(tmp_path, [PONG, ok(b"[]")]) as server:
        server.client = server.engine()
        modules = loaded(*argv, host=f"unix://{server.path}")
    ours, others = EXACTLY[argv]
    # (who passes signals on to a container needs these)
    assert modules.intersection(PUT_OFF) - ({"signal", "threading"} if "streams.signals" in ours else set()) == set()
    assert {m.removeprefix("pydock.") for m in modules if m.startswith("pydock.")} == set(ours.split())
    # (beside what an environment loads into each process)
    tops = {m.partition(".")[0] for m in modules} - {"pydock", "__main__"} - sys.stdlib_module_names
    assert {m for m in tops if not m.startswith("_")} == others


def test_lean_imports_are_for_the_command_line_only() -> None:
    """A program that uses the engine client as a library gets httpx as it comes."""
    code = "import pydock.engine.engine, http.cookiejar, httpx; assert isinstance(httpx.Client().cookies.jar, http.cookiejar.CookieJar)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])


def test_deferred_modules_come_when_they_are_needed() -> None:
    """After a lean import everything that was put off still works."""
    code = (
        "import sys; from pydock import lazy_imports; lazy_imports.enable(); httpx = lazy_imports.load_httpx()\n"
        "import click, inspect, urllib.request, http.cookiejar, pathlib, base64, hashlib, idna, mimetypes, ipaddress, traceback\n"
        "assert urllib.request.Request.__module__ == 'urllib.request' and http.cookiejar.CookieJar.__module__ == 'http.cookiejar'\n"
        "assert inspect.cleandoc('  a') == 'a' and pathlib.Path('a').name == 'a'\n"
        "assert httpx.URL('http://exämple.com/a').host == 'exämple.com'\n"
        "assert httpx.Response(200, headers={'content-type': 'text/plain; charset=latin-1'}, content=b'\\xe9').text == 'é'\n"
        "assert click.Command('x', help='y').get_short_help_str() == 'y'\n"
        # typing without types: what these classes are to code that runs
        "assert isinstance({}, httpx._content.Mapping) and issubclass(httpx.Headers, httpx._models.Mapping)\n"
        "p = httpx._urlparse.ParseResult('http', '', 'a', None, '/b', None, None)\n"
        "assert p.copy_with(path='/c').authority == 'a' and p == p and isinstance(p, tuple)\n"
        "import typing, re; assert typing.Generic is not httpx and isinstance(re.compile('a'), re.Pattern)\n"
        "assert typing.get_type_hints(httpx.Client.close) == {'return': type(None)}\n"
        # a logger whose words nobody hears, until somebody listens
        "log = httpx._client.logger; log.info('a'); assert 'logging' not in sys.modules\n"
        "import io, logging; heard = io.StringIO(); logging.basicConfig(stream=heard, level=logging.INFO); log.info('b %d', 1)\n"
        "assert heard.getvalue() == 'INFO:httpx:b 1\\n'\n"
        "assert httpx.codes.NOT_FOUND == 404 and httpx.codes(404).phrase == 'Not Found' and 404 in list(httpx.codes)\n"
        "assert httpx.codes.FOUND == httpx.codes(302) and httpx.codes.is_error(500)\n"
        "assert str(httpx.QueryParams('a=1&b=%20')) == 'a=1&b=+' and httpx.URL('http://a%20b@h/').username == 'a b'\n"
        "import datetime; assert click.DateTime().convert('2020-01-02', None, None) == datetime.datetime(2020, 1, 2)\n"
        "assert click.Tuple([int, str]).convert(('1', 'a'), None, None) == (1, 'a') and click.Choice(['a']).convert('a', None, None) == 'a'\n"
        "u = click.UUID.convert('12345678123456781234567812345678', None, None)\n"
        "import uuid; assert isinstance(u, uuid.UUID) and click.UUID.convert(u, None, None) is u\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
