"""Host names that have no address, in the words of Go's resolver."""

from __future__ import annotations

import re
import sys

RESOLV_CONF = "/etc/resolv.conf"
#: what Go's resolver takes for a domain name: labels of letters, digits, "_" and "-", and not digits alone
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?=.*[A-Za-z_-]){_LABEL}(\.{_LABEL})*\.?")


def no_such_host(name: str) -> str:
    """ "lookup NAME on SERVER:53: no such host".

    On Linux Go asks a DNS server itself, and names it, unless NAME cannot be a domain name. Elsewhere it asks the system.
    """
    asked = sys.platform == "linux" and len(name) < 255 and _DOMAIN.fullmatch(name)
    return f"lookup {name}{f' on {_server()}' if asked else ''}: no such host"


def _server() -> str:
    """The first name server of resolv.conf(5), with its port; Go's default where there is none."""
    try:
        with open(RESOLV_CONF, encoding="utf-8", errors="replace") as file:
            found = re.search(r"^nameserver[ \t]+(\S+)", file.read(), re.MULTILINE)
    except OSError:
        found = None
    address = found[1] if found else "127.0.0.1"
    return f"[{address}]:53" if ":" in address else f"{address}:53"
