"""Payments that are set for a day: what was agreed, and how far it came."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, Row, Select, insert, select, update

from inthread.domain.money import Money
from inthread.domain.payment import ScheduledPayment, ScheduleState
from inthread.domain.refusals import NotFound
from inthread.store import tables as t

s = t.scheduled_payments.c
LIVE = (ScheduleState.WAITING.value, ScheduleState.CHARGING.value)


def add(tx: Connection, schedule: ScheduledPayment) -> None:
    tx.execute(insert(t.scheduled_payments).values(
        id=schedule.id, case_id=schedule.case_id, card_payment_id=schedule.card_payment_id,
        amount_minor=schedule.amount.minor, currency=schedule.amount.currency,
        due_on=schedule.due_on.isoformat(), due_at=schedule.due_at, state=schedule.state.value,
        payment_id=schedule.payment_id, made_at=schedule.made_at, ended_at=schedule.ended_at,
    ))


def get(tx: Connection, schedule_id: str) -> ScheduledPayment:
    """Raises NotFound."""
    found = _found(tx, select(t.scheduled_payments).where(s.id == schedule_id))
    if found is None:
        raise NotFound("scheduled payment")
    return found


def of_card(tx: Connection, card_payment_id: str) -> ScheduledPayment | None:
    """What the card of that payment was left for."""
    return _found(tx, select(t.scheduled_payments).where(s.card_payment_id == card_payment_id))


def live(tx: Connection, case_id: str) -> ScheduledPayment | None:
    """The one that waits for its day, or is being taken now: at most one a case."""
    return _found(
        tx, select(t.scheduled_payments).where(s.case_id == case_id, s.state.in_(LIVE))
    )


def newest(tx: Connection, case_id: str) -> ScheduledPayment | None:
    return _found(
        tx, select(t.scheduled_payments).where(s.case_id == case_id)
        .order_by(s.made_at.desc(), s.id.desc()).limit(1),
    )


def turn(
    tx: Connection, schedule_id: str, before: ScheduleState, after: ScheduleState,
    ended_at: datetime | None = None,
) -> bool:
    """False when it was not *before* any more: who came first has turned it."""
    return tx.execute(
        update(t.scheduled_payments).where(s.id == schedule_id, s.state == before.value)
        .values(state=after.value, ended_at=ended_at)
    ).rowcount == 1


def wait_until(tx: Connection, schedule_id: str, due_at: datetime) -> bool:
    """The card is kept: from now on it waits."""
    return tx.execute(
        update(t.scheduled_payments)
        .where(s.id == schedule_id, s.state == ScheduleState.ASKED.value)
        .values(state=ScheduleState.WAITING.value, due_at=due_at)
    ).rowcount == 1


def charge(tx: Connection, schedule_id: str, payment_id: str) -> bool:
    """Its payment is made, once."""
    return tx.execute(
        update(t.scheduled_payments)
        .where(s.id == schedule_id, s.state == ScheduleState.WAITING.value)
        .values(state=ScheduleState.CHARGING.value, payment_id=payment_id)
    ).rowcount == 1


def end(tx: Connection, payment_id: str, now: datetime) -> None:
    """The charge is settled, either way."""
    tx.execute(
        update(t.scheduled_payments)
        .where(s.payment_id == payment_id, s.state == ScheduleState.CHARGING.value)
        .values(state=ScheduleState.ENDED.value, ended_at=now)
    )


def _found(tx: Connection, query: Select[tuple[object, ...]]) -> ScheduledPayment | None:
    row = tx.execute(query).one_or_none()
    return _one(row) if row else None


def _one(r: Row[tuple[object, ...]]) -> ScheduledPayment:
    return ScheduledPayment(
        id=r.id, case_id=r.case_id, card_payment_id=r.card_payment_id,
        amount=Money(r.amount_minor, r.currency), due_on=date.fromisoformat(r.due_on),
        due_at=r.due_at, state=ScheduleState(r.state), made_at=r.made_at,
        payment_id=r.payment_id, ended_at=r.ended_at,
    )
