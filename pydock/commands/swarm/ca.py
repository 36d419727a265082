"""`swarm ca`: show the certificate of the swarm's own authority, and rotate it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydock.api import nodes, swarm
from pydock.api.request import without_empty
from pydock.commands.progress import show_rows
from pydock.commands.swarm.options import AuthorityOptions, with_authority
from pydock.errors import Failure
from pydock.flags.swarm import pem_file
from pydock.options import command, flag, options
from pydock.shape import Json
from pydock.streams.signals import on_interrupt

if TYPE_CHECKING:
    from pydock.api.types import CAConfig, SwarmSpec
    from pydock.app import App

#: seconds between two looks at a rotation
BETWEEN = 0.2
DIGEST, CERTIFICATES, ROOTS = "desired root digest", "  rotated TLS certificates", "  rotated CA certificates"


@options
class CaOptions(AuthorityOptions):
    """`swarm ca`: without --rotate the certificate is shown."""

    ca_cert: str = flag(
        "--ca-cert", reads=pem_file, metavar="pem-file", help="File of the new certificate, in PEM", sources="files"
    )
    ca_key: str = flag(
        "--ca-key",
        reads=pem_file,
        metavar="pem-file",
        help="File of the new certificate's key, in PEM",
        sources="files",
    )
    detach: bool = flag("-d", "--detach", help="Do not wait until all nodes have new certificates")
    quiet: bool = flag("-q", "--quiet", help="Show no progress")
    rotate: bool = flag("--rotate", help="Replace the certificate: by that of --ca-cert, or by a new one")


def check_flags(o: CaOptions) -> None:
    """Raises Failure."""
    if not o.rotate:
        for name in ("ca_cert", "ca_key", "cert_expiry", "external_ca"):
            if name in o.given:
                text = name.replace("_", "-")
                raise Failure(f"`--{text}` flag requires the `--rotate` flag to update the CA")
    elif o.external_ca and "ca_cert" not in o.given:
        raise Failure(
            "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - "
            "to add an external CA with the current root CA certificate, use the `update` command instead"
        )
    elif "ca_cert" in o.given and not o.external_ca and "ca_key" not in o.given:
        raise Failure("the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well")


def rotated(spec: SwarmSpec, o: CaOptions) -> SwarmSpec:
    """The swarm's specification with another certificate: the given one, or one that the swarm makes itself."""
    spec = with_authority(spec, o, o.ca_cert)
    authority: CAConfig = {**spec["CAConfig"], "SigningCACert": o.ca_cert, "SigningCAKey": o.ca_key}
    if not o.ca_cert and not o.ca_key:
        authority["ForceRotate"] = (authority.get("ForceRotate") or 0) + 1
    return {**spec, "CAConfig": without_empty(authority, ("SigningCACert", "SigningCAKey"))}


@command("swarm ca", CaOptions, "Show or rotate the swarm's root certificate", since="1.30")
def ca(app: App, o: CaOptions) -> None:
    found = app.engine.json(swarm.inspect_swarm())
    check_flags(o)
    if o.rotate:
        spec = rotated(found["Spec"], o)
        app.engine.read(swarm.update_swarm(swarm.version_of(found), spec))
        if o.detach:
            return
        stop = threading.Event()
        with on_interrupt(stop.set):
            show_rows(rotation(app, stop), app.out, o.quiet)
        if stop.is_set() or o.quiet:
            return
        found = app.engine.json(swarm.inspect_swarm())
    root = (found.get("TLSInfo") or {}).get("TrustRoot") or ""
    if not root:
        raise Failure("No CA information available")
    app.out.line(root.strip())


def rotation(app: App, stop: threading.Event) -> Iterator[Json]:
    """The messages about a rotation, until it is done or `stop` is set: then the swarm goes on with it. Raises Failure."""
    for name, status in ((DIGEST, ""), (CERTIFICATES, ""), (ROOTS, " ")):
        yield {"id": name, "status": status, "progressDetail": {}}
    done = False
    while True:
        cluster = app.engine.json(swarm.inspect_swarm())
        if done:
            return
        found = app.engine.json(nodes.list_nodes({}))
        *messages, done = state(cluster, found)
        yield from messages
        if stop.wait(BETWEEN):
            if not done:
                yield {"status": "Operation continuing in background."}
                yield {"status": "Use `swarmctl cluster inspect default` to check progress."}
            return


def state(cluster: Json, found: list[Json]) -> tuple[Json, Json, Json, bool]:
    """The messages about how far the nodes are, and whether all are done."""
    wanted = cluster.get("TLSInfo") or {}
    issuer, root = ("CertIssuerPublicKey", "CertIssuerSubject"), wanted.get("TrustRoot") or ""
    owned = [(node.get("Description") or {}).get("TLSInfo") or {} for node in found]
    right = sum(all((own.get(key) or "") == (wanted.get(key) or "") for key in issuer) for own in owned)
    total, over = len(found), not cluster.get("RootRotationInProgress")
    # as long as certificates are to be renewed no node counts as having the new root
    trusting = sum((own.get("TrustRoot") or "") == root for own in owned) if over and right == total else 0
    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()
    return (
        {"id": DIGEST, "status": f"sha256:{digest}", "progressDetail": {}},
        {"id": CERTIFICATES, "status": "", "progressDetail": {"current": right, "total": total, "units": "nodes"}},
        {"id": ROOTS, "status": " ", "progressDetail": {"current": trusting, "total": total, "units": "nodes"}},
        over and right == trusting == total,
    )
