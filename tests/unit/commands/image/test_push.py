"""`push`: what is asked for, and what is told of it."""

from __future__ import annotations

import pytest

from tests.support.cli import Messages, cli

DONE = Messages([{"status": "Pushed", "id": "abc"}])
PUSH = "/images/docker.io/library/a/push"


def test_a_push_names_the_tag_that_it_takes() -> None:
    done = cli("push", "a", table={("POST", PUSH): DONE})
    assert (done.code, done.out, done.requests[0].query) == (
        0,
        "Using default tag: latest\nabc: Pushed\n",
        {"tag": "latest"},
    )
    assert cli("push", "a:1", table={("POST", PUSH): DONE}).out == "abc: Pushed\n"
    done = cli("push", "-q", "a", table={("POST", PUSH): DONE})
    assert done.out == "docker.io/library/a:latest\n"
    done = cli("push", "-a", "a", table={("POST", PUSH): DONE})
    assert (done.out, done.requests[0].query) == ("abc: Pushed\n", {})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("push -a a:1", "tag can't be used with --all-tags/-a"), (f"push a@sha256:{'f' * 64}", "cannot push a digest reference"),
        ("push A", "invalid reference format: repository name (library/A) must be lowercase"), ("pull -a a:1", "tag can't be used with --all-tags/-a"),
        ("push --platform nope a", 'Invalid platform nope"nope": unknown operating system or architecture: invalid argument'),
    ],
)  # fmt: skip
def test_what_is_no_image_to_send_or_fetch(line: str, words: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.out, done.err) == (1, "", words + "\n")


def test_a_push_of_one_platform_says_that_others_stay() -> None:
    done = cli("push", "--platform", "linux/arm64", "a:1", table={("POST", PUSH): DONE})
    assert done.requests[0].query == {"tag": "1", "platform": '{"architecture":"arm64","os":"linux"}'}
    assert done.out.startswith(
        "\n Info -> Using --platform pushes only the specified platform manifest of a multi-platform image index.\n"
    )
    assert done.out.endswith("abc: Pushed\n")
    seen = cli("push", "--platform", "linux/arm64", "a:1", table={("POST", PUSH): DONE}, tty=True).out
    plain = cli(
        "push", "--platform", "linux/arm64", "a:1", table={("POST", PUSH): DONE}, tty=True, environ={"NO_COLOR": "1"}
    ).out
    assert "\x1b[1m\x1b[106m\x1b[30mi" in seen and "\n Info -> Using" in plain


def test_the_engines_remarks_come_after_the_progress_and_after_a_failure() -> None:
    digests = [{"digest": "sha256:" + c * 64} for c in "ab"]
    instead = {
        "aux": {"manifestPushedInsteadOfIndex": True, "originalIndex": digests[0], "selectedManifest": digests[1]}
    }
    missing, known = {"aux": {"contentMissing": True}}, {"aux": {"Tag": "1", "Digest": "sha256:x", "Size": 3}}
    done = cli("push", "a:1", table={("POST", PUSH): Messages([instead, known, *DONE])})
    first, progress = done.out.index("Not all multiplatform-content is present"), done.out.index("abc: Pushed")
    assert (
        progress < first
        and f"{digests[0]['digest']} -> {digests[1]['digest']}\n" in done.out
        and "Size" not in done.out
    )
    wrong = {"errorDetail": {"message": "denied"}, "error": "denied"}
    done = cli("push", "a:1", table={("POST", PUSH): Messages([missing, wrong])})
    assert (done.code, done.err) == (1, "denied\n") and "You're trying to push a manifest list/index" in done.out
