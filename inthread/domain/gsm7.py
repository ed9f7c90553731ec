"""How much room a text takes in an SMS (3GPP TS 23.038)."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("|^€{}[]~\\\f")


def septets(text: str) -> int | None:
    """The length in the 7-bit alphabet, or None when a character is not in it."""
    if not all(c in _BASIC or c in _EXTENDED for c in text):
        return None
    return sum(2 if c in _EXTENDED else 1 for c in text)


def sms_parts(text: str) -> int:
    """How many messages it is sent and charged as: 160 or 153 septets, else 70 or 67 UTF-16 units.
    """
    size = septets(text)
    if size is None:
        units = len(text.encode("utf-16-le")) // 2
        return 1 if units <= 70 else -(-units // 67)
    if size <= 160:
        return 1
    parts, room = 1, 153
    for character in text:
        width = 2 if character in _EXTENDED else 1
        # An escape pair is never torn apart between two parts.
        if width > room:
            parts, room = parts + 1, 153
        room -= width
    return parts
