"""The console blocks of Markdown: what is typed, and what is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

SOURCE = Path(__file__).resolve().parents[2] / "man" / "src"


@dataclass
class Step:
    """A command line as typed after "$ ", and the lines that follow it. "..." stands for any lines. not_run: why no test runs it."""

    command: str
    shown: list[str] = field(default_factory=list)
    not_run: str = ""


#: before a console block: its commands are not run, and why
NOT_RUN = re.compile(r"<!-- not run: (.*) -->\s*")


def steps(text: str) -> list[Step]:
    """Those of all console blocks, in order. A line that begins with "> " goes on with the command before."""
    out: list[Step] = []
    why = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.info != "console":
            found = NOT_RUN.fullmatch(token.content) if token.type == "html_block" else None
            why = found[1] if found else ""
            continue
        for line in token.content.splitlines():
            if line.startswith("$ "):
                out.append(Step(line[2:], not_run=why))
            elif line.startswith("> ") and not out[-1].shown:
                out[-1].command += "\n" + line[2:]
            else:
                out[-1].shown.append(line)
    return out


def parts(file: Path) -> dict[str, str]:
    """What stands for itself: a guide as a whole, and each command of man/src/commands. Name -> Markdown."""
    text = file.read_text(encoding="utf-8")
    if file.parent.name != "commands":
        return {file.stem: text}
    found = [part for part in re.split(r"^(?=# pydock)", text, flags=re.M) if "```console" in part]
    return {part.partition("\n")[0].removeprefix("# "): part for part in found}


def alike(line: str) -> str:
    """A line without what differs from run to run: IDs, numbers, the widths of columns."""
    line = re.sub(r"\b[0-9a-f]{12,}\b", "ID", line)
    return " ".join(re.sub(r"\d+(\.\d+)*", "1", line).split())


def fits(shown: list[str], printed: list[str]) -> bool:
    """Was just that printed? Blank lines aside."""
    pattern = "".join("(?:.*\n)*" if line == "..." else re.escape(alike(line)) + "\n" for line in shown if line)
    return bool(re.fullmatch(pattern, "".join(alike(line) + "\n" for line in printed if line.strip())))
