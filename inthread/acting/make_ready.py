"""Ask, now, whether this visit may take this action, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.acting.take_visit import Taken
from inthread.domain.assurance import Assurance, Identity
from inthread.domain.case import CaseState
from inthread.domain.policy import Decision, Verdict
from inthread.domain.refusals import (
    AlreadySettled,
    NotEligible,
    NotFound,
    Refused,
    StepUpNeeded,
)
from inthread.offers import decide, make_offer
from inthread.runtime import Runtime
from inthread.spi import MiniApp, Offer


@dataclass(frozen=True)
class Ready:
    taken: Taken
    decision: Decision
    verdict: Verdict
    offer: Offer
    miniapp: MiniApp
    locale: str

    @property
    def checked(self) -> bool:
        """Whether a check page comes before it counts: because the mini-app says so, or because a
        strong code has to be bound to what that page shows."""
        return self.miniapp.checked or self.verdict.identity.level is Assurance.STRONG


def make_ready(rt: Runtime, taken: Taken, action: str) -> Ready:
    """Raises NotFound for an action the workflow does not have, AlreadySettled unless the case is
    open, NotEligible with the policy's reason."""
    now, case, workflow = rt.now(), taken.case, taken.workflow
    if action not in {a.key for a in workflow.actions}:
        raise NotFound("action")
    decision = decide(workflow, case, taken.person, now)
    if case.state is not CaseState.OPEN:
        raise AlreadySettled(case.id)
    verdict = decision.verdict(action)
    if not verdict.offered:
        raise NotEligible(action, verdict.reason or "no_rule")
    locale = workflow.locale(taken.visit.locale or taken.person.locale)
    return Ready(
        taken, decision, verdict,
        make_offer(workflow, case, taken.person, verdict, locale, now),
        rt.registry.miniapps[workflow.action(action).miniapp], locale,
    )


def check_identity(
    rt: Runtime, ready: Ready, purpose: str | None, *, guarded: bool = False
) -> Refused | None:
    """None when the visit has shown enough for this action (security R1.5); else StepUpNeeded.
    *purpose*, `action:digest`, is what a strong code must have been given for. *guarded*: policy
    cannot ask for less than that."""
    needs = Identity(Assurance.STRONG) if guarded else ready.verdict.identity
    has = ready.taken.visit.identity(rt.now(), purpose)
    if has >= needs or (needs.level is Assurance.STRONG and purpose is None and _code(has.level)):
        return None
    return StepUpNeeded(str(needs))


def _code(level: Assurance) -> bool:
    """Before the choice is made there is nothing a strong code could be bound to; a code will do
    to look at the form."""
    return level >= Assurance.CODE
