"""Image references: [DOMAIN[:PORT]/]PATH[:TAG][@DIGEST], by the grammar of distribution/reference. Pure."""

from __future__ import annotations

import re

from pydock.digests import LENGTHS
from pydock.go.strconv import quote
from pydock.values import record

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*"
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[\w][\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    rf"(?P<name>(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?",
    re.ASCII,
)

HUB = "docker.io"
LIBRARY = "library"


@record
class Reference:
    """A parsed reference. `domain` and `path` are complete ("docker.io", "library/nginx"); tag and digest may be ""."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """The complete name, without tag and digest: "docker.io/library/nginx"."""
        return f"{self.domain}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """The short name: "nginx"."""
        if self.domain != HUB:
            return self.name
        inner = self.path.removeprefix(LIBRARY + "/")
        return inner if self.path.startswith(LIBRARY + "/") and "/" not in inner else self.path

    @property
    def familiar(self) -> str:
        return self.familiar_name + self.suffix

    @property
    def suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.name + self.suffix

    def tagged(self) -> Reference:
        """The reference with the default tag, unless it has a tag or a digest."""
        return self if self.tag or self.digest else Reference(self.domain, self.path, "latest")


def parse(text: str) -> Reference:
    """A reference as a user types it. Raises ValueError with docker's message."""
    if re.fullmatch("[a-f0-9]{64}", text):
        raise ValueError(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    domain, remainder = _split_domain(text)
    repository = remainder.partition("@")[0]
    colon = repository.find(":")
    name = repository[:colon] if colon >= 0 else repository
    if name.lower() != name:
        raise ValueError(f"invalid reference format: repository name ({name}) must be lowercase")
    match = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if not match:
        raise ValueError("invalid reference format")
    path = match["name"].removeprefix(domain + "/")
    if len(match["name"]) > 255:
        raise ValueError("repository name must not be more than 255 characters")
    digest = match["digest"] or ""
    if digest:
        _check_digest(digest)
    return Reference(domain, path, match["tag"] or "", digest)


def tag(text: str) -> str:
    """A name for an image, as it was typed. Raises ValueError with docker's message."""
    parse(text)
    return text


def exact(text: str) -> str:
    """A reference as it was typed, without a default domain. Raises ValueError with the message of
    distribution/reference.
    """
    if not text:
        raise ValueError("repository name must have at least one component")
    if not _REFERENCE.fullmatch(text):
        raise ValueError(
            "repository name must be lowercase" if _REFERENCE.fullmatch(text.lower()) else "invalid reference format"
        )
    return text


def _split_domain(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash or (not re.search("[.:]", first) and first != "localhost" and first.lower() == first):
        domain, remainder = HUB, text
    else:
        domain, remainder = first, rest
    if domain == "index.docker.io":
        domain = HUB
    if domain == HUB and "/" not in remainder:
        remainder = f"{LIBRARY}/{remainder}"
    return domain, remainder


def _check_digest(digest: str) -> None:
    algorithm, _, digits = digest.partition(":")
    if algorithm not in LENGTHS:
        raise ValueError("unsupported digest algorithm")
    if len(digits) != LENGTHS[algorithm] or not re.fullmatch("[a-f0-9]+", digits):
        raise ValueError(
            "invalid checksum digest length" if len(digits) != LENGTHS[algorithm] else "invalid checksum digest format"
        )


def registry_host(text: str) -> str:
    """A registry's HOST[:PORT] from what a user types, without scheme and path."""
    return (text.partition("://")[2] if "://" in text else text).partition("/")[0]


_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split()
)
_MACHINES = frozenset(
    (
        "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x "
        "sparc sparc64 wasm"
    ).split()
)
_SYSTEM = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?")
_COMPONENT_RULE, _SYSTEM_RULE = r"^[A-Za-z0-9_.-]+$", r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$"
_BAD = "invalid argument"
_VARIANTS = {
    "amd64": {"v1": ""}, "arm64": {"8": "", "v8": "", "v8.0": "", "9": "v9", "9.0": "v9", "v9.0": "v9"},
    "arm": {"": "v7", "5": "v5", "6": "v6", "7": "v7", "8": "v8"},
}  # fmt: skip


def normal_machine(architecture: str, variant: str = "") -> tuple[str, str]:
    """Architecture and variant as Go names them: aarch64 is arm64, armhf arm v7."""
    architecture, variant = architecture.lower(), variant.lower()
    fixed = {"i386": ("386", ""), "armhf": ("arm", "v7"), "armel": ("arm", "v6")}.get(architecture)
    if fixed:
        return fixed
    name = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}.get(architecture, architecture)
    return name, _VARIANTS.get(name, {}).get(variant, variant)


def platform(text: str, machine: str) -> dict[str, str]:
    """OS[(VERSION)][/ARCHITECTURE[/VARIANT]], or an architecture alone, as an object; `machine` is the default
    architecture. Raises ValueError with the message of containerd's platforms."""
    if "*" in text:
        raise ValueError(f"{quote(text)}: wildcards not yet supported: {_BAD}")
    parts = text.split("/", 3)
    system = _SYSTEM.fullmatch(parts[0])
    if not system:
        what = "is an invalid OS component of"
        raise ValueError(
            f"{quote(parts[0])} {what} {quote(text)}: OSAndVersion specifier component must match {quote(_SYSTEM_RULE)}: {_BAD}"
        )
    for part in parts[1:]:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", part):
            what = "is an invalid component of"
            raise ValueError(
                f"{quote(part)} {what} {quote(text)}: platform specifier component must match {quote(_COMPONENT_RULE)}: {_BAD}"
            )
    if len(parts) == 4:
        raise ValueError(f"{quote(text)}: cannot parse platform specifier: {_BAD}")
    name = "darwin" if system[1].lower() == "macos" else system[1].lower()
    if len(parts) == 3:
        architecture, variant = normal_machine(parts[1], parts[2])
        variant = variant or ("v8" if architecture == "arm64" else "")
    elif len(parts) == 1 and name in _SYSTEMS:
        architecture, variant = machine, ""
    else:
        architecture, variant = normal_machine(parts[-1])
        variant = "" if (architecture, variant) == ("arm", "v7") else variant
        if len(parts) == 1:
            if architecture not in _MACHINES:
                raise ValueError(f"{quote(text)}: unknown operating system or architecture: {_BAD}")
            name = "linux"
    version = system[2] if len(parts) > 1 or name in _SYSTEMS else ""
    fields = {"architecture": architecture, "os": name, "os.version": version or "", "variant": variant}
    return {k: v for k, v in fields.items() if v or k in ("architecture", "os")}
