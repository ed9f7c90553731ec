"""What somebody typed into the box that finds cases: everything that it may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inthread.domain.contact_point import kept_address
from inthread.domain.person_name import name_key

LONGEST = 120
_PHONE = re.compile(r"\+?[0-9]{7,15}")
_TAIL = re.compile(r"[•*.…x ]*([0-9]{4})")
_BETWEEN = re.compile(r"[\s().\-/]")


@dataclass(frozen=True)
class Sought:
    """`reference`: of a case or a person, or a case's id: always tried, to the letter. `addresses`:
    whole, as they are kept. `tail`: the last four digits of a number. `names`: beginnings of a
    whole name; `ends`: beginnings of (the whole name, its last word), both to be so."""

    reference: str
    addresses: tuple[str, ...] = ()
    tail: str | None = None
    names: tuple[str, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()


def read_search(text: str, regions: Iterable[str]) -> Sought | None:
    """None for nothing. *regions*: where a number without `+` may be dialled (`US`)."""
    typed = "".join(c for c in " ".join(text.split()) if c.isprintable())[:LONGEST]
    if not typed:
        return None
    if "@" in typed:
        return Sought(typed, addresses=_kept("email", typed, (None,)))
    digits = _BETWEEN.sub("", typed)
    if _PHONE.fullmatch(digits):
        return Sought(typed, addresses=_kept("sms", digits, (None, *regions)))
    tail = _TAIL.fullmatch(typed)
    if tail:
        return Sought(typed, tail=tail[1])
    key = name_key(typed.replace(",", " "))
    if key is None:
        return Sought(typed)
    first, _, rest = key.partition(" ")
    if not rest:
        return Sought(typed, names=(key,), ends=(("", key),))
    return Sought(
        typed, names=(key, f"{rest} {first}"), ends=((first, rest), (rest, first)),
    )


def _kept(channel: str, typed: str, regions: Iterable[str | None]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for region in regions:
        try:
            found[kept_address(channel, typed, region)] = None
        except ValueError:  # not a number there
            continue
    return tuple(found)
