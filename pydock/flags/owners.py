"""Owners of files: USER, USER:GROUP or :GROUP, as COPY --chown of a Dockerfile takes them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pydock.go.strconv import quote
from pydock.values import record

#: the largest number of a user or group; the one after it means "none"
LARGEST = (1 << 32) - 2


@record
class Owner:
    """user, group: names or numbers as they were typed; "" where there is none."""

    user: str
    group: str

    @property
    def is_numeric(self) -> bool:
        return not any(word and not word.isdecimal() for word in (self.user, self.group))

    def numbers(self, passwd: str = "", group: str = "") -> tuple[int | None, int | None]:
        """(user, group), by the texts of /etc/passwd and /etc/group; None for one that stays as it is. A user alone brings
        a group: a number the same number, a name the one that passwd tells. Raises ValueError."""
        uid: int | None = None
        gid: int | None = None
        if self.user.isdecimal():
            uid = gid = number(self.user)
        elif self.user:
            uid, gid = found("user", self.user, passwd, 4)
        if self.group.isdecimal():
            gid = number(self.group)
        elif self.group:
            gid, _ = found("group", self.group, group, 3)
        return uid, gid


def owner(text: str) -> Owner:
    """USER[:GROUP] or :GROUP. Raises ValueError."""
    user, colon, group = text.partition(":")
    if not (user or group) or ":" in group or (colon and not group):
        raise ValueError(f"{quote(text)} is neither USER, USER:GROUP nor :GROUP")
    for word in (user, group):
        if word.isdecimal():
            number(word)
    return Owner(user, group)


def number(text: str) -> int:
    """Raises ValueError."""
    if not text.isascii() or len(text) > 10 or int(text) > LARGEST:
        raise ValueError(f"{text} is not a number between 0 and {LARGEST}")
    return int(text)


def found(kind: str, name: str, text: str, fields: int) -> tuple[int, int]:
    """The numbers in the line of a name in passwd or group, which has at least so many fields; lines that are malformed are
    skipped. Raises ValueError."""
    for line in _lines(text):
        if line[0] == name and len(line) >= fields and all(n.isdecimal() for n in line[2:fields]):
            return number(line[2]), number(line[fields - 1])
    raise ValueError(f"unable to find {kind} {quote(name)} in the container")


def _lines(text: str) -> Iterator[list[str]]:
    return (line.split(":") for line in text.split("\n"))
