"""Where a build's cache comes from and goes to: what the environment and folders of this machine add to the options.

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
    """The cache with what GitHub's runners tell of theirs in the environment; None outside of such a runner, where
    there is none. Others are as they are. Pure; as @actions/cache (internal/config.ts)."""
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
    """Caches in folders of this machine (type=local): layouts, in which each has a tag.

    imports: what is there to be read; stores: the folders, by the names that the engine knows them by; warnings: of
    what could not be found, which is no reason not to build."""

    def __init__(self, app: App, imports: list[Cache], exports: list[Cache]) -> None:
        """Raises Failure for a folder without such a cache. Nothing is written yet."""
        self._app, self._exports = app, [c for c in exports if c.kind == "local" and c.attributes.get("dest")]
        self.imports: list[Cache] = []
        self.stores = {f"local:{c.attributes['dest']}": c.attributes["dest"] for c in self._exports}
        self.warnings: list[str] = []
        for place in self.stores.values():
            if app.files.kind(place) == "file":
                raise Failure(f"mkdir {place}: not a directory")
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
        """Raises LookupError where there is no index, Failure where it does not have the tag."""
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
        """The build went well: name what was written, after what the exporter answered. Raises Failure."""
        if manifest := response.get("cache.manifest"):
            for cache in self._exports:
                self._app.builder.layout(cache.attributes["dest"]).put(
                    descriptor(manifest), tag=cache.attributes.get("tag", LATEST)
                )
