"""The wheel, as users install it: by pip, pipx and uv, each into a clean home; then set up, found by man and three shells, and undone.
And as the jobs of the guide on CI install it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from pydock import __version__
from tests.support.consoles import SOURCE
from tests.support.engines import EngineProcess
from tests.support.shells import need

pytestmark = pytest.mark.live
ROOT = Path(__file__).resolve().parents[2]
#: how the package index is reached, before a test has an environment of its own
INDEX = {
    n: v for n, v in os.environ.items() if n.lower() in ("http_proxy", "https_proxy", "no_proxy", "ssl_cert_file") or n.startswith(("PIP_", "UV_"))
}  # fmt: skip
#: how it is installed, where its program is then, and how it is removed; WHEEL, TOOLS, HOME and PYTHON stand for paths
WAYS = {
    "pip": (
        "PYTHON -m venv HOME/venv && HOME/venv/bin/pip install WHEEL",
        "venv/bin/pydock",
        "HOME/venv/bin/pip uninstall -y pydock-cli",
    ),
    "pipx": ("TOOLS/pipx install --python PYTHON WHEEL", ".local/bin/pydock", "TOOLS/pipx uninstall pydock-cli"),
    "uv": (
        "TOOLS/uv tool install --no-cache --python PYTHON WHEEL",
        ".local/bin/pydock",
        "TOOLS/uv tool uninstall pydock-cli",
    ),
}


def places(line: str, home: Path, wheel: Path, tools: Path) -> str:
    for word, path in (("WHEEL", wheel), ("TOOLS", tools), ("HOME", home), ("PYTHON", Path(sys.executable))):
        line = line.replace(word, str(path))
    return line


def sh(line: str, home: Path, **env: str) -> str:
    """What a command line prints, for the user of that home; fails the test if it fails."""
    path = f"{home}/.local/bin:/usr/local/bin:/usr/bin:/bin"
    full = {**INDEX, "HOME": str(home), "PATH": path, "LANG": "C.UTF-8", **env}
    done = subprocess.run(["bash", "-c", line], env=full, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-twheel", "-d", str(folder)], cwd=ROOT, check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pipx and uv, where they are to be had."""
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", "pipx", "uv"], check=False, timeout=300)
    return folder / "bin"


def tree(home: Path) -> dict[str, str]:
    """Everything in the home but what Python compiles for itself, and tools keep of what they fetched."""
    found = {}
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if name not in ("__pycache__", ".cache")]
        for name in (*folders, *files):
            path = Path(folder, name)
            found[str(path.relative_to(home))] = os.readlink(path) if path.is_symlink() else str(path.lstat().st_size)
    # the size of a folder tells nothing
    return {name: "" if (home / name).is_dir() else size for name, size in found.items()}


@pytest.mark.parametrize("way", WAYS)
def test_installed_set_up_and_undone(
    way: str, wheel: Path, tools: Path, tmp_path: Path, docker28: EngineProcess
) -> None:
    if way != "pip" and not (tools / way).exists():
        pytest.skip(f"{way} is not to be had")
    for shell in ("zsh", "fish"):
        need(shell)
    install, program, uninstall = WAYS[way]
    sh(places(install, tmp_path, wheel, tools), tmp_path)
    pydock = tmp_path / program
    # fish has folders of its own
    sh("fish -c true", tmp_path)
    before = tree(tmp_path)

    assert "Created" in sh(f"{pydock} setup --docker --yes", tmp_path)
    # pipx has made links to its own
    page = os.path.realpath(tmp_path / ".local/share/man/man1/pydock-run.1")
    assert sh("man -w pydock-run", tmp_path).strip() == page and "pydock-run" in sh("man pydock-run", tmp_path)
    # bash loads the script by the name of the program, when TAB is pressed for the first time
    for name in ("docker", "pydock"):
        found = sh(
            f"source /usr/share/bash-completion/bash_completion; _completion_loader {name}; COMP_WORDS=({name} run --pul) COMP_CWORD=2; "
            f'COMP_LINE="{name} run --pul" COMP_POINT=16; _{name}_complete; echo "${{COMPREPLY[@]}}"',
            tmp_path,
        )
        assert found.split() == ["--pull"]
    for name in ("docker", "pydock"):
        # with the lines that setup has told for ~/.zshrc
        zsh = f"fpath=(~/.local/share/zsh/site-functions $fpath); autoload -Uz compinit && compinit -u -D; print $_comps[{name}]"
        assert sh(f"zsh -fc '{zsh}'", tmp_path).split() == [f"_{name}"]
        assert sh(f"fish -c 'complete -C \"{name} run --pul\"'", tmp_path).startswith("--pull")
    for line, shown in (
        ("docker images -q busybox | wc -l", "1\n"),
        ("docker run --rm busybox echo made", "made\n"),
        ("docker run -d --name my_nginx -p 80:80 busybox sleep 100 | wc -c", "65\n"),
        ("docker ps --format '{{.Names}} {{.Ports}}'", "my_nginx 0.0.0.0:80->80/tcp, [::]:80->80/tcp\n"),
        ("docker rm -f my_nginx; docker ps -a --format '{{.Image}}'", "my_nginx\n"),
        ("shopt -s expand_aliases\nalias docker=pydock\ndocker version --format '{{.Client.GitCommit}}'", f"pydock-{__version__}\n"),
    ):  # fmt: skip
        assert sh(line, tmp_path, DOCKER_HOST=docker28.host) == shown
    assert "Everything is set up" in sh("docker setup --yes", tmp_path)

    assert "Removed" in sh(f"{pydock} setup --undo --yes", tmp_path)
    assert tree(tmp_path) == before
    sh(places(uninstall, tmp_path, wheel, tools), tmp_path)
    assert not pydock.exists() and not pydock.is_symlink()


def jobs() -> dict[str, list[str]]:
    """The shell lines of the jobs that the guide on CI shows."""
    tokens = MarkdownIt("commonmark").parse((SOURCE / "ci.md").read_text(encoding="utf-8"))
    github, gitlab = (yaml.safe_load(token.content) for token in tokens if token.info == "yaml")
    return {
        "github": [step["run"] for step in github["jobs"]["test"]["steps"] if "run" in step],
        "gitlab": gitlab["test"]["script"],
    }


@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_jobs_of_ci_do_their_work(
    system: str, wheel: Path, tools: Path, tmp_path: Path, docker28: EngineProcess
) -> None:
    """Each step in a shell of its own, in a checkout with a Dockerfile and a test."""
    if system == "github" and not (tools / "pipx").exists():
        pytest.skip("pipx is not to be had")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "python")], check=True)
    checkout, added = tmp_path / "checkout", tmp_path / "path"
    checkout.mkdir()
    (checkout / "Dockerfile").write_text("FROM busybox\nCOPY --chmod=755 test /\nWORKDIR /\n")
    (checkout / "test").write_text("#!/bin/sh\necho tested\n")
    added.write_text("")
    # the one has pipx and its folder on the PATH, the other one is an image of Python
    folders = [tools, tmp_path / ".local" / "bin"] if system == "github" else [tmp_path / "python" / "bin"]
    env = {"GITHUB_PATH": str(added), "DOCKER_HOST": docker28.host, "CI": "true", "PYDOCK": str(wheel)}
    printed = ""
    for line in jobs()[system]:
        path = os.pathsep.join([*added.read_text().split(), *map(str, folders), "/usr/bin", "/bin"])
        printed = sh(f"set -e; cd {checkout}; {line}", tmp_path, PATH=path, **env)
    assert printed == "tested\n"
    if system == "github":
        assert os.readlink(tmp_path / "bin" / "docker") == f"{tmp_path}/.local/bin/pydock"
    sh("pydock rmi app", tmp_path, PATH=os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"]), **env)
