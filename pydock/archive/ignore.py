"""Match paths against patterns: those of .dockerignore, and those that an engine sends. Pure.

Follows github.com/moby/patternmatcher: the last matching pattern wins, "!" makes an exception, "*" matches within a
name, "**" across names, and a pattern that matches a folder matches its content. Paths are relative, with "/", as
Python decodes names (surrogate escapes for bytes that are not UTF-8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydock.archive.expressions import Expression
from pydock.go.filepath import clean

#: a path's result for its children: for each pattern, did it match
Known = tuple[bool, ...]

#: the longest pattern, in characters: longer than any path that an engine accepts
MAX_PATTERN = 4096

#: special characters of regular expressions that are literal in a pattern
_ESCAPED = set(".+()|{}$")


def read_ignore_file(data: bytes) -> list[str]:
    """The patterns of a .dockerignore, without comments and blank lines; relative and clean."""
    patterns = []
    for line in data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").split("\n"):
        if line.startswith("#") or not (text := line.strip()):
            continue
        except_, text = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
        if text:
            text = clean(text)
            text = text[1:] if len(text) > 1 and text.startswith("/") else text
        patterns.append(except_ + text)
    return patterns


class Pattern:
    """One pattern. `exception`: it began with "!"."""

    def __init__(self, text: str) -> None:
        self.exception = text.startswith("!")
        self.text = text[1:] if self.exception else text
        if len(text) > MAX_PATTERN:
            raise ValueError(f"a pattern of {len(text)} characters is too long (at most {MAX_PATTERN}): {text[:40]}…")
        check_syntax(self.text)
        self._kind = ""
        self._expression: Expression | None = None
        self._ends = ("", "")

    def matches(self, path: str) -> bool:
        """Does the pattern match this path itself? Raises ValueError if it is malformed."""
        if not self._kind:
            self._kind, self._expression = _compiled(self.text)
            self._ends = _plain_ends(self.text)
        if self._kind == "exact":
            return path == self.text
        if self._kind == "prefix":
            return path.startswith(self.text[:-2])
        if self._kind == "suffix":
            tail = self.text[2:]
            return path.endswith(tail) or (tail.startswith("/") and path == tail[1:])
        assert self._expression is not None
        # the pattern's literal prefix and suffix rule most names out
        start, end = self._ends
        return path.startswith(start) and path.endswith(end) and self._expression.matches(path)

    @property
    def without_glob(self) -> str:
        """Without a trailing "/**" or "/*"."""
        return self.text.removesuffix("/**").removesuffix("/*")


class Matcher:
    """A list of patterns. Raises ValueError for a malformed one."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns: list[Pattern] = []
        for text in patterns:
            text = text.strip()
            if not text:
                continue
            text = clean(text)
            if text == "!":
                raise ValueError('illegal exclusion pattern: "!"')
            self.patterns.append(Pattern(text))
        self.exceptions = any(p.exception for p in self.patterns)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def matches(self, path: str) -> bool:
        """Does the list match this path, or a folder that it is in?"""
        return self.within(path, ())[0]

    def matches_itself(self, path: str) -> bool:
        """Match like docker's first matcher, which tries a pattern only on the parent folder of the pattern's depth."""
        matched = False
        folders = path.split("/")[:-1]
        for pattern in self.patterns:
            if pattern.exception != matched:
                continue
            depth = pattern.text.count("/") + 1
            if pattern.matches(path) or (depth <= len(folders) and pattern.matches("/".join(folders[:depth]))):
                matched = not pattern.exception
        return matched

    def within(self, path: str, known: Known) -> tuple[bool, Known]:
        """(does the list match this path?, its result for children). known: the result of its folder, () at the
        root."""
        matched, found = False, []
        for i, pattern in enumerate(self.patterns):
            hit = bool(known) and known[i]
            if not hit and pattern.exception == matched:
                hit = pattern.matches(path) or (not known and any(map(pattern.matches, _folders(path))))
            found.append(hit)
            if hit:
                matched = not pattern.exception
        return matched, tuple(found)

    def could_match_below(self, folder: str, exceptions: bool) -> bool:
        """Could a pattern, or with `exceptions` an exception, match anything in this folder?"""
        chosen = [p for p in self.patterns if p.exception == exceptions]
        if any(set(p.without_glob) & set("*[]?^\\") for p in chosen):
            return True
        return any(f"{p.without_glob}/".startswith(f"{folder}/") for p in chosen)


def _folders(path: str) -> Sequence[str]:
    """The folders that a path is in, outermost first: "a/b/c" → "a", "a/b"."""
    return [path[:i] for i, char in enumerate(path) if char == "/"]


def _plain_ends(text: str) -> tuple[str, str]:
    """The literal prefix and suffix of every name that a pattern matches."""
    if set(text) & set("[]\\^"):
        return "", ""
    marks = [i for i, char in enumerate(text) if char in "*?"] or [0]
    end = text[marks[-1] + 1 :]
    # "**/" also matches nothing
    crossing = text[: marks[-1] + 1].endswith("**")
    return text[: marks[0]], end.removeprefix("/") if crossing else end


def _compiled(text: str) -> tuple[str, Expression | None]:
    """("exact" | "prefix" | "suffix" | "expression", the expression)."""
    kind, out, at, first = "exact", [], 0, True
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*" and text[at : at + 1] == "*":
            at += 2 if text[at + 1 : at + 2] == "/" else 1
            last = at >= len(text)
            if first:
                kind = "suffix"
            elif last and kind == "exact":
                kind = "prefix"
            else:
                kind = "expression"
            out.append(".*" if last else "(.*/)?")
        elif char == "*":
            out.append("[^/]*")
            kind = "expression"
        elif char == "?":
            out.append("[^/]")
            kind = "expression"
        elif char in _ESCAPED:
            out.append("\\" + char)
        elif char == "\\":
            if at < len(text):
                out.append("\\" + text[at])
                at += 1
                kind = "expression"
            else:
                out.append("\\\\")
        else:
            out.append(char)
            kind = "expression" if char in "[]" else kind
        first = False
    return kind, Expression("".join(out)) if kind == "expression" else None


def check_syntax(text: str) -> None:
    """Raises ValueError with Go's message where filepath.Match(text, ".") finds the pattern malformed. It does not
    check the text after the first part that does not match; an error there shows only when the pattern is used."""
    name = "."
    while text:
        star, chunk, text = _scan(text)
        if star and not chunk:
            return
        rest = _match_chunk(chunk, name)
        if rest is not None and (not rest or text):
            name = rest
            continue
        for i in range(len(name)) if star else ():
            rest = _match_chunk(chunk, name[i + 1 :])
            if rest is not None and (text or not rest):
                break
        else:
            return
        name = rest or ""


def _scan(text: str) -> tuple[bool, str, str]:
    """(are there leading stars?, the text up to the next star, the rest)."""
    body = text.lstrip("*")
    at, inside = 0, False
    while at < len(body):
        if body[at] == "\\":
            at += 1
        elif body[at] in "[]":
            inside = body[at] == "["
        elif body[at] == "*" and not inside:
            break
        at += 1
    return len(body) < len(text), body[:at], body[at:]


MALFORMED = "syntax error in pattern"


def _match_chunk(chunk: str, name: str) -> str | None:
    """The rest of the name after the match; None if it does not match. Raises ValueError, also after a mismatch."""
    at, failed = 0, False
    while at < len(chunk):
        failed = failed or not name
        first = "" if failed else name[0]
        char = chunk[at]
        at += 1
        if char == "[":
            matched, at = _match_class(chunk, at, first)
        elif char == "?":
            matched = first != "/"
        else:
            if char == "\\":
                if at >= len(chunk):
                    raise ValueError(MALFORMED)
                char = chunk[at]
                at += 1
            matched = first == char
        failed = failed or not matched
        name = name if failed else name[1:]
    return None if failed else name


def _match_class(chunk: str, at: int, char: str) -> tuple[bool, int]:
    """(does the class that begins at `at`, after "[", have the character?, the index after it). Raises ValueError."""
    negated = chunk[at : at + 1] == "^"
    begin = at = at + negated
    matched = False
    while not (at < len(chunk) and chunk[at] == "]" and at > begin):
        low, at = _class_character(chunk, at)
        high = low
        if chunk[at] == "-":
            high, at = _class_character(chunk, at + 1)
        matched = matched or low <= char <= high
    return matched != negated, at + 1


def _class_character(chunk: str, at: int) -> tuple[str, int]:
    """(one character of a class, the index after it). Raises ValueError if nothing follows."""
    if at >= len(chunk) or chunk[at] in "-]":
        raise ValueError(MALFORMED)
    at += chunk[at] == "\\"
    if at + 1 >= len(chunk):
        raise ValueError(MALFORMED)
    return chunk[at], at + 1
