"""`image tags`: the tags of a repository, asked of its registry. The engine is not involved."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydock.commands.shared import FORMAT_HELP, filter_flag, jq_flag, json_flag, print_list
from pydock.errors import Failure, Missing, failing
from pydock.flags.pairs import Pair
from pydock.flags.reference import parse
from pydock.options import Options, argument, command, flag, options
from pydock.render.human import natural
from pydock.views.view import Fields, View

if TYPE_CHECKING:
    from pydock.app import App


class TagView(View):
    """One tag of a repository."""

    TITLES: ClassVar[dict[str, str | None]] = {"Reference": "REFERENCE", "Tag": "TAG"}
    FIELDS: ClassVar[Fields] = {
        "Tag": (lambda v: v.Tag, "the tag"),
        "Reference": (lambda v: v.Reference, "repository and tag, as pull takes them"),
    }
    METHODS = ()
    DEFAULT = "{{.Tag}}"
    QUIET = "{{.Tag}}"

    def __init__(self, repository: str, tag: str) -> None:
        self.Tag, self.Reference = tag, f"{repository}:{tag}"

    def go_struct(self) -> object:
        return self.go_json()


@options
class TagsOptions(Options):
    repository: str = argument("REPOSITORY", sources="images")
    filter: tuple[Pair, ...] = filter_flag(
        "-f", "--filter", text="Only tags that match: name=PATTERN, as in *.2-alpine; repeatable"
    )
    format: str = flag("--format", help=FORMAT_HELP, sources="formats")
    insecure: bool = flag("--insecure", help="Allow an insecure registry")
    json: str = json_flag(TagView)
    jq: str = jq_flag()
    limit: int = flag("--limit", help="Only the last ones of the list, at most this many")
    quiet: bool = flag("-q", "--quiet", help="Only show tags, without a header")


@command("image tags", TagsOptions, "List the tags of a repository in its registry", own=True)
def tags(app: App, o: TagsOptions) -> None:
    wrong = next((key for key, _ in o.filter if key != "name"), None)
    if wrong is not None:
        raise Failure(f"invalid filter '{wrong}': it is name=PATTERN")
    if "limit" in o.given and o.limit < 1:
        raise Failure(f"invalid --limit {o.limit}: it is at least 1")
    with failing():
        reference = parse(o.repository)
    if reference.suffix:
        raise Failure(f"{o.repository} is an image: name the repository alone, {reference.familiar_name}")
    try:
        found = app.registries.tags(reference.domain, reference.path, o.insecure)
    except Missing as missing:
        why = "there is no such repository, or it takes a login"
        raise Failure(f"{reference.domain} has no {reference.path} for you: {why} ({missing.message})") from None
    chosen = [tag for tag in sorted(set(found), key=natural) if matches(tag, [pattern for _, pattern in o.filter])]
    if o.limit:
        chosen = chosen[-o.limit :]
    print_list(app, o, TagView, [TagView(reference.familiar_name, tag) for tag in chosen])


def matches(tag: str, patterns: list[str]) -> bool:
    """Any of them, or there are none."""
    from fnmatch import fnmatchcase

    return not patterns or any(fnmatchcase(tag, pattern) for pattern in patterns)
