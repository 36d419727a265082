"""A registry that hands out tokens, on real engines: who fetches them for a build, and what is said of it.

Servers of tokens run at one address in two networks: the engine's, and that of the client. What each was asked is in its log.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live.test_registry import serving
from tests.support import engines, token_server
from tests.support.cli import Done, forget_builds, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

HOST, PORT = "127.0.0.1:5446", "5447"
NAME = f"{HOST}/team/base:1"

CONFIG = f"""
version: 0.1
storage: {{{{filesystem: {{{{rootdirectory: {{folder}}/data}}}}}}}}
http: {{{{addr: {HOST}}}}}
auth: {{{{token: {{{{realm: "http://127.0.0.1:{PORT}/token", service: registry, issuer: tests, rootcertbundle: {{folder}}/cert.pem}}}}}}}}
"""


class Tokens:
    """The two servers' folders."""

    def __init__(self, root: Path) -> None:
        self.here, self.there = root / "here", root / "there"

    def asked(self) -> tuple[list[str], list[str]]:
        """What the client's was asked since the last time, and what the engine's was."""
        out = []
        for folder in (self.here, self.there):
            log = folder / "log"
            out.append(log.read_text().splitlines() if log.exists() else [])
            log.unlink(missing_ok=True)
        return out[0], out[1]


@pytest.fixture(scope="module", params=["docker20", "docker28"])
def engine(request: pytest.FixtureRequest, pydock: Path) -> Iterator[EngineProcess]:
    found: EngineProcess = request.getfixturevalue(request.param)
    yield found
    forget_builds(found, pydock)


@pytest.fixture(scope="module")
def tokens(engine: EngineProcess, docker: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tokens]:
    """Holds team/base:1, which who is not known may pull."""
    import trustme
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    root = tmp_path_factory.mktemp("tokens")
    found = Tokens(root)
    certificate = trustme.CA(key_type=trustme.KeyType.ECDSA)
    key = serialization.load_pem_private_key(certificate.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    for folder in (found.here, found.there):
        folder.mkdir()
        certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
        certificate.cert_pem.write_to_path(str(folder / "cert.pem"))
    shutil.copy(found.here / "cert.pem", root / "cert.pem")
    server = [sys.executable, token_server.__file__, PORT]
    with ExitStack() as stack:
        for command in (
            [*server, str(found.here)],
            ["nsenter", f"--net=/run/netns/{engine.namespace}", *server, str(found.there)],
        ):
            process = stack.enter_context(subprocess.Popen(command))
            stack.callback(process.terminate)
        stack.enter_context(serving(engine, root, CONFIG))
        assert program(docker, "tag", "busybox", NAME, host=engine.host).code == 0
        home = tmp_path_factory.mktemp("home")
        for _ in range(50):
            if program(docker, "login", "-u", "user", "-p", "secret", HOST, host=engine.host, home=home).code == 0:
                break
            time.sleep(0.2)
        pushed = program(docker, "push", NAME, host=engine.host, home=home)
        assert pushed.code == 0, pushed.err
        program(docker, "rmi", NAME, host=engine.host)
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of a user who has logged in, with docker's buildx in it."""
    engines.give_plugin(tmp_path / "home", "buildx")
    (tmp_path / "home" / ".docker" / "config.json").write_text(
        json.dumps({"auths": {HOST: {"auth": "dXNlcjpzZWNyZXQ="}}})
    )
    return tmp_path / "home"


def build(client: Path, engine: EngineProcess, home: Path, *words: str, image: str = NAME, **environ: str) -> Done:
    """A build from an image of the registry, which asks for it each time."""
    context = home / f"context-{time.time_ns()}"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {image}\nRUN echo built\n")
    environ = {"BUILDX_GIT_INFO": "0", "DOCKER_BUILDKIT": "1", **environ}
    return program(
        client,
        "build",
        "--progress",
        "plain",
        "--pull",
        "--no-cache",
        *words,
        str(context),
        host=engine.host,
        home=home,
        env=environ,
        timeout=100,
    )


def steps(done: Done) -> list[str]:
    """The titles of the steps of logging in."""
    return sorted(re.findall(r"^#\d+ (\[auth\] .*)", done.err.decode(), re.M))


def test_tokens_are_fetched_here(engine: EngineProcess, tokens: Tokens, home: Path, pydock: Path, docker: Path) -> None:
    """As docker does it: the engine is given a token, the password goes to the registry's own server alone."""
    tokens.asked()
    seeds = home / ".docker" / ".token_seed"
    for clients in ((docker, pydock), (pydock, docker)):
        seeds.unlink(missing_ok=True)
        for i, client in enumerate(clients):
            done = build(client, engine, home)
            assert done.code == 0, done.err
            # the engine keeps a token for whoever can prove that it is theirs: the key that one client made serves the other
            fetched = ([f"[auth] team/base:pull token for {HOST}"], (["POST user repository:team/base:pull"], []))
            assert (steps(done), tokens.asked()) == (fetched if i == 0 else ([], ([], []))), client
    kept = json.loads(seeds.read_text())
    assert list(kept) == [HOST] and list(kept[HOST]) == ["Seed"] and seeds.stat().st_mode & 0o777 == 0o600


def test_the_engine_fetches_them_where_that_is_wanted(
    engine: EngineProcess, tokens: Tokens, home: Path, pydock: Path
) -> None:
    tokens.asked()
    done = build(pydock, engine, home, BUILDKIT_NO_CLIENT_TOKEN="1")
    assert done.code == 0 and steps(done) == [f"[auth] sharing credentials for {HOST}"], done.err
    here, there = tokens.asked()
    assert here == [] and there and all(line.endswith("repository:team/base:pull") for line in there)


def test_who_is_not_known(engine: EngineProcess, tokens: Tokens, home: Path, pydock: Path, tmp_path: Path) -> None:
    tokens.asked()
    done = build(pydock, engine, tmp_path)
    assert done.code == 0 and steps(done) == [], done.err
    here, there = tokens.asked()
    assert there == [] and set(here) <= {"GET - repository:team/base:pull"}
    assert not (tmp_path / ".docker" / ".token_seed").exists()


def test_tokens_that_are_not_given(
    engine: EngineProcess, tokens: Tokens, home: Path, pydock: Path, docker: Path, tmp_path: Path
) -> None:
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {HOST: {"auth": "dXNlcjp3cm9uZw=="}}}))
    done = build(pydock, engine, home)
    assert (
        done.code == 1
        and b"failed to fetch oauth token: unexpected status from GET request to http://127.0.0.1:5447/token: 401 Unauthorized"
        in done.err
    ), done.err
    assert b"wrong" not in done.err and b"dXNlcjp3cm9uZw" not in done.err
    hidden = build(pydock, engine, home, image=f"{HOST}/team/hidden")
    assert hidden.code == 1 and b"ERROR: failed to build: failed to solve" in hidden.err
    (home / ".docker" / "config.json").write_text(
        json.dumps({"auths": {HOST: {"identitytoken": token_server.REFRESH}}})
    )
    assert build(pydock, engine, home).code == 0


def test_a_server_that_takes_no_forms(engine: EngineProcess, tokens: Tokens, home: Path, pydock: Path) -> None:
    # by another name, of which the engine has no token yet
    host = HOST.replace("127.0.0.1", "localhost")
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": "dXNlcjpzZWNyZXQ="}}}))
    tokens.asked()
    (tokens.here / "no-forms").touch()
    try:
        done = build(pydock, engine, home, image=f"{host}/team/base:1")
    finally:
        (tokens.here / "no-forms").unlink()
    assert done.code == 0 and tokens.asked() == (["GET user repository:team/base:pull"], []), done.err
