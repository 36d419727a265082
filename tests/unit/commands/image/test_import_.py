"""`import`: where the archive comes from."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import Messages, cli


def test_an_import_of_an_empty_name_reads_no_stdin() -> None:
    done = cli("import", "", stdin=b"x")
    assert (done.code, done.err) == (1, "open : no such file or directory\n")


def test_an_archive_is_a_url_a_file_or_stdin(tmp_path: Path) -> None:
    table = {("POST", "/images/create"): Messages([{"status": "sha256:x"}])}
    done = cli(
        "import",
        "-c",
        "CMD x",
        "-m",
        "why",
        "--platform",
        "Linux/ARM64",
        "https://reg.example/a.tar",
        "a:1",
        table=table,
    )
    assert done.out == "sha256:x\n" and done.requests[0].query == {
        "fromSrc": "https://reg.example/a.tar", "repo": "a:1", "message": "why", "changes": "CMD x", "platform": "linux/arm64",
    }  # fmt: skip
    done = cli("import", "in.tar", table=table, folder=tmp_path, files={"in.tar": "tar"})
    assert (done.requests[0].query, done.requests[0].content) == ({"fromSrc": "-"}, b"tar")
    done = cli("import", "-", table=table, stdin=b"tar")
    assert (done.requests[0].query, done.requests[0].content) == ({"fromSrc": "-"}, b"tar")
    assert cli("import", "-", "A:1").err == "invalid reference format: repository name (library/A) must be lowercase\n"
