"""What the examples of man pages are about, made before they are run; `pydock COMMAND` -> a line of the shell."""

from __future__ import annotations

SWARM = "pydock swarm init --advertise-addr 127.0.0.1 >/dev/null"
SERVICE = f"{SWARM}; pydock service create -q -d --name web --replicas 2 nginx >/dev/null"
FILE = r"printf 'services:\n  web:\n    image: nginx\n' >compose.yaml"
CONFIG = f"{SWARM}; echo 'color: blue' | pydock config create settings - >/dev/null"
SECRET = f"{SWARM}; printf hidden | pydock secret create --label team=shop key - >/dev/null"
CONTEXT = "pydock context create --description 'In the office' --docker host=ssh://me@office office >/dev/null 2>&1"
PLUGIN = """mkdir -p own/rootfs; echo '{"description": "an example", "entrypoint": ["/bin/true"], "interface": {"types": ["docker.volumedriver/1.0"],
    "socket": "own.sock"}, "env": [{"name": "DEBUG", "settable": ["value"], "value": "0"}], "network": {"type": ""}, "linux": {}, "mounts": [], "args": {}}' >own/config.json"""


def stack(name: str) -> str:
    """Each has a name of its own: the network of one that was just removed may still be there."""
    return f"{SWARM}; {FILE}; pydock stack deploy -d -c compose.yaml {name} >/dev/null"


EXAMPLES: dict[str, str] = {
    "pydock config create": SWARM,
    "pydock config inspect": CONFIG,
    "pydock config ls": CONFIG,
    "pydock config rm": CONFIG,
    "pydock secret create": SWARM,
    "pydock secret inspect": SECRET,
    "pydock secret ls": SECRET,
    "pydock secret rm": SECRET,
    "pydock context import": CONTEXT,
    "pydock context inspect": CONTEXT,
    "pydock context ls": CONTEXT,
    "pydock context rm": CONTEXT,
    "pydock context update": CONTEXT,
    "pydock context use": CONTEXT,
    "pydock network disconnect": "pydock network create shop >/dev/null; pydock run -d --name web nginx >/dev/null",
    "pydock network prune": "pydock network create idle >/dev/null",
    "pydock network rm": "pydock network create shop >/dev/null",
    "pydock node demote": SWARM,
    "pydock node promote": SWARM,
    "pydock node inspect": SWARM,
    "pydock node ls": SWARM,
    "pydock node ps": SERVICE,
    "pydock node rm": SWARM,
    "pydock node update": SWARM,
    "pydock plugin create": PLUGIN,
    "pydock plugin inspect": f"{PLUGIN}; pydock plugin create own own >/dev/null",
    "pydock plugin ls": f"{PLUGIN}; pydock plugin create own own >/dev/null",
    "pydock plugin rm": f"{PLUGIN}; pydock plugin create own own >/dev/null",
    "pydock plugin set": f"{PLUGIN}; pydock plugin create own own >/dev/null",
    "pydock service create": SWARM,
    "pydock service inspect": SERVICE,
    "pydock service logs": f"{SWARM}; pydock service create -q --name talks busybox sh -c 'echo hi; sleep 600' >/dev/null; until pydock service logs talks 2>&1 | grep -q hi; do sleep 0.2; done",
    "pydock service ls": SERVICE,
    "pydock service ps": SERVICE,
    "pydock service rm": SERVICE,
    "pydock service rollback": f"{SERVICE}; pydock service update -q -d --env-add COLOR=red web >/dev/null",
    "pydock service scale": SERVICE,
    "pydock service update": SERVICE,
    "pydock stack deploy": f"{SWARM}; {FILE}",
    "pydock stack ls": stack("site"),
    "pydock stack ps": stack("blog"),
    "pydock stack rm": stack("press"),
    "pydock stack services": stack("wiki"),
    "pydock swarm ca": SWARM,
    "pydock swarm join-token": SWARM,
    "pydock swarm leave": SWARM,
    "pydock swarm unlock-key": f"{SWARM}; pydock swarm update --autolock >/dev/null",
    "pydock swarm update": SWARM,
}
