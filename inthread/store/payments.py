"""Payments and the provider's events about them, each event once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from inthread.domain.money import Money
from inthread.domain.payment import (
    KeptCard,
    Payment,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    PaymentState,
)
from inthread.domain.refusals import NotFound
from inthread.store import outcomes
from inthread.store import tables as t

p, e = t.payments.c, t.payment_events.c


def add(tx: Connection, payment: Payment, lines: Sequence[tuple[str, object]]) -> None:
    """Raises IntegrityError when another payment of the case is on its way (the last line behind
    the case's state)."""
    tx.execute(insert(t.payments).values(
        id=payment.id, case_id=payment.case_id, provider=payment.provider,
        amount_minor=payment.amount.minor, currency=payment.amount.currency,
        action=payment.action, outcome_kind=payment.outcome_kind, values=dict(payment.values),
        lines=[list(x) for x in lines], state=payment.state.value, reference=payment.reference,
        checkout_url=payment.checkout_url,
        return_ref=payment.return_ref, started_at=payment.started_at, mode=payment.mode.value,
        customer=payment.customer, method=payment.method, methods=list(payment.methods),
        evidence=dict(payment.evidence) if payment.evidence is not None else None,
        payer_link_id=payment.payer_link_id,
    ))


BY_ID = select(t.payments).where(p.id == bindparam("which"))
BY_RETURN = select(t.payments).where(p.return_ref == bindparam("which"))
STARTED = select(t.payments).where(
    p.case_id == bindparam("case"), p.state == PaymentState.STARTED.value
)
# A card that was left for a later day is booked with the money of that day.
_FOR_LATER = exists().where(t.scheduled_payments.c.card_payment_id == p.id)
UNBOOKED = (
    select(t.payments)
    .where(p.case_id == bindparam("case"), p.state == PaymentState.SUCCEEDED.value, ~_FOR_LATER)
    .order_by(p.started_at, p.id)
)


def get(tx: Connection, payment_id: str) -> Payment:
    """Raises NotFound."""
    return _found(tx, BY_ID, payment_id)


def by_return(tx: Connection, return_ref: str) -> Payment:
    """The payment the provider sends somebody back for. Raises NotFound."""
    return _found(tx, BY_RETURN, return_ref)


def started(tx: Connection, case_id: str) -> Payment | None:
    """The payment that is on its way: at most one a case."""
    row = tx.execute(STARTED, {"case": case_id}).one_or_none()
    return _one(row) if row else None


def unbooked(tx: Connection, case_id: str) -> list[Payment]:
    """Money that came, or a card, and that no outcome of the case speaks of, oldest first."""
    rows = tx.execute(UNBOOKED, {"case": case_id}).all()
    booked = {o.values.get("payment") for o in outcomes.of_case(tx, case_id)} if rows else set()
    return [_one(r) for r in rows if r.id not in booked]


def newest(tx: Connection, case_id: str) -> Payment | None:
    row = tx.execute(
        select(t.payments).where(p.case_id == case_id)
        .order_by(p.started_at.desc(), p.id.desc()).limit(1)
    ).one_or_none()
    return _one(row) if row else None


def lines(tx: Connection, payment_id: str) -> tuple[tuple[str, object], ...]:
    found = tx.execute(select(p.lines).where(p.id == payment_id)).scalar_one()
    return tuple((x[0], x[1]) for x in found)


def give_checkout(
    tx: Connection, payment_id: str, reference: str, url: str, customer: str | None
) -> None:
    tx.execute(update(t.payments).where(p.id == payment_id).values(
        reference=reference, checkout_url=url, customer=customer,
    ))


def turn(tx: Connection, payment_id: str, state: PaymentState) -> None:
    tx.execute(update(t.payments).where(p.id == payment_id).values(state=state.value))


def add_event(tx: Connection, provider: str, event: PaymentEvent, now: datetime) -> bool:
    """False when this event was recorded before: it changes nothing (A60)."""
    try:
        with tx.begin_nested():
            tx.execute(insert(t.payment_events).values(
                provider=provider, event_id=event.id, payment_id=event.payment_id,
                kind=event.kind.value, amount_minor=event.amount.minor,
                currency=event.amount.currency, at=event.at, reference=event.reference,
                received_at=now, **_card_columns(event.card),
            ))
    except IntegrityError:
        return False
    return True


def events(tx: Connection, payment_id: str) -> list[PaymentEvent]:
    rows = tx.execute(
        select(t.payment_events).where(e.payment_id == payment_id).order_by(e.at, e.event_id)
    )
    return [
        PaymentEvent(r.event_id, r.payment_id, PaymentKind(r.kind),
                     Money(r.amount_minor, r.currency), r.at, r.reference, _card(r))
        for r in rows
    ]


def _card_columns(card: KeptCard | None) -> dict[str, str]:
    if card is None:
        return {}
    return {"card_token": card.token, "card_brand": card.brand, "card_last_four": card.last_four,
            "card_expires": card.expires}


def _card(r: Row[tuple[object, ...]]) -> KeptCard | None:
    if r.card_token is None:
        return None
    return KeptCard(r.card_token, r.card_brand, r.card_last_four, r.card_expires)


def _found(tx: Connection, query: Select[tuple[object, ...]], which: str) -> Payment:
    row = tx.execute(query, {"which": which}).one_or_none()
    if row is None:
        raise NotFound("payment")
    return _one(row)


def _one(r: Row[tuple[object, ...]]) -> Payment:
    return Payment(
        id=r.id, case_id=r.case_id, provider=r.provider,
        amount=Money(r.amount_minor, r.currency), action=r.action, outcome_kind=r.outcome_kind,
        values=r._mapping["values"], state=PaymentState(r.state),
        reference=r.reference, checkout_url=r.checkout_url, return_ref=r.return_ref,
        started_at=r.started_at, mode=PaymentMode(r.mode), customer=r.customer, method=r.method,
        methods=tuple(r.methods), evidence=r.evidence, payer_link_id=r.payer_link_id,
    )
