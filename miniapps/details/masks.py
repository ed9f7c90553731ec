"""What a page may show of details on file: enough for the customer to know them again, too little
for anybody else to use."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
HIDDEN = "•••"


def masked(name: str, value: str) -> str:
    """Of a phone number the last three figures; of an e-mail address where its two parts begin; of
    an address the first letter of each word. Empty when there is nothing on file."""
    if not value:
        return ""
    if name == "phone":
        return f"{HIDDEN} {value[-3:]}"
    if name == "email":
        user, _, host = value.partition("@")
        return f"{user[:1]}{HIDDEN}@{host[:1]}{HIDDEN}"
    return _WORD.sub(_first_letter, value)


def _first_letter(word: re.Match[str]) -> str:
    return HIDDEN if len(word.group()) < 3 else f"{word.group()[0]}{HIDDEN}"
