"""Variables in compose files: each form, by what the variable is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.compose.interpolation import BadTemplate, cast_of, interpolate, substitute

SET, EMPTY, UNSET = {"V": "x"}, {"V": ""}, dict[str, str]()


@pytest.mark.parametrize(
    ("form", "set_", "empty", "unset"),
    [
        ("$V", "x", "", ""),
        ("${V}", "x", "", ""),
        ("${V:-d}", "x", "d", "d"),
        ("${V-d}", "x", "", "d"),
        ("${V:-}", "x", "", ""),
        ("${V:?e}", "x", None, None),
        ("${V?e}", "x", "", None),
        ("$$V", "$V", "$V", "$V"),
        ("a$V-b", "ax", "a", "ab"),
        ("${V:-$W}", "x", "$W", "$W"),
        ("${V-a:-b}", "b", "b", "b"),
        ("${V}}", "x}", "}", "}"),
    ],
)
def test_forms(form: str, set_: str | None, empty: str | None, unset: str | None) -> None:
    for environ, wanted in ((SET, set_), (EMPTY, empty), (UNSET, unset)):
        if wanted is None:
            with pytest.raises(BadTemplate, match="required variable V is missing a value: e"):
                substitute(form, environ)
        else:
            assert substitute(form, environ) == wanted


@given(st.text())
def test_a_text_without_variables_is_itself(text: str) -> None:
    assert substitute(text.replace("$", "$$"), {}) == text


@given(st.text(alphabet="$V{}:-?ab ", max_size=12), st.sampled_from([SET, EMPTY, UNSET]))
def test_anything_is_a_text_or_a_bad_template(text: str, environ: dict[str, str]) -> None:
    try:
        assert isinstance(substitute(text, environ), str)
    except BadTemplate as error:
        assert str(error) == text or str(error).startswith("required variable ")


def test_places() -> None:
    """Names with a dot are of two parts: that is docker's own way."""
    assert cast_of("services.web.tty") and cast_of("services.web.ports.[].target") and cast_of("networks.a.external")
    assert not cast_of("services.web.init") and not cast_of("services.a.b.tty")
    assert interpolate({"services": {"a.b": {"tty": "${V}"}}}, {"V": "yes"}) == {"services": {"a.b": {"tty": "yes"}}}
