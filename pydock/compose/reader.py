"""A YAML document as Go's yaml.v3 reads it into `any`: values, messages, and the lines that they name. Pure.

PyYAML (with libyaml, where there) reads the events; what they mean is decided here. A mapping with a key that is not a
string becomes an AnyMap, which a compose file cannot have.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from typing import Any

from pydock.compose import scalars
from pydock.go.strconv import quote

#: the deepest nesting. yaml.v3's limit is 10,000; recursive functions here must fit Python's stack.
MAX_DEPTH = 100
#: how many keys of one mapping are told to be there twice
MAX_PAIRS = 1000


class AnyMap(dict[Any, Any]):
    """A mapping of which some key is not a string: Go's map[interface {}]interface {}."""


class Node:
    """kind: "scalar", "sequence", "mapping" or "alias"; text: of a scalar, or the name of an alias' anchor; children: of a
    mapping, its keys and values in turn; target: of an alias."""

    __slots__ = ("children", "kind", "line", "plain", "tag", "target", "text")

    def __init__(
        self, kind: str, tag: str, text: str, line: int, plain: bool = False, target: Node | None = None
    ) -> None:
        self.kind, self.tag, self.text, self.line, self.plain, self.target = kind, tag, text, line, plain, target
        self.children: list[Node] = []

    def resolved_tag(self) -> str:
        return self.target.resolved_tag() if self.target else self.tag

    @property
    def is_merge(self) -> bool:
        return self.kind == "scalar" and self.text == "<<" and self.tag == scalars.MERGE


def parse(data: bytes) -> Any:
    """The value of the first document; None for none. Raises ValueError: "yaml: line 3: …"."""
    try:
        node = _Composer(data).document()
        if node is None:
            return None
        maker = _Maker()
        value = maker.value(node)
    except RecursionError:
        raise ValueError("yaml: exceeded max depth") from None
    except _Malformed as error:
        raise ValueError(f"yaml: {error}") from None
    if maker.problems:
        raise ValueError("yaml: unmarshal errors:\n" + "\n".join(f"  {problem}" for problem in maker.problems))
    return value


class _Malformed(Exception):
    """The document is not YAML; the message is what follows "yaml: "."""


def _events(data: bytes) -> Iterator[Any]:
    """The events of the first document."""
    import yaml

    try:
        for event in yaml.parse(data or b"\n", Loader=_loader()):
            if isinstance(event, yaml.DocumentEndEvent):
                _look_ahead(data, event.start_mark)
            yield event
    except yaml.parser.ParserError as error:
        _look_ahead(data, error.problem_mark)
        raise _told(error) from None
    except yaml.MarkedYAMLError as error:
        raise _told(error) from None
    except yaml.reader.ReaderError as error:
        raise _Malformed(error.reason) from None


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CLoader", yaml.Loader)


def _told(error: Any) -> _Malformed:
    """Lines count from 0, and only what the scanner tells of them is moved to 1."""
    import yaml

    mark = error.context_mark if error.context_mark and error.context_mark.line else error.problem_mark
    line = mark.line + isinstance(error, yaml.scanner.ScannerError) if mark and mark.line else 0
    return _Malformed((f"line {line}: " if line else "") + str(error.problem))


def _look_ahead(data: bytes, mark: Any) -> None:
    """yaml.v3 scans two tokens further than it parses (for the sake of comments): what is wrong there comes first.

    mark: where the token begins that the parser has reached.
    """
    import yaml

    try:
        for _ in yaml.scan(data, Loader=_loader()):
            pass
    except yaml.scanner.ScannerError as error:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")[
            : error.problem_mark.index if error.problem_mark else 0
        ]
        try:
            tokens = [t for t in yaml.scan(text, Loader=_loader()) if t.start_mark.index < len(text)]
        except yaml.YAMLError:
            return
        reached = [
            i
            for i, t in enumerate(tokens)
            if t.start_mark.index >= mark.index and not isinstance(t, yaml.BlockEndToken)
        ]
        if not reached or len(tokens) - reached[0] <= 2:
            raise _told(error) from None
    except yaml.YAMLError:
        return


class _Composer:
    """Nodes from events."""

    def __init__(self, data: bytes) -> None:
        self.events = _events(data)
        self.anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        from yaml import events

        for event in self.events:
            if isinstance(event, events.StreamEndEvent):
                return None
            if isinstance(event, events.DocumentStartEvent):
                node = self.node(next(self.events))
                # what is wrong just behind the document is told
                next(self.events)
                return node
        return None

    def node(self, event: Any) -> Node:
        name, line = type(event).__name__, event.start_mark.line + 1
        if name == "AliasEvent":
            if event.anchor not in self.anchors:
                raise _Malformed(f"unknown anchor '{event.anchor}' referenced")
            return Node("alias", "", event.anchor, line, target=self.anchors[event.anchor])
        tag = scalars.short(event.tag) if event.tag and event.tag != "!" else ""
        if name == "ScalarEvent":
            if not tag:
                implied = scalars.STR if event.style else scalars.MERGE if event.value == "<<" else ""
                tag = implied or scalars.resolve("", event.value)[0]
            return self._known(Node("scalar", tag, event.value, line, not event.style), event.anchor)
        kind = "sequence" if name == "SequenceStartEvent" else "mapping"
        node = self._known(Node(kind, tag or ("!!seq" if kind == "sequence" else "!!map"), "", line), event.anchor)
        while (event := next(self.events)) and not type(event).__name__.endswith("EndEvent"):
            node.children.append(self.node(event))
        return node

    def _known(self, node: Node, anchor: str | None) -> Node:
        if anchor:
            self.anchors[anchor] = node
        return node


class _Maker:
    """Values from nodes. problems: what does not end the reading, each with its line."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.open: set[int] = set()
        #: values so far; those of them within aliases; the aliases, and the lists and maps, that are being read
        self.count = self.aliased = self.aliases = self.depth = 0

    def value(self, node: Node) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Malformed("exceeded max depth")
        value = self._value(node)
        self.depth -= 1
        return value

    def _value(self, node: Node) -> Any:
        self.count += 1
        self.aliased += self.aliases > 0
        if self.aliased > 100 and self.count > 1000 and self.aliased / self.count > _allowed_aliases(self.count):
            raise _Malformed("document contains excessive aliasing")
        if node.target is not None:
            return self._within(node, lambda target: self.value(target))
        if node.kind == "scalar":
            return self._scalar(node)
        if node.kind == "sequence":
            return [self.value(child) for child in node.children]
        out = {} if all(k.resolved_tag() in (scalars.STR, scalars.MERGE) for k in node.children[::2]) else AnyMap()
        self._fill(node, out, None)
        return out

    def _within(self, alias: Node, act: Any) -> Any:
        """Act on an alias' target, unless that is what is being read."""
        assert alias.target is not None
        if id(alias) in self.open:
            raise _Malformed(f"anchor '{alias.text}' value contains itself")
        self.open.add(id(alias))
        self.aliases += 1
        result = act(alias.target)
        self.aliases -= 1
        self.open.discard(id(alias))
        return result

    def _scalar(self, node: Node) -> Any:
        if node.tag == scalars.STR:
            return node.text
        try:
            tag, value = scalars.resolve(node.tag, node.text)
            return scalars.binary(node.text) if tag == scalars.BINARY else value
        except ValueError as error:
            raise _Malformed(str(error)) from None

    def _fill(self, node: Node, out: dict[Any, Any], done: set[Any] | None) -> None:
        """Set the keys of a mapping. done: the keys that a merged mapping may not set; those that it sets are added."""
        pairs = list(zip(node.children[::2], node.children[1::2]))
        if self._repeated(node):
            return
        merged = None
        for key, value in pairs:
            if key.is_merge:
                merged = value
                continue
            name = self.value(key)
            if type(out) is dict and not isinstance(name, str):
                # a key of a merged mapping becomes a string, as in Go
                if name is None:
                    continue
                name = key.target.text if key.target else key.text
            if isinstance(name, (list, dict)):
                raise _Malformed(f"invalid map key: {_shown(name)}")
            if done is not None:
                if name in done:
                    continue
                done.add(name)
            out[name] = self.value(value)
        if merged is not None:
            self._merge(merged, out, {self.value(k) for k, _ in pairs if not k.is_merge} if done is None else done)

    def _repeated(self, node: Node) -> bool:
        """Note keys that are defined twice. Are there any?"""
        alike: dict[tuple[str, str], list[tuple[int, Node]]] = {}
        for i, key in enumerate(node.children[::2]):
            alike.setdefault((key.kind, key.text), []).append((i, key))
        # a key that is there a thousand times has half a million pairs
        pairs = list(islice((pair for some in alike.values() for pair in combinations(some, 2)), MAX_PAIRS))
        self.problems += [
            f"line {other.line}: mapping key {quote(other.text)} already defined at line {first.line}"
            for (_, first), (_, other) in sorted(pairs, key=lambda pair: (pair[0][0], pair[1][0]))
        ]
        return bool(pairs)

    def _merge(self, node: Node, out: dict[Any, Any], done: set[Any]) -> None:
        for one in node.children if node.kind == "sequence" else [node]:
            if (one.target or one).kind != "mapping":
                raise _Malformed("map merge requires map or sequence of maps as the value")
            if one.target:
                self._within(one, lambda target: self._fill(target, out, done))
            else:
                self._fill(one, out, done)


def _allowed_aliases(count: int) -> float:
    """The share of values that may come from aliases: less in large documents."""
    low, high = 400_000, 4_000_000
    return 0.99 - 0.89 * (min(max(count, low), high) - low) / (high - low)


def _shown(key: Any) -> str:
    if isinstance(key, list):
        return "[]interface {}{" + ", ".join(_shown(v) for v in key) + "}"
    if isinstance(key, dict):
        kind = "map[interface {}]interface {}" if isinstance(key, AnyMap) else "map[string]interface {}"
        return kind + "{" + ", ".join(sorted(f"{_shown(k)}:{_shown(v)}" for k, v in key.items())) + "}"
    if isinstance(key, str):
        return quote(key)
    return "interface {}(nil)" if key is None else str(key).lower() if isinstance(key, bool) else str(key)
