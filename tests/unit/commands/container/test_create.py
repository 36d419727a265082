"""`create`: what is sent, what is refused, and in which order."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Messages, cli, refused
from tests.support.samples import ID


def test_flags_need_their_version() -> None:
    done = cli("create", "--annotation", "a=b", "busybox", api_version="1.41")
    assert (done.code, done.err) == (
        1,
        '"--annotation" requires API version 1.43, but the Docker daemon API version is 1.41\n',
    )
    done = cli("start", "--checkpoint", "x", "a")
    assert done.err == '"--checkpoint" is only supported on a Docker daemon with experimental features enabled\n'


def test_what_docker_logs_of_a_mount_obeys_the_log_level() -> None:
    flags = ("--mount", "type=bind,src=/s,dst=/b,bind-nonrecursive=true", "busybox")
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    assert (
        'level=warning msg="bind-nonrecursive is deprecated, use bind-recursive=disabled instead"\n'
        in cli("create", *flags, table=table).err
    )
    assert cli("-l", "error", "create", *flags, table=table).err == ""
    told = cli("create", *flags[:2], "--nope").err
    assert told.index("is deprecated") < told.index("unknown flag: --nope")


def test_a_dns_server_on_the_host_itself_is_warned_about() -> None:
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": ["a"]}}
    done = cli("create", "--dns", "1.1.1.1", "--dns", "127.0.0.53", "--dns", "::1", "busybox", table=table)
    assert done.err == "WARNING: a\nWARNING: Localhost DNS (127.0.0.53) may fail in containers.\n"


def test_an_image_that_is_not_there_is_fetched_and_asked_for_again() -> None:
    answers = [{"Id": ID, "Warnings": None}, refused(404, "No such image: busybox:latest")]
    pulled = Messages([{"status": "Pulling", "id": "abc"}])
    table = {("POST", "/containers/create"): lambda _: answers.pop(), ("POST", "/images/create"): pulled}
    done = cli("create", "--platform", "linux/arm64", "busybox", table=table)
    assert (done.code, done.out) == (0, f"{ID}\n")
    assert done.err == "Unable to find image 'busybox:latest' locally\nabc: Pulling\n"
    first, pull, second = done.requests
    assert first == second and first.query == {"platform": "linux/arm64"}
    assert pull.query == {"fromImage": "docker.io/library/busybox", "tag": "latest", "platform": "linux/arm64"}
    answers = [{"Id": ID, "Warnings": None}, refused(404, "No such image: busybox:latest")]
    assert cli("create", "-q", "busybox", table=table).err == ""


def test_what_is_missing_is_not_always_an_image_to_fetch() -> None:
    gone = {("POST", "/containers/create"): refused(404, "No such image: busybox:latest")}
    wrong = "Error response from daemon: No such image: busybox:latest\n"
    for line in (("--pull", "never", "busybox"), (ID,)):
        done = cli("create", *line, table=gone)
        assert (done.code, done.err, len(done.requests)) == (1, wrong, 1)
    lost = {
        **gone,
        ("POST", "/images/create"): Messages([{"errorDetail": {"message": "no such host"}, "error": "no such host"}]),
    }
    done = cli("create", "-q", "busybox", table=lost)
    assert (done.code, done.err) == (1, "no such host\n")


@pytest.mark.parametrize("image", [ID, f"sha256:{ID}", f"sha512:{ID * 2}"])
def test_an_image_id_is_no_name_to_fetch(image: str) -> None:
    done = cli("create", image, table={("POST", "/containers/create"): refused(404, f"No such image: {image}")})
    assert (done.code, done.err) == (1, f"Error response from daemon: No such image: {image}\n")


def test_an_image_id_cannot_always_be_fetched() -> None:
    done = cli("create", "--pull", "always", ID)
    wrong = f"invalid repository name ({ID}), cannot specify 64-byte hexadecimal strings\n"
    assert (done.code, done.err, done.requests) == (1, wrong, [])


def test_an_image_that_is_always_fetched_comes_first() -> None:
    table = {
        ("POST", "/containers/create"): {"Id": ID, "Warnings": None},
        ("POST", "/images/create"): Messages([{"status": "x"}]),
    }
    done = cli("create", "--pull", "always", "busybox:1", table=table)
    assert [r.path for r in done.requests] == ["/images/create", "/containers/create"]


def created_requests(*line: str, **more: Any) -> Any:
    return cli("create", *line, table={("POST", "/containers/create"): {"Id": ID, "Warnings": None}}, **more).requests


def test_a_platform_of_a_create() -> None:
    assert created_requests("--platform", "LINUX/aarch64", "x")[0].query == {"platform": "linux/arm64"}
    assert created_requests("--platform", "linux/arm64", "x", api_version="1.40")[0].query == {}
    done = cli("create", "--platform", "a/b/c/d", "x")
    assert done.err == (
        'error parsing specified platform: "a/b/c/d": cannot parse platform specifier: invalid argument\n'
    )


def test_the_id_is_in_a_file_of_its_own(tmp_path: Path) -> None:
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    done = cli("create", "--cidfile", "id", "busybox", table=table, folder=tmp_path)
    assert (done.out, (tmp_path / "id").read_text()) == (f"{ID}\n", ID)
    done = cli("create", "--cidfile", "id", "busybox", folder=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "container ID file found, make sure the other container isn't running or delete id\n"
    done = cli("create", "--cidfile", "no/id", "busybox", folder=tmp_path)
    assert done.err == "failed to create the container ID file: open no/id: no such file or directory\n"
    gone = {("POST", "/containers/create"): refused(400, "no")}
    assert cli("create", "--cidfile", "new", "busybox", table=gone, folder=tmp_path).code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["id"]


def test_the_engines_socket_brings_the_credentials(tmp_path: Path) -> None:
    """In an archive that is put there before it starts; whoever has a folder of their own for them keeps it."""
    auths = '{"auths": {"reg.example": {"auth": "YTpi"}}}'
    table = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}, ("PUT", f"/containers/{ID}/archive"): b""}
    line = ("--config", str(tmp_path), "create", "--use-api-socket")
    done = cli(*line, "-e", "A=b", "busybox", table=table, folder=tmp_path, files={"config.json": auths})
    socket = {"Type": "bind", "Source": "/var/run/docker.sock", "Target": "/var/run/docker.sock", "BindOptions": {}}
    body = done.requests[0].body
    assert body["HostConfig"]["Mounts"] == [socket]
    assert body["Env"] == ["A=b", "DOCKER_CONFIG=/run/secrets/docker"]
    assert done.requests[1].query["path"] == "/"
    with tarfile.open(fileobj=io.BytesIO(done.requests[1].content)) as tar:
        (entry,) = tar
        file = tar.extractfile(entry)
        assert file and json.loads(file.read())["auths"]["reg.example"]["auth"] == "YTpi"
    assert (entry.name, entry.mode) == ("/run/secrets/docker/config.json", 0o600)
    alone = {("POST", "/containers/create"): {"Id": ID, "Warnings": None}}
    done = cli(*line, "-e", "DOCKER_CONFIG=/x", "--mount", "dst=/m", "busybox", table=alone)
    assert done.requests[0].body["Env"] == ["DOCKER_CONFIG=/x"]
    assert [mount["Target"] for mount in done.requests[0].body["HostConfig"]["Mounts"]] == [
        "/m",
        "/var/run/docker.sock",
    ]


def test_trust_is_not_to_be_had() -> None:
    for line in ("create", "run", "pull", "push"):
        done = cli(line, "--disable-content-trust=false", "busybox")
        assert (done.code == 0, done.requests) == (False, []) and "trust" in done.err
