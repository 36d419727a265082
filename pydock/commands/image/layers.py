"""Layers of images: which ones another engine has, and how an archive names them. Pure.

An engine knows a layer by its chain: itself and all below. So what can be left out is what two images have in common from
the bottom on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydock.digests import digest_of
from pydock.go.json import dumps
from pydock.shape import Json

#: what engines before 25.0 write for a layer that is not the top one, to make up its ID in the format of Docker 1.9
_NOTHING = {
    "Hostname": "", "Domainname": "", "User": "", "AttachStdin": False, "AttachStdout": False, "AttachStderr": False, "Tty": False, "OpenStdin": False,
    "StdinOnce": False, "Env": None, "Cmd": None, "Image": "", "Volumes": None, "WorkingDir": "", "Entrypoint": None, "OnBuild": None, "Labels": None,
}  # fmt: skip


def in_common(layers: Sequence[str], others: Iterable[Sequence[str]]) -> int:
    """The number of layers, from the bottom, that any of the other images has, too."""
    return max((shared(layers, other) for other in others), default=0)


def shared(layers: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for ours, theirs in zip(layers, other, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def names(layers: Sequence[str], count: int) -> set[str]:
    """The files of an archive that hold the first `count` layers, and none of the others."""
    above = set(layers[count:])
    left_out = [i for i in range(count) if layers[i] not in above]
    old = old_ids(layers)
    hashes = {f"blobs/sha256/{layers[i].partition(':')[2]}" for i in left_out}
    return hashes | {f"{old[i]}/layer.tar" for i in left_out if i < len(old)}


def old_ids(layers: Sequence[str]) -> list[str]:
    """The folders of all layers but the top one, in archives of engines before 25.0: the top one's depends on more."""
    out, chain, parent = list[str](), "", ""
    for layer in layers[:-1]:
        chain = digest_of(f"{chain} {layer}".encode()) if chain else layer
        told: Json = {"container_config": _NOTHING, "created": "1970-01-01T00:00:00Z", "layer_id": chain}
        parent = digest_of(dumps({**told, **({"parent": parent} if parent else {})}).encode())
        out.append(parent.partition(":")[2])
    return out


def sizes(history: Sequence[Json], layers: Sequence[str]) -> list[int] | None:
    """Each layer's size; None where the history does not tell which of its steps made one."""
    found = [int(step.get("Size") or 0) for step in reversed(history) if step.get("Size")]
    return found if len(found) == len(layers) else None
