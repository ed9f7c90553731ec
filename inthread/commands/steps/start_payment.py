"""Write a payment down before anybody is asked for it; the case waits for the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, NextStep
from inthread.domain.money import Money
from inthread.domain.payment import Payment, PaymentMode
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, outbox, payers, payments
from inthread.store.db import Tx


def start_payment(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, person: Person, action: str, kind: str,
    amount: Money, mode: PaymentMode, values: Mapping[str, object],
    lines: Sequence[tuple[str, object]], methods: Sequence[str],
    evidence: Mapping[str, object] | None = None, payer_link_id: str | None = None,
) -> Payment:
    """*payer_link_id*: somebody else pays, whom the provider does not know as *person*. Raises
    AlreadySettled unless the case is open, and IntegrityError when another payment of it is on
    its way."""
    now = rt.now()
    known = None if payer_link_id else payers.customer(tx, person.id, rt.payment_provider)
    payment = Payment(
        id=rt.new_id("pay"), case_id=case.id, provider=rt.payment_provider, amount=amount,
        action=action, outcome_kind=kind, values=values, return_ref=rt.new_token(),
        started_at=now, mode=mode, customer=known, methods=tuple(methods), evidence=evidence,
        payer_link_id=payer_link_id,
    )
    due = now + rt.limits.payment_look
    cases.save(tx, case, case.await_payment(NextStep("payment", payment.provider, due)))
    payments.add(tx, payment, lines)
    outbox.drop(tx, case.id, ("contact",), now)
    messages.cancel_queued(tx, case.id, "payment started")
    outbox.put(tx, rt.new_id("job"), "payment", payment.id, due, case.id)
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYMENT_STARTED, payment=payment.id,
        amount=amount.as_json(), provider=payment.provider, mode=mode.value,
        **({"payer_link": payer_link_id} if payer_link_id else {}),
    )
    return payment
