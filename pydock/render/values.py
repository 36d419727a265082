"""Values as JSON for programs. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

#: what is safe neither on a terminal nor in UTF-8: controls, and halves of characters
_UNSAFE = re.compile("[\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, indent: int = 0) -> str:
    """A value as JSON, in UTF-8 wherever it is printed: compact, or with an indent."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent or None, separators=separators)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
