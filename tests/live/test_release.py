"""scripts/release, as a draft: what it makes, and that it has been tried on an engine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pydock import __version__
from tests.support.engines import EngineProcess

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parents[2]
#: how the package index is reached, before a test has an environment of its own
BEFORE = dict(os.environ)


@pytest.mark.timeout(600)
def test_the_artefacts_of_a_release(tmp_path: Path, docker28: EngineProcess) -> None:
    words = [sys.executable, str(ROOT / "scripts" / "release"), "--draft", str(tmp_path)]
    env = {**BEFORE, "DOCKER_HOST": docker28.host}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=580, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n Engine:\n" in done.stdout and "CONTAINER ID" in done.stdout
    name = f"pydock-{__version__}"
    made = {p.name for p in tmp_path.iterdir()}
    assert made == {
        f"pydock_cli-{__version__}-py3-none-any.whl", f"pydock_cli-{__version__}.tar.gz", "pydock.pyz", f"{name}-wheel.cdx.json", f"{name}-pyz.cdx.json", "SHA256SUMS",
    }  # fmt: skip
    sums = dict(reversed(line.split()) for line in (tmp_path / "SHA256SUMS").read_text().splitlines())
    assert sums == {n: hashlib.sha256((tmp_path / n).read_bytes()).hexdigest() for n in made - {"SHA256SUMS"}}
    # each bill names what there is, the file's all that is in it
    for kind in ("wheel", "pyz"):
        bill = json.loads((tmp_path / f"{name}-{kind}.cdx.json").read_text())
        about = bill["metadata"]["component"]
        assert (bill["bomFormat"], about["name"], about["version"]) == ("CycloneDX", "pydock-cli", __version__)
        listed = {f"{c['name'].lower().replace('-', '_')}-{c['version']}" for c in bill["components"]}
        assert any(c.startswith("click-") for c in listed)
    with zipfile.ZipFile(tmp_path / "pydock.pyz") as archive:
        inside = {
            n.partition("/")[0].removesuffix(".dist-info").lower() for n in archive.namelist() if ".dist-info/" in n
        }
    assert listed == inside - {f"pydock_cli-{__version__}"}
