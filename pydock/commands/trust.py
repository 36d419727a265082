"""`trust`: content trust, which docker has removed in version 29. Nothing is signed or verified here, and every
command says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


def refuse(what: str) -> NoReturn:
    """Raises Failure: not supported."""
    raise Failure(
        f"{what}: content trust (Notary v1) is not supported; docker has removed the `trust` command in version 29. "
        "Sign images with a tool such as cosign or notation."
    )


@options
class InspectOptions(Options):
    images: tuple[str, ...] = argument("IMAGE[:TAG] [IMAGE[:TAG]...]", sources="images")
    pretty: bool = flag("--pretty", help="Print in a human-friendly format")


@command("trust inspect", InspectOptions, "Show signers and keys of images", usage="IMAGE[:TAG] [IMAGE[:TAG]...]")
def inspect(app: App, o: InspectOptions) -> None:
    # no notary server is contacted: docker's message for an unreachable server
    if not o.pretty:
        app.out.line("[]")
    raise Failure("\n".join(f"no signatures or cannot access {image}" for image in o.images))


@options
class SignOptions(Options):
    image: str = argument("IMAGE:TAG", sources="images")
    local: bool = flag("--local", help="Sign a local image")


@command("trust sign", SignOptions, "Sign an image", usage="IMAGE:TAG")
def sign(app: App, o: SignOptions) -> None:
    refuse(o.image)


@options
class RevokeOptions(Options):
    image: str = argument("IMAGE[:TAG]", sources="images")
    yes: bool = flag("-y", "--yes", help="Do not prompt for confirmation")


@command("trust revoke", RevokeOptions, "Remove trust for an image")
def revoke(app: App, o: RevokeOptions) -> None:
    refuse(o.image)


@options
class GenerateOptions(Options):
    name: str = argument("NAME")
    dir: str = flag("--dir", help="Directory for the key", sources="folders")


@command("trust key generate", GenerateOptions, "Generate a signing key pair", usage="NAME")
def generate(app: App, o: GenerateOptions) -> None:
    refuse(o.name)


@options
class LoadOptions(Options):
    file: str = argument("KEYFILE", sources="files")
    name: str = flag("--name", default="signer", help="Name of the key")


@command("trust key load", LoadOptions, "Load a private key")
def load(app: App, o: LoadOptions) -> None:
    refuse(o.file)


@options
class AddOptions(Options):
    name: str = argument("NAME")
    repositories: tuple[str, ...] = argument("REPOSITORY [REPOSITORY...]", sources="images")
    key: tuple[str, ...] = flag("--key", help="Path to the signer's public key", sources="files")


@command("trust signer add", AddOptions, "Add a signer", usage="OPTIONS NAME REPOSITORY [REPOSITORY...] ")
def add(app: App, o: AddOptions) -> None:
    refuse(o.name)


@options
class RemoveOptions(Options):
    name: str = argument("NAME")
    repositories: tuple[str, ...] = argument("REPOSITORY [REPOSITORY...]", sources="images")
    force: bool = flag("-f", "--force", help="Do not prompt for confirmation")


@command("trust signer remove", RemoveOptions, "Remove a signer")
def remove(app: App, o: RemoveOptions) -> None:
    refuse(o.name)
