"""Someone at a terminal."""

from __future__ import annotations

import io


class Keys(io.BytesIO):
    """stdin that is a terminal, with what is typed."""

    def isatty(self) -> bool:
        return True
