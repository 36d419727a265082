"""`rmi`: what goes, and what counts as gone."""

from __future__ import annotations

from tests.support.cli import cli, refused

GONE = [{"Untagged": "a:1"}, {"Deleted": "sha256:x"}]


def test_each_image_says_what_went_with_it() -> None:
    table = {("DELETE", "/images/a"): GONE, ("DELETE", "/images/b"): refused(404, "No such image: b")}
    for flags, code, query in (((), 1, {}), (("-f", "--no-prune"), 0, {"force": "1", "noprune": "1"})):
        done = cli("rmi", *flags, "b", "a", table=table)
        assert (done.code, done.out, done.err) == (
            code,
            "Untagged: a:1\nDeleted: sha256:x\n",
            "Error response from daemon: No such image: b\n",
        )
        assert [r.query for r in done.requests] == [query] * 2
    assert cli("rmi", "-f", "a", table={("DELETE", "/images/a"): refused(409, "in use")}).code == 1
