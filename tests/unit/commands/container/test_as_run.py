"""`inspect --as-run`: the command line that makes a container again."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydock.api import whole
from pydock.api.request import version_key
from pydock.cli.params import bind
from pydock.cli.pflag import FlagSet
from pydock.commands.container.anew import anew, changed, reattached
from pydock.commands.container.as_run import text_of
from pydock.commands.container.body import create_body
from pydock.commands.container.create_options import CreateOptions
from pydock.commands.container.line import SPECS, TEXTS, line, quoted
from pydock.commands.container.own import Habits, environment, own, trimmed
from pydock.commands.container.run import RunOptions
from pydock.shape import Json
from tests.lines.containers import LINES, NEWER, words_of
from tests.support.cli import any_of, cli, refused
from tests.support.samples import ID, container, info
from tests.support.shaped import values

IMAGE = "sha256:" + "1" * 64
PATHS = ["/proc/kcore", "/proc/keys"]


def parsed(words: list[str]) -> RunOptions:
    """As the command line has it."""
    found = FlagSet(tuple(SPECS.values()), False, lambda path: b"").parse(words)
    return RunOptions.make(
        **{**found.values, **bind(RunOptions.argument_specs, found.words)}, given=frozenset(found.values)
    )


def body(o: RunOptions) -> Json:
    made: Any = create_body(o, "/", {}, lambda path: b"{}")
    if o.detach:
        made = {**made, "AttachStdin": False, "AttachStdout": False, "AttachStderr": False, "StdinOnce": False}
    return dict(made)


def inspected(o: RunOptions, given: Json) -> Json:
    """What an engine would tell of a container of this body: with its own defaults, and all that the image gives."""
    made = body(o)
    host = {**made.pop("HostConfig"), "ConsoleSize": [24, 80]}
    attached = made.pop("NetworkingConfig")["EndpointsConfig"]
    mode = host["NetworkMode"]
    if mode == "default":
        host["NetworkMode"], attached = "bridge", {"bridge": attached.pop("default")}
    if not mode.startswith("container:"):
        attached.setdefault(host["NetworkMode"], {})
    first = attached.get(host["NetworkMode"]) or {}
    config = {**made, "MacAddress": first.get("MacAddress") or ""}
    names = {text.partition("=")[0] for text in config["Env"] or ()}
    config["Env"] = [*(config["Env"] or ()), *(t for t in given.get("Env", ()) if t.partition("=")[0] not in names)]
    if not config["Entrypoint"]:
        config["Cmd"] = config["Cmd"] or given.get("Cmd")
        config["Entrypoint"] = given.get("Entrypoint")
    elif config["Entrypoint"] == [""]:
        config["Entrypoint"] = None
    for key in ("User", "WorkingDir", "StopSignal"):
        config[key] = config.get(key) or given.get(key) or ""
    for key in ("Labels", "Volumes", "ExposedPorts", "Healthcheck"):
        config[key] = {**given.get(key, {}), **(config.get(key) or {})}
    if first.get("Links"):
        host["Links"] = None
    elif host["Links"]:
        host["Links"] = ["/{}:/web/{}".format(*(text.split(":") * 2)[:2]) for text in host["Links"]]
    filling: Json = {"ShmSize": 64 << 20, "IpcMode": "private", "Runtime": "runc", "CgroupnsMode": "private"}
    if host.get("Privileged") and not host.get("CgroupnsMode"):
        host["CgroupnsMode"] = "private"
    host = {**host, **{k: v for k, v in filling.items() if not host.get(k)}}
    if host["Memory"] and not host["MemorySwap"]:
        host["MemorySwap"] = 2 * host["Memory"]
    if host["LogConfig"]["Type"] == "":
        host["LogConfig"] = {**host["LogConfig"], "Type": "json-file"}
    if host["Privileged"] or "host" in (host["PidMode"], host["IpcMode"]):
        host["SecurityOpt"] = [*(host["SecurityOpt"] or ()), "label=disable"]
    for key in ("MaskedPaths", "ReadonlyPaths"):
        host[key] = PATHS if host[key] is None else host[key]
    if not config["Hostname"]:
        config["Hostname"] = ID[:12]
    return container(
        Name=f"/{o.name}",
        Image=IMAGE,
        Config=config,
        HostConfig=host,
        NetworkSettings={"Networks": attached},
        Mounts=[],
    )


HABITS = Habits.of({"SecurityOptions": ["name=cgroupns"], "CgroupVersion": "2", "Name": "machine"}, (1, 51))
#: images: one that gives nothing, and one that gives all that it can
IMAGES: list[Json] = [
    {},
    {
        "Env": ["PATH=/bin", "A=of the image"], "Cmd": ["a", "b"], "Entrypoint": ["/bin/echo"], "User": "nobody", "WorkingDir": "/w", "StopSignal": "QUIT",
        "Labels": {"a": "1", "of": "image"}, "Volumes": {"/data": {}}, "ExposedPorts": {"80/tcp": {}},
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 7_000_000_000},
    },
]  # fmt: skip


def check(words: list[str], given: Json) -> None:
    """The line of the container of a line makes the same container."""
    first = parsed(words)
    told = inspected(first, given)
    found = line(own(told, {"Id": IMAGE, "Config": given}, HABITS), "docker")
    assert (found.untold, len(found.commands)) == ((), 1)
    again = parsed([word for group in found.commands[0][1:] for word in group])
    assert trimmed(inspected(again, given)) == trimmed(told), text_of(found, False)


@pytest.mark.parametrize("given_by_image", IMAGES, ids=["bare", "giving"])
def test_the_line_of_every_line(given_by_image: Json) -> None:
    for _, *words in words_of(LINES + "\n" + NEWER):
        if "container:other" not in words and "host" not in words:
            check(["--name", "web", *words], given_by_image)


RECORDED: Json = json.loads((Path(__file__).parents[3] / "data" / "inspections.json").read_text())


@pytest.mark.parametrize("recorded", RECORDED["containers"], ids=lambda r: f"{r['engine']}{r['container']['Name']}")
def test_what_engines_told_of_containers(recorded: Json) -> None:
    """Inspections of Docker 28.5 and 20.10, of which the image gives CMD ["sh"] alone; cgroups are of version 1."""
    habits = Habits.of(RECORDED["infos"][recorded["engine"]], version_key(recorded["api"]))
    found = line(own(recorded["container"], {"Config": {"Cmd": ["sh"]}}, habits), "docker")
    assert (text_of(found, False), found.untold) == (f"docker run {recorded['line']}\n", ())


WORD = st.text("abc AZ09_-.$'\"\\\n\té", min_size=1, max_size=6)
NAME = st.text("abcXYZ_", min_size=1, max_size=4)
NUMBER = st.integers(1, 60_000)


def joined(form: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda values: form.format(*values))


#: flag -> its values
VALUES: dict[str, st.SearchStrategy[str]] = {
    "--env": joined("{}={}", NAME, WORD), "--label": joined("{}={}", NAME, WORD), "--tmpfs": joined("/{}:size={}", NAME, NUMBER),
    "--annotation": joined("{}={}", NAME, WORD), "--health-cmd": WORD, "--health-interval": joined("{}ms", NUMBER),
    "--publish": st.one_of(joined("{}", NUMBER), joined("{}:{}/udp", NUMBER, NUMBER), joined("10.0.0.1:{0}-{0}:{1}", NUMBER, NUMBER)),
    "--expose": joined("{}/sctp", NUMBER), "--volume": st.one_of(joined("/{}:/{}:ro", NAME, NAME), joined("/x{}", NAME), joined("v{}:/y", NAME)),
    "--mount": joined("type=volume,source={},target=/{},volume-label={}={}", NAME, NAME, NAME, NAME),
    "--memory": joined("{}k", NUMBER), "--cpus": joined("{}.{}", st.integers(1, 99), st.integers(0, 999)), "--cpu-shares": joined("{}", NUMBER),
    "--ulimit": joined("nofile={}:60001", NUMBER), "--restart": st.sampled_from(["no", "always", "on-failure:3"]), "--user": NAME, "--workdir": joined("/{}", NAME),
    "--hostname": NAME, "--log-opt": joined("{}={}", NAME, WORD), "--stop-timeout": joined("{}", st.integers(0, 9)), "--dns": joined("10.0.0.{}", st.integers(1, 9)),
    "--cap-add": st.sampled_from(["net_admin", "ALL", "CAP_SYS_TIME"]), "--sysctl": joined("net.{}={}", NAME, NUMBER), "--entrypoint": NAME,
    "--device": joined("/dev/{}:/dev/x{}:r", NAME, NAME), "--network-alias": NAME, "--security-opt": st.sampled_from(["no-new-privileges", "label=disable"]),
}  # fmt: skip
SWITCHES = [
    "-i",
    "-t",
    "-d",
    "--init",
    "--init=false",
    "--read-only",
    "--privileged",
    "-P",
    "--oom-kill-disable",
    "--network=n",
]
FLAGS = st.lists(
    st.one_of(
        st.sampled_from(sorted(VALUES)).flatmap(lambda name: VALUES[name].map(lambda value: [name, value])),
        st.sampled_from(SWITCHES).map(lambda word: [word]),
    ),
    max_size=8,
)


@settings(max_examples=150)
@given(FLAGS, st.lists(WORD, max_size=3), st.sampled_from(IMAGES))
def test_any_line_comes_back(flags: list[list[str]], command: list[str], image: Json) -> None:
    words = [word for flag in flags for word in flag]
    if "--network-alias" in words and "--network=n" not in words:
        words.append("--network=n")
    if words.count("--network=n") > 1:
        words = [w for w in words if w != "--network=n"] + ["--network=n"]
    check(["--name", "web", *words, "busybox", *command], image)


@given(st.text("ab'\"$\\ \n\t\x01\x9b\udc80é☃#~-=", max_size=8))
@settings(max_examples=40)
def test_a_shell_reads_every_word_back(text: str) -> None:
    """bash; what needs no $'…' any shell reads."""
    assert "\n" not in quoted(text)
    if quoted(text)[:1] != "$":
        assert shlex.split(quoted(text)) == [text]
    done = subprocess.run(
        ["bash", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert done.stdout == text.encode("utf-8", "surrogateescape")


def test_every_flag_of_run_has_its_text() -> None:
    """But for those that leave no trace in the container, as our own do."""
    traceless = "cidfile detach_keys disable_content_trust entrypoint env_file label_file platform pull quiet sig_proxy use_api_socket"
    theirs = {dest for dest, spec in SPECS.items() if not spec.own}
    assert theirs == set(TEXTS) | set(traceless.split())


# -- on an engine ----------------------------------------------------------------------------------


def engine(**more: Any) -> dict[Any, Any]:
    """An engine with the container "web" of nginx."""
    config = {
        "Tty": False,
        "OpenStdin": False,
        "Image": "nginx",
        "Hostname": ID[:12],
        "Env": ["A=1", "PATH=/bin"],
        "Cmd": ["serve"],
    }
    host = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, **more.pop("HostConfig", {})}
    web = container(
        Name="/web",
        Image=IMAGE,
        Config={**config, **more.pop("Config", {})},
        HostConfig=host,
        **{"NetworkSettings": {"Networks": {"bridge": {}}}, **more},
    )
    return {
        ("GET", "/containers/web/json"): web,
        ("GET", "/images/nginx/json"): {"Id": IMAGE, "Config": {"Env": ["PATH=/bin"], "Cmd": ["serve"]}},
        ("GET", "/info"): info(),
    }


LINE = "docker run -d --name web -p 8080:80 -e A=1 nginx\n"


def test_each_container_has_its_line() -> None:
    table = {**engine(), ("GET", "/containers/gone/json"): refused(404, "No such container: gone")}
    for command in (["inspect"], ["inspect", "--type", "container"], ["container", "inspect"]):
        done = cli(*command, "--as-run", "web", "gone", "web", table=table)
        assert (done.code, done.out, done.err) == (
            1,
            LINE * 2,
            "Error response from daemon: No such container: gone\n",
        )
    done = cli("inspect", "--as-run", "web", table=engine(), prog="pydock dev")
    assert done.out.startswith("'pydock dev' run -d --name web")


def test_on_a_terminal_each_flag_has_a_line_of_its_own() -> None:
    done = cli("inspect", "--as-run", "web", table=engine(), tty=True)
    shown = "docker run \\\n    -d \\\n    --name web \\\n    -p 8080:80 \\\n    -e A=1 \\\n    nginx\n"
    assert done.out.replace("\r\n", "\n") == shown


def test_what_no_flag_says_is_told() -> None:
    """What only the API can set, an entrypoint of several words, and a health check without a shell."""
    told = {
        "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {"CreateMountpoint": True}}]},
        "Config": {"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["x y"], "Healthcheck": {"Test": ["CMD", "a b", "c"]}, "Env": ["=x", "A=1", "PATH=/bin"]},
    }  # fmt: skip
    done = cli("inspect", "--as-run", "web", table=engine(**told))
    assert done.code == 0
    assert done.out == (
        "docker run -d --name web -p 8080:80 --mount type=bind,source=/a,target=/b -e A=1 "
        "--health-cmd ''\\''a b'\\'' c' --entrypoint /bin/sh nginx -c 'x y'\n"
    )
    assert done.err.splitlines() == [
        'web: no flag says Config.Entrypoint: ["-c"]',
        'web: no flag says Config.Env: ["=x"]',
        'web: no flag says Config.Healthcheck: {"Test":["CMD","a b","c"]}',
        'web: no flag says HostConfig.Mounts: [{"Type":"bind","Source":"/a","Target":"/b","BindOptions":{"CreateMountpoint":true}}]',
    ]


def test_networks_that_run_cannot_say_are_joined_afterwards() -> None:
    """Before API 1.44 all but the first one; and always what the long form of --network has no words for."""
    endpoints = {
        "n": {"Aliases": ["one", ID[:12]], "IPAMConfig": {"IPv4Address": "10.0.0.9"}},
        "m": {"Aliases": ["UP"], "Links": ["db:x"]},
        "k": {"Aliases": ["low"]},
    }
    told = {"HostConfig": {"NetworkMode": "n"}, "NetworkSettings": {"Networks": endpoints}}
    first, *rest = cli("inspect", "--as-run", "web", table=engine(**told)).out.splitlines()
    assert "--network n --network name=k,alias=low --network-alias one --ip 10.0.0.9" in first
    assert rest == ["docker network connect --alias UP --link db:x m web"]
    first, *rest = cli("inspect", "--as-run", "web", table=engine(**told), api_version="1.41").out.splitlines()
    assert "--network n --network-alias one --ip 10.0.0.9" in first
    assert rest == [
        "docker network connect --alias UP --link db:x m web",
        "docker network connect --alias low k web",
    ]
    told = {"HostConfig": {"NetworkMode": "n"}, "NetworkSettings": {"Networks": {"k": {}}}}
    done = cli("inspect", "--as-run", "web", table=engine(**told))
    assert done.out.splitlines()[1:] == ["docker network disconnect n web"] and "--network name=k" not in done.out


def test_an_image_that_has_moved_or_is_gone() -> None:
    moved = {**engine(), ("GET", "/images/nginx/json"): {"Id": "sha256:other"}}
    own_image = {("GET", f"/images/{IMAGE}/json"): {"Id": IMAGE, "Config": {"Env": ["PATH=/bin"], "Cmd": ["serve"]}}}
    done = cli("inspect", "--as-run", "web", table={**moved, **own_image})
    assert (done.out, done.err) == (
        LINE.replace("nginx", IMAGE),
        "web: nginx is another image by now: the line names the one that the container has\n",
    )
    gone = refused(404, "No such image")
    table = {**engine(), ("GET", "/images/nginx/json"): gone, ("GET", f"/images/{IMAGE}/json"): gone}
    done = cli("inspect", "--as-run", "web", table=table)
    assert done.out == "docker run -d --name web -p 8080:80 -e A=1 -e PATH=/bin nginx serve\n"
    assert done.err == "web: its image nginx is gone: what the image gave is told as if it had been said\n"


def test_what_as_run_is_not_for() -> None:
    for words, code, told in (
        (["--type", "image"], 1, '--as-run is for containers: it cannot be used with --type "image"\n'),
        (["-f", "{{.Id}}"], 125, "conflicting options: --as-run and --format cannot be given together\n"),
        (["--json"], 125, "conflicting options: --json and --as-run cannot be given together\n"),
    ):
        done = cli("inspect", "--as-run", *words, "web", table={})
        assert (done.code, done.out) == (code, "") and done.err.startswith(told)


def test_variables_of_the_image_come_after_those_that_were_said() -> None:
    image = ["PATH=/bin", "A=1"]
    for found, said in (
        (["PATH=/bin", "A=1"], []),
        (["B=2", "PATH=/bin", "A=1"], ["B=2"]),
        (["A=1", "PATH=/bin"], ["A=1"]),
        (["PATH=", "A=1"], ["PATH="]),
        (["X=1"], ["X=1"]),
    ):
        assert environment(found, image) == said


TEXTS_OF_ENGINES = st.text(max_size=6) | st.sampled_from(
    "default bridge container:x host 80/tcp 80-90/udp /a:/b seccomp={} label=disable CMD NONE CMD-SHELL volume bind json-file a=b 1.2.3.4".split()
)


@settings(max_examples=100)
@given(values(whole.CONTAINER, TEXTS_OF_ENGINES), values(whole.IMAGE, TEXTS_OF_ENGINES), st.booleans())
def test_whatever_an_engine_may_tell_has_a_line(told: Json, image: Json, newer: bool) -> None:
    """And can be made anew, or is refused."""
    said = own(told, image, HABITS)
    assert text_of(line(said, "docker", newer), newer).startswith("docker run")
    flags = CreateOptions.make(image="x", volume=("/a:/b",), publish=("80",), given=frozenset({"volume", "publish"}))
    try:
        anew(reattached(changed(said, flags, {}, lambda path: b"", "/")), (1, 51) if newer else (1, 41))
    except ValueError:
        pass


def test_an_engine_that_tells_nonsense() -> None:
    for wrong in (
        {"Config": {"Env": 7}},
        {"HostConfig": {"Mounts": ["x"]}},
        {"HostConfig": {"PortBindings": {"80": "x"}}},
    ):
        done = cli("inspect", "--as-run", "web", table=any_of(engine(**wrong)))
        assert done.code == 1 and "is not what the API promises" in done.err, json.dumps(wrong)
    done = cli("inspect", "--as-run", "web", table=engine(HostConfig={"PortBindings": {"x/y": None, "": []}}))
    assert done.code == 0 and "unexpected" not in done.err
