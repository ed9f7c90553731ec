"""How a name is found: small letters, no accents, one space between words."""

from __future__ import annotations

import unicodedata

LONGEST = 200


def name_key(name: str) -> str | None:
    """Case-folded, compatible characters for fancy ones (NFKD), without marks, so that `Zoë` is
    found by `zoe`; at most 200 characters, None for a name without any."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(plain.split())[:LONGEST].rstrip() or None


def name_last(name: str) -> str | None:
    """The last word of `name_key`: mostly the family name."""
    key = name_key(name)
    return key.rpartition(" ")[2] if key else None


def masked_name(name: str) -> str:
    """What a page may show of a name: the first word and one letter, `Maya O.`."""
    words = name.split()
    if len(words) < 2:
        return words[0] if words else ""
    return f"{words[0]} {words[-1][0]}."
