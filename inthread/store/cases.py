"""Cases, found and kept. Every command that changes one locks it first.

A statement that is run on every page or delivery is built once, here and in the other modules of
the store: building it costs more than running it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)

from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.refusals import NotFound, Stale
from inthread.store import tables as t
from inthread.store.bulk import among

c = t.cases.c
_LIVE = text(f"cases.{t.LIVE}")

BY_ID = select(t.cases).where(c.id == bindparam("case"))
# A case's id stays (key_share): who writes a row that refers to it waits for nobody.
LOCK = BY_ID.with_for_update(key_share=True)
TRY_LOCK = BY_ID.with_for_update(skip_locked=True, key_share=True)


def lock(tx: Connection, case_id: str) -> Case:
    """The case, held until the transaction ends. Raises NotFound."""
    return _found(tx, LOCK, case_id)


HOLD = select(c.id).where(c.id == bindparam("case")).with_for_update(key_share=True)


def hold(tx: Connection, case_id: str) -> None:
    """Hold the case until the transaction ends, without a look at it. On SQLite whoever writes
    holds everything."""
    if tx.dialect.name != "sqlite":
        tx.execute(HOLD, {"case": case_id})


def get(tx: Connection, case_id: str) -> Case:
    return _found(tx, BY_ID, case_id)


SOME = select(t.cases).where(c.id.in_(bindparam("ids", expanding=True)))


def some(tx: Connection, ids: Collection[str]) -> list[Case]:
    return [_one(r) for r in tx.execute(SOME, {"ids": list(ids)})] if ids else []


def try_lock(tx: Connection, case_id: str) -> Case | None:
    """The case, or None when it is gone or somebody else holds it just now."""
    row = tx.execute(TRY_LOCK, {"case": case_id}).one_or_none()
    return _one(row) if row else None


_OF_VISIT = select(t.visits.c.case_id).where(t.visits.c.token_digest == bindparam("token"))
LOCK_VISITED = (
    select(t.cases).where(c.id == _OF_VISIT.scalar_subquery()).with_for_update(key_share=True)
)
_OF_LINK = select(t.links.c.case_id).where(t.links.c.digest == bindparam("of_digest"))
LOCK_LINKED = (
    select(t.cases).where(c.id == _OF_LINK.scalar_subquery()).with_for_update(key_share=True)
)


def lock_visited(tx: Connection, token_digest: str) -> Case | None:
    """The case that a visit is about, held; None when there is no such visit."""
    row = tx.execute(LOCK_VISITED, {"token": token_digest}).one_or_none()
    return _one(row) if row else None


def lock_linked(tx: Connection, digest: str) -> Case | None:
    """The case that a link leads to, held; None when there is no such link. What the link says is
    read after this: it may die while the case is waited for."""
    row = tx.execute(LOCK_LINKED, {"of_digest": digest}).one_or_none()
    return _one(row) if row else None


def live_by_key(tx: Connection, workflow: str, natural_keys: Sequence[str]) -> dict[str, Case]:
    """Live cases for the same obligations, held, by natural key."""
    rows = tx.execute(
        select(t.cases)
        .where(c.workflow == workflow, c.natural_key.in_(natural_keys), _LIVE)
        .order_by(c.id).with_for_update(key_share=True)
    )
    return {r.natural_key: _one(r) for r in rows}


def current_by_key(
    tx: Connection, wanted: Mapping[str, Collection[tuple[str, str]]]
) -> dict[tuple[str, str], Case]:
    """The case that stands for each obligation, held: the one that lives, else the newest. (Late
    money may have given an older one its life back.) *wanted*: workflow -> (natural key, reference)
    of each; the reference, being a part of the key, is what the index finds it by."""
    each = [
        and_(c.workflow == workflow, among(tx, c.reference, {r for _, r in keys}),
             among(tx, c.natural_key, {k for k, _ in keys}))
        for workflow, keys in wanted.items()
    ]
    rows = tx.execute(
        select(t.cases).where(or_(False, *each)).order_by(c.id).with_for_update(key_share=True)
    )
    found: dict[tuple[str, str], Case] = {}
    for r in rows:
        held = found.get((r.workflow, r.natural_key))
        if held is None or not held.live:
            found[r.workflow, r.natural_key] = _one(r)
    return found


def add_all(tx: Connection, cases: Iterable[Case]) -> None:
    rows = [_row(case) for case in cases]
    if rows:
        tx.execute(insert(t.cases), rows)


SAVE = update(t.cases).where(c.id == bindparam("case"), c.version == bindparam("seen"))


# What a case is about: it does not change.
_FIXED = ("id", "workflow", "natural_key", "person_id", "opened_at")


def save(tx: Connection, before: Case, after: Case) -> None:
    """Replace *before* by *after*. Raises Stale when somebody changed it in between."""
    was, row = _row(before), _row(after)
    changed = {k: v for k, v in row.items() if v != was[k] and k not in _FIXED}
    changed["version"] = after.version
    if tx.execute(SAVE, changed | {"case": before.id, "seen": before.version}).rowcount != 1:
        raise Stale(before.id)


def stuck(tx: Connection, before: datetime, most: int) -> list[str]:
    """Ids of cases whose next step was due before then and that nobody carries, oldest first: a
    proof that is late, an open or pending case without its job. What a person has is theirs."""
    jobs = t.outbox.c
    carries = or_(
        and_(c.state == "open", jobs.kind == "contact"),
        and_(c.state == "pending", jobs.kind.in_(("payment", "charge"))),
    )
    carried = exists().where(jobs.case_id == c.id, jobs.done_at.is_(None), carries)
    rows = tx.execute(
        select(c.id).where(_LIVE, c.next_due < before, c.state != "exception", ~carried)
        .order_by(c.next_due, c.id).limit(most)
    )
    return [r.id for r in rows]


def past_their_time(tx: Connection, now: datetime, most: int) -> list[str]:
    """Ids of open cases whose own end has come."""
    rows = tx.execute(
        select(c.id).where(_LIVE, c.expires_at <= now, c.state == "open")
        .order_by(c.expires_at, c.id).limit(most)
    )
    return [r.id for r in rows]


def page(
    tx: Connection, *, reference: str | None, person: str | None, state: str | None,
    after: str, most: int,
) -> list[Case]:
    """Cases by reference, person's reference or state, newest first, in pages by id (keyset)."""
    query = select(t.cases)
    if person is not None:
        query = query.join(t.people, t.people.c.id == c.person_id).where(
            t.people.c.reference == person
        )
    if reference is not None:
        query = query.where(c.reference == reference)
    if state is not None:
        query = query.where(c.state == state)
    if after:
        query = query.where(c.id < after)
    return [_one(r) for r in tx.execute(query.order_by(c.id.desc()).limit(most))]


def live_of_people(tx: Connection, people: Collection[str]) -> list[str]:
    """The ids of every live case of these people, in the order in which they are to be locked."""
    live = select(c.id).where(among(tx, c.person_id, people), _LIVE)
    return list(tx.execute(live.order_by(c.id)).scalars())


def newest_live(tx: Connection, person_id: str, most: int) -> list[Case]:
    """The person's live cases, the newest first."""
    rows = tx.execute(
        select(t.cases).where(c.person_id == person_id, _LIVE).order_by(c.id.desc()).limit(most)
    )
    return [_one(r) for r in rows]


def newest_of_person(tx: Connection, person_id: str) -> str | None:
    """The id of the case opened last, live or not."""
    return tx.execute(
        select(c.id).where(c.person_id == person_id).order_by(c.opened_at.desc(), c.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _found(tx: Connection, query: Select[tuple[object, ...]], case_id: str) -> Case:
    row = tx.execute(query, {"case": case_id}).one_or_none()
    if row is None:
        raise NotFound("case")
    return _one(row)


def _row(case: Case) -> dict[str, object]:
    step = case.next
    return {
        "id": case.id, "reference": case.reference, "workflow": case.workflow,
        "workflow_version": case.workflow_version, "workflow_hash": case.workflow_hash,
        "natural_key": case.natural_key, "person_id": case.person_id,
        "facts": dict(case.facts), "as_of": case.as_of,
        "owed_minor": case.owed.minor if case.owed else None,
        "settled_minor": case.settled.minor if case.settled else None,
        "currency": case.owed.currency if case.owed else None,
        "state": case.state.value, "next_what": step.what if step else None,
        "next_owner": step.owner if step else None, "next_due": step.due if step else None,
        "attempt": case.attempt, "done": list(case.done), "step": case.step,
        "opened_at": case.opened_at, "expires_at": case.expires_at, "ended_at": case.ended_at,
        "ended_why": case.ended_why, "version": case.version,
        "paused_until": case.paused_until, "paused_why": case.paused_why,
    }


def _one(r: Row[tuple[object, ...]]) -> Case:
    money = r.currency is not None
    return Case(
        id=r.id, reference=r.reference, workflow=r.workflow, workflow_version=r.workflow_version,
        workflow_hash=r.workflow_hash, natural_key=r.natural_key, person_id=r.person_id,
        facts=r.facts, as_of=r.as_of,
        owed=Money(r.owed_minor, r.currency) if money else None,
        settled=Money(r.settled_minor, r.currency) if money else None,
        state=CaseState(r.state),
        next=NextStep(r.next_what, r.next_owner, r.next_due) if r.next_what else None,
        attempt=r.attempt, done=tuple(r.done), step=r.step, opened_at=r.opened_at,
        expires_at=r.expires_at, ended_at=r.ended_at, ended_why=r.ended_why, version=r.version,
        paused_until=r.paused_until, paused_why=r.paused_why,
    )
