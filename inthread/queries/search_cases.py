"""Find a case: by what somebody says of it, and by how it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.case import CaseState
from inthread.domain.search import Sought, read_search
from inthread.queries.case_view import CaseView, view_of
from inthread.runtime import Runtime
from inthread.store import cases, people, search
from inthread.store.db import Tx
from inthread.store.search import MOST_PEOPLE, Due, Filters

MOST = 50
_CURSOR = re.compile(r"due_([0-9]{1,16})_(case_[0-9a-z]{1,30})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class FoundCases:
    """Their people are to be shown masked. `after`: where the next page begins, None at the end.
    `too_many`: more people fit than were looked at. `by_due`: in the order of what is due; else
    the newest first."""

    rows: Sequence[CaseView]
    after: str | None
    too_many: bool
    by_due: bool


def search_cases(
    rt: Runtime, *, actor: Actor, text: str = "", state: str = "", workflow: str = "",
    owner: str = "", before: datetime | None = None, after: str = "", most: int = MOST,
) -> FoundCases:
    """*text*: a name's first or last words, a reference of a case or a person, a case's id, a whole
    phone number or e-mail address, or a number's last four digits. *owner*: `cadence`, a queue, or
    whoever else is next. *after*: of the page before. Raises Forbidden."""
    actor.require("cases:read")
    most, asked = min(most, MOST), Filters(state, workflow, owner, before)
    regions = sorted({w.contact.country for w in rt.workflows.values() if w.contact.country})
    sought = read_search(text, regions)
    with rt.db.read() as tx:
        if sought is not None:
            return _sought(rt, tx, sought, asked, after, most)
        if owner or before is not None:
            ids, end = search.by_due(tx, asked, _read_due(after), most)
            return FoundCases(_rows(rt, tx, ids), _due_name(end), False, True)
        ids = _newest(rt, tx, asked, after, most + 1)
        return FoundCases(_rows(rt, tx, ids[:most]), _more(ids, most), False, False)


def _sought(
    rt: Runtime, tx: Tx, sought: Sought, asked: Filters, after: str, most: int
) -> FoundCases:
    theirs: list[str] = []
    if sought.names or sought.ends:
        theirs = search.people_named(tx, sought.names, sought.ends)
    elif sought.addresses or sought.tail:
        tails = rt.keyring.tails(sought.tail) if sought.tail else ()
        theirs = search.people_at(tx, sought.addresses, tails)
    ids = search.of_these(
        tx, sought.reference, theirs[:MOST_PEOPLE], asked, after, most + 1
    )
    return FoundCases(
        _rows(rt, tx, ids[:most]), _more(ids, most), len(theirs) > MOST_PEOPLE, False
    )


def _newest(rt: Runtime, tx: Tx, asked: Filters, after: str, most: int) -> list[str]:
    if not asked.state and not asked.workflow:
        return search.newest_of_all(tx, after, most)
    return search.newest(
        tx, [asked.workflow] if asked.workflow else sorted(rt.workflows),
        [asked.state] if asked.state else list(CaseState), after, most,
    )


def _more(ids: Sequence[str], most: int) -> str | None:
    return ids[most - 1] if len(ids) > most else None


def _rows(rt: Runtime, tx: Tx, ids: Sequence[str]) -> list[CaseView]:
    found = {case.id: case for case in cases.some(tx, ids)}
    there = [found[i] for i in ids if i in found]
    whose = people.by_id(tx, {case.person_id for case in there})
    return [view_of(rt, c, whose[c.person_id]) for c in there if c.person_id in whose]


def _due_name(end: Due | None) -> str | None:
    if end is None:
        return None
    return f"due_{(end.at - _EPOCH) // timedelta(microseconds=1)}_{end.id}"


def _read_due(after: str) -> Due | None:
    found = _CURSOR.fullmatch(after)
    if found is None:
        return None
    return Due(_EPOCH + timedelta(microseconds=int(found[1])), found[2])
