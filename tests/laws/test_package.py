"""What is packaged: the wheel and the source distribution, unpacked."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from pydock import __version__

ROOT = Path(__file__).resolve().parents[2]
NAME = f"pydock_cli-{__version__}"
DATA, INFO = f"{NAME}.data/data/", f"{NAME}.dist-info/"


def build(source: Path, target: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target), *(f"-t{kind}" for kind in kinds)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both; scripts/release has made them already."""
    if given := os.environ.get("PYDOCK_DIST"):
        return Path(given)
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "wheel", "sdist")
    return folder


def wheel(folder: Path) -> dict[str, bytes]:
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_has_the_package_its_pages_and_completions_and_nothing_else(dist: Path) -> None:
    found = wheel(dist)
    package = {p for p in (ROOT / "pydock").rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    # section 1 to share/man/man1, and so on; the pages' sources stay where they are
    pages = [p for n in range(1, 9) for p in (ROOT / "man").rglob(f"*.{n}")]
    assert len(pages) > 200
    expected = {p.relative_to(ROOT).as_posix(): p for p in package}
    expected |= {f"{DATA}share/man/man{p.suffix[1:]}/{p.name}": p for p in pages}
    for target, name in (
        ("bash-completion/completions/pydock", "pydock.bash"),
        ("zsh/site-functions/_pydock", "_pydock"),
        ("fish/vendor_completions.d/pydock.fish", "pydock.fish"),
    ):
        expected[f"{DATA}share/{target}"] = ROOT / "completions" / name
    about = {INFO + name for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    assert sorted(found) == sorted({*expected, *about})
    assert not [name for name, path in expected.items() if found[name] != path.read_bytes()]


def test_what_the_wheel_says_of_itself(dist: Path) -> None:
    found = wheel(dist)
    metadata = email.message_from_bytes(found[INFO + "METADATA"])
    assert (metadata["Name"], metadata["Version"]) == ("pydock-cli", __version__)
    assert metadata["Requires-Python"] == ">=3.10" and metadata["License-Expression"] == "Apache-2.0"
    assert b"Root-Is-Purelib: true" in found[INFO + "WHEEL"] and b"py3-none-any" in found[INFO + "WHEEL"]
    assert found[INFO + "entry_points.txt"].decode().split() == [
        "[console_scripts]",
        "pydock",
        "=",
        "pydock.start:main",
    ]


def test_the_source_distribution_is_the_repository(dist: Path, tmp_path: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # type: ignore[arg-type]
    source = tmp_path / NAME
    found = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    kept = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if kept.returncode == 0:
        assert found == {name for name in kept.stdout.split("\0") if (ROOT / name).is_file()} | {"PKG-INFO"}
    # and makes the same wheel
    build(source, tmp_path / "dist", "wheel")
    assert wheel(tmp_path / "dist") == wheel(dist)
