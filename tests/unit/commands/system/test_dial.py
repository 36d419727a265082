"""`system dial-stdio`: bytes in, bytes out, as they are."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from tests.support.cli import cli


def test_the_engines_connection_on_stdin_and_stdout(tmp_path: Path) -> None:
    asked = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(range(256))
    heard = bytearray()

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(1 << 16):
                heard.extend(data)
            # the end of stdin has come through; answers after it still do
            peer.sendall(b"answer\x00\xff")

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        engine = threading.Thread(target=serve, daemon=True)
        engine.start()
        (tmp_path / "asked").write_bytes(asked)
        with open(tmp_path / "asked", "rb") as stdin:
            done = cli("-H", f"unix://{tmp_path}/s", "system", "dial-stdio", own_engine=True, stdin=stdin)
        engine.join(20)
    assert (done.code, done.err, bytes(heard)) == (0, "", asked)
    assert done.out.encode("utf-8", "surrogateescape") == b"answer\x00\xff"


def test_no_engine(tmp_path: Path) -> None:
    done = cli("-H", f"unix://{tmp_path}/s", "system", "dial-stdio", own_engine=True)
    assert done.code == 1 and done.out == "" and f"{tmp_path}/s" in done.err
