"""`port`: the port mappings of a container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydock.api import containers
from pydock.commands.shared import jq_flag, json_flag
from pydock.errors import Failure, failing
from pydock.go.strconv import parse_uint
from pydock.options import Options, argument, command, options
from pydock.render.human import host_port, natural
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


#: of --json; the names are those of ps
FIELDS = {
    "IP": "address of the host", "PrivatePort": "port of the container, a number", "PublicPort": "port of the host, a number",
    "Type": "tcp, udp or sctp",
}  # fmt: skip


@options
class PortOptions(Options):
    container: str = argument("CONTAINER", sources="running")
    json: str = json_flag(FIELDS)
    jq: str = jq_flag()
    port: str = argument("[PRIVATE_PORT[/PROTO]]", default="", sources="ports")


def published(ports: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """("80/tcp", "0.0.0.0:8080") of each published port."""
    for port, bindings in ports.items():
        for binding in bindings or []:
            yield port, host_port(binding.get("HostIp") or "", binding.get("HostPort") or "")


def port_lines(ports: dict[str, Any], wanted: str, container: str) -> list[str]:
    """The printed lines. `wanted`: one port ("80", "80/udp"), or "" for all. Raises Failure."""
    if not wanted:
        return sorted((f"{port} -> {address}" for port, address in published(ports)), key=natural)
    number, _, protocol = wanted.partition("/")
    with failing(f"Error: invalid port ({number}): "):
        parse_uint(number, 16, base=10)
    found = [address for port, address in published(ports) if port == f"{number}/{protocol or 'tcp'}"]
    if not found:
        raise Failure(f"Error: No public port '{wanted}' published for {container}")
    return sorted(found, key=natural)


@command("container port", PortOptions, "List the port mappings of a container", also=("port",), reads=True)
def port(app: App, o: PortOptions) -> None:
    container = app.engine.json(containers.inspect_container(o.container))
    ports = (container.get("NetworkSettings") or {}).get("Ports") or {}
    lines = port_lines(ports, o.port, o.container)
    if o.json or o.jq:
        from pydock.commands.typed import print_objects

        print_objects(app, o, [*port_objects(ports, o.port)], FIELDS)
        return
    for line in lines:
        app.out.line(line)


def port_objects(ports: dict[str, Any], wanted: str) -> Iterator[Json]:
    """The ports for --json; wanted: as in port_lines()."""
    wanted_port, _, protocol = wanted.partition("/")
    for port, bindings in ports.items():
        private, _, kind = port.partition("/")
        for binding in bindings or [] if port == f"{wanted_port}/{protocol or 'tcp'}" or not wanted else []:
            public = number_of(binding.get("HostPort") or "")
            yield {
                "IP": binding.get("HostIp") or "",
                "PrivatePort": number_of(private),
                "PublicPort": public,
                "Type": kind,
            }


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
