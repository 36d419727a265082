"""Third-party imports, without the parts that this process never uses.

Importing click and httpx takes longer than a whole docker command. Three measures make it short:

- Where rich is installed httpx loads its own command line too; blocking that module for the length of the import is
  enough, as httpx handles the ImportError itself.
- Modules that click and httpx touch only when called (inspect, mimetypes, idna, …) are deferred: a stand-in replaces
them
  during the import and loads the real module at the first use.
- Our clients keep no cookies, and get an empty jar (NoCookies); it can also replace http.cookiejar and urllib.request,
  the slowest imports of all, during the import.

Only where the module is not loaded yet, and only for the command line (main calls `enable`): a program that imports
pydock as a library gets normal imports. If a new release needs more than the stand-ins offer, the normal import
follows. `tests/laws/test_startup.py` holds the list of modules that a short command may load.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_enabled = False


def enable() -> None:
    """For the command line: defer imports from here on, and import click."""
    global _enabled
    _enabled = True
    load("urllib.parse", {"ipaddress": Deferred("ipaddress")})
    load("click", {"inspect": Deferred("inspect"), "uuid": Deferred("uuid", UUID=_later_class("uuid", "UUID"))})


class Deferred(ModuleType):
    """Stands in for a module until an attribute is needed. `given`: names that do not load it."""

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(name)
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def _later(module: str, name: str) -> Any:
    """A function of a deferred module, which is loaded when it is called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **kwargs)

    return call


def _later_class(module: str, name: str) -> type:
    """A class of a deferred module: makes, and recognises, objects of the real one."""

    def real() -> Any:
        return getattr(importlib.import_module(module), name)

    class Meta(type):
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            return real()(*args, **kwargs)

        def __instancecheck__(cls, value: Any) -> bool:
            return module in sys.modules and isinstance(value, real())

    return Meta(name, (), {})


class NoCookies:
    """An empty cookie jar for httpx.Client(cookies=…): a peer's cookies are neither kept nor sent."""

    def __iter__(self) -> Any:
        return iter(())

    def extract_cookies(self, response: Any, request: Any) -> None:
        return None

    def add_cookie_header(self, request: Any) -> None:
        return None


class NoRequest:
    """The request as NoCookies sees it."""

    def __init__(self, **_: Any) -> None:
        return None


def httpx_stand_ins() -> dict[str, Deferred]:
    """Module -> its stand-in while httpx is imported."""
    request = {name: _later("urllib.request", name) for name in ("parse_http_list", "getproxies")}
    return {
        "http.cookiejar": Deferred("http.cookiejar", CookieJar=NoCookies, Cookie=object),
        "urllib.request": Deferred("urllib.request", Request=NoRequest, **request),
        "hashlib": Deferred(
            "hashlib", **{name: _later("hashlib", name) for name in ("md5", "sha1", "sha256", "sha512")}
        ),
        "pathlib": Deferred("pathlib", Path=_later("pathlib", "Path")),
        "base64": Deferred("base64", b64encode=_later("base64", "b64encode")),
        **{
            name: Deferred(name) for name in ("email.message", "mimetypes", "ipaddress", "idna", "inspect", "traceback")
        },
    }


def load(name: str, deferred: dict[str, Deferred]) -> ModuleType:
    """Import `name`, with stand-ins where that is enabled; where that fails, without."""
    if name in sys.modules or not _enabled:
        return importlib.import_module(name)
    placed = {n: m for n, m in deferred.items() if n not in sys.modules}
    for full, module in placed.items():
        parent, _, child = full.rpartition(".")
        if parent:
            # `import a.b` binds a: its attribute b must be there when it is used
            setattr(importlib.import_module(parent), child, module)
        sys.modules[full] = module
    try:
        return importlib.import_module(name)
    except Exception:
        for loaded in [n for n in sys.modules if n.partition(".")[0] == name]:
            del sys.modules[loaded]
        _take_away(placed)
        return importlib.import_module(name)
    finally:
        _take_away(placed)


def _take_away(placed: dict[str, Deferred]) -> None:
    for full, module in placed.items():
        if sys.modules.get(full) is module:
            del sys.modules[full]


def load_httpx() -> ModuleType:
    """httpx, without its command line, cookies and proxies where lean imports are enabled."""
    # requests ask for no compression, so the decoders are not needed
    unwanted = ("httpx._main", "brotli", "brotlicffi", "zstandard") if _enabled else ("httpx._main",)
    blocked = [n for n in unwanted if n not in sys.modules] if "httpx" not in sys.modules else []
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type]
    try:
        return load("httpx", httpx_stand_ins())
    finally:
        for name in blocked:
            sys.modules.pop(name, None)
