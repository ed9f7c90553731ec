"""Payments of which a card is kept: for a later day, with the money, or alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import update

from inthread.domain.payment import PaymentEvent, PaymentKind, ScheduledPayment
from inthread.runtime import Runtime
from inthread.spi import Choice, NeedsCard, NeedsPayment, Offer
from inthread.store import scheduled
from inthread.store import tables as t
from miniapps.pay import Pay
from tests.build import AVisit, a_coded_visit, a_started_payment, carry_all, fakes_of
from tests.commands.test_record_payment_event import tell

DAY = date(2026, 1, 8)
AMOUNT = 62_00


@dataclass
class PayWithCard(Pay):
    """`pay`, but what is chosen needs a card. `on`: it is taken on that day; `money`: it is taken
    now and the card is kept; neither: the card alone."""

    on: date | None = None
    money: bool = False

    def settle(self, offer: Offer, choice: Choice) -> NeedsPayment | NeedsCard:
        plain = super().settle(offer, choice)
        assert isinstance(plain, NeedsPayment)
        if self.money:
            return replace(plain, keep=True)
        if self.on is None:
            said = {**plain.values, "paid_on": offer.today.isoformat()}
            return NeedsCard("card", said)
        return NeedsCard("paid", plain.values, charge=plain.amount, on=self.on)


def with_card(rt: Runtime, **how: Any) -> Runtime:
    apps = {**rt.registry.miniapps, "pay": PayWithCard(**how)}
    return replace(rt, registry=replace(rt.registry, miniapps=apps))


def a_left_card(
    *, rt: Runtime, visit: AVisit | None = None, nonce: str = "nonce-1", **how: Any
) -> tuple[AVisit, str, PaymentEvent]:
    """A visit at whose checkout the customer left a card, which nobody told us yet: the payment's
    id and the event."""
    visit = visit or a_coded_visit(rt=rt)
    visit, payment = a_started_payment(rt=with_card(rt, **how), visit=visit, nonce=nonce)
    return visit, payment, fakes_of(rt).payments.settle(payment, PaymentKind.SUCCEEDED)


def a_set_day(
    *, rt: Runtime, visit: AVisit | None = None, on: date = DAY, nonce: str = "nonce-1"
) -> AVisit:
    """A part of what is owed, to be taken on that day."""
    visit, _, event = a_left_card(rt=rt, visit=visit, on=on, nonce=nonce)
    tell(rt, event)
    carry_all(rt, kinds=("code",))
    return visit


def hasten(rt: Runtime) -> None:
    """The day is now."""
    with rt.db.begin() as tx:
        tx.execute(update(t.outbox).where(t.outbox.c.kind == "charge").values(due_at=rt.now()))


def schedule_of(rt: Runtime, visit: AVisit) -> ScheduledPayment:
    """The newest of the case."""
    with rt.db.read() as tx:
        found = scheduled.newest(tx, visit.case.id)
    assert found is not None
    return found
