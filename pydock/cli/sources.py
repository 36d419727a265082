"""Completion sources for flag values and arguments: words, files, or names from the engine.

A declaration names its sources, separated by spaces: those in SOURCES and words.WORDS are looked up; any other is a
candidate itself. After a "," they are for each part of a list ("ID,Names").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from pydock.cli.live import LIVE, containers, volumes
from pydock.cli.query import FILES, FOLDERS, NO_FILES, Candidate, Named, Query, Source, ending, pairs_of
from pydock.cli.words import (
    ALL_MOUNTS,
    CONTINUED,
    FILTERS,
    KEYED,
    MOUNT_OPTIONS,
    NETWORK_OPTIONS,
    PARTS,
    PROTOCOLS,
    WORDS,
    log_options,
    signals,
)


def answer(query: Query, sources: str) -> tuple[list[Candidate], int]:
    """(candidates, directive: what the shell offers if none of them matches)."""
    if sources.startswith(","):
        return of_list(query, sources[1:])
    names = sources.split()
    if "{{" in query.current and query.fields is not None and names[0] in ("json", "formats"):
        return templates(query, query.fields), NO_FILES
    dynamic = [name for name in names if any(name in table for table in (SOURCES, WORDS, CONTINUED, KEYED, PARTS))]
    found = [c for name in names for c in candidates(query, name)]
    directive = FOLDERS if "folders" in names else FILES if takes_files(query, names) else NO_FILES
    # a name of several kinds stands there once: shells would put the beginning of its descriptions into the line
    found = list({name: (name, about) for name, about in reversed(found)}.values())[::-1]
    return (sorted(found) if dynamic else found), directive


def templates(query: Query, fields: Callable[[str, str], Mapping[str, str]]) -> list[Candidate]:
    from pydock.cli.fields import of_template

    return of_template(query.current, lambda path: fields(path, query.flag("type")))


def of_list(query: Query, sources: str) -> tuple[list[Candidate], int]:
    """Candidates for the last part of a list, without those that it has already."""
    before, comma, part = query.current.rpartition(",")
    found, directive = answer(query.at(part), sources)
    taken = before.split(",")
    return [(before + comma + name, about) for name, about in found if name not in taken], directive


def takes_files(query: Query, names: Iterable[str]) -> bool:
    return (
        "files" in names
        or ("copies" in names and not container_of(query))
        or ("binds" in names and query.current.startswith(("/", ".", "~")) and ":" not in query.current)
    )


def candidates(query: Query, name: str) -> list[Candidate]:
    """The candidates of one source."""
    if name in SOURCES:
        return pairs_of(SOURCES[name](query))
    if name in KEYED:
        return pairs_of(keyed(query, KEYED[name]))
    if name in PARTS:
        return pairs_of(parts(query, name))
    if name in WORDS:
        return [(word, "") for word in WORDS[name].split()]
    if name in CONTINUED:
        return continued(query, name, CONTINUED[name])
    return [] if name in ("files", "folders") else [(name, "")]


def continued(query: Query, begin: str, sources: str) -> list[Candidate]:
    """A prefix, or, once it is typed, the prefix with its possible rests."""
    if not query.current.startswith(begin):
        return [(begin, "")]
    rests, _ = answer(query.at(query.current.removeprefix(begin)), sources)
    return [(begin + name, about) for name, about in rests]


def filters(query: Query) -> list[Named]:
    """Candidates for --filter: KEY=, or KEY=VALUE once the key is typed."""
    # where a command has no filters of its own, it selects by those of the list
    return keyed(query, FILTERS.get(query.path) or FILTERS.get(f"{query.path.rpartition(' ')[0]} ls", {}))


def keyed(query: Query, keys: Mapping[str, str]) -> list[Named]:
    """KEY=, or KEY=VALUE once the key is typed."""
    return [c for key, sources in keys.items() for c in continued(query, key, sources)]


def parts(query: Query, name: str) -> list[Named]:
    """The parts of a list KEY=VALUE,KEY=VALUE, one after another. What a type decides comes after it."""
    before, comma, part = query.current.rpartition(",")
    typed = dict(word.partition("=")[::2] for word in before.split(","))
    keys = {**PARTS[name], **(PARTS.get(f"{name} then", {}) if comma else {})}
    if "type" in typed:
        keys = {**PARTS.get(f"{name} {typed['type']}", {}), **(ALL_MOUNTS if name == "mounts" else {})} or keys
    keys = {k: v for k, v in keys.items() if k.rstrip("=") not in typed or k.endswith("-opt=")}
    # the kinds are few, and come first: shown without "type=" being typed
    kinds = [f"type={kind}" + "," * (f"{name} {kind}" in PARTS) for kind in keys.pop("type=", "").split()]
    return [(before + comma + word, about) for word, about in pairs_of([*kinds, *keyed(query.at(part), keys)])]


def container_of(query: Query) -> str:
    """The container of "NAME:PATH"; "" where the word is a path of this host, or a name that is being typed."""
    name, colon, _ = query.current.partition(":")
    return name if colon and not name.startswith(("/", ".", "~")) else ""


def copies(query: Query) -> list[Candidate]:
    """For cp: containers, and after "NAME:" the paths in it."""
    name = container_of(query)
    if not name:
        return pairs_of(ending(containers(query), ":"))
    from pydock.cli.paths import in_container

    return [(f"{name}:{path}", "") for path in in_container(query.app, name, query.current[len(name) + 1 :])]


def binds(query: Query) -> list[Named]:
    """For "[SOURCE:]TARGET[:OPTIONS]": volumes, and after the target how they are mounted."""
    if found := re.match(r"[^:]+:/[^:]*:", query.current):
        options, _ = of_list(query.at(query.current[found.end() :]), MOUNT_OPTIONS)
        return [(found[0] + name, about) for name, about in options]
    return ending(volumes(query), ":") if not query.current.startswith(("/", ".", "~")) else []


def protocols(query: Query) -> list[str]:
    """For a port that is typed up to the slash."""
    port, slash, _ = query.current.rpartition("/")
    return [f"{port}/{name}" for name in PROTOCOLS.split()] if slash and port[-1:].isdigit() else []


#: names in a Dockerfile: stages and arguments
STAGE = re.compile(r"^\s*FROM\s.*\sAS\s+(\S+)", re.IGNORECASE | re.MULTILINE)
ARGUMENT = re.compile(r"^\s*ARG\s+(\w+)", re.IGNORECASE | re.MULTILINE)


def in_dockerfile(query: Query, pattern: re.Pattern[str]) -> list[str]:
    """Names in the Dockerfile of a build: that of --file, or of the build context, by default the current
    directory.
    """
    path = query.flag("file") or "/".join([*query.words[:1], "Dockerfile"])
    return pattern.findall(query.app.files.read(path).decode("utf-8", "replace")) if path != "-" else []


def registries(query: Query) -> list[str]:
    """Registries with stored credentials."""
    return [name for name in query.app.config.mapping("auths") if name]


def endpoints(query: Query) -> list[Candidate]:
    """Paths of the API, with the names of objects in them, of the method that comes before."""
    from pydock.cli.paths import of_api

    method = query.words[0].upper() if query.words else ""
    return of_api(method, query.current, lambda source, part: candidates(query.at(part), source))


def contexts(query: Query) -> list[Named]:
    """The contexts, with their own descriptions, or the addresses of their engines."""
    stored = query.app.contexts.stored
    out: list[Named] = [("default", "The engine of DOCKER_HOST, or that of this machine")]
    for name in stored.names():
        try:
            meta = stored.load(name)
        except ValueError:
            meta = {}
        host = ((meta.get("Endpoints") or {}).get("docker") or {}).get("Host")
        out.append((name, (meta.get("Metadata") or {}).get("Description") or host or ""))
    return out


SOURCES: dict[str, Source] = {
    **LIVE,
    "copies": copies,
    "own-engines": lambda q: q.app.own_engines.names(),
    "contexts": contexts,
    "environment": lambda q: sorted(q.app.environ),
    "registries": registries,
    "filters": filters,
    "endpoints": endpoints,
    "signals": lambda q: signals(q.current),
    "network-options": lambda q: keyed(q, NETWORK_OPTIONS.get(q.flag("driver") or "bridge", {})),
    "log-options": lambda q: keyed(q, log_options(q.flag("log-driver"))),
    "binds": binds,
    "protocols": protocols,
    "extra-hosts": lambda q: [f"{q.current.partition(':')[0]}:host-gateway"] if ":" in q.current else [],
    "stages": lambda q: in_dockerfile(q, STAGE),
    "build-arguments": lambda q: [f"{name}=" for name in in_dockerfile(q, ARGUMENT)],
}
