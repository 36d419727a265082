"""`setup`, in a home of its own: what it makes, what it leaves alone, and that nothing of it stays."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from pydock.errors import Failure
from pydock.install.installation import Installation
from pydock.install.ledger import read_ledger
from pydock.install.pages import pages
from pydock.render.completion import script
from tests.support.cli import Result, cli
from tests.support.keys import Keys

PAGES = {f"man1/pydock-{name}.1": name.encode() for name in ("run", "ps", "rm", "cp")} | {"man5/pydock-api.5": b"api"}


class User:
    """A user of a system with some shells. pages: those that came with the installation."""

    def __init__(self, root: Path, *shells: str, pages: Mapping[str, bytes] = PAGES) -> None:
        self.home, self.system, self.pages = root / "home", root / "system", dict(pages)
        for folder in (self.home, self.system / "bin", self.system / "etc", root / "opt"):
            folder.mkdir(parents=True)
        for shell in shells:
            self.program(self.system / "bin" / shell)
        self.own = self.program(root / "opt" / "pydock")
        self.environ = {"HOME": str(self.home), "PATH": f"{self.system}/bin"}

    def program(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    def __call__(self, *flags: str, stdin: bytes = b"", tty: bool = False, **environ: str) -> Result:
        full = {**self.environ, **environ}
        installation = Installation(full, str(self.own), lambda: self.pages, str(self.system))
        return cli(
            "setup",
            *flags,
            environ=full,
            stdin=Keys(stdin) if tty else stdin,
            tty=tty,
            installation=installation,
            prog="pydock",
        )

    def tree(self) -> dict[str, str | bytes]:
        """path -> what a link points to, a file's content, "" for a folder."""
        found: dict[str, str | bytes] = {}
        for path in self.home.rglob("*"):
            name = path.relative_to(self.home).as_posix()
            found[name] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
        return found


EVERYTHING = {
    ".local/share/bash-completion/completions/pydock": script("bash", "pydock").encode(),
    ".local/share/zsh/site-functions/_pydock": script("zsh", "pydock").encode(),
    ".config/fish/completions/pydock.fish": script("fish", "pydock").encode(),
    ".local/share/pydock/pydock.ps1": script("powershell", "pydock").encode(),
    **{f".local/share/man/{name}": text for name, text in PAGES.items()},
}
FOR_DOCKER = {
    ".local/share/bash-completion/completions/docker": script("bash", "docker").encode(),
    ".local/share/zsh/site-functions/_docker": script("zsh", "docker").encode(),
    ".config/fish/completions/docker.fish": script("fish", "docker").encode(),
    ".local/share/pydock/docker.ps1": script("powershell", "docker").encode(),
}
NOTE = ".local/state/pydock/setup.json"


def files(user: User) -> dict[str, str | bytes]:
    return {name: content for name, content in user.tree().items() if content != "" and name != NOTE}


@pytest.mark.parametrize("way", ["", "link", "alias"])
def test_what_is_made_and_undone(tmp_path: Path, way: str) -> None:
    user = User(tmp_path, "bash", "zsh", "fish", "pwsh")
    (user.home / ".bashrc").write_text("# mine\n")
    (user.home / ".local" / "share" / "man").mkdir(parents=True)
    before = user.tree()
    done = user("--yes", *([f"--docker={way}"] if way else []))
    assert (done.code, done.err) == (0, "")
    link = {".local/bin/pydock": str(user.own)}
    names = {**EVERYTHING, **link, **(FOR_DOCKER if way else {})}
    if way == "link":
        names[".local/bin/docker"] = str(user.own)
    assert files(user) == {**names, ".bashrc": b"# mine\n"}
    assert stat.S_IMODE((user.home / ".local/share/man/man1/pydock-run.1").stat().st_mode) == 0o644
    # again: nothing is left to do, and what was asked of docker is remembered
    after = user.tree()
    assert user("--yes").out.startswith("Everything is set up\n") and user.tree() == after
    assert user("--undo", "--dry-run").code == 0 and user.tree() == after
    undone = user("--undo", "--yes")
    assert (undone.code, undone.err) == (0, "") and user.tree() == before
    assert user("--undo", "--yes").out == "Nothing is left to remove\n" and user.tree() == before


def test_it_is_shown_first_and_asked(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    shown = [
        f"create {user.home}/.local/bin/docker -> {user.own}", f"create {user.home}/.local/bin/pydock -> {user.own}",
        f"create {user.home}/.local/share/bash-completion/completions/docker", f"create {user.home}/.local/share/bash-completion/completions/pydock",
        f"create {user.home}/.local/share/man/man1: 4 files", f"create {user.home}/.local/share/man/man5/pydock-api.5",
    ]  # fmt: skip
    dry = user("--docker", "--dry-run")
    assert dry.out.startswith("".join(f"Would {line}\n" for line in shown)) and (dry.code, dry.err) == (0, "")
    refused = user("--docker")
    assert (refused.code, refused.out) == (1, "") and "--yes does it without asking" in refused.err
    assert user.tree() == {}
    refused = user("--docker", tty=True, stdin=b"n\n")
    assert refused.code == 1 and shown[-1] in refused.out and user.tree() == {}
    done = user("--docker", "--yes")
    assert done.out.startswith("".join(f"Created {line.partition(' ')[2]}\n" for line in shown))


def test_only_looking_makes_nothing(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    installation = Installation(user.environ, str(user.own), lambda: user.pages, str(user.system))
    done = cli("--curl=only", "setup", "--yes", environ=user.environ, installation=installation)
    assert done.code == 0 and done.out.startswith("Would create ") and user.tree() == {}


def test_what_others_made_is_left_alone(tmp_path: Path) -> None:
    """A real docker above all."""
    user = User(tmp_path, "bash", "fish")
    docker = user.program(user.home / ".local" / "bin" / "docker")
    theirs = user.home / ".config" / "fish" / "completions" / "docker.fish"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    before = user.tree()
    done = user("--yes", "--docker")
    assert done.code == 1 and done.err.splitlines() == [
        f"{path} was not made by setup, or has changed since: it is left as it is" for path in (theirs, docker)
    ]
    assert files(user)[".local/bin/docker"] == b"#!/bin/sh\n" and theirs.read_text() == "mine"
    # what is as it would be made, and was there before, stays as well
    page = user.home / ".local/share/man/man1/pydock-run.1"
    assert user("--yes", "--undo").code == 0 and user.tree() == before
    page.parent.mkdir(parents=True)
    page.write_bytes(b"run")
    # as pipx does
    (tmp_path / "ps").write_bytes(b"ps")
    page.with_name("pydock-ps.1").symlink_to(tmp_path / "ps")
    assert user("--yes").code == 0 and user("--yes", "--undo").code == 0
    assert (
        sorted(os.listdir(page.parent)) == ["pydock-ps.1", "pydock-run.1"]
        and not (user.home / ".local/share/man/man5").exists()
    )


def test_what_changed_since_stays(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    assert user("--yes").code == 0
    page, script = (
        user.home / ".local/share" / p for p in ("man/man1/pydock-run.1", "bash-completion/completions/pydock")
    )
    page.write_text("mine")
    script.unlink()
    again = user("--yes")
    assert again.code == 1 and f"Created {script}\n" in again.out and page.read_text() == "mine"
    undone = user("--undo", "--yes")
    assert undone.code == 0 and str(page) in undone.err
    assert {name for name, content in user.tree().items() if content != ""} == {".local/share/man/man1/pydock-run.1"}


def test_an_upgrade_is_followed(tmp_path: Path) -> None:
    """New pages come, changed ones are renewed, others go; a shell that has gone takes its script along."""
    user = User(tmp_path, "bash", "zsh")
    assert user("--yes", "--docker").code == 0
    user.pages = {"man1/pydock-run.1": b"new", "man7/pydock-beyond.7": b"beyond"}
    (user.system / "bin" / "zsh").unlink()
    user.own = user.program(tmp_path / "new" / "pydock")
    done = user("--yes")
    assert (done.code, done.err) == (0, "")
    share = ".local/share/"
    assert files(user) == {
        f"{share}bash-completion/completions/pydock": script("bash", "pydock").encode(),
        f"{share}bash-completion/completions/docker": script("bash", "docker").encode(),
        f"{share}man/man1/pydock-run.1": b"new", f"{share}man/man7/pydock-beyond.7": b"beyond",
        ".local/bin/docker": str(user.own), ".local/bin/pydock": str(user.own),
    }  # fmt: skip
    assert f"Updated {user.home}/.local/bin/docker -> {user.own}\n" in done.out
    assert user("--yes", "--docker=none").code == 0 and ".local/bin/docker" not in files(user)
    assert user("--yes", "--undo").code == 0 and user.tree() == {}


def test_a_run_that_is_cut_can_be_undone_and_repeated(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    blocked = user.home / ".local/share/man"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("no folder")
    failed = user("--yes")
    assert failed.code == 1 and "man" in failed.err and "Traceback" not in failed.err
    assert ".local/share/bash-completion/completions/pydock" in files(user)
    # what was not made is not told as removed
    undone = user("--yes", "--undo")
    removed = (".local/bin/pydock", ".local/share/bash-completion/completions/pydock")
    assert (undone.code, undone.out) == (0, "".join(f"Removed {user.home}/{name}\n" for name in removed))
    assert user.tree() == {".local": "", ".local/share": "", ".local/share/man": b"no folder"}
    blocked.unlink()
    assert user("--yes").code == 0 and user("--yes", "--undo").code == 0


def test_a_link_is_made_where_the_program_is_not_found(tmp_path: Path) -> None:
    """pip's virtual environments are not on the PATH for good; pipx and uv put their link where ours would be."""
    user = User(tmp_path, "bash")
    own = user.home / ".local/bin/pydock"
    for environ, made in (
        ({}, True),
        ({"PATH": f"{user.system}/bin:{user.own.parent}"}, False),
        ({"PATH": f"{tmp_path}/venv/bin", "VIRTUAL_ENV": f"{tmp_path}/venv"}, True),
    ):
        user.program(tmp_path / "venv/bin/pydock")
        assert user("--yes", **environ).code == 0
        assert own.is_symlink() is made, environ
        assert user("--yes", "--undo", **environ).code == 0
    own.parent.mkdir(parents=True)
    own.symlink_to(user.own)
    assert user("--yes").code == 0 and user("--yes", "--undo").code == 0 and own.is_symlink()


ADVICE = {
    # (shells, flags, start files) -> what is told
    (): (("bash",), {}, {"~/.profile": ['export PATH="$HOME/.local/bin:$PATH"'], "~/.bashrc": ["source ~/.local/share/bash-completion/completions/pydock"]}),
    ("--docker=alias",): (
        ("bash", "zsh", "fish", "pwsh"), {".bashrc": "alias docker=pydock\n# bash_completion", ".zshrc": "fpath=($HOME/.local/share/zsh/site-functions $fpath)"},
        {
            "~/.profile": ['export PATH="$HOME/.local/bin:$PATH"'],
            "~/.bashrc": [f"source ~/.local/share/bash-completion/completions/{name}" for name in ("pydock", "docker")],
            "~/.zshrc": ["alias docker=pydock"], "~/.config/fish/config.fish": ["alias docker=pydock"],
            "~/.config/powershell/Microsoft.PowerShell_profile.ps1": ["Set-Alias docker pydock", ". 'HOME/.local/share/pydock/pydock.ps1'", ". 'HOME/.local/share/pydock/docker.ps1'"],
        },
    ),
    ("--docker=link",): (("zsh",), {}, {"~/.profile": ['export PATH="$HOME/.local/bin:$PATH"'], "~/.zshrc": ["fpath=(~/.local/share/zsh/site-functions $fpath)", "autoload -Uz compinit && compinit"]}),
}  # fmt: skip


@pytest.mark.parametrize("flags", ADVICE)
def test_what_start_files_need_is_told_and_left_to_their_owner(tmp_path: Path, flags: tuple[str, ...]) -> None:
    shells, starts, expected = ADVICE[flags]
    user = User(tmp_path, *shells)
    for name, text in starts.items():
        (user.home / name).write_text(text)
    done = user("--yes", *flags)
    told = done.out.replace(str(user.home), "HOME").partition("\nTo be added")
    assert (told[1] + told[2]).lstrip("\n") == "\n".join(
        f"To be added to {name}:\n" + "".join(f"  {line}\n" for line in lines) for name, lines in expected.items()
    )
    assert {name: (user.home / name).read_text() for name in starts} == starts


def test_nothing_is_told_where_all_is_found(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    (user.home / ".bashrc").write_text(". /usr/share/bash-completion/bash_completion")
    user.program(user.system / "usr/share/bash-completion/bash_completion")
    done = user("--yes", PATH=f"{user.home}/.local/bin:{user.system}/bin")
    assert "added" not in done.out


def test_the_folders_are_those_of_the_user(tmp_path: Path) -> None:
    user = User(tmp_path, "bash", "zsh", "fish")
    xdg = {f"XDG_{kind}_HOME": str(user.home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE")}
    assert user("--yes", **xdg, BASH_COMPLETION_USER_DIR=f"{user.home}/own").code == 0
    names = {name for name in user.tree() if "pydock" in name and "/man/" not in name}
    assert names == {
        "own/completions/pydock", "data/zsh/site-functions/_pydock", "config/fish/completions/pydock.fish", "state/pydock", "state/pydock/setup.json",
        ".local/bin/pydock",
    }  # fmt: skip
    # man looks beside the PATH, whatever XDG_DATA_HOME says
    assert ".local/share/man/man1/pydock-run.1" in user.tree()


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    user = User(tmp_path, "bash")
    assert user("--undo", "--docker").code == 125
    wrong = user("--docker=copy")
    assert wrong.code == 125 and "there are link, alias and none" in wrong.err
    note = user.home / NOTE
    note.parent.mkdir(parents=True)
    for text in ("", "{", "[]", '{"docker": 1, "made": {}, "folders": []}'):
        note.write_text(text)
        with pytest.raises(Failure):
            read_ledger(str(note))
        done = user("--yes", "--undo")
        assert done.code == 1 and f"{note} does not tell what setup has made" in done.err and note.read_text() == text


def test_the_pages_of_this_checkout_are_found() -> None:
    folder = Path(__file__).resolve().parents[3] / "man"
    expected = {f"{p.parent.name}/{p.name}": p.read_bytes() for p in folder.glob("man?/*")}
    assert pages() == expected and "man1/pydock-run.1" in expected
