"""What a list of services shows."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.views.services import ServiceView, port_ranges, without_digest
from tests.support.samples import service

DIGEST = "@sha256:" + "a" * 64


def view(mode: dict[str, Any], numbers: tuple[int, int, int] | None = None, most: int = 0) -> ServiceView:
    spec = {"Name": "web", "Mode": mode, "TaskTemplate": {"Placement": {"MaxReplicas": most}}}
    status = dict(zip(("RunningTasks", "DesiredTasks", "CompletedTasks"), numbers or ()))
    return ServiceView(service("web", Spec=spec, ServiceStatus=status or None))


@pytest.mark.parametrize(
    ("shown", "mode", "replicas"),
    [
        (view({"Replicated": {"Replicas": 3}}, (1, 3, 0)), "replicated", "1/3"),
        (view({"Replicated": {"Replicas": 3}}, (1, 3, 0), 2), "replicated", "1/3 (max 2 per node)"),
        (view({"Global": {}}, (1, 1, 0), 2), "global", "1/1"),
        (view({"ReplicatedJob": {"TotalCompletions": 5}}, (1, 2, 3)), "replicated job", "1/2 (3/5 completed)"),
        (view({"GlobalJob": {}}, (1, 2, 3)), "global job", "1/2 (3/5 completed)"),
        (view({"Replicated": {}}), "replicated", "0/0"),
        (view({}), "", "0/0"),
    ],
)
def test_modes_and_replicas(shown: ServiceView, mode: str, replicas: str) -> None:
    assert (shown.Mode, shown.Replicas, shown.Image, shown.Ports) == (mode, replicas, "", "")


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("busybox:1" + DIGEST, "busybox:1"), ("docker.io/library/busybox:1", "busybox:1"),
        ("reg.example:5000/a/b:1" + DIGEST, "reg.example:5000/a/b:1"), ("busybox" + DIGEST, "busybox" + DIGEST),
        ("busybox", "busybox"), ("Not An Image:1", "Not An Image:1"), ("", ""),
    ],
)  # fmt: skip
def test_images_with_a_tag_have_no_digest(image: str, shown: str) -> None:
    assert without_digest(image) == shown


def port(published: int, target: int, protocol: str = "tcp", mode: str = "ingress") -> dict[str, Any]:
    return {"PublishedPort": published, "TargetPort": target, "Protocol": protocol, "PublishMode": mode}


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([port(80, 80)], "*:80->80/tcp"),
        ([port(81, 81), port(80, 80)], "*:80-81->80-81/tcp"),
        ([port(80, 80), port(81, 80)], "*:80-81->80/tcp"),
        ([port(80, 80), port(81, 81), port(82, 80)], "*:80-81->80-81/tcp, *:82->80/tcp"),
        ([port(80, 80), port(81, 81), port(82, 81)], "*:80-81->80-81/tcp, *:82->81/tcp"),
        ([port(80, 80), port(82, 81)], "*:80->80/tcp, *:82->81/tcp"),
        ([port(80, 80), port(81, 82)], "*:80->80/tcp, *:81->82/tcp"),
        ([port(80, 90), port(81, 80)], "*:80->90/tcp, *:81->80/tcp"),
        ([port(80, 80, "udp"), port(81, 81), port(80, 80, "sctp")], "*:80->80/sctp, *:81->81/tcp, *:80->80/udp"),
        ([port(80, 80, mode="host"), port(0, 81)], ""),
    ],
)
def test_consecutive_ports_are_one_range(ports: list[dict[str, Any]], text: str) -> None:
    assert ", ".join(port_ranges(ports)) == text
