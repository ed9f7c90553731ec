"""What became of an outcome or a payment, as it truly stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.acting.take_visit import Taken, see_visit
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment, PaymentEvent, on_its_way
from inthread.domain.refusals import NotFound, StepUpNeeded
from inthread.domain.writeback import Writeback, WritebackState
from inthread.queries.money_back import MoneyBack, money_back
from inthread.runtime import Runtime
from inthread.store import outbox, outcomes, payments, writebacks
from inthread.store.db import Tx


@dataclass(frozen=True)
class Receipt:
    """`proved_at`: when the system of record was seen to show it. `check_at`: when it is looked at
    next. `due`: when it should be there, or when a person has looked (`troubled`). `back`: what was
    given back of the payment, whose state is `money_state` (empty without one). `by_other`:
    somebody else paid."""

    taken: Taken
    outcome: Outcome
    proved_at: datetime | None
    check_at: datetime | None
    troubled: bool
    due: datetime | None
    back: MoneyBack | None
    money_state: str
    by_other: bool


@dataclass(frozen=True)
class PaymentSeen:
    """`outcome_id`: its receipt, once the money is proved. `declined`: the last word so far.
    `on_its_way`: the customer did their part, and their bank takes days."""

    taken: Taken
    payment: Payment
    outcome_id: str | None
    declined: bool
    due: datetime | None
    on_its_way: bool


def receipt(rt: Runtime, token: str, outcome_id: str) -> Receipt:
    """Raises NotFound for another case's outcome (A40), StepUpNeeded, VisitEnded, LinkGone."""
    with rt.db.read() as tx:
        taken = _shown(rt, see_visit(rt, tx, token))
        outcome = outcomes.get(tx, outcome_id)
        if outcome is None or outcome.case_id != taken.case.id:
            raise NotFound("outcome")
        sent = writebacks.of_outcome(tx, outcome.id)
        proved = all(w.state is WritebackState.PROVED for w in sent) and bool(sent)
        at = max(writebacks.proved_at(tx, w.id) for w in sent) if proved else None
        check_at = None if proved else _next_check(tx, sent, rt.now())
        paid = _paid(tx, outcome)
        back = money_back(payments.events(tx, paid.id)) if paid else None
    due = taken.case.next.due if taken.case.next else None
    troubled = any(w.state is WritebackState.FAILED for w in sent)
    return Receipt(
        taken, outcome, at, check_at, troubled, due, back, paid.state.value if paid else "",
        paid is not None and paid.payer_link_id is not None,
    )


def payment(rt: Runtime, token: str, payment_id: str) -> PaymentSeen:
    """The same refusals."""
    with rt.db.read() as tx:
        taken = _shown(rt, see_visit(rt, tx, token))
        found = payments.get(tx, payment_id)
        if found.case_id != taken.case.id:
            raise NotFound("payment")
        heard = payments.events(tx, found.id)
        done = outcomes.of_payment(tx, found.case_id, found.id)
    due = taken.case.next.due if taken.case.next else None
    return PaymentSeen(taken, found, done, _declined(heard), due, on_its_way(heard))


def returned(rt: Runtime, return_ref: str) -> Payment:
    """Which payment somebody came back from. It says nothing of what became of it (R3.4)."""
    with rt.db.read() as tx:
        return payments.by_return(tx, return_ref)


def _next_check(tx: Tx, sent: Sequence[Writeback], now: datetime) -> datetime | None:
    """To the next whole minute, which is how times are shown. None when nothing is waited for."""
    dues = [outbox.due_of(tx, w.case_id, w.id) for w in sent]
    soonest = min((due for due in dues if due is not None), default=None)
    if soonest is None:
        return None
    return (max(soonest, now) + timedelta(seconds=59)).replace(second=0, microsecond=0)


def _paid(tx: Tx, outcome: Outcome) -> Payment | None:
    """The payment that the outcome was recorded from."""
    payment_id = outcome.values.get("payment")
    return payments.get(tx, payment_id) if isinstance(payment_id, str) else None


def _declined(heard: list[PaymentEvent]) -> bool:
    return bool(heard) and heard[-1].kind.value in ("declined", "closed")


def _shown(rt: Runtime, taken: Taken) -> Taken:
    needs = taken.workflow.identity.view
    if taken.visit.identity(rt.now()) < needs:
        raise StepUpNeeded(str(needs))
    return taken
