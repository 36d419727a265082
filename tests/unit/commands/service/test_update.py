"""`service update` and `create`: credentials, digests, older and newer engines. What flags do to a specification: test_lines.py."""

from __future__ import annotations

import base64
import json
import shlex
from typing import Any

import pytest

from pydock.api.distribution import inspect_distribution
from pydock.api.services import inspect_service, update_service
from pydock.flags.services import float32, shell_words
from tests.support.cli import Reply, Result, cli, refused

LOGIN = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {"registry.test": {"auth": base64.b64encode(b"u:p").decode()}}})}
PREVIOUS: dict[str, Any] = {"Name": "web", "Labels": {}, "TaskTemplate": {"ContainerSpec": {"Image": "busybox:1"}}}
#: with fields that this client does not know
SPEC: dict[str, Any] = {
    "Name": "web", "Labels": {}, "Mode": {"Global": {}}, "New": 2, "TaskTemplate": {"ContainerSpec": {"Image": "registry.test/app:1"}, "New": 1},
}  # fmt: skip
WEB: dict[str, Any] = {"ID": "s1", "Version": {"Index": 9}, "Spec": SPEC, "PreviousSpec": PREVIOUS}
DIGEST = "sha256:" + "b" * 64


def auth_of(header: Any) -> Any:
    return json.loads(base64.urlsafe_b64decode(header))


def updated(*flags: str, api: str = "1.51", table: dict[Any, Any] | None = None) -> Result:
    stubs = {inspect_service("web"): WEB, ("POST", "/services/s1/update"): {}, **(table or {})}
    done = cli("service", "update", "-d", *flags, "web", table=stubs, environ=LOGIN, api_version=api)
    assert (done.code, done.out, done.err) == (0, "web\n", "")
    return done


def test_what_no_flag_names_stays_as_it_is() -> None:
    """Also what a newer engine has; and credentials are the engine's own, unless they are asked for."""
    assert updated().requests[-1] == update_service("s1", 9, SPEC, auth_from="spec")


def test_credentials_of_the_images_registry_are_sent_if_asked_for() -> None:
    for argv, name in (((), "u"), (("--image", "other.test/x:1", "--no-resolve-image"), None)):
        asked = updated("--with-registry-auth", *argv).requests[-1]
        assert auth_of(asked.headers["X-Registry-Auth"]).get("username") == name
        assert "registryAuthFrom" not in asked.query


def test_the_digest_is_looked_up_with_the_same_credentials() -> None:
    found = {"Descriptor": {"digest": DIGEST}, "Platforms": []}
    image = "registry.test/app:2"
    done = updated("--with-registry-auth", "--image", image, table={("GET", f"/distribution/{image}/json"): found})
    look, change = done.requests[-2:]
    assert look.headers == change.headers
    assert change.body["TaskTemplate"]["ContainerSpec"]["Image"] == f"{image}@{DIGEST}"


@pytest.mark.parametrize("answer", [refused(403, "denied"), Reply({"Descriptor": {}}), Reply(b"{")])
def test_an_image_without_a_digest_is_told_and_taken(answer: Any) -> None:
    request = inspect_distribution("nginx:latest")
    table = {request: answer, ("POST", "/services/create"): {"ID": "s1", "Warnings": ["careful"]}}
    done = cli("service", "create", "-d", "nginx", table=table)
    said = (
        "careful\nimage nginx:latest could not be accessed on a registry to record\nits digest. Each node will access nginx:latest "
        "independently,\npossibly leading to different nodes running different\nversions of the image.\n\n"
    )
    assert (done.code, done.out, done.err) == (0, "s1\n", said)


@pytest.mark.parametrize(
    ("digest", "pinned"), [(DIGEST, f"nginx:latest@{DIGEST}"), ("x y", "nginx:latest"), ("", "nginx:latest")]
)
def test_only_a_digest_pins_an_image(digest: str, pinned: str) -> None:
    table = {
        inspect_distribution("nginx:latest"): {"Descriptor": {"digest": digest}},
        ("POST", "/services/create"): {"ID": "s1"},
    }
    done = cli("service", "create", "-d", "nginx", table=table)
    assert done.requests[-1].body["TaskTemplate"]["ContainerSpec"]["Image"] == pinned


@pytest.mark.parametrize(
    ("api", "spec", "options"),
    [
        ("1.51", SPEC, {"auth_from": "spec", "rollback": "previous"}),
        # the client itself sends the specification before
        ("1.27", PREVIOUS, {"auth_from": "previous-spec"}),
    ],
)
def test_a_rollback_by_the_engine_or_by_the_client(api: str, spec: Any, options: dict[str, str]) -> None:
    flags = () if api == "1.27" else ("-d",)
    done = cli(
        "service",
        "update",
        *flags,
        "--rollback",
        "web",
        table={inspect_service("web"): WEB, ("POST", "/services/s1/update"): {}},
        api_version=api,
    )
    request = update_service("s1", 9, spec, **options)
    sent = done.requests[-1]
    assert (done.code, done.err, sent.query, sent.body) == (0, "", request.query, spec)


def test_without_a_specification_before_there_is_no_rollback() -> None:
    table = {inspect_service("web"): {**WEB, "PreviousSpec": None}}
    done = cli("service", "update", "--rollback", "web", table=table, api_version="1.27")
    assert done == Result(1, "", "service does not have a previous specification to roll back to\n", done.requests)


def test_older_engines_look_the_digest_up_themselves() -> None:
    done = cli("service", "create", "nginx", table={("POST", "/services/create"): {"ID": "s1"}}, api_version="1.28")
    assert [(r.path, r.headers) for r in done.requests] == [("/services/create", {"Version": "1.28"})]


def test_swap_and_swappiness_need_a_newer_engine() -> None:
    words = '"--memory-swap" requires API version 1.52, but the Docker daemon API version is 1.51\n'
    assert cli("service", "create", "--memory-swap", "1g", "busybox") == Result(1, "", words)
    flags = ("--memory-swap", "-1", "--memory-swappiness", "60")
    table = {("POST", "/services/create"): {"ID": "s1"}}
    made = (
        cli("service", "create", "-d", "--no-resolve-image", *flags, "busybox", table=table, api_version="1.52")
        .requests[-1]
        .body
    )
    assert made["TaskTemplate"]["Resources"] == {
        "Limits": {},
        "Reservations": {},
        "SwapBytes": -1,
        "MemorySwappiness": 60,
    }
    changed = updated(*flags, api="1.52").requests[-1].body
    assert changed["TaskTemplate"]["Resources"] == {"SwapBytes": -1, "MemorySwappiness": 60}


def test_what_docker_takes_and_forgets_is_done() -> None:
    """--health-start-interval and --max-concurrent of an update."""
    after = updated("--health-start-interval", "2s").requests[-1].body["TaskTemplate"]["ContainerSpec"]
    assert after["Healthcheck"] == {"StartInterval": 2_000_000_000}
    job = {**WEB, "Spec": {**SPEC, "Mode": {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 4}}}}
    assert updated("--max-concurrent", "2", table={inspect_service("web"): job}).requests[-1].body["Mode"] == {
        "ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 4}
    }
    done = cli("service", "update", "--max-concurrent", "2", "web", table={inspect_service("web"): WEB})
    assert (done.code, done.err) == (1, "max-concurrent can only be used with replicated-job mode\n")


def test_a_refused_change_is_not_sent_again() -> None:
    conflict = refused(500, "rpc error: code = Unknown desc = update out of sequence")
    table = {inspect_service("web"): WEB, ("POST", "/services/s1/update"): conflict}
    for argv in (("update", "--force", "web"), ("rollback", "web")):
        done = cli("service", *argv, table=table)
        assert (done.code, done.out, done.err) == (1, "", f"Error response from daemon: {conflict.reason}\n")
        assert [r.method for r in done.requests] == ["GET", "POST"]


@pytest.mark.parametrize(
    "line", ["service create --mode x b", "service create --env-file none b", "service scale a=b", "secret inspect ''"]
)
def test_an_invalid_address_of_the_engine_is_told_first(line: str) -> None:
    done = cli("--host", "nope://x", *shlex.split(line), own_engine=True)
    assert (done.code, done.out) == (1, "") and done.err.startswith("Failed to initialize: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()), ("  ", ()), ("a b", ("a", "b")), ("'a b'c d", ("a bc", "d")), ('a\\ b "c\\"d" \'e\\f\'', ("a b", 'c"d', "e\\f")),
        ("a #b\nc#d", ("a", "c#d")), ("#", ()), ("''", ("",)), ("a\\\nb", ("a\nb",)),
    ],
)  # fmt: skip
def test_words_of_a_shell(text: str, words: tuple[str, ...]) -> None:
    assert shell_words(text) == words


@pytest.mark.parametrize(
    ("text", "value"), [("0.1", 0.1), ("0.3333333333", 0.33333334), ("16777217", 16777216), ("2", 2), ("1e-45", 1e-45)]
)
def test_ratios_are_float32(text: str, value: float) -> None:
    assert (float32(text), type(float32(text))) == (value, type(value))
