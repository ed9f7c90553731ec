"""What is open on a case that a person has: what decides how it can be resolved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from inthread.domain.case import Case
from inthread.domain.person import Contact, Person
from inthread.domain.resolution import Stands
from inthread.domain.writeback import WritebackState
from inthread.store import messages, outcomes, payments, writebacks
from inthread.store import tables as t


def stands(tx: Connection, case: Case, person: Person, now: datetime) -> Stands:
    """Exact for who holds the case."""
    outcome = outcomes.of_attempt(tx, case.id, case.attempt)
    sent = writebacks.of_outcome(tx, outcome.id) if outcome else []
    reached = reached_of(tx, case, person)
    usable = [c for c in person.contacts if c.stopped_at is None]
    return Stands(
        outcome=outcome is not None,
        failed=any(w.state is WritebackState.FAILED for w in sent),
        paying=payments.started(tx, case.id) is not None,
        reached=len(reached), others=len(usable) - len(reached),
        linked=messages.links_since(tx, case.id, now - messages.DAY),
        stopped=person.stopped_at is not None, expires_at=case.expires_at,
    )


def reached_of(tx: Connection, case: Case, person: Person) -> list[Contact]:
    """Contact points that this case wrote to, and that were not stopped since."""
    m = t.messages.c
    written = set(tx.execute(
        select(m.contact_id).where(m.case_id == case.id).distinct()
    ).scalars())
    return [c for c in person.contacts if c.id in written and c.stopped_at is None]
