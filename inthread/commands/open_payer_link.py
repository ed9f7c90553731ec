"""Somebody else goes to pay by a link that the customer gave them. A GET never comes here."""

from __future__ import annotations

from inthread.acting.pay_for import Asked, Need, ask
from inthread.commands.steps.ask_checkout import ask_checkout
from inthread.commands.steps.keep_decision import keep_decision
from inthread.commands.steps.start_payment import start_payment
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.payer_link import PayerLink, Standing, never_shown
from inthread.domain.payment import Payment, PaymentMode
from inthread.domain.refusals import AlreadySettled, LinkExpired, LinkGone, NotFound
from inthread.runtime import Runtime
from inthread.store import audit, cases, payer_links
from inthread.store.db import Tx


def open_payer_link(rt: Runtime, *, actor: Actor, token: str) -> str:
    """The address of the provider's page. Each time it leads there counts as one open; a payment by
    this link that is on its way is gone on with, and no second one is made.

    Raises NotFound for what we did not sign, LinkExpired, LinkGone (`why`: off, used_up, paid or
    over), AlreadySettled while another payment of the case is on its way, and ProviderDown when the
    provider gave no page: nothing was taken then, and the next try is not counted again."""
    actor.require("pay_for")
    found = rt.keyring.read_payer(token)
    if found is None:
        raise NotFound("link")
    with rt.db.begin() as tx:
        link = payer_links.by_digest(tx, found)
        if link is None:
            # Signed by us, yet no such row: a restored backup, or a key in the wrong hands (A11).
            subject, event = f"payer_link:{found[:16]}", AuditEvent.LINK_UNKNOWN_ROW
            audit.append_unheld(tx, rt.now(), actor, subject, event)
        else:
            payment, person_id = _payment(rt, tx, actor, link)
    if link is None:
        raise NotFound("link")
    return ask_checkout(rt, payment, person_id)


def _payment(rt: Runtime, tx: Tx, actor: Actor, link: PayerLink) -> tuple[Payment, str]:
    case = cases.lock(tx, link.case_id)
    held = payer_links.find(tx, link.id)  # after the case: it may have changed meanwhile
    if held is None:
        raise NotFound("link")
    asked = ask(rt, tx, held, case)
    _check(asked)
    if not never_shown(asked.payment):
        _count(rt, tx, actor, asked)
    if asked.standing is Standing.BEGUN and asked.payment is not None:
        return asked.payment, asked.person.id
    if asked.need is None:
        raise LinkGone(Standing.OVER)
    return _start(rt, tx, actor, asked, asked.need), asked.person.id


def _check(asked: Asked) -> None:
    if asked.standing is Standing.BUSY:
        raise AlreadySettled(asked.case.id)
    if asked.standing is Standing.EXPIRED:
        raise LinkExpired(asked.standing.value)
    if asked.standing not in (Standing.OPEN, Standing.BEGUN):
        raise LinkGone(asked.standing.value)


def _count(rt: Runtime, tx: Tx, actor: Actor, asked: Asked) -> None:
    now, link = rt.now(), asked.link
    if not payer_links.count_open(tx, link.id, now):
        raise LinkGone(Standing.USED_UP)
    audit.append(
        tx, now, actor, asked.case.id, AuditEvent.PAYER_LINK_OPENED, payer_link=link.id,
        opens=link.opens + 1,
    )


def _start(rt: Runtime, tx: Tx, actor: Actor, asked: Asked, need: Need) -> Payment:
    link, wanted = asked.link, need.payment
    keep_decision(
        rt, tx, case=asked.case, decision=need.decision, stage="executed", chosen=link.action
    )
    payment = start_payment(
        rt, tx, actor=actor, case=asked.case, person=asked.person, action=link.action,
        kind=wanted.kind, amount=wanted.amount, mode=PaymentMode.PAY, values=wanted.values,
        lines=need.lines, methods=wanted.methods, payer_link_id=link.id,
    )
    payer_links.give_payment(tx, link.id, payment.id)
    return payment
