"""Which error has which hint. A rule finds its error by docker's words, and returns one line, or "" where it has none."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from pydock.cli.index import COMMANDS
from pydock.hints import nearest
from pydock.hints.facts import Facts, listed, name_of, state_of
from pydock.shape import Json

if TYPE_CHECKING:
    from pydock.app import App


class Scene:
    """An error and its command line."""

    def __init__(self, app: App, message: str) -> None:
        self.app, self.message = app, message
        self.prog, self.words = app.prog, app.invocation.words

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.app)

    @property
    def verb(self) -> str:
        """The command, without its group: "rm"."""
        first, *rest = [w for w in self.words if not w.startswith("-")] or [""]
        return rest[0] if first in ("container", "image", "network", "volume") and rest else first

    def has(self, path: str) -> bool:
        return path in COMMANDS

    def meant(self, typed: str, names: Iterable[str]) -> str:
        found = nearest.nearest(typed, names)
        return f"Did you mean {found}?" if found and found != typed else ""


Rule = Callable[..., str]
#: states of containers that run
RUNS = ("running", "paused", "restarting")


# -- the command line ------------------------------------------------------------------------------


def unknown_command(s: Scene, typed: str) -> str:
    words = typed.split()[1:]
    if not words:
        return ""
    if turned := turned_words(s):
        return turned
    if len(words) == 1 and (groups := nearest.groups_of(words[-1])):
        first = "container" if "container" in groups else groups[0]
        return f"it is a command of {', '.join(groups)}: '{s.prog} {first} {words[-1]}'"
    found = nearest.command(words)
    return f"Did you mean '{s.prog} {found}'?" if found else ""


def turned_words(s: Scene) -> str:
    """`create network` looks for an image of that name."""
    turned = nearest.turned(s.words)
    return f"Did you mean '{s.prog} {turned}'?" if turned else ""


def path_of(s: Scene) -> str:
    """The command whose flags were wrong, as the error's last line names it."""
    match = re.search(r"Run '\S+ (.+?) ?--help' for more", s.message)
    return match[1] if match else ""


def unknown_flag(s: Scene, typed: str) -> str:
    path = path_of(s)
    if path and any(typed in spec.longs for spec in nearest.flags_of("")):
        return f"--{typed} comes before the command: '{s.prog} --{typed} … {path}'"
    found = nearest.flag(typed, path)
    return f"Did you mean --{found}?" if found else ""


def unknown_letter(s: Scene, cluster: str) -> str:
    """A long flag with one dash."""
    name = cluster.partition("=")[0]
    flags = {n for spec in nearest.flags_of(path_of(s)) for n in spec.longs}
    return f"Did you mean --{name}? Long flags have two dashes" if name in flags else ""


def one_dash(s: Scene, name: str) -> str:
    """`-filter a=b` is `-f ilter`."""
    return f"Did you mean --{name}? Long flags have two dashes" if any(w == f"-{name}" for w in s.words) else ""


def not_a_tty(s: Scene) -> str:
    return "stdin is no terminal: leave out -t (-i alone passes stdin on)"


# -- no such object --------------------------------------------------------------------------------


def no_container(s: Scene, name: str) -> str:
    found = s.facts.containers()
    names = [name_of(c) for c in found]
    if hint := s.meant(name, names):
        return hint
    if not found:
        return f"there are no containers on {s.app.engine.endpoint.host}; '{s.prog} context ls' lists other engines"
    return f"the containers are {listed(found)}"


def no_image(s: Scene, name: str) -> str:
    """A name that is like it, another tag of it, or where it comes from."""
    if turned := turned_words(s):
        return turned
    tags = s.facts.tags()
    short = name.removesuffix(":latest")
    found = nearest.nearest(
        short, [*tags, *(t.removesuffix(":latest") for t in tags), *(t.rpartition(":")[0] for t in tags)]
    )
    of_name = [t for t in tags if t.rpartition(":")[0] == found]
    if found and found != short:
        return f"Did you mean {found}?"
    if of_name:
        return f"there is {', '.join(of_name[:4])}"
    return f"'{s.prog} pull {shlex.quote(short)}' fetches it from its registry"


def no_remote_image(s: Scene, name: str) -> str:
    if turned := turned_words(s):
        return turned
    near = s.meant(name, [t for tag in s.facts.tags() for t in (tag.removesuffix(":latest"), tag.rpartition(":")[0])])
    registry = name.partition("/")[0] if re.search("[.:].*/", name) else ""
    login = f"for a private repository, '{s.prog} login {registry}".rstrip() + "' first"
    return f"{near} Or, {login}" if near else login


def no_manifest(s: Scene, name: str) -> str:
    repository = name.rpartition(":")[0] or name
    return f"'{s.prog} image tags {repository}' lists the tags" if s.has("image tags") else ""


def no_network(s: Scene, name: str) -> str:
    names = s.facts.networks()
    return (
        s.meant(name, names)
        or f"the networks are {', '.join(names[:8])}; '{s.prog} network create {shlex.quote(name)}' makes it"
    )


def no_volume(s: Scene, name: str) -> str:
    return s.meant(name, s.facts.volumes())


def no_object(s: Scene, name: str) -> str:
    facts = s.facts
    tags = [t.removesuffix(":latest") for t in facts.tags()]
    return s.meant(name, [*map(name_of, facts.containers()), *tags, *facts.networks(), *facts.volumes()])


# -- objects in use --------------------------------------------------------------------------------


def name_taken(s: Scene, name: str, identifier: str) -> str:
    holder = s.facts.container(identifier)
    if not holder:
        return ""
    state = state_of(holder)
    if s.verb == "rename":
        return f"the container {name} is {state}"
    if state in RUNS:
        return f"the container {name} is {state}: choose another --name, or '{s.prog} rm -f {name}' ends and removes it"
    return f"the container {name} is {state}: '{s.prog} start {name}' starts it, '{s.prog} rm {name}' removes it"


def users_first(s: Scene, what: str, users: list[Json]) -> str:
    """Which containers use it, and how they go."""
    if not users:
        return ""
    names = " ".join(name_of(c) for c in users[:4])
    force = "-f " if any(state_of(c) in RUNS for c in users[:4]) else ""
    return f"{what} is used by {listed(users)}: '{s.prog} rm {force}{names}' first"


def image_used_by(s: Scene, identifier: str) -> str:
    users = [c for c in [s.facts.container(identifier)] if c]
    return users_first(s, "the image", s.facts.containers(ancestor=str(users[0].get("Image")))) if users else ""


def image_has_children(s: Scene, image: str) -> str:
    """Which images are made from it."""
    found = s.facts.images(intermediate=True)
    wanted = image.removeprefix("sha256:")
    names = {i["Id"]: [*(i.get("RepoTags") or []), i["Id"].removeprefix("sha256:")[:12]] for i in found}
    parents = {i for i in names if i.removeprefix("sha256:").startswith(wanted) or image in names[i]}
    made = [names[i["Id"]][0] for i in found if i.get("ParentId") in parents]
    return f"images are made from it: {', '.join(made[:4])}" if made else ""


def image_has_names(s: Scene, image: str) -> str:
    wanted = image.removeprefix("sha256:")
    names = [
        t
        for i in s.facts.images()
        if i["Id"].removeprefix("sha256:").startswith(wanted)
        for t in i.get("RepoTags") or []
    ]
    return f"its names are {', '.join(names)}: '{s.prog} rmi {' '.join(names)}' removes them all" if names else ""


def port_taken(s: Scene, port: str) -> str:
    # Podman lists the ports of containers that do not run, too
    runs = [c for c in s.facts.containers() if state_of(c) in RUNS]
    holders = [c for c in runs if any(str(p.get("PublicPort")) == port for p in c.get("Ports") or [])]
    if holders:
        name = name_of(holders[0])
        return f"port {port} is held by the container {name}: '{s.prog} stop {name}', or publish another port (-p)"
    return f"port {port} is held by a program on the engine's machine, not by a container: 'ss -ltnp sport = :{port}' there shows it"


def container_runs(s: Scene) -> str:
    names = [w for w in s.words[1:] if not w.startswith("-") and w not in ("rm", "remove")]
    if len(names) != 1:
        return f"'{s.prog} stop' first, or '{s.prog} rm -f'"
    name = shlex.quote(names[0])
    return f"'{s.prog} stop {name}' first, or '{s.prog} rm -f {name}'"


def not_running(s: Scene, identifier: str) -> str:
    found = s.facts.container(identifier)
    if not found:
        return ""
    name, state = name_of(found), found.get("State") or {}
    code = f" with code {state.get('ExitCode')}" if state_of(found) == "exited" else ""
    log = f", '{s.prog} logs {name}' shows what it said" if code else ""
    return f"the container {name} is {state_of(found)}{code}: '{s.prog} start {name}' starts it{log}"


def stopped(s: Scene) -> str:
    names = [w for w in s.words[1:] if not w.startswith("-") and w != "attach"]
    return f"'{s.prog} start -a {shlex.quote(names[-1])}' starts it, attached" if names else ""


def paused(s: Scene, name: str) -> str:
    return f"'{s.prog} unpause {shlex.quote(name)}'"


def volume_used(s: Scene, name: str) -> str:
    return users_first(s, f"the volume {name}", s.facts.containers(volume=name))


def network_used(s: Scene, name: str) -> str:
    users = s.facts.containers(network=name)
    if not users:
        return ""
    return f"the network {name} is used by {listed(users)}: '{s.prog} network disconnect {name} {name_of(users[0])}' first, or stop it"


# -- engine, registries, programs ------------------------------------------------------------------


def no_permission(s: Scene, host: str) -> str:
    """Where the socket belongs to a group: how to be one of it; where there is a rootless engine: its address."""
    parts = []
    path = host.partition("://")[2]
    try:
        import grp

        status = os.stat(path)
        group = grp.getgrgid(status.st_gid).gr_name
        if stat.S_IMODE(status.st_mode) & 0o020 and status.st_gid:
            parts.append(f"the socket is the group {group}'s: 'sudo usermod -aG {group} $USER', and log in again")
    except (OSError, KeyError, ImportError):
        pass
    own = f"{s.app.environ.get('XDG_RUNTIME_DIR') or '/nonexistent'}/docker.sock"
    if own != path and os.path.exists(own):
        parts.append(f"a rootless engine is there: DOCKER_HOST=unix://{own}")
    if not parts:
        parts.append("become a member of the socket's group, or use a rootless engine (DOCKER_HOST)")
    return "; or ".join(parts) + doctor(s)


def doctor(s: Scene) -> str:
    return f"; '{s.prog} doctor' explains it" if s.has("doctor") else ""


def no_daemon(s: Scene) -> str:
    known = [f"'{s.prog} {path}' {does}" for path, does in STARTERS if s.has(path)]
    return "; ".join(known)


STARTERS = (
    ("doctor", "explains why"),
    ("engine ls", "lists the engines of this machine"),
    ("engine start", "starts one for you"),
)


def no_program(s: Scene, program: str) -> str:
    if program in ("bash", "/bin/bash", "zsh", "fish"):
        return f"many images have no {program.rpartition('/')[2]}: try sh"
    if program.startswith("-"):
        return f"flags of {s.prog} come before the image or container, the command after it"
    return ""


def disk_full(s: Scene) -> str:
    return f"'{s.prog} system df' shows what takes the space, '{s.prog} system prune --dry-run' what could go"


def no_swarm(s: Scene) -> str:
    return (
        f"'{s.prog} stack', 'service' and 'node' need a swarm: '{s.prog} swarm init' makes this engine one of its own"
    )


def denied(s: Scene) -> str:
    return f"'{s.prog} login' first, with an account that may do this"


def limit(s: Scene) -> str:
    return f"'{s.prog} login' raises the limit"


def plain_http(s: Scene) -> str:
    return "the registry speaks no TLS: the engine takes that of those in its insecure-registries (daemon.json)"


#: the first that fits is used; those that ask nothing of the engine are marked
RULES: tuple[tuple[str, Rule, bool], ...] = (
    (r"^\S+: unknown command: ([^\n]+)", unknown_command, False),
    (r"^unknown flag: --([^\n=]+)", unknown_flag, False),
    (r"^unknown shorthand flag: '.' in -([^\n]+)", unknown_letter, False),
    (r'^invalid argument "[^"]*" for "-\w, --([\w-]+)" flag', one_dash, False),
    (r"the input device is not a TTY", not_a_tty, False),
    (r"permission denied while trying to connect to the Docker daemon socket at (\S+):", no_permission, False),
    (r"Cannot connect to the Docker daemon|error during connect: .* (?:dial|connect|i/o timeout)", no_daemon, False),
    (r'No such container: ([^\n]+)|no container with name or ID "([^"]+)" found', no_container, True),
    (r"pull access denied for ([^\s,]+)", no_remote_image, True),
    (r"manifest for (\S+) not found|: manifest unknown", no_manifest, False),
    (r"No such image: ([^\n]+)|An image does not exist locally with the tag: ([^\n]+)|failed to find image (\S+): ", no_image, True),
    (r"No such object: ([^\n]+)", no_object, True),
    (r"network (?:with name or ID )?([^\s:]+)(?: not found|: network not found)", no_network, True),
    (r'get ([^\n:]+): no such volume|volume with name (\S+) not found|no volume with name "([^"]+)" found', no_volume, True),
    (r'he container name "/?([^"]+)" is already in use by (?:container )?"?(\w+)', name_taken, True),
    (r"is being used by (?:running|stopped) container (\w+)|container (\w+) is using its referenced image", image_used_by, True),
    (r"unable to delete (\S+) \(cannot be forced\) - image has dependent child images", image_has_children, True),
    (r"unable to delete (\S+) \(must be forced\) - image is referenced in multiple repositories", image_has_names, True),
    (r"(?:Bind for|bind host port for|listen tcp4?) \S*?:(\d+).*(?:port is already allocated|address already in use)", port_taken, True),
    (r"container is running: stop the container|cannot remove a running container|cannot remove container \w+ as it is running", container_runs, False),
    (r"[Cc]ontainer (\w+) is not running", not_running, True),
    (r"You cannot attach to a stopped container", stopped, False),
    (r"Container (\S+) is paused, unpause", paused, False),
    (r"remove (\S+): volume is in use|volume (\S+) is being used by the following", volume_used, True),
    (r'network (\S+) (?:id \w+ )?has active endpoints|"(\S+)" has associated containers with it', network_used, True),
    (r'exec: "([^"]+)": (?:executable file not found|stat [^:]+: no such file)', no_program, False),
    (r"no space left on device", disk_full, False),
    (r"This node is not a swarm manager\. Use", no_swarm, False),
    (r"toomanyrequests|pull rate limit", limit, False),
    (r"requested access to the resource is denied|unauthorized: ", denied, False),
    (r"dial tcp|\blookup ", turned_words, False),
    (r"server gave HTTP response to HTTPS client", plain_http, False),
)  # fmt: skip


def hint_for(app: App, message: str, may_ask: bool) -> str:
    """The hint for an error; "" if there is none. may_ask: is there an engine to ask?"""
    scene = Scene(app, message)
    for pattern, rule, asks in RULES:
        if (match := re.search(pattern, message, re.M)) and (may_ask or not asks):
            return rule(scene, *[group for group in match.groups() if group is not None])
    return ""
