"""What `__complete` answers: candidates, then a directive."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.cli.complete import Typed
from pydock.commands.container.run import RunOptions
from pydock.errors import EngineError
from tests.support.cli import any_of, cli
from tests.support.samples import config, image, info, network, node, plugin, secret, service, task

CONTAINERS = [
    {
        "Id": f"{n:x}" * 64,
        "Names": [f"/{state}"],
        "State": state,
        "Image": "app",
        "Status": "Up 2 minutes",
        "Labels": {"app": "shop"},
        "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}][n:],
    }
    for n, state in enumerate(("running", "paused", "exited", "created"))
]
TABLE: dict[tuple[str, str], Any] = any_of(
    {
        ("GET", "/containers/json"): lambda asked: CONTAINERS if asked.query.get("all") else CONTAINERS[:2],
        ("GET", "/images/json"): [image("host.example:5000/app:1", "busybox:latest")],
        ("GET", "/networks"): [network("bridge"), network("front_net")],
        ("GET", "/volumes"): {"Volumes": [{"Name": "kept", "Driver": "local", "Labels": {"kind": "x y"}}]},
        ("GET", "/services/web"): service(
            "web",
            Spec={
                "Name": "web",
                "Labels": {"com.example.team": "a"},
                "TaskTemplate": {
                    "Placement": {"Constraints": ["node.role==worker"]},
                    "ContainerSpec": {
                        "Env": ["A=1", "B"],
                        "Mounts": [{"Type": "volume", "Target": "/data"}],
                        "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 1}],
                    },
                },
            },
        ),
        ("GET", "/nodes/one"): node("one", Spec={"Labels": {"zone": "a"}, "Role": "worker", "Availability": "active"}),
        ("GET", "/nodes"): [node("one", "n1"), node("two", "n2")],
        ("GET", "/services"): [
            service("web"),
            service("db", Spec={"Name": "db", "Labels": {"com.docker.stack.namespace": "shop"}}),
        ],
        ("GET", "/tasks"): [task()],
        ("GET", "/secrets"): [secret("key")],
        ("GET", "/configs"): [config("conf")],
        ("GET", "/plugins"): [plugin("vieux/sshfs:latest")],
        ("GET", "/containers/running/checkpoints"): [{"Name": "c1"}],
        ("GET", "/info"): info(
            ID="some-id",
            Name="host-1",
            Plugins={"Log": ["json-file"], "Network": ["bridge"], "Volume": ["local"]},
            Runtimes={"runc": {}, "crun": {}},
        ),
    }
)


def asked(line: str, table: Any = TABLE, **more: Any) -> tuple[list[str], int]:
    """(candidates, directive) for a line, whose last word (it may be empty) is the one to complete."""
    done = cli("__complete", *line.split(" "), table=table, **more)
    assert (done.code, done.err) == (0, "")
    *names, last = done.out.splitlines()
    return [name.partition("\t")[0] for name in names], int(last.removeprefix(":"))


@pytest.mark.parametrize(("line", "names", "directive"), [
    ("volume ls --json=Na", ["Name"], 4), ("ps --json=ID,Na", ["ID,Names"], 4), ("ps --json=Names,Na", [], 4), ("ps --json=he", ["help"], 4), ("container inspect --json=Name,St", ["Name,State"], 4), ("info --json=Ker", ["KernelMemory", "KernelMemoryTCP", "KernelVersion"], 4),
    ("inspect --as-r", ["--as-run"], 4), ("recreate run", ["running"], 4), ("recreate --image host", ["host.example:5000/app:1"], 4),
    ("recreate --pull=al", ["always"], 4), ("recreate --restart on", ["on-failure"], 4), ("image send host", ["host.example:5000/app:1"], 4),
    ("image send --to def", ["default"], 4), ("image tags --filter n", ["name="], 6),
    ("volume ls --json=Na", ["Name"], 4), ("ps --json=ID,Na", ["ID,Names"], 4), ("ps --json=Names,Na", [], 4), ("ps --json=he", ["help"], 4),
    ("--curl=o", ["only", "only,secrets"], 4), ("--cur", ["--curl"], 4), ("--curl --tra", ["--trace"], 4),
    ("run --network fro", ["front_net"], 4), ("run --network=fro", ["front_net"], 4), ("run --net=fro", ["front_net"], 4),
    ("run --network=container:r", ["container:running"], 4), ("run --ipc conta", ["container:"], 6), ("run --pid=container:p", ["container:paused"], 4),
    ("run --pull=al", ["always"], 4), ("run host.example:50", ["host.example:5000/app:1"], 4), ("run -it host", ["host.example:5000/app:1"], 4),
    ("run -itv ke", ["kept:"], 6), ("run -v ./x", [], 0), ("run -v=ke", ["kept:"], 6), ("run --security-opt lab", ["label="], 6),
    ("run --security-opt label=d", ["label=disable"], 4), ("run --log-driver none --log-opt ", [], 4),
    ("run --log-driver=local --log-opt max-f", ["max-file="], 6), ("run --log-opt gelf-a", ["gelf-address="], 6), ("run --runtime ", ["crun", "runc"], 4),
    ("run --mount ", ["type=bind,", "type=cluster,", "type=image,", "type=npipe,", "type=tmpfs,", "type=volume,"], 6), ("run --mount type=volume,source=k", ["type=volume,source=kept"], 4),
    ("run --mount type=bind,t", ["type=bind,target="], 6), ("run --ulimit nof", ["nofile="], 6), ("run --detach-keys c", ["ctrl-"], 6), ("run --gpus a", ["all"], 4), ("run --gpus device=0,co", ["device=0,count="], 6),
    ("run --memory ", [], 4), ("run --env-file ", [], 0), ("exec --dotenv ", [], 0), ("run --rm --rm", [], 4), ("run busybox ", [], 4), ("run --link run", ["running:"], 6),
    ("exec running ", [], 4), ("exec ", ["running"], 4), ("port ", ["paused", "running"], 4), ("kill -s K", ["KILL"], 4), ("kill --signal=SIGK", ["SIGKILL"], 4), ("kill -sK", [], 4),
    ("rm ", ["created", "exited"], 4), ("rm -f ", ["created", "exited", "paused", "running"], 4), ("rm exited ", ["created"], 4), ("pause ", ["running"], 4),
    ("unpause ", ["paused"], 4), ("restart e", ["exited"], 4), ("stop --time ", [], 4), ("cp pau", ["paused:"], 2), ("cp running:/a pau", ["paused:"], 2), ("cp a b pau", ["paused:"], 2),
    ("setup --docker=", ["link", "alias", "none"], 4), ("volume export ", ["kept"], 4), ("volume clone k", ["kept"], 4), ("volume clone kept ", [], 4),
    ("volume import ", ["kept"], 4), ("volume import kept ", [], 0), ("volume import -d ", ["local"], 4), ("volume ls --s", ["--size"], 4), ("volume ls --used", ["--used-by"], 4),
    ("cp --from-image host", ["host.example:5000/app:1"], 4), ("cp --chown ", [], 4), ("build ", [], 16),
    ("events --filter ty", ["type="], 6), ("events --filter type=im", ["type=image"], 4), ("events --filter=event=oo", ["event=oom"], 4),
    ("events --filter network=f", ["network=front_net"], 4), ("events -f daemon=h", ["daemon=host-1"], 4), ("ps --filter sta", ["status="], 6),
    ("ps --filter status=ex", ["status=exited"], 4), ("ps --filter health=u", ["health=unhealthy"], 4), ("ps -f volume=", ["volume=kept"], 4),
    ("rm --filter status=ex", ["status=exited"], 4), ("rmi --filter dan", ["dangling="], 6), ("volume rm --filter dangling=f", ["dangling=false"], 4),
    ("ps --filter nosuch=", [], 4), ("network ls --filter driver=", ["driver=bridge"], 4), ("volume ls -f dangling=", ["dangling=false", "dangling=true"], 4),
    ("image prune --filter u", ["until="], 6), ("volume prune --filter label!", ["label!="], 6), ("builder prune --filter type=r", ["type=regular"], 4),
    ("secret rm ", ["key"], 4), ("config inspect ", ["conf"], 4), ("secret create x ", [], 0), ("secret ls -f n", ["name="], 6),
    ("service ls --filter mode=g", ["mode=global", "mode=global-job"], 4), ("service ps --filter d", ["desired-state="], 6), ("node ps -f la", ["label="], 6),
    ("service ps -f desired-state=s", ["desired-state=shutdown"], 4), ("service ps -f node=t", ["node=two"], 4), ("service logs w", ["web"], 4),
    ("inspect --type node ", ["one", "self", "two"], 4), ("node promote ", ["one", "self", "two"], 4), ("node rm one ", ["self", "two"], 4),
    ("node update --role ", ["worker", "manager"], 4), ("node update --availability d", ["drain"], 4), ("swarm join-token ", ["worker", "manager"], 4),
    ("swarm init --availability=p", ["pause"], 4), ("swarm ca --ca-cert ", [], 0), ("node ls -f role=", ["role=manager", "role=worker"], 4),
    ("events --filter node=t", ["node=two"], 4), ("swarm unlock ", [], 4), ("inspect --type task ", [task()["ID"]], 4), ("inspect --type service w", ["web"], 4),
    ("service scale w", ["web="], 6), ("service update ", ["db", "web"], 4),
    ("inspect --type secret ", ["key"], 4), ("inspect --type config ", ["conf"], 4), ("inspect --type volume ", ["kept"], 4), ("inspect --type=network f", ["front_net"], 4), ("inspect --format ", ["json"], 4),
    ("ps --format ", ["json", "table"], 4), ("plugin rm ", ["vieux/sshfs:latest"], 4), ("checkpoint rm running ", ["c1"], 4),
    ("network create --driver ", ["bridge"], 4), ("-l pa", ["panic"], 4), ("--log-level=pan", ["panic"], 4), ("-H ss", ["ssh://"], 6),
    ("-D rm ", ["created", "exited"], 4), ("help netw", ["network"], 4), ("nosuch ", [], 4), ("run -- bus", ["busybox", "busybox:latest"], 4),
    ("compose ", [], 4), ("--nosuch=", [], 4),
    ("run -p 80:80/", ["80:80/sctp", "80:80/tcp", "80:80/udp"], 4), ("run -p 80:8", [], 4), ("run --expose=53/u", ["53/udp"], 4), ("service create -p 80/u", ["80/udp"], 4),
    ("run -v kept:/data:r", [f"kept:/data:{mode}" for mode in ("ro", "rprivate", "rshared", "rslave", "rw")], 4), ("run -v ./x:/data:ro,z", ["./x:/data:ro,z"], 4), ("run -v kept:/da", [], 4),
    ("run --add-host db:", ["db:host-gateway"], 4), ("run --add-host db", [], 4), ("commit --change EN", ["ENTRYPOINT", "ENV"], 4), ("import --change U", ["USER"], 4), ("import ./x host", ["host.example:5000/app:1"], 4),
    ("run --network na", ["name="], 6), ("run --network name=fr", ["name=front_net"], 4), ("run --network name=front_net,mac", ["name=front_net,mac-address="], 6),
    ("service create --network name=front_net,", ["name=front_net,alias=", "name=front_net,driver-opt="], 6),
    ("run --log-opt mode=", ["mode=blocking", "mode=non-blocking"], 4), ("run --log-driver=syslog --log-opt syslog-format=rfc5", ["syslog-format=rfc5424", "syslog-format=rfc5424micro"], 4),
    ("service create --credential-spec config://c", ["config://conf"], 4), ("service create --placement-pref spread=n", ["spread=node.labels."], 6),
    ("context create --docker skip-tls-verify=", ["skip-tls-verify=false", "skip-tls-verify=true"], 4), ("context create --docker host=ssh", ["host=ssh://"], 6), ("context create --docker host=x,c", ["host=x,ca=", "host=x,cert="], 6),
    ("build --output type=o", ["type=oci,"], 6), ("build --output type=oci,t", ["type=oci,tar="], 6), ("build --output type=image,push=t", ["type=image,push=true"], 4), ("build --attest type=provenance,mode=", ["type=provenance,mode=max", "type=provenance,mode=min"], 4),
    ("ps --filter label=", ["label=app", "label=app=shop"], 4), ("volume prune --filter label!=k", ["label!=kind"], 4), ("image ls --filter label=v", [], 4),
    ("service update web --env-rm ", ["A", "B"], 4), ("service update --env-rm ", [], 4), ("service update web --mount-rm /d", ["/data"], 4), ("service update web --label-rm ", ["com.example.team"], 4),
    ("service update web --dns-rm ", [], 4), ("service update web --ulimit-rm ", ["nofile"], 4), ("service update web --constraint-rm n", ["node.role==worker"], 4), ("node update one --label-rm ", ["zone"], 4),
    ("plugin disable ", ["vieux/sshfs:latest"], 4), ("plugin enable ", [], 4), ("plugin set ", [], 4),
    ("run --mount type=bind,bind-prop", ["type=bind,bind-propagation="], 6), ("run --mount type=bind,bind-propagation=rp", ["type=bind,bind-propagation=rprivate"], 4),
    ("run --mount type=volume,source=kept,", [f"type=volume,source=kept,{key}" for key in (
        "readonly", "target=", "volume-driver=", "volume-label=", "volume-nocopy", "volume-opt=", "volume-subpath=")], 4),
    ("run --mount type=volume,volume-opt=a=b,volume-o", ["type=volume,volume-opt=a=b,volume-opt="], 6), ("run --mount type=image,source=busybox:", ["type=image,source=busybox:latest"], 4),
    ("service create --mount type=tmpfs,tmpfs-s", ["type=tmpfs,tmpfs-size="], 6), ("service create -p mode=h", ["mode=host"], 4),
    ("service create --publish published=80,pr", ["published=80,protocol="], 6), ("service create --constraint node.role==", ["node.role==manager", "node.role==worker"], 4),
    ("service update --constraint-add node.l", ["node.labels."], 6), ("service create --constraint node.hostname!=o", ["node.hostname!=one"], 4),
    ("service create --secret k", ["key"], 4), ("service create --secret source=k", ["source=key"], 4), ("service create --config source=conf,t", ["source=conf,target="], 6),
    ("build --cache-to ", ["type=inline", "type=local,", "type=registry,"], 4), ("build --cache-to type=registry,mo", ["type=registry,mode="], 6),
    ("build --cache-from type=l", ["type=local,"], 6), ("build --cache-from type=registry,ref=host", ["type=registry,ref=host.example:5000/app:1"], 4),
    ("build --provenance m", ["mode="], 6), ("build --provenance=mode=", ["mode=max", "mode=min"], 4), ("build --sbom t", ["true"], 4), ("build --secret id=x,", ["id=x,env=", "id=x,src=", "id=x,type=env", "id=x,type=file"], 4),
    ("volume create -o type=n", ["type=nfs", "type=none"], 4), ("network create -o com.docker.network.driver", ["com.docker.network.driver.mtu="], 6),
    ("network create -d macvlan -o macvlan_mode=p", ["macvlan_mode=passthru", "macvlan_mode=private"], 4), ("network create -d other -o ", [], 4),
    ("network connect --driver-opt com.docker.network.endpoint.i", ["com.docker.network.endpoint.ifname="], 6),
    ("run --sysctl net.ipv4.ip_f", ["net.ipv4.ip_forward="], 6), ("run --dns-option nd", ["ndots:"], 6), ("logs --tail ", ["all"], 4), ("secret create --template-driver ", ["golang"], 4),
    ("manifest annotate --arch ar", ["arm", "arm64"], 4), ("manifest annotate --variant ", ["v5", "v6", "v7", "v8"], 4), ("swarm init --external-ca protocol=cfssl,u", ["protocol=cfssl,url="], 6),
    ("run --security-opt seccomp=b", ["seccomp=builtin"], 4), ("port running ", ["80/tcp"], 4), ("port paused ", [], 4), ("start --checkpoint ", [], 4), ("start running --checkpoint ", ["c1"], 4),
    ("wait --for ", ["exited", "healthy", "log=", "port=", "removed", "running"], 4), ("start --for=lo", ["log="], 6), ("run -d --for h", ["healthy"], 4),
    ("logs running ", ["created", "exited", "paused"], 4), ("logs --stream ", ["stdout", "stderr"], 4), ("logs --filter label", ["label="], 6),
    ("logs --filter status=ex", ["status=exited"], 4), ("logs --grep ", [], 4), ("wait --for healthy --timeout ", [], 4), ("wait --for healthy r", ["running"], 4),
], ids=str)  # fmt: skip
def test_candidates(line: str, names: list[str], directive: int) -> None:
    assert asked(line) == (names, directive)


#: a template that is begun, as one word -> its candidates, as "word<TAB>description"
TEMPLATES: dict[tuple[str, ...], str] = {
    ("volume", "ls", "--format", "{{"): "{{.Name}}|{{.Driver}}|{{.Scope}}",
    ("ps", "--format", "{{.Na"): "{{.Names}}\tnames",
    ("ps", "--format=table {{.ID}}\\t{{.Runn"): "table {{.ID}}\\t{{.RunningFor}}\tcreated",
    ("ps", "--format", '{{if eq (len (index .Names 0)) 3}}{{json .Sta'): "{{if eq (len (index .Names 0)) 3}}{{json .State}}",
    ("ps", "--format", "{{len (json .Lab"): "{{len (json .Labels)}}",
    ("ps", "--format", "{{.ID"): "{{.ID}}",
    ("ps", "--format", "{{.ID}}"): "",
    ("ps", "--format", "{{.Nosuch."): "",
    ("ps", "--filter", "{{.Na"): "",
    ("inspect", "--format", "{{.State.Pi"): "{{.State.Pid}}\tnumber",
    ("inspect", "--format", "{{.Sta"): "{{.State}}\tobject|{{.State.\tobject",
    ("inspect", "--type", "image", "-f", "{{.RepoT"): "{{.RepoTags}}\tlist",
    ("inspect", "--type", "nosuch", "-f", "{{."): "",
    ("image", "inspect", "-f", "{{.Config.Env"): "{{.Config.Env}}\tlist",
    ("network", "inspect", "-f", "{{range .Containers}}{{.Na"): "",
    ("node", "inspect", "-f", "{{.Spec.Ro"): "{{.Spec.Role}}\ttext",
    ("events", "--format", "{{.Actor.I"): "{{.Actor.ID}}\ttext",
    ("version", "--format", "{{.Client.Go"): "{{.Client.GoVersion}}\ttext",
    ("info", "--format", "{{.Swarm.NodeI"): "{{.Swarm.NodeID}}\ttext",
    ("system", "df", "--format", "{{.Recl"): "{{.Reclaimable}}",
    ("stats", "--format", "{{.CPU"): "{{.CPUPerc}}",
}  # fmt: skip


@pytest.mark.parametrize("words", list(TEMPLATES), ids=" ".join)
def test_fields_of_templates(words: tuple[str, ...]) -> None:
    lines = cli("__complete", *words).out.splitlines()[:-1]
    wanted = [line for line in TEMPLATES[words].split("|") if line]
    assert set(wanted) <= {line if "\t" in want else line.partition("\t")[0] for line in lines for want in wanted}
    assert bool(wanted) == bool(lines)


@pytest.mark.parametrize(("line", "wanted"), [
    ("rm r", ""), ("kill r", "running\tapp, Up 2 minutes"), ("rmi host", "host.example:5000/app:1\t"), ("network rm front", "front_net\tbridge, local"),
    ("volume rm k", "kept\tlocal"), ("node rm on", "one\tworker, ready, active"), ("service rm w", "web\tbusybox"), ("plugin rm v", "vieux/sshfs:latest\n"),
    ("run --network container:r", "container:running\tapp, Up 2 minutes"), ("cp r", "running:\tapp, Up 2 minutes"), ("context use d", "default\tThe engine"),
    ("ps --filter name=r", "name=running\tapp, Up 2 minutes"),
])  # fmt: skip
def test_names_are_described(line: str, wanted: str) -> None:
    out = cli("__complete", *line.split(" "), table=TABLE).out
    assert out.startswith(wanted) and all(ord(c) >= 0x20 or c in "\t\n" for c in out)


def test_a_name_of_several_kinds_is_offered_once_and_a_description_is_one_line() -> None:
    table = TABLE | any_of({("GET", "/volumes"): {"Volumes": [{"Name": "running", "Driver": "a\nb\tc"}]}})
    out = cli("__complete", "inspect", "run", table=table).out
    assert out == "running\tapp, Up 2 minutes\n:4\n"
    assert cli("__complete", "volume", "rm", "run", table=table).out == "running\ta b c\n:4\n"


def test_a_flag_that_is_given_is_not_offered_again_unless_it_may_be() -> None:
    names, _ = asked("run --rm --env A=b -")
    assert "--rm" not in names and "--env" in names and "--init" in names


def archive(*names: str, content: bytes = b"") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name.rstrip("/"))
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size = 0 if name.endswith("/") else len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(("line", "names", "directive"), [
    ("cp running:", ["running:a:b", "running:conf.d/", "running:hosts"], 4),
    ("cp running:/etc/ho", ["running:/etc/hosts"], 4), ("cp ./a running:/etc/con", ["running:/etc/conf.d/"], 6), ("cp running:/etc/no", [], 4),
])  # fmt: skip
def test_paths_in_a_container(line: str, names: list[str], directive: int) -> None:
    """The names in the folder that is typed; those that a shell would not take as they are, or are below, are not offered."""
    answer = archive(
        "./", "./conf.d/", "./conf.d/one", "./hosts", "./with blank", "./a:b", "./$(x)", content=b"x" * 2000
    )
    assert asked(line, any_of({("GET", "/containers/running/archive"): answer})) == (names, directive)


def test_a_folder_of_a_container_that_is_too_large_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is what is no folder, nor a broken archive."""
    large = archive("./", "./a", content=b"x" * 70000)
    for answer in (archive("hosts"), b"", large[:600], b"no archive" * 100):
        assert asked("cp running:/", any_of({("GET", "/containers/running/archive"): answer})) == ([], 4)
    assert asked("cp running:/", any_of({("GET", "/containers/running/archive"): large})) == (["running:/a"], 4)
    monkeypatch.setattr("pydock.cli.paths.LIMIT", 60000)
    assert asked("cp running:/", any_of({("GET", "/containers/running/archive"): large})) == ([], 4)
    monkeypatch.setattr("pydock.cli.paths.LIMIT", 1 << 20)
    monkeypatch.setattr("pydock.cli.paths.SECONDS", -1)
    assert asked("cp running:/", any_of({("GET", "/containers/running/archive"): large})) == ([], 4)


def test_stages_and_arguments_of_the_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "ARG BASE=x\nFROM $BASE AS first\nFROM --platform=linux/amd64 x as second\n  ARG MORE\n"
    )
    (tmp_path / "other").write_text("FROM x AS third\n")
    for builder in ("0", "1"):
        environ = {"DOCKER_BUILDKIT": builder}
        assert asked(f"build --file {tmp_path}/other --target ", environ=environ) == (["third"], 4)
        assert asked(f"build {tmp_path} --target ", environ=environ) == (["first", "second"], 4)
        assert asked(f"build {tmp_path} --build-arg M", environ=environ) == (["MORE="], 6)
        assert asked(f"build {tmp_path}/nosuch --target ", environ=environ) == ([], 4)


def test_servers_that_credentials_are_kept_for(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"auths": {"host.example:5000": {}}}))
    assert asked("logout ", environ={"HOME": str(tmp_path)}) == (["host.example:5000"], 4)


def test_an_engine_that_refuses_offers_nothing_and_says_nothing() -> None:
    refusal = EngineError(500, "no")
    assert asked("rm ", any_of(dict.fromkeys(TABLE, refusal))) == ([], 4)
    names, _ = asked("run --log-driver ", any_of(dict.fromkeys(TABLE, refusal)))
    assert "json-file" in names and "syslog" in names


#: words of a line as they may come
WORDS = st.lists(
    st.sampled_from(
        [
            "-i",
            "-it",
            "--rm",
            "--name",
            "--name=x",
            "-e",
            "-eA",
            "-e=A",
            "--env",
            "--",
            "-",
            "busybox",
            "sh",
            "-x",
            "--nosuch",
            "",
        ]
    )
)


@given(WORDS)
def test_every_word_before_is_a_flag_a_value_or_an_argument(before: list[str]) -> None:
    typed = Typed(before, RunOptions.flag_specs, interspersed=False)
    assert typed.leading == (
        before.index(typed.words[0]) if typed.words and before.count(typed.words[0]) == 1 else typed.leading
    )
    assert before[len(before) - len(typed.words) :] == typed.words if typed.words else True
    assert not (typed.pending and typed.words)


def run_program(*words: str, host: str, home: Path | str = "/nonexistent") -> subprocess.CompletedProcess[str]:
    code = "from pydock.main import main; main()"
    env = {"HOME": str(home), "DOCKER_HOST": host, "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "-c", code, "__complete", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_an_engine_that_is_away_or_a_broken_configuration_puts_nothing_into_the_line(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text("{")
    assert run_program("rm", "", host="unix:///nonexistent.sock").stdout == ":4\n"
    assert run_program("logout", "", host="unix:///nonexistent.sock", home=tmp_path).stdout == ":4\n"
    assert run_program("rm", "", host="no://such").stdout == ":4\n"


def test_an_engine_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    """The program ends by itself, though the engine keeps the connection open and says nothing."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(listener.accept()[0]), daemon=True).start()
        done = run_program("rm", "", host=f"unix://{tmp_path}/s")
        assert (done.returncode, done.stdout, done.stderr) == (0, ":4\n", "")
        assert held
        held[0].close()


#: a plugin that answers only where it is told that docker runs it, as docker's own do
PLUGIN = """#!/bin/sh
[ "$1" = docker-cli-plugin-metadata ] && { echo '{"SchemaVersion":"0.1.0","Vendor":"Tests","ShortDescription":"Says things"}'; exit; }
[ -n "$DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND" ] || { echo "no command"; exit 1; }
echo "got:$*"; echo "_activeHelp_ a hint"; echo ":2"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / ".docker" / "cli-plugins"
    folder.mkdir(parents=True)
    for name in ("say", "buildx"):
        (folder / f"docker-{name}").write_text(PLUGIN)
        (folder / f"docker-{name}").chmod(0o755)
    return tmp_path


def test_plugins_are_offered_and_answer_for_themselves(home: Path) -> None:
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    assert (
        cli("__complete", "sa", environ=environ).out
        == "save\tSave one or more images to a tar archive\nsay\tSays things\n:4\n"
    )
    assert cli("__complete", "say", "a", "", environ=environ).out == "got:__complete say a \n:2\n"
    assert (
        cli("__complete", "-D", "--context", "x", "say", "--f", environ=environ).out
        == "got:__complete -D --context x say --f\n:2\n"
    )
    assert cli("__completeNoDesc", "say", "", environ=environ).out == "got:__completeNoDesc say \n:2\n"
    assert cli("__complete", "bake", "--f", environ=environ).out == "got:__complete buildx bake --f\n:2\n"


def test_bake_is_listed_where_buildx_can_run_it(home: Path) -> None:
    with_it, without = {"HOME": str(home), "PATH": "/usr/bin:/bin"}, {"HOME": "/nonexistent"}
    assert asked("bak", environ=with_it) == (["bake"], 4)
    assert "\n  bake " in cli("--help", environ=with_it).out
    if "buildx" not in cli("info", "-f", "{{.ClientInfo.Plugins}}", table=TABLE, environ=without).out:
        assert asked("bak", environ=without) == ([], 4)
        assert "bake" not in cli("--help", environ=without).out


@pytest.mark.parametrize("name", ["buildx", "compose"])
def test_dockers_own_plugins_that_are_missing_are_told_of(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("pydock.config.plugins.SYSTEM_FOLDERS", ("/nonexistent/cli-plugins",))
    done = cli(name, "ls", environ={"HOME": str(tmp_path)})
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"docker: unknown command: docker {name}\n\n") and done.err.endswith(
        "\n\nRun 'docker --help' for more information\n"
    )
    assert f"docker-{name} in {tmp_path}/.docker/cli-plugins" in done.err and "docker build needs no plugin" in done.err
    assert "plugin" not in cli("nosuch", environ={"HOME": str(tmp_path)}).err


def test_flags_are_those_of_the_builder_that_is_chosen() -> None:
    assert "--secret\t" in cli("__complete", "build", "--secr").out
    assert cli("__complete", "build", "--secr", environ={"DOCKER_BUILDKIT": "0"}).out == ":4\n"


def test_contexts_are_described_also_after_a_comma(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert cli("context", "create", "--docker", "host=ssh://far", "far", environ=environ).code == 0
    assert (
        cli(
            "context",
            "create",
            "--docker",
            "host=tcp://near:1",
            "--description",
            "In the\nhouse",
            "near",
            environ=environ,
        ).code
        == 0
    )
    assert cli("__complete", "context", "use", "", environ=environ).out.splitlines()[1:] == [
        "far\tssh://far",
        "near\tIn the house",
        ":4",
    ]
    assert cli("__complete", "--context", "far,", environ=environ).out.splitlines()[1:] == [
        "far,near\tIn the house",
        ":4",
    ]


def test_the_global_flags_of_the_line_to_complete_count(tmp_path: Path) -> None:
    """Its folder of configuration is read, and not that of this command line."""
    for name in ("one", "two"):
        meta = tmp_path / name / "contexts" / "meta" / name / "meta.json"
        meta.parent.mkdir(parents=True)
        meta.write_text(json.dumps({"Name": name}))
    done = cli(
        "--config", str(tmp_path / "one"), "__completeNoDesc", "--config", str(tmp_path / "two"), "context", "use", ""
    )
    assert "two" in done.out.split() and "one" not in done.out.split()
