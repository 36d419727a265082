"""What builds are made of, without an engine: lists in flags, contexts, ignore rules, progress, reports."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.archive.build_context import BuildContext, is_archive, read_patterns
from pydock.archive.ignore import Matcher, check_syntax, read_ignore_file
from pydock.buildkit import messages as m
from pydock.buildkit.inputs import BuildInputs, build_inputs, is_remote, node_identity
from pydock.buildkit.origin import git_attributes
from pydock.errors import Failure
from pydock.flags import builds
from pydock.render import build_live, build_report
from pydock.render.plain_steps import Plain, raw_json
from pydock.render.steps import Trace, byte_count, merged

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(("parse", "text", "problem"), [
    (builds.output, "dest=x,a=b", "type is required for output"), (builds.output, "type=x,y", "invalid value y"), (builds.caches, "ref=x", 'type required form> "ref=x"'),
    (builds.secret, "x", "invalid field 'x' must be a key=value pair"), (builds.secret, "id=x,type=y", 'unsupported secret type "y"'),
    (builds.secret, "id=x,y=z", "unexpected key 'y' in 'y=z'"), (builds.attestation, "a=b", "attestation type not specified"),
    (builds.named_context, "x", "invalid context value: x, expected key=value"), (builds.call, "a,b", "invalid print value: a,b"),
    (builds.annotation, "x", 'invalid annotation "x", expected key=value'), (builds.annotation, "foo:x=y", 'unknown annotation type "foo"'),
    (builds.entitlement, "x", "unknown entitlement x"),
])  # fmt: skip
def test_lists_that_are_wrong(parse: Any, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{__import__('re').escape(problem)}"):
        parse(text)


def test_lists() -> None:
    assert builds.secret("type=env,id=a,src=B") == ("a", "", "B") and builds.secret('"id=a","src=x,y"') == (
        "a",
        "x,y",
        "",
    )
    assert builds.agent("default") == ("default", ()) and builds.agent("k=a,b") == ("k", ("a", "b"))
    assert builds.attestation(builds.shorthand("provenance", "mode=max")) == ("provenance", "type=provenance,mode=max")
    assert builds.attestation(builds.shorthand("sbom", "0")) == ("sbom", None)
    assert builds.named_context("x=y=z") == ("x", "y=z") and builds.named_context("docker.io/library/a:latest=b") == (
        "a",
        "b",
    )
    assert builds.call("build") is None and builds.call("check,format=json,ignorestatus=1") == builds.Call(
        "lint", "json", True
    )
    assert builds.annotation("index,manifest[linux/amd64]:a=b") == {
        "annotation-index.a": "b",
        "annotation-manifest[linux/amd64].a": "b",
    }


# -- ignore rules --------------------------------------------------------------------------------------


def test_reading_an_ignore_file() -> None:
    assert read_ignore_file(b"\xef\xbb\xbf# no\n\n /a/ \n!./b\n#x\n!\nc/../d\n \n/") == ["a", "!b", "!", "d", "/"]


@pytest.mark.parametrize(("patterns", "yes", "no"), [
    (["a"], ["a", "a/b/c"], ["b/a", "ab"]), (["*"], ["a", "a/b"], []), (["*/b"], ["a/b", "a/b/c"], ["b", "a/c/b"]), (["**/b"], ["b", "a/b", "a/c/b/d"], ["ab", "a/bc"]),
    (["a/**"], ["a/b", "a/b/c"], ["b"]), (["**"], ["a", "a/b"], []), (["a?c"], ["abc"], ["a/c", "ac"]), (["[a-c]x", "[^a]y"], ["bx", "by"], ["dx", "ay"]),
    (["\\*"], ["*"], ["a"]), (["*", "!a", "a/b"], ["c", "a/b"], ["a", "a/c"]), (["a", "!a/b"], ["a", "a/c"], ["a/b", "a/b/c"]),
    (["a.b", "(x)", "{y}"], ["a.b", "(x)", "{y}"], ["aXb", "x"]), (["foo/"], ["foo", "foo/x"], []), (["ü*"], ["üx"], ["u"]),
])  # fmt: skip
def test_matching(patterns: list[str], yes: list[str], no: list[str]) -> None:
    matcher = Matcher(patterns)
    assert [p for p in yes if not matcher.matches(p)] == [] and [p for p in no if matcher.matches(p)] == []


@pytest.mark.parametrize("text", ["[", "a[", "[]", "[a", "[a-", "[-]", "a\\", "[\\"])
def test_malformed_patterns(text: str) -> None:
    with pytest.raises(ValueError, match="syntax error in pattern"):
        check_syntax(text)


def context(folder: Path, file: str = "", stdin: bytes = b"") -> BuildContext:
    return BuildContext(
        str(folder), file, io.BytesIO(stdin), lambda url: iter(()), lambda title, count: None, lambda text: None
    )


def test_a_dockerfile_without_end_is_refused() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"RUN true\n" * 10_000

    with pytest.raises(Failure, match=r"^the Dockerfile is larger than 16 MiB$"):
        BuildContext(
            "http://host/Dockerfile", "", io.BytesIO(), lambda url: endless(), lambda t, c: None, lambda t: None
        )
    for place, file in (("-", ""), (os.getcwd(), "-")):
        with pytest.raises(Failure, match=r"^the Dockerfile is larger than 16 MiB"):
            whole_inputs(place, file, b"x" * (17 << 20))


# -- contexts ------------------------------------------------------------------------------------------


def archive_of(found: BuildContext) -> dict[str, bytes]:
    with found, tarfile.open(fileobj=io.BytesIO(b"".join(found.blocks))) as tar:
        out = {}
        for entry in tar:
            assert (entry.uid, entry.gid) == (0, 0)
            content = tar.extractfile(entry)
            out[entry.name] = content.read() if content else b""
        return out


def test_a_dockerfile_from_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "a").write_text("1")
    (folder / ".dockerignore").write_text("b")
    (tmp_path / "D").write_text("FROM outside\n")
    for found in (context(folder, str(tmp_path / "D")), context(folder, "-", b"FROM outside\n")):
        assert found.dockerfile.startswith(".dockerfile.")
        files = archive_of(found)
        assert files[found.dockerfile] == b"FROM outside\n"
        assert files[".dockerignore"] == f"b\n{found.dockerfile}\n".encode() and files["a"] == b"1"


def test_contexts_on_stdin(tmp_path: Path) -> None:
    def stdin(data: bytes, file: str = "") -> BuildContext:
        return BuildContext("-", file, io.BytesIO(data), lambda url: iter(()), lambda t, c: None, lambda t: None)

    assert archive_of(stdin(b"FROM x\n")) == {"Dockerfile": b"FROM x\n"} and archive_of(stdin(b"")) == {
        "Dockerfile": b""
    }
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as out:
        out.addfile(tarfile.TarInfo("x"))
    assert (
        b"".join(stdin(tar.getvalue(), "sub/D").blocks) == tar.getvalue()
        and stdin(tar.getvalue(), "sub/D").dockerfile == "sub/D"
    )
    with pytest.raises(Failure, match="ambiguous Dockerfile source"):
        stdin(b"FROM", "D")
    assert is_archive(b"\x1f\x8b\x08") and is_archive(b"BZh9") and not is_archive(b"") and not is_archive(bytes(1024))


def test_contexts_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place, file, problem in (
        (tmp_path / "none", "", f'unable to prepare context: path "{tmp_path}/none" not found'), (tmp_path / "file", "", "context must be a directory"),
        (tmp_path, "", "unable to evaluate symlinks in Dockerfile path: lstat .*Dockerfile: no such file"), (tmp_path, "nope", "lstat .*nope: no such file"),
    ):  # fmt: skip
        with pytest.raises(Failure, match=problem):
            context(place, file)


def test_a_git_repository(tmp_path: Path) -> None:
    """A real one, over git's own protocol of files: what is checked out is the ref, and the folder in it."""
    source = tmp_path / "source"
    source.mkdir()

    def git(*words: str) -> None:
        config = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *config, *words], cwd=source, check=True, capture_output=True)

    git("init", "-b", "main")
    (source / "sub").mkdir()
    (source / "sub" / "Dockerfile").write_text("FROM x\n")
    git("add", ".")
    git("commit", "-m", "x")
    git("remote", "add", "origin", "https://user:secret@git.example/x.git")
    attributes = git_attributes(
        str(source / "sub"),
        "",
        {"context": str(source / "sub")},
        {"PATH": os.environ["PATH"], "BUILDX_GIT_LABELS": "1"},
    )
    assert attributes["vcs:source"] == "https://git.example/x.git" and attributes["vcs:localdir:context"] == "sub"
    assert (
        len(attributes["vcs:revision"]) == 40
        and attributes["label:com.docker.image.source.entrypoint"] == "sub/Dockerfile"
    )
    assert (
        git_attributes(str(tmp_path), "", {}, {}) == {} == git_attributes(str(source), "", {}, {"BUILDX_GIT_INFO": "0"})
    )
    with pytest.raises(Failure, match="unable to 'git clone' to temporary context directory: error fetching: "):
        BuildContext(
            "git://127.0.0.1:1/x.git", "", io.BytesIO(), lambda url: iter(()), lambda t, c: None, lambda t: None
        )


def test_the_word_that_names_contexts(tmp_path: Path) -> None:
    """Made once, and buildx's own where that is there; a home that does not exist is not made."""
    word = node_identity(str(tmp_path / ".docker"))
    assert (
        word
        == node_identity(str(tmp_path / ".docker"))
        == (tmp_path / ".docker" / "buildx" / ".buildNodeID").read_text()
        and len(word) == 16
    )
    assert node_identity(str(tmp_path / "no" / ".docker")) == "" and not (tmp_path / "no").exists()


def inputs(
    place: str, file: str = "", stdin: bytes = b"", **named: str
) -> contextlib.AbstractContextManager[BuildInputs]:
    return build_inputs(place, file, named, io.BytesIO(stdin), lambda url: b"FROM " + url.encode())


def whole_inputs(*words: Any, **named: str) -> BuildInputs:
    with inputs(*words, **named) as found:
        return found


def test_inputs_of_buildkit(tmp_path: Path) -> None:
    (tmp_path / "dockerfile").write_text("FROM x\n")
    here = whole_inputs(str(tmp_path))
    assert here.attributes == {"filename": "dockerfile"} and here.folders == {
        "context": str(tmp_path),
        "dockerfile": str(tmp_path),
    }
    with inputs(str(tmp_path), "-", b"FROM stdin\n") as piped:
        assert piped.attributes == {"filename": "Dockerfile", "dockerfilekey": "dockerfile"}
        assert Path(piped.folders["dockerfile"], "Dockerfile").read_bytes() == b"FROM stdin\n"
    assert not Path(piped.folders["dockerfile"]).exists()
    with inputs("-", "", b"FROM only\n") as only:
        assert os.listdir(only.folders["context"]) == [] and not only.context_folder
    archive = whole_inputs("-", "D", gzip.compress(b"x"))
    assert archive.upload and archive.attributes == {"context": archive.upload.url, "filename": "D"}
    with inputs(str(tmp_path), "http://x.example/D") as fetched:
        assert Path(fetched.folders["dockerfile"], "Dockerfile").read_bytes() == b"FROM http://x.example/D"
    remote = whole_inputs("https://git.example/x.git?branch=y#ref:sub")
    assert remote.attributes == {
        "context": "https://git.example/x.git?branch=y#ref:sub",
        "filename": "Dockerfile",
        "frontend.caps": "moby.buildkit.frontend.gitquerystring",
    }
    assert whole_inputs("git@git.example:x/y.git").over_ssh and not remote.over_ssh
    named = whole_inputs(str(tmp_path), "", b"", a="docker-image://b", context=str(tmp_path))
    assert (
        named.attributes["context:a"] == "docker-image://b"
        and named.attributes["context:context"] == "local:_context"
        and named.folders["_context"] == str(tmp_path)
    )
    assert [is_remote(t) for t in ("http://x", "ssh://x/y", "github.com/x/y", "a@b:c", "./a", "C:x")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    for words, problem in (
        (("nosuch",), 'path "nosuch" not found'),
        (("-", "-"), "can't use stdin for both"),
        (("-", "x", b"FROM"), "ambiguous Dockerfile"),
    ):
        with pytest.raises(Failure, match=problem):
            whole_inputs(*words)


# -- progress ------------------------------------------------------------------------------------------


def vertex(name: str, started: int = 0, completed: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "digest": name,
        "inputs": [],
        "name": name,
        "cached": False,
        "started": started,
        "completed": completed,
        "error": "",
        "progressGroup": None,
        **more,
    }


def status(**parts: Any) -> dict[str, Any]:
    return {"vertexes": [], "statuses": [], "logs": [], "warnings": [], **parts}


S = 1_000_000_000


def test_a_recorded_build_line_for_line() -> None:
    """Status messages as an engine sent them, to the lines that they gave; live tests compare such lines with buildx's."""
    recorded = json.loads((DATA / "build_status.json").read_text())
    trace = Trace()
    plain = Plain(trace, "title")
    text = ""
    for i, message in enumerate(recorded["messages"]):
        trace.update(m.STATUS_RESPONSE.decode(bytes.fromhex(message)), i)
    text += plain.draw(1000)
    assert text + trace.failures() == recorded["text"]


def test_steps_interrupt_each_other_and_partial_lines() -> None:
    trace = Trace()
    plain = Plain(trace, "t")
    trace.update(
        status(
            vertexes=[vertex("a", 1 * S), vertex("b", 1 * S)],
            logs=[{"vertex": "a", "timestamp": 2 * S, "stream": 1, "msg": b"one\ntw"}],
        ),
        0,
    )
    assert plain.draw(0).startswith("#0 t\n\n#1 a\n#1 1.000 one\n#1 1.000 tw")
    trace.update(status(logs=[{"vertex": "a", "timestamp": 3 * S, "stream": 1, "msg": b"o\n"}]), 1)
    assert plain.draw(1) == "o\n"
    trace.update(
        status(
            vertexes=[vertex("b", 1 * S, 4 * S, error="exit code: 1")],
            logs=[{"vertex": "b", "timestamp": 3 * S, "stream": 2, "msg": b"x\xff\n"}],
        ),
        2,
    )
    assert (
        plain.draw(2).encode("utf-8", "surrogateescape") == b"#1 ...\n\n#2 b\n#2 2.000 x\xff\n#2 ERROR: exit code: 1\n"
    )
    trace.update(status(vertexes=[vertex("a", 1 * S, 5 * S, error="x: context canceled")]), 3)
    assert plain.draw(3) == "\n#1 a\n#1 CANCELED\n"
    assert trace.failures().encode("utf-8", "surrogateescape") == b"------\n > b:\n2.000 x\xff\n------\n"


def test_a_step_that_ends_twice_and_groups() -> None:
    trace = Trace()
    trace.update(status(vertexes=[vertex("a", S, S + 5), vertex("a", 2 * S)]), 0)
    assert trace.steps[0].completed == 0 and Plain(trace, "").draw(0).endswith("#1 a\n")
    trace.update(status(vertexes=[vertex("a", 2 * S, 4 * S)]), 1)
    assert trace.steps[0].completed == 4 * S and trace.steps[0].seconds(0) == pytest.approx(2.0, abs=1e-6)
    group = {"id": "g", "name": "both", "weak": False}
    trace = Trace()
    trace.update(
        status(
            vertexes=[
                vertex("x", S, 2 * S, progressGroup=group, cached=True),
                vertex("y", 2 * S, 0, progressGroup=group),
            ]
        ),
        0,
    )
    assert Plain(trace, "").draw(0).endswith("#1 both\n")
    trace.update(status(vertexes=[vertex("y", 2 * S, 3 * S, progressGroup=group)]), 1)
    assert [(s.name, s.completed, s.cached) for s in trace.visible()] == [("both", 3 * S, False)]


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)).map(lambda t: (t[0], t[1] and t[0] + t[1])), max_size=8)
)
def test_merged_intervals(intervals: list[tuple[int, int]]) -> None:
    """They do not overlap, are in order, and cover just what the given ones cover."""
    found = merged(intervals)
    ends = [stop or 1000 for _, stop in found]
    assert all(ends[i] < found[i + 1][0] for i in range(len(found) - 1))
    covered = {t for start, stop in found for t in range(start, (stop or 1000) + 1)}
    assert covered == {t for start, stop in intervals for t in range(start, (stop or 1000) + 1)}


def test_rawjson() -> None:
    line = raw_json(
        status(
            vertexes=[vertex("a", 1_500_000_000_120_000_000)],
            logs=[{"vertex": "a", "timestamp": 0, "stream": 1, "msg": b"hi"}],
        )
    )
    assert json.loads(line) == {
        "vertexes": [{"digest": "a", "name": "a", "started": "2017-07-14T02:40:00.12Z"}],
        "logs": [{"vertex": "a", "stream": 1, "data": "aGk=", "timestamp": "1970-01-01T00:00:00Z"}],
    }
    assert [byte_count(n) for n in (0, 999, 1000, 1234567, 5 * 10**12)] == ["0B", "999B", "1.00kB", "1.23MB", "5.00TB"]


def test_the_live_view() -> None:
    """Rows of exactly the terminal's width; what runs stays in sight; the window of a running step's output."""
    from rich.console import Console

    trace = Trace()
    trace.update(
        status(
            vertexes=[vertex(f"step {i}", S, 2 * S) for i in range(30)] + [vertex("runs 界", S)],
            logs=[{"vertex": "runs 界", "timestamp": S, "stream": 1, "msg": b"\x1b[31mred\x1b[0m\r50%\r100%\nlast"}],
        ),
        0,
    )
    trace.update(
        status(
            statuses=[
                {
                    "ID": "sha256:x",
                    "vertex": "runs 界",
                    "name": "",
                    "current": 5_000_000,
                    "total": 10_000_000,
                    "timestamp": 0,
                    "started": S,
                    "completed": 0,
                }
            ]
        ),
        0,
    )
    for width, height in ((80, 24), (40, 12), (200, 60), (14, 5)):
        out = io.StringIO()
        console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None)
        board = build_live.Board(trace, "docker:default", {})
        console.print(board, end="")
        lines = out.getvalue().rstrip("\n").split("\n")
        assert len(lines) <= height and all(build_live.display_width(line) <= width for line in lines)
        if width >= 40:
            assert (
                any("runs 界" in line for line in lines)
                and any("5.00MB / 10.00MB" in line for line in lines)
                and "(30/31)" in lines[0]
            )
    assert build_live.last_output(trace.by_digest["runs 界"], 80) == ["100%", "last"]
    assert (
        build_live.colours({"NO_COLOR": "1"}) == {}
        and build_live.colours({"BUILDKIT_COLORS": "run=green:error=1,2,3:x=y"})["error"] == "rgb(1,2,3)"
    )


# -- reports -------------------------------------------------------------------------------------------


def test_excerpts() -> None:
    text = "\n".join(f"line {i}" for i in range(1, 12))
    assert build_report.excerpt("D", text, [{"start": {"line": 1}, "end": {"line": 1}}]).splitlines()[:4] == [
        "D:1",
        "-" * 20,
        "   1 | >>> line 1",
        "   2 |     line 2",
    ]
    middle = build_report.excerpt("D", text, [{"start": {"line": 5}, "end": {"line": 6}}])
    assert "   5 | >>> line 5\n   6 | >>> line 6\n   7 |     line 7\n" in middle
    assert build_report.excerpt("D", text, []) == "" == build_report.excerpt("D", text, [{"start": {"line": 99}}])


def test_answers_about_a_dockerfile() -> None:
    outline = {
        "name": "x",
        "description": "what",
        "args": [{"name": "A", "value": "1"}],
        "secrets": [{"name": "s", "required": True}],
        "ssh": [{"name": "k"}],
        "sources": ["RlJPTSB4Cg=="],
    }
    text, problem = build_report.answer("outline", "", {"result.json": json.dumps(outline)}, "")
    assert (
        text
        == "TARGET:      x\nDESCRIPTION: what\n\nBUILD ARG   VALUE   DESCRIPTION\nA           1       \n\nSECRET   REQUIRED\ns        true\n\nSSH   REQUIRED\nk     \n\n"
        and not problem
    )
    targets = {
        "sources": ["RlJPTSB4Cg=="],
        "targets": [{"name": "a", "description": "first"}, {"default": True}, {"name": "b", "default": True}],
    }
    assert (
        build_report.answer("targets", "", {"result.json": json.dumps(targets)}, "")[0]
        == "TARGET      DESCRIPTION\na           first\n(default)   \nb (default) \n"
    )
    assert build_report.answer("lint", "json", {"result.json": "{}"}, "") == ("{}\n", "")
    data = __import__("base64").b64encode(b"FROM x\nBAD\n").decode()
    lint = {
        "sources": [{"filename": "Dockerfile", "data": data}],
        "warnings": [],
        "buildError": {"message": "oops", "location": {"ranges": [{"start": {"line": 2}}]}},
    }
    text, problem = build_report.answer("lint", "", {"result.json": json.dumps(lint)}, "other/D")
    assert text == "" and problem.startswith("oops\nother/D:2\n") and ">>> BAD" in problem


@pytest.mark.parametrize("leads_out", [True, False])
def test_an_ignore_file_is_read_within_the_context_only(tmp_path: Path, leads_out: bool) -> None:
    """A project's link to a file of the user's is an error; its content is neither obeyed nor packed."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    target = tmp_path / "secret" if leads_out else folder / "rules"
    target.write_text("left-out\n")
    (folder / ".dockerignore").symlink_to(target)
    if leads_out:
        with pytest.raises(Failure, match=r"is a symbolic link to .*secret, outside of the build context"):
            read_patterns(str(folder))
    else:
        assert read_patterns(str(folder)) == ["left-out"]


def test_an_ignore_file_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".dockerignore")
    with pytest.raises(Failure, match="it is not a regular file"):
        read_patterns(str(tmp_path))
