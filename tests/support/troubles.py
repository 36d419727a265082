"""The messages that the sections of the guide on troubleshooting begin with."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from tests.support.consoles import SOURCE


def messages() -> list[str]:
    """As they are on the page: "…" stands for anything."""
    text = (SOURCE / "troubleshooting.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").parse(text)
    return [token.content.rstrip("\n") for token in tokens if token.type == "fence" and token.info == "text"]


def message_with(part: str) -> str:
    """The one that has this part."""
    found = [message for message in messages() if part in message]
    assert len(found) == 1, (part, found)
    return found[0]


def shows(printed: str, message: str) -> bool:
    return bool(re.search(".*".join(map(re.escape, message.split("…"))), printed, re.S))
