"""pictures [NAME.svg …]: make README's pictures anew, by real commands on an engine of its own (all, without names)."""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.pictures.recorder import PROMPT
from tests.pictures.scenes import COLUMNS, SCENES, World
from tests.support import engines

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github"


def svg(lines: list[Text], name: str) -> str:
    """On a background of its own, so that it can be read on any page."""
    console = Console(
        file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor", highlight=False
    )
    for line in lines:
        if line.plain.startswith(PROMPT):
            line.stylize("bold")
        console.print(line, no_wrap=True, overflow="crop")
    text = console.export_svg(title="", unique_id=name)
    # no fonts from elsewhere: the reader's own will do
    text = re.sub(r"\s*@font-face \{.*?\}", "", text, flags=re.DOTALL)
    return text.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


def make(world: World, name: str, folder: Path) -> None:
    lines = SCENES[name](world)
    while lines and not lines[-1].plain.strip():
        lines.pop()
    (folder / name).write_text(svg(lines, name.removesuffix(".svg")), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/picture", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME.svg", choices=[[], *SCENES])
    names = parser.parse_args().names or list(SCENES)
    with tempfile.TemporaryDirectory(prefix="pydock-pictures-") as folder:
        try:
            engine = engines.start("docker-28", Path(folder) / "engine")
        except engines.Unavailable as why:
            print(f"picture: {why}", file=sys.stderr)
            return 1
        try:
            engines.load_busybox(engine)
            (Path(folder) / "world").mkdir()
            world = World(engine, Path(sys.executable).with_name("pydock"), Path(folder) / "world")
            for name in names:
                make(world, name, FOLDER)
                print(f"wrote .github/{name}")
        finally:
            engine.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
