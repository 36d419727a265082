"""`system dial-stdio`: proxy stdin and stdout to the engine, for clients that connect over ssh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.options import Options, command, options
from pydock.streams.pump import Sender, receive

if TYPE_CHECKING:
    from pydock.app import App


@options
class DialOptions(Options):
    """No flags."""


@command("system dial-stdio", DialOptions, "Proxy STDIN and STDOUT to the daemon's connection")
def dial_stdio(app: App, o: DialOptions) -> None:
    stream = app.engine.raw()
    try:
        Sender(app.stdin, stream).start()
        receive(stream, app.out.put, app.err.put, framed=False)
    finally:
        stream.close()
