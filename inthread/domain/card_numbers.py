"""Card numbers are taken out of any text before it is kept (PCI DSS SAQ A, security R3.2)."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

MASK = "[card number removed]"

# Digits with at most two spaces, dashes or dots between them.
_RUN = re.compile(r"[0-9](?:[ .\-\u2010-\u2015\u00a0\u202f]{0,2}[0-9]){12,}")
_GROUP = re.compile(r"[0-9]+")
_SHORTEST, _LONGEST = 13, 19
# Every second digit from the right counts twice, less 9 when that has two digits.
_DOUBLED = str.maketrans("0123456789", "0246813579")


def mask_cards(text: str) -> str:
    """The text with each card number replaced by `[card number removed] …1111`.

    A card number has 13 to 19 digits and passes the Luhn check. Spaces, dashes and dots may stand
    between its digits, other numbers may stand beside it, and its digits may be of any script.
    Text without one comes back unchanged.
    """
    if len(text) < _SHORTEST:
        return text
    plain = text if text.isascii() else "".join(map(_ascii_digit, text))
    parts, kept = [], 0
    for run in _RUN.finditer(plain):
        for start, end in _cards(plain, *run.span()):
            last = "".join(_GROUP.findall(plain, start, end))[-4:]
            parts += [text[kept:start], f"{MASK} \u2026{last}"]
            kept = end
    return "".join([*parts, text[kept:]])


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _cards(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where card numbers lie in this run; each begins and ends with a whole group of digits."""
    groups = [group.span() for group in _GROUP.finditer(text, start, end)]
    edges = list(accumulate((to - since for since, to in groups), initial=0))
    sums = _luhn_sums("".join(text[since:to] for since, to in groups))
    found, at = [], 0
    while at < len(groups):
        size = _card_at(edges, sums, at)
        if size:
            found.append((groups[at][0], groups[at + size - 1][1]))
        at += size or 1
    return found


def _card_at(edges: list[int], sums: tuple[list[int], list[int]], at: int) -> int:
    """How many groups from number *at* on are one card number, at the most; 0 for none."""
    longest, first = 0, edges[at]
    for count, last in enumerate(edges[at + 1 : at + 1 + _LONGEST], 1):
        if last - first > _LONGEST:
            break
        total = sums[last % 2][last] - sums[last % 2][first]
        if last - first >= _SHORTEST and total and total % 10 == 0:
            longest = count
    return longest


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Sums of the digits up to each place, with those at even places doubled, and with those at
    odd places. A number that ends before place n doubles the places that are even as n is."""
    plain, doubled = list(map(int, digits)), list(map(int, digits.translate(_DOUBLED)))
    even, odd = list(plain), list(plain)
    even[::2], odd[1::2] = doubled[::2], doubled[1::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))
