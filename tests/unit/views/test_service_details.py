"""`service inspect --pretty`: what is wanted was printed by docker's CLI 28.2."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.views.service_details import details
from tests.support.samples import service

NOW = 1_700_000_065.0
CONTAINER = {
    "Image": "busybox:latest", "Args": ["sleep", "1000"], "Env": ["A=1", "B=x y"], "Dir": "/tmp", "User": "1:2", "Groups": ["5"], "Init": True,
    "Mounts": [{"Type": "volume", "Source": "vol", "Target": "/v", "ReadOnly": True}, {"Type": "tmpfs", "Target": "/t"}],
    "Healthcheck": {"Test": ["CMD-SHELL", "true || false"], "Interval": 5_000_000_000, "Timeout": 2_000_000_000, "StartPeriod": 7_000_000_000, "Retries": 4},
    "Secrets": [{"File": {"Name": "s2"}, "SecretID": "x", "SecretName": "sec1"}], "Configs": [{"File": {"Name": "/etc/c2"}, "ConfigName": "conf1"}],
    "Sysctls": {"net.core.somaxconn": "5", "a": ""}, "CapabilityAdd": ["CAP_NET_ADMIN", "CAP_KILL"], "CapabilityDrop": ["ALL"],
    "Ulimits": [{"Name": "nofile", "Hard": 20, "Soft": 10}, {"Name": "core", "Hard": 0, "Soft": 0}],
}  # fmt: skip
TEMPLATE = {
    "ContainerSpec": CONTAINER,
    "Resources": {
        "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 64 << 20, "Pids": 100},
        "Reservations": {"NanoCPUs": 100_000_000, "MemoryBytes": 16 << 20},
    },
    "Placement": {
        "Constraints": ["node.role==manager", "node.labels.x!=1"], "MaxReplicas": 2,
        "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.dc"}}, {"Spread": {"SpreadDescriptor": "node.id"}}],
    },
    "Networks": [{"Target": "n1"}, {"Target": "n2"}],
    "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m", "tag": ""}},
}  # fmt: skip
FULL = {
    "Name": "full", "Labels": {"a": "b", "c": ""}, "TaskTemplate": TEMPLATE, "Mode": {"Replicated": {"Replicas": 2}},
    "UpdateConfig": {
        "Parallelism": 2, "Delay": 3_000_000_000, "FailureAction": "rollback", "Monitor": 90_000_000_000, "MaxFailureRatio": 0.35, "Order": "start-first",
    },
    "RollbackConfig": {"Parallelism": 3, "Delay": 500_000_000, "FailureAction": "pause", "MaxFailureRatio": 1e-5, "Order": "start-first"},
    "EndpointSpec": {"Mode": "vip"},
}  # fmt: skip
PORTS = [
    {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8090, "PublishMode": "ingress"},
    {"Protocol": "tcp", "TargetPort": 99, "PublishedPort": 9999, "PublishMode": "host"},
]
#: ¶ is the end of a line behind a blank, → a tab at its beginning
SHOWN = """
ID:		sssssssssssssssssssssssss
Name:		full
Labels:
 a=b
 c
Service Mode:	Replicated
 Replicas:	2
UpdateStatus:
 State:		completed
 Started:	About a minute ago
 Completed:	5 seconds ago
 Message:	update completed
Placement:
 Constraints:	[node.role==manager node.labels.x!=1]
 Preferences:   [spread=node.labels.dc spread=node.id]
 Max Replicas Per Node:   2
UpdateConfig:
 Parallelism:	2
 Delay:		3s
 On failure:	rollback
 Monitoring Period: 1m30s
 Max failure ratio: 0.35
 Update order:      start-first
RollbackConfig:
 Parallelism:	3
 Delay:		500ms
 On failure:	pause
 Max failure ratio: 1e-05
 Rollback order:    start-first
ContainerSpec:
 Image:		busybox:latest
 Args:		sleep 1000 ¶
 Env:		A=1 B=x y ¶
 Dir:		/tmp
 Init:		true
 User: 1:2
Capabilities:
 Add: CAP_NET_ADMIN, CAP_KILL
 Drop: ALL
SysCtls:
 a
 net.core.somaxconn: 5
Ulimits:
 core: 0:0
 nofile: 10:20
Mounts:
 Target:	/v
  Source:	vol
  ReadOnly:	true
  Type:		volume
 Target:	/t
  Source:	¶
  ReadOnly:	false
  Type:		tmpfs
Configs:
 Target:	/etc/c2
  Source:	conf1
Secrets:
 Target:	s2
  Source:	sec1
Log Driver:
 Name:		json-file
 LogOpts:
  max-size:       1m
  tag

Resources:
 Reservations:
  CPU:		0.1
  Memory:	16MiB
 Limits:
  CPU:		0.5
  Memory:	64MiB
  PIDs:		100
Networks: front n2 ¶
Endpoint Mode:	vip
Ports:
 PublishedPort = 8090
  Protocol = tcp
  TargetPort = 80
  PublishMode = ingress
 PublishedPort = 9999
  Protocol = tcp
  TargetPort = 99
  PublishMode = host ¶
 Healthcheck:
  Interval = 5s
  Retries = 4
  StartPeriod =	7s
  Timeout =	2s
  Tests:
→ Test = CMD-SHELL
→ Test = true || false ¶
""".replace("¶", "").replace("→", "\t")


def test_every_section() -> None:
    update = {
        "State": "completed", "StartedAt": "2023-11-14T22:13:20Z", "CompletedAt": "2023-11-14T22:14:20Z", "Message": "update completed",
    }  # fmt: skip
    full = service("full", Spec=FULL, Endpoint={"Ports": PORTS}, UpdateStatus=update)
    assert details(full, {"n1": "front"}, NOW) == SHOWN


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({"Mode": {"Global": {}}}, "Service Mode:\tGlobal\nPlacement:\n"),
        ({"Mode": {"ReplicatedJob": {}}}, "Service Mode:\nPlacement:\n"),
        ({"Mode": {"Replicated": {"Replicas": 0}}}, "Service Mode:\tReplicated\n Replicas:\t0\nPlacement:\n"),
        # a credential spec: no file, of which docker's template fails
        ({"TaskTemplate": {"ContainerSpec": {"Configs": [{"Runtime": {}, "ConfigName": "c"}]}}}, "\nConfigs:\n Target:\t\n  Source:\tc\nEndpoint"),
        ({"TaskTemplate": {"LogDriver": {}}}, "\nLog Driver:\n\nEndpoint Mode:\t\n"),
        ({"TaskTemplate": {"Resources": {"Limits": {"Pids": 5}}}}, "\nResources:\n Limits:\n  PIDs:\t\t5\nEndpoint Mode:\t\n"),
        ({"TaskTemplate": {"ContainerSpec": {"Healthcheck": {}}}}, "\n Healthcheck:\n  Interval = 0s\n  Retries = 0\n  StartPeriod =\t0s\n  Timeout =\t0s\n"),
        ({}, "Name:\t\t\nService Mode:\nPlacement:\nContainerSpec:\n Image:\t\t\nEndpoint Mode:\t\n"),
    ],
)  # fmt: skip
def test_what_is_left_out(spec: dict[str, Any], shown: str) -> None:
    assert shown in details(service(Spec=spec), {}, NOW)


def test_an_update_that_goes_on() -> None:
    update = {
        "State": "updating",
        "StartedAt": "2023-11-14T22:14:20Z",
        "CompletedAt": None,
        "Message": "update in progress",
    }
    shown = details(service(UpdateStatus=update), {}, NOW)
    assert (
        "\nUpdateStatus:\n State:\t\tupdating\n Started:\t5 seconds ago\n Message:\tupdate in progress\nPlacement:\n"
        in shown
    )
