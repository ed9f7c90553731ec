"""What may be shown of a link for somebody else: to who holds it, and to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inthread.acting.pay_for import Asked, ask
from inthread.acting.take_visit import Taken, see_visit
from inthread.domain.money import Money
from inthread.domain.payer_link import PayerLink, Standing
from inthread.domain.payment import Payment, PaymentKind, PaymentState
from inthread.domain.refusals import NotFound, StepUpNeeded
from inthread.queries.money_back import MoneyBack, money_back
from inthread.runtime import Runtime
from inthread.store import cases, payer_links, payments


@dataclass(frozen=True)
class PayerPage:
    """Nothing of the case but what is asked for. `return_ref`: where the payment that came of the
    link is looked at. `zone`: of the workflow, never the customer's own."""

    amount: Money
    expires_at: datetime
    standing: Standing
    zone: str
    return_ref: str | None


@dataclass(frozen=True)
class PaidPage:
    """`state`: paid, declined, waiting or unsure. `again`: the token with which it may be tried
    once more, while that is so."""

    payment: Payment
    state: str
    at: datetime | None
    back: MoneyBack | None
    zone: str
    again: str | None


@dataclass(frozen=True)
class SharedPage:
    taken: Taken
    links: tuple[PayerLink, ...]


def payer_page(rt: Runtime, token: str) -> PayerPage:
    """Raises NotFound for what we did not sign. What it tells is the same for whoever holds it."""
    found = rt.keyring.read_payer(token)
    if found is None:
        raise NotFound("link")
    with rt.db.read() as tx:
        link = payer_links.by_digest(tx, found)
        if link is None:
            raise NotFound("link")
        asked = ask(rt, tx, link, cases.get(tx, link.case_id))
    return PayerPage(
        link.amount, link.expires_at, asked.standing, asked.workflow.cadence.zone,
        asked.payment.return_ref if asked.payment else None,
    )


def paid_page(rt: Runtime, return_ref: str) -> PaidPage:
    """What became of the payment somebody else came back from, as the provider's events tell it.
    Raises NotFound for a payment that is the customer's own."""
    with rt.db.read() as tx:
        payment = payments.by_return(tx, return_ref)
        link = payer_links.find(tx, payment.payer_link_id or "")
        if link is None:
            raise NotFound("payment")
        heard = payments.events(tx, payment.id)
        asked = ask(rt, tx, link, cases.get(tx, link.case_id))
    moved = [e.at for e in heard if e.kind is PaymentKind.SUCCEEDED]
    last = heard[-1].kind if heard else None
    return PaidPage(
        payment, _state(payment.state, last), moved[0] if moved else None, money_back(heard),
        asked.workflow.cadence.zone, _again(rt, asked, payment),
    )


def shared_page(rt: Runtime, token: str) -> SharedPage:
    """The links of the case that can still be opened. Raises StepUpNeeded, VisitEnded, LinkGone."""
    with rt.db.read() as tx:
        taken = see_visit(rt, tx, token)
        needs = taken.workflow.identity.view
        if taken.visit.identity(rt.now()) < needs:
            raise StepUpNeeded(str(needs))
        return SharedPage(taken, tuple(payer_links.live_of(tx, taken.case.id, rt.now())))


def _state(state: PaymentState, last: PaymentKind | None) -> str:
    if state is PaymentState.STARTED:
        return "declined" if last is PaymentKind.DECLINED else "waiting"
    if state is PaymentState.FAILED:
        return "declined"
    return "unsure" if state is PaymentState.UNKNOWN else "paid"


def _again(rt: Runtime, asked: Asked, payment: Payment) -> str | None:
    """Only of the newest payment, and only while the link leads somewhere."""
    open_now = asked.standing in (Standing.OPEN, Standing.BEGUN)
    if not open_now or asked.payment is None or asked.payment.id != payment.id:
        return None
    return rt.keyring.payer_token(asked.link.key_id, asked.link.id)
