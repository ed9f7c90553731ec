"""What became of a case, as a test asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.domain.case import Case, CaseState
from inthread.domain.work_item import WorkItem
from inthread.domain.writeback import Writeback
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, work_items, writebacks


def the_case(rt: Runtime, case_id: str) -> Case:
    """The case as it stands now."""
    with rt.db.read() as tx:
        return cases.get(tx, case_id)


def state_of(rt: Runtime, case: Case) -> CaseState:
    return the_case(rt, case.id).state


def money_of(rt: Runtime, case: Case) -> tuple[CaseState, int, int]:
    """State, settled and remaining, in minor units."""
    now = the_case(rt, case.id)
    assert now.settled is not None
    assert now.remaining is not None
    return now.state, now.settled.minor, now.remaining.minor


def said_of(rt: Runtime, case: Case) -> list[tuple[str, Mapping[str, object]]]:
    """The audit of the case: (event, detail) of each, oldest first."""
    with rt.db.read() as tx:
        return [(e.event, dict(e.detail)) for e in audit.of_subject(tx, case.id)]


def events_of(rt: Runtime, case: Case) -> list[str]:
    return [event for event, _ in said_of(rt, case)]


def item_of(rt: Runtime, case: Case) -> WorkItem:
    """What a person has of the case now."""
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
    assert item is not None
    return item


def waiting_for(rt: Runtime, case: Case) -> list[tuple[str, datetime]]:
    """(kind, due) of the case's jobs that wait, soonest first."""
    with rt.db.read() as tx:
        return [(kind, due) for kind, _, due in outbox.waiting(tx, case.id)]


def writeback_of(rt: Runtime, case: Case) -> Writeback:
    """The only writeback of the case."""
    with rt.db.read() as tx:
        [writeback] = writebacks.of_case(tx, case.id)
    return writeback
