"""Image references: [DOMAIN[:PORT]/]PATH[:TAG][@DIGEST], by the grammar of distribution/reference. Pure."""

from __future__ import annotations

import re

from pydock.record import record

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*"
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[\w][\w.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(rf"(?P<name>(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?", re.ASCII)
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

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
        """As people write it: "nginx"."""
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
        """With the default tag, unless a tag or a digest is there."""
        return self if self.tag or self.digest else Reference(self.domain, self.path, "latest")


def parse(text: str) -> Reference:
    """A reference as a user types it. Raises ValueError in docker's words."""
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
    """A name for an image, as it was typed. Raises ValueError in docker's words."""
    parse(text)
    return text


def exact(text: str) -> str:
    """A reference as it was typed, with no domain thought of. Raises ValueError in the words of distribution/reference."""
    if not text:
        raise ValueError("repository name must have at least one component")
    if not _REFERENCE.fullmatch(text):
        raise ValueError("repository name must be lowercase" if _REFERENCE.fullmatch(text.lower()) else "invalid reference format")
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
    if algorithm not in _DIGEST_LENGTHS:
        raise ValueError("unsupported digest algorithm")
    if len(digits) != _DIGEST_LENGTHS[algorithm] or not re.fullmatch("[a-f0-9]+", digits):
        raise ValueError("invalid checksum digest length" if len(digits) != _DIGEST_LENGTHS[algorithm] else "invalid checksum digest format")


def registry_host(text: str) -> str:
    """A registry's HOST[:PORT] out of what a user types; scheme and path are dropped."""
    return (text.partition("://")[2] if "://" in text else text).partition("/")[0]


_SYSTEMS = frozenset("aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split())
_MACHINES = frozenset(
    (
        "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le ppc ppc64 ppc64le riscv riscv64 s390 s390x "
        "sparc sparc64 wasm"
    ).split()
)
_OTHER_NAMES = {"x86_64": "amd64", "x86-64": "amd64", "i386": "386", "aarch64": "arm64", "armhf": "arm", "armel": "arm", "macos": "darwin"}


def platform(text: str, machine: str) -> dict[str, str]:
    """OS[/ARCHITECTURE[/VARIANT]], or an architecture alone, as an object; `machine` is the architecture where none
    is given. Raises ValueError in docker's words (those of containerd's platforms)."""
    parts = text.split("/")
    if len(parts) > 3:
        raise ValueError(f'"{text}": cannot parse platform specifier: invalid argument')
    for part in parts:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+(?:\([A-Za-z0-9_.-]*\))?", part):
            rule = '"^[A-Za-z0-9_.-]+$"'
            raise ValueError(f'"{part}" is an invalid component of "{text}": platform specifier component must match {rule}: invalid argument')
    names = [_OTHER_NAMES.get(p.lower(), p.lower()) for p in parts]
    variant = names[2] if len(names) > 2 else {"armhf": "v7", "armel": "v6"}.get(parts[-1].lower(), "")
    if len(names) == 1:
        if names[0] in _SYSTEMS:
            return {"os": names[0], "architecture": machine}
        if names[0] not in _MACHINES:
            raise ValueError(f'"{text}": unknown operating system or architecture: invalid argument')
        names = ["linux", names[0]]
    out = {"os": names[0], "architecture": names[1]}
    if names[1] == "arm64" and variant in ("8", "v8"):
        variant = ""
    return {**out, "variant": variant} if variant else out
