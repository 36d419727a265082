"""`swarm join` and `swarm leave`."""

from __future__ import annotations

import pytest

from pydock.api import swarm, system
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import cli

BODY = {
    "ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "", "DataPathAddr": "", "RemoteAddrs": ["m:2377"], "JoinToken": "", "Availability": "",
}  # fmt: skip


@pytest.mark.parametrize(("flags", "changes"), [
    ("", {}),
    ("--token T --listen-addr :1 --advertise-addr a --data-path-addr b --availability Pause",
     {"JoinToken": "T", "ListenAddr": "0.0.0.0:1", "AdvertiseAddr": "a", "DataPathAddr": "b", "Availability": "pause"}),
])  # fmt: skip
@pytest.mark.parametrize("manager", [True, False])
def test_a_node_joins(flags: str, changes: dict[str, str], manager: bool) -> None:
    info = samples.info(Swarm={"ControlAvailable": manager})
    done = cli(
        "swarm",
        "join",
        *flags.split(),
        "m:2377",
        table={swarm.join_swarm({**BODY, **changes}): b"", system.info(): info},
    )
    assert (done.code, done.out, done.err) == (
        0,
        f"This node joined a swarm as a {'manager' if manager else 'worker'}.\n",
        "",
    )


def test_a_join_that_fails_is_told_and_not_tried_again() -> None:
    why = "Timeout was reached before node joined. The attempt to join the swarm will continue in the background."
    done = cli("swarm", "join", "m:2377", table={swarm.join_swarm(BODY): EngineError(504, why)})
    assert (done.code, done.out, done.err, len(done.requests)) == (1, "", f"Error response from daemon: {why}\n", 1)
    done = cli("swarm", "join", "--availability", "", "m:2377")
    assert (done.code, done.err) == (1, 'invalid availability "", only active, pause and drain are supported\n')


@pytest.mark.parametrize("force", [True, False])
def test_a_node_leaves(force: bool) -> None:
    table = {swarm.leave_swarm(force): b""}
    done = cli("swarm", "leave", *(["-f"] if force else []), table=table)
    assert (done.code, done.out) == (0, "Node left the swarm.\n")
    done = cli("swarm", "leave", table={swarm.leave_swarm(False): EngineError(503, "This node is not part of a swarm")})
    assert (done.code, done.out, done.err) == (1, "", "Error response from daemon: This node is not part of a swarm\n")
