"""Cases as they are looked for. Each statement rides an index, or a window of so many rows of one:
with a hundred thousand cases it reads as much as with a thousand (tests/store/test_search.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import product
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    literal,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
)

from inthread.store import tables as t
from inthread.store.bulk import among
from inthread.store.columns import UtcDateTime

c, k, p = t.cases.c, t.contacts.c, t.people.c
# How many people of a name are looked at, and how many cases for a rare one among those due.
MOST_PEOPLE = 200
WINDOW = 1000
_LIVE = text(f"cases.{t.LIVE}")
_NOT_OURS = text("cases.next_owner <> 'cadence'")
_END = "\U0010ffff"
Branch = Select[Any]


class Filters(NamedTuple):
    """Empty: whatever it is. `before`: what is next is due before then."""

    state: str = ""
    workflow: str = ""
    owner: str = ""
    before: datetime | None = None


class Due(NamedTuple):
    """A place in the order of what is due."""

    at: datetime
    id: str


# --- whose they are -----------------------------------------------------------------------------


def people_named(
    tx: Connection, names: Sequence[str], ends: Sequence[tuple[str, str]]
) -> list[str]:
    """Ids, at most one more than MOST_PEOPLE. *names*: how the whole name begins. *ends*: how it
    begins, and how its last word does; of those, the first WINDOW by last word are looked at."""
    found = [_limited(select(p.id).where(_begins(p.name_key, name))
                      .order_by(p.name_key, p.id), MOST_PEOPLE + 1) for name in names]
    for first, last in ends:
        by_last = select(p.id, p.name_key).where(_begins(p.name_last, last)).order_by(
            p.name_last, p.id
        ).limit(WINDOW if first else MOST_PEOPLE + 1).subquery()
        query = select(by_last.c.id)
        found.append(query.where(_begins(by_last.c.name_key, first)) if first else query)
    return list(tx.execute(union(*found).limit(MOST_PEOPLE + 1)).scalars())


def people_at(
    tx: Connection, addresses: Collection[str], tails: Collection[str]
) -> list[str]:
    """Ids of those with one of these addresses, or a number of this end (`Keyring.tails`); at most
    one more than MOST_PEOPLE."""
    which: list[ColumnElement[bool]] = []
    if addresses:
        which.append(k.address.in_(addresses))
    if tails:
        which.append(and_(k.tail.in_(tails), text("contacts.tail IS NOT NULL")))
    if not which:
        return []
    rows = tx.execute(select(k.person_id).where(or_(*which)).limit(MOST_PEOPLE + 1))
    return list(dict.fromkeys(rows.scalars()))


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + _END)


def _limited(query: Branch, most: int) -> Branch:
    """SQLite takes a limit inside a union only of a subquery."""
    inner = query.limit(most).subquery()
    return select(inner.c.id)


# --- the newest first ---------------------------------------------------------------------------


def of_these(
    tx: Connection, reference: str, people: Collection[str], asked: Filters, after: str, most: int
) -> list[str]:
    """Ids of the cases with this id or reference, of the person with this reference, or of these
    people, as far as they pass."""
    named = select(p.id).where(p.reference == reference)
    branches = [
        c.id == reference, c.reference == reference, c.person_id == named.scalar_subquery(),
        *([among(tx, c.person_id, people)] if people else []),
    ]
    passing = [*_passes(asked), *([c.id < after] if after else [])]
    each = union(*(select(c.id).where(branch, *passing) for branch in branches)).subquery()
    rows = tx.execute(select(each.c.id).order_by(each.c.id.desc()).limit(most))
    return list(rows.scalars())


def _passes(asked: Filters) -> list[ColumnElement[bool]]:
    each: Iterable[ColumnElement[bool] | None] = (
        c.state == asked.state if asked.state else None,
        c.workflow == asked.workflow if asked.workflow else None,
        c.next_owner == asked.owner if asked.owner else None,
        c.next_due < asked.before if asked.before else None,
    )
    return [one for one in each if one is not None]


def newest(
    tx: Connection, workflows: Sequence[str], states: Sequence[str], after: str, most: int
) -> list[str]:
    """Ids of cases of these workflows in these states: the newest of each pair, and of those the
    newest."""
    branches = [
        _limited(_older(select(c.id).where(c.workflow == workflow, c.state == state), after), most)
        for workflow, state in product(workflows, states)
    ]
    if not branches:
        return []
    each = union_all(*branches).subquery()
    rows = tx.execute(select(each.c.id).order_by(each.c.id.desc()).limit(most))
    return list(rows.scalars())


def newest_of_all(tx: Connection, after: str, most: int) -> list[str]:
    return list(tx.execute(_older(select(c.id), after).limit(most)).scalars())


def _older(query: Branch, after: str) -> Branch:
    return (query.where(c.id < after) if after else query).order_by(c.id.desc())


# --- what is due first --------------------------------------------------------------------------


def by_due(
    tx: Connection, asked: Filters, after: Due | None, most: int
) -> tuple[list[str], Due | None]:
    """Ids of live cases by what is next and when, and where to go on: None at the end. At most
    WINDOW are looked at, so there may be fewer than *most*, and more further on."""
    queue = bool(asked.owner) and asked.owner != "cadence"
    query = select(c.id, c.next_due, c.state, c.workflow, c.next_owner).where(_LIVE)
    if queue:
        query = query.where(c.next_owner == asked.owner, _NOT_OURS)
    if asked.before is not None:
        query = query.where(c.next_due < asked.before)
    if after is not None:
        query = query.where(
            tuple_(c.next_due, c.id) > tuple_(literal(after.at, UtcDateTime), after.id)
        )
    picky = bool(asked.state or asked.workflow or (asked.owner and not queue))
    most_seen = WINDOW if picky else most + 1
    seen = tx.execute(query.order_by(c.next_due, c.id).limit(most_seen)).all()
    return _taken(seen, asked, most, most_seen)


def _taken(
    seen: Sequence[Any], asked: Filters, most: int, most_seen: int
) -> tuple[list[str], Due | None]:
    taken: list[str] = []
    last = None
    for row in seen:
        if len(taken) == most:
            return taken, last
        last = Due(row.next_due, row.id)
        if _has(row, asked):
            taken.append(row.id)
    return taken, last if len(seen) == most_seen else None


def _has(row: Any, asked: Filters) -> bool:
    return (
        (not asked.state or row.state == asked.state)
        and (not asked.workflow or row.workflow == asked.workflow)
        and (not asked.owner or row.next_owner == asked.owner)
    )
