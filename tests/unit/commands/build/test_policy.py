"""Source policies of builds: what the engine is told of them, and that none is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydock.buildkit import messages as m
from pydock.commands.build.policy import VARIABLE, source_policy
from tests.support.cli import cli


def test_source_policies() -> None:
    text = (
        '{"version": 1, "rules": [{"action": "DENY", "selector": {"identifier": "*"}}, {"action": 2, "selector": {"identifier": "a", "match_type": "REGEX", '
        '"constraints": [{"key": "k", "value": "v", "condition": "MATCHES"}]}, "updates": {"identifier": "b", "attrs": {"x": "y"}}}, {"selector": null}]}'
    )
    policy = source_policy(text.encode())
    assert policy["rules"][0] == {"action": 1, "selector": {"identifier": "*", "match_type": 0, "constraints": []}}
    assert policy["rules"][1]["selector"] == {
        "identifier": "a",
        "match_type": 2,
        "constraints": [{"key": "k", "value": "v", "condition": 2}],
    }
    assert policy["rules"][1]["updates"] == {"identifier": "b", "attrs": {"x": "y"}} and policy["rules"][2] == {
        "action": 0
    }
    sent = m.SOLVE.decode(m.SOLVE.encode({"Ref": "r", "Session": "s", "SourcePolicy": policy}))["SourcePolicy"]
    assert sent["version"] == 1 and [r["action"] for r in sent["rules"]] == [1, 2, 0]


@pytest.mark.parametrize(("text", "problem"), [
    ("{", "invalid JSON: "), ("[]", "the policy is not an object"), ('{"rules": {}}', "invalid value {} for 'rules' of the policy"), ('{"rule": []}', "unknown key 'rule' in the policy"),
    ('{"rules": [{"action": "deny"}]}', "invalid value 'deny' in rule 0: must be one of ALLOW, DENY, CONVERT"), ('{"rules": [{"action": 3}]}', "invalid value 3 in rule 0"),
    ('{"rules": [{"selector": {"identifier": 1}}]}', "invalid value 1 for 'identifier' of the selector of rule 0"), ('{"rules": [{"updates": {"attrs": {"a": 1}}}]}', "the attrs of rule 0 are not all strings"),
    ('{"rules": [{"selector": {"constraints": [1]}}]}', "a constraint of rule 0 is not an object"), ('{"rules": [{"action": true}]}', "invalid value True in rule 0"),
])  # fmt: skip
def test_policies_that_are_not_understood(tmp_path: Path, text: str, problem: str) -> None:
    """Nobody builds without the policy that was asked for."""
    (tmp_path / "policy").write_text(text)
    done = cli("build", str(tmp_path), environ={VARIABLE: f"{tmp_path}/policy"})
    assert done.code == 1 and done.err.startswith(
        f"ERROR: failed to build: failed to parse source policy {tmp_path}/policy: {problem}"
    ), done.err
    missing = cli("build", str(tmp_path), environ={VARIABLE: f"{tmp_path}/none"})
    assert (
        missing.err
        == f"ERROR: failed to build: failed to read policy file: open {tmp_path}/none: no such file or directory\n"
    )
