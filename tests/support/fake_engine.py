#!/usr/bin/env python3
"""A program that takes Podman's command line, and serves /_ping as an engine does. MODE: "", "dies", "deaf", "forks"."""

import os
import signal
import socket
import sys
import time

ANSWER = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\nServer: Libpod/4.3.1 (linux)\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\nOK"
)


def main() -> None:
    words = sys.argv[1:]
    with open(os.environ["SAID"], "a", encoding="utf-8") as file:
        file.write(" ".join(words) + "\n")
    if "service" not in words:
        return
    mode = os.environ.get("MODE", "")
    print("starting", flush=True)
    if mode == "dies":
        sys.exit("no cgroups here")
    if mode == "deaf":
        time.sleep(60)
    if mode == "forks" and os.fork():
        # as Podman does for a user: the parent only waits
        os.wait()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(words[-1].removeprefix("unix://"))
        listener.listen()
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(ANSWER)


main()
