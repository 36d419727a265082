"""The caches that a build imports and exports: cache options completed from the environment and local folders.

As buildx's CreateCaches (build/opt.go), and parseCacheOptions of BuildKit's client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydock.commands.build.result import descriptor
from pydock.errors import Failure
from pydock.flags.builds import Cache
from pydock.go.strconv import is_true

if TYPE_CHECKING:
    from pydock.app import App

LATEST = "latest"


def with_environment(cache: Cache, environ: Mapping[str, str]) -> Cache | None:
    """A "gha" cache with the settings of the GitHub runner's environment; None outside of a GitHub runner. Other
    caches are returned unchanged. Pure; as @actions/cache (internal/config.ts)."""
    if cache.kind != "gha":
        return cache
    attributes = dict(cache.attributes)
    second = (
        attributes["version"] == "2"
        if "version" in attributes
        else is_true(environ.get("ACTIONS_CACHE_SERVICE_V2", ""))
    )
    results = environ.get("ACTIONS_RESULTS_URL", "")
    found = {
        "token": environ.get("ACTIONS_RUNTIME_TOKEN", ""),
        "url_v2": results if second else "",
        "url": environ.get("ACTIONS_CACHE_URL") or results,
    }
    attributes = {**{k: v for k, v in found.items() if v}, **attributes}
    return (
        Cache("gha", attributes)
        if attributes.get("token") and (attributes.get("url") or attributes.get("url_v2"))
        else None
    )


class LocalCaches:
    """Caches in local folders (type=local): OCI image layouts with a tag for each cache.

    imports: the caches to read; stores: the folders, by their names in the protocol; warnings: about caches that were
    not found, which is not an error."""

    def __init__(self, app: App, imports: list[Cache], exports: list[Cache]) -> None:
        """Raises Failure for a folder without the requested cache. Nothing is written yet."""
        self._app, self._exports = app, [c for c in exports if c.kind == "local" and c.attributes.get("dest")]
        self.imports: list[Cache] = []
        self.stores = {f"local:{c.attributes['dest']}": c.attributes["dest"] for c in self._exports}
        self.warnings: list[str] = []
        for folder in self.stores.values():
            if app.files.kind(folder) == "file":
                raise Failure(f"mkdir {folder}: not a directory")
        for cache in imports:
            folder = cache.attributes.get("src", "")
            if cache.kind == "local" and folder:
                try:
                    digest = cache.attributes.get("digest") or self._digest(folder, cache.attributes.get("tag", LATEST))
                except LookupError as error:
                    self.warnings.append(f"local cache import at {folder} not found due to err: {error}")
                    continue
                self.stores[f"local:{folder}"] = folder
                cache = Cache("local", {**cache.attributes, "digest": digest})
            self.imports.append(cache)

    def _digest(self, folder: str, tag: str) -> str:
        """Raises LookupError if there is no index, Failure if the index lacks the tag."""
        try:
            found = self._app.builder.layout(folder).find(tag)
        except Failure as failure:
            raise LookupError(failure.message) from None
        if found is None:
            raise Failure(
                'local cache importer requires either explicit digest, "latest" tag or custom tag on index.json'
            )
        return str(found["digest"])

    def keep(self, response: Mapping[str, str]) -> None:
        """After a successful build: tag the exported cache, as the exporter's response describes it. Raises Failure."""
        if manifest := response.get("cache.manifest"):
            for cache in self._exports:
                self._app.builder.layout(cache.attributes["dest"]).put(
                    descriptor(manifest), tag=cache.attributes.get("tag", LATEST)
                )
