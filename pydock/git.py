"""git, in folders that others wrote: a repository's own configuration must not run programs.

git asks the repository itself what to run: hooks, file monitors, filters, transports (`ext::COMMAND`), pagers,
signature programs (git-config(1), gitattributes(5)). pydock runs git only through this module, which turns all
of them off. The user's own variables and global configuration still apply.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from pydock.programs import Answer, ask, find

#: on the command line, where they override the repository's
SETTINGS = {
    # empty instead of "false", which older versions would run as a program
    "core.fsmonitor": "",
    "core.hooksPath": os.devnull,
    "log.showSignature": "false",
    "protocol.ext.allow": "never",
    "protocol.file.allow": "never",
    "submodule.recurse": "false",
}
#: variables that would direct git to another repository (`git rev-parse --local-env-vars`)
ELSEWHERE = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
)  # fmt: skip
#: protocols that a clone may use; a query may use none, not even for objects that a partial clone lacks
REMOTE = ("git", "http", "https", "ssh")
SECONDS, FETCH_SECONDS = 60.0, 3600.0
#: filter programs, which git runs to compare files
FILTERS = r"^filter\..*\.(clean|smudge|process)$"


class Git:
    """git in a folder. Raises FileNotFoundError where it is not installed."""

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.program = find("git", environ)
        if not self.program:
            raise FileNotFoundError(2, "executable file not found in $PATH", "git")
        own = {k: v for k, v in environ.items() if k not in ELSEWHERE}
        self.environ = {**own, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_PROTOCOL_FROM_USER": "0"}

    def query(self, *args: str, settings: Mapping[str, str] | None = None) -> Answer:
        """Query the folder's repository, without any network access. settings: additional ones."""
        environ = {**_with_settings(self.environ, settings or {}), "GIT_ALLOW_PROTOCOL": "", "LC_ALL": "C"}
        return ask(self._command(args), environ, cwd=self.folder, seconds=SECONDS)

    def is_dirty(self) -> bool:
        """Does the work tree differ from the commit, ignored files included? False where git fails.

        Submodules are skipped: they have a configuration, and so filters, of their own."""
        found = self.query("config", "--show-scope", "--name-only", "-z", "--get-regexp", FILTERS)
        if found.code not in (0, 1) or found.problem:
            return False
        words = os.fsdecode(found.out).split("\0")
        off = {name: "" for scope, name in zip(words[::2], words[1::2]) if scope not in ("system", "global")}
        return bool(self.query("status", "--porcelain", "--ignored", "--ignore-submodules=dirty", settings=off).out)

    def fetch(self, *args: str) -> Answer:
        """Run a command that may fetch, in a repository that pydock has created."""
        return ask(
            self._command(args),
            {**self.environ, "GIT_ALLOW_PROTOCOL": ":".join(REMOTE)},
            cwd=self.folder,
            seconds=FETCH_SECONDS,
        )

    def _command(self, args: Sequence[str]) -> list[str]:
        return [
            self.program,
            "--no-pager",
            *(word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")),
            *args,
        ]


def _with_settings(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Append settings to those in the variables, which allow any character in names; `-c` does not."""
    count = environ.get("GIT_CONFIG_COUNT", "")
    out, first = dict(environ), int(count) if count.isascii() and count.isdecimal() and len(count) < 8 else 0
    for number, (name, value) in enumerate(settings.items(), first):
        out |= {
            f"GIT_CONFIG_KEY_{number}": name,
            f"GIT_CONFIG_VALUE_{number}": value,
            "GIT_CONFIG_COUNT": str(number + 1),
        }
    return out
