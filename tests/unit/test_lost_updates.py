"""Many that change one file at once: no change is lost, whoever else writes it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from pydock.buildkit.authority import Authority
from pydock.config.file import load
from pydock.config.manifests import ManifestStore
from pydock.errors import Failure
from pydock.files.lock import locked_file, locked_folder
from tests.support.cli import cli, program
from tests.support.stand_in import stand_in

MANY = 20


def at_once(client: Path, commands: Sequence[Sequence[str]], **env: str) -> list[tuple[int, bytes, bytes]]:
    """Run the command lines as programs, all at the same time."""
    full = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", **env}
    running = [
        subprocess.Popen(
            [client, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=full
        )
        for argv in commands
    ]
    return [(p.returncode, out, err) for p in running for out, err in [p.communicate(timeout=120)]]


def test_twenty_logins_at_once_keep_twenty_credentials(pydock: Path, tmp_path: Path) -> None:
    """Also where config.json is a link into a folder of dotfiles: there it is written, and the link stays."""
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "dotfiles" / "config.json").write_text('{"auths": {}, "mine": [1]}')
    (tmp_path / "dotfiles" / "config.json").chmod(0o640)
    (tmp_path / "config" / "config.json").symlink_to("../dotfiles/config.json")
    with stand_in(tmp_path, {"POST /auth": lambda _: {"Status": "Login Succeeded"}}) as host:
        done = at_once(
            pydock,
            [("login", "-u", f"u{i}", "-p", "secret", f"r{i}.example") for i in range(MANY)],
            DOCKER_HOST=host,
            DOCKER_CONFIG=str(tmp_path / "config"),
        )
    assert [code for code, _, _ in done] == [0] * MANY, done
    kept = json.loads((tmp_path / "dotfiles" / "config.json").read_text())
    assert set(kept["auths"]) == {f"r{i}.example" for i in range(MANY)} and kept["mine"] == [1]
    assert os.readlink(tmp_path / "config" / "config.json") == "../dotfiles/config.json"
    assert stat.S_IMODE((tmp_path / "dotfiles" / "config.json").stat().st_mode) == 0o640
    assert os.listdir(tmp_path / "dotfiles") == ["config.json"] == os.listdir(tmp_path / "config"), (
        "nothing else is left"
    )


def test_changes_of_one_context_at_once_are_all_kept(pydock: Path, tmp_path: Path) -> None:
    """The description by some, the endpoint by others; and of those that make the same context one alone can."""
    config = {"DOCKER_CONFIG": str(tmp_path)}
    made = at_once(pydock, [("context", "create", "one", "--docker", f"host=unix:///{i}") for i in range(8)], **config)
    assert sorted(code for code, _, _ in made) == [0] + [1] * 7
    assert {err for code, _, err in made if code} == {b'context "one" already exists\n'}
    done = at_once(
        pydock,
        [
            *(("context", "update", "one", "--description", "d") for _ in range(6)),
            *(("context", "update", "one", "--docker", "host=unix:///new") for _ in range(6)),
        ],
        **config,
    )
    assert {code for code, _, _ in done} == {0}, done
    meta = json.loads(program(pydock, "context", "inspect", "one", env=config).out)[0]
    assert (meta["Metadata"], meta["Endpoints"]["docker"]["Host"]) == ({"Description": "d"}, "unix:///new")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["meta.json"]


def test_annotations_of_one_image_at_once_are_all_kept(pydock: Path, tmp_path: Path) -> None:
    kept, name, image = ManifestStore(str(tmp_path)), "reg.example/all:1", "reg.example/one:1"
    with kept.changing():
        kept.save(
            name,
            {
                image: {
                    "Ref": image,
                    "Descriptor": {
                        "mediaType": "m",
                        "size": 1,
                        "digest": "sha256:d",
                        "platform": {"os": "linux", "architecture": "arm64"},
                    },
                    "Raw": "",
                }
            },
        )
    given = [("--variant", "v8"), ("--os-version", "5"), *(("--os-features", f"f{i}") for i in range(10))]
    done = at_once(pydock, [("manifest", "annotate", name, image, *one) for one in given], DOCKER_CONFIG=str(tmp_path))
    assert {code for code, _, _ in done} == {0}, done
    found = kept.image(name, image)
    assert found is not None
    platform = found["Descriptor"]["platform"]
    assert (platform["variant"], platform["os.version"], set(platform["os.features"])) == (
        "v8",
        "5",
        {f"f{i}" for i in range(10)},
    )
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["reg.example_one-1"], (
        "docker takes every file here for an image"
    )


def test_a_manifest_list_is_there_with_all_its_images_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ManifestStore(str(tmp_path))
    image = {"Ref": "r", "Descriptor": {"mediaType": "m", "size": 1, "digest": "sha256:d"}, "Raw": ""}
    with pytest.raises(TypeError), kept.changing():
        kept.save("list", {"one": image, "two": {"Descriptor": object()}})
    assert kept.images("list") == [] and list((tmp_path / "manifests").iterdir()) == []


def test_seeds_of_many_builds_at_once_are_all_kept(tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    threads = [
        threading.Thread(target=Authority(str(tmp_path), {}).public_key, args=(f"r{i}.example", b"salt", True))
        for i in range(MANY)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(json.loads((tmp_path / ".token_seed").read_text())) == {f"r{i}.example" for i in range(MANY)}


def test_a_change_takes_in_what_another_program_wrote_meanwhile(tmp_path: Path) -> None:
    """docker renames its file over ours, and locks nothing: what it wrote since we read is there afterwards."""
    (tmp_path / "config.json").write_text('{"auths": {}}')
    config, _ = load(str(tmp_path))
    (tmp_path / "new").write_text('{"auths": {"docker.example": {"auth": "eDp5"}}, "currentContext": "c"}')
    (tmp_path / "new").replace(tmp_path / "config.json")
    config.change(lambda data: data.update(psFormat="x"))
    assert (
        load(str(tmp_path))[0].data
        == {"auths": {"docker.example": {"auth": "eDp5"}}, "currentContext": "c", "psFormat": "x"}
        == config.data
    )


def test_an_unreadable_configuration_is_not_written_over(tmp_path: Path) -> None:
    """docker counts it as empty, and writes its own over it."""
    config, _ = load(str(tmp_path))
    (tmp_path / "config.json").mkdir()
    with pytest.raises(Failure, match=r"open .*config.json: is a directory"):
        config.change(lambda data: data.update(psFormat="x"))
    assert os.listdir(tmp_path) == ["config.json"]


def test_who_only_reads_needs_no_lock_and_no_right_to_write(pydock: Path, tmp_path: Path) -> None:
    assert (
        program(
            pydock, "context", "create", "one", "--docker", "host=unix:///x", env={"DOCKER_CONFIG": str(tmp_path)}
        ).code
        == 0
    )
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    with locked_folder(str(tmp_path)), locked_folder(str(tmp_path / "contexts")):
        for argv in (
            ("context", "ls"),
            ("context", "inspect", "one"),
            ("context", "show"),
            ("context", "export", "one", "-"),
        ):
            assert program(pydock, *argv, env={"DOCKER_CONFIG": str(tmp_path)}, timeout=30).code == 0
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_the_lock_of_a_dead_holder_is_free(tmp_path: Path) -> None:
    code = f"import os, time\nfrom pydock.files.lock import locked_folder\nwith locked_folder({str(tmp_path)!r}):\n    print('held', flush=True)\n    time.sleep(100)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(Failure, match="is locked: another process has been changing it"),
            locked_folder(str(tmp_path), patience=0.05),
        ):
            pass
        holder.kill()
    with locked_folder(str(tmp_path), patience=0.05):
        pass


def test_a_lock_file_is_no_link_and_goes_where_it_is_to_vanish(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(OSError, match="symbolic links"), locked_file(str(tmp_path / "link"), vanishing=True):
        pass
    with locked_file(str(tmp_path / "lock"), vanishing=True):
        assert (tmp_path / "lock").exists()
    assert sorted(os.listdir(tmp_path)) == ["link"]


def test_erasing_and_adding_at_once(pydock: Path, tmp_path: Path) -> None:
    old = {f"old{i}.example": {"auth": "eDp5"} for i in range(8)}
    (tmp_path / "config.json").write_text(json.dumps({"auths": old}))
    with stand_in(tmp_path, {"POST /auth": lambda _: {"Status": "Login Succeeded"}}) as host:
        commands = [
            *(("logout", name) for name in old),
            *(("login", "-u", "u", "-p", "p", f"new{i}.example") for i in range(8)),
        ]
        done = at_once(pydock, commands, DOCKER_HOST=host, DOCKER_CONFIG=str(tmp_path))
    assert {code for code, _, _ in done} == {0}, done
    assert set(load(str(tmp_path))[0].mapping("auths")) == {f"new{i}.example" for i in range(8)}


def test_a_current_context_that_is_set_meanwhile_is_not_undone(tmp_path: Path) -> None:
    assert cli("--config", str(tmp_path), "context", "create", "one", "--docker", "host=unix:///x").code == 0
    config, _ = load(str(tmp_path))
    assert cli("--config", str(tmp_path), "context", "use", "one").code == 0
    config.change(lambda data: data.update(detachKeys="ctrl-a"))
    assert load(str(tmp_path))[0].data == {"auths": {}, "currentContext": "one", "detachKeys": "ctrl-a"}
