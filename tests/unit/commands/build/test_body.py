"""What BuildKit is asked: flags to a SolveRequest, and to the query of engines that take builds over REST alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydock.buildkit import messages as m
from pydock.cli.pflag import FlagSet
from pydock.commands.build.body import Found, all_outputs, rest_query, settings, solve_request
from pydock.commands.build.options import BuildOptions
from pydock.errors import Failure
from pydock.flags import builds


def options(*words: str) -> BuildOptions:
    """Those of a command line."""
    parsed = FlagSet(BuildOptions.flag_specs).parse([*words, "."])
    return BuildOptions(**parsed.values, context=parsed.words[0])


def request(*words: str, environ: dict[str, str] | None = None, **found: Any) -> Any:
    """The SolveRequest of a command line."""
    o = options(*words)
    wanted = settings(o, environ or {})
    return solve_request(o, wanted, all_outputs(o, wanted), Found(**found))


@pytest.mark.parametrize(("words", "attributes"), [
    ((), {}), (("--target", "x"), {"target": "x"}), (("--build-arg", "A=b=c", "--build-arg", "B", "--build-arg", "NO"), {"build-arg:A": "b=c", "build-arg:B": "from env"}),
    (("--label", "a", "--label", "b=c"), {"label:a": "", "label:b": "c"}), (("--no-cache",), {"no-cache": ""}),
    (("--no-cache-filter", "x", "--no-cache-filter", "y"), {"no-cache": "x,y"}), (("--pull",), {"image-resolve-mode": "pull"}),
    (("--platform", "linux/arm64/v8"), {"platform": "linux/arm64"}), (("--platform", "local"), {"platform": "linux/amd64"}),
    (("--network", "none"), {"force-network-mode": "none"}), (("--network", "host"), {"force-network-mode": "host"}),
    (("--add-host", "a:1.2.3.4,b=[::1]", "--add-host", "c:host-gateway"), {"add-hosts": "a=1.2.3.4,b=::1,c=9.9.9.9"}),
    (("--shm-size", "1g"), {"shm-size": "1073741824"}), (("--ulimit", "nofile=1:2", "--ulimit", "nproc=3"), {"ulimit": "nofile=1:2,nproc=3:3"}),
    (("--cgroup-parent", "/x"), {"cgroup-parent": "/x"}),
    (("--build-arg", "BUILDKIT_SYNTAX=x/y:1 opt"), {"build-arg:BUILDKIT_SYNTAX": "x/y:1 opt", "source": "x/y:1", "cmdline": "x/y:1 opt"}),
    (("--attest", "type=sbom,disabled=true"), {}),
])  # fmt: skip
def test_frontend_attributes(words: tuple[str, ...], attributes: dict[str, str]) -> None:
    asked = request(*words, environ={"B": "from env"}, gateway="9.9.9.9")
    assert asked["FrontendAttrs"] == {"image-resolve-mode": "local", **attributes}
    assert asked["Frontend"] == ("gateway.v0" if "source" in attributes else "dockerfile.v0")
    assert asked["Entitlements"] == (["network.host"] if "host" in words else [])
    m.SOLVE.encode({"Ref": "r", "Session": "s", **asked})


@pytest.mark.parametrize(("words", "exporters"), [
    ((), [("moby", {})]), (("-t", "a", "-t", "b:1"), [("moby", {"name": "a,b:1"})]), (("--load",), [("moby", {})]),
    (("-o", "out"), [("local", {})]), (("-o", "-"), [("tar", {})]), (("-o", "type=cacheonly"), []),
    (("-o", "type=docker", "-t", "x"), [("moby", {"name": "x"})]), (("--push", "-t", "x"), [("moby", {"push": "true", "name": "x"})]),
    (("-o", "type=registry", "-t", "x"), [("moby", {"push": "true", "name": "x"})]), (("-o", "type=image,name=y,push=true"), [("moby", {"name": "y", "push": "true"})]),
    (("-o", "a", "-o", "type=tar,dest=b", "--annotation", "k=v"), [("local", {"annotation.k": "v"}), ("tar", {"annotation.k": "v"})]),
    (("--call", "check"), []),
])  # fmt: skip
def test_exporters(words: tuple[str, ...], exporters: list[tuple[str, dict[str, str]]]) -> None:
    asked = request(*words)
    assert [(e["Type"], e["Attrs"]) for e in asked["Exporters"]] == exporters
    assert asked["Internal"] == ("--call" in words)


def test_caches_are_asked_for_twice() -> None:
    """The solver is told of them, and the frontend, which loads them at the right moment."""
    asked = request(imports=builds.caches("a,b"))
    assert asked["Cache"]["Imports"] == [
        {"Type": "registry", "Attrs": {"ref": "a"}},
        {"Type": "registry", "Attrs": {"ref": "b"}},
    ]
    assert json.loads(asked["FrontendAttrs"]["cache-imports"]) == asked["Cache"]["Imports"]


def test_a_containerd_store_can_do_more() -> None:
    asked = request(
        "-o",
        "type=oci,dest=x",
        "--platform",
        "linux/amd64,linux/arm64",
        "--sbom=true",
        "--cache-to",
        "type=registry,ref=r",
        containerd=True,
    )
    assert asked["Exporters"] == [{"Type": "oci", "Attrs": {}}]
    assert (
        asked["FrontendAttrs"]["attest:sbom"] == "type=sbom"
        and asked["FrontendAttrs"]["attest:provenance"] == "mode=min,inline-only=true"
    )
    assert asked["FrontendAttrs"]["platform"] == "linux/amd64,linux/arm64" and asked["Cache"]["Exports"] == [
        {"Type": "registry", "Attrs": {"ref": "r"}}
    ]
    assert "attest:provenance" not in request("--provenance=false", containerd=True)["FrontendAttrs"]
    with pytest.raises(Failure, match="output directory is not supported by moby exporter"):
        request("-o", "type=docker,dest=x,tar=false", containerd=True)
    for words in (
        ["-o", "type=oci"],
        ["-o", "type=docker,dest=x"],
        ["--platform", "linux/amd64,linux/arm64"],
        ["--sbom=true"],
        ["--cache-to", "r"],
    ):
        with pytest.raises(Failure, match="is not supported for the docker driver"):
            request(*words)


@pytest.mark.parametrize(("text", "problem"), [
    ("type=local", "local cache importer requires src"), ("type=registry", "registry cache importer requires ref"),
])  # fmt: skip
def test_caches_that_say_too_little(text: str, problem: str) -> None:
    with pytest.raises(Failure, match=problem):
        request(imports=builds.caches(text))
    with pytest.raises(Failure, match=problem.replace("importer", "exporter").replace("src", "dest")):
        request("--cache-to", text, containerd=True)


@pytest.mark.parametrize(("words", "parameters"), [
    ((), {}), (("-t", "a", "-t", "b:1"), {"t": ["a", "b:1"]}), (("--build-arg", "A=b=c", "--label", "k=v"), {"buildargs": '{"A":"b=c"}', "labels": '{"k":"v"}'}),
    (("--no-cache",), {"nocache": "1"}), (("--pull",), {"pull": "1"}), (("--target", "x"), {"target": "x"}), (("--platform", "linux/arm64"), {"platform": "linux/arm64"}),
    (("--network", "none"), {"networkmode": "none"}), (("--shm-size", "1k"), {"shmsize": "1024"}), (("--add-host", "a:1.2.3.4,b=[::1]"), {"extrahosts": ["a:1.2.3.4", "b:::1"]}),
    (("--ulimit", "nofile=1:2"), {"ulimits": '[{"Name":"nofile","Hard":2,"Soft":1}]'}), (("-o", "out"), {"outputs": '[{"Type":"local","Attrs":{}}]'}),
])  # fmt: skip
def test_a_build_over_rest(words: tuple[str, ...], parameters: dict[str, Any]) -> None:
    query = rest_query(options(*words), request(*words), "ref", "session")
    always = {"version": "2", "remote": "client-session", "buildid": "ref", "session": "session"}
    assert query == {**always, **parameters}
    named = rest_query(options(), request(imports=builds.caches("a,b")), "ref", "session")
    assert named == {**always, "cachefrom": '["a","b"]'}


@pytest.mark.parametrize(("words", "found", "lost"), [
    (("--no-cache-filter", "x"), {}, "--no-cache-filter"), (("--call", "check"), {}, "--call"), (("--cgroup-parent", "/x"), {}, "cgroup-parent"),
    (("--build-arg", "BUILDKIT_INLINE_CACHE=1"), {}, "cache exports"), (("-o", "a", "-o", "b"), {}, "multiple outputs"),
    ((), {"policy": {"version": 1}}, "source policies"), ((), {"imports": [builds.Cache("local", {"src": "x"})]}, "cache imports other than registry"),
    ((), {"attributes": {"context": "http://buildkit-session/x"}}, "an archive on stdin"), ((), {"attributes": {"context:a": "docker-image://b"}}, "context:a"),
    (("-o", "a", "-o", "b", "--call", "check"), {}, "multiple outputs, --call"),
])  # fmt: skip
def test_what_a_build_over_rest_cannot_carry(words: tuple[str, ...], found: dict[str, Any], lost: str) -> None:
    with pytest.raises(Failure, match=f"which does not support: {lost}$"):
        rest_query(options(*words), request(*words, **found), "ref", "session")
