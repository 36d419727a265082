"""`swarm ca`: the certificate, and its rotation with progress."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from pydock.api import nodes, swarm
from pydock.commands.swarm import ca
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import Result, any_of, cli
from tests.unit.commands.swarm.certificates import CERTIFICATE

SWARM = samples.swarm()
OLD, NEW = SWARM["TLSInfo"], {"TrustRoot": "\nnew\n", "CertIssuerSubject": "YQ==", "CertIssuerPublicKey": "bmV3"}
BEGUN = "desired root digest: \n  rotated TLS certificates: \n  rotated CA certificates:  \n"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ca, "BETWEEN", 0)


def node(tls: dict[str, str]) -> dict[str, Any]:
    found = samples.node()
    found["Description"]["TLSInfo"] = tls
    return found


def in_turn(values: list[Any]) -> Callable[[Any], Any]:
    """Each answer once, and the last one for ever."""
    turns: Iterator[Any] = chain(values, repeat(values[-1]))
    return lambda _: next(turns)


#: the swarm and its nodes, look by look: certificates are renewed first, then the root; both looks after the last are the same
LOOKS = [
    ({"TLSInfo": {**NEW, "TrustRoot": "pem\n"}, "RootRotationInProgress": True}, [OLD, OLD]),
    ({"TLSInfo": {**NEW, "TrustRoot": "pem\n"}, "RootRotationInProgress": True}, [NEW, {**OLD, "TrustRoot": "x"}]),
    ({"TLSInfo": NEW, "RootRotationInProgress": False}, [NEW, {**NEW, "TrustRoot": "pem\n"}]),
    ({"TLSInfo": NEW, "RootRotationInProgress": False}, [NEW, NEW]),
]


#: the specification that is asked for
ROTATING = {**SWARM["Spec"], "CAConfig": {**SWARM["Spec"]["CAConfig"], "ForceRotate": 1}}


def rotate(*flags: str, looks: list[Any] = LOOKS, tty: bool = False, listed: Any = None) -> Result:
    """listed: what becomes of a list of nodes, in place of that of the look."""
    table = any_of({
        swarm.inspect_swarm(): in_turn([SWARM, *(samples.swarm(**changes) for changes, _ in looks)]),
        swarm.update_swarm(7, ROTATING): b"",
        nodes.list_nodes({}): listed or in_turn([[node(tls) for tls in owned] for _, owned in looks]),
    })  # fmt: skip
    return cli("swarm", "ca", "--rotate", *flags, table=table, tty=tty, width=80)


def test_the_certificate_is_shown() -> None:
    done = cli("swarm", "ca", table={swarm.inspect_swarm(): samples.swarm(TLSInfo=NEW)})
    assert (done.code, done.out, done.err) == (0, "new\n", "")
    done = cli("swarm", "ca", "-dq", table={swarm.inspect_swarm(): samples.swarm(TLSInfo={})})
    assert (done.code, done.out, done.err) == (1, "", "No CA information available\n")


def test_a_rotation_is_watched_until_all_nodes_have_the_new_root() -> None:
    done = rotate()
    lines = done.out.removeprefix(BEGUN).splitlines()
    assert (done.code, done.err) == (0, "") and done.out.startswith(BEGUN) and lines[-1] == "new"
    # one line a look: the numbers are for a terminal
    assert (
        len(lines) == 5
        and len(set(lines[:2])) == 1
        and all(line.startswith("desired root digest: sha256:") for line in lines[:-1])
    )
    assert [r.path for r in done.requests[:2]] == ["/swarm", "/swarm/update"] and done.requests[-1].path == "/swarm"


def test_rows_of_a_terminal() -> None:
    done = rotate(tty=True)
    counts = [part.partition("nodes")[0].split()[-1] for part in done.out.split("certificates: ") if "nodes" in part]
    # certificates and roots in turn: no root counts before all certificates are new
    assert counts == ["0/2", "0/2", "1/2", "0/2", "2/2", "1/2", "2/2", "2/2"]
    assert done.out.endswith("new\n") and "\x1b[3A\x1b[2K\rdesired root digest: sha256:" in done.out


def test_quiet_and_detached() -> None:
    assert (rotate("-q").code, rotate("-q").out) == (0, "")
    done = rotate("-d")
    assert (done.code, done.out, [r.path for r in done.requests]) == (0, "", ["/swarm", "/swarm/update"])


def test_an_interrupt_leaves_the_rotation_to_the_swarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code is 0, as nothing has failed; with --quiet nothing is said."""
    monkeypatch.setattr(ca, "BETWEEN", 5)

    def interrupted(_: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return [node(OLD)]

    said = "Operation continuing in background.\nUse `swarmctl cluster inspect default` to check progress.\n"
    for flags in ((), ("-q",)):
        done = rotate(*flags, listed=interrupted)
        assert (done.code, done.err) == (0, "") and (done.out.endswith(said) if not flags else done.out == "")


def test_a_manager_that_is_lost_is_told() -> None:
    for flags in ((), ("-q",)):
        done = rotate(*flags, listed=EngineError(503, "The swarm does not have a leader."))
        assert (done.code, done.err) == (1, "Error response from daemon: The swarm does not have a leader.\n")


@pytest.mark.parametrize(("flags", "authority"), [
    (("--cert-expiry", "2h"), {"NodeCertExpiry": 7_200_000_000_000, "ForceRotate": 4}),
    (("--ca-cert", "CERT", "--ca-key", "CERT"), {"SigningCACert": CERTIFICATE, "SigningCAKey": CERTIFICATE, "ForceRotate": 3}),
    (("--ca-cert", "CERT", "--external-ca", "protocol=cfssl,url=x"),
     {"SigningCACert": CERTIFICATE, "ForceRotate": 3, "ExternalCAs": [{"Protocol": "cfssl", "URL": "x", "CACert": CERTIFICATE}]}),
])  # fmt: skip
def test_what_is_asked_for(flags: tuple[str, ...], authority: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    before = {"NodeCertExpiry": 1, "ForceRotate": 3, "SigningCACert": "old", "SigningCAKey": "old"}
    found = samples.swarm(Spec={**SWARM["Spec"], "CAConfig": before})
    spec = {**SWARM["Spec"], "CAConfig": {"NodeCertExpiry": 1, **authority}}
    words = [str(tmp_path / "ca.pem") if word == "CERT" else word for word in flags]
    done = cli(
        "swarm", "ca", "--rotate", "-d", *words, table={swarm.inspect_swarm(): found, swarm.update_swarm(7, spec): b""}
    )
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(("flags", "why"), [
    (("--cert-expiry", "1h"), "`--cert-expiry` flag requires the `--rotate` flag to update the CA"),
    (("--ca-cert", "CERT", "--cert-expiry", "1h"), "`--ca-cert` flag requires the `--rotate` flag to update the CA"),
    (("--rotate", "--ca-cert", "CERT"), "the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well"),
    (("--rotate", "--external-ca", "protocol=cfssl,url=x"),
     "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - "
     "to add an external CA with the current root CA certificate, use the `update` command instead"),
])  # fmt: skip
def test_flags_that_do_not_go_together(flags: tuple[str, ...], why: str, tmp_path: Path) -> None:
    """The engine is asked before: what is no manager says so first."""
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    words = [str(tmp_path / "ca.pem") if word == "CERT" else word for word in flags]
    done = cli("swarm", "ca", *words, table={swarm.inspect_swarm(): SWARM})
    assert (done.code, done.out, done.err) == (1, "", why + "\n")


@pytest.mark.parametrize(("content", "why"), [
    (None, "open {}: no such file or directory"), (b"", "file contents must be in PEM format"),
    (b"-----BEGIN X-----\n=\n-----END X-----\n", "file contents must be in PEM format"),
    (b"-----BEGIN X-----\nYQ==\n-----END Y-----\n", "file contents must be in PEM format"),
])  # fmt: skip
def test_files_that_hold_no_certificate(content: bytes | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pem"
    if content is not None:
        path.write_bytes(content)
    done = cli("swarm", "ca", "--ca-key", str(path))
    assert done.code == 125 and done.err.startswith(
        f'invalid argument "{path}" for "--ca-key" flag: {why.format(path)}\n\nUsage:'
    )
