"""Edits of a workflow's document: each takes one and gives another; the one it took stays as it
was, and what was not touched is shared.

A *place* is the way to a part of the document: `("policy", "plan", "rows", 3, "when", 0)`. A
*table* is the place of a decision table: `("policy", ACTION)`, or `("refer",)`. No edit checks what
is written: the document's reader does (`workflow_reader`), and names each problem by its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from inthread.domain.policy import NO_RULE

Document = Mapping[str, object]
Place = tuple[str | int, ...]
ANY = "-"
# What facts, reasons, messages and the like are named.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
REFER: Place = ("refer",)
# What has a version that says which words these are, and where its words stand.
_VERSIONED = (("wording", "messages"), ("wording", "statements"))


class NoSuchPlace(LookupError):
    """The document has nothing there; the text is the place."""

    def __init__(self, place: Place) -> None:
        super().__init__(place_text(place))


def place_text(place: Place) -> str:
    """As problems name it: `policy.plan.rows[2].when[1]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")


def at(document: object, place: Place) -> object:
    """What stands there. Raises NoSuchPlace."""
    found = document
    for step in place:
        if not _holds(found, step):
            raise NoSuchPlace(place)
        found = found[step]  # type: ignore[index]
    return found


def has(document: object, place: Place) -> bool:
    try:
        at(document, place)
    except NoSuchPlace:
        return False
    return True


def put(document: Document, place: Place, value: object) -> Document:
    """With *value* there; tables on the way that are missing are made. Raises NoSuchPlace when the
    way leads through something else, or past the end of a list."""
    return _table(_put(document, place, value, place))


def drop(document: Document, place: Place) -> Document:
    """Without what stands there. Raises NoSuchPlace."""
    at(document, place)
    outer, last = at(document, place[:-1]), place[-1]
    if isinstance(outer, list):
        kept: object = [part for number, part in enumerate(outer) if number != last]
    else:
        kept = {key: part for key, part in _table(outer).items() if key != last}
    return put(document, place[:-1], kept) if place[:-1] else _table(kept)


def insert(document: Document, place: Place, value: object) -> Document:
    """With *value* in a list before what stands there; at its end when nothing does. Raises
    NoSuchPlace."""
    items, number = _items(document, place)
    if number > len(items):
        raise NoSuchPlace(place)
    return put(document, place[:-1], [*items[:number], value, *items[number:]])


def move(document: Document, place: Place, to: int) -> Document:
    """With that part of a list at the number *to*. Raises NoSuchPlace."""
    part = at(document, place)
    return insert(drop(document, place), (*place[:-1], to), part)


def copy(document: Document, place: Place) -> Document:
    """With that part of a list twice, the copy below. Raises NoSuchPlace."""
    part, last = at(document, place), place[-1]
    if not isinstance(last, int):
        raise NoSuchPlace(place)
    return insert(document, (*place[:-1], last + 1), part)


# --- decision tables -------------------------------------------------------------------------


def row_place(table: Place, row: int) -> Place:
    return (*table, "rows", row)


def columns(document: Document, table: Place) -> tuple[str, ...]:
    """The names of the columns, as far as they are names."""
    found = at(document, (*table, "inputs")) if has(document, (*table, "inputs")) else []
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def add_row(document: Document, table: Place, row: int, reason: str = NO_RULE) -> Document:
    """With a new row before that one (or at the end), which takes everything and refuses; in the
    referral, one that refers for *reason*. Raises NoSuchPlace."""
    says = "reason" if table == REFER else "refuse"
    new = {"when": [ANY] * len(columns(document, table)), says: reason}
    return insert(document, row_place(table, row), new)


def set_cell(document: Document, table: Place, row: int, column: int, test: str) -> Document:
    """Raises NoSuchPlace."""
    place = (*row_place(table, row), "when", column)
    at(document, place)
    return put(document, place, test)


def add_column(
    document: Document, table: Place, column: int, name: str, cells: Sequence[str] = ()
) -> Document:
    """With a column before that one (or at the end). *cells*: from the top; where there is none,
    the new column takes anything. Raises NoSuchPlace."""
    document = insert(document, (*table, "inputs", column), name)
    for row in range(_count(document, table)):
        test = cells[row] if row < len(cells) else ANY
        document = insert(document, (*row_place(table, row), "when", column), test)
    return document


def remove_column(document: Document, table: Place, column: int) -> Document:
    """Raises NoSuchPlace."""
    document = drop(document, (*table, "inputs", column))
    for row in range(_count(document, table)):
        document = drop(document, (*row_place(table, row), "when", column))
    return document


def offer(
    document: Document, table: Place, row: int, terms: Mapping[str, object], identity: str
) -> Document:
    """The row offers the action on these terms. Raises NoSuchPlace."""
    when = at(document, (*row_place(table, row), "when"))
    return put(document, row_place(table, row),
               {"when": when, "offer": dict(terms), "identity": identity})


def refuse(document: Document, table: Place, row: int, reason: str) -> Document:
    """The row refuses, or refers, for this reason. Raises NoSuchPlace."""
    when = at(document, (*row_place(table, row), "when"))
    says = "reason" if table == REFER else "refuse"
    return put(document, row_place(table, row), {"when": when, says: reason})


# --- words -----------------------------------------------------------------------------------


def count_up(document: Document, base: Document) -> Document:
    """Messages and statements whose words are not those of *base* get the version after its; those
    that say the same again get its own."""
    for outer in _VERSIONED:
        if not has(document, outer):
            continue
        for name, part in _table(at(document, outer)).items():
            before = at(base, (*outer, name)) if has(base, (*outer, name)) else None
            wanted = _version(part, before)
            if wanted is not None:
                document = put(document, (*outer, name, "version"), wanted)
    return document


def _version(part: object, before: object) -> int | None:
    """None: leave it as it is."""
    if not isinstance(part, Mapping) or not isinstance(before, Mapping):
        return None
    version = before.get("version")
    if not isinstance(version, int):
        return None
    return version if _words(part) == _words(before) else version + 1


def _words(part: Mapping[str, object]) -> Document:
    return {key: value for key, value in part.items() if key != "version"}


def _put(part: object, place: Place, value: object, whole: Place) -> object:
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(part, list):
        if not isinstance(step, int) or not 0 <= step < len(part):
            raise NoSuchPlace(whole)
        changed = _put(part[step], rest, value, whole)
        return [changed if number == step else one for number, one in enumerate(part)]
    if not isinstance(part, Mapping) or not isinstance(step, str):
        raise NoSuchPlace(whole)
    return {**part, step: _put(part.get(step, {}), rest, value, whole)}


def _holds(part: object, step: str | int) -> bool:
    if isinstance(part, Mapping):
        return isinstance(step, str) and step in part
    return isinstance(part, list) and isinstance(step, int) and 0 <= step < len(part)


def _items(document: Document, place: Place) -> tuple[list[object], int]:
    items, number = at(document, place[:-1]), place[-1]
    if not isinstance(items, list) or not isinstance(number, int) or number < 0:
        raise NoSuchPlace(place)
    return items, number


def _table(value: object) -> Document:
    if not isinstance(value, Mapping):
        raise NoSuchPlace(())
    return value


def _count(document: Document, table: Place) -> int:
    rows = at(document, (*table, "rows"))
    return len(rows) if isinstance(rows, list) else 0
