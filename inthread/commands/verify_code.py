"""Check a one-time code. Try and answer are one conditional update: what was not counted does not
count (security R6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.code_lock import code_lock
from inthread.commands.steps.keep_decision import keep_decision
from inthread.commands.steps.queue_message import queue_message
from inthread.commands.steps.raise_assurance import raise_assurance
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.challenge import DAY, MOST_TRIES, Challenge
from inthread.domain.link import Visit
from inthread.domain.message import Purpose
from inthread.domain.refusals import CodeRefused, Refused
from inthread.offers import decide
from inthread.runtime import Runtime
from inthread.store import audit, challenges
from inthread.store.db import Tx


@dataclass(frozen=True)
class Verified:
    """`token` is the new cookie; `purpose` what the code was sent for."""

    visit: Visit
    token: str
    purpose: str


def verify_code(
    rt: Runtime, *, actor: Actor, token: str, code: str, purpose: str = "view"
) -> Verified:
    """Raise the visit to CODE, or to STRONG for *purpose*. Wrong, used, expired and unknown codes
    get one answer, CodeRefused; the tries that are left are those of the case's open challenge.
    Raises Locked when they are used up. A refusal keeps its count and its audit event."""
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        now = rt.now()
        asked = challenges.since(tx, taken.case.id, now - DAY)
        newest = asked[-1] if asked else None
        right = newest is not None and _right(rt, taken, newest, code, purpose)
        if newest is None or not challenges.answer(tx, newest.id, right, now):
            refusal = _not_evaluated(rt, tx, actor, taken, asked)
        elif right:
            return _passed(rt, tx, actor, taken, purpose)
        else:
            refusal = _wrong(rt, tx, actor, taken, asked)
    raise refusal


def _right(rt: Runtime, taken: Taken, challenge: Challenge, code: str, purpose: str) -> bool:
    """A code asked for by another visit, or for another action or amount, is a wrong code."""
    given = "".join(code.split()).replace("-", "")
    matches = rt.keyring.code_matches(
        challenge.key_id, challenge.id, challenge.counter, given
    )
    return (
        matches and challenge.visit_id == taken.visit.id and challenge.purpose == purpose
    )


def _passed(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, purpose: str
) -> Verified:
    now = rt.now()
    visit = taken.visit
    strong = purpose != "view"
    risen = visit.proved_strong(purpose, now) if strong else visit.proved_code(now)
    cookie = raise_assurance(rt, tx, risen)
    decision = decide(taken.workflow, taken.case, taken.person, now)
    keep_decision(rt, tx, case=taken.case, decision=decision, stage="offered")
    audit.append_all(tx, now, actor, taken.case.id, [
        (AuditEvent.CODE_PASSED, {"visit": visit.id, "purpose": purpose.partition(":")[0]}),
        (AuditEvent.OFFERED, {"actions": [v.action for v in decision.offered],
                              "version": decision.version}),
    ])
    return Verified(risen, cookie, purpose)


def _wrong(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, asked: Sequence[Challenge]
) -> Refused:
    now, case = rt.now(), taken.case
    answered = replace(asked[-1], tries=asked[-1].tries + 1)
    left = MOST_TRIES - answered.tries
    audit.append(
        tx, now, actor, case.id, AuditEvent.CODE_WRONG, visit=taken.visit.id,
        challenge=answered.id, left=left,
    )
    lock = code_lock(rt, tx, actor=actor, case=case, asked=[*asked[:-1], answered])
    if lock is None:
        return CodeRefused(left)
    audit.append_all(tx, now, actor, case.id, [
        (AuditEvent.CODE_LOCKED, {"challenge": answered.id}), *_tell(rt, tx, taken, answered)
    ])
    return lock


def _not_evaluated(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, asked: Sequence[Challenge]
) -> Refused:
    """There is nothing to check against: no code, or it is used, replaced, too old, worn out."""
    lock = code_lock(rt, tx, actor=actor, case=taken.case, asked=asked)
    if lock is not None:
        return lock
    if asked and asked[-1].used_at is not None:
        audit.append(
            tx, rt.now(), actor, taken.case.id, AuditEvent.CODE_REPLAYED, visit=taken.visit.id,
            challenge=asked[-1].id,
        )
    return CodeRefused()


def _tell(
    rt: Runtime, tx: Tx, taken: Taken, challenge: Challenge
) -> Sequence[audit.Entry]:
    """The person on file learns of the lock once, on the channel the code went by (R6.5)."""
    contact = taken.person.contact(challenge.contact_id)
    if contact is None or contact.stopped_at is not None:
        return ()
    return (queue_message(
        rt, tx, case=taken.case, person=taken.person, contact=contact, purpose=Purpose.NOTICE,
        template="paused",
    ),)
