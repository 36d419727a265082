"""`push`: push an image to a registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydock.api import images
from pydock.commands.image.pull import reference_of
from pydock.commands.progress import progress_flag, show_progress
from pydock.commands.retry import retry_flag, retrying
from pydock.commands.shared import NO_TRUST, jq_flag, platform_flag, platform_json, trust_flag
from pydock.errors import Failure
from pydock.options import Options, argument, command, flag, options

if TYPE_CHECKING:
    from pydock.app import App


@options
class PushOptions(Options):
    image: str = argument("NAME[:TAG]", sources="images")
    all_tags: bool = flag("-a", "--all-tags", help="Push all tags of the image")
    disable_content_trust: bool = trust_flag("Skip image signing")
    json: str = progress_flag()
    jq: str = jq_flag()
    platform: str = platform_flag("Push only this platform", "1.46")
    quiet: bool = flag("-q", "--quiet", help="Suppress verbose output")
    retry: int = retry_flag("the push")


ONE_PLATFORM = """\
Using --platform pushes only the specified platform manifest of a multi-platform image index.
Other components, like attestations, will not be included.
To push the complete multi-platform image, remove the --platform flag.
"""


@command("image push", PushOptions, "Push an image to a registry", also=("push",), top=6)
def push(app: App, o: PushOptions) -> None:
    from pydock.render.notes import note

    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    plain = not (o.json or o.jq)
    # with --json stdout is for objects alone
    notes = app.out if plain else app.err
    colour = app.coloured(notes)
    wanted = ""
    if o.platform:
        # docker's message has no space here
        wanted = platform_json(app, o.platform, f"Invalid platform {o.platform}")
        notes.write(note("Info", ONE_PLATFORM, colour))
    reference = reference_of(app, o.image, o.all_tags, o.quiet or not plain)
    if reference.digest:
        # docker's engine client says so, after it has looked at the address
        app.need_engine()
        raise Failure("cannot push a digest reference")
    # notes from the engine, printed after the progress
    remarks: list[str] = []
    request = images.push_image(reference.name, reference.tag, wanted, app.credentials.header(reference.domain))

    def attempt() -> None:
        remarks.clear()
        messages = without_remarks(app.engine.messages(request), remarks, keep=not plain)
        if plain:
            show_progress(app, messages, app.out, o.quiet)
            return
        from pydock.commands.transfer import Lines, pushed

        pushed(Lines(app, o), messages, str(reference))

    try:
        retrying(app, o.retry, "the push", attempt)
    finally:
        for remark in remarks:
            notes.write(note("Info", remark, colour))
    if o.quiet:
        app.out.line(str(reference))


def without_remarks(
    messages: Iterable[dict[str, Any]], remarks: list[str], keep: bool = False
) -> Iterable[dict[str, Any]]:
    """Pass messages through, except "aux" ones, unless `keep`: notes for the user among those are added to `remarks`."""
    for message in messages:
        aux = message.get("aux")
        if keep or not isinstance(aux, dict):
            yield message
        if not isinstance(aux, dict):
            continue
        if aux.get("manifestPushedInsteadOfIndex"):
            original, selected = (str((aux.get(k) or {}).get("digest")) for k in ("originalIndex", "selectedManifest"))
            remarks.append(
                "Not all multiplatform-content is present and only the available single-platform image was pushed\n"
                f"{original} -> {selected}"
            )
        elif aux.get("contentMissing"):
            remarks.append(
                "You're trying to push a manifest list/index which references multiple platform specific manifests, but not all of them are "
                "available locally or available to the remote repository.\n\n"
                "Make sure you have all the referenced content and try again.\n\n"
                "You can also push only a single platform specific manifest directly by specifying the platform you want to push with the --platform flag."
            )
