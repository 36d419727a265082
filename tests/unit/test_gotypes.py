"""What templates and JSON show of the engine's objects: docker's Go types. What is wanted was printed by docker's CLI 28.5."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from pydock.api.request import Request
from pydock.go.encoding import encode
from pydock.views.gotypes import Mismatch, decode, table
from tests.support.cli import any_of, cli
from tests.support.samples import info, service

STATE = {
    "Health": {"Status": "healthy", "FailingStreak": 0, "Log": None}, "Bogus": 1, "FinishedAt": "0001-01-01T00:00:00Z", "Pid": 7, "Status": "running",
    "StartedAt": "2026-01-01T00:00:00.120Z", "Running": True, "Restarting": False, "Paused": False,
}  # fmt: skip
CONTAINER = {
    "Id": "c" * 64, "Name": "/web", "State": STATE, "Config": {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Tty": False, "OpenStdin": False}, "HostConfig": {"NetworkMode": "bridge"},
    "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}]}},
}  # fmt: skip
PLUGIN = {
    "Id": "d" * 64, "Name": "vieux/sshfs", "Enabled": True, "Config": {"Interface": {"Types": ["docker.volumedriver/1.0"], "Socket": "s"}},
    "Settings": {"Env": ["DEBUG=0"], "Args": [], "Devices": [], "Mounts": []},
}  # fmt: skip
IMAGE = {
    "Id": "sha256:" + "a" * 64,
    "RepoTags": ["busybox:latest"],
    "RepoDigests": [],
    "Size": 4270000,
    "Os": "linux",
    "Config": {"Cmd": ["sh"], "Volumes": None},
}
VOLUME = {
    "Name": "v",
    "Driver": "local",
    "Mountpoint": "/m",
    "Scope": "local",
    "Options": None,
    "Labels": {"a": "<b>"},
    "Novel": 1,
}
SUMMARY = {
    "Id": "c" * 64,
    "Names": ["/web"],
    "Image": "busybox",
    "ImageID": IMAGE["Id"],
    "Command": "sh",
    "Created": 1700000000,
    "State": "running",
    "Status": "Up",
}
LISTED = {
    "Id": IMAGE["Id"],
    "RepoTags": ["busybox:latest"],
    "RepoDigests": ["busybox@sha256:" + "e" * 64],
    "Created": 1700000000,
    "Size": 1234567890,
    "Containers": 2,
}
VERSION = {
    "Version": "28.5.2", "ApiVersion": "1.51", "Os": "linux", "BuildTime": "2025-11-05T14:43:25.000000000+00:00",
    "Components": [{"Name": "Engine", "Version": "28.5.2", "Details": {"BuildTime": "2025-11-05T14:43:25.000000000+00:00", "Os": "linux"}}],
}  # fmt: skip
INFO = info(
    Runtimes={"runc": {"path": "runc"}},
    BridgeNfIptables=True,
    RegistryConfig={"IndexConfigs": {"docker.io": {"Name": "docker.io", "Secure": True}}},
)
FOUND = {"name": "nginx", "description": "A\nserver", "star_count": 5, "is_official": True}
NETWORK = {
    "Id": "f" * 64,
    "Name": "n",
    "Driver": "bridge",
    "Scope": "local",
    "Created": "2026-08-31T03:46:40.123456789Z",
}
LAYER = {"Id": "<missing>", "Created": 1700000000, "CreatedBy": "sh", "Size": 0}
RUNS = {"name": "/web", "id": "c" * 64, "memory_stats": {"usage": 1000, "limit": 4000}, "pids_stats": {"current": 7}}
CACHE = {
    "ID": "k" * 25,
    "Type": "regular",
    "InUse": True,
    "Size": 7,
    "CreatedAt": "2026-08-31T03:46:40Z",
    "Parents": ["p" * 20],
}
USAGE = {"LayersSize": 5, "Images": [LISTED], "Containers": [], "Volumes": [VOLUME], "BuildCache": [CACHE]}

#: a service whose values Go prints by methods, or as source text
SPEC = {
    **service()["Spec"], "UpdateConfig": {"Parallelism": 2, "Delay": 3_000_000_000},
    "TaskTemplate": {
        "ContainerSpec": {
            "StopGracePeriod": 10_000_000_000, "Secrets": [{"File": {"Name": "s", "UID": "0", "GID": "0", "Mode": 292}}, {"File": {"Mode": 0x80000000 + 0o755}}],
        },
        "RestartPolicy": {"Condition": "any", "Delay": 5_000_000_000},
    },
}  # fmt: skip
SERVICE = service(
    Spec=SPEC,
    CreatedAt="2026-11-29T06:29:53.950132514Z",
    Endpoint={"Ports": [{"TargetPort": 80, "PublishedPort": 8090}]},
)

ENGINE: dict[tuple[str, str], Any] = any_of({
    ("GET", "/containers/web/json"): CONTAINER, ("GET", "/plugins/p/json"): PLUGIN, ("GET", "/images/i/json"): IMAGE, ("GET", "/volumes/v"): VOLUME,
    ("GET", "/containers/json"): [SUMMARY, {**SUMMARY, "ImageManifestDescriptor": {"platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}}],
    ("GET", "/images/json"): [LISTED], ("GET", "/version"): VERSION, ("GET", "/info"): INFO,
    ("GET", "/images/search"): [FOUND], ("GET", "/networks"): [NETWORK], ("GET", "/plugins"): [PLUGIN], ("GET", "/images/i/history"): [LAYER],
    ("GET", "/services/web"): SERVICE, ("GET", "/containers/web/stats"): RUNS, ("GET", "/system/df"): USAGE,
})  # fmt: skip


@pytest.mark.parametrize("newer", [False, True])
def test_every_type_has_a_zero_value_and_json(newer: bool) -> None:
    for name in table(newer):
        json.loads(encode(decode(name, None, newer)))
        assert encode(decode(f"*{name}", None, newer)) in ("null", '"\\u003cnil\\u003e"', '"<nil>"'), name


@pytest.mark.parametrize(("kind", "value", "words"), [
    ("*container.InspectResponse", {"State": {"Pid": "x"}}, "cannot unmarshal string into Go struct field State.ContainerJSONBase.State.Pid of type int"),
    ("container.InspectResponse", {"Id": 5}, "cannot unmarshal number into Go struct field InspectResponse.ContainerJSONBase.Id of type string"),
    ("network.Inspect", {"IPAM": {"Config": [{"Subnet": 3}]}}, "cannot unmarshal number into Go struct field IPAMConfig.IPAM.Config.Subnet of type string"),
    ("volume.Volume", [], "cannot unmarshal array into Go value of type volume.Volume"),
    ("events.Message", {"Type": 1}, "cannot unmarshal number into Go struct field Message.Type of type events.Type"),
    ("swarm.TLSInfo", {"CertIssuerSubject": "?"}, "cannot unmarshal string into Go struct field TLSInfo.CertIssuerSubject of type []uint8"),
])  # fmt: skip
def test_json_that_does_not_fit_is_an_error(kind: str, value: Any, words: str) -> None:
    with pytest.raises(Mismatch) as wrong:
        decode(kind, value)
    assert wrong.value.message == f"json: {words}"


@pytest.mark.parametrize("version", ["1.41", "1.51", "1.55"])
def test_json_of_a_part_keeps_the_order_of_dockers_struct_on_any_engine(version: str) -> None:
    done = cli("inspect", "-f", "{{json .State}}", "web", table=ENGINE, api_version=version)
    assert done.out == (
        '{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":7,"ExitCode":0,"Error":"",'
        '"StartedAt":"2026-01-01T00:00:00.120Z","FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"healthy","FailingStreak":0,"Log":null}}\n'
    )


@pytest.mark.parametrize(("words", "want"), [
    (("inspect", "-f", "{{.Config.ExposedPorts}} {{.HostConfig.NetworkMode}} {{.SizeRw}} {{.HostConfig.Binds}}", "web"), "map[53/udp:{} 80/tcp:{}] bridge <nil> []"),
    (("inspect", "-f", "{{.State.Bogus}}", "web"), "1"),
    (("inspect", "-f", "{{.HostConfig.NetworkMode.IsBridge}} {{range $p, $c := .Config.ExposedPorts}}{{$p.Port}}={{$p.Proto}} {{end}}", "web"), "true 53=udp 80=tcp "),
    # a key of a type of its own is no string: docker falls back on the engine's JSON, and so has its names
    (("inspect", "-f", "{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostIp}}", "web"), "::"),
    (("plugin", "inspect", "-f", "{{.ID}}|{{.Config.Rootfs}}|{{json .Config.Env}}|{{.Config.Interface.Types}}|{{json .Settings}}", "p"),
     "d" * 64 + '|<nil>|null|[docker.volumedriver/1.0]|{"Args":[],"Devices":[],"Env":["DEBUG=0"],"Mounts":[]}'),
    (("inspect", "-f", "{{js .State.Health}} {{printf \"%T %t\" (index .Name 0) .State.Health}} {{printf \"%#v\" .State.Health.Log}}", "web"),
     "{healthy 0 []} uint8 &{%!t(string=healthy) %!t(int=0) []} []*container.HealthcheckResult(nil)"),
    (("image", "inspect", "-f", "{{json .Config}} {{.Author}}|{{.Parent}}", "i"), '{"Cmd":["sh"]} |'),
    (("context", "inspect", "-f", "{{json .TLSMaterial}} {{.Storage.TLSPath}} {{index .Endpoints \"x\"}} {{printf \"%T\" .Endpoints.docker}}"), "{} <IN MEMORY> <no value> context.EndpointMetaBase"),
    (("volume", "inspect", "-f", "{{printf \"%q\" .UsageData}} {{printf \"%q|%d\" . .UsageData}}", "v"),
     '%!q(*volume.UsageData=<nil>) {%!q(*volume.ClusterVolume=<nil>) "" "local" map["a":"<b>"] "/m" "v" map[] "local" map[] %!q(*volume.UsageData=<nil>)}|0'),
    # a pointer to a span of time has its methods, in a struct too
    (("service", "inspect", "-f", "{{println .Spec.TaskTemplate.RestartPolicy}}{{with .Spec.TaskTemplate.ContainerSpec}}{{printf \"%s %T\" .StopGracePeriod .StopGracePeriod}}{{end}}", "web"),
     "&{any 5s <nil> <nil>}\n10s *time.Duration"),
    (("service", "inspect", "-f", "{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{with .File}}{{.}} {{printf \"%d %#v\" .Mode .Mode}} {{.Mode.IsDir}} {{.Mode.Perm}}|{{end}}{{end}}", "web"),
     "{s 0 0 -r--r--r--} 292 0x124 false -r--r--r--|{   drwxr-xr-x} 2147484141 0x800001ed true -rwxr-xr-x|"),
    (("service", "inspect", "-f", "{{printf \"%#v %#v %#v\" .CreatedAt .Spec.UpdateConfig.Delay .Spec.TaskTemplate.ContainerSpec.Env}} {{printf \"%#v\" .Endpoint.Ports}}", "web"),
     "time.Date(2026, time.November, 29, 6, 29, 53, 950132514, time.UTC) 3000000000 []string(nil) "
     '[]swarm.PortConfig{swarm.PortConfig{Name:"", Protocol:"", TargetPort:0x50, PublishedPort:0x1f9a, PublishMode:""}}'),
    (("ps", "--format", "{{.Platform}}"), "<nil>\nlinux/arm64/v8"),
    (("images", "--format", "{{.VirtualSize}} {{.Size}}"), "1.235GB 1.23GB"),
    (("images", "--digests", "--format", "table {{.Repository}}"), "REPOSITORY   DIGEST\nbusybox      sha256:" + "e" * 64),
    (("version", "-f", "{{index (index .Server.Components 0).Details \"BuildTime\"}}|{{.Server.BuildTime}}"), "Wed Nov  5 14:43:25 2025|2025-11-05T14:43:25.000000000+00:00"),
    (("info", "-f", "{{json .RegistryConfig.IndexConfigs}} {{.Runtimes}}"), '{"docker.io":{"Name":"docker.io","Mirrors":null,"Secure":true,"Official":false}} map[runc:{{runc []  map[]} map[]}]'),
])  # fmt: skip
def test_what_templates_show_is_what_docker_shows(words: tuple[str, ...], want: str) -> None:
    assert cli(*words, table=ENGINE).out == want + "\n"


@pytest.mark.parametrize(("form", "words"), [
    ("{{index .CreatedAt 0}}", "<index .CreatedAt 0>: error calling index: can't index item of type time.Time"),
    ("{{len .Spec.TaskTemplate.RestartPolicy.Delay}}", "<len .Spec.TaskTemplate.RestartPolicy.Delay>: error calling len: len of type time.Duration"),
    ("{{len .Spec.TaskTemplate.RestartPolicy.Window}}", "<len .Spec.TaskTemplate.RestartPolicy.Window>: error calling len: len of nil pointer"),
    ("{{slice .CreatedAt .ID}}", "<slice .CreatedAt .ID>: error calling slice: can't slice item of type time.Time"),
    ("{{range $i, $e := .Spec.Mode.Replicated.Replicas}}{{end}}", "<.Spec.Mode.Replicated.Replicas>: can't use 1 to iterate over more than one variable"),
    ("{{range $i, $e := .Spec.UpdateConfig.Delay}}{{end}}", "<.Spec.UpdateConfig.Delay>: can't use 3s to iterate over more than one variable"),
])  # fmt: skip
def test_what_values_are_not(form: str, words: str) -> None:
    done = cli("service", "inspect", "-f", form, "web", table=ENGINE)
    assert done.code == 1 and done.err.endswith(f' executing "" at {words}\n')


def test_a_pointer_to_a_number_is_a_range() -> None:
    assert (
        cli("service", "inspect", "-f", "{{range .Spec.Mode.Replicated.Replicas}}{{.}}{{end}}", "web", table=ENGINE).out
        == "0\n"
    )


@pytest.mark.parametrize(("words", "want"), [
    # of a row's struct: what it was made of, and of that nothing by its methods
    (("search", "x", "--format", "{{.}}"), "{{<nil>} true false {5 true nginx false A\nserver}}"),
    (("search", "x", "--no-trunc", "--format", "{{printf \"%+v\" .}}"),
     "&{HeaderContext:{Header:<nil>} trunc:false json:false s:{StarCount:5 IsOfficial:true Name:nginx IsAutomated:false Description:A\nserver}}"),
    (("stats", "--no-stream", "--format", "{{.}}", "web"), "{{<nil>} {web /web " + "c" * 64 + " 0 1000 4000 25 0 0 0 0 7 false} linux true}"),
    (("network", "ls", "--format", "{{.}}"),
     "{{<nil>} true {n " + "f" * 64 + " {123456789 63923744800 <nil>} local bridge false false { map[] []} false false false {} false map[] map[] map[] [] map[]}}"),
    (("plugin", "ls", "--format", "{{.}}"),
     "{{<nil>} true {{{  [] []}    [] [] { s [{volumedriver docker 1.0}]} false {false [] []} [] {} false  {0 0}  <nil>} true " + "d" * 64 + " vieux/sshfs  {[] [] [DEBUG=0] []}}}"),
    (("system", "df", "--format", "{{.}}"), "{{<nil>} 5 [0xc]}\n{{<nil>} []}\n{{<nil>} [0xc]}\n{{<nil>} 7 [0xc]}"),
    # what has an Error method is printed by it
    (("context", "ls", "--format", "{{.}}|{{printf \"%v\" .}}"), "|"),
    (("search", "x", "--format", "{{.IsOfficial}} {{json .}} {{.IsOfficial}}"), '[OK] {"Description":"A server","IsOfficial":"true","Name":"nginx","StarCount":"5"} true'),
    # titles, as far as they are what the template is for
    (("search", "x", "--format", "table {{.}}"), "map[Description:DESCRIPTION IsOfficial:OFFICIAL Name:NAME StarCount:STARS]\n{{<nil>} true false {5 true nginx false A\nserver}}"),
    (("search", "x", "--format", "table {{.Name}}\t{{json .}}{{.StarCount}}"), 'NAME      \nnginx     {"Description":"A server","IsOfficial":"true","Name":"nginx","StarCount":"5"}5'),
    (("context", "ls", "--format", "table {{.Name}} {{.Current}} {{lower .Name}}"), "NAME <no value> NAME\ndefault true default"),
    # words that are more than words for some lists only; a table of nothing, and nothing
    (("history", "--format", "raw", "i"), "raw"), (("search", "x", "--format", "raw"), "raw"), (("context", "ls", "--format", "raw"), "raw"),
    (("stats", "--no-stream", "--format", "raw", "web"), "raw"), (("network", "ls", "--format", "table "), "\n"), (("network", "ls", "--format", " "), ""),
    (("network", "ls", "-q", "--format", "raw"), "network_id: ffffffffffff"),
])  # fmt: skip
def test_rows_titles_and_words_of_lists(words: tuple[str, ...], want: str) -> None:
    assert re.sub("0x[0-9a-f]{12}", "0xc", cli(*words, table=ENGINE).out) == want + "\n"


@pytest.mark.parametrize(("form", "want"), [
    ("{{(index .Images 0).ID}} {{(index .BuildCache 0).ID}} {{(index .BuildCache 0).Parent}}", f"sha256:{'a' * 64} {'k' * 25}* {'p' * 20}"),
    ("table {{(index .Images 0).ID}} {{(index .BuildCache 0).ID}} {{(index .BuildCache 0).Parent}}", f"aaaaaaaaaaaa {'k' * 12}* {'p' * 12}"),
    ("tablex", "x"), (" ", ""), ("{{range .BuildCache}}{{.CreatedAt}}{{end}}", "2026-08-31 03:46:40 +0000 UTC"),
])  # fmt: skip
def test_details_of_disk_usage_are_in_full_unless_they_are_a_table(form: str, want: str) -> None:
    assert cli("system", "df", "-v", "--format", form, table=ENGINE).out == want


def test_details_of_disk_usage_are_printed_as_far_as_their_template_comes() -> None:
    done = cli("system", "df", "-v", "--format", "a{{.Volumes.X}}", table=ENGINE)
    assert (done.code, done.out, done.err) == (
        1,
        "a",
        'template: :1:11: executing "" at <.Volumes.X>: can\'t evaluate field X in type []*formatter.volumeContext\n',
    )
    raw = cli("system", "df", "-v", "--format", "raw", table=ENGINE).out
    assert raw.startswith("type: Image\nrepository: busybox\ntag: latest\ndigest: \nimage_id: sha256:aaaa")
    assert (
        "virtual_size: 1.23GB\n\ntype: Volume\nname: v\ndriver: local\n\ntype: Build Cache\nbuild_cache_id: kkk" in raw
    )


def test_the_digest_of_an_image_without_a_tag_is_shown_where_it_is_asked_for() -> None:
    bare = {**LISTED, "RepoTags": None, "RepoDigests": ["only@sha256:" + "1" * 64]}
    found = {("GET", "/images/json"): [LISTED, bare, {**LISTED, "RepoTags": [], "RepoDigests": []}]}
    none = "busybox <none>\nonly \n<none> <none>\n"
    for words, want in (
        (("{{.Repository}} {{.Digest}}",), none.replace("busybox <none>", "busybox sha256:" + "e" * 64)), (("{{.Repository}} {{ .Digest }}",), none),
        (("--digests", "{{.Repository}} {{ .Digest }}"), f"busybox sha256:{'e' * 64}\nonly sha256:{'1' * 64}\n<none> <none>\n"),
    ):  # fmt: skip
        assert cli("images", *words[:-1], "--format", words[-1], table=found).out == want


def test_a_volume_and_a_context_have_no_field_that_their_types_lack() -> None:
    """docker keeps no JSON of these but what it knows; of other objects it falls back on what the engine sent."""
    done = cli("volume", "inspect", "-f", "{{.Novel}}", "v", table=ENGINE)
    assert (done.code, done.err) == (
        1,
        'template parsing error: template: :1:2: executing "" at <.Novel>: can\'t evaluate field Novel in type volume.Volume\n',
    )
    done = cli("volume", "inspect", "v", table=ENGINE)
    assert json.loads(done.out) == [{k: v for k, v in VOLUME.items() if k != "Novel"}] and "\\u003cb\\u003e" in done.out
    done = cli("context", "inspect", "-f", "{{.Novel}}")
    assert "can't evaluate field Novel in type context.contextWithTLSListing" in done.err


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("{{json .}}", True),
        ("{{.}}", True),
        ("x", True),
        ("json", True),
        ("{{.ID}}", True),
        ("{{.ClientInfo.Version}} {{.ClientErrors}}", False),
    ],
)
def test_info_asks_the_engine_unless_its_fields_are_the_clients(form: str, asked: bool) -> None:
    done = cli("info", "-f", form, table=ENGINE)
    assert (done.code, len(done.requests)) == (0, int(asked))
    assert "BridgeNf" not in done.out


def test_a_template_of_ps_is_tried_although_quiet_ignores_it() -> None:
    done = cli("ps", "-q", "--format", "{{.Nope}}", table=ENGINE)
    assert (done.code, done.requests) == (1, []) and "failed to execute template" in done.err
    # on a container with nothing in it, which was created in 1970
    assert re.search(
        r"range can't iterate over \d+ years ago\n$",
        cli("ps", "--format", "{{range .RunningFor}}{{end}}", table=ENGINE).err,
    )
    done = cli("ps", "--format", "{{.Label 1}}", table=ENGINE)
    assert done.err == 'failed to execute template: template: :1:9: executing "" at <1>: expected string; found 1\n'


@pytest.mark.parametrize(("configured", "words", "size", "want"), [
    ("{{.Size}}", (), "1", "0B\n0B\n"), ("{{.Size}}", ("-q",), None, "cccccccccccc\ncccccccccccc\n"), ("{{.Size}}", ("--size=false",), None, "0B\n0B\n"),
    ("raw", ("-q",), None, "container_id: cccccccccccc\ncontainer_id: cccccccccccc\n"), ("{{.Size}}", ("-q", "--format", "raw"), None, "container_id: cccccccccccc\ncontainer_id: cccccccccccc\n"),
])  # fmt: skip
def test_a_configured_template_of_ps_is_as_good_as_a_given_one(
    configured: str, words: tuple[str, ...], size: str | None, want: str, tmp_path: Path
) -> None:
    done = cli(
        "--config",
        ".",
        "ps",
        *words,
        table=ENGINE,
        folder=tmp_path,
        files={"config.json": json.dumps({"psFormat": configured})},
    )
    assert (done.requests[0].query.get("size"), done.out) == (size, want)
    done = cli(
        "--config",
        ".",
        "ps",
        "-s",
        *words[:1],
        table=ENGINE,
        folder=tmp_path,
        files={"config.json": '{"psFormat": "{{"}'},
    )
    assert (done.err, done.requests) == ("failed to parse template: template: :1: unclosed action\n", [])


def test_a_tree_of_images_fits_the_terminal_and_leaves_out_those_without_a_name() -> None:
    manifest = {
        "ID": "sha256:" + "1" * 64,
        "Kind": "image",
        "Available": True,
        "Size": {"Total": 5, "Content": 2},
        "ImageData": {"Platform": {"os": "linux", "architecture": "amd64"}},
    }
    found = [
        {**LISTED, "RepoTags": ["registry.local:5000/team/a-rather-long-name:v1"], "Manifests": [manifest]},
        {**LISTED, "RepoTags": [], "RepoDigests": []}, {**LISTED, "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]},
    ]  # fmt: skip

    def listed(request: Request) -> Any:
        return found

    lines = cli("images", "--tree", table={("GET", "/images/json"): listed}, environ={"NO_COLOR": "1"}).out.splitlines()
    assert lines[3].startswith("IMAGE") and [line[:35].rstrip() for line in lines[4:]] == [
        "registry.local:5000/team/a-r…   aaa",
        "└─ linux/amd64                  111",
        "",
    ]
    assert max(map(len, lines[3:])) <= 80
    everything = cli("images", "--tree", "-a", table={("GET", "/images/json"): listed}).out
    assert "<untagged>" in everything and "<none>:<none>" in everything
    assert (
        cli("images", "--tree", "--digests", "--format", "x").err == "--show-digest is not yet supported with --tree\n"
    )


def test_columns_are_as_wide_as_a_terminal_shows_them() -> None:
    from pydock.render.table import align

    assert align("名前\tX\nabcdef\tX\n", 0, 3) == "名前     X\nabcdef   X\n"


@pytest.mark.parametrize(
    ("zone", "want"),
    [("UTC", "0001-01-01T00:00:00Z"), ("America/New_York", "0000-12-31T19:"), ("Asia/Tokyo", "0001-01-01T09:")],
)
def test_the_zero_time_has_a_year_of_four_digits_anywhere(
    zone: str, want: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        layer = {"Id": "<missing>", "Created": -62135596800, "CreatedBy": "x", "Size": 1}
        done = cli(
            "history", "--human=false", "--format", "{{.CreatedAt}}", "i", table={("GET", "/images/i/history"): [layer]}
        )
        assert done.out.startswith(want)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_key_of_a_map_must_be_of_its_type() -> None:
    done = cli("inspect", "-f", '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostIP}}', "web", table=ENGINE)
    assert done.code == 1 and 'map has no entry for key "HostIP"' in done.err


@pytest.mark.parametrize(("limit", "sent"), [("-1", None), ("0", None), ("5", "5")])
def test_a_limit_of_search_that_is_none_is_left_to_the_registry(limit: str, sent: str | None) -> None:
    assert cli("search", "--limit", limit, "x", table=ENGINE).requests[0].query.get("limit") == sent


@pytest.mark.parametrize(
    ("text", "want"),
    [
        # the last of the names that differ in letter case only
        ('{"Name": "a", "name": "b"}', "b"),
        ('{"name": "b", "Name": "a"}', "a"),
        ('{"NAME": "c", "Name": null}', "c"),
        # the first value that does not fit, in the order of the JSON, wherever its field is in the struct
        ('{"Scope": 1, "Name": 2}', "json: cannot unmarshal number into Go struct field Volume.Scope of type string"),
        ('{"name": [], "Scope": 2}', "json: cannot unmarshal array into Go struct field Volume.Name of type string"),
    ],
)
def test_json_is_read_into_structs_as_go_reads_it(text: str, want: str) -> None:
    try:
        assert decode("volume.Volume", json.loads(text)).fields["Name"] == want
    except Mismatch as wrong:
        assert wrong.message == want
