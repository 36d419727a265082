"""Detach keys: parse "ctrl-p,ctrl-q", and detect the sequence in stdin. Pure."""

from __future__ import annotations

DEFAULT = "ctrl-p,ctrl-q"


def parse(text: str) -> bytes:
    """The bytes of a key sequence: characters and ctrl-X, separated by commas. Raises ValueError."""
    out = bytearray()
    for key in text.split(","):
        data = key.encode("utf-8", "surrogateescape")
        if len(data) != 1:
            code = _control(key)
            if code is None:
                raise ValueError(f"Unknown character: '{key.lower()}'")
            out.append(code)
        else:
            out += data
    return bytes(out)


def _control(key: str) -> int | None:
    key = key.lower()
    if key == "del":
        return 127
    name = key.removeprefix("ctrl-")
    if name == key or len(name) != 1 or not ("a" <= name <= "z" or name in "@[\\]^_"):
        return None
    return ord(name.upper()) - 64


class Keys:
    """feed() returns the bytes to pass on and whether the sequence is complete; a partial one is held back."""

    def __init__(self, sequence: bytes) -> None:
        self.sequence = sequence
        self._matched = 0

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        if not self.sequence:
            return data, False
        out = bytearray()
        for byte in data:
            if byte == self.sequence[self._matched]:
                self._matched += 1
                if self._matched == len(self.sequence):
                    self._matched = 0
                    return bytes(out), True
                continue
            if self._matched:
                out += self.sequence[: self._matched]
                self._matched = 0
            out.append(byte)
        return bytes(out), False
