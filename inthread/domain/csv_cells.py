"""Cells of a file that somebody opens in a spreadsheet."""

from __future__ import annotations

# A cell that begins with one of these is run as a formula (OWASP CSV injection; A70).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula: with an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
