"""`pull`: pull an image from a registry."""

from __future__ import annotations

from pydock.api import images
from pydock.commands.progress import progress_flag, show_progress
from pydock.commands.retry import retry_flag, retrying
from pydock.commands.shared import NO_TRUST, default_platform_flag, jq_flag, trust_flag
from pydock.errors import Failure, failing
from pydock.flags.reference import Reference, parse
from pydock.options import Options, argument, command, flag, options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pydock.app import App


def pull_missing(app: App, reference: Reference, platform: str, quiet: bool) -> None:
    """POST /images/create, with progress on stderr. Raises Failure."""
    request = images.pull_image(
        reference.name, reference.digest or reference.tag, platform, app.credentials.header(reference.domain)
    )
    show_progress(app, app.engine.messages(request), app.err, quiet)


def reference_of(app: App, text: str, all_tags: bool, quiet: bool) -> Reference:
    """The reference to pull or push; reports the use of the default tag on stdout. Raises Failure."""
    with failing():
        reference = parse(text)
    if all_tags:
        if reference.suffix:
            raise Failure("tag can't be used with --all-tags/-a")
        return reference
    if not reference.suffix and not quiet:
        app.out.line("Using default tag: latest")
    return reference.tagged()


@options
class PullOptions(Options):
    image: str = argument("NAME[:TAG|@DIGEST]", sources="images")
    all_tags: bool = flag("-a", "--all-tags", help="Pull all tags of the repository")
    disable_content_trust: bool = trust_flag()
    json: str = progress_flag()
    jq: str = jq_flag()
    platform: str = default_platform_flag("1.32")
    quiet: bool = flag("-q", "--quiet", help="Suppress verbose output")
    retry: int = retry_flag("the pull")


@command("image pull", PullOptions, "Pull an image from a registry", also=("pull",), top=5)
def pull(app: App, o: PullOptions) -> None:
    if not o.disable_content_trust:
        raise Failure(NO_TRUST)
    plain = not (o.json or o.jq)
    reference = reference_of(app, o.image, o.all_tags, o.quiet or not plain)
    tag = reference.digest or reference.tag
    request = images.pull_image(reference.name, tag, o.platform.lower(), app.credentials.header(reference.domain))

    def attempt() -> None:
        messages = app.engine.messages(request)
        if plain:
            show_progress(app, messages, app.out, o.quiet)
            return
        from pydock.commands.transfer import Lines, pulled

        pulled(Lines(app, o), messages, str(reference))

    try:
        retrying(app, o.retry, "the pull", attempt)
    except Failure as failure:
        if "when fetching 'plugin'" in failure.message:
            raise Failure(f"{failure.message} - Use `{app.prog} plugin install`") from None
        raise
    if plain:
        app.out.line(str(reference))
