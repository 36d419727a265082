"""Tools that call docker, with pydock as `docker`: what they make of it is seen in containers and images, not by exit codes alone."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.cli import forget_builds
from tests.support.engines import EngineProcess
from tests.support.tools import Place

pytestmark = [pytest.mark.live, pytest.mark.timeout(1200)]

COMPOSE = """\
services:
  web:
    image: busybox
    stop_grace_period: 0s
    command: ["sh", "-c", "mkdir /www; echo from web >/www/index.html; exec httpd -f -p 80 -h /www"]
"""
#: this system's Python, for a container of busybox
PYTHON = [
    f"{source}:{target}:ro"
    for source, target in (("/usr", "/usr"), ("/usr/lib", "/lib"), ("/usr/lib64", "/lib64"))
    if Path(source).exists()
]
PLAY = """\
- hosts: tools-host
  tasks:
  - copy: {content: "hello {{ansible_hostname}}", dest: /tmp/greeting, mode: "0640"}
  - command: sh -c 'stat -c %a /tmp/greeting; cat; exit 3'
    args: {stdin: to the container}
    register: done
    failed_when: done.rc != 3 or done.stdout_lines != ["640", "to the container"]
  - fetch: {src: /tmp/greeting, dest: fetched, flat: true}
- hosts: localhost
  gather_facts: false
  tasks:
  - community.docker.docker_image_build: {name: "tools-ansible:1", path: "{{playbook_dir}}/context", args: {WORD: built}}
  - community.docker.docker_compose_v2: {project_src: "{{playbook_dir}}/project", wait: true}
  - community.docker.docker_compose_v2_exec: {project_src: "{{playbook_dir}}/project", service: web, command: wget -q -O - localhost}
    register: answer
    failed_when: answer.stdout != "from web"
  - community.docker.docker_compose_v2: {project_src: "{{playbook_dir}}/project", state: absent}
"""
HOSTS = """\
tools-host ansible_connection=community.docker.docker ansible_python_interpreter=/usr/bin/python3
localhost ansible_connection=local ansible_python_interpreter={{ansible_playbook_python}}
"""


def need_python() -> None:
    if not Path("/usr/bin/python3").exists():
        pytest.skip("this system has no Python of its own to give to a container")


def use_ansible(place: Place) -> None:
    """Modules in a container, over the connection plugin; and the modules that build an image and bring a project up."""
    need_python()
    volumes = [word for volume in PYTHON for word in ("-v", volume)]
    place.run("docker", "run", "-d", "--name", "tools-host", *volumes, "busybox", "sleep", "1000")
    place.write("hosts.ini", HOSTS)
    place.write("play.yaml", PLAY)
    place.write("context/Dockerfile", "FROM busybox\nARG WORD\nRUN echo $WORD >/word\n")
    place.write("project/compose.yaml", COMPOSE)
    assert place.run("ansible-playbook", "-i", "hosts.ini", "play.yaml").count("failed=0") == 2
    hostname = place.run("docker", "exec", "tools-host", "hostname").strip()
    assert (place.folder / "fetched").read_text() == f"hello {hostname}"
    assert place.run("docker", "run", "--rm", "tools-ansible:1", "cat", "/word") == "built\n"
    assert place.run("docker", "ps", "-a", "--format", "{{.Names}}") == "tools-host\n"


SCENARIO = {
    "dependency": {"name": "galaxy", "enabled": False},
    "driver": {"name": "docker"},
    "platforms": [
        {"name": "tools-host", "image": "busybox", "pre_build_image": True, "command": "sleep 1000", "volumes": PYTHON}
    ],
    "provisioner": {
        "name": "ansible",
        "inventory": {"host_vars": {"tools-host": {"ansible_python_interpreter": "/usr/bin/python3"}}},
    },
    "verifier": {"name": "ansible"},
}


def use_molecule(place: Place) -> None:
    """A scenario: its container made, converged, found idempotent, verified, and destroyed."""
    need_python()
    place.write("role/molecule/default/molecule.yml", json.dumps(SCENARIO))
    for name, task in (
        ("converge", "copy: {content: converged, dest: /tmp/greeting, mode: '0644'}"),
        ("verify", "command: {cmd: grep -x converged /tmp/greeting}\n    changed_when: false"),
    ):
        place.write(f"role/molecule/default/{name}.yml", f"- hosts: all\n  tasks:\n  - {task}\n")
    # Galaxy is another index: the collections are those that come with Ansible
    (collections,) = place.programs.parent.glob("lib/python*/site-packages/ansible_collections")
    (place.folder / "ansible_collections").symlink_to(collections)
    told = place.run("molecule", "test", within="role", ANSIBLE_COLLECTIONS_PATH=str(place.folder))
    # converged, found as it was, verified
    assert re.findall(r"^tools-host +: ok=2 +changed=(\d) +unreachable=0 +failed=0", told, re.M) == ["1", "0", "0"]
    assert place.run("docker", "ps", "-aq") == ""


def use_cibuildwheel(place: Place) -> None:
    """The container in which it builds: a shell that is asked through the stdin of `start -ai`, and folders copied as archives."""
    bash = [*(f"--volume={volume}" for volume in PYTHON), "--volume=/bin/bash:/bin/bash:ro"]
    script = f"""
import json, pathlib, sys
from cibuildwheel.oci_container import OCIContainer, OCIContainerEngineConfig, OCIPlatform
engine = OCIContainerEngineConfig(name="docker", create_args={tuple(bash)!r}, disable_host_mount=True)
inside = pathlib.PurePosixPath("/project")
here = pathlib.Path("here")
here.mkdir()
(here / "data").write_bytes(bytes(range(256)) * 4096)
with OCIContainer(image="busybox", oci_platform=OCIPlatform.native(), cwd=inside, engine=engine) as container:
    container.copy_into(here, inside / "copy")
    said = container.call(["sh", "-c", "pwd; echo $WORD; wc -c copy/data"], env={{"WORD": "a b"}}, capture_output=True)
    container.copy_out(inside / "copy", pathlib.Path("there"))
assert pathlib.Path("there/data").read_bytes() == (here / "data").read_bytes()
print(json.dumps(said))
"""
    said = json.loads(place.run("python", "-c", script).splitlines()[-1])
    assert said == "/project\na b\n1048576 copy/data\n" and place.run("docker", "ps", "-aq") == ""


def use_cwltool(place: Place) -> None:
    """A step in a container that may write to its own folders alone; and one in an image that its Dockerfile makes."""
    place.write("in.txt", "some words\n")
    steps = {
        "upper": ({"dockerPull": "busybox"}, ["sh", "-c", 'tr a-z A-Z <"$0"; touch /x 2>/dev/null || echo read-only'], {"type": "File", "inputBinding": {}}),
        "built": ({"dockerImageId": "tools-cwl:1", "dockerFile": "FROM busybox\nRUN echo built >/word"}, ["cat", "/word"], "File"),
    }  # fmt: skip
    for name, (docker, command, given) in steps.items():
        tool = {
            "cwlVersion": "v1.2", "class": "CommandLineTool", "requirements": {"DockerRequirement": docker}, "baseCommand": command,
            "inputs": {"text": given}, "outputs": {"out": {"type": "stdout"}}, "stdout": f"{name}.txt",
        }  # fmt: skip
        place.write(f"{name}.cwl", json.dumps(tool))
        told = json.loads(place.run("cwltool", f"{name}.cwl", "--text", "in.txt"))
        assert told["out"]["path"] == str(place.folder / f"{name}.txt")
    assert (place.folder / "upper.txt").read_text() == "SOME WORDS\nread-only\n"
    assert (place.folder / "built.txt").read_text() == "built\n" and place.run("docker", "ps", "-aq") == ""


def use_devcontainers(place: Place) -> None:
    """A container that a Dockerfile describes, and one of a compose project: made, set up, and entered."""
    place.write("one/.devcontainer/Dockerfile", "FROM busybox\nRUN echo built >/word\n")
    place.write("two/.devcontainer/compose.yaml", COMPOSE)
    set_up = {"postCreateCommand": "cat /word >/tmp/created || echo no word >/tmp/created", "remoteEnv": {"A": "b c"}}
    for name, how in (
        ("one", {"build": {"dockerfile": "Dockerfile"}}),
        ("two", {"dockerComposeFile": "compose.yaml", "service": "web", "workspaceFolder": "/"}),
    ):
        place.write(f"{name}/.devcontainer/devcontainer.json", json.dumps({**how, **set_up}))
        up = json.loads(place.run("devcontainer", "up", "--workspace-folder", name).splitlines()[-1])
        assert up["outcome"] == "success"
        line = "cat /tmp/created; pwd; echo $A"
        said = place.run("devcontainer", "exec", "--workspace-folder", name, "sh", "-c", line)
        assert said == {"one": "built\n/workspaces/one\nb c\n", "two": "no word\n/\nb c\n"}[name]
        place.run("docker", "rm", "-f", up["containerId"])
    place.run("docker", "network", "prune", "-f")


def use_pre_commit(place: Place) -> None:
    """A hook in an image that its repository's Dockerfile makes, and one in an image that is there."""
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@y")
    place.write("hook/shout", '#!/busybox sh\nexec /busybox sed -i y/abc/ABC/ "$@"\n', mode=0o755)
    # the image is built with --pull: nothing is pulled for this one
    place.write("hook/Dockerfile", "FROM scratch\nCOPY busybox shout /\n")
    shutil.copy(shutil.which("busybox") or "/bin/busybox", place.folder / "hook" / "busybox")
    place.write(
        "hook/.pre-commit-hooks.yaml", "- {id: shout, name: shout, language: docker, entry: /shout, files: txt$}"
    )
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        place.run(*git, *words, within="hook")
    count = {"id": "count", "name": "count", "language": "docker_image", "entry": "busybox wc -c", "files": "txt$", "verbose": True}  # fmt: skip
    revision = place.run(*git, "rev-parse", "HEAD", within="hook").strip()
    repositories = [
        {"repo": "../hook", "rev": revision, "hooks": [{"id": "shout"}]},
        {"repo": "local", "hooks": [count]},
    ]
    place.write("project/.pre-commit-config.yaml", json.dumps({"repos": repositories}))
    place.write("project/a.txt", "abcd\n")
    place.run(*git, "init", "-q", within="project")
    place.run(*git, "add", ".", within="project")
    told = place.run("pre-commit", "run", "--all-files", within="project", code=1)
    assert "files were modified by this hook" in told and "5 a.txt" in told
    assert (place.folder / "project" / "a.txt").read_text() == "ABCd\n"


def use_pyinfra(place: Place) -> None:
    """Operations in a container of its own, which becomes an image."""
    place.write("in.txt", "content\n")
    place.write(
        "deploy.py",
        "from pyinfra.operations import files, server\n"
        "files.put(src='in.txt', dest='/etc/in.txt', mode='600')\n"
        "server.shell(commands=['stat -c %a /etc/in.txt >>/etc/in.txt'])\n"
        "files.get(src='/etc/in.txt', dest='out.txt')\n",
    )
    place.run("pyinfra", "-y", "@docker/busybox", "deploy.py")
    assert (place.folder / "out.txt").read_text() == "content\n600\n"
    image = place.run("docker", "images", "-q", "--filter", "dangling=true").strip()
    assert place.run("docker", "run", "--rm", image, "cat", "/etc/in.txt") == "content\n600\n"


def use_pytest_docker(place: Place) -> None:
    """A test whose fixture brings a compose project up, and down afterwards."""
    place.write("tests/docker-compose.yml", COMPOSE.replace("    command", '    ports: ["80"]\n    command'))
    place.write(
        "tests/test_it.py",
        "import subprocess\n"
        "def test_it(docker_services, docker_compose_project_name):\n"
        "    assert docker_services.port_for('web', 80) > 1024\n"
        "    ask = ['docker', 'exec', f'{docker_compose_project_name}-web-1', 'wget', '-q', '-O', '-', 'localhost']\n"
        "    up = lambda: subprocess.run(ask, capture_output=True).stdout == b'from web\\n'\n"
        "    docker_services.wait_until_responsive(timeout=30, pause=0.1, check=up)\n",
    )
    assert "1 passed" in place.run("pytest", "-q", "tests") and place.run("docker", "ps", "-aq") == ""


def use_testinfra(place: Place) -> None:
    """What a container is found to be like."""
    place.run("docker", "run", "-d", "--name", "tools-host", "-e", "A=b", "busybox", "sleep", "1000")
    place.write(
        "test_it.py",
        "def test_it(host):\n"
        "    done = host.run('echo $A; echo err >&2; exit 4')\n"
        "    assert (done.rc, done.stdout, done.stderr) == (4, 'b\\n', 'err\\n')\n"
        "    assert host.user().name == 'root' and host.file('/etc/passwd').contains('root:x')\n"
        "    assert not host.file('/nonexistent').exists\n",
    )
    assert "1 passed" in place.run("pytest", "-q", "--hosts=docker://root@tools-host", "test_it.py")


def use_testcontainers(place: Place) -> None:
    """A compose project in a test; the library's own containers go over the API, with docker's contexts and logins."""
    place.write("compose.yaml", COMPOSE)
    place.write(
        "test_it.py",
        "from testcontainers.compose import DockerCompose\n"
        "from testcontainers.core.container import DockerContainer\n"
        "def test_it():\n"
        "    with DockerCompose('.', compose_file_name='compose.yaml', wait=True) as project:\n"
        "        said = project.exec_in_container(['cat', '/www/index.html'], 'web')\n"
        "        assert said[0] == 'from web\\n' and project.get_container('web').State == 'running'\n"
        "    with DockerContainer('busybox').with_command('sleep 1000') as container:\n"
        "        assert container.exec('echo hi').output == b'hi\\n'\n",
    )
    assert "1 passed" in place.run("pytest", "-q", "test_it.py", TESTCONTAINERS_RYUK_DISABLED="true")
    assert place.run("docker", "ps", "-aq") == ""


def use_repo2docker(place: Place) -> None:
    """A repository with a Dockerfile: built by buildx, and run."""
    place.write("repository/word", "a word\n")
    place.write(
        "repository/Dockerfile",
        "FROM busybox\nRUN echo reader:x:1000:1000::/:/bin/sh >>/etc/passwd\nCOPY word /word\nUSER reader\n",
    )
    user = ("--user-id", "1000", "--user-name", "reader")
    place.run("repo2docker", *user, "--image-name", "tools-repository:1", "--no-run", "repository")
    assert (
        place.run("docker", "run", "--rm", "tools-repository:1", "sh", "-c", "id -un; cat /word") == "reader\na word\n"
    )


WHALES = """
import json, pathlib
from python_on_whales import DockerException, docker
from python_on_whales.exceptions import NoSuchContainer

def failed(call, *args, **how):
    try:
        call(*args, **how)
    except DockerException as error:
        return type(error).__name__, error.return_code

container = docker.run("busybox", ["sleep", "1000"], detach=True, name="tools-whale", labels={"a": "b"}, envs={"X": "y z"}, remove=True)
said = {
    "listed": [c.name for c in docker.ps(filters=[("label", "a=b")])],
    "state": [container.state.status, container.config.labels["a"], container.exists()],
    "exec": container.execute(["sh", "-c", "echo $X"]),
    "stream": sorted((where, line.decode()) for where, line in docker.run("busybox", ["sh", "-c", "echo out; echo err >&2"], stream=True, remove=True)),
    "exit code": failed(docker.run, "busybox", ["sh", "-c", "exit 3"], remove=True)[1],
    "no such": failed(docker.container.inspect, "nonexistent")[0],
    "stats": docker.stats([container])[0].container_name,
    "memory": docker.stats()[0].memory_used > 0,
}
pathlib.Path("file").write_text("copied")
docker.copy("file", (container, "/tmp/file"))
docker.copy((container, "/tmp/file"), "back")
said["copied"] = pathlib.Path("back").read_text()
pathlib.Path("context").mkdir()
pathlib.Path("context/Dockerfile").write_text("FROM busybox\\nARG WORD\\nRUN echo $WORD >/word\\n")
image = docker.build("context", tags="tools-whale:1", build_args={"WORD": "built"})
said["built"] = docker.run(image, ["cat", "/word"], remove=True), image.repo_tags
docker.image.save("tools-whale:1", "saved.tar")
docker.image.remove("tools-whale:1", force=True)
said["loaded"] = docker.image.load("saved.tar"), docker.image.exists("tools-whale:1")
with docker.volume.create("tools-whale") as volume, docker.network.create("tools-whale") as network:
    docker.network.connect(network, container)
    said["networks"] = sorted(container.network_settings.networks)
    docker.run("busybox", ["sh", "-c", "echo kept >/data/x"], volumes=[(volume, "/data")], remove=True)
    said["volume"] = docker.run("busybox", ["cat", "/data/x"], volumes=[(volume, "/data")], remove=True)
    docker.network.disconnect(network, container)
said["system"] = docker.system.info().server_version, docker.version().client.version
project = type(docker)(compose_files=["compose.yaml"], compose_project_name="tools-whale")
project.compose.up(detach=True, wait=True)
said["project"] = [c.config.labels["com.docker.compose.service"] for c in project.compose.ps()], project.compose.execute("web", ["hostname", "-i"], tty=False) != ""
project.compose.down(timeout=0)
container.remove(force=True)
print(json.dumps(said))
"""


def use_whales(place: Place) -> None:
    """A library with a method for each command: runs, streams, copies, builds, saves, networks, volumes, a compose project."""
    place.write("compose.yaml", COMPOSE)
    said = json.loads(place.run("python", "-c", WHALES).splitlines()[-1])
    version = json.loads(place.run("docker", "version", "--format", "json"))
    assert said == {
        "listed": ["tools-whale"], "state": ["running", "b", True], "exec": "y z",
        "stream": [["stderr", "err\n"], ["stdout", "out\n"]], "exit code": 3, "no such": "NoSuchContainer",
        "stats": "tools-whale", "memory": True, "copied": "copied", "built": ["built", ["tools-whale:1"]],
        "loaded": [["tools-whale:1"], True], "networks": ["bridge", "tools-whale"], "volume": "kept",
        "system": [version["Server"]["Version"], version["Client"]["Version"]], "project": [["web"], True],
    }  # fmt: skip
    assert place.run("docker", "ps", "-aq") == ""


#: each with what is installed for it (see PACKAGES), docker's plugins, and calls that it makes
TOOLS: dict[str, tuple[Callable[[Place], None], str, tuple[str, ...], tuple[str, ...]]] = {
    "ansible": (use_ansible, "ansible", ("buildx", "compose"), ("exec -i tools-host", "cp tools-host:", "buildx build", "compose --ansi")),
    "cibuildwheel": (use_cibuildwheel, "cibuildwheel", (), ("start --attach --interactive", "exec -i")),
    "cwltool": (use_cwltool, "cwltool", (), ("run -i --mount=type=bind", "build --tag=tools-cwl:1")),
    "devcontainers": (use_devcontainers, "devcontainers", ("compose",), ("inspect --type container", "events --format", "build -f", "compose --project-name")),
    "molecule": (use_molecule, "ansible", (), ("exec -i tools-host",)),
    "pyinfra": (use_pyinfra, "pyinfra", (), ("exec -i", "cp ", "commit ")),
    "pytest-docker": (use_pytest_docker, "pytest", ("compose",), ("compose -f",)),
    "python-on-whales": (use_whales, "whales", ("buildx", "compose"), ("container run", "network connect", "buildx build", "image load")),
    "repo2docker": (use_repo2docker, "repo2docker", ("buildx",), ("buildx build",)),
    "testcontainers": (use_testcontainers, "pytest", ("compose",), ("compose -f",)),
    "testinfra": (use_testinfra, "pytest", (), ("exec -u root tools-host",)),
}  # fmt: skip


@pytest.fixture
def engine(docker28: EngineProcess, pydock: Path) -> Iterator[EngineProcess]:
    """Where nothing is left of a tool."""
    yield docker28
    forget_builds(docker28, pydock)


def drive(
    folder: Path, engine: EngineProcess, pydock: Path, body: Callable[[Place], None], packages: str, plugins: tuple[str, ...], calls: tuple[str, ...]
) -> None:  # fmt: skip
    place = Place.made(folder, packages, engine, pydock, *plugins)
    try:
        body(place)
        called = place.called()
        assert not [call for call in calls if call not in called], called
    finally:
        left = place.run("docker", "ps", "-aq").split()
        if left:
            place.run("docker", "rm", "-fv", *left)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_that_calls_docker(tool: str, engine: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    drive(tmp_path, engine, pydock, *TOOLS[tool])


def test_pre_commit(engine: EngineProcess, pydock: Path, tmp_path: Path) -> None:
    """Of the tools the one that is tried each time: it is small, and it builds and runs."""
    drive(tmp_path, engine, pydock, use_pre_commit, "pre-commit", (), ("build --tag pre-commit-", "run --rm"))
