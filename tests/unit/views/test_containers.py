"""What a list of containers shows."""

from __future__ import annotations

from pydock.views.containers import display_ports


def test_ports() -> None:
    ports = [{"PrivatePort": p, "Type": "tcp"} for p in (80, 81, 82, 90)] + [
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "0.0.0.0", "PrivatePort": 53, "PublicPort": 53, "Type": "udp"},
    ]
    assert display_ports(ports) == "80-82/tcp, 0.0.0.0:53->53/udp, 90/tcp, [::]:8080->80/tcp"
