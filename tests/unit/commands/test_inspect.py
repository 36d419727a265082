"""`inspect`: one name, and all the kinds that it may be of."""

from __future__ import annotations

import json

from pydock.api.containers import inspect_container
from tests.support.cli import any_of, cli, refused
from tests.support.samples import ID, container, info, network, service


def test_inspect_goes_through_the_kinds() -> None:
    gone = refused(404, "no such thing")
    table = {
        ("GET", "/containers/n/json"): gone, ("GET", "/images/n/json"): gone, ("GET", "/networks/n"): network("n"),
        ("GET", "/containers/c/json"): container(Id="c", Name="/c"),
    }  # fmt: skip
    done = cli("inspect", "-f", "{{.Name}}", "n", "c", table=table)
    assert (done.code, done.out) == (0, "n\n/c\n")
    assert inspect_container("c") in done.requests


def test_inspect_looks_on_only_where_a_name_is_none_of_a_kind() -> None:
    """Any other refusal is told: what was looked for may be there."""
    wrong = {("GET", "/containers/a/json"): refused(400, "bad parameter")}
    done = cli("inspect", "a", table=wrong)
    assert (done.code, done.err) == (1, "Error response from daemon: bad parameter\n")
    other = {
        ("GET", "/containers/a/json"): refused(400, "invalid reference format"),
        ("GET", "/images/a/json"): refused(501, "images are not supported"),
    }
    assert (
        cli("inspect", "-f", "{{.Name}}", "a", table={**other, ("GET", "/networks/a"): {"Name": "a", "Id": ID}}).out
        == "a\n"
    )
    done = cli("inspect", "--type", "service", "a", table={("GET", "/services/a"): service("a")})
    assert done.requests[0].query == {"insertDefaults": "true"}


def test_each_kind_of_object_is_shown_as_the_engine_tells_of_it() -> None:
    """Its JSON set in; by a template with the names of Go or of JSON; what is missing is told after the rest."""
    table = {
        ("GET", "/volumes/v"): {"Name": "v", "Driver": "local"},
        ("GET", "/volumes/w"): refused(404, "get w: no such volume"),
    }
    done = cli("volume", "inspect", "v", "w", table=table)
    assert (done.code, done.err, json.loads(done.out)[0]["Name"]) == (
        1,
        "Error response from daemon: get w: no such volume\n",
        "v",
    )
    table = {("GET", "/networks/n"): {**network("n"), "Future": {"x": 1}}}
    done = cli("network", "inspect", "-v", "-f", "{{.Driver}} {{.Future.x}}", "n", table=table)
    assert (done.out, done.requests[0].query) == ("bridge 1\n", {"verbose": "true"})
    table = {("GET", "/containers/c/json"): container(SizeRw=5)}
    done = cli("container", "inspect", "-s", "-f", "json", "c", table=table)
    assert (json.loads(done.out)[0]["SizeRw"], done.requests[0].query) == (5, {"size": "1"})
    image = {"Id": "sha256:x", "RepoTags": ["a:1"]}
    done = cli(
        "image",
        "inspect",
        "--platform",
        "linux/arm64",
        "-f",
        "{{json .RepoTags}}",
        "a",
        table={("GET", "/images/a/json"): image},
    )
    assert (done.out, done.requests[0].query) == ('["a:1"]\n', {"platform": '{"architecture":"arm64","os":"linux"}'})


def test_objects_of_a_swarm_are_looked_for_on_a_manager_only() -> None:
    gone = refused(404, "no such thing")
    places = ("/containers/x/json", "/images/x/json", "/networks/x", "/volumes/x", "/plugins/x/json")
    nowhere = {("GET", place): gone for place in places}
    missing = "Error: No such object: x\n"
    for facts, told in ((info(), ""), (refused(500, "no"), "Error response from daemon: no\n")):
        assert cli("inspect", "x", table={**nowhere, ("GET", "/info"): facts}).err == told + missing
    manager = {
        **any_of(nowhere),
        ("GET", "/info"): info(Swarm={"ControlAvailable": True}),
        ("GET", "/services/x"): gone,
        ("GET", "/tasks/x"): gone,
    }
    done = cli("inspect", "-f", "{{.ID}}", "x", table={**manager, ("GET", "/nodes/x"): {"ID": "x"}})
    assert (done.code, done.out) == (0, "x\n")


def test_the_type_is_one_of_them() -> None:
    kinds = '"config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"'
    assert cli("inspect", "--type", "pod", "x").err == f'unknown type: "pod": must be one of {kinds}\n'
    assert cli("inspect", "--type", "", "x").err == f"type is empty: must be one of {kinds}\n"
    done = cli("inspect", "-s", "--type", "volume", "x", table={("GET", "/volumes/x"): {"Name": "x"}})
    assert (done.code, done.err) == (0, "WARNING: --size ignored for volume\n")
    gone = {("GET", "/volumes/x"): refused(404, "get x: no such volume")}
    assert (
        cli("inspect", "--type", "volume", "x", table=gone).err == "Error response from daemon: get x: no such volume\n"
    )


def test_a_template_that_does_not_fit() -> None:
    done = cli("inspect", "-f", "{{.Name", "x")
    assert (done.code, done.err.startswith("template parsing error: template: :1: unclosed action")) == (64, True)
    table = {("GET", "/containers/x/json"): container(), ("GET", "/containers/y/json"): container()}
    done = cli("container", "inspect", "-f", "{{.Nope}}", "x", "y", table=table)
    assert (done.code, done.out) == (1, "\n")
    assert (
        done.err.count(
            'template parsing error: template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"\n'
        )
        == 2
    )
