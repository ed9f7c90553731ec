"""Take one thing the provider said about a payment: signed, or fetched. Each counts once."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.commands.steps.book_payment import book_payment
from inthread.commands.steps.look_for_money import look_for_money
from inthread.commands.steps.open_again import open_again
from inthread.commands.steps.set_the_day import set_the_day
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.payment import (
    QUIET,
    Payment,
    PaymentEvent,
    PaymentMode,
    PaymentState,
    ScheduledPayment,
    ScheduleState,
    card_of,
    fold,
)
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import audit, cases, outcomes, payments, scheduled
from inthread.store.db import Tx

_TOLD = {
    PaymentState.REFUNDED: AuditEvent.PAYMENT_REFUNDED,
    PaymentState.PART_REFUND: AuditEvent.PAYMENT_REFUNDED,
    PaymentState.DISPUTED: AuditEvent.PAYMENT_DISPUTED,
    PaymentState.LOST: AuditEvent.PAYMENT_LOST,
}


def record_payment_event(
    rt: Runtime, *, actor: Actor, provider: str, event: PaymentEvent
) -> PaymentState:
    """The payment's state with this event folded in. An event seen before changes nothing; no
    state is left backwards. Raises NotFound for a payment that is not ours."""
    actor.require("payments:write")
    now = rt.now()
    with rt.db.begin() as tx:
        payment = payments.get(tx, event.payment_id)
        case = cases.lock(tx, payment.case_id)
        if payment.provider != provider:
            raise NotFound("payment")
        if not payments.add_event(tx, provider, event, now):
            return payments.get(tx, payment.id).state
        payment = payments.get(tx, payment.id)
        heard = payments.events(tx, payment.id)
        state = fold(payment.amount, heard, payment.mode)
        if state is not payment.state or _more_went_back(state, event):
            payments.turn(tx, payment.id, state)
            if payment.mode is PaymentMode.CHARGE:
                scheduled.end(tx, payment.id, now)
            _follow(_Told(rt, tx, actor, case, payment, event, heard), state)
        return state


def _more_went_back(state: PaymentState, event: PaymentEvent) -> bool:
    """The state stays, and a person still has to see it."""
    return state not in QUIET and event.kind.undoes


@dataclass(frozen=True)
class _Told:
    """One event of a payment whose case is held."""

    rt: Runtime
    tx: Tx
    actor: Actor
    case: Case
    payment: Payment
    event: PaymentEvent
    heard: list[PaymentEvent]

    def audit(self, event: AuditEvent, **detail: object) -> None:
        audit.append(
            self.tx, self.rt.now(), self.actor, self.case.id, event, payment=self.payment.id,
            **detail,
        )

    def look(self, why: str) -> None:
        look_for_money(
            self.rt, self.tx, actor=self.actor, case=self.case, event=self.event,
            why=f"payment {self.payment.id} {why}",
        )


def _follow(told: _Told, state: PaymentState) -> None:
    if state is PaymentState.SUCCEEDED:
        _succeeded(told)
    elif state is PaymentState.FAILED:
        _failed(told)
    else:
        told.audit(_TOLD.get(state, AuditEvent.PAYMENT_UNCLEAR), state=state.value)
        told.look(f"is {state}")


def _succeeded(told: _Told) -> None:
    rt, tx, payment = told.rt, told.tx, told.payment
    card = card_of(told.heard)
    if payment.mode is not PaymentMode.CARD:
        told.audit(AuditEvent.PAYMENT_SUCCEEDED, amount=payment.amount.as_json(),
                   reference=told.event.reference)
    if card is not None:
        told.audit(AuditEvent.CARD_KEPT, brand=card.brand, last_four=card.last_four)
    if outcomes.of_payment(tx, told.case.id, payment.id) is not None:
        return
    schedule = _left_for(told)
    if schedule is not None:
        done = set_the_day(rt, tx, actor=told.actor, case=told.case, schedule=schedule)
    else:
        done = book_payment(
            rt, tx, actor=told.actor, case=told.case, payment=payment, heard=told.heard
        )
    if not done:
        told.look("succeeded when the case was elsewhere")


def _left_for(told: _Told) -> ScheduledPayment | None:
    """What a card was left for: only one that comes without money is left for a day."""
    if told.payment.mode is not PaymentMode.CARD:
        return None
    return scheduled.of_card(told.tx, told.payment.id)


def _failed(told: _Told) -> None:
    """No money moved: the case goes on as before, quietly."""
    told.audit(AuditEvent.PAYMENT_FAILED)
    schedule = _left_for(told)
    if schedule is not None:
        scheduled.turn(
            told.tx, schedule.id, ScheduleState.ASKED, ScheduleState.DROPPED, told.rt.now()
        )
    open_again(told.rt, told.tx, told.case)
