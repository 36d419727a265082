"""Machine: the engines of this machine. Nothing here changes which engine a command uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydock.config.current import Contexts
from pydock.config.endpoint import Endpoint
from pydock.errors import NoEngine
from pydock.machine.places import identity, usual_places
from pydock.machine.probe import INVALID, Probe, probe
from pydock.values import record

#: how long an engine may take to answer
SECONDS = 3.0


@record
class Found:
    """An engine that was found, and what it answered. context: is `name` a context's? chosen_by: what makes it the one that
    commands use now, or ""."""

    name: str
    address: str
    kind: str
    probe: Probe
    context: bool
    chosen_by: str = ""


class Machine:
    """See the module."""

    def __init__(self, contexts: Contexts, environ: Mapping[str, str]) -> None:
        self._contexts, self._environ = contexts, environ

    def engines(self) -> list[Found]:
        """All contexts, then what else listens at a usual place; asked at once. Raises Failure."""
        places = list(usual_places(self._environ))
        known, wrong = self._of_contexts()
        contexts = {*known, *wrong}
        seen = {identity(endpoint) for endpoint in known.values()}
        for place in places:
            endpoint = Endpoint(place.host)
            if identity(endpoint) not in seen:
                seen.add(identity(endpoint))
                known[unused(place.name, known.keys() | wrong.keys())] = endpoint
        answers = dict(zip(known, probe(list(known.values()), SECONDS)))
        kinds = {identity(Endpoint(place.host)): place.kind for place in places}
        chosen = self._contexts.choice
        return [
            Found(
                name,
                known[name].host if name in known else "",
                kind_of(answers[name], kinds.get(identity(known[name]), "")) if name in known else "",
                answers.get(name) or Probe(INVALID, wrong[name]),
                name in contexts,
                chosen.by if name == chosen.name else "",
            )
            for name in [*known, *wrong]
        ]

    def _of_contexts(self) -> tuple[dict[str, Endpoint], dict[str, str]]:
        """The contexts' endpoints, and what is wrong with those that have none."""
        known, wrong = {}, {}
        for name in dict.fromkeys(["default", *self._contexts.stored.names(), self._contexts.choice.name]):
            try:
                known[name] = self._contexts.endpoint_of(name)
            except NoEngine as error:
                wrong[name] = str(error)
        return known, wrong


def unused(name: str, names: Collection[str]) -> str:
    """The name of a place, with a number where something else has it."""
    number = 1
    free = name
    while free in names:
        number += 1
        free = f"{name}-{number}"
    return free


def kind_of(answer: Probe, usual: str) -> str:
    """What brings the engine where its address tells, else what it is."""
    return usual if usual not in ("docker", "podman", "") else answer.kind or usual
