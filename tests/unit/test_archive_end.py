"""Whether a tar archive is whole, wherever it is cut: an archive comes without any other sign of its end."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pydock.api import containers
from pydock.engine.answers import blocks_of
from pydock.engine.archive_end import ArchiveEnd
from pydock.errors import BadAnswer
from tests.support.cut import cut
from tests.support.staged import Reply, client, staged

EXPORT = containers.export_container("x")
#: contents that may pass for an end, or for a header
CONTENTS = st.sampled_from([b"", b"a", bytes(512), bytes(1024), bytes(5000), b"7" * 700, b"x" * 1024 + bytes(1500)])
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)


def archive(entries: list[tuple[bytes, bytes, str]], form: int = tarfile.PAX_FORMAT, **records: str) -> bytes:
    """entries: the kind, content and name of each; records: of pax, for all of them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for kind, content, name in entries:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.pax_headers = kind, "f" if kind in (b"1", b"2") else "", dict(records)
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(content))
        end = tar.offset
    return out.getvalue()[:end] + bytes(1024)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(KINDS, CONTENTS, st.sampled_from(["f", "n" * 200, "ü"])), max_size=4),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    st.lists(st.integers(0, 10**6), max_size=8),
    st.integers(0, 10**6),
)
@example([(b"0", bytes(5000), "f")], tarfile.PAX_FORMAT, [], 512 + 2000)
@example([(b"0", bytes(5000), "n" * 200)], tarfile.PAX_FORMAT, [700, 1030], 1536 + 1100)
def test_an_archive_is_whole_at_its_end_and_nowhere_before(
    entries: list[tuple[bytes, bytes, str]], form: int, places: list[int], end: int
) -> None:
    whole = archive(entries, form)
    assert b"".join(blocks_of(EXPORT, cut(whole, places))) == whole
    with pytest.raises(BadAnswer, match=r"truncated|empty"):
        list(blocks_of(EXPORT, cut(whole[: end % len(whole)], places)))


def test_sizes_of_more_than_octal_digits_are_followed() -> None:
    """As Go writes files of 8 GiB and more: in a record of pax, with no size in the header; GNU tar in binary."""
    content = b"x" * 600 + bytes(9000)
    by_record = archive([(b"0", content, "f")], size=str(len(content)))
    at = by_record.index(b"x" * 600) - 512
    in_binary = archive([(b"0", content, "f")])
    for whole in (
        by_record[: at + 124] + b"00000000000\0" + by_record[at + 136 :],
        in_binary[:124] + b"\x80" + len(content).to_bytes(11, "big") + in_binary[136:],
    ):
        assert b"".join(blocks_of(EXPORT, [whole])) == whole
        with pytest.raises(BadAnswer, match="truncated"):
            list(blocks_of(EXPORT, [whole[: len(whole) - 4096]]))


def test_what_cannot_be_followed_is_judged_by_its_last_bytes() -> None:
    end = ArchiveEnd()
    end.follow(b"?" * 5000)
    assert not end.whole
    end.follow(bytes(1024))
    assert end.whole


def test_nothing_is_awaited_after_the_end_of_an_archive(tmp_path: Path) -> None:
    """Proxies may leave the connection open after an answer without framing."""
    whole = archive([(b"0", b"content", "f")])
    with staged({"GET /containers/c/export": Reply(b"HTTP/1.0 200 OK\r\n\r\n" + whole, "hold")}) as engine:
        assert client(engine, "export", "-o", str(tmp_path / "a.tar"), "c")[1:] == ("", 0)
    assert (tmp_path / "a.tar").read_bytes() == whole


def test_an_engine_that_ends_within_zeros_has_not_sent_the_whole_archive(tmp_path: Path) -> None:
    """Its answer has no other framing than the end of the connection."""
    whole = archive([(b"0", bytes(300_000), "zeros")])
    target = tmp_path / "a.tar"
    for data, code in ((whole, 0), (whole[:200_000], 1)):
        with staged({"GET /containers/c/export": Reply(b"HTTP/1.0 200 OK\r\n\r\n" + data, "fin")}) as engine:
            _, err, got = client(engine, "export", "-o", str(target), "c")
        assert (got, target.exists() and target.read_bytes() == whole) == (code, not code), err
        target.unlink(missing_ok=True)
    assert "a truncated tar archive" in err
