"""`commit`: the image that is made of a container."""

from __future__ import annotations

from tests.support.cli import cli, refused

MADE = {("POST", "/commit"): {"Id": "sha256:x"}}


def test_what_a_commit_says_of_its_image() -> None:
    done = cli(
        "commit", "-a", "me", "-m", "why", "-c", "CMD x", "-c", "USER y", "-p=false", "web", "reg.example/a", table=MADE
    )
    assert (done.out, done.requests[0].query) == (
        "sha256:x\n",
        {
            "container": "web",
            "repo": "reg.example/a",
            "tag": "latest",
            "comment": "why",
            "author": "me",
            "changes": ["CMD x", "USER y"],
            "pause": "0",
        },
    )
    for flags in ((), ("--no-pause",)):
        query = cli("commit", *flags, "web", table=MADE).requests[0].query
        assert (query["repo"], query["tag"], "pause" in query) == ("", "", bool(flags))


def test_an_engine_that_wants_a_body_gets_one() -> None:
    answers = [{"Id": "sha256:x"}, refused(500, "decode: EOF")]
    done = cli("commit", "web", table={("POST", "/commit"): lambda _: answers.pop()})
    assert (done.code, done.out, [r.body for r in done.requests]) == (0, "sha256:x\n", [None, {}])
    done = cli("commit", "web", table={("POST", "/commit"): refused(404, "No such container: web")})
    assert (done.code, len(done.requests)) == (1, 1)


def test_an_image_is_not_made_under_a_digest() -> None:
    done = cli("commit", "web", f"a@sha256:{'f' * 64}")
    assert (done.code, done.err) == (1, "refusing to create a tag with a digest reference\n")
