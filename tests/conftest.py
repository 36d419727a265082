"""Fixtures: a clean environment for every test, and real engines for those that ask."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import engines, swarms

# how long a busy machine takes says nothing of what is tested
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("patient"), max_examples=25)
settings.load_profile("patient")

DATA = Path(__file__).with_name("data")
KINDS = ("docker-28", "docker-20", "podman")


#: what any system runs: the rest needs unix sockets, pseudo terminals, signals and shells
PORTABLE = {
    "test_commands.py", "test_documents.py", "test_rooms.py", "test_tests.py", "test_expressions.py", "test_flags.py", "test_gojson.py", "test_golang.py", "test_pflag.py",
    "test_templates.py", "test_human.py", "test_table.py", "test_containers.py", "test_stop.py", "test_rm.py", "test_start.py", "test_wait.py", "test_history.py",
    "test_network.py", "test_volume.py", "test_inspect.py",
}  # fmt: skip


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    foreign = os.name != "posix" and collection_path.name.startswith("test_")
    return True if foreign and collection_path.name not in PORTABLE else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all",
        action="store_true",
        help="the whole of what is otherwise a sample, beside docker's own client: takes hours",
    )
    parser.addoption(
        "--journal",
        type=Path,
        help="with --all: a file that keeps what of the fault table is done, so that a run that was cut goes on",
    )


#: what takes long, and of how many such tests one runs without --all: (the file's name begins so, the test's name has one of these, one of so many)
SAMPLES: tuple[tuple[str, tuple[str, ...], int], ...] = (
    # what is beyond docker: on Docker 28 whole
    ("test_beyond_", ("docker20", "docker-20", "podman"), 8),
    ("test_guides", ("[",), 5),
    # ways to install, and versions of Python
    ("test_installed", ("[",), 3),
    ("test_pyz", ("[",), 4),
    # those that are large; a small one is tried each time
    ("test_tools", ("[",), 1000),
    # scripts/release itself is run before a release
    ("test_release", ("artefacts",), 1000),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("live"):
            # real engines have timing of their own: what fails once and then passes is told under RERUN, and is to be mended
            item.add_marker(pytest.mark.flaky(reruns=1))
    if config.getoption("--all"):
        return
    for item in items:
        for file, names, each in SAMPLES:
            fits = item.path.name.startswith(file) and any(name in item.name for name in names)
            # the same in every run
            if fits and item.path.parent.name == "live" and zlib.crc32(item.nodeid.encode()) % each:
                item.add_marker(pytest.mark.skip(reason="not in the sample that runs without --all"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, as some tests wait; with more than a few the longest file decides."""
    return min((os.cpu_count() or 1) + 1, 8)


def pytest_configure(config: pytest.Config) -> None:
    # what a shell ignores for a program in the background, or nohup, would be ignored by every program that is tested
    for name in ("SIGHUP", "SIGQUIT"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_IGN:
            signal.signal(getattr(signal, name), signal.SIG_DFL)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that any user may enter. The paths of sockets must be short."""
    with tempfile.TemporaryDirectory(prefix="pd-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(autouse=True, scope="module")
def few_objects() -> None:
    """Many tests collect garbage, to see what was left open: what is there before need not be looked through each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("DOCKER_", "BUILDX_")) or n in ("NO_COLOR", "COLUMNS")]:
        monkeypatch.delenv(name)
    # the certificates of this system are many, and take long to read: one that has signed nothing is trusted instead
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(DATA / "no-folder"))


@pytest.fixture(scope="session")
def pydock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, through a link named docker, as tools find it."""
    folder = tmp_path_factory.mktemp("bin")
    installed = Path(os.path.dirname(os.path.realpath(__import__("sys").executable)) + "/pydock")
    venv = Path(__import__("sys").prefix) / "bin" / "pydock"
    (folder / "docker").symlink_to(venv if venv.exists() else installed)
    return folder / "docker"


@pytest.fixture(scope="session")
def docker() -> Path:
    """docker's own CLI."""
    try:
        return engines.real_docker()
    except engines.Unavailable as why:
        pytest.skip(f"docker's CLI is not to be had: {why}")


def _running(kind: str) -> Iterator[engines.EngineProcess]:
    with engines.running(kind, Path(tempfile.mkdtemp(prefix="pd-"))) as engine:
        yield engine


@pytest.fixture(scope="session")
def docker28() -> Iterator[engines.EngineProcess]:
    yield from _running("docker-28")


@pytest.fixture(scope="session")
def docker20() -> Iterator[engines.EngineProcess]:
    yield from _running("docker-20")


@pytest.fixture(scope="session")
def podman() -> Iterator[engines.EngineProcess]:
    yield from _running("podman")


@pytest.fixture(scope="session")
def manager(docker: Path) -> Iterator[engines.EngineProcess]:
    """The one node of a swarm, named "one"; not docker28, which other tests want without a swarm."""
    with engines.running("docker-28", Path(tempfile.mkdtemp(prefix="pd-")), hostname="one") as engine:
        swarms.form(docker, engine)
        yield engine


@pytest.fixture(scope="session")
def nodes(docker: Path) -> Iterator[tuple[engines.EngineProcess, engines.EngineProcess]]:
    """The manager "one" and the worker "two" of a swarm."""
    with engines.two_nodes(Path(tempfile.mkdtemp(prefix="pd-"))) as pair:
        swarms.form(docker, *pair)
        yield pair


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest) -> engines.EngineProcess:
    """Each engine in turn."""
    found: engines.EngineProcess = request.getfixturevalue(request.param.replace("-", ""))
    return found
