"""The payment that a customer set for a day, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.acting.take_visit import Taken, see_visit
from inthread.domain.payment import KeptCard, ScheduledPayment, card_of
from inthread.domain.refusals import NotFound, StepUpNeeded
from inthread.runtime import Runtime
from inthread.store import payments, scheduled


@dataclass(frozen=True)
class ScheduleSeen:
    """`card`: what it is taken from; None when no card was left."""

    taken: Taken
    schedule: ScheduledPayment
    card: KeptCard | None


def scheduled_payment(rt: Runtime, token: str) -> ScheduleSeen:
    """The newest one of the case. Raises NotFound without one, StepUpNeeded, VisitEnded,
    LinkGone."""
    with rt.db.read() as tx:
        taken = see_visit(rt, tx, token)
        needs = taken.workflow.identity.view
        if taken.visit.identity(rt.now()) < needs:
            raise StepUpNeeded(str(needs))
        schedule = scheduled.newest(tx, taken.case.id)
        if schedule is None:
            raise NotFound("scheduled payment")
        heard = payments.events(tx, schedule.card_payment_id)
    return ScheduleSeen(taken, schedule, card_of(heard))
