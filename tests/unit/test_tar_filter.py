"""An archive on its way, without some of its files."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.errors import BrokenStream
from pydock.streams.tar import without

NAMES = st.text("ab/é", min_size=1, max_size=150).map(lambda text: f"x{text.strip('/')}")
FORMATS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])


def archive(files: dict[str, bytes], form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 1.5
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def files_of(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


@given(st.dictionaries(NAMES, st.binary(max_size=1200), max_size=4), st.data(), FORMATS, st.integers(1, 3000))
def test_what_is_left_is_as_it_was(files: dict[str, bytes], data: st.DataObject, form: int, size: int) -> None:
    dropped = data.draw(st.sets(st.sampled_from(sorted(files)))) if files else set()
    whole = archive(files, form)
    blocks = [whole[at : at + size] for at in range(0, len(whole), size)]
    found = b"".join(without(blocks, dropped.__contains__))
    assert files_of(found) == {name: content for name, content in files.items() if name not in dropped}
    if not dropped:
        assert found == whole


def test_what_is_cut_off_or_no_archive() -> None:
    whole = archive({"a": b"x" * 600, "b" * 200: b"y"}, tarfile.PAX_FORMAT)
    for end in (0, 100, 512, 1000, 2000):
        with pytest.raises(BrokenStream, match="cut off"):
            list(without([whole[:end]], lambda name: False))
    for wrong in (
        b"not an archive at all, but long enough".ljust(1024, b"?"),
        whole[:124] + b"99999999999\0" + whole[136:],
    ):
        with pytest.raises(BrokenStream, match="malformed"):
            list(without([wrong], lambda name: False))


def test_a_large_file_has_its_size_in_binary() -> None:
    """Nothing is kept: 9 GiB pass, without being made."""
    entry = tarfile.TarInfo("large")
    entry.size = 9 << 30
    header = entry.tobuf(tarfile.GNU_FORMAT)
    block = bytes(64 << 20)
    blocks = (part for parts in ([header], (block for _ in range(9 * 16)), [bytes(1024)]) for part in parts)
    assert sum(map(len, without(blocks, lambda name: name == "large"))) == 1024
