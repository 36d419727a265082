"""Does a TCP port accept connections? Tried by making one."""

from __future__ import annotations

import socket

from pydock.errors import first_line

#: seconds until a connection must be there; and for which one through a proxy must stay
CONNECT, STAY = 2.0, 0.3


def knock(host: str, port: int, proxied: bool) -> str:
    """ "" if it does, else why not. proxied: published ports are taken by a proxy of the engine, which accepts before
    the container does, and hangs up at once where that does not."""
    try:
        with socket.create_connection((host, port), timeout=CONNECT) as connection:
            connection.settimeout(STAY)
            return "" if not proxied or _stays(connection) else "nothing listens behind it yet"
    except TimeoutError:
        return "no answer"
    except (OSError, UnicodeError) as error:
        return first_line(error)


def _stays(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1))
    except TimeoutError:
        return True
    except ConnectionError:
        return False
