"""Text as roff, clean under `mandoc -T lint`; Markdown as roff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

#: what typesetters replace by signs that no shell understands
_SIGNS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
#: columns of a source line
WIDTH = 78


def escape(text: str) -> str:
    """Plain text for roff."""
    return "".join(_SIGNS.get(char, char) for char in text)


def bold(text: str) -> str:
    return f"\\fB{escape(text)}\\fR" if text else ""


def italic(text: str) -> str:
    return f"\\fI{escape(text)}\\fR" if text else ""


def page(name: str, section: int) -> str:
    """A reference to another page."""
    return f"{bold(name)}({section})"


def guarded(line: str) -> str:
    """A line of text that is no request, whatever it begins with."""
    return "\\&" + line if line[:1] in (".", "'") else line


def filled(text: str) -> list[str]:
    """Escaped text in lines of source: each sentence begins one."""
    out = []
    for sentence in re.split(
        r"(?<=[^A-Z.][.!?:])\s+(?=[A-Z\\])|(?<=[.!?:]\\fR)\s+(?=[A-Z\\])|(?<=[.!?]\))\s+(?=[A-Z\\])", text
    ):
        line = ""
        for word in sentence.split():
            if line and columns(f"{line} {word}") > WIDTH:
                out.append(guarded(line))
                line = ""
            line = f"{line} {word}".strip()
        out += [guarded(line)] if line else []
    return out


def columns(line: str) -> int:
    """What mandoc counts: a character that is not ASCII as the name of it."""
    return sum(1 if char < "\x80" else len(f"\\[u{ord(char):04X}]") for char in line)


def title(text: str, kind: str = "SH") -> str:
    """A section's, or a subsection's (SS)."""
    return f".{kind} {escape(text.upper() if kind == 'SH' else text)}"


def entries(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Terms and what they mean, both escaped."""
    return [line for term, about in rows for line in (".TP", guarded(term), *filled(about))]


def shown(lines: Iterable[str], console: bool = False) -> list[str]:
    """Text that is kept as it is: in a console what is typed is bold."""
    texts = [bold(line) if console and line.startswith("$ ") else escape(line) for line in lines]
    # what ends in a backslash, or is empty, is text too
    return [".PP", ".RS 4", ".nf", *(guarded(text) or "\\&" for text in texts), ".fi", ".RE"]


def sections(text: str) -> list[str]:
    """Markdown as sections of a page; its title, if it has one, is left out."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    lines = [line for node in tree.children for line in block(node)]
    # a title begins a paragraph by itself
    return [line for before, line in zip(["", *lines], lines) if line != ".PP" or not before.startswith((".SH", ".SS"))]


def block(node: SyntaxTreeNode) -> list[str]:
    """One block of Markdown. Raises ValueError for a kind that no page has."""
    if node.type == "heading":
        kind = {"h1": "", "h2": "SH", "h3": "SS"}[node.tag]
        return [title(plain(node.children[0]), kind)] if kind else []
    if node.type == "paragraph":
        return [".PP", *filled(inline(node.children[0]))]
    if node.type == "fence":
        return shown(node.content.rstrip("\n").split("\n"), node.info == "console")
    if node.type == "table":
        rows = [[inline(cell.children[0]) for cell in row.children] for part in node.children for row in part.children]
        return entries((first, ", ".join(rest)) for first, *rest in rows[1:])
    if node.type in ("bullet_list", "ordered_list"):
        return [line for item in node.children for line in item_lines(item)]
    if node.type == "html_block" and node.content.startswith("<!--"):
        # a note for those who write, or test
        return []
    raise ValueError(f"no roff is known for Markdown's {node.type}")


def item_lines(item: SyntaxTreeNode) -> list[str]:
    first, *rest = item.children
    out = [".IP \\(bu 2", *block(first)[1:]]
    if rest:
        out += [".RS 2", *(line for node in rest for line in block(node)), ".RE"]
    return out


def plain(node: SyntaxTreeNode) -> str:
    """The text of a title."""
    return "".join(child.content for child in node.walk() if child.type in ("text", "code_inline"))


def inline(node: SyntaxTreeNode) -> str:
    """The text of a paragraph, escaped."""
    return "".join(map(span, node.children or ()))


def span(node: SyntaxTreeNode) -> str:
    """A part of a paragraph. Raises ValueError for a kind that no page has."""
    inner = inline(node) if node.children else ""
    if node.type == "text":
        return escape(node.content)
    if node.type == "code_inline":
        return bold(node.content)
    if node.type == "softbreak":
        return " "
    if node.type == "em":
        return f"\\fI{inner}\\fR"
    if node.type == "strong":
        return f"\\fB{inner}\\fR"
    if node.type == "link":
        target = str(node.attrs["href"])
        if guide := re.fullmatch(r"(?:man/src/|\.\./)?([\w-]+)\.md(?:#.*)?", target):
            return f"{inner}, {page('pydock-' + guide[1], 7)}"
        return inner if target.startswith("#") or inner == escape(target) else f"{inner} ({escape(target)})"
    raise ValueError(f"no roff is known for Markdown's {node.type}")


def head(name: str, section: int, short: str, dated: Sequence[str]) -> list[str]:
    """The first lines of a page. dated: date and version."""
    return [
        '.\\" GENERATED by `python -m pydock.generate`',
        f'.TH {escape(name.upper())} {section} "{dated[0]}" "{dated[1]}"',
        # neither names nor flags are to be split or spread
        ".nh",
        ".ad l",
        ".SH NAME",
        *filled(f"{escape(name)} \\- {escape(short)}"),
    ]
