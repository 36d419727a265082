"""Spans, sizes, and texts that are cut."""

from __future__ import annotations

import pytest

from pydock.render.human import duration, ellipsis, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (172800, "2 days"),
        (86400 * 13, "13 days"),
        (86400 * 15, "2 weeks"),
        (86400 * 70, "2 months"),
        (86400 * 800, "2 years"),
    ],
)
def test_spans(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0B"), (999, "999B"), (1000, "1kB"), (1984175, "1.98MB"), (31.6e6, "31.6MB"), (1234567890, "1.23GB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size(count, 3) == text


def test_cutting() -> None:
    assert [ellipsis("hello", 5), ellipsis("hello!", 5), ellipsis("日本語", 5), ellipsis("x", 0)] == [
        "hello",
        "hell…",
        "日本…",
        "",
    ]
