"""`trust`: nothing is signed, and nothing is said to be."""

from __future__ import annotations

import pytest

from tests.support.cli import cli


@pytest.mark.parametrize(
    "argv, subject",
    [
        (("sign", "app:1"), "app:1"), (("revoke", "-y", "app:1"), "app:1"), (("key", "generate", "me"), "me"),
        (("key", "load", "me.pem"), "me.pem"), (("signer", "add", "me", "app", "--key", "k"), "me"), (("signer", "remove", "me", "app"), "me"),
    ],
)  # fmt: skip
def test_what_would_sign_says_that_it_does_not(argv: tuple[str, ...], subject: str) -> None:
    done = cli("trust", *argv, own_engine=True)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{subject}: content trust (Notary v1) is not supported")


def test_nobody_is_known_to_have_signed() -> None:
    done = cli("trust", "inspect", "a", "b", own_engine=True)
    problem = "no signatures or cannot access a\nno signatures or cannot access b\n"
    assert (done.code, done.out, done.err) == (1, "[]\n", problem)
    assert cli("trust", "inspect", "--pretty", "a", own_engine=True).out == ""
