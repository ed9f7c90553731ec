"""Card numbers are taken out of any text before it is kept (PCI DSS SAQ A, security R3.2)."""

from __future__ import annotations

import re

# 13 to 19 digits; a single space, dash, dot or slash may stand between two of them. The look-behind
# keeps the search linear: it never begins inside a longer run.
_RUN = re.compile(r"(?<![0-9])[0-9](?:[ .\-\u2013\u00a0]{0,2}[0-9]){12,}")
_SHORTEST, _LONGEST = 13, 19
_BY_TEN = {ord(c): str(i) for base in (0xFF10, 0x0660, 0x06F0) for i, c in
           enumerate(chr(base + n) for n in range(10))}


def mask_cards(text: str) -> str:
    """The text with each card number replaced by `[card number removed] …1111`.

    A card number is a run of 13 to 19 digits that passes the Luhn check, with or without spaces,
    dots or dashes between them, also inside a longer run of digits, and also written in full-width
    or Arabic digits. Text without one comes back unchanged.
    """
    plain = text.translate(_BY_TEN)
    found = [span for match in _RUN.finditer(plain) for span in _cards(plain, *match.span())]
    for start, end in reversed(found):
        last = "".join(c for c in plain[start:end] if c.isdigit())[-4:]
        text = f"{text[:start]}[card number removed] \u2026{last}{text[end:]}"
    return text


def _cards(text: str, start: int, end: int) -> list[tuple[int, int]]:
    places = [i for i in range(start, end) if text[i].isdigit()]
    digits = [int(text[i]) for i in places]
    found, at = [], 0
    while at + _SHORTEST <= len(digits):
        size = next(
            (n for n in range(min(_LONGEST, len(digits) - at), _SHORTEST - 1, -1)
             if _luhn(digits[at : at + n])),
            0,
        )
        if size:
            found.append((places[at], places[at + size - 1] + 1))
        at += size or 1
    return found


def _luhn(digits: list[int]) -> bool:
    if not any(digits):
        return False
    total = sum(digits[-1::-2])
    for digit in digits[-2::-2]:
        total += 2 * digit - 9 if digit > 4 else 2 * digit
    return total % 10 == 0
