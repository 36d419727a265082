"""`pull`: what is asked for, and what it is called then."""

from __future__ import annotations

from tests.support.cli import Messages, cli, refused


def test_a_pull_names_what_it_has() -> None:
    told = Messages([{"status": "Pull complete", "id": "abc"}])
    table = {("POST", "/images/create"): told}
    done = cli("pull", "a", table=table)
    assert done.out == "Using default tag: latest\nabc: Pull complete\ndocker.io/library/a:latest\n"
    assert done.requests[0].query == {"fromImage": "docker.io/library/a", "tag": "latest"}
    done = cli("pull", "-q", "--platform", "Linux/ARM64", "reg.example:5000/x/y:2", table=table)
    assert (done.out, done.requests[0].query["platform"]) == ("reg.example:5000/x/y:2\n", "linux/arm64")
    digest = f"sha256:{'f' * 64}"
    done = cli("pull", f"a@{digest}", table=table)
    assert (done.out.splitlines()[-1], done.requests[0].query["tag"]) == (f"docker.io/library/a@{digest}", digest)
    done = cli("pull", "-a", "a", table=table)
    assert (done.out.splitlines()[-1], "tag" in done.requests[0].query) == ("docker.io/library/a", False)


def test_a_plugin_is_no_image_and_there_is_a_verb_for_it() -> None:
    gone = "Encountered remote \"application/vnd.docker.plugin.v1+json\"(plugin) when fetching 'plugin'"
    done = cli("pull", "-q", "a", table={("POST", "/images/create"): refused(400, gone)})
    assert done.err == f"Error response from daemon: {gone} - Use `docker plugin install`\n"
