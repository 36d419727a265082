"""YAML as Go's yaml.v3 has it: what is read, and what is written is read again as it was."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pydock.compose.reader import parse
from pydock.compose.scalars import resolve, timestamp
from pydock.compose.writer import dump, sorted_keys

#: nothing that YAML cannot hold, and no tab, which libyaml does not read at the beginning of a block
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\x85\u2028\u2029\ufeff"), max_size=12)
#: not what loses its beginning, and its quotes, as in Go
KEYS = TEXT.filter(lambda text: not text.startswith("\n") and text != "<<")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def same(read: Any, written: Any) -> bool:
    """Whole floats are written as integers, as in Go; a break at the beginning of a text is lost, as there."""
    if isinstance(written, dict):
        return (
            isinstance(read, dict)
            and read.keys() == written.keys()
            and all(same(read[k], v) for k, v in written.items())
        )
    if isinstance(written, list):
        return isinstance(read, list) and len(read) == len(written) and all(map(same, read, written))
    if isinstance(written, str) and written.startswith("\n"):
        return True
    return bool(read == written)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert same(parse(dump({"x": value}).encode("utf-8", "surrogateescape"))["x"], value)


@given(st.text(max_size=8))
def test_a_plain_scalar_is_what_it_resolves_to(text: str) -> None:
    """By the two sides of one rule: what needs quotes is what would be something else without."""
    tag, value = resolve("", text)
    assert (tag == "!!str") == (value == text and isinstance(value, str) and tag != "!!timestamp")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2001-1-2", "2001-01-02T00:00:00Z"),
        ("2001-12-14t21:59:43.100-05:00", "2001-12-14T21:59:43.1-05:00"),
        ("2001-12-14 1:2:3", "2001-12-14T01:02:03Z"),
        ("2004-02-29", "2004-02-29T00:00:00Z"),
        *(
            (text, None)
            for text in ("2001-02-29", "2001-13-01", "2001-12-14T24:00:00Z", "2001-12-14T21:59:43", "201-1-1")
        ),
    ],
)
def test_timestamps(text: str, wanted: str | None) -> None:
    assert timestamp(text) == wanted


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"a: 1\nb: &x\n  c: *x\n", "anchor 'x' value contains itself"),
        (b"? [a]\n: b\n", 'invalid map key: []interface {}{"a"}'),
        (b"\xff\xfe\xff", "incomplete UTF-16 character"),
        (b"a: !!int x\n", "cannot decode !!str `x` as a !!int"),
        (b"a: " + b"[" * 2000 + b"]" * 2000, "depth"),
        (
            b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
                b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in b"bcdefg"
            ),
            "document contains excessive aliasing",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read(document: bytes, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(document)
    assert str(caught.value).endswith(message)


def test_pyyaml_alone_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its wheel has no libyaml."""
    document = b"a: [1, 'x', {b: c}]\nd: |\n  e\n"
    whole = parse(document)
    monkeypatch.delattr(yaml, "CLoader")
    assert parse(document) == whole
    with pytest.raises(ValueError, match="yaml: line 2: "):
        parse(b"a:\n\tb: c\n")


def test_keys_are_in_the_order_of_people() -> None:
    assert sorted_keys(["a10", "a9", "B", "_", "a", "10", "9", "a09"]) == ["_", "9", "10", "B", "a", "a9", "a09", "a10"]
