"""The caller's end of a warm start: hand the command line to the resident process, and end as it ends.

In any doubt it returns, and the command runs in this process. Up to the moment when the whole request is sent nothing
has happened at the other end; from then on only the other end runs the command, unless it says that it did not.
"""

# built in: what Python's own `signal` and `socket` are made of, which take longer to import
import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import sys

from pydock.warm import place

#: the longest time that the resident process may take to answer a call, in seconds
PATIENCE = 1.0
#: answers: a worker is there, with this number; the command was not run; it was, and this is its status
HELLO, COLD, ENDED = b"H", b"C", b"E"
#: the size of a number: of a process, of an exit status, of the bytes of a request
NUMBER = 4
#: files by the number that they have in this process
NUMBERED = (b"/dev/fd", b"/proc/self", b"/proc/thread-self")


def hand_over() -> None:
    """Let the resident process run this command line, and end like it. Returns where the command has to run here."""
    if place.plain() and fit(sys.argv[1:]) and open_streams():
        call()


def fit(words: list[str]) -> bool:
    """Does the command line only read and answer? Judged by its first words."""
    from pydock.warm.table import WARM

    given = [*map(os.fsencode, words), *os.environb.values()]
    if any(mark in value for value in given for mark in NUMBERED):
        return False
    if words[:1] in (["__complete"], ["__completeNoDesc"]):
        # global flags may name another engine
        return len(words) < 3 or not words[1].startswith("-")
    return " ".join(words[:1]) in WARM or " ".join(words[:2]) in WARM


def open_streams() -> bool:
    try:
        for number in range(3):
            os.fstat(number)
    except OSError:
        return False
    return None not in (sys.stdin, sys.stdout, sys.stderr)


def call() -> None:
    """Returns if the command was not run."""
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        worker = greeted(connection)
    except (ConnectionRefusedError, FileNotFoundError):
        # it has ended, as it does when it is idle, or when its files change
        from pydock.warm.begin import begin

        begin()
        return
    except OSError:
        return
    seen = forward_signals(worker)
    answer = ask(connection)
    if answer != COLD:
        end(answer)
    leave_signals(seen)
    os.close(worker)


def greeted(connection: _socket.socket) -> int:
    """Connect; returns the worker as a file descriptor of its process. Raises OSError."""
    connection.settimeout(PATIENCE)
    connection.connect(place.socket_path())
    peer = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 3 * NUMBER)
    if int.from_bytes(peer[NUMBER : 2 * NUMBER], sys.byteorder) != os.getuid():
        raise PermissionError
    hello = connection.recv(1 + NUMBER)
    # else it is COLD, perhaps with what is told of the worker's end already
    if len(hello) != 1 + NUMBER or hello[:1] != HELLO:
        raise ConnectionResetError
    return os.pidfd_open(int.from_bytes(hello[1:], sys.byteorder))


def ask(connection: _socket.socket) -> bytes:
    """Send the request; returns COLD, ENDED and the status, or less of it where the other end is lost."""
    streams = [(stream.encoding, stream.errors) for stream in (sys.stdin, sys.stdout, sys.stderr)]
    request = marshal.dumps((place.stamp(), list(map(os.fsencode, sys.argv)), dict(os.environb), streams))
    data = len(request).to_bytes(NUMBER, sys.byteorder) + request
    descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    try:
        connection.settimeout(None)
        rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)
        sent = connection.sendmsg([data], [rights])
        # with nothing left, sending would only find out that the other end has answered and gone
        if sent < len(data):
            connection.sendall(data[sent:])
    except OSError:
        # the other end does nothing with a part of a request
        return COLD
    answer = b""
    try:
        while answer != COLD and len(answer) <= NUMBER and (part := connection.recv(1 + NUMBER - len(answer))):
            # what follows COLD is no news
            answer = COLD if part[:1] == COLD and not answer else answer + part
    except OSError:
        pass
    return answer


def forward_signals(worker: int) -> list[int]:
    """What would end or stop this process ends or stops the worker. Returns the list of those that came."""
    seen: list[int] = []

    def forward(number: int, frame: object) -> None:
        seen.append(number)
        try:
            _signal.pidfd_send_signal(worker, number)
        except ProcessLookupError:
            pass  # it has ended: its status is on the way

    def stop(number: int, frame: object) -> None:
        forward(_signal.SIGSTOP, None)
        _signal.signal(number, _signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # here again after SIGCONT
        _signal.signal(number, stop)
        forward(_signal.SIGCONT, None)

    for number in (_signal.SIGINT, _signal.SIGTERM):
        _signal.signal(number, forward)
    for number, handler in ((_signal.SIGHUP, forward), (_signal.SIGQUIT, forward), (_signal.SIGTSTP, stop)):
        # started by nohup, or by a shell without job control: go on ignoring it
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, handler)
    return seen


def leave_signals(seen: list[int]) -> None:
    """Undo forward_signals(): those that came, for a worker that did not run the command, are this process's."""
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGTSTP):
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, _signal.SIG_DFL)
    for number in seen:
        if number not in (_signal.SIGSTOP, _signal.SIGCONT):
            os.kill(os.getpid(), number)


def end(answer: bytes) -> None:
    """End as the worker did. Never returns."""
    if len(answer) <= NUMBER:
        os.write(2, b"the warm process of pydock was killed: how the command ended is not known\n")
        os._exit(1)
    status = int.from_bytes(answer[1:], sys.byteorder)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (_signal.SIGKILL, _signal.SIGSTOP):
            _signal.signal(number, _signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
