"""Text as a person meant it: small letters without accents, tricks or ornament.

Full-width, circled, zero-width and look-alike letters of a word are that word (R4.4). One pass,
character by character, so the work grows with the length and nothing else.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Stands between clauses in what `fold` gives back.
BREAK = "|"

_BREAKS = frozenset(".,;:!?\n\r\u2013\u2014\u2028\u2029\u3001\u3002\xbf\xa1")
_APOSTROPHES = frozenset("'`\xb4\u2018\u2019\u201b\u2032\u02b9\u02bc\u02bb")
# Blank letters, which no category gives away.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0")
# Letters of other alphabets that look like ours, and letters that no decomposition takes apart.
_LOOK_ALIKE = dict(
    zip(
        "\u0430\u0432\u0435\u0454\u0451\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445"
        "\u0455\u0456\u0458\u0501\u051b\u051d\u04cf\u04bb"
        "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c0\u03c1\u03c3\u03c4\u03c5\u03c7"
        "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f"
        "\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22"
        "\u0131\u0142\xf8\u0111\u0251\u0261",
        "abeeekmhopctyx"
        "sijdqwlh"
        "abezhikmnoppstyx"
        "abcdefghijklmnoprstuvwyz"
        "ilodag",
        strict=True,
    )
)
# White on black, circled or square, and the letters flags are made of: each runs from A to Z.
_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)


def fold(text: str) -> str:
    """Words in plain small letters, with spaces between them, and BREAK between clauses."""
    return "".join([_folded(character) for character in text])


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if character.isascii() or character in _APOSTROPHES:
        return _plain(character)
    for first in _ALPHABETS:
        if 0 <= ord(character) - first < 26:
            return chr(ord("a") + ord(character) - first)
    spread = unicodedata.normalize("NFKC", character).casefold()
    return "".join([_plain(part) for part in unicodedata.normalize("NFKD", spread)])


def _plain(part: str) -> str:
    """One character of compatibility-decomposed text: itself, a space, a break, or nothing."""
    if part in _BREAKS:
        return BREAK
    if part in _APOSTROPHES or part in _BLANK:
        return ""
    if part in _LOOK_ALIKE:
        return _LOOK_ALIKE[part]
    category = unicodedata.category(part)
    if category[0] in "LN":
        return part.lower()
    return "" if category[0] == "M" or (category in _INVISIBLE and part != "\t") else " "


_INVISIBLE = ("Cf", "Cc", "Cs", "Co")
