"""Builds that docker with buildx, docker's classic builder and pydock all do: features, edge-case contexts, failures."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

BOTH, KIT, CLASSIC = "both", "buildkit", "classic"


@dataclass
class Case:
    """files: path -> content, below the context; prepare: makes what is no plain file; builders: which of them it is for;
    new: needs an engine newer than 20.10."""

    name: str
    dockerfile: str
    args: tuple[str, ...] = (".",)
    files: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], object] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    builders: str = BOTH
    new: bool = False

    def make(self, folder: Path) -> None:
        """Lay the context out. Times are set, so that nothing differs from one run to the next."""
        folder.mkdir(parents=True)
        if self.dockerfile:
            (folder / "Dockerfile").write_text(self.dockerfile)
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        if self.prepare:
            self.prepare(folder)


def odd_names(folder: Path) -> None:
    for name in (
        "with blank",
        "ünïcödé",
        "-dash",
        "a\nnewline",
        "quote'\"",
        "back\\slash",
        "star*",
        "[bracket]",
        "#hash",
        "!bang",
    ):
        (folder / name).write_text(name)


def modes(folder: Path) -> None:
    for mode in (0o400, 0o755, 0o4755, 0o2755, 0o1777, 0o000, 0o666):
        (folder / f"m{mode:o}").write_text("x")
        (folder / f"m{mode:o}").chmod(mode)
    (folder / "d").mkdir()
    (folder / "d" / "f").write_text("x")
    (folder / "d").chmod(0o1770)


def links(folder: Path) -> None:
    (folder / "a").write_text("a")
    os.link(folder / "a", folder / "b")
    (folder / "sub").mkdir()
    os.link(folder / "a", folder / "sub" / "c")
    (folder / "relative").symlink_to("a")
    (folder / "absolute").symlink_to("/etc/passwd")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "folder").symlink_to("sub")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("../../..")


def special(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
    (folder / "file").write_text("x")


def sparse(folder: Path) -> None:
    with open(folder / "sparse", "wb") as file:
        file.seek(3 << 20)
        file.write(b"end")
    (folder / "empty").write_bytes(b"")
    (folder / "chunk").write_bytes(b"x" * 32768)
    (folder / "block").write_bytes(b"y" * (1 << 20))
    (folder / "more").write_bytes(b"z" * ((1 << 20) + 1))


def attributes(folder: Path) -> None:
    (folder / "f").write_text("x")
    os.setxattr(folder / "f", "user.note", b"hello\0\xff")
    (folder / "d").mkdir()
    os.setxattr(folder / "d", "user.dir", b"1")


def many(folder: Path) -> None:
    for i in range(40):
        (folder / f"d{i}").mkdir()
        for j in range(10):
            (folder / f"d{i}" / f"f{j}").write_text(f"{i} {j}")


def deep(folder: Path) -> None:
    place = folder
    for i in range(30):
        place = place / f"level{i}"
    place.mkdir(parents=True)
    (place / "f").write_text("deep")


def order(folder: Path) -> None:
    """Names whose order differs between whole paths and elements."""
    for name in ("a/b", "a-b", "a.b", "a0", "a/c/d", "a b", "A", "ab/c"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def followed(folder: Path) -> None:
    (folder / "link").symlink_to("real")
    (folder / "other").symlink_to("real/f")


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content.encode()))
    return out.getvalue()


ALL = "FROM busybox\nCOPY . /ctx\n"
LIST = ALL + "RUN find /ctx | sort\n"
IGNORE = {
    "a/b/c": "",
    "a/b/d": "",
    "a/x.go": "",
    "a/x.md": "",
    "README.md": "",
    "b/README.md": "",
    "c.tmp": "",
    "d/c.tmp": "",
    "e/f/g.tmp": "",
    "keep": "",
}


def ignoring(name: str, *lines: str) -> Case:
    return Case(f"ignore-{name}", LIST, files={**IGNORE, ".dockerignore": "\n".join(lines) + "\n"})


CASES = [
    # -- instructions --------------------------------------------------------------------------------
    Case("plain", "FROM busybox\nRUN echo hello > /f\nCMD [\"cat\", \"/f\"]\n"),
    Case("everything", "FROM busybox\nARG V=1\nENV A=b C=$V\nLABEL l=\"x y\" m=$V\nEXPOSE 80/tcp 53/udp\nUSER 1:2\nWORKDIR /w\nVOLUME /v\nSTOPSIGNAL SIGINT\n"
         "HEALTHCHECK --interval=5s CMD true\nENTRYPOINT [\"sh\"]\nCMD [\"-c\", \"id\"]\nSHELL [\"/bin/sh\", \"-e\", \"-c\"]\nONBUILD RUN true\n"),
    Case("scratch", "FROM scratch\nCOPY a /a\n", files={"a": "x"}),
    Case("copy-file", "FROM busybox\nCOPY a b /to/\nADD c /to/renamed\n", files={"a": "1", "b": "2", "c": "3"}),
    Case("copy-wildcards", "FROM busybox\nCOPY *.txt x?/ /to/\n", files={"a.txt": "1", "b.txt": "2", "c.md": "3", "x1/f": "4", "x2/g": "5"}),
    Case("copy-chown", "FROM busybox\nCOPY --chown=5:6 . /c\nRUN stat -c '%n %u %g' /c/a\n", files={"a": "1"}),
    Case("add-tar", "FROM busybox\nADD a.tar /x\n", prepare=lambda f: (f / "a.tar").write_bytes(archive(in__side="i", top="t"))),
    Case("stages", "FROM busybox AS one\nRUN echo 1 > /1\nFROM busybox AS two\nCOPY --from=one /1 /2\nFROM busybox\nCOPY --from=two /2 /3\nCOPY --from=0 /1 /4\n"),
    Case("target", "FROM busybox AS one\nRUN echo 1 > /1\nFROM one AS two\nRUN echo 2 > /2\n", ("--target", "one", ".")),
    Case("from-image", "FROM busybox\nCOPY --from=busybox /bin/busybox /bb\n"),
    Case("workdir-run", "FROM busybox\nWORKDIR /a\nWORKDIR b\nRUN pwd > f\n"),
    Case("long-line", "FROM busybox\nRUN echo a \\\n    && echo b \\\n# a comment\n    && echo c\n"),
    Case("output-lines", "FROM busybox\nRUN printf 'no end'; printf '\\nnext\\r\\ntabs\\t|' ; printf '\\n\\n\\nüñ\\n' ; echo err >&2\n"),
    Case("many-lines", "FROM busybox\nRUN for i in $(seq 300); do echo line $i; done\n"),
    Case("empty-env", "FROM busybox\nENV A=\nRUN echo \"[$A]\"\n"),
    # -- flags ---------------------------------------------------------------------------------------
    Case("build-args", "FROM busybox\nARG A\nARG B=b\nARG C\nRUN echo $A $B $C\n", ("--build-arg", "A=1", "--build-arg", "FROMENV", "--build-arg", "C", "."), env={"C": "see"}),
    Case("arg-from", "ARG BASE=nosuch\nFROM $BASE\nRUN echo ok\n", ("--build-arg", "BASE=busybox", ".")),
    Case("proxy-args", "FROM busybox\nRUN echo $http_proxy\n", ("--build-arg", "http_proxy=http://p:1", "--build-arg", "NO_PROXY=x", ".")),
    Case("labels", "FROM busybox\nLABEL a=file z=file\n", ("--label", "a=cli", "--label", "empty", "--label", "with=equals=sign", ".")),
    Case("network-none", "FROM busybox\nRUN ip addr | grep -c ': lo'\n", ("--network", "none", ".")),
    Case("network-host", "FROM busybox\nRUN echo host\n", ("--network=host", ".")),
    Case("add-host", "FROM busybox\nRUN grep a.example /etc/hosts\n", ("--add-host", "a.example:10.1.2.3", "--add-host=b.example:::1", ".")),
    Case("no-cache-filter", "FROM busybox AS one\nRUN echo 1\nFROM one AS two\nRUN echo 2\n", ("--no-cache-filter", "nosuch", "."), builders=KIT),
    Case("shm-ulimit", "FROM busybox\nRUN ulimit -n && df -k /dev/shm | tail -1\n", ("--shm-size", "32m", "--ulimit", "nofile=100:200", "."), new=True),
    Case("dockerfile-elsewhere", "", ("-f", "other/My.Dockerfile", "."), files={"other/My.Dockerfile": ALL, "a": "1"}),
    Case("dockerfile-ignore", "", ("-f", "other/D", "."), files={"other/D": LIST, "other/D.dockerignore": "a\n", ".dockerignore": "b\n", "a": "1", "b": "2", "c": "3"}, builders=KIT),
    Case("dockerfile-outside", "FROM busybox\nCOPY inner /x\n", ("-f", "Dockerfile", "sub"), files={"sub/inner": "1"}),
    Case("dockerfile-stdin", "", ("-f", "-", "."), files={"a": "1"}, stdin=b"FROM busybox\nCOPY a /a\n", builders=KIT),
    Case("dockerfile-only-stdin", "", ("-",), stdin=b"FROM busybox\nRUN echo from stdin\n"),
    Case("tar-stdin", "", ("-",), stdin=archive(Dockerfile=ALL, a="1", sub__b="2")),
    Case("tar-stdin-file", "", ("-f", "sub/D", "-"), stdin=archive(sub__D=ALL, a="1")),
    Case("lowercase-dockerfile", "", files={"dockerfile": ALL}),
    Case("subfolder", "", ("sub",), files={"sub/Dockerfile": ALL, "sub/a": "1", "b": "2"}),
    Case("named-context", "FROM busybox\nCOPY --from=more / /m\n", ("--build-context", "more=other", "."), files={"other/f": "1", "x": ""}, builders=KIT, new=True),
    Case("named-image", "FROM base\nRUN echo b\n", ("--build-context", "base=docker-image://busybox", "."), builders=KIT, new=True),
    Case("inline-cache", "FROM busybox\nRUN echo c\n", ("--cache-to", "type=inline", "."), builders=KIT, new=True),
    Case("platform", "FROM busybox\nARG TARGETARCH\nRUN echo $TARGETARCH\n", ("--platform", "linux/amd64", "."), builders=KIT),
    Case("epoch", "FROM busybox\nCOPY a /a\n", (".",), files={"a": "1"}, env={"SOURCE_DATE_EPOCH": "1700000000"}, builders=KIT, new=True),
    # -- mounts --------------------------------------------------------------------------------------
    Case("secret-file", "FROM busybox\nRUN --mount=type=secret,id=s md5sum /run/secrets/s\n", ("--secret", "id=s,src=key", "."), files={"key": "hush", ".dockerignore": "key"}, builders=KIT),
    Case("secret-env", "FROM busybox\nRUN --mount=type=secret,id=S md5sum /run/secrets/S\n", ("--secret", "id=S", "."), env={"S": "hush"}, builders=KIT),
    Case("secret-missing", "FROM busybox\nRUN --mount=type=secret,id=s,required=true cat /run/secrets/s\n", builders=KIT),
    Case("cache-mount", "FROM busybox\nRUN --mount=type=cache,target=/cache echo x > /cache/f && cp /cache/f /f\n", builders=KIT),
    Case("bind-mount", "FROM busybox\nRUN --mount=type=bind,target=/src cat /src/a > /copied\n", files={"a": "1"}, builders=KIT),
    Case("tmpfs-mount", "FROM busybox\nRUN --mount=type=tmpfs,target=/t touch /t/x\n", builders=KIT),
    Case("heredoc", "FROM busybox\nCOPY <<EOF /f\nhello\nEOF\nRUN <<EOF\necho 1\necho 2\nEOF\n", builders=KIT, new=True),
    Case("copy-link", "FROM busybox\nCOPY --link a /a\n", files={"a": "1"}, builders=KIT, new=True),
    Case("copy-chmod", "FROM busybox\nCOPY --chmod=640 a /a\n", files={"a": "1"}, builders=KIT),
    Case("linter", "from busybox\nRUN echo $UNSET\nFROM busybox as x\nMAINTAINER me\n", builders=KIT),
    # -- contexts ------------------------------------------------------------------------------------
    Case("context-links", ALL, prepare=links),
    Case("context-modes", ALL, prepare=modes),
    Case("context-names", ALL, prepare=odd_names),
    Case("context-special", "FROM busybox\nCOPY file /\n", prepare=special),
    Case("context-sizes", ALL, prepare=sparse),
    Case("context-xattrs", ALL, prepare=attributes, builders=KIT),
    Case("context-many", ALL, prepare=many),
    Case("context-deep", ALL, prepare=deep),
    Case("context-order", LIST, prepare=order),
    Case("context-empty-folders", ALL, prepare=lambda f: (f / "x" / "y").mkdir(parents=True)),
    Case("context-followed-link", "FROM busybox\nCOPY link/f /f\nCOPY other /o\n", files={"real/f": "1", "unused": "2"},
         prepare=followed),
    Case("context-times", ALL, files={"a": "1"}, prepare=lambda f: os.utime(f / "a", ns=(1, 1_000_000_000_123_456_789))),
    ignoring("names", "*.md", "c.tmp", "# comment", "", "a/b"),
    ignoring("stars", "*/*.tmp", "**/README.md", "a/*/c"),
    ignoring("all-but", "*", "!keep", "!a/b/c", "!Dockerfile"),
    ignoring("exceptions", "**/*.tmp", "!d/*.tmp", "a", "!a/x.go", "!**/d"),
    ignoring("self", "Dockerfile", ".dockerignore", "**"),
    ignoring("folders", "a/", "/b/", "./c.tmp", "e/..", "d/../keep"),
    ignoring("classes", "[ab]", "?.tmp", "kee[a-z]", "\\!x"),
    ignoring("question", "a/?/c", "!a/b", "*/f/**"),
    # -- failures ------------------------------------------------------------------------------------
    Case("fail-run", "FROM busybox\nRUN echo before; exit 7\n"),
    Case("fail-deep", "FROM busybox\nRUN true\n\n# comment\nRUN echo a \\\n && false \\\n && echo b\nRUN true\n"),
    Case("fail-copy", "FROM busybox\nCOPY nope /\n"),
    Case("fail-parse", "FROM busybox\nBOGUS x\n"),
    Case("fail-empty", "", files={"Dockerfile": ""}),
    Case("fail-no-from", "RUN true\n"),
    Case("fail-stage", "FROM busybox\nCOPY --from=0 /a /b\n"),
    Case("fail-target", "FROM busybox\n", ("--target", "nope", ".")),
    Case("fail-no-dockerfile", "", files={"a": "1"}),
    Case("fail-escape", "FROM busybox\nCOPY ../x /\n"),
    Case("fail-ignored", "FROM busybox\nCOPY a /\n", files={"a": "1", ".dockerignore": "a"}),
    Case("fail-pattern", ALL, files={"a": "1", ".dockerignore": "[\n"}),
    Case("fail-chown", "FROM busybox\nCOPY --chown=nosuch a /\n", files={"a": "1"}),
    Case("fail-onbuild", "FROM busybox\nONBUILD FROM x\n"),
]  # fmt: skip
