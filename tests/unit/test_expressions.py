"""Ignore patterns as automata: what they match, and that nothing makes them run for ever."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.archive.expressions import Expression
from pydock.archive.ignore import MAX_PATTERN, Matcher

#: what docker's matcher makes of patterns
PIECES = [
    "a",
    "b",
    "/",
    "[^/]*",
    "[^/]",
    ".*",
    "(.*/)?",
    "\\.",
    "[ab]",
    "[a-c]",
    "[^a]",
    "[!a]",
    "x",
    "\\d",
    "\\W",
    "\\*",
    "\\b",
    "^",
    "[a[^/]*b]",
    "[]a]",
    "é",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=7), st.lists(st.text("abcx/.1*\né]", max_size=8), min_size=1, max_size=6)
)
def test_an_automaton_matches_what_pythons_own_expressions_match(pieces: list[str], names: list[str]) -> None:
    text = "".join(pieces)
    expression = Expression(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = re.compile(text, re.ASCII)
    for name in names:
        assert expression.matches(name) == (reference.fullmatch(name) is not None)


@pytest.mark.parametrize("text", ["[", "[a", "[b-a]", "a\\", "[[:nosuch:]]", "(a", "*", "\\1", "[\\", "[a-"])
def test_malformed_expressions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="syntax error in pattern"):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "name", "matches"),
    [
        ("[[:digit:]]x", "7x", True),
        ("[[:^digit:]]", "7", False),
        ("foo\\bar", "foobar", False),
        ("a^b", "ab", False),
        ("a.*\\b", "a.b", True),
        ("a\\Bb", "ab", True),
        ("a\\z", "a", True),
        ("[\\d-]", "-", True),
    ],
)
def test_gos_own_syntax(text: str, name: str, matches: bool) -> None:
    assert Expression(text).matches(name) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 120 + "b",
        "**/" * 1365 + "x",
        "**/***/" * 580 + "x",
        "a*" * 1000,
        "[ab]*" * 200 + "c",
        "?*" * 500 + "b",
        "**a**a**a**a**a**a**a**a" * 10 + "b",
    ],
)
def test_no_pattern_and_no_name_takes_for_ever(pattern: str) -> None:
    """Each of them keeps a matcher that backtracks busy longer than the universe is old."""
    assert not Matcher([pattern]).matches("a" * 250 + "/" + "a" * 250)


def test_a_pattern_has_a_largest_length() -> None:
    Matcher(["a*" * (MAX_PATTERN // 2)])
    with pytest.raises(ValueError, match=r"a pattern of 4097 characters is too long \(at most 4096\): a\*a"):
        Matcher(["a*" * (MAX_PATTERN // 2) + "b"])
