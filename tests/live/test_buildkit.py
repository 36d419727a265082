"""BuildKit on real engines: what goes over the wire, what stays secret, how builds end, where results go."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pydock.app import App
from pydock.engine.hijack import Duplex
from pydock.main import run
from tests.support import engines
from tests.support.cli import Done, forget_builds, program
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live


@pytest.fixture(scope="module", params=["docker-20", "docker-28"])
def builder(request: pytest.FixtureRequest) -> EngineProcess:
    found: EngineProcess = request.getfixturevalue(request.param.replace("-", ""))
    return found


@pytest.fixture(scope="module", autouse=True)
def forgotten(docker20: EngineProcess, docker28: EngineProcess, pydock: Path) -> Iterator[None]:
    """The engines as they were, for other tests."""
    yield
    for engine in (docker20, docker28):
        forget_builds(engine, pydock)


@pytest.fixture
def build(pydock: Path, builder: EngineProcess, tmp_path: Path) -> Any:
    """Runs `build …` in a folder of this test's own name."""

    def act(*words: str, **options: Any) -> Done:
        options.setdefault("host", builder.host)
        return program(pydock, "build", *words, home=tmp_path, timeout=100, **options)

    return act


def folder(tmp_path: Path, dockerfile: str, **files: bytes) -> Path:
    root = tmp_path / f"context-{time.time_ns()}"
    root.mkdir()
    (root / "Dockerfile").write_text(dockerfile)
    for name, content in files.items():
        (root / name).write_bytes(content)
    return root


# -- the wire ------------------------------------------------------------------------------------------


def sent_by(monkeypatch: pytest.MonkeyPatch, builder: EngineProcess, root: Path, home: Path) -> bytes:
    """Every byte that a build in this process writes to upgraded connections."""
    sent: list[bytes] = []
    write = Duplex.write

    def tapped(self: Duplex, data: bytes | memoryview) -> None:
        sent.append(bytes(data))
        write(self, data)

    monkeypatch.setattr(Duplex, "write", tapped)
    err = io.BytesIO()
    app = App(
        io.BytesIO(),
        err,
        io.BytesIO(),
        {"HOME": str(home), "DOCKER_HOST": builder.host, "PATH": os.environ["PATH"]},
        "docker",
    )
    code = run(app, ["build", "-q", str(root)])
    app.close()
    monkeypatch.setattr(Duplex, "write", write)
    assert code == 0, err.getvalue()
    return b"".join(sent)


def test_only_what_has_changed_is_sent(builder: EngineProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {f"f{i}": os.urandom(3000) for i in range(30)}
    root = folder(tmp_path, "FROM busybox\nCOPY . /c\n", **contents)

    def files_in(sent: bytes) -> set[str]:
        return {name for name in contents if (root / name).read_bytes()[100:200] in sent}

    assert files_in(sent_by(monkeypatch, builder, root, tmp_path)) == set(contents)
    assert files_in(sent_by(monkeypatch, builder, root, tmp_path)) == set()
    (root / "f7").write_bytes(os.urandom(3001))
    assert files_in(sent_by(monkeypatch, builder, root, tmp_path)) == {"f7"}
    (root / ".dockerignore").write_text("f8\n")
    (root / "f8").write_bytes(os.urandom(2000))
    (root / "f9").touch()
    assert files_in(sent_by(monkeypatch, builder, root, tmp_path)) == {"f9"}


def test_files_that_no_step_needs_are_not_even_told(
    builder: EngineProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folder(tmp_path, "FROM busybox\nCOPY wanted /\n", wanted=b"w" * 500, unwanted=b"u" * 500)
    sent = sent_by(monkeypatch, builder, root, tmp_path)
    assert b"w" * 500 in sent and b"unwanted" not in sent


# -- secrets -------------------------------------------------------------------------------------------


def in_files(place: Path, words: list[bytes]) -> list[str]:
    """Files below a folder that hold one of the words."""
    found = []
    for root, _, names in os.walk(place):
        for name in names:
            path = Path(root, name)
            try:
                data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            except OSError:
                continue
            found += [str(path)] if any(w in data for w in words) else []
    return found


def test_secrets_leave_no_trace(build: Any, pydock: Path, builder: EngineProcess, tmp_path: Path) -> None:
    """Not in the image, its history, what is printed, nor anywhere in the engine's files: layers, cache, logs."""
    word, other = b"hush-" + os.urandom(8).hex().encode(), b"mute-" + os.urandom(8).hex().encode()
    (tmp_path / "secret").write_bytes(word)
    steps = (
        "RUN --mount=type=secret,id=file wc -c /run/secrets/file\nRUN --mount=type=secret,id=VAR,target=/s wc -c /s\n"
    )
    root = folder(tmp_path, f"FROM busybox\n{steps}")
    words = [
        "--secret",
        f"id=file,src={tmp_path}/secret",
        "--secret",
        "id=VAR",
        "--metadata-file",
        str(tmp_path / "meta"),
        "-t",
        "secrets:1",
    ]
    done = build("--progress", "rawjson", *words, str(root), env={"VAR": other.decode()})
    assert done.code == 0, done.err
    done_debug = program(
        pydock, "--debug", "build", *words, str(root), host=builder.host, home=tmp_path, env={"VAR": other.decode()}
    )
    saved = program(pydock, "save", "secrets:1", host=builder.host).out
    history = program(pydock, "history", "--no-trunc", "secrets:1", host=builder.host).out
    for text in (done.out, done.err, done_debug.out, done_debug.err, saved, history, (tmp_path / "meta").read_bytes()):
        assert word not in text and other not in text
    assert in_files(builder.folder, [word, other]) == []
    assert b"21" in __import__("base64").b64decode(re.search(rb'"data":"([^"]+)"', done.err)[1])  # type: ignore[index]


def with_programs(root: Path, *names: str) -> None:
    """Programs of this machine, with the libraries that they need, below a folder."""
    for name in names:
        path = shutil.which(name)
        if not path:
            pytest.skip(f"{name} is not installed")
        needed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
        for file in [path, *re.findall(r"(/\S+) \(", needed)]:
            target = root / "rootfs" / file.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


@pytest.mark.parametrize("kind", ["agent", "key"])
def test_ssh_agents_and_keys(build: Any, builder: EngineProcess, tmp_path: Path, kind: str) -> None:
    """A step sees the keys and can sign; it cannot change the agent; the key itself is nowhere."""
    with_programs(root := folder(tmp_path, ""), "ssh-add", "ssh-keygen")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "the-comment", "-f", key], check=True)
    key.chmod(0o644)
    (root / "rootfs" / "etc").mkdir(exist_ok=True)
    (root / "rootfs" / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    shutil.copy(f"{key}.pub", root / "rootfs" / "key.pub")
    (root / "Dockerfile").write_text(
        "FROM busybox\nCOPY rootfs /\nRUN --mount=type=ssh ssh-add -l; ssh-add -D; ssh-add -l; echo text > /t; ssh-keygen -Y sign -f /key.pub -n file /t && cat /t.sig\n"
    )
    env = {}
    agent = None
    words = ["--ssh", f"default={key}"]
    if kind == "agent":
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(tmp_path / "agent")], stdout=subprocess.DEVNULL)
        env = {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
        while not (tmp_path / "agent").exists():
            time.sleep(0.05)
        subprocess.run(["ssh-add", "-q", "-"], input=key.read_bytes(), env={**os.environ, **env}, check=True)
        words = ["--ssh", "default"]
    try:
        done = build("--progress", "plain", *words, str(root), env=env)
    finally:
        if agent:
            agent.terminate()
            agent.wait()
    text = done.err.decode()
    assert done.code == 0, text
    assert (
        text.count("ED25519") == 2
        and "BEGIN SSH SIGNATURE" in text
        and "emoving all identities failed"
        in text.replace("Failed to remove all identities", "removing all identities failed")
    )
    lines = [line for line in key.read_bytes().split(b"\n") if len(line) > 40]
    assert lines and in_files(builder.folder, lines[1:2] or lines) == [] and not any(line in done.err for line in lines)
    assert not list(Path("/tmp").glob("pydock-ssh-*"))


# -- the end of a build --------------------------------------------------------------------------------


def running(builder: EngineProcess, word: str) -> bool:
    """Does a process with this word in its command line run?"""
    return subprocess.run(["pgrep", "-f", word], stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_cancelled(
    pydock: Path, builder: EngineProcess, tmp_path: Path, number: signal.Signals
) -> None:
    word = f"9{time.time_ns() % 10**8:08d}"
    root = folder(tmp_path, f"FROM busybox\nRUN sleep {word}\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_HOST": builder.host}
    process = subprocess.Popen(
        [pydock, "build", "--progress", "plain", "--iidfile", str(tmp_path / "iid"), root],
        env=env,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _wait(lambda: running(builder, f"^sleep {word}|sh -c sleep {word}"))
    process.send_signal(number)
    err = process.communicate(timeout=30)[1].decode()
    _wait(lambda: not running(builder, f"^sleep {word}|sh -c sleep {word}"))
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert err.endswith("CANCELED\nERROR: failed to build: failed to solve: Canceled: context canceled\n")
    assert not (tmp_path / "iid").exists()


def _wait(true: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_the_terminal_after_a_cancelled_build(pydock: Path, docker28: EngineProcess, tmp_path: Path) -> None:
    """Ctrl-C on a terminal: the view ends, the cursor is shown, the modes are as they were."""
    import pty
    import termios

    root = folder(tmp_path, "FROM busybox\nRUN echo begun; sleep 77\n")
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_HOST": docker28.host, "TERM": "xterm"}

    def leader() -> None:
        os.setsid()
        import fcntl

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        [pydock, "build", str(root)], env=env, stdin=slave, stdout=slave, stderr=slave, preexec_fn=leader
    )
    seen = b""
    while b" => => # begun" not in seen:
        seen += os.read(master, 65536)
    os.write(master, b"\x03")
    assert process.wait(20) == 130
    assert termios.tcgetattr(slave) == before
    os.set_blocking(master, False)
    try:
        while True:
            seen += os.read(master, 65536)
    except BlockingIOError:
        pass
    os.close(master)
    os.close(slave)
    assert b"CANCELED [2/2] RUN echo begun" in seen and seen.rstrip().endswith(b"Canceled: context canceled")
    assert seen.rfind(b"\x1b[?25h") > seen.rfind(b"\x1b[?25l") >= 0


def test_an_engine_that_dies(pydock: Path, tmp_path: Path) -> None:
    with engines.running("docker-28", tmp_path / "e") as engine:
        root = folder(tmp_path, "FROM busybox\nRUN echo begun; sleep 78\n")
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_HOST": engine.host}
        process = subprocess.Popen(
            [pydock, "build", "--progress", "plain", str(root)], env=env, stderr=subprocess.PIPE, bufsize=0
        )
        assert process.stderr
        seen = b""
        while b"begun\n" not in seen.partition(b"RUN echo begun; sleep 78\n")[2]:
            seen += process.stderr.read(4096)
        assert engine.process
        engine.process.kill()
        rest = process.communicate(timeout=30)[1].decode()
        assert (
            process.returncode == 1
            and rest.splitlines()[-1].startswith("ERROR: failed to build: ")
            and "Traceback" not in rest
        )


def test_twenty_builds_at_once(build: Any, tmp_path: Path) -> None:
    roots = [
        folder(tmp_path, f"FROM busybox\nCOPY . /c\nRUN echo {i} > /f; sleep 0.2; cat /f\n", data=os.urandom(200_000))
        for i in range(20)
    ]
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda root: build("-q", str(root)), roots))
    assert [(d.code, d.err) for d in results] == [(0, b"")] * 20
    assert len({d.out for d in results}) == 20


# -- where results go ----------------------------------------------------------------------------------


def test_results_in_folders_and_archives(build: Any, tmp_path: Path) -> None:
    big = os.urandom(5 << 20)
    root = folder(tmp_path, "FROM scratch\nCOPY . /\n", big=big, small=b"s")
    (root / "run").write_text("x")
    (root / "run").chmod(0o755)
    os.link(root / "big", root / "again")
    out = tmp_path / "out"
    assert build("-o", str(out), str(root)).code == 0
    assert (out / "big").read_bytes() == big == (out / "again").read_bytes() and (
        out / "run"
    ).stat().st_mode & 0o777 == 0o755
    piped = build("-o", "-", str(root))
    assert piped.code == 0 and build("-o", f"type=tar,dest={tmp_path}/x.tar", str(root)).code == 0
    for data in (piped.out, (tmp_path / "x.tar").read_bytes()):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            assert {"big", "again", "small", "run", "Dockerfile"} <= set(tar.getnames())
    failing = folder(tmp_path, "FROM busybox\nRUN false\n")
    assert build("-o", f"type=tar,dest={tmp_path}/none.tar", str(failing)).code == 1
    assert sorted(p.name for p in tmp_path.iterdir() if "none" in p.name or ".tmp" in p.name) == []
    (tmp_path / "file").write_text("")
    refused = build("-o", str(tmp_path / "file"), str(root))
    assert refused.err.decode() == f"ERROR: failed to build: destination directory {tmp_path}/file is a file\n"


def test_ids_metadata_and_quiet(build: Any, tmp_path: Path) -> None:

    root = folder(tmp_path, "FROM busybox\nRUN echo x\n")
    done = build(
        "-q",
        "--iidfile",
        str(tmp_path / "iid"),
        "--metadata-file",
        str(tmp_path / "meta"),
        "-t",
        "ids:1",
        "-t",
        "ids:2",
        str(root),
    )
    meta = json.loads((tmp_path / "meta").read_text())
    identity = done.out.decode().strip()
    assert (done.code, done.err) == (0, b"") and (tmp_path / "iid").read_text() == identity == meta[
        "containerimage.digest"
    ]
    assert re.fullmatch(r"default/default/[a-z0-9]{25}", meta["buildx.build.ref"])
    failing = build(
        "-q", "--iidfile", str(tmp_path / "iid"), str(folder(tmp_path, "FROM busybox\nRUN echo why; false\n"))
    )
    assert (
        failing.code == 1
        and failing.out == b""
        and b"ERROR: failed to build" in failing.err
        and not (tmp_path / "iid").exists()
    )


def test_rawjson_and_other_modes(build: Any, tmp_path: Path) -> None:

    root = folder(tmp_path, "FROM busybox\nRUN echo said\n")
    done = build("--no-cache", "--progress", "rawjson", str(root))
    messages = [json.loads(line) for line in done.err.splitlines()]
    assert any("logs" in x for x in messages) and {"digest", "name"} <= messages[0]["vertexes"][0].keys()
    assert build("--progress", "none", str(root)) == Done(0, b"", b"") and build(
        "--progress", "quiet", str(root)
    ).out.startswith(b"sha256:")
    assert build("--progress", "tty", str(root)).err.startswith(b"ERROR: failed to get console")
    # older builders load the .dockerignore beside it: either may come first
    assert re.search(
        rb"#[12] \[internal\] load build definition", build(str(root), env={"BUILDKIT_PROGRESS": "plain"}).err
    )


def test_unreadable_and_odd_inputs_say_so(build: Any, tmp_path: Path) -> None:
    root = folder(tmp_path, "FROM busybox\nCOPY . /c\n")
    for words, text in (
        ([str(tmp_path / "nope")], 'unable to prepare context: path "'), (["-f", str(tmp_path / "no" / "D"), str(root)], "no such file or directory"),
        (["--secret", "id=x,src=/nope", str(root)], "failed to stat /nope: stat /nope: no such file or directory"),
        (["--allow", "security.insecure", str(root)], "security.insecure is not allowed"),
        (["-o", "type=nope", str(root)], 'exporter "nope" could not be found'), (["--builder", "other", str(root)], 'ERROR: no builder "other" found'),
    ):  # fmt: skip
        done = build(*words)
        assert done.code == 1 and text in done.err.decode() and b"Traceback" not in done.err, done.err


def test_files_that_cannot_be_read(docker28: EngineProcess, tmp_path: Path) -> None:
    """Told with their name; docker's own client would build on with an empty file."""
    import sys
    import tempfile

    client = str(Path(sys.prefix) / "bin" / "pydock")
    with tempfile.TemporaryDirectory(prefix="pd-unreadable-") as place:
        root = Path(place)
        root.chmod(0o755)
        (root / "Dockerfile").write_text("FROM busybox\nCOPY . /c\n")
        (root / "hidden").write_text("x")
        (root / "hidden").chmod(0)
        docker28.socket.chmod(0o666)
        docker28.folder.chmod(0o755)
        home = Path(place) / "home"
        home.mkdir()
        os.chown(home, 65534, 65534)
        reader = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", "test", "-x", client], check=False)
        if reader.returncode:
            pytest.skip("the checkout cannot be read by others")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DOCKER_HOST": docker28.host,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--clear-groups", client, "build", place],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (
            done.returncode == 1
            and "ERROR: failed to build: failed to solve: error from sender: open hidden: permission denied"
            in done.stderr
        )
        (root / "hidden").unlink()
        (root / "closed").mkdir(0o700)
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--clear-groups", client, "build", place],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1 and "error from sender: open closed: permission denied" in done.stderr


# -- engines with more ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def containerd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """Docker 28.5 that keeps its images in containerd's store."""
    with engines.running(
        "docker-28", tmp_path_factory.mktemp("containerd"), "--feature", "containerd-snapshotter=true"
    ) as engine:
        yield engine


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with docker's buildx in it."""
    home = tmp_path_factory.mktemp("home")
    engines.give_plugin(home, "buildx")
    return home


def building(client: Path, engine: EngineProcess, home: Path, root: Path, *words: str) -> Done:
    return program(
        client,
        "build",
        "--progress",
        "plain",
        *words,
        str(root),
        host=engine.host,
        home=home,
        env={"BUILDX_GIT_INFO": "0"},
        timeout=100,
    )


def test_an_engine_with_containerds_image_store(
    containerd: EngineProcess, home: Path, pydock: Path, docker: Path, tmp_path: Path
) -> None:
    """Archives, several platforms, attestations: the same manifests as docker with buildx makes there."""
    root = folder(tmp_path, "FROM busybox AS one\nRUN echo 1 > /f\nFROM scratch\nCOPY --from=one /f /f\nLABEL a=b\n")
    digests = []
    for client in (pydock, docker):
        archive = tmp_path / f"{client.parent.name}.tar"
        out = tmp_path / f"out-{client.parent.name}"
        words = [
            "-t",
            "x:1",
            "--provenance=false",
            "--platform",
            "linux/amd64",
            "-o",
            f"type=oci,dest={archive}",
            "-o",
            f"type=local,dest={out}",
        ]
        done = building(client, containerd, home, root, *words)
        assert done.code == 0, done.err
        with tarfile.open(archive) as tar:
            index = tar.extractfile("index.json")
            assert index
            digests.append([m["digest"] for m in json.loads(index.read())["manifests"]])
        assert (out / "f").read_text() == "1\n"
        saved = tmp_path / f"docker-{client.parent.name}.tar"
        done = building(
            client, containerd, home, root, "-t", "x:1", "--provenance=false", "-o", f"type=docker,dest={saved}"
        )
        assert done.code == 0 and saved.stat().st_size > 1000
        words = [
            "-t",
            f"attested:{client.parent.name}",
            "--provenance=mode=max",
            "--metadata-file",
            str(tmp_path / "meta"),
        ]
        attested = building(client, containerd, home, root, *words)
        assert attested.code == 0 and b"exporting attestation manifest" in attested.err
        assert "containerimage.descriptor" in json.loads((tmp_path / "meta").read_text())
    assert digests[0] == digests[1] != []


def layout_of(folder: Path) -> tuple[dict[str, str], dict[str, Any], list[str]]:
    """A layout: files and their modes, its index without the times, and those blobs whose names are not their digests."""
    index = json.loads((folder / "index.json").read_text())
    for manifest in index["manifests"]:
        manifest["annotations"].pop("org.opencontainers.image.created", None)
    modes = {str(p.relative_to(folder)): oct(p.stat().st_mode) for p in sorted(folder.rglob("*"))}
    return (
        modes,
        index,
        [
            p.name
            for p in (folder / "blobs" / "sha256").iterdir()
            if hashlib.sha256(p.read_bytes()).hexdigest() != p.name
        ],
    )


def test_layouts_of_this_machine(
    containerd: EngineProcess, docker28: EngineProcess, home: Path, pydock: Path, docker: Path, tmp_path: Path
) -> None:
    """Cache in folders, images as layouts, written and read: by either client what the other one wrote."""
    root = folder(
        tmp_path,
        "FROM scratch AS one\nCOPY a /a\nFROM scratch\nCOPY --from=one /a /b\nCOPY a /c\n",
        a=os.urandom(3 << 20),
    )
    above = tmp_path / "above"
    above.mkdir()
    (above / "Dockerfile").write_text("FROM base\nCOPY --from=base /b /d\n")
    for client in (pydock, docker):
        place = tmp_path / client.parent.name
        words = [
            "-t",
            "lay:1",
            "-t",
            "lay:2",
            "--provenance=false",
            "--cache-to",
            f"type=local,dest={place}-cache,mode=max",
            "-o",
            f"type=oci,dest={place}-image,tar=false",
        ]
        done = building(client, containerd, home, root, *words)
        assert done.code == 0 and b"writing cache image manifest" in done.err, done.err
    ours, theirs = (tmp_path / client.parent.name for client in (pydock, docker))
    for kind in ("cache", "image"):
        assert layout_of(Path(f"{ours}-{kind}")) == layout_of(Path(f"{theirs}-{kind}")) != ({}, {}, [])
        assert layout_of(Path(f"{ours}-{kind}"))[2] == []

    for client, writer in ((pydock, theirs), (docker, ours)):
        for engine in (containerd, docker28):
            assert program(pydock, "builder", "prune", "-af", host=engine.host).code == 0
            cached = building(
                client, engine, home, root, "-t", "lay:3", "--cache-from", f"type=local,src={writer}-cache"
            )
            assert cached.code == 0 and b"importing cache manifest from local" in cached.err, cached.err
            assert len(re.findall(rb"^#\d+ CACHED$", cached.err, re.M)) == 3, cached.err.decode()
        based = building(
            client, containerd, home, above, "-t", "lay:4", "--build-context", f"base=oci-layout://{writer}-image:2"
        )
        assert based.code == 0 and b"OCI load from client" in based.err, based.err
    # a second cache beside the first, by a tag of its own
    words = [
        "-t",
        "lay:5",
        "--cache-to",
        f"type=local,dest={ours}-cache,tag=other",
        "--cache-from",
        f"type=local,src={tmp_path}/none",
    ]
    done = building(pydock, containerd, home, root, *words)
    assert done.code == 0 and done.err.decode().splitlines()[-1].startswith(
        f"WARNING: local cache import at {tmp_path}/none not found due to err: could not read "
    )
    tags = [
        one["annotations"]["org.opencontainers.image.ref.name"]
        for one in layout_of(Path(f"{ours}-cache"))[1]["manifests"]
    ]
    assert (
        tags == ["latest", "other"]
        and building(pydock, containerd, home, root, "--cache-from", f"type=local,src={ours}-cache,tag=other").code == 0
    )

    for words, problem in [
        (["--cache-from", f"type=local,src={ours}-cache,tag=nope"], 'local cache importer requires either explicit digest, "latest" tag or custom tag on index.json'),
        (["--cache-to", f"type=local,dest={root}/a"], f"mkdir {root}/a: not a directory"),
        (["--build-context", f"base=oci-layout://{tmp_path}/none"], f'oci-layout reference "oci-layout://{tmp_path}/none" could not be resolved: could not read '),
        (["-o", f"type=oci,dest={root}/a,tar=false"], f"destination directory {root}/a is a file"), (["-o", "type=oci,tar=false"], "dest is required for oci exporter"),
        (["-o", f"type=oci,dest={ours}-1,tar=false", "-o", f"type=oci,dest={ours}-2,tar=false"], 'oci store key "export" already exists'),
    ]:  # fmt: skip
        done = building(pydock, containerd, home, root, *words)
        assert done.code == 1 and done.err.decode().startswith(f"ERROR: failed to build: {problem}"), done.err
    assert not Path(f"{ours}-1").exists()


def test_a_policy_says_what_may_be_fetched(
    docker28: EngineProcess, home: Path, pydock: Path, docker: Path, tmp_path: Path
) -> None:
    root = folder(tmp_path, "FROM busybox:nowhere\nRUN echo built\n")
    deny = {"action": "DENY", "selector": {"identifier": "docker-image://docker.io/library/busybox:nowhere"}}
    convert = {
        **deny,
        "action": "CONVERT",
        "updates": {"identifier": "docker-image://docker.io/library/busybox:latest"},
    }
    for rule, code, words in ((deny, 1, b"source denied by policy"), (convert, 0, b"writing image")):
        (tmp_path / "policy").write_text(json.dumps({"version": 1, "rules": [rule]}))
        for client in (docker, pydock):
            env = {"BUILDX_GIT_INFO": "0", "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY": str(tmp_path / "policy")}
            done = program(
                client, "build", "--progress", "plain", str(root), host=docker28.host, home=home, env=env, timeout=100
            )
            assert done.code == code and words in done.err, done.err


# -- engines with less --------------------------------------------------------------------------


def test_an_engine_without_buildkit(pydock: Path, podman: EngineProcess, tmp_path: Path) -> None:
    root = folder(tmp_path, "FROM localhost/busybox\nCOPY a /a\nRUN cat /a\n", a=b"from podman\n")
    program(pydock, "tag", "busybox", "localhost/busybox", host=podman.host)
    done = program(
        pydock, "build", "-t", "localhost/classic:1", str(root), host=podman.host, home=tmp_path, timeout=100
    )
    assert done.code == 0, done.err
    assert b"from podman" in done.out and b"does not support BuildKit: using its classic builder" in done.err
    piped = program(
        pydock,
        "build",
        "-q",
        "-",
        host=podman.host,
        home=tmp_path,
        stdin=b"FROM localhost/busybox\nRUN echo piped\n",
        timeout=100,
    )
    assert piped.code == 0 and len(piped.out.strip()) >= 12, piped
    refused = program(pydock, "build", "--secret", "id=HOME", str(root), host=podman.host, home=tmp_path)
    assert (
        refused.err.decode()
        == f"ERROR: --secret requires BuildKit, which the daemon at {podman.host} does not support\n"
        and refused.code == 1
    )
    (tmp_path / "policy").write_text("{}")
    policy = program(
        pydock,
        "build",
        str(root),
        host=podman.host,
        home=tmp_path,
        env={"EXPERIMENTAL_BUILDKIT_SOURCE_POLICY": f"{tmp_path}/policy"},
    )
    assert policy.code == 1 and b"requires BuildKit, which the daemon at" in policy.err, policy.err
    forced = program(pydock, "build", str(root), host=podman.host, home=tmp_path, env={"DOCKER_BUILDKIT": "1"})
    assert forced.code == 1 and forced.err.startswith(b"ERROR: unable to upgrade to h2c, received 404")


def test_no_engine(pydock: Path, tmp_path: Path) -> None:
    done = program(pydock, "build", str(folder(tmp_path, "FROM x\n")), host=f"unix://{tmp_path}/none", home=tmp_path)
    assert (
        done.code == 1
        and done.err.decode()
        == f"ERROR: failed to build: Cannot connect to the Docker daemon at unix://{tmp_path}/none. Is the docker daemon running?\n"
    )


def test_an_engine_that_takes_builds_over_rest_alone(
    builder: EngineProcess, pydock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Docker 18.09, which has no /grpc: the same image, secrets and all."""
    from pydock.engine.engine import Engine
    from pydock.errors import NotUpgraded

    root = folder(
        tmp_path,
        "FROM busybox\nARG A\nLABEL a=$A\nCOPY . /c\nRUN --mount=type=secret,id=s wc -c /run/secrets/s; echo $A\n",
        data=b"x",
    )
    words = ["--build-arg", "A=1", "--secret", "id=s", "-t", "rest:1", "--add-host", "h:1.2.3.4", "--progress", "plain"]
    hijack = Engine.hijack

    def without_control(self: Engine, request: Any, protocol: str = "tcp") -> Any:
        if request.path == "/grpc":
            raise NotUpgraded(protocol, 404)
        return hijack(self, request, protocol)

    def in_process(*argv: str) -> tuple[int, str]:
        err = io.BytesIO()
        app = App(
            io.BytesIO(),
            err,
            io.BytesIO(),
            {"HOME": str(tmp_path), "DOCKER_HOST": builder.host, "PATH": os.environ["PATH"], "s": "hush"},
            "docker",
        )
        code = run(app, list(argv))
        app.close()
        return code, err.getvalue().decode()

    iid = tmp_path / "iid"
    code, whole = in_process("build", *words, "--iidfile", str(iid), str(root))
    assert code == 0, whole
    identity = iid.read_text()
    monkeypatch.setattr(Engine, "hijack", without_control)
    code, text = in_process("build", *words, "--iidfile", str(iid), str(root))
    assert code == 0 and iid.read_text() == identity, text
    assert "RUN --mount=type=secret" in text and text.count("CACHED") >= 2, text
    code, text = in_process("build", "--progress", "plain", str(folder(tmp_path, "FROM busybox\nRUN false\n")))
    assert code == 1 and "ERROR: failed to build: failed to solve: " in text and "exit code: 1" in text
    out = tmp_path / "out"
    assert (
        in_process("build", "-o", str(out), str(folder(tmp_path, "FROM scratch\nCOPY data /\n", data=b"y")))[0] == 0
        and (out / "data").read_bytes() == b"y"
    )
    code, text = in_process("build", "--call", "check", str(root))
    assert code == 1 and "does not support: --call" in text
