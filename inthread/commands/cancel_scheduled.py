"""The customer calls off the payment they set for a day."""

from __future__ import annotations

from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.call_off import call_off
from inthread.commands.steps.open_again import open_again
from inthread.domain.actor import Actor
from inthread.domain.assurance import Assurance, Identity
from inthread.domain.payment import ScheduledPayment
from inthread.domain.refusals import AlreadySettled, NotFound, StepUpNeeded
from inthread.offers import decide
from inthread.runtime import Runtime
from inthread.store import links, payments, scheduled


def cancel_scheduled(rt: Runtime, *, actor: Actor, token: str) -> ScheduledPayment:
    """What was called off: nothing is taken, and the case is open as before. A visit that may
    look at the action's form may call it off.

    Raises NotFound when no payment is set for a day, AlreadySettled when its day has come and it is
    being taken, StepUpNeeded, VisitEnded, LinkGone.
    """
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        schedule = scheduled.live(tx, taken.case.id)
        if schedule is None:
            raise NotFound("scheduled payment")
        _check(rt, taken, payments.get(tx, schedule.card_payment_id).action)
        called_off = call_off(rt, tx, actor=actor, case=taken.case, why="the customer asked")
        if called_off is None:
            raise AlreadySettled(schedule.id)
        open_again(rt, tx, taken.case)
        links.save_visit(tx, taken.visit.seen(rt.now()))
        return called_off


def _check(rt: Runtime, taken: Taken, action: str) -> None:
    """Nothing is paid by it, so there is nothing that a strong code could be bound to."""
    now = rt.now()
    decision = decide(taken.workflow, taken.case, taken.person, now)
    needs = max(taken.workflow.identity.view, decision.verdict(action).identity)
    if needs.level is Assurance.STRONG:
        needs = Identity(Assurance.CODE, needs.fact)
    if taken.visit.identity(now) < needs:
        raise StepUpNeeded(str(needs))
