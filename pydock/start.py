"""The console script: a warm process answers, where the user has turned that on and it can; else this one.

Nothing is imported here that a command line does not need when a warm process answers it.
"""

import gc


def main() -> None:
    """Never returns."""
    # start-up produces no garbage: collection would only cost time
    gc.disable()
    from pydock.warm import place

    if place.turned_on():
        from pydock.warm.launcher import hand_over

        hand_over()
    from pydock.main import main as cold

    cold()
