"""What the man pages say beside the declarations: exit codes, environment, filters, related pages."""

from __future__ import annotations

DONE = "Success."
FAILED = "An error of the engine, of pydock, or a wrong number of arguments."
MISUSED = "An unknown flag, or a value that it does not take."
_RUN = {
    "125": "The engine refused, pydock failed, or a flag is wrong: the container's command was not run.",
    "126": "The container's command cannot be executed (no permission, a directory).",
    "127": "The container's command was not found.",
    "N": "Otherwise that of the container's command; 128 and the number of the signal, if one ended it (137 for SIGKILL).",
}
_OF_CONTAINER = {"N": "The exit code of the container, where its end was waited for."}

#: command -> its exit codes, where they are not the usual ones
EXIT_CODES: dict[str, dict[str, str]] = {
    "container run": {"0": "The container's command succeeded; with --detach: the container was started.", **_RUN},
    "container create": {
        "0": DONE,
        "1": "A wrong number of arguments.",
        "125": "The engine refused, pydock failed, or a flag is wrong.",
    },
    "container exec": {
        "0": "The command succeeded; with --detach: it was started.",
        "1": FAILED,
        "125": MISUSED,
        "126": _RUN["126"],
        "127": _RUN["127"],
        "N": "Otherwise that of the command.",
    },
    "container attach": {"0": DONE, "1": FAILED, "125": MISUSED, **_OF_CONTAINER},
    "container start": {"0": DONE, "1": FAILED, "125": MISUSED, **_OF_CONTAINER},
    "api": {
        "0": "The engine answered with a status below 400.",
        "1": "There was no whole answer, or a stream of progress ended with an error.",
        "4": "A status of 400 to 499.",
        "5": "A status of 500 or more.",
        "125": MISUSED,
    },
    "warm status": {"0": "Warm start is on.", "1": "It is not on, or a wrong number of arguments.", "125": MISUSED},
    "doctor": {"0": "The engine can be reached, and nothing is wrong.", "1": "Something is wrong.", "125": MISUSED},
}

#: where to find the engine: for all commands that ask it
ENGINE = {
    "DOCKER_HOST": "Address of the engine: unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST.",
    "DOCKER_CONTEXT": "Context to use, if neither DOCKER_HOST nor a flag selects the engine.",
    "DOCKER_API_VERSION": "API version to use, instead of the negotiated one.",
    "DOCKER_TLS": "Use TLS, if not empty.",
    "DOCKER_TLS_VERIFY": "Use TLS, and verify the engine's certificate, if not empty.",
    "DOCKER_CERT_PATH": "Folder of ca.pem, cert.pem and key.pem; otherwise that of the configuration.",
    "DOCKER_CUSTOM_HEADERS": "Headers of all requests, NAME=VALUE separated by commas, in place of HttpHeaders of the configuration.",
}
#: for all commands
CLIENT = {
    "DOCKER_CONFIG": "Folder of the client's configuration; otherwise ~/.docker.",
    "NO_COLOR": "No colours, if not empty.",
    "PYDOCK_HINTS": "0 turns off the hints that follow errors on a terminal.",
}
_BUILD = {
    "DOCKER_BUILDKIT": "0 selects the classic builder, 1 insists on BuildKit.",
    "BUILDX_BUILDER": "Default value of --builder.",
    "SSH_AUTH_SOCK": "The ssh agent that --ssh forwards.",
    "BUILDKIT_COLORS": "Colours of the live progress.",
}
_LOGIN = {
    "DOCKER_AUTH_CONFIG": "Credentials in JSON, as config.json has them under auths; they are used instead of stored ones."
}
_PLATFORM = {"DOCKER_DEFAULT_PLATFORM": "Default value of --platform."}
#: command -> what else it reads
ENVIRONMENT: dict[str, dict[str, str]] = {
    "image build": {**_BUILD, **_PLATFORM},
    **dict.fromkeys(("container run", "container create", "image import"), _PLATFORM),
    "image pull": {**_PLATFORM, **_LOGIN},
    **dict.fromkeys(("login", "logout", "image push", "image tags", "search"), _LOGIN),
}

CONFIG_FILE = {
    "~/.docker/config.json": "The client's configuration, shared with docker: credentials, formats, proxies, detach keys, the current context."
}
CONTEXTS = {"~/.docker/contexts": "The contexts, shared with docker."}
MANIFESTS = {"~/.docker/manifests": "Manifest lists that were not pushed yet."}
FILES: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        (
            "context create",
            "context ls",
            "context use",
            "context update",
            "context import",
            "context export",
            "context rm",
        ),
        CONTEXTS,
    ),
    "image build": {".dockerignore": "What of the context is not sent; FILE.dockerignore beside another Dockerfile."},
    **dict.fromkeys(("manifest create", "manifest annotate", "manifest push"), MANIFESTS),
}

#: command -> the command that has its filters, where that is not the list of its group
FILTERS_LIKE = {"stack ps": "service ps", "stack services": "service ls"}
_TIME = "a time (2026-01-31T10:00:00), seconds since 1970, or a duration before now (24h)"
_PARTS = "a part of the name matches"
#: a key of --filter -> what it selects; with the command before the key where it means something else there
FILTERS: dict[str, str] = {
    "ancestor=": "containers of this image, or of one made from it: NAME[:TAG], ID",
    "before=": "what was created before this one",
    "capability=": "plugins that can do this",
    "config=": "of this config",
    "container=": "of this container",
    "daemon=": "of this daemon",
    "dangling=": "true: what nothing refers to; of images those without a name",
    "description=": "records with this text",
    "desired-state=": "tasks that are to be in this state",
    "driver=": "of this driver",
    "enabled=": "whether it is enabled",
    "event=": "of this kind: start, die, pull…",
    "exited=": "containers that ended with this exit code",
    "expose=": "containers that expose this port: PORT[/PROTOCOL], or a range",
    "health=": "containers whose health is this",
    "id=": "the ID begins so",
    "image=": "of this image",
    "immutable": "records that cannot change",
    "inuse": "records in use",
    "is-official=": "whether the image is an official one",
    "is-task=": "whether a service made the container",
    "isolation=": "containers with this isolation (Windows)",
    "label=": "what has the label: KEY, or KEY=VALUE",
    "label!=": "what has not the label: KEY, or KEY=VALUE",
    "membership=": "nodes that are accepted, or wait for it",
    "mode=": "services of this mode",
    "mutable": "records that can change",
    "name=": _PARTS,
    "network=": "attached to this network, or of it: name or ID",
    "node.label=": "nodes with this label of the engine's node",
    "node=": "on this node: name or ID",
    "parents=": "records made from this one",
    "plugin=": "of this plugin",
    "private": "records that nothing else uses",
    "publish=": "containers that publish this port: PORT[/PROTOCOL], or a range",
    "reference=": "images whose name matches the pattern: repository[:tag], with * and ?",
    "role=": "nodes of this role",
    "scope=": "of this reach",
    "secret=": "of this secret",
    "service=": "of this service",
    "shared": "records that others use, too",
    "since=": "what was created after this one",
    "stars=": "at least so many stars",
    "status=": "containers in this state",
    "type=": "of this type",
    "until=": f"what was created before {_TIME}",
    "unused-for=": "records that were not used for this duration",
    "volume=": "with this volume, or of it: name, or path in the container",
    "all=": "true: named volumes, too",
    "image tags name=": "the tag matches the pattern, with * and ?",
    "network ls dangling=": "whether no container uses the network",
    "volume ls dangling=": "whether no container uses the volume",
    "network ls type=": "the engine's own networks, or those that were made",
    "system events type=": "of objects of this type",
    "builder prune id=": "the record with this ID",
}
