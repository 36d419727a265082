"""Digests, as the OCI image specification writes them: "sha256:HEX". Pure.

https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests. A digest is checked by the algorithm that
it names; an unknown algorithm is an error, never a reason to skip the check.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


#: hexadecimal digits of a digest, by its algorithm
LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX = frozenset("0123456789abcdef")


def parts(digest: str) -> tuple[str, str]:
    """(algorithm, hexadecimal digits). Raises ValueError for an invalid digest or an unknown algorithm."""
    algorithm, colon, letters = digest.partition(":")
    if not colon or algorithm not in LENGTHS:
        raise ValueError(f"invalid digest {digest!r}: the algorithm must be one of {', '.join(LENGTHS)}")
    if len(letters) != LENGTHS[algorithm] or not _HEX.issuperset(letters):
        raise ValueError(f"invalid digest {digest!r}")
    return algorithm, letters


def is_digest(text: str) -> bool:
    """Is it a valid digest of a known algorithm?"""
    try:
        parts(text)
    except ValueError:
        return False
    return True


def hasher(algorithm: str = "sha256") -> Any:
    """A new hash object of hashlib."""
    import hashlib

    return hashlib.new(algorithm)


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    hashed = hasher(algorithm)
    hashed.update(data)
    return f"{algorithm}:{hashed.hexdigest()}"


def check(data: bytes, digest: str) -> None:
    """Raises ValueError for an invalid digest, and where the data do not match it."""
    found = digest_of(data, parts(digest)[0])
    if found != digest:
        raise ValueError(f"expected {digest}, got {found}")
