"""Give money that nobody expected to a person: it is never lost."""

from __future__ import annotations

from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.payment import PaymentEvent
from inthread.runtime import Runtime
from inthread.store import cases
from inthread.store.db import Tx


def look_for_money(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, why: str, event: PaymentEvent | None = None
) -> None:
    """A WorkItem with what the provider said, if need be on a case that had ended, or on the newer
    case for the same obligation: only one of them may live."""
    newer = {} if case.live else cases.live_by_key(tx, case.workflow, [case.natural_key])
    hand_over(
        rt, tx, actor=actor, case=newer.get(case.natural_key, case), reason="payment_unclear",
        why=why, event=event,
    )
