"""Nothing is imported from the current folder: it may be a project, or a download, that others wrote.

Import only what Python has loaded at start here (not even `__future__`): all else might come from that folder.
"""

import os
import sys


def leave() -> None:
    """Undo that `python -m` puts the current folder first on the path, unless pydock itself is in it."""
    # with -P, -I or PYTHONSAFEPATH Python has not put it there
    if not getattr(sys.flags, "safe_path", sys.flags.isolated) and sys.path[0] != os.path.dirname(
        os.path.dirname(__file__)
    ):
        del sys.path[0]
