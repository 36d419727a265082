"""The word to complete, and what a source of candidates is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydock.app import App

#: bits of cobra's directive
FILES, NO_SPACE, NO_FILES, FOLDERS = 0, 2, 4, 16

#: (word, description)
Candidate = tuple[str, str]
#: without one where there is none
Named = str | Candidate


class Query:
    """The position of the word to complete. path: of the command; words: the arguments before it; flags: long name ->
    given values; fields: those of what the command prints, for templates (see FlagSpec).
    """

    def __init__(
        self, app: App, path: str, words: Sequence[str], flags: Mapping[str, list[str]], current: str,
        fields: Callable[[str, str], Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self.app, self.path, self.words, self.flags, self.current = app, path, words, flags, current
        self.fields = fields

    def at(self, current: str) -> Query:
        return Query(self.app, self.path, self.words, self.flags, current, self.fields)

    def flag(self, name: str) -> str:
        """The last value of a flag; "" if it is not given."""
        return self.flags.get(name, [""])[-1]


#: what a source gives
Source = Callable[[Query], Sequence[Named]]


def pairs_of(found: Iterable[Named]) -> list[Candidate]:
    return [c if isinstance(c, tuple) else (c, "") for c in found]


def ending(found: Iterable[Candidate], end: str) -> list[Named]:
    return [(name + end, about) for name, about in found]


def several(*texts: str | None) -> str:
    """A description of those parts that are known."""
    return ", ".join(text for text in texts if text)
