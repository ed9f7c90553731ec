"""Whether a case's codes are locked, counted over all challenges, visits and devices (R6.3)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from inthread.commands.steps.hand_over import hand_over
from inthread.domain.actor import Actor
from inthread.domain.case import Case, CaseState
from inthread.domain.challenge import lock_after
from inthread.domain.refusals import Locked
from inthread.runtime import Runtime
from inthread.store import challenges


def code_lock(rt: Runtime, tx: Connection, *, actor: Actor, case: Case) -> Locked | None:
    """The lock as a refusal to raise after the transaction, or None. A lock that only a person can
    lift hands the case over, so that it has an owner and a due time. A right code starts the
    count anew (R6.4)."""
    now = rt.now()
    since = now - timedelta(hours=24)
    passed = challenges.last_passed(tx, case.id)
    since = max(since, passed) if passed else since
    exhausted, last = challenges.exhausted_since(tx, case.id, since)
    lock = lock_after(exhausted, last, challenges.wrong_since(tx, case.id, since), now)
    if lock is None:
        return None
    if lock.until is None and case.live and case.state is not CaseState.EXCEPTION:
        hand_over(rt, tx, actor=actor, case=case, reason="locked", why="too many wrong codes")
    return Locked(lock.until, with_a_person=lock.until is None)
