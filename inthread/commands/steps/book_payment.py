"""Book money that came: record the outcome it pays for."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.commands.steps.call_off import call_off
from inthread.commands.steps.record_outcome import Done, record_outcome
from inthread.domain.actor import Actor
from inthread.domain.case import ENDED, Case, CaseState
from inthread.domain.payment import (
    KeptCard,
    Payment,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    card_of,
)
from inthread.runtime import Runtime
from inthread.store import links, outcomes, payments, people
from inthread.store.db import Tx


def book_payment(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, payment: Payment,
    heard: Sequence[PaymentEvent],
) -> bool:
    """*heard*: all that the provider said of it. False, and nothing written, when the case cannot
    take it: it has ended, an outcome of this attempt is on its way, or less is left than was paid.
    """
    left = case.remaining
    if case.state in ENDED or (left is not None and left < payment.amount):
        return False
    if case.state in (CaseState.RESOLVED, CaseState.EXCEPTION) and outcomes.of_attempt(
        tx, case.id, case.attempt
    ):
        return False
    call_off(rt, tx, actor=actor, case=case, why="other money came first")
    record_outcome(
        rt, tx, actor=actor, case=case, person=people.get(tx, case.person_id),
        visit=links.newest_visit(tx, case.id), done=_done(tx, payment, heard),
    )
    return True


def _done(tx: Tx, payment: Payment, heard: Sequence[PaymentEvent]) -> Done:
    done = next(e for e in heard if e.kind is PaymentKind.SUCCEEDED)
    only_card = payment.mode is PaymentMode.CARD
    return Done(
        action=payment.action, kind=payment.outcome_kind,
        amount=None if only_card else payment.amount,
        lines=payments.lines(tx, payment.id), evidence=payment.evidence,
        values={
            **payment.values, "payment": payment.id, "provider": payment.provider,
            "provider_reference": done.reference, **_kept(card_of(heard)),
            **({} if only_card else _paid(payment, done)),
        },
    )


def _paid(payment: Payment, done: PaymentEvent) -> dict[str, object]:
    amount = payment.amount
    return {
        "amount": amount.as_json(), "minor": amount.minor, "currency": amount.currency,
        "paid_on": done.at.date().isoformat(),
    }


def _kept(card: KeptCard | None) -> dict[str, str]:
    """What a workflow may hand to whoever debits the card from now on: never more of it (R3.3)."""
    if card is None:
        return {}
    return {"method": card.token, "brand": card.brand, "last_four": card.last_four,
            "expires": card.expires}
