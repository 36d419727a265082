"""JSON of strangers: a value or a ValueError in Go's words, whatever comes, and in time that grows with its length alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pydock.go import json as gojson

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(VALUES)
def test_json_is_read_as_python_reads_it(value: object) -> None:
    assert gojson.decode(json.dumps(value)) == value
    assert gojson.decode(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.text(st.sampled_from('{}[]",:\\u0dD8cC1-+.eE tfn\n\x00é') | st.characters(), max_size=40))
@example('"\\')
@example("[1.")
def test_text_that_is_no_json_is_told_from_json_in_gos_words(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        with pytest.raises(ValueError, match=r"^(invalid character '.+' |unexpected end of JSON input)"):
            gojson.decode(text)
    else:
        gojson.decode(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1.]", "invalid character ']' after decimal point in numeric literal"), ("[01]", "invalid character '1' after array element"),
        ("1e+", "unexpected end of JSON input"), ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ('"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"), ('"\\q"', "invalid character 'q' in string escape code"),
        ("NaN", "invalid character 'N' looking for beginning of value"), ("é", "invalid character 'Ã' looking for beginning of value"),
        ("١", "invalid character 'Ù' looking for beginning of value"),
    ],
)  # fmt: skip
def test_malformed_json_is_told_in_gos_words(text: str, words: str) -> None:
    assert gojson.problem(text) == words


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("depth", [gojson.MAX_DEPTH + 1, 200_000])
def test_json_nested_too_deep_is_an_error(opening: str, depth: int) -> None:
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(opening) if c in "[{")
    for text in (opening * depth, opening * depth + "1" + closing * depth):
        with pytest.raises(ValueError, match=r"^exceeded max depth$"):
            gojson.decode(text)


def test_json_as_deep_as_it_may_be_can_be_read_and_printed() -> None:
    text = "[" * gojson.MAX_DEPTH + r'"\ud800"' + "]" * gojson.MAX_DEPTH
    assert "�" in gojson.dumps(gojson.decode(text), indent=" ")


@pytest.mark.parametrize("number", ["1" * 5_000, "-" + "9" * 100_000, "1e400", "-1.5e9999"])
def test_numbers_too_large_are_an_error(number: str) -> None:
    for text in (number, f'{{"a": [{number}]}}'):
        with pytest.raises(ValueError, match=r"^a number that is too large$"):
            gojson.decode(text)


def test_what_is_no_character_becomes_the_replacement_character() -> None:
    assert gojson.decode(b'["a\xff", "\\ud800", "\\ud83d\\ude00"]') == ["a�", "�", "😀"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "expected an object, got a list"),
        ("null", "expected an object, got null"),
        ('{"a": "1"}', "a: expected an integer, got a string"),
    ],
)
def test_json_of_another_shape_is_an_error(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        gojson.decode(text, {"a": int})


@pytest.mark.parametrize(
    "text",
    [
        '"\\' * 500_000,
        '"' * 500_000 + "\\",
        '["' + '\\"' * 500_000,
        '"' + "a" * 5_000_000,
        "{" * 500_000,
        " " * 5_000_000,
    ],
)
def test_unfinished_json_is_read_in_linear_time(text: str) -> None:
    """Each of these took hours, or for ever, where an end that is missing is looked for again and again."""
    gojson.compact(text)
    if "{" not in text:
        gojson.indented(text)
    assert gojson.problem(text)
