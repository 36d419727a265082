"""Regular expressions of ignore patterns, matched in time linear in the length of the name. Pure.

Docker's matcher turns a pattern into an expression of Go's regexp (RE2), which never backtracks; Python's re does, and
a pattern like "*a*a*a*a" would keep it busy for ever. So this implements the part of RE2's syntax that patterns can
use: literals, ".", classes, groups, "*", "?" and the anchors, as an automaton (K. Thompson, 1968) whose states are the
bits of a number, with cached transitions (R. Cox, "Regular Expression Matching Can Be Simple And Fast", 2007).
"""

from __future__ import annotations

from collections.abc import Callable

#: does the character match?
Test = Callable[[str], bool]
#: the states after a prefix of a name, as bits, and its last character's kind: "w" of a word, "-" not, "" before the
#: first
Node = tuple[int, str]

#: cached transitions; the cache is cleared when there are more
_MEMORY = 20_000

_PERL: dict[str, Test] = {
    "d": lambda c: "0" <= c <= "9",
    "s": lambda c: c in "\t\n\f\r ",
    "w": lambda c: c.isascii() and (c.isalnum() or c == "_"),
}
_POSIX: dict[str, Test] = {
    "alnum": lambda c: c.isascii() and c.isalnum(), "alpha": lambda c: c.isascii() and c.isalpha(), "ascii": lambda c: c < "\x80",
    "blank": lambda c: c in "\t ", "cntrl": lambda c: c < " " or c == "\x7f", "digit": _PERL["d"], "graph": lambda c: "!" <= c <= "~",
    "lower": lambda c: "a" <= c <= "z", "print": lambda c: " " <= c <= "~", "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "space": lambda c: c in "\t\n\v\f\r ", "upper": lambda c: "A" <= c <= "Z", "word": _PERL["w"],
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}  # fmt: skip
_ANCHORS = ("A", "z", "b", "B")


def _holds(anchor: str, before: str, after: str) -> bool:
    """Does an anchor match between two characters? before: the kind of the first (see Node); after: "" at the end."""
    if not anchor:
        return True
    if anchor in ("^", "A"):
        return not before
    if anchor == "z":
        return not after
    boundary = (before == "w") != bool(after and _PERL["w"](after))
    return boundary == (anchor == "b")


_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Expression:
    """A compiled expression. Raises ValueError for one that is malformed."""

    def __init__(self, text: str) -> None:
        #: for each state: transitions by a character, and without one (some only at an anchor)
        self._edges: list[list[tuple[Test, int]]] = [[]]
        self._empty: list[set[tuple[int, str]]] = [set()]
        self._text, self._at = text, 0
        self._end = 1 << self._sequence(0, "")
        self._known: dict[tuple[Node, str], Node] = {}

    def matches(self, name: str) -> bool:
        """Does the expression match the whole name?"""
        known = self._known
        node: Node = (1, "")
        for char in name:
            after = known.get((node, char))
            if after is None:
                after = self._step(node, char)
            if not after[0]:
                return False
            node = after
        last = known.get((node, ""))
        return bool((last or self._step(node, ""))[0] & self._end)

    def _step(self, node: Node, char: str) -> Node:
        """The node after a character; char "": the node at the end of the name."""
        after, left = 0, self._reached(node, char)
        if not char:
            after, left = left, 0
        while left:
            bit = left & -left
            left ^= bit
            for test, target in self._edges[bit.bit_length() - 1]:
                if test(char):
                    after |= 1 << target
        if len(self._known) >= _MEMORY:
            self._known.clear()
        found = self._known[node, char] = (after, "w" if char and _PERL["w"](char) else "-")
        return found

    def _reached(self, node: Node, char: str) -> int:
        """The states that are reached without a character before `char`, as bits."""
        found, left = 0, node[0]
        while left:
            bit = left & -left
            left ^= bit
            found |= bit
            for target, anchor in self._empty[bit.bit_length() - 1]:
                if not found >> target & 1 and _holds(anchor, node[1], char):
                    left |= 1 << target
        return found

    # -- parsing: each method adds states from `start` on, and returns the last ---------------------------------------

    def _state(self) -> int:
        self._edges.append([])
        self._empty.append(set())
        return len(self._edges) - 1

    def _sequence(self, start: int, closing: str) -> int:
        while self._at < len(self._text) and self._text[self._at] != closing:
            end = self._atom(start)
            mark = self._text[self._at : self._at + 1]
            if mark and mark in "*?":
                self._at += 1
                self._empty[start].add((end, ""))
                if mark == "*":
                    self._empty[end].add((start, ""))
                # the following states must not re-enter the loop
                after = self._state()
                self._empty[end].add((after, ""))
                end = after
            start = end
        return start

    def _atom(self, start: int) -> int:
        char = self._next()
        if char == "(":
            # a loop around a group must not share its first state with what came before
            first = self._state()
            self._empty[start].add((first, ""))
            end = self._sequence(first, ")")
            if self._next() != ")":
                raise ValueError("syntax error in pattern")
            return end
        end = self._state()
        if char == "^" or (char == "\\" and self._text[self._at : self._at + 1] in _ANCHORS):
            self._at += char == "\\"
            self._empty[start].add((end, self._text[self._at - 1]))
            return end
        if char in "*?":
            raise ValueError("syntax error in pattern")
        # a separate state for the loop: "a*" after "b*" must not match b again
        first = self._state()
        self._empty[start].add((first, ""))
        self._edges[first].append((self._test(char), end))
        return end

    def _test(self, char: str) -> Test:
        if char == ".":
            return lambda c: c != "\n"
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        return char.__eq__

    def _next(self) -> str:
        """Raises ValueError at the end."""
        if self._at >= len(self._text):
            raise ValueError("syntax error in pattern")
        self._at += 1
        return self._text[self._at - 1]

    def _escape(self) -> Test:
        char = self._next()
        if char.lower() in _PERL:
            test = _PERL[char.lower()]
            return test if char in _PERL else lambda c: not test(c)
        return self._literal(char).__eq__

    @staticmethod
    def _literal(char: str) -> str:
        """The character of an escape."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if not char.isascii() or char.isalnum():
            raise ValueError("syntax error in pattern")
        return char

    def _class(self) -> Test:
        negated = self._text[self._at : self._at + 1] == "^"
        self._at += negated
        tests: list[Test] = []
        while (char := self._next()) != "]" or not tests:
            posix = self._posix(char)
            if posix:
                tests.append(posix)
            elif char == "\\" and self._text[self._at : self._at + 1].lower() in _PERL and self._text[self._at :]:
                tests.append(self._escape())
            else:
                tests.append(self._range(self._literal(self._next()) if char == "\\" else char))
        if negated:
            return lambda c: not any(test(c) for test in tests)
        return lambda c: any(test(c) for test in tests)

    def _posix(self, char: str) -> Test | None:
        """[:name:] or [:^name:] within a class; None for anything else."""
        end = self._text.find(":]", self._at)
        if char != "[" or self._text[self._at : self._at + 1] != ":" or end < self._at + 1:
            return None
        name = self._text[self._at + 1 : end]
        test = _POSIX.get(name.removeprefix("^"))
        if test is None:
            raise ValueError("syntax error in pattern")
        self._at = end + 2
        return (lambda c: not test(c)) if name.startswith("^") else test

    def _range(self, low: str) -> Test:
        """A character or a range of a class."""
        if self._text[self._at : self._at + 1] != "-" or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            return low.__eq__
        self._at += 1
        high = self._next()
        high = self._literal(self._next()) if high == "\\" else high
        if high < low:
            raise ValueError("syntax error in pattern")
        return lambda c: low <= c <= high
