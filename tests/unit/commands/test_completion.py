"""`completion`: a script for each shell."""

from __future__ import annotations

import pytest

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


def test_no_other_words() -> None:
    done = cli("completion", "bash", "x", own_engine=True)
    assert done.code == 1 and done.out == "" and "accepts no arguments" in done.err
