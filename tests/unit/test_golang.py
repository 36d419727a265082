"""Go's ways with simple values."""

from __future__ import annotations

import json
from urllib import parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.go import json as gojson
from pydock.go import strconv as golang
from pydock.go import url


@given(st.integers(-(2**62), 2**62))
def test_duration_round_trip(nanoseconds: int) -> None:
    assert golang.parse_duration(golang.format_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1h30m", 5400 * 10**9),
        ("1.5s", 1_500_000_000),
        ("-2ms", -2_000_000),
        ("0", 0),
        (".5h", 1800 * 10**9),
        ("3us", 3000),
    ],
)
def test_durations(text: str, value: int) -> None:
    assert golang.parse_duration(text) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("30", 'time: missing unit in duration "30"'),
        ("x", 'time: invalid duration "x"'),
        ("", 'time: invalid duration ""'),
        ("3x", 'time: unknown unit "x" in duration "3x"'),
    ],
)
def test_bad_durations(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")) as error:
        golang.parse_duration(text)
    assert str(error.value) == words


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_in_every_base(number: int) -> None:
    sign, size = ("-" if number < 0 else ""), abs(number)
    for text in (str(number), f"{sign}{size:#x}", f"{sign}{size:#o}", f"{sign}{size:#b}"):
        assert golang.parse_int(text) == number


@pytest.mark.parametrize(
    ("text", "bits", "what"),
    [
        ("70000", 16, "value out of range"),
        ("x", 64, "invalid syntax"),
        ("1_", 64, "invalid syntax"),
        ("-1", 64, "invalid syntax"),
    ],
)
def test_bad_unsigned(text: str, bits: int, what: str) -> None:
    with pytest.raises(ValueError) as error:
        golang.parse_uint(text, bits)
    assert str(error.value) == f'strconv.ParseUint: parsing "{text}": {what}'


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoting_keeps_the_text(text: str) -> None:
    from pydock.go.template.parser import unquote

    quoted = golang.quote(text)
    assert quoted.isprintable() and unquote(quoted) == text


def test_quoting_raw_bytes() -> None:
    assert golang.quote(b"a\xff\n".decode("utf-8", "surrogateescape")) == '"a\\xff\\n"'


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_good_json_has_no_problem(value: object) -> None:
    text = gojson.dumps(value)
    assert gojson.problem(text) == ""
    assert json.loads(text) == value
    assert not set("<>&") & set(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{bad", "invalid character 'b' looking for beginning of object key string"), ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"), ("[1 2]", "invalid character '2' after array element"),
        ("", "unexpected end of JSON input"), ('{"a":', "unexpected end of JSON input"), ("tru", "unexpected end of JSON input"),
        ("trux", "invalid character 'x' in literal true (expecting 'e')"), ("{} x", "invalid character 'x' after top-level value"),
        ("'a'", "invalid character '\\'' looking for beginning of value"), ('"a\nb"', "invalid character '\\n' in string literal"),
    ],
)  # fmt: skip
def test_json_problems_in_gos_words(text: str, words: str) -> None:
    assert gojson.problem(text) == words


@given(st.text(max_size=30))
def test_any_text_is_json_or_has_a_problem(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _: 1 / 0)
        fine = True
    except (ValueError, ZeroDivisionError):
        fine = False
    assert (gojson.problem(text) == "") == fine


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_laid_out(value: object) -> None:
    """As Python's own layout, whatever blanks there were before; and back."""
    text = json.dumps(value, indent=3, ensure_ascii=False)
    assert gojson.indented(text) == json.dumps(value, indent=4, ensure_ascii=False)
    assert gojson.compact(text) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def test_json_is_kept_as_it_was_written() -> None:
    assert (
        gojson.indented('[{"a":"\\u003cb\\u003e","b":1.50e+3,"c":{},"d":[]}]').replace("\n", "").replace(" ", "")
        == '[{"a":"\\u003cb\\u003e","b":1.50e+3,"c":{},"d":[]}]'
    )


@pytest.mark.parametrize(("text", "at"), [
    ("YTpi", None), ("YTpi\nYQ==\n", None), ("", None), ("YTpiY", 4), ("YTp", 0), ("YT=i", 2), ("YQ=", 3), ("YQ=\n", 4), ("YQ==x", 4), ("YTpi=", 4), ("Y===", 1),
    ("YT-_", 2), (" YTp", 0), ("YTp\u00e9", 3), ("YTpiYT=", 7),
])  # fmt: skip
def test_base64_is_refused_at_the_byte_that_go_names(text: str, at: int | None) -> None:
    assert golang.base64_problem(text) == ("" if at is None else f"illegal base64 data at input byte {at}")


@given(st.text("az09 -_.~/+&=%é€\udc80\udcff$,:;@?#[]\n\0"), st.sampled_from(["", "/", "$&+,/:;=@"]))
def test_text_in_urls(text: str, safe: str) -> None:
    assert url.quote(text, safe) == parse.quote(text, safe=safe, errors="surrogateescape")
    values: list[tuple[str, str | list[str]]] = [(text, [text, "x"]), ("a", text), ("e", [])]
    assert url.query_text(values) == parse.urlencode(values, doseq=True, errors="surrogateescape")
