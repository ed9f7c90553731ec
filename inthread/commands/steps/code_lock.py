"""Whether a case's codes are locked, counted over all challenges, visits and devices (R6.3)."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.case import Case, CaseState
from inthread.domain.challenge import Challenge, lock_after
from inthread.domain.refusals import Locked
from inthread.runtime import Runtime
from inthread.store import challenges, work_items
from inthread.store.db import Tx


def code_lock(
    rt: Runtime, tx: Tx, *, actor: Actor, case: Case, asked: Sequence[Challenge]
) -> Locked | None:
    """The lock as a refusal to raise after the transaction, or None. *asked*: the codes of the last
    day. No code sent before it is taken any more; a lock that only a person can lift hands the case
    over, so that it has an owner and a due time, and ends when they resolve it."""
    now = rt.now()
    if lock_after(asked, now) is None:
        return None
    lock = lock_after(asked, now, work_items.last_resolved(tx, case.id, "locked"))
    if lock is None:
        return None
    challenges.void(tx, case.id, now)
    if lock.until is None and case.live and case.state is not CaseState.EXCEPTION:
        hand_over(rt, tx, actor=actor, case=case, reason="locked", why="too many wrong codes")
    return Locked(lock.until, with_a_person=lock.until is None)
