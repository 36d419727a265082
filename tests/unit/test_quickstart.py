"""scripts/quickstart and scripts/setup where something is in the way; programs of our own stand in for pydock and Python."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
DENIED = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"

#: pydock, as far as quickstart uses it: what it is asked for is written down, `run` serves one page
PYDOCK = """#!{python}
import http.server, os, sys
words = sys.argv[1:]
open("asked", "a").write(" ".join(words) + "\\n")
if words[0] == "version" and {denied!r}:
    sys.exit({denied!r})
if words[:2] == ["container", "inspect"]:
    sys.exit(words[2] not in {names!r})
if words[:2] == ["images", "-q"]:
    print("sha256:0")
if words[:2] == ["context", "show"]:
    print("default")
if words[0] == "run":
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html><title>Welcome to nginx!</title></html>")
    server = http.server.HTTPServer(("127.0.0.1", int(words[words.index("-p") + 1].split(":")[0])), Page)
    if os.fork() == 0:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        server.timeout = 30
        server.handle_request()
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(SCRIPTS / "quickstart", tmp_path / "scripts")
    program(tmp_path / "scripts" / "setup", "#!/bin/sh\n")
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return tmp_path


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def quickstart(checkout: Path, denied: str = "", names: tuple[str, ...] = (), **environ: str) -> tuple[int, str, str, list[str]]:
    """(exit code, stdout, stderr, what pydock was asked for)."""
    program(checkout / ".venv" / "bin" / "pydock", PYDOCK.format(python=sys.executable, denied=denied, names=names))
    env = {"PATH": os.environ["PATH"], "HOME": str(checkout), **environ}
    done = subprocess.run([checkout / "scripts" / "quickstart"], capture_output=True, text=True, env=env, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr, (checkout / "asked").read_text().splitlines()


@pytest.mark.parametrize("environ", [{}, {"DOCKER_HOST": "unix:///var/run/docker.sock"}])
def test_who_may_not_use_the_socket_is_told_so_and_what_to_do(checkout: Path, environ: dict[str, str]) -> None:
    code, _, err, asked = quickstart(checkout, denied=DENIED, **environ)
    assert code == 1
    assert err.startswith(f"quickstart: {DENIED}\n")
    assert "usermod -aG docker" in err
    assert "no engine" not in err
    assert [line.split()[0] for line in asked] == ["version"]


def test_why_an_engine_that_was_chosen_does_not_answer(checkout: Path) -> None:
    code, _, err, _ = quickstart(checkout, denied="lookup far: no such host", DOCKER_HOST="tcp://far:1")
    assert (code, err) == (1, "quickstart: the engine at DOCKER_HOST=tcp://far:1 does not answer: lookup far: no such host\n")


@pytest.mark.parametrize(("names", "taken"), [((), "my_nginx"), (("my_nginx",), "my_nginx_2"), (("my_nginx", "my_nginx_2"), "my_nginx_3")])
def test_a_container_that_has_the_name_already_stays(checkout: Path, names: tuple[str, ...], taken: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, out, err, asked = quickstart(checkout, names=names, PORT=str(port))
    assert (code, err) == (0, "")
    assert f"run -d --name {taken} -p {port}:80 nginx" in asked
    assert not [line for line in asked if line.split()[0] in ("rm", "stop", "kill")]
    assert "Welcome to nginx!" in out
    assert out.rstrip().endswith(f"pydock rm -f {taken}\x1b[0m")


@pytest.mark.parametrize("mends", [True, False])
def test_venv_s_words_are_told_only_where_it_fails_for_good(tmp_path: Path, mends: bool) -> None:
    """Where Debian's python3-venv is missing, the first try fails and the second, after its installation, does not."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS / "setup", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "bin").mkdir()
    for name in ("apt-get", "id"):
        program(tmp_path / "bin" / name, "#!/bin/sh\necho 1000\n")
    second = "mkdir -p .venv/bin; printf '#!/bin/sh\\n' >.venv/bin/python; chmod +x .venv/bin/python; exit 0" if mends else "exit 1"
    python = f"""#!/bin/sh
case "$*" in *venv*) ;; *) exec {sys.executable} "$@" ;; esac
[ -e tried ] && {{ [ {int(mends)} = 1 ] || echo "ensurepip is not available"; {second}; }}
touch tried
echo "The virtual environment was not created successfully"
exit 1
"""
    program(tmp_path / "bin" / "python3", python)
    env = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run([tmp_path / "scripts" / "setup"], capture_output=True, text=True, env=env, timeout=60, check=False)
    assert done.stdout == ""
    if mends:
        assert (done.returncode, done.stderr) == (0, "setup: making .venv …\n")
    else:
        assert done.returncode == 1
        assert done.stderr.endswith("ensurepip is not available\nsetup: python3 cannot make .venv\n")
