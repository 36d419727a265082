"""What the man pages are made of beside the declarations: the files of man/src, and the changelog's date."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "man" / "src"
#: until a release has one
UNRELEASED = "2026-11-29"


#: commands of which each may be what was looked for, in the order of use
CIRCLES = """
container run, container create, container start, container exec, container attach, container logs, container stop, container rm, container wait, image pull
container ls, container inspect, container top, container stats, container port, container diff, container logs
container stop, container kill, container start, container restart, container rm, container pause, container unpause, container wait
container rm, container prune, container stop, system prune
container cp, container export, container diff, volume export
container commit, container export, image import, image build
container update, container recreate, container inspect
container rename, container recreate, container ls
image build, builder prune, image ls, image push, image tag
image pull, image push, image tags, image save, image send, login
image save, image load, image import, image send, container export
image ls, image inspect, image history, image rm, image prune, image tag
image rm, image prune, system prune
system df, system prune, image prune, container prune, volume prune, network prune, builder prune
system info, version, doctor, engine ls, context ls
inspect, container inspect, image inspect, volume inspect, network inspect
system events, container logs, container wait
login, logout, image pull, image push
search, image tags, image pull
"""


@cache
def date() -> str:
    """That of the newest release: what is generated again stays the same."""
    found = re.search(r"^## \[\d.*(\d{4}-\d\d-\d\d)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    return found[1] if found else UNRELEASED


def guides() -> list[Path]:
    """Those of section 7."""
    return sorted(SOURCE.glob("*.md"))


@cache
def requests() -> dict[str, list[str]]:
    """Command -> the endpoints that it calls: "GET /volumes/{volumes}"."""
    found: dict[str, list[str]] = json.loads((SOURCE / "requests.json").read_text(encoding="utf-8"))
    return found


@cache
def texts() -> dict[str, dict[str, str]]:
    """Command, group or "" (the program) -> title of a section -> its Markdown; "" has what comes before the first one.

    A file of man/src/commands has several: `# pydock volume create` begins one, `## Examples` a section of it."""
    out: dict[str, dict[str, str]] = {}
    for file in sorted((SOURCE / "commands").glob("*.md")):
        for part in re.split(r"^(?=# pydock)", file.read_text(encoding="utf-8"), flags=re.M):
            name, _, text = part.partition("\n")
            if name:
                begin, *sections = re.split(r"^## ", text, flags=re.M)
                pairs = (section.partition("\n")[::2] for section in sections)
                path = name.removeprefix("# pydock").strip()
                assert path not in out, f"{file.name}: {path} has a text already"
                out[path] = {"": begin.strip(), **{title.strip(): body.strip() for title, body in pairs}}
    return out


@cache
def related() -> dict[str, tuple[str, ...]]:
    """Command -> what else may be meant."""
    out: dict[str, list[str]] = {}
    for circle in CIRCLES.strip().split("\n"):
        names = circle.split(", ")
        for name in names:
            out.setdefault(name, []).extend(n for n in names if n != name)
    return {name: tuple(dict.fromkeys(near)) for name, near in out.items()}
