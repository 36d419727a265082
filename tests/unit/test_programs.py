"""The programs that pydock runs: which are found, how much they may say, what a repository may make git do, when they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pydock.archive.build_context import clone
from pydock.buildkit.origin import git_attributes
from pydock.buildkit.secrets import Agents
from pydock.config import plugins
from pydock.config.endpoint import Endpoint
from pydock.engine.dial import CommandEnded, CommandSocket, dial
from pydock.errors import Failure
from pydock.git import Git
from pydock.programs import MAX_ANSWER, ask, environment, find

SYSTEM = os.defpath


def script(path: Path, text: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# ---- which are found ---------------------------------------------------------------------------------------


def test_programs_are_found_on_absolute_path_entries_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "sub").mkdir(parents=True)
    there.mkdir()
    monkeypatch.chdir(here)
    for folder in (here, here / "sub"):
        script(folder / "tool")
    for path in ("", ".", ":", "sub", ":sub:.", "./sub:", "~/bin"):
        assert find("tool", {"PATH": path}) == ""
    assert find("tool", {}) == ""
    wanted = script(there / "tool")
    for path in (f"{there}", f".:{there}", f":sub:{there}:{here}"):
        assert find("tool", {"PATH": path}) == str(wanted)
    assert environment({"PATH": f".:{there}:", "A": "b"}) == {"PATH": str(there), "A": "b"}
    # a name that is a way to somewhere is none
    for name in ("", ".", "..", "sub/tool", f"{here}/tool", "../there/tool", "tool\0"):
        assert find(name, {"PATH": f"{there}:{here}"}) == ""
    (there / "text").write_text("no program")
    (there / "folder").mkdir()
    assert find("text", {"PATH": str(there)}) == find("folder", {"PATH": str(there)}) == ""


#: what the project's folder holds, each of which would leave a mark
TRAPS = (
    "git",
    "ssh",
    "ssh-agent",
    "ssh-add",
    "pass",
    "gpg",
    "docker-credential-trap",
    "docker-credential-pass",
    "docker-trap",
    "sh",
    "docker",
)


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder is a project's whose programs leave marks, and PATH leads there first, by every relative entry."""
    project, marks = tmp_path / "project", tmp_path / "marks"
    (project / "bin").mkdir(parents=True)
    (project / ".git").mkdir()
    marks.mkdir()
    for name in TRAPS:
        for folder in (project, project / "bin"):
            script(folder / name, f"echo run >{marks}/{name}; exit 1")
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", f":.:bin:./bin:{SYSTEM}")
    yield project
    assert [p.name for p in marks.iterdir()] == []


def pydock(*argv: str, home: Path, data: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The command line as a program, in the current folder."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), **environ}
    return subprocess.run(
        [sys.executable, "-P", "-m", "pydock", *argv]
        if sys.version_info >= (3, 11)
        else [str(Path(sys.executable).with_name("pydock")), *argv],
        input=data,
        capture_output=True,
        env=env,
        timeout=60,
        check=False,
    )


def test_no_program_of_the_current_folder_is_run(trapped: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    for config in (
        '{"credsStore": "trap"}',
        '{"credHelpers": {"reg.example": "trap"}}',
        '{"cliPluginsExtraDirs": [".", "bin", "./bin"]}',
        "{}",
    ):
        (home / ".docker" / "config.json").write_text(config)
        for argv in (["logout", "reg.example"], ["trap"], ["info"], ["--help"]):
            pydock(*argv, home=home, DOCKER_HOST=f"unix://{tmp_path}/none")
    git_attributes(str(trapped), "", {}, os.environ)
    # a key that can be added is not needed: what would be run is
    (trapped / "key").write_text("no key")
    with pytest.raises(Failure):
        Agents([("default", ("key",))], os.environ)
    with pytest.raises(Failure):
        clone("ssh://127.0.0.1:1/repository", str(tmp_path))
    try:
        connection = dial(Endpoint("ssh://127.0.0.1:1"))
    except OSError:  # ssh is not installed
        return
    assert isinstance(connection, CommandSocket)
    connection.close()
    connection.process.wait(30)


def test_a_program_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandEnded, match=r'^exec: "ssh": executable file not found in \$PATH$'):
        dial(Endpoint("ssh://host"))
    with pytest.raises(Failure, match="keys in files need ssh-agent, which is not installed"):
        Agents([("default", (__file__,))], os.environ)
    with pytest.raises(Failure, match=r"unable to find 'git': exec: \"git\": executable file not found in \$PATH"):
        clone("https://host/repository", str(tmp_path))


def loaded_by_python(folder: Path) -> set[str]:
    """What `python -m` imports by itself, before a module can say anything."""
    (folder / "nothing.py").write_text("import sys; print(*sys.modules)")
    return set(
        subprocess.run(
            [sys.executable, "-m", "nothing"], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.split()
    )


@pytest.mark.parametrize(
    "argv",
    [
        ["-m", "pydock.generate", "--check"],
        ["-m", "pydock", "--help"],
        ["-m", "pydock", "ps"],
        ["-m", "pydock", "build", "."],
        ["-m", "pydock", "manifest", "inspect", "127.0.0.1:1/x"],
        ["-c", "from pydock.main import main; main()"],
    ],
    ids=" ".join,
)
def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, argv: list[str]) -> None:
    project, mark = tmp_path / "project", tmp_path / "mark"
    project.mkdir()
    from_outside = {
        "click",
        "httpx",
        "h2",
        "rich",
        "cryptography",
        "yaml",
        "anyio",
        "httpcore",
        "idna",
        "certifi",
        "pygments",
        "json",
        "ssl",
    }
    # by -c the folder is left when main() runs, which has been imported by then
    names = from_outside if argv[0] == "-c" else {*sys.stdlib_module_names} | from_outside
    for name in names - loaded_by_python(tmp_path):
        (project / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r} + chr(10))")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/none"}
    done = subprocess.run(
        [sys.executable, *argv], cwd=project, capture_output=True, text=True, env=env, timeout=60, check=False
    )
    assert not mark.exists(), mark.read_text()
    assert "Traceback" not in done.stderr, done.stderr


# ---- how much they may say ---------------------------------------------------------------------------------


def test_what_a_program_says_is_bounded(tmp_path: Path) -> None:
    environ = {"PATH": SYSTEM}
    echo = ask([str(script(tmp_path / "echo", "cat; echo err >&2; exit 3"))], environ, b"x" * 300_000, seconds=60)
    assert (echo.code, echo.out, echo.err, echo.problem) == (3, b"x" * 300_000, b"err\n", "")
    for stream in ("", ">&2"):
        endless = ask([str(script(tmp_path / "endless", f"exec yes {stream}"))], environ, seconds=60)
        assert endless.problem == f"wrote more than {MAX_ANSWER >> 20} MiB" and endless.out == b""
    silent = ask([str(script(tmp_path / "silent", "exec sleep 1000"))], environ, seconds=0.2)
    assert silent.problem == "did not end within 0.2 seconds"
    # its child holds its output open, and is not waited for any longer
    left = ask([str(script(tmp_path / "left", "sleep 5 & exit 0"))], environ, seconds=0.2)
    assert left.problem == "did not end within 0.2 seconds"
    deaf = ask([str(script(tmp_path / "deaf", "exec <&-; echo done"))], environ, b"x" * 3_000_000, seconds=60)
    assert (deaf.out, deaf.problem) == (b"done\n", "")


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ("exec yes", "failed to fetch metadata: wrote more than 1 MiB"),
        ("exec sleep 1000", "failed to fetch metadata: did not end within 1 seconds"),
        ("echo '[]'", "failed to fetch metadata: exit status 0"),
        ("exit 4", "failed to fetch metadata: exit status 4"),
        ("head -c 200000 /dev/zero | tr '\\0' '['", "failed to fetch metadata: "),
        ("printf '\\377'", "failed to fetch metadata: "),
        ("""echo '{"SchemaVersion": "0.1.0", "Vendor": {"a": 1}}'""", ""),
    ],
)
def test_a_plugin_may_say_anything_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, problem: str
) -> None:
    monkeypatch.setattr(plugins, "SECONDS", 1.0 if "sleep" in says else 60.0)
    found = plugins.load("x", str(script(tmp_path / "docker-x", says)), (), {"PATH": SYSTEM})
    assert found.problem.startswith(problem) and bool(found.problem) == bool(problem)


# ---- git in a repository that others wrote -----------------------------------------------------------------


def plain_git(folder: Path, *args: str) -> None:
    own = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a",
    }
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *args],
        cwd=folder,
        check=True,
        capture_output=True,
        env={"PATH": SYSTEM, **own},
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit of one file, which has been touched since, so that its content must be compared."""
    if not find("git", os.environ):
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    folder.mkdir()
    plain_git(folder, "init", "-q", "-b", "main")
    (folder / "file").write_text("text")
    plain_git(folder, "add", ".")
    plain_git(folder, "commit", "-q", "-m", "first")
    os.utime(folder / "file", (1, 1))
    return folder


def hook(folder: Path, mark: str) -> None:
    for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        script(folder / ".git" / "hooks" / name, mark)


def attributed(kind: str) -> Callable[[Path, str], None]:
    def damage(folder: Path, mark: str) -> None:
        (folder / ".git" / "info" / "attributes").write_text("* filter=a=b.c diff=a=b.c merge=a=b.c\n")
        section, _, key = kind.partition(".")
        configured(f'[{section} "a=b.c"]\n{key} = "MARK"')(folder, mark)

    return damage


def configured(*lines: str) -> Callable[[Path, str], None]:
    def damage(folder: Path, mark: str) -> None:
        with (folder / ".git" / "config").open("a") as file:
            file.write("\n" + "\n".join(lines).replace("MARK", mark) + "\n")

    return damage


def promised(*lines: str) -> Callable[[Path, str], None]:
    """A partial clone that lacks every object, and fetches them when they are asked for."""

    def damage(folder: Path, mark: str) -> None:
        configured(
            '[extensions]\npartialClone = "origin"\n[core]\nrepositoryformatversion = 1\n[remote "origin"]\npromisor = true',
            *lines,
        )(folder, mark)
        for path in (folder / ".git" / "objects").glob("??/*"):
            path.unlink()

    return damage


def included(folder: Path, mark: str) -> None:
    (folder / ".git" / "info" / "attributes").write_text("* filter=inc\n")
    (folder / "more").write_text(f'[filter "inc"]\nclean = "{mark}"\n')
    configured("[include]\npath = ../more")(folder, mark)


def of_a_submodule(folder: Path, mark: str) -> None:
    """A repository inside, with a configuration of its own."""
    inner = folder / "inner"
    inner.mkdir()
    plain_git(inner, "init", "-q", "-b", "main")
    (inner / "file").write_text("text")
    plain_git(inner, "add", ".")
    plain_git(inner, "commit", "-q", "-m", "inner")
    plain_git(folder, "add", "inner")
    plain_git(folder, "commit", "-q", "-m", "with a submodule")
    os.utime(inner / "file", (1, 1))
    attributed("filter.clean")(inner, mark)
    configured('[core]\nfsmonitor = "MARK"')(inner, mark)


WAYS: dict[str, Callable[[Path, str], None]] = {
    "a file monitor": configured('[core]\nfsmonitor = "MARK"'),
    "hooks": hook,
    "hooks elsewhere": lambda folder, mark: (
        hook(folder, mark),
        (folder / ".git" / "hooks").rename(folder / "h"),
        configured("[core]\nhooksPath = h")(folder, mark),
        None,
    )[-1],
    "a clean filter": attributed("filter.clean"),
    "a filter process": attributed("filter.process"),
    "a required filter": configured(
        '[filter "x"]\nrequired = true\nclean = "MARK"', "[core]\nattributesFile = .gitattributes"
    ),
    "an included filter": included,
    "text conversion": attributed("diff.textconv"),
    "a diff program": attributed("diff.command"),
    "an external diff": configured('[diff]\nexternal = "MARK"'),
    "a pager": configured(
        '[core]\npager = "MARK"\n[pager]\nshow = "MARK"\nstatus = "MARK"\nconfig = "MARK"\nrev-parse = "MARK"\nremote = "MARK"'
    ),
    "signatures": configured('[log]\nshowSignature = true\n[gpg]\nprogram = "MARK"'),
    "an alias": configured(
        '[alias]\nshow = "!MARK"\nstatus = "!MARK"\nrev-parse = "!MARK"\nremote = "!MARK"\nsymbolic-ref = "!MARK"\nfor-each-ref = "!MARK"'
    ),
    "an editor": configured('[core]\neditor = "MARK"\naskPass = "MARK"\nalternateRefsCommand = "MARK"'),
    "promised objects by ext": promised('url = "ext::sh -c MARK"'),
    "promised objects by ext, allowed": promised(
        'url = "ext::sh -c MARK"\n[protocol]\nallow = always\n[protocol "ext"]\nallow = always'
    ),
    "promised objects by ssh": promised('url = "ssh://host/x"\n[core]\nsshCommand = "MARK"'),
    "promised objects by a git proxy": promised('url = "git://host/x"\n[core]\ngitProxy = "MARK"'),
    "promised objects by a path": promised('url = "/nowhere"\nuploadpack = "MARK"\n[protocol "file"]\nallow = always'),
    "promised objects by a remote helper": promised(
        'url = "https://127.0.0.1:1/x"\nvcs = "mark"\n[credential]\nhelper = "!MARK"'
    ),
    "a submodule": of_a_submodule,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_hostile_repository_runs_no_program(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    mark = tmp_path / "mark"
    WAYS[way](repository, str(script(tmp_path / "trap", f"echo run >>{mark}; exit 0")))
    for words in ("0", "1"):
        monkeypatch.setenv("BUILDX_GIT_CHECK_DIRTY", words)
        git_attributes(str(repository), "", {"context": str(repository)}, {**os.environ, "BUILDX_GIT_LABELS": "full"})
    assert not mark.exists(), mark.read_text()


def test_the_ways_of_a_hostile_repository_are_ways(repository: Path, tmp_path: Path) -> None:
    """git by itself runs what most of them hold: the test above can fail."""
    if not find("git", os.environ):
        pytest.skip("git is not installed")
    seen = set()
    for number, way in enumerate(WAYS):
        copy, mark = tmp_path / f"copy{number}", tmp_path / f"mark{number}"
        subprocess.run(["cp", "-a", str(repository), str(copy)], check=True)
        WAYS[way](copy, str(script(tmp_path / f"trap{number}", f"echo run >>{mark}; exit 0")))
        for argv in (["show", "HEAD"], ["status", "--porcelain", "--ignored"], ["log", "-p", "--ext-diff"]):
            subprocess.run(
                ["git", "-c", "protocol.ext.allow=always", *argv],
                cwd=copy,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=60,
                check=False,
                env={"PATH": SYSTEM, "GIT_CONFIG_GLOBAL": "/dev/null"},
            )
        seen |= {way} if mark.exists() else set()
    assert {
        "a file monitor",
        "hooks",
        "hooks elsewhere",
        "a clean filter",
        "a filter process",
        "an included filter",
        "promised objects by ext, allowed",
        "promised objects by ssh",
        "promised objects by a path",
        "a submodule",
    } <= seen


def test_git_answers_of_the_folder_that_is_asked(repository: Path, tmp_path: Path) -> None:
    """Also where it is called by a hook, whose variables name another repository."""
    environ = {
        **os.environ,
        "GIT_DIR": str(tmp_path / "other"),
        "GIT_INDEX_FILE": "x",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "a.b",
        "GIT_CONFIG_VALUE_0": "c",
    }
    git = Git(str(repository), environ)
    assert git.query("rev-parse", "--show-toplevel").out.decode().strip() == str(repository)
    assert not git.is_dirty()
    assert (
        git.query("config", "a.b").out == b"c\n" and git.query("config", "a.b", settings={"a.b": "d=e"}).out == b"d=e\n"
    )
    (repository / "file").write_text("other")
    assert git.is_dirty()
    found = git_attributes(str(repository), "", {}, {**environ, "BUILDX_GIT_CHECK_DIRTY": "1"})
    assert len(found["vcs:revision"]) == 46 and found["vcs:revision"].endswith("-dirty")


# ---- the agent that holds a key ----------------------------------------------------------------------------

HOLD = """
import os, signal, sys
from pydock.buildkit.secrets import Agents
# a shell that runs the tests in the background has its children ignore some of them
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
agents = Agents([("default", (sys.argv[1],))], os.environ)
print(agents.sockets["default"], flush=True)
sys.stdin.read()
agents.close()
"""


@pytest.mark.parametrize(
    "end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, None], ids=str
)
def test_the_agent_of_a_key_does_not_outlive_pydock(tmp_path: Path, end: signal.Signals | None) -> None:
    if not find("ssh-agent", os.environ):
        pytest.skip("OpenSSH is not installed")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "key")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin and process.stdout
    with process.stdin, process.stdout:
        sock = process.stdout.readline().decode().strip()
        listed = subprocess.run(
            ["ssh-add", "-l"], capture_output=True, env={**os.environ, "SSH_AUTH_SOCK": sock}, check=False
        )
        assert b"ED25519" in listed.stdout
        if end is None:
            process.stdin.close()
        else:
            process.send_signal(end)
        process.wait(30)
    limit = time.monotonic() + 30
    while os.path.exists(os.path.dirname(sock)) or [p for p in command_lines() if sock in p]:
        assert time.monotonic() < limit, "the agent, or its folder, is still there"
        time.sleep(0.05)


def command_lines() -> list[str]:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
