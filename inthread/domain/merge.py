"""Two changes of one document brought together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Keep(StrEnum):
    """Whose word counts where both changed the same place."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True)
class Merged:
    """`clashes`: the places that both changed, and not alike."""

    document: Mapping[str, object]
    clashes: tuple[str, ...]


def merge(
    base: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object],
    keep: Keep = Keep.MINE,
) -> Merged:
    """What *mine* and *theirs* both made of *base*. A list is taken as a whole when any of them
    made it longer or shorter: which row became which cannot be told."""
    clashes: list[str] = []
    made = _merge(base, mine, theirs, keep, "", clashes)
    if not isinstance(made, Mapping):
        raise TypeError("documents are tables")
    return Merged(made, tuple(clashes))


_GONE = object()


def _merge(
    base: object, mine: object, theirs: object, keep: Keep, place: str, clashes: list[str]
) -> object:
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        before = base if isinstance(base, Mapping) else {}
        return _tables(before, mine, theirs, keep, place, clashes)
    lists = [each for each in (base, mine, theirs) if isinstance(each, list)]
    if len(lists) == 3 and len({len(each) for each in lists}) == 1:
        return [
            _merge(was, ours, other, keep, f"{place}[{number}]", clashes)
            for number, (was, ours, other) in enumerate(zip(*lists, strict=True))
        ]
    clashes.append(place)
    return mine if keep is Keep.MINE else theirs


def _tables(
    base: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object],
    keep: Keep, place: str, clashes: list[str],
) -> dict[str, object]:
    made = {}
    for key in dict.fromkeys((*mine, *theirs)):
        value = _merge(
            base.get(key, _GONE), mine.get(key, _GONE), theirs.get(key, _GONE), keep,
            f"{place}.{key}" if place else key, clashes,
        )
        if value is not _GONE:
            made[key] = value
    return made
