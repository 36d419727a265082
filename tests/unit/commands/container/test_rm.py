"""`rm`: what counts as removed."""

from __future__ import annotations

from pydock.api.containers import remove_container
from tests.support.cli import any_of, cli, refused


def test_rm_with_force_forgives_what_is_missing() -> None:
    table = {("DELETE", "/containers/a"): refused(404, "No such container: a"), ("DELETE", "/containers/b"): b""}
    done = cli("rm", "-fv", "a", "b", table=table)
    assert (done.code, done.out, done.err) == (0, "b\n", "Error response from daemon: No such container: a\n")
    assert remove_container("b", force=True, volumes=True) in done.requests
    assert cli("rm", "a", table=any_of(table)).code == 1
    two_lines = {("DELETE", "/containers/a\nb"): refused(404, "No such container: a\nb")}
    assert cli("rm", "-f", "a\nb", table=two_lines).code == 0


def test_rm_names_a_container_or_nothing() -> None:
    for name in ("/", ""):
        done = cli("rm", "-f", name)
        assert (done.code, done.err, done.requests) == (1, "container name cannot be empty\n", [])
    assert cli("rm", "/a", table={("DELETE", "/containers/a"): b""}).out == "/a\n"
    used = {
        ("DELETE", "/containers/a"): refused(409, "in use"),
        ("DELETE", "/containers/b"): refused(404, "No such container: b"),
    }
    done = cli("rm", "-f", "a", "b", table=used)
    missing, failed = "Error response from daemon: No such container: b\n", "Error response from daemon: in use\n"
    assert (done.code, done.err) == (1, missing + failed)
    assert cli("rm", "a", "b", table=used).err == failed + missing
