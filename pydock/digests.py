"""Digests, as the OCI image specification writes them: "sha256:HEX". Pure.

https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests. A digest is checked by the algorithm that
it names; one whose algorithm is not known here is an error, and never a reason not to check.
"""

from __future__ import annotations

from typing import Any

#: letters of a digest, by its algorithm
LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX = frozenset("0123456789abcdef")


def parts(digest: str) -> tuple[str, str]:
    """(algorithm, letters). Raises ValueError for what is no digest, or has an algorithm that is not known."""
    algorithm, colon, letters = digest.partition(":")
    if not colon or algorithm not in LENGTHS:
        raise ValueError(f"{digest!r} is no digest by {', '.join(LENGTHS)}")
    if len(letters) != LENGTHS[algorithm] or not _HEX.issuperset(letters):
        raise ValueError(f"{digest!r} is no digest")
    return algorithm, letters


def hasher(algorithm: str = "sha256") -> Any:
    """An object of hashlib."""
    import hashlib

    return hashlib.new(algorithm)


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    hashed = hasher(algorithm)
    hashed.update(data)
    return f"{algorithm}:{hashed.hexdigest()}"


def check(data: bytes, digest: str) -> None:
    """Raises ValueError for what is no digest, and for data of another one."""
    found = digest_of(data, parts(digest)[0])
    if found != digest:
        raise ValueError(f"{found}, asked for was {digest}")
