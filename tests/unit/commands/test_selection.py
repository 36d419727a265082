"""Objects selected by --filter and --all: what the engine is asked, what is shown, and what is acted on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cli import Result, cli, refused
from tests.support.keys import Keys

ONE, TWO = "1" * 64, "2" * 64
LISTED = ("GET", "/containers/json")


def container(identifier: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Id": identifier, "Names": [f"/{name}"], "Image": "busybox", "Status": "Up 2 minutes", "Created": 0, **more}


PAIR = [container(ONE, "one", Labels={"job": "a"}), container(TWO, "two", Labels={"job": "b"})]
SHOWN = "CONTAINER ID   NAMES     IMAGE     STATUS\n111111111111   one       busybox   Up 2 minutes\n222222222222   two       busybox   Up 2 minutes\n"
#: the request of a verb for a container
ASKS = {
    "rm": ("DELETE", "/containers/{}"), "stop": ("POST", "/containers/{}/stop"), "kill": ("POST", "/containers/{}/kill"),
    "restart": ("POST", "/containers/{}/restart"), "start": ("POST", "/containers/{}/start"), "pause": ("POST", "/containers/{}/pause"),
    "unpause": ("POST", "/containers/{}/unpause"),
}  # fmt: skip


def listed_by(done: Result) -> tuple[dict[str, Any], dict[str, Any]]:
    """The filters of the request for the list, and its other options."""
    query = dict(done.requests[0].query)
    filters: dict[str, dict[str, bool]] = json.loads(str(query.pop("filters", "{}")))
    return {key: sorted(values) for key, values in filters.items()}, query


@pytest.mark.parametrize(
    ("verb", "every", "chosen"),
    [
        ("rm", {}, {"label": ["job"]}), ("stop", {}, {"label": ["job"]}), ("kill", {}, {"label": ["job"]}), ("restart", {}, {"label": ["job"]}),
        ("start", {"status": ["created", "exited"]}, {"label": ["job"], "status": ["created", "exited"]}),
        ("pause", {"status": ["running"]}, {"label": ["job"], "status": ["running"]}),
        ("unpause", {"status": ["paused"]}, {"label": ["job"], "status": ["paused"]}),
    ],
)  # fmt: skip
def test_containers_are_those_of_the_list_and_are_reached_by_id(verb: str, every: Any, chosen: Any) -> None:
    """Their names are told, as the verb does."""
    method, path = ASKS[verb]
    table = {LISTED: PAIR, **{(method, path.format(identifier)): b"" for identifier in (ONE, TWO)}}
    options = {"all": "1"} if verb == "rm" else {}
    for words, filters in ((("--all",), every), (("--filter", "label=job"), chosen)):
        done = cli(verb, "-y", *words, table=table)
        assert (done.code, done.out, done.err) == (0, "one\ntwo\n", "")
        assert listed_by(done) == (filters, options)
        done = cli(verb, "--dry-run", *words, table={LISTED: PAIR})
        assert (done.code, done.out, done.err) == (
            0,
            f"Would {'remove' if verb == 'rm' else verb} 2 containers:\n{SHOWN}",
            "",
        )


def test_a_state_that_is_asked_for_takes_the_usual_ones_place() -> None:
    done = cli("start", "--filter", "status=dead", "--dry-run", table={LISTED: []})
    assert listed_by(done)[0] == {"status": ["dead"]}
    assert (done.code, done.out, done.err) == (0, "", "No containers to start\n")


def test_labels_that_none_may_have() -> None:
    """No list of the engine knows them."""
    for words, left in (
        (("label!=job=a",), "two\n"),
        (("label!=job",), ""),
        (("label!=job=b", "label!=other"), "one\n"),
    ):
        filters = [part for word in words for part in ("--filter", word)]
        gone = {("DELETE", f"/containers/{i}"): b"" for i, name in ((ONE, "one"), (TWO, "two")) if name in left}
        done = cli("rm", "-y", *filters, table={LISTED: PAIR, **gone})
        assert (done.code, done.out, listed_by(done)[0]) == (0, left, {})


def test_consent_comes_between_the_list_and_the_deed() -> None:
    ask = f"This will remove 2 containers:\n{SHOWN}Are you sure you want to continue? [y/N] "
    done = cli("rm", "--all", table={LISTED: PAIR}, stdin=Keys(b"n\n"), tty=True)
    assert (done.code, done.out, len(done.requests)) == (1, ask, 1)
    gone = {("DELETE", f"/containers/{i}"): b"" for i in (ONE, TWO)}
    done = cli("rm", "--all", table={LISTED: PAIR, **gone}, stdin=Keys(b"y\n"), tty=True)
    assert (done.code, done.out) == (0, ask + "one\ntwo\n")
    done = cli("rm", "--all", stdin=b"y\n")
    assert (done.code, done.requests) == (1, []) and "--yes" in done.err


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("rm --all a", 125, "conflicting options: names cannot be given together with --filter or --all"),
        ("rm --filter label=a a", 125, "conflicting options: names cannot be given together with --filter or --all"),
        ("rm --filter label=a --all", 125, "conflicting options: cannot specify both --filter and --all"),
        ("rm --dry-run a", 125, "--dry-run shows what --filter or --all selects: give one of these in place of names"),
        ("rm --all=false", 125, "no container is named, and neither --filter nor --all selects any"),
        ("rmi --filter=", 125, "no image is named, and neither --filter nor --all selects any"),
        ("rm -y", 1, "docker: 'docker rm' requires at least 1 argument"),
    ],
)
def test_what_does_not_say_what_is_meant(line: str, code: int, message: str) -> None:
    done = cli(*line.split())
    assert (done.code, done.err.splitlines()[0], done.requests) == (code, message, [])


def test_a_failure_of_one_does_not_stop_the_others() -> None:
    table = {
        LISTED: PAIR,
        ("DELETE", f"/containers/{ONE}"): refused(409, "it runs"),
        ("DELETE", f"/containers/{TWO}"): b"",
    }
    done = cli("rm", "-y", "--all", table=table)
    assert (done.code, done.out, done.err) == (1, "two\n", "Error response from daemon: it runs\n")


def test_names_alone_are_as_ever() -> None:
    done = cli("rm", "-y", "a", table={("DELETE", "/containers/a"): b""})
    assert (done.code, done.out, len(done.requests)) == (0, "a\n", 1)


# -- other objects ---------------------------------------------------------------------------------

IMAGES = [
    {"Id": f"sha256:{ONE}", "RepoTags": ["app:1", "app:2"], "RepoDigests": [], "Created": 0, "Size": 5_000_000},
    {"Id": f"sha256:{TWO}", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"], "Created": 0, "Size": 7},
]


def test_images_go_by_each_of_their_tags() -> None:
    tagged = ("GET", "/images/app:1/json"), ("GET", "/images/app:2/json")
    table = {
        ("GET", "/images/json"): IMAGES, **{key: {"Id": f"sha256:{ONE}"} for key in tagged},
        ("DELETE", "/images/app:1"): [{"Untagged": "app:1"}], ("DELETE", "/images/app:2"): [{"Untagged": "app:2"}, {"Deleted": f"sha256:{ONE}"}],
        ("DELETE", f"/images/sha256:{TWO}"): [{"Deleted": f"sha256:{TWO}"}],
    }  # fmt: skip
    done = cli("rmi", "-y", "--filter", "label=old", table=table)
    gone = f"Untagged: app:1\nUntagged: app:2\nDeleted: sha256:{ONE}\nDeleted: sha256:{TWO}\n"
    assert (done.code, done.out, done.err, listed_by(done)) == (0, gone, "", ({"label": ["old"]}, {}))
    done = cli("rmi", "--all", "--dry-run", table={("GET", "/images/json"): IMAGES})
    assert [line.split()[:3] for line in done.out.splitlines()] == [
        ["Would", "remove", "3"], ["REPOSITORY", "TAG", "IMAGE"], ["app", "1", "1" * 12], ["app", "2", "1" * 12], ["<none>", "<none>", "2" * 12],
    ]  # fmt: skip


def test_a_tag_that_was_moved_in_the_meantime_stays() -> None:
    table = {("GET", "/images/json"): IMAGES[:1], ("GET", "/images/app:1/json"): {"Id": f"sha256:{TWO}"}}
    table |= {
        ("GET", "/images/app:2/json"): {"Id": f"sha256:{ONE}"},
        ("DELETE", "/images/app:2"): [{"Untagged": "app:2"}],
    }
    done = cli("rmi", "-y", "--all", table=table)
    assert (done.code, done.out, done.err) == (
        1,
        "Untagged: app:2\n",
        "app:1 is the name of another image by now: it was not removed\n",
    )


def test_volumes() -> None:
    table = {("GET", "/volumes"): {"Volumes": [{"Name": "data", "Driver": "local"}]}, ("DELETE", "/volumes/data"): b""}
    done = cli("volume", "rm", "-y", "--filter", "dangling=true", table=table)
    assert (done.code, done.out, listed_by(done)) == (0, "data\n", ({"dangling": ["true"]}, {}))


def test_networks_are_those_of_the_user_and_of_one_name_each_by_itself() -> None:
    of_engine = [{"Id": "m", "Name": "ingress", "Ingress": True}, {"Id": "h", "Name": "host"}]
    table: dict[Any, Any] = {("GET", "/networks"): [{"Id": "a", "Name": "net"}, {"Id": "b", "Name": "net"}, *of_engine]}
    for identifier in "ab":
        table[("GET", f"/networks/{identifier}")] = {"Id": identifier, "Name": "net"}
        table[("DELETE", f"/networks/{identifier}")] = b""
    done = cli("network", "rm", "-y", "--all", table=table)
    assert (done.code, done.out, listed_by(done)) == (0, "a\nb\n", ({}, {}))
