"""`swarm join-token`, `swarm unlock-key` and `swarm unlock`: what lets nodes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import swarm, system
from pydock.commands.shared import ask
from pydock.commands.swarm.texts import print_join, print_unlock, unlock_key
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class JoinTokenOptions(Options):
    role: str = argument("(worker|manager)", sources="worker manager")
    quiet: bool = flag("-q", "--quiet", help="Only show the token")
    rotate: bool = flag("--rotate", help="Make a new token first; the old one is void")


def rotate(app: App, **what: bool) -> None:
    """Give a token or the key a new value. what: of api.swarm.update_swarm(). Raises Failure."""
    found = app.engine.json(swarm.inspect_swarm())
    spec = found["Spec"]
    if what.get("unlock_key") and not (spec.get("EncryptionConfig") or {}).get("AutoLockManagers"):
        raise Failure("cannot rotate because autolock is not turned on")
    app.engine.read(swarm.update_swarm(swarm.version_of(found), spec, **what))


@command("swarm join-token", JoinTokenOptions, "Manage the tokens that let nodes join")
def join_token(app: App, o: JoinTokenOptions) -> None:
    if o.role not in ("worker", "manager"):
        raise Failure(f"unknown role {o.role}")
    if o.rotate:
        rotate(app, **{f"{o.role}_token": True})
        if not o.quiet:
            app.out.line(f"Successfully rotated {o.role} join token.\n")
    tokens = app.engine.json(swarm.inspect_swarm()).get("JoinTokens") or {}
    if o.quiet:
        app.out.line(tokens.get(o.role.title()) or "")
    else:
        print_join(app, (app.engine.json(system.info()).get("Swarm") or {}).get("NodeID") or "", o.role)


@options
class UnlockKeyOptions(Options):
    quiet: bool = flag("-q", "--quiet", help="Only show the key")
    rotate: bool = flag("--rotate", help="Make a new key first; the old one is void")


@command("swarm unlock-key", UnlockKeyOptions, "Manage the key that unlocks managers")
def show_unlock_key(app: App, o: UnlockKeyOptions) -> None:
    if o.rotate:
        rotate(app, unlock_key=True)
        if not o.quiet:
            app.out.line("Successfully rotated manager unlock key.")
    key = unlock_key(app)
    if not key:
        raise Failure("no unlock key is set")
    if o.quiet:
        app.out.line(key)
    else:
        print_unlock(app, key)


@options
class UnlockOptions(Options):
    """No flags."""


@command("swarm unlock", UnlockOptions, "Unlock this manager, which has started again")
def unlock(app: App, o: UnlockOptions) -> None:
    # a key is asked for only where it is of use
    state = (app.engine.json(system.info()).get("Swarm") or {}).get("LocalNodeState")
    if state == "inactive":
        raise Failure("Error: This node is not part of a swarm")
    if state in ("pending", "active", "error"):
        raise Failure("Error: swarm is not locked")
    if app.stdin.isatty():
        key = ask(app, "Enter unlock key: ", secret=True)
    else:
        key = app.stdin.readline().decode("utf-8", "replace").strip()
    app.engine.read(swarm.unlock_swarm(key))
