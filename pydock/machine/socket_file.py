"""A unix socket as a file: is it there, what is it, and who may use it?"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Sequence

from pydock.errors import first_line
from pydock.machine.step import Step, ok, problem
from pydock.values import record


@record
class User:
    """Who runs this. session: the groups that this session has; filed: those that the user database gives the user."""

    name: str
    uid: int
    session: frozenset[int] = frozenset()
    filed: frozenset[int] = frozenset()


def current_user() -> User:
    import grp
    import pwd

    uid = os.geteuid()
    session = frozenset({os.getegid(), *os.getgroups()})
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return User(str(uid), uid, session, session)
    filed = {entry.pw_gid, *(group.gr_gid for group in grp.getgrall() if entry.pw_name in group.gr_mem)}
    return User(entry.pw_name, uid, session, frozenset(filed))


def examine(path: str, start: Sequence[str]) -> Step:
    """start: commands that start an engine there."""
    if path.startswith("@"):
        return ok("socket", f"{path} is a name in Linux's abstract namespace, not a file")
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return missing(path, start)
    except PermissionError:
        return hidden(path)
    except (OSError, ValueError) as error:
        return problem("socket", f"{path}: {first_line(error)}")
    if not stat.S_ISSOCK(found.st_mode):
        return no_socket(path, found.st_mode, start)
    return permission(path, found, os.access(path, os.R_OK | os.W_OK), current_user(), group_name(found.st_gid))


def missing(path: str, start: Sequence[str]) -> Step:
    if os.path.islink(path):
        return problem("socket", f"{path} is a link to {os.readlink(path)}, which is not there", *start)
    folder = os.path.dirname(path)
    where = "" if os.path.isdir(folder) else f", nor is its folder {folder}"
    return problem("socket", f"{path} is not there{where}: no engine runs here, or it listens elsewhere", *start)


def no_socket(path: str, mode: int, start: Sequence[str]) -> Step:
    """What is there was often made by a container: docker makes a folder of a path to mount that is not there."""
    if stat.S_ISDIR(mode):
        mend = (f"sudo rmdir {shlex.quote(path)}", *start) if path.endswith(".sock") else ()
        return problem("socket", f"{path} is a folder, not a socket", *mend)
    what = "a file" if stat.S_ISREG(mode) else "neither socket nor file"
    return problem("socket", f"{path} is {what}, not a socket", f"ls -l {shlex.quote(path)}")


def hidden(path: str) -> Step:
    """A folder above it may not be looked into."""
    folder = os.path.dirname(path)
    while folder != "/" and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return problem(
        "socket",
        f"{folder}: permission denied: this user may not look into it, so {path} is another user's",
        f"sudo ls -ld {shlex.quote(folder)} {shlex.quote(path)}",
    )


def permission(path: str, found: os.stat_result, allowed: bool, user: User, group: str) -> Step:
    """May this user use the socket? group: the name of the socket's group. Pure."""
    mode, gid = found.st_mode, found.st_gid
    seen = f"{path} is a socket, {stat.filemode(mode)} {user_name(found.st_uid)}:{group}"
    if allowed:
        return ok("socket", seen)
    denied = f"{seen}: permission denied for user {user.name}"
    for_group = mode & 0o060 == 0o060 and gid != 0
    if for_group and gid in user.filed and gid not in user.session:
        return problem(
            "socket",
            f"{denied}, who is in group {group}, but not in this session: it began before",
            f"newgrp {group}",
        )
    if for_group and gid not in user.filed:
        return problem(
            "socket",
            f"{denied}, who is not in group {group} (whoever is in it can become root)",
            f"sudo usermod -aG {group} {user.name}",
            f"newgrp {group}",
        )
    return problem("socket", f"{denied}: only its owner may use it", "sudo ls -l " + shlex.quote(path))


def group_name(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def user_name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
