"""How long operations are shown: on a terminal, in a pipe, and where nothing is to be shown."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.app import App
from pydock.commands.progress import counted, show_progress, show_rows
from pydock.errors import Failure
from tests.support.cli import streams

LAYERS = [
    {"status": "Pulling from x", "id": "latest"}, {"status": "Downloading", "id": "l", "progressDetail": {"current": 1, "total": 2}},
    {"status": "Pull complete", "id": "l", "progressDetail": {}}, {"stream": "raw\n"}, {},
]  # fmt: skip
LINES = "latest: Pulling from x\nl: Pull complete\nraw\n"
WRONG = {"errorDetail": {"code": 3, "message": "denied"}}


def shown(show: Any, tty: bool = False, **more: Any) -> str:
    with streams(tty, 80) as (out, err, texts):
        app = App(out, err, None, {"HOME": "/nonexistent"}, "docker")
        try:
            show(app, **more)
        finally:
            app.close()
    return "".join(texts())


def test_lines_for_a_pipe_without_bars() -> None:
    assert (
        shown(lambda app: show_progress(app, LAYERS, app.out)) == LINES == shown(lambda app: show_rows(LAYERS, app.err))
    )
    for show in (
        lambda app: show_progress(app, LAYERS, app.out, quiet=True),
        lambda app: show_rows(LAYERS, app.out, quiet=True),
    ):
        assert shown(show) == "" == shown(show, tty=True)


@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("tty", [True, False])
def test_the_engines_error_ends_it_however_it_is_shown(tty: bool, quiet: bool) -> None:
    read = iter([LAYERS[0], WRONG, LAYERS[1]])
    with pytest.raises(Failure, match=r"^denied$") as caught:
        shown(lambda app: show_progress(app, read, app.out, quiet), tty=tty)
    assert caught.value.code == 3 and next(read) == LAYERS[1]


def test_rows_are_drawn_anew_on_a_terminal() -> None:
    drawn = shown(lambda app: show_rows(LAYERS[1:3], app.out), tty=True)
    assert drawn.endswith("\x1b[1A\x1b[2K\rl: Pull complete \r\x1b[1B") and drawn.count("\n") == 1


def test_data_passes_through_and_is_counted_on_a_terminal_alone() -> None:
    blocks = [b"x" * 1000, b"y"]
    passed = list[bytes]()
    assert shown(lambda app: passed.extend(counted(app, blocks, "Sending"))) == ""
    assert "Sending" in shown(lambda app: passed.extend(counted(app, blocks, "Sending")), tty=True)
    assert passed == [*blocks, *blocks]
