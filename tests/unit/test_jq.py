"""--jq: what the library gives, and what is told without it."""

from __future__ import annotations

import sys

import pytest

from pydock.errors import Failure
from pydock.render.jq import MISSING, Program
from pydock.render.values import json_text

VALUE = [{"Name": "web", "Size": 5, "Labels": {"a": "1"}}, {"Name": "dé\x9bb", "Size": None, "Labels": {}}]


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        (".[].Name", ["web\n", "dé\x9bb\n"]), ("map(.Size)", ["[5,null]\n"]), (".[0].Labels", ['{"a":"1"}\n']), ("empty", []),
        ('.[] | select(.Size) | "\\(.Name)\\t\\(.Size)"', ["web\t5\n"]), ("length", ["2\n"]), ("[.[].Name] | .[1:]", ['["dé\\u009bb"]\n']),
    ],
)  # fmt: skip
def test_results(expression: str, lines: list[str]) -> None:
    pytest.importorskip("jq")
    assert list(Program(expression).lines(VALUE)) == lines


def test_indented_results() -> None:
    pytest.importorskip("jq")
    assert list(Program(".[0].Labels").lines(VALUE, 2)) == ['{\n  "a": "1"\n}\n']


@pytest.mark.parametrize(
    ("expression", "wrong", "message"),
    [
        (".[", ValueError, "syntax error, unexpected end of file"),
        ("nosuch", ValueError, "nosuch/0 is not defined"),
        (".Name", Failure, "--jq: Cannot index array with"),
    ],
)
def test_wrong_expressions(expression: str, wrong: type[Exception], message: str) -> None:
    pytest.importorskip("jq")
    with pytest.raises(wrong) as failed:
        list(Program(expression).lines(VALUE))
    assert str(failed.value).startswith(message) and "compile error" not in str(failed.value)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jq", None)
    with pytest.raises(ValueError) as failed:
        Program(".")
    assert str(failed.value) == MISSING


def test_json_is_safe_wherever_it_is_printed() -> None:
    assert json_text("a\x1b\x7f\x9b\u202e\ud800é€") == '"a\\u001b\\u007f\\u009b\\u202e\\ud800é€"'
    assert json_text({"a": [1, None, True]}) == '{"a":[1,null,true]}'
    assert json_text({"a": 1}, 2) == '{\n  "a": 1\n}'
