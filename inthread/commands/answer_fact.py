"""Check the known fact: a hurdle, never a level. Three tries a case and day (NIST SP 800-63A
5.3.2), whatever the link, visit or device; the question never shows what we hold (R1.8)."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta

from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.code_phone import code_phone
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.keep_decision import keep_decision
from inthread.commands.steps.raise_assurance import raise_assurance
from inthread.commands.verify_code import Verified
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import CaseState
from inthread.domain.challenge import FACT_TRIES
from inthread.domain.refusals import FactRefused, Locked, NotEligible, Refused
from inthread.offers import decide, facts_of
from inthread.runtime import Runtime
from inthread.store import audit, challenges
from inthread.store.db import Tx

DAY = timedelta(hours=24)


def answer_fact(rt: Runtime, *, actor: Actor, token: str, answer: str) -> Verified:
    """Mark the visit as knowing the fact. Raises FactRefused with the tries left, Locked, or
    NotEligible when this case has no question to ask."""
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        now = rt.now()
        expected = _expected(taken)
        if expected is None:
            raise NotEligible("fact", "no_question")
        tried = challenges.fact_tries_since(tx, taken.case.id, now - DAY)
        if tried >= FACT_TRIES:
            refusal: Refused = _locked(rt, tx, actor, taken)
        else:
            challenges.count_fact_try(tx, rt.new_id("try"), taken.case.id, now)
            if hmac.compare_digest(_plain(answer), expected):
                return _passed(rt, tx, actor, taken)
            refusal = _wrong(rt, tx, actor, taken, FACT_TRIES - tried - 1)
    raise refusal


def _expected(taken: Taken) -> bytes | None:
    name = taken.workflow.identity.fact
    value = facts_of(taken.workflow, taken.case).get(name) if name else None
    plain = _plain(str(value)) if value is not None else b""
    return plain or None


def _plain(text: str) -> bytes:
    """Capitals, spaces, dashes and accents do not matter."""
    letters = unicodedata.normalize("NFKD", text[:200]).casefold()
    return "".join(c for c in letters if c.isalnum()).encode()


def _passed(rt: Runtime, tx: Tx, actor: Actor, taken: Taken) -> Verified:
    now = rt.now()
    risen = taken.visit.proved_fact(now)
    cookie = raise_assurance(rt, tx, risen)
    decision = decide(taken.workflow, taken.case, taken.person, now)
    keep_decision(rt, tx, case=taken.case, decision=decision, stage="offered")
    audit.append_all(tx, now, actor, taken.case.id, [
        (AuditEvent.FACT_PASSED, {"visit": risen.id}),
        (AuditEvent.OFFERED, {"actions": [v.action for v in decision.offered],
                              "version": decision.version}),
    ])
    return Verified(risen, cookie, "view")


def _wrong(rt: Runtime, tx: Tx, actor: Actor, taken: Taken, left: int) -> Refused:
    audit.append(
        tx, rt.now(), actor, taken.case.id, AuditEvent.FACT_WRONG, visit=taken.visit.id, left=left
    )
    return FactRefused(left) if left else _locked(rt, tx, actor, taken)


def _locked(rt: Runtime, tx: Tx, actor: Actor, taken: Taken) -> Locked:
    """Where no code can be sent either, a person is the only way on (A35)."""
    if code_phone(rt, taken) is not None:
        return Locked(None)
    if taken.case.live and taken.case.state is not CaseState.EXCEPTION:
        hand_over(
            rt, tx, actor=actor, case=taken.case, reason="locked", why="too many wrong answers"
        )
    return Locked(None, with_a_person=True)
