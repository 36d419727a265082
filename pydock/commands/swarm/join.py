"""`swarm join` and `swarm leave`: be a node of a swarm, or no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import swarm, system
from pydock.commands.swarm.options import advertise_flag, availability_flag, data_path_flag, listen_flag
from pydock.errors import failing
from pydock.flags.swarm import availability
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.api.types import JoinSwarm
    from pydock.app import App


@options
class JoinOptions(Options):
    remote: str = argument("HOST:PORT")
    advertise_addr: str = advertise_flag()
    availability: str = availability_flag()
    data_path_addr: str = data_path_flag()
    listen_addr: str = listen_flag()
    token: str = flag("--token", help="Token of the swarm, which also gives the role")


def join_body(o: JoinOptions) -> JoinSwarm:
    """The body of POST /swarm/join. Raises ValueError."""
    return {
        "ListenAddr": o.listen_addr,
        "AdvertiseAddr": o.advertise_addr,
        "DataPathAddr": o.data_path_addr,
        "RemoteAddrs": [o.remote],
        "JoinToken": o.token,
        "Availability": availability(o.availability) if "availability" in o.given else "",
    }


@command("swarm join", JoinOptions, "Join a swarm as a worker or a manager")
def join(app: App, o: JoinOptions) -> None:
    app.need_engine()
    with failing():
        body = join_body(o)
    app.engine.read(swarm.join_swarm(body))
    manager = (app.engine.json(system.info()).get("Swarm") or {}).get("ControlAvailable")
    app.out.line(f"This node joined a swarm as a {'manager' if manager else 'worker'}.")


@options
class LeaveOptions(Options):
    force: bool = flag("-f", "--force", help="Leave even as a manager that the swarm needs")


@command("swarm leave", LeaveOptions, "Leave the swarm")
def leave(app: App, o: LeaveOptions) -> None:
    app.engine.read(swarm.leave_swarm(o.force))
    app.out.line("Node left the swarm.")
