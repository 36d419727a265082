"""`swarm update`: what it changes, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api import swarm
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import cli
from tests.unit.commands.swarm.test_init import LOCKED

SWARM = samples.swarm()


@pytest.mark.parametrize(("flags", "changes"), [
    ("--task-history-limit 7", {"Orchestration": {"TaskHistoryRetentionLimit": 7}}),
    ("--max-snapshots 2 --cert-expiry 3h --dispatcher-heartbeat 3s --autolock=false",
     {"Raft": {"KeepOldSnapshots": 2}, "CAConfig": {"NodeCertExpiry": 10_800_000_000_000}, "Dispatcher": {"HeartbeatPeriod": 3_000_000_000}}),
    # an external CA without a certificate has that of the swarm
    ("--external-ca protocol=cfssl,url=x", {"CAConfig": {"ExternalCAs": [{"Protocol": "cfssl", "URL": "x", "CACert": "pem\n"}]}}),
])  # fmt: skip
def test_what_is_changed(flags: str, changes: dict[str, Any]) -> None:
    spec = {**SWARM["Spec"], **{part: {**SWARM["Spec"][part], **more} for part, more in changes.items()}}
    done = cli(
        "swarm", "update", *flags.split(), table={swarm.inspect_swarm(): SWARM, swarm.update_swarm(7, spec): b""}
    )
    assert (done.code, done.out, done.err) == (0, "Swarm updated.\n", "")


def test_the_key_is_told_where_autolock_is_new() -> None:
    spec = {**SWARM["Spec"], "EncryptionConfig": {"AutoLockManagers": True}}
    key = {swarm.unlock_key(): {"UnlockKey": "K"}}
    done = cli(
        "swarm", "update", "--autolock", table={swarm.inspect_swarm(): SWARM, swarm.update_swarm(7, spec): b"", **key}
    )
    assert (done.code, done.out) == (0, "Swarm updated.\n" + LOCKED.format("K"))
    locked = samples.swarm(Spec=spec)
    done = cli("swarm", "update", "--autolock", table={swarm.inspect_swarm(): locked, swarm.update_swarm(7, spec): b""})
    assert (done.code, done.out) == (0, "Swarm updated.\n")


def test_without_a_flag_the_help_is_shown() -> None:
    done = cli("swarm", "update")
    assert (done.code, done.err, done.requests) == (0, "", [])
    assert done.out == cli("swarm", "update", "--help").out
    assert cli("swarm", "update", "x").code == 1


def test_a_swarm_that_has_changed_meanwhile() -> None:
    spec = {**SWARM["Spec"], "Orchestration": {"TaskHistoryRetentionLimit": 1}}
    table = {swarm.inspect_swarm(): SWARM, swarm.update_swarm(7, spec): EngineError(500, "update out of sequence")}
    done = cli("swarm", "update", "--task-history-limit", "1", table=table)
    assert (done.code, done.out, done.err) == (1, "", "Error response from daemon: update out of sequence\n")
