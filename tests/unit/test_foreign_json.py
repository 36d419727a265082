"""Every place that reads JSON which others wrote: hostile documents are clean errors, or count as nothing; no other exception."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pydock.buildkit.authority import Authority
from pydock.buildkit.solve import json_source
from pydock.commands.build.policy import source_policy
from pydock.commands.build.result import descriptor, metadata_text, provenance
from pydock.commands.container.copying import PathStat
from pydock.commands.manifest import read
from pydock.config import credentials, plugins
from pydock.config.context_archive import unpack
from pydock.config.contexts import Store
from pydock.config.file import load
from pydock.config.manifests import ManifestStore
from pydock.errors import Failure, RpcError
from pydock.oci.layout import Layout
from pydock.render.build_report import answer
from tests.support.build_table import archive

DOCUMENTS = {
    "deep lists": "[" * 200_000, "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000, "digits": '{"mode": ' + "9" * 5_000 + "}", "infinite": '{"Name": 1e999}',
    "null": "null", "list": "[1]", "text": '"x"', "number": "7", "nothing": "", "cut": '{"Name', "halves": '{"Name": "\\ud800", "\\udfff": 1}',
    "wrong kinds": '{"Name": [], "Endpoints": {"docker": "x"}, "manifests": {}, "auths": [], "Username": 1, "Secret": {}, "proxies": {"default": "x"}}',
    "wrong kinds within": '{"Endpoints": {"docker": {"Host": 1}}, "manifests": [null], "auths": {"h": 1}, "Secret": 5, "warnings": [3], "SchemaVersion": {}}',
    "null within": '{"Metadata": null, "Endpoints": null, "manifests": null, "auths": null, "predicate": null, "warnings": null, "info": null, "rules": null}',
}  # fmt: skip


def helper(folder: Path, text: str) -> dict[str, str]:
    """The environment in which docker-credential-x prints the text."""
    (folder / "answer").write_text(text)
    program = folder / "docker-credential-x"
    program.write_text(f"#!/bin/sh\ncat {folder}/answer\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def context(folder: Path, text: str) -> None:
    store = Store(str(folder))
    path = Path(store.meta_path("x"))
    path.mkdir(parents=True)
    (path / "meta.json").write_text(text)
    store.names()
    store.load("x")


def configuration(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    config, _ = load(str(folder))
    config.proxy_environment("h")
    credentials.lookup(config, {"PATH": ""}, "h")


def stored_manifest(folder: Path, text: str) -> None:
    path = folder / "manifests" / "x" / "y"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    ManifestStore(str(folder)).images("x")


def index(folder: Path, text: str) -> None:
    (folder / "index.json").write_text(text)
    Layout(str(folder)).find("x")


def seeds(folder: Path, text: str) -> None:
    (folder / ".token_seed").write_text(text)
    Authority(str(folder), {}).public_key("h", b"salt", known=True)


def kept_by_a_helper(folder: Path, text: str) -> None:
    environ = helper(folder, text)
    (folder / "config.json").write_text('{"credsStore": "x"}')
    config, _ = load(str(folder))
    credentials.lookup(config, environ, "h")
    credentials.known(config, environ)


def plugin(folder: Path, text: str) -> None:
    environ = helper(folder, text)
    plugins.load("x", str(folder / "docker-credential-x"), (), environ).describe()


READERS: dict[str, Callable[[Path, str], object]] = {
    "config.json": configuration, "context": context, "stored manifest": stored_manifest, "index of a layout": index, "seeds": seeds,
    "credential helper": kept_by_a_helper, "plugin": plugin,
    "archive of a context": lambda _, text: unpack(archive(**{"meta.json": text})),
    "DOCKER_AUTH_CONFIG": lambda folder, text: credentials.known(load(str(folder))[0], {"DOCKER_AUTH_CONFIG": text}),
    "source of an error": lambda _, text: json_source(text.encode()),
    "path stat": lambda _, text: PathStat.parse(base64.b64encode(text.encode()).decode()),
    "policy": lambda _, text: source_policy(text.encode()),
    "lint": lambda _, text: answer("lint", "", {"result.json": text}, ""),
    "outline": lambda _, text: answer("outline", "", {"result.json": text}, ""),
    "targets": lambda _, text: answer("targets", "", {"result.json": text}, ""),
    "descriptor": lambda _, text: descriptor(text),
    "provenance": lambda _, text: provenance(text.encode(), whole=False),
    "metadata of a build": lambda _, text: metadata_text({"a": base64.b64encode(text.encode()).decode(), "result.json": text}, []),
    "document of a registry": lambda _, text: read(text.encode(), "x", dict),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_hostile_json_is_a_clean_error_wherever_it_is_read(reader: str, document: str, tmp_path: Path) -> None:
    try:
        READERS[reader](tmp_path, DOCUMENTS[document])
    except (Failure, ValueError, RpcError) as error:
        assert str(error)
        assert "Traceback" not in str(error)
