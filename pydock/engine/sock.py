"""The system's sockets: `from pydock.engine.sock import socket`.

Python's own `socket` makes an enumeration of each kind of constants, which takes a third of the time that bare Python
takes to start. It is made of this module, and who needs more of it (create_connection, …) imports it where it is used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
else:
    import _socket as socket

__all__ = ["socket"]
