"""Docker's flag syntax (that of Go's pflag): the only parser of argv. Pure.

Long flags are never abbreviated; bool flags take a value by "=" only (`--rm=false`, `-d=true`); short flags cluster
(`-itd`, `-p80:80`, `-p=80:80`); "--" ends flags; without `interspersed` the first positional word does too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pydock.errors import Failure
from pydock.go.strconv import parse_bool, parse_int, quote
from pydock.options import FlagSpec, Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BadFlag(Exception):
    """Invalid flags, with docker's message. `parsed`: the result up to the invalid word."""

    parsed: Parsed


def _zero(text: str) -> str:
    return text


READERS: dict[str, Parser] = {"bool": parse_bool, "int": parse_int, "str": _zero, "tuple[str, ...]": _zero}

HELP = FlagSpec("--help", help="Print usage", default=False, hidden=True)
HELP.dest, HELP.kind = "help", "bool"


class Parsed:
    """The parsed command line. values: dest -> value, for given flags only; words: positional arguments; notices:
    messages to print about deprecated flags; warnings: messages to log; told: what is printed in place of running the
    command; flags: the given flags; docker_words: those before the first positional argument, without the flags that
    are not docker's."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.words: list[str] = []
        self.notices: list[str] = []
        self.warnings: list[str] = []
        self.told = ""
        self.flags: list[FlagSpec] = []
        self.docker_words: list[str] = []

    @property
    def help(self) -> bool:
        return bool(self.values.get("help"))


class FlagSet:
    """The flags of one command, ready to parse words. read: gives the files that values name."""

    def __init__(
        self, specs: Iterable[FlagSpec], interspersed: bool = True, read: Callable[[str], bytes] = str.encode
    ) -> None:
        self.interspersed, self.read = interspersed, read
        self.longs: dict[str, FlagSpec] = {"help": HELP}
        self.shorts: dict[str, FlagSpec] = {}
        for spec in specs:
            for name in (*spec.longs, *spec.hidden_names):
                self.longs[name] = spec
            if spec.short:
                self.shorts[spec.short] = spec

    def parse(self, words: Sequence[str]) -> Parsed:
        """Parse the words of a command line. Raises BadFlag."""
        parsed = Parsed()
        try:
            self._read(words, parsed)
        except BadFlag as error:
            error.parsed = parsed
            raise
        return parsed

    def _read(self, words: Sequence[str], parsed: Parsed) -> None:
        rest = list(reversed(words))
        while rest:
            at = len(words) - len(rest)
            word = rest.pop()
            if word == "--":
                parsed.docker_words.append(word)
                parsed.words += reversed(rest)
                break
            if word.startswith("--"):
                self._long(word, rest, parsed)
            elif len(word) > 1 and word[0] == "-":
                self._shorts(word, rest, parsed)
            else:
                parsed.words.append(word)
                if not self.interspersed:
                    parsed.words += reversed(rest)
                    break
            if not parsed.words and not (parsed.flags and parsed.flags[-1].own):
                parsed.docker_words += words[at : len(words) - len(rest)]

    def _long(self, word: str, rest: list[str], parsed: Parsed) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name[0] in "-=":
            raise BadFlag(f"bad flag syntax: {word}")
        spec = self.longs.get(name)
        if spec is None:
            raise BadFlag(f"unknown flag: --{name}")
        if not equals:
            if spec.without_equals:
                value = spec.without_equals
            elif rest:
                value = rest.pop()
            else:
                raise BadFlag(f"flag needs an argument: --{name}")
        self._set(spec, name, value, parsed)

    def _shorts(self, word: str, rest: list[str], parsed: Parsed) -> None:
        cluster = word[1:]
        while cluster:
            letter, after = cluster[0], cluster[1:]
            spec = self.shorts.get(letter)
            if spec is None and letter == "h":
                parsed.notices.append("Flag shorthand -h has been deprecated, use --help")
                spec = HELP
            if spec is None:
                # docker parses bytes: it reports the first byte
                first = chr(letter.encode("utf-8", "surrogateescape")[0])
                raise BadFlag(f"unknown shorthand flag: {quote(first, chr(39))} in -{cluster}")
            if len(after) > 1 and after[0] == "=":
                value, cluster = after[1:], ""
            elif spec.without_equals:
                value, cluster = spec.without_equals, after
            elif after:
                value, cluster = after, ""
            elif rest:
                value, cluster = rest.pop(), ""
            else:
                raise BadFlag(f"flag needs an argument: {quote(letter, chr(39))} in -{cluster}")
            self._set(spec, spec.name, value, parsed)

    def _set(self, spec: FlagSpec, name: str, text: str, parsed: Parsed) -> None:
        try:
            if spec.reads:
                value = spec.reads(text, self.read)
            else:
                reader: Parser = spec.parse or READERS[spec.kind]
                value = reader(text)
        except (ValueError, Failure) as error:
            shown = f"-{spec.short}, --{name}" if spec.short and name == spec.name else f"--{name}"
            raise BadFlag(f'invalid argument {quote(text)} for "{shown}" flag: {error}') from None
        if name in spec.deprecated:
            parsed.notices.append(f"Flag --{name} has been deprecated, {spec.deprecated[name]}")
        if spec.warning and (warning := spec.warning(text)):
            parsed.warnings.append(warning)
        if spec.tells:
            parsed.told = parsed.told or spec.tells(text)
        parsed.flags.append(spec)
        if spec.many:
            # a parser may return several values for one word ("a,b"), as a list
            parsed.values[spec.dest] = parsed.values.get(spec.dest, ()) + (
                tuple(value) if isinstance(value, list) else (value,)
            )
        else:
            parsed.values[spec.dest] = value
