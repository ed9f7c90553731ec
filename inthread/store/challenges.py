"""Challenges: counted and spent by one conditional update (security R6.1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from inthread.domain.challenge import MOST_TRIES, Challenge
from inthread.store import tables as t

h = t.challenges.c


ADD = insert(t.challenges)
BY_ID = select(t.challenges).where(h.id == bindparam("challenge"))
OF_CASE = select(t.challenges).where(h.case_id == bindparam("case"))
NEWEST = OF_CASE.order_by(h.created_at.desc(), h.id.desc()).limit(1)
SINCE = OF_CASE.where(h.created_at > bindparam("since")).order_by(h.created_at, h.id)


def add(tx: Connection, challenge: Challenge) -> None:
    tx.execute(ADD, {
        "id": challenge.id, "case_id": challenge.case_id, "person_id": challenge.person_id,
        "contact_id": challenge.contact_id, "visit_id": challenge.visit_id,
        "purpose": challenge.purpose, "key_id": challenge.key_id, "counter": challenge.counter,
        "tries": challenge.tries, "created_at": challenge.created_at,
        "expires_at": challenge.expires_at,
    })


def get(tx: Connection, challenge_id: str) -> Challenge:
    return _one(tx.execute(BY_ID, {"challenge": challenge_id}).one())


def newest(tx: Connection, case_id: str) -> Challenge | None:
    """The last code that was sent for this case, whatever became of it."""
    row = tx.execute(NEWEST, {"case": case_id}).one_or_none()
    return _one(row) if row else None


def since(tx: Connection, case_id: str, since: datetime) -> list[Challenge]:
    """The codes asked for since then, oldest first, whatever became of them."""
    return [_one(r) for r in tx.execute(SINCE, {"case": case_id, "since": since})]


VOID = (
    update(t.challenges)
    .where(h.case_id == bindparam("case"), h.used_at.is_(None), h.superseded_at.is_(None))
    .values(superseded_at=bindparam("now"))
)
WRONG = (
    update(t.challenges)
    .where(h.id == bindparam("challenge"), h.tries < MOST_TRIES, h.used_at.is_(None),
           h.superseded_at.is_(None), h.expires_at > bindparam("now"))
    .values(tries=h.tries + 1)
)
RIGHT = WRONG.values(used_at=bindparam("now"))


def void(tx: Connection, case_id: str, now: datetime) -> None:
    """No code sent so far is taken any more; their tries stay counted (R6.3)."""
    tx.execute(VOID, {"case": case_id, "now": now})


def answer(tx: Connection, challenge_id: str, right: bool, now: datetime) -> bool:
    """Spend one of its tries, and with the *right* answer the code itself, in one step. False when
    there is none left, or it is used, replaced or too old: then the answer counts for nothing."""
    spend = RIGHT if right else WRONG
    return tx.execute(spend, {"challenge": challenge_id, "now": now}).rowcount == 1


def sent_since(tx: Connection, case_id: str, contact_id: str, since: datetime) -> list[datetime]:
    rows = tx.execute(
        select(h.created_at)
        .where(h.case_id == case_id, h.contact_id == contact_id, h.created_at > since)
        .order_by(h.created_at)
    )
    return [r.created_at for r in rows]


def count_fact_try(tx: Connection, id: str, case_id: str, now: datetime) -> None:
    tx.execute(insert(t.fact_tries).values(id=id, case_id=case_id, at=now))


def fact_tries_since(tx: Connection, case_id: str, since: datetime) -> int:
    f = t.fact_tries.c
    return tx.execute(
        select(func.count()).where(f.case_id == case_id, f.at > since)
    ).scalar_one()


def _one(r: Row[tuple[object, ...]]) -> Challenge:
    return Challenge(
        r.id, r.case_id, r.person_id, r.contact_id, r.visit_id, r.purpose, r.key_id, r.counter,
        r.tries, r.created_at, r.expires_at, r.used_at, r.superseded_at,
    )
