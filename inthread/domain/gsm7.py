"""How much room a text takes in an SMS (3GPP TS 23.038, TS 23.040 9.2.3.24.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("|^€{}[]~\\\f")


class Encoding(StrEnum):
    """One character that the 7-bit alphabet lacks turns the whole text into 16-bit units."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# The most units alone, and in each part of several, which lose six octets to their header.
ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
IN_PART = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True)
class Room:
    """`units`: septets or UTF-16 units. `parts`: the messages it is sent and charged as."""

    encoding: Encoding
    units: int
    parts: int


def room(text: str) -> Room:
    size = septets(text)
    encoding = Encoding.UCS2 if size is None else Encoding.GSM7
    units = sum(map(_units, text)) if size is None else size
    if units <= ALONE[encoding]:
        return Room(encoding, units, 1)
    width = _units if size is None else _septets
    parts, left = 1, IN_PART[encoding]
    for character in text:
        # Neither an escape pair nor a surrogate pair is torn apart between two parts.
        if width(character) > left:
            parts, left = parts + 1, IN_PART[encoding]
        left -= width(character)
    return Room(encoding, units, parts)


def septets(text: str) -> int | None:
    """The length in the 7-bit alphabet, or None when a character is not in it."""
    if not all(c in _BASIC or c in _EXTENDED for c in text):
        return None
    return sum(map(_septets, text))


def sms_parts(text: str) -> int:
    """How many messages it is sent and charged as."""
    return room(text).parts


def _septets(character: str) -> int:
    return 2 if character in _EXTENDED else 1


def _units(character: str) -> int:
    return 2 if character > "\uffff" else 1
