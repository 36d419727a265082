"""Third-party imports, without the parts that this process never uses.

Importing click and httpx as they are takes longer than many docker commands. While they are imported, stand-ins take
the place of modules that they name and a short command does not need. A stand-in is one of three kinds:

- Deferred: the real module is loaded when something of it is used. Names that are given do not load it: functions
  that load it when they are called, and what is so small that it is had here.
- Lighter: some of the module's names do less. Types are for type checkers: the generic classes and unions of `typing`
  are made for nobody here, at a great price. Of `re`, a pattern is compiled when it is first used.
- Blocked: httpx does without its own command line (which loads rich) and without decoders by itself.

Our clients keep no cookies, and get an empty jar (NoCookies), so that http.cookiejar is not needed.

Stand-ins are there for the import alone: who imports these modules later gets the real ones. And they are for the
command line alone (main calls `enable`): a program that imports pydock as a library gets normal imports. Where a
release of click or httpx needs more than a stand-in offers, the normal import follows.
`tests/laws/test_startup.py` holds the list of modules that a short command may load.
"""

from __future__ import annotations

import _thread
import importlib
import re
import sys
from collections import abc, namedtuple
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_enabled = False


def enable() -> None:
    """For the command line: defer imports from here on, and import click."""
    global _enabled
    _enabled = True
    load("json", {"re": patterns_made_late()})
    load("click", click_stand_ins())


class Deferred(ModuleType):
    """Stands in for a module until an attribute is needed. `given`: names that do not load it."""

    #: the module, where it is loaded and this has its place
    instead_of: ModuleType | None = None

    def __init__(self, name: str, **given: Any) -> None:
        super().__init__(name)
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        _refuse_special(name)
        value = getattr(_real(self.__name__), name)
        setattr(self, name, value)
        return value


def _refuse_special(name: str) -> None:
    """Python itself asks for names like __path__, which must not load a module. Raises AttributeError."""
    if name.startswith("__"):
        raise AttributeError(name)


def _real(name: str) -> Any:
    """The module itself, also where a stand-in has its place."""
    found = sys.modules.get(name)
    if isinstance(found, Deferred):
        if found.instead_of:
            return found.instead_of
        del sys.modules[name]
    return importlib.import_module(name)


class Lighter(Deferred):
    """The same also where the module is loaded already: what is given replaces its names."""


def _later(module: str, name: str) -> Any:
    """A function of a deferred module, which is loaded when it is called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(_real(module), name)(*args, **kwargs)

    return call


def _later_class(module: str, name: str) -> type:
    """A class of a deferred module: makes, and recognises, objects of the real one."""

    def real() -> Any:
        return getattr(_real(module), name)

    class Meta(type):
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            return real()(*args, **kwargs)

        def __getattr__(cls, name: str) -> Any:
            _refuse_special(name)
            return getattr(real(), name)

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


def _parse_qs(text: str | None, **kwargs: Any) -> Any:
    return _real("urllib.parse").parse_qs(text, **kwargs) if text else {}


def _unquote(text: str) -> Any:
    return _real("urllib.parse").unquote(text) if "%" in text else text


class Logger:
    """A library's logger. Where nobody has loaded logging nobody has set it up, and then it prints warnings alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        if name in ("debug", "info") and "logging" not in sys.modules:
            return lambda *_, **__: None
        return getattr(_real("logging").getLogger(self.name), name)


class Codes:
    """httpx.codes, an enumeration of sixty. Given are those that httpx compares each answer with."""

    MOVED_PERMANENTLY, FOUND, SEE_OTHER, TEMPORARY_REDIRECT, PERMANENT_REDIRECT = 301, 302, 303, 307, 308

    def __getattr__(self, name: str) -> Any:
        _refuse_special(name)
        return getattr(self._real, name)

    def __call__(self, value: int) -> Any:
        return self._real(value)

    def __iter__(self) -> Any:
        return iter(self._real)

    @property
    def _real(self) -> Any:
        return _real("httpx._status_codes").codes


class Type:
    """What a union, an alias or a type variable is where nobody reads it."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __getitem__(self, _: Any) -> Type:
        return self

    def __or__(self, _: Any) -> Type:
        return self

    __ror__ = __or__


class Generic:
    """Its parameters make no class of their own."""

    def __class_getitem__(cls, _: Any) -> type:
        return cls


class TypedDict(dict):  # type: ignore[type-arg]
    def __init_subclass__(cls, total: bool = True) -> None:
        pass


class _Fields(type):
    """Of its classes: the annotated names are the fields of a tuple."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = body["__annotations__"]
        make: Any = namedtuple
        made = make(name, fields, defaults=[body[f] for f in fields if f in body], module=body["__module__"])
        for key, value in body.items():
            if key not in ("__module__", "__qualname__", "__classcell__", *fields):
                setattr(made, key, value)
        return made


class NamedTuple(metaclass=_Fields):
    """Without a check of the fields' types, for which Python's own makes the whole of its syntax tree."""


def typing_without_types() -> Lighter:
    """`typing` as it is to code that runs."""
    unread = dict.fromkeys(
        ("Any", "Union", "Optional", "Literal", "IO", "SupportsInt", "SupportsFloat", "SupportsIndex"), Type()
    )
    # what these are aliases of
    plain = {
        "Dict": dict,
        "List": list,
        "Tuple": tuple,
        "Type": type,
        **{name: getattr(abc, name) for name in abc.__all__},
    }
    classes = {"Generic": Generic, "TypedDict": TypedDict, "NamedTuple": NamedTuple}
    functions = {"overload": lambda f: f, "cast": lambda _, value: value}
    return Lighter(
        "typing", TYPE_CHECKING=False, TypeVar=Type, ParamSpec=Type, **functions, **unread, **plain, **classes
    )


class Pattern:
    """A regular expression that is compiled when it is first used."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __getattr__(self, name: str) -> Any:
        if name == "_real":
            self._real = re.compile(*self._given)
            return self._real
        return getattr(self._real, name)


def patterns_made_late() -> Lighter:
    def taking(function: Any) -> Any:
        def call(pattern: Any, *args: Any, **kwargs: Any) -> Any:
            return function(pattern._real if isinstance(pattern, Pattern) else pattern, *args, **kwargs)

        return call

    taken = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")
    return Lighter("re", compile=Pattern, **{name: taking(getattr(re, name)) for name in taken})


def click_stand_ins() -> dict[str, ModuleType]:
    """Module -> its stand-in while click is imported."""
    return {
        "typing": typing_without_types(),
        "re": patterns_made_late(),
        "gettext": Deferred("gettext", **{name: _later("gettext", name) for name in ("gettext", "ngettext")}),
        "datetime": Deferred("datetime", datetime=_later_class("datetime", "datetime")),
        "uuid": Deferred("uuid", UUID=_later_class("uuid", "UUID")),
        # what that of threading is
        "threading": Deferred("threading", local=_thread._local),
        "inspect": Deferred("inspect"),
    }


def httpx_stand_ins() -> dict[str, ModuleType]:
    """Module -> its stand-in while httpx is imported."""
    return {
        "typing": typing_without_types(),
        "re": patterns_made_late(),
        "logging": Deferred("logging", getLogger=Logger),
        # how long an answer took, which httpx measures and we do not ask: the seconds will do
        "datetime": Deferred("datetime", timedelta=lambda seconds: seconds),
        "httpx._status_codes": Deferred("httpx._status_codes", codes=Codes(), __all__=["codes"]),
        "http.cookiejar": Deferred("http.cookiejar", CookieJar=NoCookies, Cookie=object),
        "urllib.request": Deferred(
            "urllib.request",
            Request=NoRequest,
            **{name: _later("urllib.request", name) for name in ("parse_http_list", "getproxies")},
        ),
        "urllib.parse": Deferred(
            "urllib.parse", parse_qs=_parse_qs, unquote=_unquote, urlencode=_later("urllib.parse", "urlencode")
        ),
        "hashlib": Deferred(
            "hashlib", **{name: _later("hashlib", name) for name in ("md5", "sha1", "sha256", "sha512")}
        ),
        "pathlib": Deferred("pathlib", Path=_later("pathlib", "Path")),
        "base64": Deferred("base64", b64encode=_later("base64", "b64encode")),
        **{
            name: Deferred(name) for name in ("email.message", "mimetypes", "ipaddress", "idna", "inspect", "traceback")
        },
    }


def load(name: str, stand_ins: dict[str, ModuleType]) -> ModuleType:
    """Import `name`, with stand-ins where that is enabled; where that fails, without."""
    if name in sys.modules or not _enabled:
        return importlib.import_module(name)
    before = _place(name, stand_ins)
    try:
        return importlib.import_module(name)
    except Exception:
        for loaded in [n for n in sys.modules if n.partition(".")[0] == name]:
            del sys.modules[loaded]
        _restore(before)
        return importlib.import_module(name)
    finally:
        _restore(before)


def _place(name: str, stand_ins: dict[str, ModuleType]) -> dict[str, tuple[ModuleType, ModuleType | None]]:
    """Put stand-ins in place for the import of `name`; returns {module: (stand-in, what was there)}."""
    placed: dict[str, tuple[ModuleType, ModuleType | None]] = {}
    for full, module in stand_ins.items():
        was = sys.modules.get(full)
        if was is not None and not isinstance(module, Lighter):
            continue
        parent, _, child = full.rpartition(".")
        if parent and parent != name:
            # `import a.b` binds a: its attribute b must be there when it is used
            if parent not in sys.modules:
                sys.modules[parent] = Deferred(parent)
                placed[parent] = (sys.modules[parent], None)
            setattr(sys.modules[parent], child, module)
        module.__dict__["instead_of"] = was
        sys.modules[full] = module
        placed[full] = (module, was)
    return placed


def _restore(placed: dict[str, tuple[ModuleType, ModuleType | None]]) -> None:
    for full, (module, was) in placed.items():
        if sys.modules.get(full) is module:
            if was is None:
                del sys.modules[full]
            else:
                sys.modules[full] = was


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
