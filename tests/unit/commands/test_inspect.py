"""`inspect`: one name, and all the kinds that it may be of."""

from __future__ import annotations

from pydock.api.containers import inspect_container
from tests.support.cli import cli, refused
from tests.support.samples import ID, container, network


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
    done = cli("inspect", "--type", "service", "a", table={("GET", "/services/a"): {"ID": "a"}})
    assert done.requests[0].query == {"insertDefaults": "true"}
