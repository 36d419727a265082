"""`swarm init`: its flags, its request, what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pydock.api import nodes, swarm
from pydock.errors import EngineError
from tests.support import samples
from tests.support.cli import cli
from tests.unit.commands.swarm.certificates import CERTIFICATE

MANAGER = samples.node("one", "n1", ManagerStatus={"Addr": "10.0.0.1:2377"})
JOIN = {nodes.inspect_node("n1"): MANAGER, swarm.inspect_swarm(): samples.swarm()}
SAID = (
    "Swarm initialized: current node (n1) is now a manager.\n\nTo add a worker to this swarm, run the following command:\n\n"
    "    docker swarm join --token SWMTKN-1-w 10.0.0.1:2377\n\n"
    "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.\n"
)
LOCKED = (
    "To unlock a swarm manager after it restarts, run the `docker swarm unlock`\ncommand and provide the following key:\n\n    {}\n\n"
    "Remember to store this key in a password manager, since without it you\nwill not be able to restart the manager.\n"
)
BODY: dict[str, Any] = {
    "ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "", "DataPathAddr": "", "DataPathPort": 0, "ForceNewCluster": False,
    "Spec": {"Labels": None, "Orchestration": {}, "Raft": {"ElectionTick": 0, "HeartbeatTick": 0}, "Dispatcher": {}, "CAConfig": {},
             "TaskDefaults": {}, "EncryptionConfig": {"AutoLockManagers": False}},
    "AutoLockManagers": False, "Availability": "", "DefaultAddrPool": [], "SubnetSize": 24,
}  # fmt: skip


def body(spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**BODY, **more, "Spec": {**BODY["Spec"], **{k: {**BODY["Spec"][k], **v} for k, v in spec.items()}}}


@pytest.mark.parametrize(("flags", "sent"), [
    ("", BODY),
    ("--advertise-addr eth0:1 --data-path-addr eth1 --data-path-port 0x1000 --force-new-cluster --availability DRAIN",
     body({}, AdvertiseAddr="eth0:1", DataPathAddr="eth1", DataPathPort=4096, ForceNewCluster=True, Availability="drain")),
    ("--default-addr-pool 10.20.0.1/16,fd00::1/8 --default-addr-pool 10.30.0.0/16 --default-addr-pool-mask-length 26",
     body({}, DefaultAddrPool=["10.20.0.0/16", "fd00::/8", "10.30.0.0/16"], SubnetSize=26)),
    ("--task-history-limit -3 --cert-expiry 48h --dispatcher-heartbeat 0 --max-snapshots 0 --snapshot-interval 9",
     body({"Orchestration": {"TaskHistoryRetentionLimit": -3}, "CAConfig": {"NodeCertExpiry": 172_800_000_000_000},
           "Raft": {"KeepOldSnapshots": 0, "SnapshotInterval": 9}})),
    ("--external-ca protocol=CFSSL,url=https://x,Foo=b --external-ca url=y,protocol=cfssl",
     body({"CAConfig": {"ExternalCAs": [{"Protocol": "cfssl", "URL": "https://x", "Options": {"Foo": "b"}, "CACert": ""},
                                        {"Protocol": "cfssl", "URL": "y", "CACert": ""}]}})),
])  # fmt: skip
def test_what_is_asked_for(flags: str, sent: dict[str, Any]) -> None:
    done = cli("swarm", "init", *flags.split(), table={**JOIN, swarm.init_swarm(sent): "n1"})
    assert (done.code, done.out, done.err) == (0, SAID, "")


def test_with_autolock_the_key_is_told() -> None:
    sent = body({"EncryptionConfig": {"AutoLockManagers": True}}, AutoLockManagers=True)
    table = {**JOIN, swarm.init_swarm(sent): "n1"}
    for key in ("SWMKEY-1-x", ""):
        done = cli("swarm", "init", "--autolock", table={**table, swarm.unlock_key(): {"UnlockKey": key}})
        assert (done.code, done.out) == (0, SAID + (LOCKED.format(key) if key else ""))
    done = cli("swarm", "init", "--autolock", table={**table, swarm.unlock_key(): EngineError(500, "no")})
    assert (done.code, done.out, done.err) == (1, SAID, "could not fetch unlock key: Error response from daemon: no\n")


def test_the_certificate_of_an_external_ca_is_a_file(tmp_path: Path) -> None:
    good, bad = tmp_path / "ca.pem", tmp_path / "bad.pem"
    good.write_text(CERTIFICATE)
    bad.write_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    sent = body({"CAConfig": {"ExternalCAs": [{"Protocol": "cfssl", "URL": "x", "CACert": CERTIFICATE}]}})
    table = {**JOIN, swarm.init_swarm(sent): "n1"}
    assert cli("swarm", "init", "--external-ca", f"protocol=cfssl,url=x,cacert={good}", table=table).code == 0
    for file, why in (
        (bad, "CA cert for external CA must be in PEM format"),
        ("/nonexistent", "unable to read CA cert for external CA: open /nonexistent: no such file or directory"),
    ):
        text = f"protocol=cfssl,url=x,cacert={file}"
        done = cli("swarm", "init", "--external-ca", text)
        assert done.code == 125
        assert done.err.startswith(
            f'invalid argument "{text}" for "--external-ca" flag: {why}\n\nUsage:  docker swarm init [OPTIONS]'
        )


@pytest.mark.parametrize(("flag", "value", "why"), [
    ("listen-addr", "http://x", "invalid proto, expected tcp: http://x"), ("listen-addr", "[::1]", "invalid bind address format: [::1]"),
    ("listen-addr", "x:y", 'parse "tcp://x:y": invalid port ":y" after host'), ("listen-addr", "%zz", 'parse "tcp://%zz": invalid URL escape "%zz"'),
    ("default-addr-pool", "10.0.0.0", "invalid string being converted to CIDR: 10.0.0.0"),
    ("default-addr-pool", "10.0.0.0/8,", "invalid string being converted to CIDR: "),
    ("data-path-port", "5000000000", 'strconv.ParseUint: parsing "5000000000": value out of range'),
    ("cert-expiry", "5", 'time: missing unit in duration "5"'), ("max-snapshots", "-1", 'strconv.ParseUint: parsing "-1": invalid syntax'),
    ("external-ca", "", "EOF"), ("external-ca", "a", "invalid field 'a' must be a key=value pair"),
    ("external-ca", "protocol=x", "unrecognized external CA protocol x"), ("external-ca", "url=x", "the external-ca option needs a protocol= parameter"),
    ("external-ca", "protocol=cfssl", "the external-ca option needs a url= parameter"),
])  # fmt: skip
def test_values_that_cannot_be(flag: str, value: str, why: str) -> None:
    done = cli("swarm", "init", f"--{flag}={value}")
    shown = value.replace('"', '\\"')
    assert (done.code, done.out, done.requests) == (125, "", [])
    assert done.err.startswith(f'invalid argument "{shown}" for "--{flag}" flag: {why}\n\nUsage:')


@pytest.mark.parametrize(("text", "address"), [
    ("", "0.0.0.0:2377"), ("tcp://", "0.0.0.0:2377"), ("eth0", "eth0:2377"), (":99", "0.0.0.0:99"), ("[::1]:", "[::1]:2377"),
    ("tcp://u:p@h:1/path?q#f", "h:1/path"), ("127.0.0.1:99999999999999999999", "127.0.0.1:99999999999999999999"),
])  # fmt: skip
def test_addresses_to_listen_on(text: str, address: str) -> None:
    table = {**JOIN, swarm.init_swarm({**BODY, "ListenAddr": address}): "n1"}
    assert cli("swarm", "init", "--listen-addr", text, table=table).code == 0


def test_refusals() -> None:
    done = cli("swarm", "init", "--availability", "Off")
    assert (done.code, done.err) == (1, 'invalid availability "Off", only active, pause and drain are supported\n')
    for reason, more in (
        ("could not choose an IP address to advertise since there are two", " - specify one with --advertise-addr"),
        ("could not find the system's IP address", " - specify one with --advertise-addr"), ("no", ""),
    ):  # fmt: skip
        done = cli("swarm", "init", table={swarm.init_swarm(BODY): EngineError(400, reason)})
        assert (done.code, done.out, done.err) == (1, "", f"Error response from daemon: {reason}{more}\n")
