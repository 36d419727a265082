"""Inputs that once broke a parser: (target, bytes)."""

from __future__ import annotations

CASES: list[tuple[str, bytes]] = [
    ("detach keys", b"\x9b"),
    ("sizes", b"1e999"),
    ("sizes", b"71e9995g"),
    ("sizes of swap", b"11e999g"),
    ("rates of devices", b"/dev/sda:11e999mb"),
    ("cpus", b"1e99999999"),
    ("cpus", b"1e1000000"),
    ("custom headers", b'"b,A,e"}}}"\x06\n,e('),
    ("numbers", b"9" * 5_000),
    ("durations", b"9" * 5_000 + b"s"),
    ("durations", b"1." + b"9" * 5_000 + b"s"),
    ("templates", b"{{" + b"(" * 30_000),
    ("templates", b"table {{.Name.Nothing}}"),
    ("templates", b"{{urlquery .Text}}"),
    ("answers of registries", b"[" * 30_000),
    ("addresses of engines", b"ssh://h:99999"),
    ("addresses of engines", b"ssh://[x"),
    ("addresses of engines", b"tcp://[::1"),
    ("addresses of engines", b"tcp://[::1]x:5"),
    ("addresses of engines", "tcp://h:²".encode()),
    ("addresses of engines", b"tcp://h:99999999999999999999"),
    ("human sizes", "ctx²".encode() + b"9" * 5_000),
    ("places of git repositories", b"https://[x.git"),
    ("addresses of engines", b"tcp:/\x00\xff"),
    ("addresses of engines", b"tcp://[:\xff]:1"),
    ("addresses of engines", b"\xff\xff"),
    ("exports of folders", b"\x00\x07\x12\x05\n\x03a\x00b"),
    ("exports of folders", b"\x00\x14\x12\x12\n\x01l\x10\xff\x83\x80@:\x08\x00\x00\x00\x00\x00\x00\x00\x00"),
    ("tables", b"\t" * 30_000),
    ("networks", b"0" * 30_000),
    # a central directory with an entry whose name is empty
    (
        "archives of contexts",
        b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0PK\x05\x06\0\0\0\0\1\0\1\0.\0\0\0\x1e\0\0\0\0\0",
    ),
    # DriverStatus with a pair of one; a moment in the year 292,277,026,596
    ("answers of the promised shape", b"\x09" + bytes(range(200))),
    ("answers of the promised shape", b"\x12" + bytes(range(200))),
    # HEADERS on a connection that is closed; a request instead of a response
    ("grpc calls", b"\x00PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0"),
    ("grpc answers", b"\x00\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x04\0\0\0\x04\x88"),
    # a key that is a mapping with keys of several types; a limit that no schema looks at; lists within lists
    ("compose file", b"? {1: a, b: c}\n: d\n"),
    ("compose file", b"services: {a: {image: x, ulimits: {A: {b: 1}}}}"),
    ("compose file", b"x-a: " + b"[" * 300 + b"]" * 300),
    (
        "compose file",
        b"services: {a: {image: x}}\nx-0: &x0 [1]\n"
        + b"".join(b"x-%d: &x%d [*x%d]\n" % (n, n, n - 1) for n in range(1, 400)),
    ),
    ("compose file", b"<<: {? [a] : b}\n"),
    ("compose file", b"1: x\n" * 3000),
]
