"""Consent: shown and asked on a terminal, refused elsewhere, and not asked for with --yes."""

from __future__ import annotations

import io
from typing import BinaryIO

import pytest

from pydock.app import App
from pydock.commands.consent import check_consent, consent
from pydock.errors import Exit, Failure
from tests.support.cli import streams
from tests.support.keys import Keys

QUESTION = "This will remove 1 container:\nweb\nAre you sure you want to continue? [y/N] "


def asked(stdin: BinaryIO, tty: bool, yes: bool = False) -> tuple[str, str]:
    """How it ended, and what was shown."""
    ended = "agreed"
    with streams(tty, 80) as (out, err, texts):
        app = App(out, err, stdin, {})
        try:
            consent(app, yes, "remove 1 container", "web\n")
        except Exit as end:
            ended = f"exit {end.code}"
        except Failure as failure:
            ended = failure.message
    return ended, texts()[0]


@pytest.mark.parametrize(
    ("typed", "ended"),
    [(b"y\n", "agreed"), (b"YES\r\n", "agreed"), (b"n\n", "exit 1"), (b"\n", "exit 1"), (b"yeah\n", "exit 1"), (b"\xff\n", "exit 1")],
)  # fmt: skip
def test_only_yes_is_consent(typed: bytes, ended: str) -> None:
    assert asked(Keys(typed), tty=True) == (ended, QUESTION)


def test_the_end_of_the_input_is_no_consent() -> None:
    assert asked(Keys(b""), tty=True) == ("exit 1", QUESTION + "\n")


def test_where_nobody_can_be_asked_it_is_refused() -> None:
    for stdin, tty in ((Keys(b"y\n"), False), (io.BytesIO(b"y\n"), True)):
        ended, shown = asked(stdin, tty)
        assert ended.startswith("cannot ask for confirmation") and "--yes" in ended and not shown


def test_with_yes_nothing_is_asked() -> None:
    assert asked(io.BytesIO(b""), tty=False, yes=True) == ("agreed", "")
    check_consent(App(io.BytesIO(), io.BytesIO(), io.BytesIO(), {}), yes=True)
