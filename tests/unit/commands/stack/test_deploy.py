"""`stack deploy` on a stack that is there: what is updated, removed, waited for; and failures on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pydock.commands.service import converge
from pydock.commands.stack.deploy import DETACHED, NO_MANAGER
from tests.support.cli import Result, any_of, cli, refused
from tests.support.composed import INFO
from tests.support.samples import service

LABEL = "com.docker.stack.namespace"
IMAGE = "com.docker.stack.image"
FILE = "services: {web: {image: busybox}}"
STORED = "secrets: {s: {file: data}}\nconfigs: {c: {file: data}}\n" + FILE
PINNED = "busybox:latest@sha256:" + "a" * 64


def known(name: str = "app_web", image: str = "busybox", **task: Any) -> dict[str, Any]:
    """A service of the stack, deployed with that image."""
    template = {"ContainerSpec": {"Image": PINNED}, **task}
    labels = {LABEL: "app", IMAGE: image}
    return service(
        name, ID=f"id-{name}", Version={"Index": 7}, Spec={"Name": name, "Labels": labels, "TaskTemplate": template}
    )


TABLE: dict[Any, Any] = {
    ("GET", "/info"): INFO,
    ("GET", "/networks"): [{"Id": "n", "Name": "app_default"}],
    ("GET", "/services"): [known()],
    ("GET", "/distribution/busybox:latest/json"): {"Descriptor": {"digest": "sha256:" + "b" * 64}, "Platforms": []},
    ("POST", "/services/id-app_web/update"): {},
    ("POST", "/services/create"): {"ID": "new", "Warnings": ["never told"]},
}


def deploy(folder: Path, *words: str, text: str = FILE, more: Any = None, **options: Any) -> Result:
    files = {"c.yml": text, "data": b"\0\1"}
    argv = ("stack", "deploy", "-c", "c.yml", *words, "app")
    return cli(*argv, table=any_of({**TABLE, **(more or {})}), files=files, folder=folder, **options)


def sent(done: Result, path: str) -> Any:
    """The body of the one request to a path."""
    [body] = [request.body for request in done.requests if request.path == path]
    return body


def image_of(done: Result) -> str:
    return str(sent(done, "/services/id-app_web/update")["TaskTemplate"]["ContainerSpec"]["Image"])


def test_a_service_that_exists_is_updated_from_its_version(tmp_path: Path) -> None:
    done = deploy(tmp_path, more={("GET", "/services"): [known(ForceUpdate=3)]})
    assert (done.code, done.out) == (0, "Updating service app_web (id: id-app_web)\n")
    assert done.err == DETACHED + "\n"
    [update] = [request for request in done.requests if request.method == "POST"]
    assert update.query == {"version": "7"} and update.body["TaskTemplate"]["ForceUpdate"] == 3
    assert update.body["Labels"] == {LABEL: "app", IMAGE: "busybox"}


@pytest.mark.parametrize(
    ("resolve", "deployed", "asked", "image"),
    [
        ("always", "busybox", True, "busybox:latest@sha256:" + "b" * 64),
        ("changed", "busybox", False, PINNED),
        ("changed", "busybox:1", True, "busybox:latest@sha256:" + "b" * 64),
        ("never", "busybox", False, PINNED),
        ("never", "busybox:1", False, "busybox:latest"),
    ],
)
def test_the_registry_is_asked_as_the_flag_says(
    tmp_path: Path, resolve: str, deployed: str, asked: bool, image: str
) -> None:
    """An image that the file has not changed stays what it was pinned to."""
    done = deploy(tmp_path, "--resolve-image", resolve, more={("GET", "/services"): [known(image=deployed)]})
    assert image_of(done) == image
    assert any(request.path.startswith("/distribution/") for request in done.requests) == asked


def test_an_unknown_way_to_resolve_is_refused(tmp_path: Path) -> None:
    done = deploy(tmp_path, "--resolve-image", "often")
    assert (done.code, done.err) == (1, "Invalid option often for flag --resolve-image\n")
    assert done.requests == []


def test_credentials_go_with_the_specification_if_they_are_to(tmp_path: Path) -> None:
    for flag, header in (((), False), (("--with-registry-auth",), True)):
        done = deploy(tmp_path, *flag)
        [update] = [request for request in done.requests if request.method == "POST"]
        assert ("x-registry-auth" in {name.lower() for name in update.headers}) == header


def test_warnings_are_told_of_updates_and_not_of_new_services(tmp_path: Path) -> None:
    warned = {("POST", "/services/id-app_web/update"): {"Warnings": ["look out"]}}
    assert deploy(tmp_path, "-d", more=warned).err == "look out\n"
    assert deploy(tmp_path, "-d", more={("GET", "/services"): []}).err == ""


def test_services_that_the_file_has_no_more_are_pruned_first(tmp_path: Path) -> None:
    """What cannot be removed is told, and the rest goes on."""
    found = [known(), known("app_old"), known("app_busy")]
    more = {
        ("GET", "/services"): found,
        ("DELETE", "/services/id-app_old"): b"",
        ("DELETE", "/services/id-app_busy"): refused(500, "busy"),
    }
    done = deploy(tmp_path, "-d", "--prune", more=more)
    assert (
        done.out == "Removing service app_busy\nRemoving service app_old\nUpdating service app_web (id: id-app_web)\n"
    )
    assert done.err == "Failed to remove service id-app_busy: Error response from daemon: busy" and done.code == 0


def test_secrets_and_configs_that_exist_are_updated(tmp_path: Path) -> None:
    stored = {
        (method, path): answer
        for kind in ("secrets", "configs")
        for method, path, answer in (
            ("GET", f"/{kind}/app_{kind[0]}", {"ID": kind[0], "Version": {"Index": 5}, "Spec": {}}),
            ("POST", f"/{kind}/{kind[0]}/update", b""),
        )
    }
    done = deploy(tmp_path, "-d", text=STORED, more=stored)
    assert (done.code, done.out) == (0, "Updating service app_web (id: id-app_web)\n")
    for path, name in (("/secrets/s/update", "app_s"), ("/configs/c/update", "app_c")):
        assert sent(done, path) == {"Name": name, "Labels": {LABEL: "app"}, "Data": "AAE="}


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        (FILE, {("GET", "/info"): {**INFO, "Swarm": {}}}, NO_MANAGER),
        (
            FILE,
            {("POST", "/services/id-app_web/update"): refused(400, "update out of sequence")},
            "failed to update service app_web: Error response from daemon: update out of sequence",
        ),
        (
            FILE,
            {("GET", "/services"): [], ("POST", "/services/create"): refused(409, "name conflicts")},
            "failed to create service app_web: Error response from daemon: name conflicts",
        ),
        (
            FILE,
            {("GET", "/networks"): [], ("POST", "/networks/create"): refused(500, "no pool")},
            "failed to create network app_default: Error response from daemon: no pool",
        ),
        (
            STORED,
            {("GET", "/secrets/app_s"): refused(404, "no"), ("POST", "/secrets/create"): refused(400, "too large")},
            "failed to create secret app_s: Error response from daemon: too large",
        ),
        (
            STORED,
            {
                ("GET", "/secrets/app_s"): {"ID": "s", "Version": {"Index": 1}, "Spec": {}},
                ("POST", "/secrets/s/update"): refused(400, "only updates to Labels are allowed"),
            },
            "failed to update secret app_s: Error response from daemon: only updates to Labels are allowed",
        ),
        (STORED, {("GET", "/secrets/app_s"): refused(503, "no leader")}, "Error response from daemon: no leader"),
    ],
)
def test_failures_say_what_was_being_done(tmp_path: Path, text: str, more: Any, told: str) -> None:
    done = deploy(tmp_path, "-d", text=text, more=more)
    assert (done.code, done.err) == (1, told + "\n")


def test_a_deployment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service in turn; one that fails is told with its ID, after the others."""
    monkeypatch.setattr(converge, "BETWEEN", 0)
    one, two = (known(f"app_{name}") for name in ("one", "two"))
    done_with = {"UpdateStatus": {"State": "completed"}}
    paused = {"UpdateStatus": {"State": "paused", "Message": "task failed"}}
    mode = {"Mode": {"Replicated": {"Replicas": 1}}}
    more = {
        ("GET", "/services"): [one, two],
        ("GET", "/services/id-app_one"): {**one, "Spec": {**one["Spec"], **mode}, **paused},
        ("GET", "/services/id-app_two"): {**two, "Spec": {**two["Spec"], **mode}, **done_with},
        ("POST", "/services/id-app_one/update"): {},
        ("POST", "/services/id-app_two/update"): {},
    }
    text = "services: {one: {image: busybox}, two: {image: busybox}}"
    done = deploy(tmp_path, "--detach=false", "-q", text=text, more=more)
    assert (done.code, done.err) == (1, "id-app_one: service update paused: task failed\n")
    assert [r.path for r in done.requests if r.path.startswith("/services/id") and r.method == "GET"] == [
        "/services/id-app_one",
        "/services/id-app_two",
    ]


def test_engines_before_1_29_get_networks_in_the_service(tmp_path: Path) -> None:
    done = deploy(tmp_path, "-d", api_version="1.28", more={("GET", "/services"): []})
    body = sent(done, "/services/create")
    assert (
        body["Networks"] == [{"Target": "app_default", "Aliases": ["web"]}] and "Networks" not in body["TaskTemplate"]
    )


def test_a_deprecated_flag_is_ignored(tmp_path: Path) -> None:
    done = deploy(tmp_path, "-d", "--orchestrator", "kubernetes")
    assert done.code == 0
    assert done.out.startswith("Flag --orchestrator has been deprecated, option will be ignored\nUpdating service")
