"""The current folder is no place to import from: it may be a project, or a download, that others wrote.

Only what Python has loaded when it starts may be imported here (not even `__future__`): all else might come from there.
"""

import os
import sys


def leave() -> None:
    """For `python -m`, which puts the current folder before all others. Where pydock itself lies in it, it stays."""
    # a Python that was told so (-P, -I, PYTHONSAFEPATH) has not put it there
    if not getattr(sys.flags, "safe_path", sys.flags.isolated) and sys.path[0] != os.path.dirname(
        os.path.dirname(__file__)
    ):
        del sys.path[0]
