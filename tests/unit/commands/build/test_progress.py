"""How a build is shown: which way is taken, and what a step of our own tells."""

from __future__ import annotations

import io
from typing import Any

import pytest

from pydock.app import App
from pydock.commands.build.progress import display_mode, own_step
from pydock.errors import Failure
from tests.support.screen import Screen


def app_of(file: Any, **environ: str) -> App:
    return App(file, file, io.BytesIO(), environ, clock=lambda: 5.0)


@pytest.mark.parametrize(
    "progress, quiet, variable, plain, terminal",
    [
        ("auto", False, "", "plain", "tty"),
        ("auto", False, "plain", "plain", "plain"),
        ("auto", False, "rawjson", "rawjson", "rawjson"),
        ("auto", False, "none", "quiet", "quiet"),
        ("", False, "plain", "plain", "tty"),
        ("plain", False, "rawjson", "plain", "plain"),
        ("none", False, "", "quiet", "quiet"),
        ("quiet", False, "", "quiet", "quiet"),
        ("auto", True, "tty", "quiet", "quiet"),
        ("none", True, "", "quiet", "quiet"),
        ("tty", False, "", "failed to get console: provided file is not a console", "tty"),
        ("auto", False, "tty", "failed to get console: provided file is not a console", "tty"),
        ("auto", False, "x", "invalid progress mode x", "invalid progress mode x"),
        ("plain", True, "", *["progress=plain and quiet cannot be used together"] * 2),
    ],
)
def test_which_way(progress: str, quiet: bool, variable: str, plain: str, terminal: str) -> None:
    def mode(file: Any) -> str:
        try:
            return display_mode(app_of(file, BUILDKIT_PROGRESS=variable), progress, quiet)
        except Failure as failure:
            return failure.message

    assert mode(io.BytesIO()) == plain
    with Screen(80) as screen:
        assert mode(screen.file) == terminal


def test_a_step_of_our_own() -> None:
    told: list[dict[str, Any]] = []
    with own_step(app_of(io.BytesIO()), told.append, "pushing") as step:
        began = step.status("layer", 1, 2, 0, False)
        step.status("layer", 2, 2, began, True)
    first, *parts, last = told
    assert first["vertexes"][0]["name"] == "pushing" and first["vertexes"][0]["completed"] == 0
    assert [(p["statuses"][0]["current"], bool(p["statuses"][0]["completed"])) for p in parts] == [
        (1, False),
        (2, True),
    ]
    assert last["vertexes"][0]["digest"] == first["vertexes"][0]["digest"]
    assert last["vertexes"][0]["completed"] == 5 * 10**9 and last["vertexes"][0]["error"] == ""


def test_a_step_that_fails_says_why() -> None:
    told: list[dict[str, Any]] = []
    with pytest.raises(Failure), own_step(app_of(io.BytesIO()), told.append, "pushing"):
        raise Failure("denied")
    assert told[-1]["vertexes"][0]["error"] == "denied"
