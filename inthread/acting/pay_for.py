"""What a link for somebody else comes to now: may it be paid, and what is then asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.case import Case, CaseState
from inthread.domain.choice import kept
from inthread.domain.payer_link import PayerLink, Standing
from inthread.domain.payment import Payment
from inthread.domain.person import Person
from inthread.domain.policy import Decision, Verdict
from inthread.domain.workflow import Workflow
from inthread.offers import decide, make_offer
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid, NeedsCard, NeedsPayment, Settled
from inthread.store import payments, people
from inthread.store.db import Tx

# The term by which policy says that somebody else may pay.
TERM = "others"


@dataclass(frozen=True)
class Need:
    """The payment to ask for, and what policy said."""

    decision: Decision
    payment: NeedsPayment
    lines: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Asked:
    """`payment`: the newest that came of the link. `need`: when it is open."""

    link: PayerLink
    case: Case
    person: Person
    workflow: Workflow
    payment: Payment | None
    standing: Standing
    need: Need | None


def shareable(verdict: Verdict, result: Settled | NeedsPayment | NeedsCard) -> bool:
    """Whether this choice may be somebody else's to pay: policy says so, and it is money now and
    no card to keep."""
    return (
        verdict.terms.get(TERM) is True and isinstance(result, NeedsPayment) and not result.keep
    )


def ask(rt: Runtime, tx: Tx, link: PayerLink, case: Case) -> Asked:
    """*case*: held, by who acts on the answer."""
    person = people.get(tx, case.person_id)
    payment = payments.get(tx, link.payment_id) if link.payment_id else None
    need = _need(rt, link, case, person)
    standing = link.standing(rt.now(), case.state, payment, need is not None)
    return Asked(
        link, case, person, rt.workflows[case.workflow], payment, standing,
        need if standing is Standing.OPEN else None,
    )


def _need(rt: Runtime, link: PayerLink, case: Case, person: Person) -> Need | None:
    """The customer's choice on today's terms; None unless it comes to exactly this amount."""
    workflow, now = rt.workflows[case.workflow], rt.now()
    if case.state is not CaseState.OPEN or link.action not in {a.key for a in workflow.actions}:
        return None
    decision = decide(workflow, case, person, now)
    verdict = decision.verdict(link.action)
    if not verdict.offered:
        return None
    offer = make_offer(workflow, case, person, verdict, workflow.locale(person.locale), now)
    app = rt.registry.miniapps[workflow.action(link.action).miniapp]
    try:
        choice = app.read(offer, _form(link.choice))
    except Invalid:
        return None
    result = app.settle(offer, choice)
    if not isinstance(result, NeedsPayment) or not shareable(verdict, result):
        return None
    if result.amount != link.amount:
        return None
    lines = tuple((line.label, kept(line.value)) for line in choice.lines)
    return Need(decision, result, lines)


def _form(choice: Mapping[str, object]) -> Form:
    return Form({name: str(value) for name, value in choice.items()})
