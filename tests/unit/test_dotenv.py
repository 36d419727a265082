"""Dotenv files: as a shell reads them, and what only programs understand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydock.flags.dotenv import LARGEST, dotenv
from tests.support.cli import cli, refused

ENVIRON = {"HERE": "h e", "EMPTY": ""}


def ours(text: str) -> dict[str, str]:
    return dotenv(text.encode(), "f", ENVIRON)


def of_shell(text: str, folder: Path) -> dict[str, str] | None:
    """What `sh -a; . FILE` adds to the environment; None where it fails, or tells something."""
    (folder / "f").write_text(text, encoding="utf-8")
    # the sentinel shows that the file was read to its end
    script = "set -a; . ./f; trap - EXIT; END_OF_FILE=1; exec env -0"
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env={**ENVIRON, "PATH": "/usr/bin:/bin"}, capture_output=True, timeout=20, check=False
    )  # fmt: skip
    found = dict(line.partition("=")[::2] for line in done.stdout.decode().split("\0") if line)
    if done.returncode or done.stderr or not found.pop("END_OF_FILE", ""):
        return None
    usual = {**ENVIRON, "PATH": "/usr/bin:/bin"}
    return {
        k: v
        for k, v in found.items()
        if k not in ("PWD", "OLDPWD", "SHLVL", "_", "OPTIND", "IFS", "PS1", "PS2", "PS4", "PPID") and usual.get(k) != v
    }


@pytest.mark.parametrize(
    "text",
    [
        "A=1", "A=1\nB=2\n", "export A=1", "export  A=1 # c", "# c\n\n  # d\nA=1", "A=", "A=''", 'A=""', "A=b#c", "A=#b", "A= # b", "A=b # c", "  A=1",
        "A='b c'", "A='b\nc'", "A='$HERE \\n'", 'A="b c"', 'A="b\nc"', r'A="a \" \\ \$ \` \q"', 'A="b\\\nc"', "A=b\\\nc", r"A=b\ c", r"A=b\'c", r"A=\$HERE", r"A=x\ \#y",
        "A=a'b c'd", "A=\"b\"'c'd", "A='it'\\''s'", "A=$HERE", 'A="$HERE"', "A=${HERE}x", "A=$NO", "A=${NO}x", "A=1\nB=$A$A", "A=1\nA=2\nB=$A", "A=$HERE\nHERE=3\nB=$HERE",
        "A=${NO:-b}", "A=${NO:-b c}", 'A="${NO:-b c}"', "A=${EMPTY:-b}", "A=${EMPTY-b}", "A=${EMPTY:+b}", "A=${EMPTY+b}", "A=${HERE:+b}", "A=${NO:-}", "A=${NO:-$HERE}",
        "A=${NO:-${EMPTY:-x}}", 'A="${NO:-it\'s}"', "A=${NO:-'b}'}", 'A=${NO:-"b}"}', "A=${HERE:?no}", "A=$", "A=a$", 'A="$"', "A=a$/b", "A=a=b=c", "A='ü€'", "A_1=x",
        "A=$HERE\\\na", 'A="$HERE\\\na"', "HEREa=3\nA=$HERE\\\na", "A=${HE\\\nRE}b", 'A="a\tb"', "A=a\t# c", "A='#'", 'A="# x" # y', "A='a'#b",
    ],
)  # fmt: skip
def test_as_a_shell_reads_it(text: str, tmp_path: Path) -> None:
    assert ours(text) == of_shell(text, tmp_path)


#: parts of values that mean the same to a shell
PARTS = st.sampled_from(
    ["a", "B", "1", "#", "=", "/", ":", ".", "-", "$HERE", "${HERE}", "$NO", "${A}", "$A", "${NO:-x}", "${EMPTY:-y}", "${EMPTY-z}", "${A:+w}", "${NO:-$A}", r"\ ", r"\$",
     r"\\", r"\#", r"\'", r"\"", "'b c'", "'$A'", "'\n'", "'\\'", "''", '"b c"', '"$A"', '"\n"', r'"\""', r'"\$"', '"${NO:-v w}"', '"\'"', '""', "\\\n", "é"]
)  # fmt: skip
LINES = st.builds(
    lambda export, key, parts, comment: export + key + "=" + "".join(parts) + comment,
    st.sampled_from(["", "export ", " "]), st.sampled_from(["A", "B", "C_1"]), st.lists(PARTS, max_size=6), st.sampled_from(["", "", " # x'y", " "]),
)  # fmt: skip


@given(st.lists(st.one_of(LINES, st.sampled_from(["", "# it's"])), max_size=5))
def test_whatever_a_shell_reads(lines: list[str]) -> None:
    import tempfile

    text = "\n".join(lines) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        expected = of_shell(text, Path(folder))
    if expected is not None:
        found = {k: v for k, v in ours(text).items() if ENVIRON.get(k) != v}
        assert found == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=hello world  # c", {"A": "hello world"}), ("A = b", {"A": "b"}), (r'A="a\nb\tc\rd"', {"A": "a\nb\tc\rd"}), ("U=http://h/?a=1&b=(2);c|d<e>~", {"U": "http://h/?a=1&b=(2);c|d<e>~"}),
        ("A=~/x", {"A": "~/x"}), ("a.b-c=1", {"a.b-c": "1"}), ("HERE\nNO\nexport EMPTY", {"HERE": "h e", "EMPTY": ""}), ("\ufeffA=1\r\nB='x\r\ny'\r\n", {"A": "1", "B": "x\ny"}),
        ("A=x\\", {"A": "x"}), ("", {}),
    ],
)  # fmt: skip
def test_what_only_programs_understand(text: str, found: dict[str, str]) -> None:
    assert ours(text) == found


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"A=1\nB='x\ny\n", "line 2: a quote (') is not closed"), (b'\nA="x', 'line 2: a quote (") is not closed'), (b"A=it's", "line 1: a quote (') is not closed"),
        (b"hello world", "line 1: 'hello world' is not KEY=VALUE"), (b"A B=1", "line 1: 'A B' is not a name of a variable"), (b"1A=2", "line 1: '1A' is not a name of a variable"),
        (b"=2", "line 1: '' is not a name of a variable"), (b"A='b' c", "line 1: after the quoted value comes 'c'"),
        (b"A=1\nB=$(date)", r"line 2: commands are not run: write \$ for the character itself, or use single quotes"),
        (b"A=`date`", r"line 1: commands are not run: write \` for the character itself, or use single quotes"),
        (b"A=pa$$word", r"line 1: there is no variable $$: write \$ for the character itself, or use single quotes"),
        (b"A=${B", "line 1: a ${ is not closed"), (b"A=${B:-c", "line 1: a ${ is not closed"), (b"A=${B:?it is needed}", "line 1: B: it is needed"), (b"A=${B?}", "line 1: B: it is not set"),
        (b"A=${B/c}", "line 1: '${B/c}' is none of ${NAME}, ${NAME:-VALUE}, ${NAME:+VALUE} and ${NAME:?MESSAGE}"),
        (b"A=1\n\xff", "line 2: it is not UTF-8"), (b"A=1\n\x00", "line 2: it is not a text file"), (b"#" * (LARGEST + 1), "it is larger than 1048576 bytes"),
    ],
)  # fmt: skip
def test_bad_lines_are_told_with_file_and_number(data: bytes, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        dotenv(data, "a/f", ENVIRON)
    assert str(caught.value) == f"invalid dotenv file (a/f): {why}"


@given(st.binary(max_size=60) | st.text("A=$'\"\\{}:-#\n b", max_size=40).map(str.encode))
def test_no_file_breaks_the_parser(data: bytes) -> None:
    try:
        found = dotenv(data, "f", ENVIRON)
    except ValueError as error:
        assert str(error).startswith("invalid dotenv file (f): ")
    else:
        assert all(isinstance(v, str) and "\0" not in v for v in found.values())


def test_the_flag_comes_between_env_file_and_env(tmp_path: Path) -> None:
    files = {"plain": "A='1'\nB=plain\n", "dot": "export B='d o t'\nC=$B$HERE", "more": 'D="$C!"\n'}
    words = ("-e", "E=5", "--env-file", "plain", "--dotenv", "dot", "--dotenv", "more")
    expected = ["A='1'", "B=plain", "B=d o t", "C=d o th e", "D=d o th e!", "E=5"]
    done = cli(
        "create",
        *words,
        "busybox",
        table={("POST", "/containers/create"): {"Id": "x"}},
        environ=ENVIRON,
        folder=tmp_path,
        files=files,
    )
    assert done.code == 0 and done.requests[0].body["Env"] == expected
    table = {("GET", "/containers/a/json"): refused(404, "No such container: a")}
    assert cli("exec", *words, "a", "x", table=table, environ=ENVIRON, folder=tmp_path, files=files).code == 1
    done = cli("exec", "--dotenv", "no", "a", "x", folder=tmp_path)
    assert (done.code, done.err) == (1, "open no: no such file or directory\n")
    done = cli("create", "--dotenv", "bad", "x", folder=tmp_path, files={"bad": "A='"})
    problem = "docker: invalid dotenv file (bad): line 1: a quote (') is not closed\n"
    assert done.code == 125 and done.err.startswith(problem)
    assert done.requests == []
