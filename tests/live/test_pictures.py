"""README's pictures can be made anew, and still show what happens."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.pictures.__main__ import FOLDER, make
from tests.pictures.scenes import IMAGE, SCENES, World
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live

#: what each shows, whatever the numbers
SHOWN = {
    "pull.svg": (f"$ pydock pull {IMAGE}", "1.4: Pulling from shop/web"),
    "build.svg": ("$ pydock build -t shop .", "=> [server 3/3] RUN sh /server/build", "=> => # compile main.c"),
    "curl.svg": (
        "$ pydock --curl stop web",
        "curl --unix-socket /var/run/docker.sock -X POST http://localhost/v1.51/containers/web/stop",
    ),
    "completion.svg": (
        "$ pydock run --memory",
        "--memory-swap (Memory plus swap limit; -1 for unlimited swap)",
    ),
}


def text_of(picture: Path) -> str:
    """Its parts of text, whatever their columns."""
    parts = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
    return " ".join(html.unescape(" ".join(parts)).split())


@pytest.mark.parametrize("name", SCENES)
def test_a_picture_shows_what_happens(name: str, docker28: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    make(World(docker28, pydock, tmp_path / "world"), name, tmp_path)
    for picture in (tmp_path / name, FOLDER / name):
        assert not [part for part in SHOWN[name] if part not in text_of(picture)], (picture, text_of(picture))
