"""`swarm join-token`, `swarm unlock-key`, `swarm unlock`."""

from __future__ import annotations

from typing import Any

import pytest

from pydock.api import nodes, swarm, system
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import Result, cli
from tests.unit.commands.swarm.test_init import LOCKED, MANAGER

SWARM = samples.swarm()
LOCKING = samples.swarm(Spec={**SWARM["Spec"], "EncryptionConfig": {"AutoLockManagers": True}})
INFO = samples.info(Swarm={"NodeID": "n1"})
JOIN = "To add a {0} to this swarm, run the following command:\n\n    docker swarm join --token SWMTKN-1-{1} 10.0.0.1:2377\n\n"
TELLS = {system.info(): INFO, nodes.inspect_node("n1"): MANAGER}


def said(done: Result) -> tuple[int, str, str]:
    return done.code, done.out, done.err


@pytest.mark.parametrize("role", ["worker", "manager"])
def test_join_tokens(role: str) -> None:
    show = {swarm.inspect_swarm(): SWARM}
    rotate: Any = {swarm.update_swarm(7, SWARM["Spec"], **{f"{role}_token": True}): b""}
    text, token = JOIN.format(role, role[0]), f"SWMTKN-1-{role[0]}\n"
    assert said(cli("swarm", "join-token", role, table={**show, **TELLS})) == (0, text, "")
    assert said(cli("swarm", "join-token", "-q", role, table=show)) == (0, token, "")
    assert said(cli("swarm", "join-token", "--rotate", "-q", role, table={**show, **rotate})) == (0, token, "")
    rotated = f"Successfully rotated {role} join token.\n\n"
    assert said(cli("swarm", "join-token", "--rotate", role, table={**show, **rotate, **TELLS})) == (
        0,
        rotated + text,
        "",
    )


def test_join_tokens_that_cannot_be_told() -> None:
    assert said(cli("swarm", "join-token", "Worker")) == (1, "", "unknown role Worker\n")
    worker = {system.info(): INFO, nodes.inspect_node("n1"): samples.node("one", "n1")}
    assert said(cli("swarm", "join-token", "worker", table={swarm.inspect_swarm(): SWARM, **worker})) == (0, "", "")
    refused = EngineError(503, 'This node is not a swarm manager. Use "docker swarm init"')
    for flags in ((), ("-q",), ("--rotate",)):
        done = cli("swarm", "join-token", *flags, "worker", table={swarm.inspect_swarm(): refused})
        assert said(done) == (1, "", refused.message + "\n")


def test_unlock_keys() -> None:
    key = {swarm.unlock_key(): {"UnlockKey": "SWMKEY-1-x"}}
    rotate = {swarm.inspect_swarm(): LOCKING, swarm.update_swarm(7, LOCKING["Spec"], unlock_key=True): b""}
    text, rotated = LOCKED.format("SWMKEY-1-x"), "Successfully rotated manager unlock key.\n"
    assert said(cli("swarm", "unlock-key", table=key)) == (0, text, "")
    assert said(cli("swarm", "unlock-key", "-q", table=key)) == (0, "SWMKEY-1-x\n", "")
    assert said(cli("swarm", "unlock-key", "--rotate", table={**rotate, **key})) == (0, rotated + text, "")
    assert said(cli("swarm", "unlock-key", "--rotate", "-q", table={**rotate, **key})) == (0, "SWMKEY-1-x\n", "")
    assert said(cli("swarm", "unlock-key", table={swarm.unlock_key(): {"UnlockKey": ""}})) == (
        1,
        "",
        "no unlock key is set\n",
    )
    unlocked = cli("swarm", "unlock-key", "--rotate", table={swarm.inspect_swarm(): SWARM})
    assert said(unlocked) == (1, "", "cannot rotate because autolock is not turned on\n")


def test_the_key_is_asked_for_where_the_manager_is_locked_only() -> None:
    def info(state: str) -> dict[Any, Any]:
        return {system.info(): samples.info(Swarm={"LocalNodeState": state})}

    unlock = {**info("locked"), swarm.unlock_swarm("KEY"): b""}
    assert said(cli("swarm", "unlock", stdin=b" KEY \nmore", table=unlock)) == (0, "", "")
    assert said(cli("swarm", "unlock", stdin=b"KEY", table=unlock)) == (0, "", "")
    wrong = {
        **info("locked"),
        swarm.unlock_swarm(""): EngineError(400, "swarm could not be unlocked: invalid key provided"),
    }
    assert (
        said(cli("swarm", "unlock", table=wrong))[2]
        == "Error response from daemon: swarm could not be unlocked: invalid key provided\n"
    )
    for state, why in (
        ("inactive", "This node is not part of a swarm"), ("active", "swarm is not locked"), ("pending", "swarm is not locked"), ("error", "swarm is not locked"),
    ):  # fmt: skip
        assert said(cli("swarm", "unlock", table=info(state))) == (1, "", f"Error: {why}\n")
