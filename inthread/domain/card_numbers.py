"""Card numbers are taken out of any text before it is kept (PCI DSS SAQ A, security R3.2)."""

from __future__ import annotations

import re
import unicodedata

MASK = "[card number removed]"

# Digits with at most two spaces, dashes or dots between them. It never begins inside a run, so the
# search stays linear.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ .\-\u2010-\u2015\u00a0\u202f]{0,2}[0-9]){12,}")
_GROUP = re.compile(r"[0-9]+")
_SHORTEST, _LONGEST = 13, 19


def mask_cards(text: str) -> str:
    """The text with each card number replaced by `[card number removed] …1111`.

    A card number has 13 to 19 digits and passes the Luhn check. Spaces, dashes and dots may stand
    between its digits, other numbers may stand beside it, and its digits may be of any script.
    Text without one comes back unchanged.
    """
    plain = text if text.isascii() else "".join(map(_ascii_digit, text))
    for run in reversed(list(_RUN.finditer(plain))):
        for start, end in reversed(_cards(plain, *run.span())):
            last = "".join(_GROUP.findall(plain[start:end]))[-4:]
            text = f"{text[:start]}{MASK} \u2026{last}{text[end:]}"
    return text


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _cards(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where card numbers lie in this run; each begins and ends with a whole group of digits."""
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    found, at = [], 0
    while at < len(groups):
        size = _card_at(text, groups[at:])
        if size:
            found.append((groups[at][0], groups[at + size - 1][1]))
        at += size or 1
    return found


def _card_at(text: str, groups: list[tuple[int, int]]) -> int:
    """How many groups from the first on are one card number, at the most; 0 for none."""
    digits, longest = "", 0
    for count, (start, end) in enumerate(groups, 1):
        digits += text[start:end]
        if len(digits) > _LONGEST:
            break
        if len(digits) >= _SHORTEST and _luhn(digits):
            longest = count
    return longest


def _luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    doubled = (2 * value - 9 if value > 4 else 2 * value for value in values[1::2])
    return any(values) and (sum(values[::2]) + sum(doubled)) % 10 == 0
