"""`completion`: a script for each shell."""

from __future__ import annotations

import pytest
from pygments.lexers import PowerShellLexer
from pygments.token import Error, Punctuation

from pydock.render.completion import script
from tests.support.cli import cli


@pytest.mark.parametrize(
    "shell, hook", [("bash", "complete "), ("zsh", "compdef "), ("fish", "complete -c "), ("powershell", "Register-ArgumentCompleter")]
)  # fmt: skip
def test_a_script_names_the_program_that_it_is_for(shell: str, hook: str) -> None:
    done = cli("completion", shell, prog="vessel", own_engine=True)
    assert (done.code, done.err) == (0, "")
    assert hook in done.out and "vessel" in done.out
    plain = cli("completion", shell, "--no-descriptions", prog="vessel", own_engine=True)
    assert plain.code == 0 and plain.out != done.out


def test_the_words_of_the_script_for_powershell() -> None:
    """It is not to be had everywhere: each word is one of its language, and each bracket is closed."""
    words = list(PowerShellLexer().get_tokens(script("powershell", "docker")))
    assert not [word for kind, word in words if kind in Error]
    is_open: list[str] = []
    for bracket in "".join(word for kind, word in words if kind in Punctuation):
        if bracket in "([{":
            is_open.append(bracket)
        elif bracket in ")]}":
            assert is_open.pop() + bracket in ("()", "[]", "{}")
    assert not is_open


def test_no_other_words() -> None:
    done = cli("completion", "bash", "x", own_engine=True)
    assert done.code == 1 and done.out == "" and "accepts no arguments" in done.err
