"""The benchmark: pydock beside the real docker, on an engine of its own. `scripts/bench` runs it."""
