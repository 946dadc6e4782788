"""Attempts: every try of a stage writes into a fresh folder of its own, so leftovers of a crash are never read."""

import secrets


def new_attempt() -> str:
    """A fresh name for one try of one stage."""
    return secrets.token_hex(6)
