"""Doctor: why a command does not reach its engine, step by step, in the order in which it is reached."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydock import API_VERSION, MIN_API_VERSION
from pydock.api.request import version_key
from pydock.api.system import info, version
from pydock.config.current import Contexts
from pydock.config.endpoint import Endpoint, Tls
from pydock.config.file import ConfigFile, load
from pydock.engine.engine import Engine
from pydock.errors import EngineError, Failure, NoEngine, first_line
from pydock.machine import probe as states
from pydock.machine.machine import Machine
from pydock.machine.probe import Probe
from pydock.machine.remedies import certificate_files, connection_failure, starting, tls_folder
from pydock.machine.step import OK, PROBLEM, Step, ok, problem, skipped
from pydock.machine.surroundings import clock_step, credential_steps, disk_step, proxy_step

T = TypeVar("T")

#: how long a connection, and then a question, may take
SECONDS, PATIENCE = 5.0, 10.0
#: what chose the context -> what undoes it
UNDO = {
    "--context": "{prog} context ls",
    "--host": "{prog} context ls",
    "DOCKER_HOST": "unset DOCKER_HOST",
    "DOCKER_CONTEXT": "unset DOCKER_CONTEXT",
    "currentContext": "{prog} context use default",
    "default": "{prog} context ls",
}
#: what chose the context, in words
WORDS = {"currentContext": "chosen by config.json", "default": "as no flag, variable or context is set"}


class Doctor:
    """Asks the engine in use, and no other but for pings; changes nothing."""

    def __init__(
        self,
        machine: Machine,
        contexts: Contexts,
        config: ConfigFile,
        environ: Mapping[str, str],
        clock: Callable[[], float],
        prog: str,
    ) -> None:
        self.machine, self.contexts, self.config, self.environ = machine, contexts, config, environ
        self.clock, self.prog = clock, prog

    def examine(self) -> Iterator[Step]:
        """Each step as soon as it is done."""
        yield self.configuration()
        try:
            endpoint = self.contexts.endpoint
        except NoEngine as error:
            yield self.no_address(str(error).removeprefix("unable to resolve docker endpoint: "))
            yield from (skipped(check, "there is no address") for check in ("socket", "connection", "engine"))
        else:
            yield ok("context", self.chosen())
            yield ok("address", endpoint.host + (" with TLS" if endpoint.tls else ""))
            yield from self.reach(endpoint)
        yield from credential_steps(self.config, self.environ)

    def configuration(self) -> Step:
        import os

        wrong = load(self.config.folder)[1]
        path = shlex.quote(self.config.path)
        if wrong:
            mend = f"sudo chown $USER {path}" if "permission denied" in wrong else f"mv {path} {path}.broken"
            return problem("configuration", wrong, mend)
        there = os.path.exists(self.config.path)
        return ok("configuration", self.config.path if there else f"there is no {self.config.path}, and none is needed")

    def no_address(self, why: str) -> Step:
        """What was chosen gives no address."""
        choice = self.contexts.choice
        if why.startswith("open ") and choice.name == "default":
            # the files of TLS
            mend = (f"ls -l {tls_folder(self.environ)}", "unset DOCKER_TLS_VERIFY DOCKER_TLS")
            return problem("context", f"{self.chosen()}: {why}", *mend)
        return problem("context", f"{self.chosen()}: {why}", UNDO[choice.by].format(prog=self.prog))

    def chosen(self) -> str:
        choice, configured = self.contexts.choice, self.config.current_context
        text = f'"{choice.name}", {WORDS.get(choice.by) or f"chosen by {choice.by}"}'
        if configured and choice.name != configured:
            text += f'; it takes the place of "{configured}" in config.json'
        return text

    def reach(self, endpoint: Endpoint) -> Iterator[Step]:
        """From the address to the engine's own state."""
        from pydock.machine.socket_file import examine

        try:
            headers = self.contexts.headers
        except NoEngine as error:
            yield problem("headers", str(error), "unset DOCKER_CUSTOM_HEADERS")
            return
        if endpoint.scheme == "unix":
            step = examine(endpoint.address, starting(self.environ))
            yield step if step.state == OK else self.with_others(step)
        else:
            step = tls_files(endpoint.tls) if endpoint.tls else skipped("socket", f"{endpoint.scheme} needs none")
            yield step
        if step.state == PROBLEM:
            yield from (skipped(check, "it cannot be reached") for check in ("connection", "engine"))
            return
        answer = states.probe([endpoint], SECONDS, headers)[0]
        if answer.state != states.REACHABLE:
            yield self.with_others(connection_failure(endpoint, answer, self.environ))
            yield from proxy_step(endpoint, self.environ, reached=False)
            yield skipped("engine", "it did not answer")
            return
        yield ok("connection", f"it answers, after {answer.took * 1000:.0f} ms")
        yield from proxy_step(endpoint, self.environ, reached=True)
        yield from self.engine(endpoint, answer, headers)

    def with_others(self, step: Step) -> Step:
        """Engines that do answer: perhaps one of them was meant."""
        others = [
            f"{self.prog} --context {shlex.quote(found.name)} ps"
            if found.context
            else f"{self.prog} --host {shlex.quote(found.address)} ps"
            for found in self.machine.engines()
            if found.probe.state == states.REACHABLE and not found.chosen_by
        ]
        return Step(step.check, step.state, step.text, (*step.mend, *others))

    def engine(self, endpoint: Endpoint, answer: Probe, headers: Mapping[str, str]) -> Iterator[Step]:
        """What the engine tells of itself."""
        name = {"podman": "Podman"}.get(answer.kind, "Docker")
        yield ok("engine", f"{name} {answer.version}".rstrip() + f", API {answer.api}")
        requested = self.environ.get("DOCKER_API_VERSION", "")
        engine = Engine(endpoint, headers, requested)
        try:
            step = api_step(answer.api, requested, self.prog, lambda: in_time(lambda: engine.json(version())))
            yield step
            yield clock_step(answer.date, self.clock())
            if endpoint.scheme == "unix" and step.state == OK:
                yield disk_step(lambda: in_time(lambda: engine.json(info())))
        finally:
            engine.close()


def tls_files(tls: Tls) -> Step:
    """Can the files be read, and do they fit each other?"""
    import ssl

    files = {"ca": tls.ca if tls.verify else "", "cert": tls.cert, "key": tls.key}
    for path in filter(None, files.values()):
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            return problem("TLS files", f"{path}: {first_line(error)}", f"ls -l {shlex.quote(path)}")
    try:
        what = files["ca"]
        context = ssl.create_default_context(cafile=what or None)
        what = f"{tls.cert} and {tls.key}"
        if tls.cert and tls.key:
            # a key with a password is an error, not a question
            context.load_cert_chain(tls.cert, tls.key, password="")
    except (ssl.SSLError, ValueError) as error:
        return problem("TLS files", f"{what}: {error}", certificate_files(tls))
    if bool(tls.cert) != bool(tls.key):
        return problem(
            "TLS files", f"{tls.cert or tls.key} is there without its {'key' if tls.cert else 'certificate'}"
        )
    return ok("TLS files", ", ".join(filter(None, files.values())) or "none: the engine's certificate is not verified")


def in_time(ask: Callable[[], T]) -> T:
    """The answer. Raises Failure where it takes too long: /_ping is answered by engines that do nothing else any more."""
    out: list[Any] = []

    def work() -> None:
        try:
            out.append((ask(), None))
        except Failure as failure:
            out.append((None, failure))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not out:
        raise Failure(f"it answers /_ping, but nothing else within {PATIENCE:g} seconds: it hangs")
    answer, failure = out[0]
    if failure:
        raise failure
    result: T = answer
    return result


def api_step(theirs: str, requested: str, prog: str, ask: Callable[[], Any]) -> Step:
    """Do client and engine have a version of the API in common? ask: GET /version."""
    try:
        answer = ask()
    except EngineError as error:
        if requested:
            return problem("API version", f"DOCKER_API_VERSION={requested}: {error.reason}", "unset DOCKER_API_VERSION")
        what = "too new" if version_key(theirs) < version_key(MIN_API_VERSION) else "too old"
        return problem("API version", f"{prog} is {what} for this engine (API {theirs}): {error.reason}")
    except Failure as failure:
        return problem("API version", failure.message)
    lowest = str(answer.get("MinAPIVersion") or MIN_API_VERSION)
    if version_key(theirs) < version_key(MIN_API_VERSION):
        return problem(
            "API version",
            f"the engine's API {theirs} is too old: {prog} needs {MIN_API_VERSION}, which Docker 1.12 has",
        )
    if requested:
        return ok("API version", f"{requested}, by DOCKER_API_VERSION; the engine knows {lowest} to {theirs}", "unset DOCKER_API_VERSION")  # fmt: skip
    used = min(theirs, API_VERSION, key=version_key)
    return ok("API version", f"{used} is used; the engine knows {lowest} to {theirs}, {prog} {MIN_API_VERSION} to {API_VERSION}")  # fmt: skip
