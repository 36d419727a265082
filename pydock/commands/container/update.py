"""`update`: change the limits and restart policy of containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import containers
from pydock.commands.container.body import limits, restart_policy
from pydock.commands.container.create_options import LimitOptions
from pydock.errors import Failure, Failures, failing
from pydock.flags import units
from pydock.options import argument, command, flag, options

if TYPE_CHECKING:
    from pydock.api.types import UpdateContainer
    from pydock.app import App


@options
class UpdateOptions(LimitOptions):
    """`update [OPTIONS] CONTAINER [CONTAINER...]`."""

    containers: tuple[str, ...] = argument("CONTAINER [CONTAINER...]", sources="containers")
    cpus: int = flag("--cpus", parse=units.nano_cpus, metavar="decimal", since="1.29", help="Number of CPUs")
    kernel_memory: int = flag(
        "--kernel-memory", parse=units.ram_bytes, metavar="bytes", hidden=True, help="Kernel memory limit"
    )
    pids_limit: int = flag("--pids-limit", since="1.40", help="PIDs limit; -1 for unlimited")
    restart: str = flag(
        "--restart",
        help="Restart policy of the container",
        sources="no on-failure always unless-stopped",
    )


def update_body(o: UpdateOptions) -> UpdateContainer:
    """The body of POST /containers/…/update. Raises ValueError for an invalid restart policy."""
    return {
        **limits(o),
        "NanoCpus": o.cpus,
        **({"KernelMemory": o.kernel_memory} if o.kernel_memory else {}),
        "PidsLimit": o.pids_limit or None,
        "RestartPolicy": restart_policy(o.restart),
        # fields that cannot be changed, as docker's client sends them
        "CgroupParent": "",
        "BlkioWeightDevice": None,
        "BlkioDeviceReadBps": None,
        "BlkioDeviceWriteBps": None,
        "BlkioDeviceReadIOps": None,
        "BlkioDeviceWriteIOps": None,
        "Devices": None,
        "DeviceCgroupRules": None,
        "DeviceRequests": None,
        "MemorySwappiness": None,
        "OomKillDisable": None,
        "Ulimits": None,
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
    }


@command("container update", UpdateOptions, "Update the configuration of one or more containers", also=("update",))
def update(app: App, o: UpdateOptions) -> None:
    if not o.given:
        raise Failure("you must provide one or more flags when using this command")
    with failing():
        body = update_body(o)
    warnings: list[str] = []
    failures: list[Failure] = []
    for name in o.containers:
        try:
            answer = app.engine.json(containers.update_container(name, body)) or {}
        except Failure as failure:
            failures.append(failure)
            continue
        app.out.line(name)
        warnings += answer.get("Warnings") or []
    for warning in warnings:
        app.out.line(warning)
    if failures:
        raise Failures(failures)
