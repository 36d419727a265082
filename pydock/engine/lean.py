"""httpx without what this process never uses: `from pydock.engine.lean import httpx`.

Importing httpx takes longer than most docker commands. Where rich is installed it loads its own command line too;
blocking that module for the length of the import is safe, as httpx handles the ImportError itself.
"""

from __future__ import annotations

import sys

if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    try:
        import httpx
    finally:
        del sys.modules["httpx._main"]
else:
    import httpx

__all__ = ["httpx"]
