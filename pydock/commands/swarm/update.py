"""`swarm update`: change what the swarm is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydock.api import swarm
from pydock.commands.swarm.options import EMPTY, SpecOptions, with_flags
from pydock.commands.swarm.texts import print_unlock, unlock_key
from pydock.options import command, flag, options

if TYPE_CHECKING:
    from pydock.api.types import SwarmSpec
    from pydock.app import App


@options
class UpdateOptions(SpecOptions):
    autolock: bool = flag("--autolock", help="Should managers be locked when they stop?")


def locks(spec: SwarmSpec) -> bool:
    return bool((spec.get("EncryptionConfig") or EMPTY["EncryptionConfig"]).get("AutoLockManagers"))


@command("swarm update", UpdateOptions, "Update the swarm", bare_help=True)
def update(app: App, o: UpdateOptions) -> None:
    found = app.engine.json(swarm.inspect_swarm())
    before: SwarmSpec = found["Spec"]
    spec = with_flags(before, o, o.autolock, (found.get("TLSInfo") or {}).get("TrustRoot"))
    app.engine.read(swarm.update_swarm(swarm.version_of(found), spec))
    app.out.line("Swarm updated.")
    if locks(spec) and not locks(before):
        print_unlock(app, unlock_key(app))
