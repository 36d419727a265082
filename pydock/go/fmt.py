"""Go's fmt: Sprintf, Sprint, Sprintln on template values. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydock.go.kinds import Duration, FileMode, GoStruct, NilPointer, Pointer, Reference, Stringer, Time, shown_type
from pydock.go.printing import address, go_print, go_sharp
from pydock.go.strconv import quote

#: verbs that print a value by its String or Error method
TEXTUAL = "vsqxX"
_VERB = r"(?s)%([+\-# 0]*)(\*|\d+)?(?:(\.)(\*|\d+)?)?(.)?"


def sprint(*values: Any) -> str:
    """fmt.Sprint: blanks only between operands of which neither is a string."""
    out, before_string = "", True
    for i, value in enumerate(values):
        is_string = isinstance(value, str) and not isinstance(value, Time)
        if i and not is_string and not before_string:
            out += " "
        out += go_print(value, top=False)
        before_string = is_string
    return out


def sprintln(*values: Any) -> str:
    return " ".join(go_print(v) for v in values) + "\n"


class _Args:
    def __init__(self, values: Sequence[Any]) -> None:
        self.values, self.at = values, 0

    def next(self) -> Any:
        value = self.values[self.at]
        self.at += 1
        return value

    @property
    def left(self) -> int:
        return len(self.values) - self.at


def sprintf(form: str, values: Sequence[Any]) -> str:
    """fmt.Sprintf, with Go's notes in the text for wrong, missing or extra operands."""
    args = _Args(values)

    def one(match: re.Match[str]) -> str:
        flags, width, dot, precision, verb = match.groups()
        if verb is None:
            return "%!(NOVERB)"
        note = ""
        if width == "*":
            width, note = _star(args, "%!(BADWIDTH)")
            if width.startswith("-"):
                flags, width = flags + "-", width[1:]
        if precision == "*":
            precision, wrong = _star(args, "%!(BADPREC)")
            note += wrong
        if verb == "%":
            return note + "%"
        if not args.left:
            return f"{note}%!{verb}(MISSING)"
        value = args.next()
        number = (int(precision) if precision else 0) if dot else None
        return note + render(value, verb, flags, width, number)

    out = re.sub(_VERB, one, form)
    if args.left:
        extra = ", ".join(
            f"{shown_type(v)}={go_print(v)}" if v is not None else "<nil>" for v in args.values[args.at :]
        )
        out += f"%!(EXTRA {extra})"
    return out


def _star(args: _Args, wrong: str) -> tuple[str, str]:
    if args.left:
        value = args.next()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value), ""
    return "", wrong


def pad(text: str, width: str | None, flags: str, value: Any) -> str:
    if not width:
        return text
    size = int(width)
    if "-" in flags:
        return text.ljust(size)
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if "0" in flags:
        sign = text[:1] if numeric and text[:1] in "+-" else ""
        return sign + text[len(sign) :].rjust(size - len(sign), "0")
    return text.rjust(size)


def render(value: Any, verb: str, flags: str, width: str | None, precision: int | None, depth: int = 0) -> str:
    """One operand for one verb. A width applies to each element of a list, map or struct. depth: of nesting."""
    if verb == "T":
        return pad(shown_type(value), width, flags, "")
    if verb == "v" and "#" in flags:
        return pad(go_sharp(value), width, flags, "")

    names = verb == "v" and "+" in flags
    if names:
        # the plus of %+v prints names, not signs
        flags = flags.replace("+", "")

    def inner(item: Any) -> str:
        return render(item, verb, "+" * names + flags, width, precision, depth + 1)

    value = value.go_struct() if hasattr(value, "go_struct") else value
    if value is None and depth:
        return "<nil>"
    if verb == "p" and not depth:
        if isinstance(value, (list, dict, Pointer, Reference, NilPointer)):
            return pad(address(value), width, flags, "")
        return f"%!p({shown_type(value)}={go_print(value)})" if value is not None else "%!p(<nil>)"
    value = _as_seen_by(verb, value)
    if isinstance(value, list):
        return "[" + " ".join(map(inner, value)) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{inner(k)}:{inner(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, (Reference, NilPointer)) or (depth and isinstance(value, Pointer)):
        return pointer(value, verb, flags, width, precision)
    if isinstance(value, GoStruct) and (value.text is None or verb not in TEXTUAL):
        body = " ".join((f"{n}:" if names else "") + inner(v) for n, v in value.fields.items())
        return ("&" if isinstance(value, Pointer) else "") + "{" + body + "}"
    if verb == "v":
        # the plus of %+v prints field names, not signs
        flags = flags.replace("+", "")
    try:
        return pad(scalar(value, verb, flags, precision), width, flags, value)
    except BadVerb:
        # the note has the value as %v prints it, with the width, but without its methods
        plain = int(value) if isinstance(value, (Duration, FileMode)) else value
        return f"%!{verb}({shown_type(value)}={pad(scalar(plain, 'v', flags, precision), width, flags, plain)})"


def _as_seen_by(verb: str, value: Any) -> Any:
    """The value that a verb prints in place of this one."""
    if isinstance(value, Reference) and isinstance(value.value, (Duration, Time)) and verb in TEXTUAL:
        # a pointer has the methods of its target
        value = value.value
    if isinstance(value, Time) and verb not in TEXTUAL:
        from pydock.go.unexported import bare

        return bare(value)
    if getattr(value, "go_type", "") == "[]uint8" and verb in "sqxX":
        # bytes are a text to these verbs
        return bytes(value).decode("utf-8", "surrogateescape")
    return value


def pointer(value: Any, verb: str, flags: str, width: str | None, precision: int | None) -> str:
    """A pointer that is printed as an address."""
    location = address(value)
    if verb in "vp":
        return pad("<nil>" if verb == "v" and location == "0x0" else location, width, flags, "")
    if verb in "bodxX":
        return pad(integer(int(location, 16), verb, flags, precision), width, flags, 0)
    from pydock.go.unexported import bare

    return f"%!{verb}({shown_type(value)}={render(bare(value), 'v', flags, width, precision)})"


def scalar(value: Any, verb: str, flags: str, precision: int | None) -> str:
    """One scalar operand for one verb, without width."""
    if value is None:
        return "<nil>" if verb == "v" else f"%!{verb}(<nil>)"
    if isinstance(value, bool):
        if verb not in "tv":
            raise BadVerb
        return go_print(value)
    if isinstance(value, Stringer) and verb in TEXTUAL:
        return string(go_print(value), verb, flags, precision)
    if isinstance(value, int):
        return integer(value, verb, flags, precision)
    if isinstance(value, float):
        return floating(value, verb, flags, precision)
    if isinstance(value, str):
        return string(value, verb, flags, precision)
    if isinstance(value, GoStruct):
        return string(value.text or "", verb, flags, precision)
    return go_print(value)


class BadVerb(Exception):
    """The verb does not apply to the value."""


def _sign(value: int, flags: str) -> str:
    if value < 0:
        return "-"
    return next((mark for mark in "+ " if mark in flags), "")


def integer(value: int, verb: str, flags: str, precision: int | None) -> str:
    """One int for one verb."""
    forms = {"d": "d", "v": "d", "x": "x", "X": "X", "o": "o", "O": "o", "b": "b"}
    if verb in forms:
        digits = format(abs(value), forms[verb])
        if precision is not None:
            digits = digits.rjust(precision, "0") if value or precision else ""
        prefixes = {"x": "0x", "X": "0X", "o": "0", "b": "0b"} if "#" in flags else {}
        return _sign(value, flags) + {**prefixes, "O": "0o"}.get(verb, "") + digits
    if verb == "c":
        return chr(value) if 0 <= value < 0x110000 else "\ufffd"
    if verb == "q":
        return quote(chr(value) if 0 <= value < 0x110000 else "\ufffd", "'")
    if verb == "U":
        return f"U+{value:04X}"
    raise BadVerb


def floating(value: float, verb: str, flags: str, precision: int | None) -> str:
    sign = "+" if "+" in flags and value >= 0 else ""
    if verb == "v" and precision is None:
        return sign + go_print(value)
    if verb in "eEfFgGv":
        if verb in "gGv":
            if precision is None:
                return sign + go_print(value)
            return sign + format(value, f".{max(precision, 1)}{'G' if verb == 'G' else 'g'}")
        return sign + format(value, f".{6 if precision is None else precision}{verb}")
    raise BadVerb


def string(value: str, verb: str, flags: str, precision: int | None) -> str:
    """One text for one verb."""
    text = str(value) if precision is None else str(value)[:precision]
    if verb in "sv":
        return text
    if verb == "q":
        if "#" in flags and "`" not in text and text.isprintable():
            return f"`{text}`"
        return quote(text, ascii_only="+" in flags)
    if verb in "xX":
        data = text.encode("utf-8", "surrogateescape")
        mark, apart = "0x" if "#" in flags and data else "", " " if " " in flags else ""
        digits = apart.join(mark + f"{byte:02x}" for byte in data) if apart else mark + data.hex()
        return digits.upper() if verb == "X" else digits
    raise BadVerb
