"""What a list of tasks shows."""

from __future__ import annotations

from typing import Any

from pydock.views.tasks import TaskView, in_order
from tests.support.samples import task

NOW = 1_700_000_005.0


def view(trunc: bool = True, **more: Any) -> TaskView:
    return TaskView(task(**more), "web.1", "alpha", NOW, trunc)


def test_fields() -> None:
    ports = {"Ports": [{"PublishedPort": 80, "TargetPort": 8080, "Protocol": "tcp"}, {"TargetPort": 9}]}
    error = 'a "long" error of more than 30 columns'
    status = {"State": "failed", "Timestamp": "2023-11-14T22:13:25Z", "Err": error, "PortStatus": ports}
    image = "reg.example/a:1@sha256:" + "a" * 64
    whole = view(False, Spec={"ContainerSpec": {"Image": image}}, Status=status)
    assert (whole.Image, whole.Error) == (image, f'"{error}"')
    cut = view(Spec={"ContainerSpec": {"Image": image}}, Status=status)
    assert (cut.Image, cut.Error) == ("reg.example/a:1", '"a "long" error of more than 3…"')
    assert (cut.CurrentState, cut.Ports) == ("Failed less than a second ago", "*:80->8080/tcp,*:0->9/")


def test_what_the_engine_leaves_out() -> None:
    """A state without a time is as old as anything can be in Go."""
    bare = view(Spec=None, Status=None, DesiredState=None)
    assert (bare.Image, bare.Error, bare.DesiredState, bare.CurrentState) == ("", "", "", " 292 years ago")


def test_slots_come_in_order_with_their_latest_task_first() -> None:
    tasks = [
        task(10), task(2, CreatedAt="2023-11-14T22:13:20.1Z"), task(2, CreatedAt="2023-11-14T22:13:20.2Z", ID="new"),
        task(0, NodeID="node9"), task(0, NodeID="node10"), task(1, ServiceID="a"),
    ]  # fmt: skip
    shown = [(name, former, task["ID"]) for name, former, task in in_order(tasks, lambda service: service[:1])]
    assert [(name, former) for name, former, _ in shown] == [
        ("a.1", False), ("s.2", False), ("s.2", True), ("s.10", False), ("s.node9", False), ("s.node10", False),
    ]  # fmt: skip
    assert shown[1][2] == "new"
