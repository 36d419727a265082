"""Rational numbers as Go reads them (math/big's Rat.SetString). Pure."""

from __future__ import annotations

import re
from fractions import Fraction


def _digits(kind: str) -> str:
    return f"{kind}(?:_?{kind})*"


def _mantissa(prefix: str, kind: str) -> str:
    """Digits with a point in or at either end of them; after a prefix they may begin with "_"."""
    first = f"(?:_?{kind})+" if prefix else _digits(kind)
    return rf"{prefix}(?:{first}(?:\.(?:{_digits(kind)})?)?|\.{_digits(kind)})"


#: base -> (prefix of its numbers, a digit)
_BASES = {16: ("0[xX]", "[0-9a-fA-F]"), 8: ("0[oO]", "[0-7]"), 2: ("0[bB]", "[01]"), 10: ("", "[0-9]")}
_NUMBERS = {base: re.compile(_mantissa(*form)) for base, form in _BASES.items()}
_EXPONENT = re.compile(rf"([eEpP])([+-]?{_digits('[0-9]')})")
_INTEGER = re.compile(r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])*|[1-9](?:_?[0-9])*")
#: exponents beyond these would take for ever: Go's limits, of 10 and of 2
_LARGEST = {"e": 1_000_000, "p": 10_000_000}


def parse_rational(text: str) -> Fraction:
    """ "3/4", "1.5", "1e3", "0x1p-2". Raises ValueError."""
    problem = ValueError(f"failed to parse {text} as a rational number")
    sign, unsigned = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    above, slash, below = unsigned.partition("/")
    value = _quotient(above, below) if slash else _float(unsigned)
    if value is None:
        raise problem
    return -value if sign == "-" else value


def _quotient(above: str, below: str) -> Fraction | None:
    numerator, denominator = _integer(above), _integer(below)
    return Fraction(numerator, denominator) if numerator is not None and denominator else None


def _integer(text: str) -> int | None:
    """An integer literal of Go; "017" is octal, as it is in Go's fractions alone."""
    if not _INTEGER.fullmatch(text):
        return None
    octal = len(text) > 1 and text[0] == "0" and text[1] in "01234567_"
    return int(text.replace("_", ""), 8 if octal else 0)


def _float(text: str) -> Fraction | None:
    base, found = next(((base, m) for base, form in _NUMBERS.items() if (m := form.match(text))), (10, None))
    rest = text[found.end() :] if found else text
    exponent = _EXPONENT.fullmatch(rest)
    if not found or (rest and not exponent):
        return None
    digits = found[0].replace("_", "")[0 if base == 10 else 2 :]
    whole, _, part = digits.partition(".")
    kind, power = (exponent[1].lower(), int(exponent[2])) if exponent else ("e", 0)
    if abs(power - (len(part) if base == 10 and kind == "e" else 0)) > _LARGEST[kind]:
        return None
    return Fraction(int(whole + part, base), base ** len(part)) * Fraction(2 if kind == "p" else 10) ** power
