"""Print values like Go's fmt. Pure.

Follows https://pkg.go.dev/fmt: a struct is {a b}, a pointer to one &{a b} at the top level, and an address within
another value.
"""

from __future__ import annotations

from pydock.go.kinds import Duration, FileMode, GoStruct, NilPointer, Pointer, Reference, Stringer, Time, shown_type
from pydock.go.strconv import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def go_print(value: Any, top: bool = False, verb: str = "v", depth: int = 0) -> str:
    """fmt's %v (or %+v). top: as in templates, print a pointer's target instead of it."""
    if value is None or isinstance(value, NilPointer):
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Stringer):
        return value.go_text()
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, list):
        return "[" + " ".join(go_print(v, False, verb, depth + 1) for v in value) + "]"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_print(v, False, verb, depth + 1)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, GoStruct):
        return _struct(value, top, verb, depth)
    if isinstance(value, Reference):
        # a pointer has the methods of its target
        return go_print(value.value) if top or isinstance(value.value, Stringer) else address(value)
    getter = getattr(value, "go_struct", None)
    return go_print(getter(), top, verb, depth) if getter else str(value)


def _struct(value: GoStruct, top: bool, verb: str, depth: int) -> str:
    if value.text is not None:
        return value.text
    pointer = isinstance(value, Pointer)
    if pointer and depth and not top:
        return address(value)
    names = verb == "+v"
    body = " ".join((f"{n}:" if names else "") + go_print(v, False, verb, depth + 1) for n, v in value.fields.items())
    return ("&" if pointer and not top else "") + "{" + body + "}"


def address(value: Any) -> str:
    """A pointer as Go prints it: an address of twelve digits, as Go places the heap at random."""
    if isinstance(value, NilPointer) or getattr(value, "go_nil", False):
        return "0x0"
    return f"0x{1 << 44 | id(value) & 0xFFFFFFFFFFF:x}"


def go_float(value: float) -> str:
    """%v of a float64: the shortest text, with an exponent below 1e-4 and from 1e6 on."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    if not value:
        return "-0" if str(value)[0] == "-" else "0"
    from decimal import Decimal

    number = Decimal(repr(value)).normalize()
    sign, digits, _ = number.as_tuple()
    power = number.adjusted()
    if -4 <= power < 6:
        return format(number, "f")
    text = "".join(map(str, digits))
    return f"{'-' * sign}{text[0]}{'.' if text[1:] else ''}{text[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"


def go_sharp(value: Any, depth: int = 0) -> str:
    """fmt's %#v, for plain values. depth: of nesting."""
    value = value.go_struct() if hasattr(value, "go_struct") else value

    def inner(item: Any) -> str:
        return go_sharp(item, depth + 1)

    if isinstance(value, int) and (shown_type(value).startswith("uint") or isinstance(value, FileMode)):
        return hex(value)
    if isinstance(value, Duration):
        return str(int(value))
    if isinstance(value, Time):
        return _date(value)
    if isinstance(value, str):
        return quote(value)
    if getattr(value, "go_nil", False):
        return f"{shown_type(value)}(nil)"
    if isinstance(value, list):
        return f"{shown_type(value)}{{" + ", ".join(map(inner, value)) + "}"
    if isinstance(value, dict):
        return f"{shown_type(value)}{{" + ", ".join(f"{quote(k)}:{inner(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, NilPointer):
        return f"({value.type_name})(nil)"
    if isinstance(value, Reference) or (depth and isinstance(value, Pointer)):
        return f"({value.type_name})({address(value)})"
    if isinstance(value, GoStruct):
        body = ", ".join(f"{n}:{inner(v)}" for n, v in value.fields.items())
        return ("&" if isinstance(value, Pointer) else "") + f"{value.type_name.lstrip('*')}{{{body}}}"
    return go_print(value)


def _date(value: Time) -> str:
    """A time as Go source text."""
    import re
    from calendar import month_name

    match = re.match(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.?(\d*)", value)
    numbers = [int(n) for n in match.groups()[:6]] if match else [1, 1, 1, 0, 0, 0]
    year, month, *rest = numbers
    zone = "time.UTC" if value.endswith("Z") else 'time.Location("")'
    parts = (year, f"time.{month_name[month]}", *rest, int((match[7] if match else "").ljust(9, "0")), zone)
    return f"time.Date({', '.join(map(str, parts))})"
