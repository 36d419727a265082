"""What the engine's own builder pushes: by the engine, name by name, with a step of the build for each."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.app import App
from pydock.commands.build.push import push
from pydock.errors import Failure
from pydock.shape import Json
from tests.support.cli import streams
from tests.support.stubs import Messages, Stubs, engine_of

BUILT = {"containerimage.config.digest": "sha256:config", "containerimage.digest": "sha256:image"}
REMOTE = {"Descriptor": {"mediaType": "t", "digest": "sha256:remote", "size": 1}, "Platforms": []}
QUIET = Messages([{"status": "1: digest: sha256:remote size: 1"}])
LAYERS = [
    {"id": "l", "status": "Preparing"}, {"id": "l", "status": "Pushing", "progressDetail": {"current": 1, "total": 4}},
    {"id": "l", "status": "Pushing", "progressDetail": {"current": 3}}, {"id": "l", "status": "Pushed"}, {"status": "1: digest: sha256:remote size: 1"},
]  # fmt: skip


def pushed(names: list[str], table: Any) -> tuple[dict[str, str], list[Json]]:
    """The digests, and the status messages."""
    stubs, told = Stubs(table), list[Json]()
    with streams(False, 80) as (out, err, _):
        app = App(out, err, None, {"HOME": "/nonexistent"}, "docker", engine=engine_of(stubs))
        try:
            return push(app, told.append, names, BUILT), told
        finally:
            app.close()
            stubs.check_used()


def image(**more: Any) -> dict[str, Any]:
    return {"Id": "sha256:image", **more}


def test_an_image_is_pushed_by_each_of_its_names() -> None:
    names = ["reg.example/app", "other.example/app:2"]
    table = {
        ("POST", "/images/reg.example/app/push"): Messages(LAYERS), ("POST", "/images/other.example/app/push"): QUIET,
        ("GET", "/images/reg.example/app/json"): image(RepoDigests=["x"]), ("GET", "/distribution/reg.example/app:latest/json"): REMOTE,
    }  # fmt: skip
    digests, told = pushed(names, table)
    assert digests == {"containerimage.config.digest": "sha256:config", "containerimage.digest": "sha256:remote"}
    begun = [v["name"] for message in told for v in message["vertexes"] if not v.get("completed")]
    assert begun == ["pushing reg.example/app with docker", "pushing other.example/app:2 with docker"]
    layer = [(s["current"], s["total"], bool(s["completed"])) for message in told for s in message["statuses"]]
    assert layer == [(1, 4, False), (3, 4, False), (4, 4, True)]


def test_an_image_without_digests_has_none_in_the_registry() -> None:
    table = {
        ("POST", "/images/docker.io/library/app/push"): QUIET,
        ("GET", "/images/app/json"): image(RepoDigests=[]),
    }
    assert pushed(["app"], table)[0] == {}


def test_a_push_that_fails_is_the_end_of_it() -> None:
    failing = Messages([LAYERS[1], {"errorDetail": {"message": "denied"}}])
    with pytest.raises(Failure, match=r"^denied$"):
        pushed(["reg.example/app", "reg.example/b"], {("POST", "/images/reg.example/app/push"): failing})
