"""Requests of a build, for the type checker alone. The names are those of BuildKit's .proto files; see messages.py."""

from collections.abc import Mapping
from typing import Any, TypedDict

class Exporter(TypedDict):
    Type: str
    Attrs: Mapping[str, str]

class CacheOption(TypedDict):
    Type: str
    Attrs: Mapping[str, str]

class CacheOptions(TypedDict):
    Exports: list[CacheOption]
    Imports: list[CacheOption]

class SolveRequest(TypedDict, total=False):
    """A build, as Control/Solve takes it."""

    Ref: str
    Session: str
    Frontend: str
    FrontendAttrs: dict[str, str]
    Cache: CacheOptions
    Exporters: list[Exporter]
    ExporterDeprecated: str
    ExporterAttrsDeprecated: Mapping[str, str]
    Entitlements: list[str]
    Internal: bool
    SourcePolicy: dict[str, Any]

class FrontendRequest(TypedDict):
    """A question to the frontend, as LLBBridge/Solve takes it."""

    Frontend: str
    FrontendOpt: dict[str, str]
    allowResultReturn: bool
    allowResultArrayRef: bool
