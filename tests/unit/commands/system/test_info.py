"""`info`: an engine that tells of everything that there is, as docker 28.2 shows it; one that tells little; none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Result, cli, refused
from tests.support.samples import info

FULL = json.loads(
    """
{"ID": "i-d", "Containers": 3, "ContainersRunning": 1, "ContainersPaused": 1, "ContainersStopped": 1, "Images": 2, "Driver": "overlay2",
 "DriverStatus": [["Backing Filesystem", "extfs"], ["alone"]], "Plugins": {"Volume": ["local"], "Network": ["bridge", "host"], "Authorization": ["az"], "Log": ["json-file"]},
 "MemoryLimit": true, "SwapLimit": true, "CpuCfsPeriod": true, "CpuCfsQuota": true, "CPUShares": true, "CPUSet": true, "PidsLimit": true, "IPv4Forwarding": true, "OomKillDisable": true,
 "Debug": true, "NFd": 22, "NGoroutines": 33, "SystemTime": "2024-01-02T03:04:05Z", "LoggingDriver": "json-file", "CgroupDriver": "systemd", "CgroupVersion": "2", "NEventsListener": 4,
 "KernelVersion": "6.1", "OperatingSystem": "Linux", "OSType": "linux", "Architecture": "x86_64", "NCPU": 2, "MemTotal": 2097152, "DockerRootDir": "/var/lib/docker",
 "HttpProxy": "http://p", "HttpsProxy": "https://p", "NoProxy": "x", "Name": "host", "Labels": ["a=b"], "ExperimentalBuild": false, "ServerVersion": "28.2.2",
 "Runtimes": {"runc": {"path": "runc"}, "crun": {"path": "crun"}}, "DefaultRuntime": "runc", "LiveRestoreEnabled": true, "InitBinary": "docker-init",
 "ContainerdCommit": {"ID": "c1"}, "RuncCommit": {"ID": "r1"}, "InitCommit": {"ID": "i1"},
 "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin"], "ProductLicense": "Community", "DefaultAddressPools": [{"Base": "10.0.0.0/8", "Size": 24}],
 "CDISpecDirs": ["/etc/cdi"], "Warnings": ["WARNING: it is late"],
 "RegistryConfig": {"IndexConfigs": {"docker.io": {"Name": "docker.io", "Secure": true}, "reg.local:5000": {"Name": "reg.local:5000", "Secure": false}}, "InsecureRegistryCIDRs": ["127.0.0.0/8"], "Mirrors": ["https://mirror/"]},
 "Swarm": {"NodeID": "node1", "NodeAddr": "10.1.1.1", "LocalNodeState": "active", "ControlAvailable": true, "Error": "", "Nodes": 2, "Managers": 1,
  "RemoteManagers": [{"NodeID": "node2", "Addr": "10.1.1.2:2377"}, {"NodeID": "node1", "Addr": "10.1.1.1:2377"}],
  "Cluster": {"ID": "cluster1", "DefaultAddrPool": ["10.2.0.0/16", "10.3.0.0/16"], "SubnetSize": 24, "DataPathPort": 4789, "RootRotationInProgress": true,
   "Spec": {"Orchestration": {"TaskHistoryRetentionLimit": 5}, "Raft": {"SnapshotInterval": 10000, "KeepOldSnapshots": 0, "HeartbeatTick": 1, "ElectionTick": 10},
    "Dispatcher": {"HeartbeatPeriod": 5000000000}, "CAConfig": {"NodeCertExpiry": 7776000000000000, "ForceRotate": 1, "SigningCACert": "CERT\\n", "ExternalCAs": [{"Protocol": "cfssl", "URL": "https://ca"}]},
    "EncryptionConfig": {"AutoLockManagers": true}}}}}
"""
)

#: what docker 28.2.2 makes of it (runtimes in an order, which Go's maps have not)
SHOWN = """\
Server:
 Containers: 3
  Running: 1
  Paused: 1
  Stopped: 1
 Images: 2
 Server Version: 28.2.2
 Storage Driver: overlay2
  Backing Filesystem: extfs
  alone:\x20
 Logging Driver: json-file
 Cgroup Driver: systemd
 Cgroup Version: 2
 Plugins:
  Volume: local
  Network: bridge host
  Authorization: az
  Log: json-file
 CDI spec directories:
  /etc/cdi
 Swarm: active
  NodeID: node1
  Is Manager: true
  ClusterID: cluster1
  Managers: 1
  Nodes: 2
  Default Address Pool: 10.2.0.0/16  10.3.0.0/16 \x20
  SubnetSize: 24
  Data Path Port: 4789
  Orchestration:
   Task History Retention Limit: 5
  Raft:
   Snapshot Interval: 10000
   Number of Old Snapshots to Retain: 0
   Heartbeat Tick: 1
   Election Tick: 10
  Dispatcher:
   Heartbeat Period: 5 seconds
  CA Configuration:
   Expiry Duration: 3 months
   Force Rotate: 1
   Signing CA Certificate:\x20
CERT

   External CAs:
     cfssl: https://ca
  Autolock Managers: true
  Root Rotation In Progress: true
  Node Address: 10.1.1.1
  Manager Addresses:
   10.1.1.1:2377
   10.1.1.2:2377
 Runtimes: crun runc
 Default Runtime: runc
 Init Binary: docker-init
 containerd version: c1
 runc version: r1
 init version: i1
 Security Options:
  apparmor
  seccomp
   Profile: builtin
 Kernel Version: 6.1
 Operating System: Linux
 OSType: linux
 Architecture: x86_64
 CPUs: 2
 Total Memory: 2MiB
 Name: host
 ID: i-d
 Docker Root Dir: /var/lib/docker
 Debug Mode: true
  File Descriptors: 22
  Goroutines: 33
  System Time: 2024-01-02T03:04:05Z
  EventsListeners: 4
 HTTP Proxy: http://p
 HTTPS Proxy: https://p
 No Proxy: x
 Labels:
  a=b
 Experimental: false
 Insecure Registries:
  reg.local:5000
  127.0.0.0/8
 Registry Mirrors:
  https://mirror/
 Live Restore Enabled: true
 Product License: Community
 Default Address Pools:
   Base: 10.0.0.0/8, Size: 24
"""


def ask(answer: Any, *argv: str, **more: Any) -> Result:
    flags = more.pop("flags", ())
    return cli(*flags, "info", *argv, table={("GET", "/info"): answer}, **more)


def lines(answer: Any, *argv: str, **more: Any) -> list[str]:
    done = ask(answer, *argv, **more)
    assert done.code == 0, done.err
    return done.out.partition("Server:\n")[2].splitlines()


def test_everything_that_an_engine_can_tell() -> None:
    done = ask(FULL)
    assert (done.code, done.err) == (0, "WARNING: it is late\n")
    assert done.out.partition("\n\n")[2].rstrip("\n") == SHOWN.rstrip("\n")


def test_a_node_of_a_swarm() -> None:
    """What it is not told of, or has lost, is not shown."""
    swarm = {
        "LocalNodeState": "error",
        "NodeID": "n",
        "ControlAvailable": True,
        "Error": "lost",
        "NodeAddr": "a",
        "Cluster": {"ID": "c"},
    }
    told = lines(info(Swarm=swarm))
    assert "  Error: lost" in told and "  NodeID: n" in told and "  ClusterID: c" not in told
    for state in ("", "inactive", "locked"):
        assert "  NodeID: n" not in lines(info(Swarm={**swarm, "LocalNodeState": state}))
    assert "   Number of Old Snapshots to Retain: 0" not in lines(
        info(Swarm={**swarm, "LocalNodeState": "active", "Error": "", "Cluster": {"ID": "c"}})
    )


def test_other_systems_and_other_times() -> None:
    assert " Default Isolation: hyperv" in lines(info(OSType="windows", Isolation="hyperv"))
    old = lines(info(OSType="linux", SecurityOptions=["apparmor"]), api_version="1.24")
    assert "  apparmor" in old
    new = {
        "FirewallBackend": {"Driver": "nftables", "Info": [["ReloadedAt", "now"], ["alone"]]},
        "NRI": {"Info": [["version", "1"]]},
    }
    told = lines(info(**new), api_version="1.52")
    assert [line for line in told if line in (" Firewall Backend: nftables", "  ReloadedAt: now", "  alone: ", " NRI:", "  version: 1")] == [
        " Firewall Backend: nftables", "  ReloadedAt: now", "  alone: ", " NRI:", "  version: 1",
    ]  # fmt: skip
    assert " NRI:" not in lines(info(**new))


def test_details_of_debugging_are_shown_to_who_debugs() -> None:
    assert "  File Descriptors: 7" in lines(info(NFd=7), flags=("-D",))
    assert "  File Descriptors: 7" not in lines(info(NFd=7))


@pytest.mark.parametrize(("entry", "user"), [({"auth": "bWU6cHc="}, "me"), ({"username": "zed"}, "zed"), ({}, "")])
def test_the_users_name_at_docker_hub(entry: dict[str, str], user: str, tmp_path: Path) -> None:
    """As config.json has it, before the engine's labels."""
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"https://index.docker.io/v1/": entry}}))
    told = lines(info(Labels=["a=b"]), flags=("--config", str(tmp_path)))
    before = told[told.index(" Labels:") - 1]
    assert before == f" Username: {user}" if user else "Username" not in before


def test_what_an_engine_lacks_is_warned_of() -> None:
    """Where the engine does not say so itself; cgroups of version 2 know nothing of the OOM killer."""
    done = ask(info(OSType="linux", MemoryLimit=True, CgroupVersion="2"))
    assert "WARNING: No memory limit support" not in done.err and "WARNING: No swap limit support\n" in done.err
    assert "WARNING: No oom kill disable support" not in done.err
    assert "WARNING: No oom kill disable support\n" in ask(info(OSType="linux", CgroupVersion="1")).err
    assert ask(info(OSType="windows")).err == ""


def test_an_engine_that_cannot_tell() -> None:
    """Its error is a part of what is shown; a template gets it too."""
    done = ask(refused(500, "broken"))
    assert (done.code, done.err) == (1, "ERROR: Error response from daemon: broken\nerrors pretty printing info\n")
    assert done.out.startswith("Client:\n") and done.out.endswith("\nServer:\n")
    done = ask(refused(500, "broken"), "--format", "{{json .ServerErrors}}")
    assert (done.code, done.out) == (0, '["Error response from daemon: broken"]\n')
    assert done.err == "Error response from daemon: broken\n"


def test_no_engine(tmp_path: Path) -> None:
    done = cli("-H", f"unix://{tmp_path}/s", "info", own_engine=True)
    assert done.code == 1 and done.out.startswith("Client:\n") and f"{tmp_path}/s" in done.err
    client = cli("-H", f"unix://{tmp_path}/s", "info", "-f", "{{.ClientInfo.Context}}", own_engine=True)
    assert (client.code, client.out, client.err) == (0, "default\n", "")


@pytest.mark.parametrize(
    "form, code, out, err",
    [
        ("{{.Name}}", 0, "host\n", ""),
        ("{{.Containers}}", 0, "3\n", ""),
        ("{{", 64, "", "template parsing error: template: "),
        ("a{{.Nope}}", 1, "a\n", "template: "),
    ],
)
def test_templates(form: str, code: int, out: str, err: str) -> None:
    done = ask(FULL, "-f", form)
    assert (done.code, done.out) == (code, out) and done.err.startswith(err)


def test_plugins(tmp_path: Path) -> None:
    """One that works is shown, one that does not is warned of."""
    folder = tmp_path / "cli-plugins"
    folder.mkdir()
    told = json.dumps({"SchemaVersion": "0.1.0", "Vendor": "Us", "Version": "v1", "ShortDescription": "Greets"})
    for name, text in (("hello", f"echo '{told}'"), ("bad", "echo nonsense")):
        (folder / f"docker-{name}").write_text(f"#!/bin/sh\n{text}\n")
        (folder / f"docker-{name}").chmod(0o755)
    done = cli("--config", str(tmp_path), "info", table={("GET", "/info"): FULL})
    shown = f" Plugins:\n  hello: Greets (Us)\n    Version:  v1\n    Path:     {folder}/docker-hello\n"
    assert shown in done.out
    assert f'WARNING: Plugin "{folder}/docker-bad" is not valid: ' in done.err and "docker-bad" not in done.out
