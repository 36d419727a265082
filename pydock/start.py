"""The console script: a warm process answers, where the user has turned that on and it can; else this one.

Nothing is imported here that a command line does not need when a warm process answers it.
"""


def main() -> None:
    """Never returns."""
    from pydock.warm import place

    if place.turned_on():
        from pydock.warm.launcher import hand_over

        hand_over()
    from pydock.main import main as cold

    cold()
