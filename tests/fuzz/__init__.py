"""Fuzzing: every parser that eats foreign bytes or a user's words (targets.py), and what runs them (run.py)."""
