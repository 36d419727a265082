"""`ps`: what is asked for, and the formats."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import cli

LISTED = {
    "Id": "f" * 64,
    "Names": ["/web"],
    "Image": "a",
    "ImageID": "sha256:x",
    "Command": "sh",
    "Created": 1,
    "State": "running",
    "Status": "Up",
    "Ports": [],
    "SizeRw": 5,
    "SizeRootFs": 7,
}


def ps(*flags: str) -> Any:
    return cli("ps", *flags, table={("GET", "/containers/json"): [LISTED]})


@pytest.mark.parametrize(
    ("flags", "query"),
    [
        ("", {}), ("-a", {"all": "1"}), ("-n 3", {"limit": "3"}), ("-n 0", {}), ("-l", {"limit": "1"}), ("-l -n 4", {"limit": "4"}), ("-s", {"size": "1"}),
        ("--format {{.Size}}", {"size": "1"}), ("--format {{.Size}} --size=false", {}), ("-q --format {{.Size}}", {}), ("-f name=web", {"filters": '{"name":{"web":true}}'}),
    ],
)  # fmt: skip
def test_what_is_asked_for(flags: str, query: dict[str, str]) -> None:
    assert ps(*flags.split()).requests[0].query == query


def test_formats_of_ps() -> None:
    assert ps("-s").out.splitlines()[0].endswith("NAMES     SIZE") and ps("-s").out.rstrip().endswith("5B (virtual 7B)")
    assert ps("--format", "{{.Names}} {{.ID}}", "--no-trunc").out == f"web {'f' * 64}\n"
    done = ps("-q", "--format", "x")
    assert done.out == "ffffffffffff\n"
    assert done.err == "WARNING: Ignoring custom format, because both --format and --quiet are set.\n"
    for wrong, words in (("{{", "failed to parse template: "), ("{{.Names.x}}", "failed to execute template: ")):
        done = cli("ps", "--format", wrong)
        assert done.code == 1 and done.err.startswith(words)
