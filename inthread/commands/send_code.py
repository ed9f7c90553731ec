"""Send a one-time code to a phone on file, for one case and purpose.

The code is derived when the message leaves (keyring.code); nothing here or in the outbox holds it.
E-mail gets no codes: control of a mailbox is not control of a device (NIST SP 800-63B-4 3.1.3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from inthread.acting.take_visit import Taken, take_visit
from inthread.commands.steps.code_lock import code_lock
from inthread.commands.steps.code_phone import code_phone
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.challenge import DAY, Challenge, wait_before_sending
from inthread.domain.message import Purpose
from inthread.domain.person import Contact
from inthread.domain.refusals import Refused, TooMany
from inthread.runtime import Runtime
from inthread.store import audit, challenges, links
from inthread.store.db import Tx

VIEW = "view"


def send_code(rt: Runtime, *, actor: Actor, token: str, purpose: str = VIEW) -> Challenge:
    """A new challenge; the one before it is void, its tries stay counted (R6.3).

    *purpose*: `view`, or `action:digest` for a strong code. A person without a usable phone gets
    the same answer and no message, so that a link alone tells nothing of what we hold (A29).
    Raises VisitEnded, LinkGone, Locked, TooMany (with the seconds to wait).
    """
    actor.require("visit")
    refusal: Refused | None = None
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        now = rt.now()
        contact = code_phone(rt, taken)
        asked = challenges.since(tx, taken.case.id, now - DAY)
        refusal = code_lock(rt, tx, actor=actor, case=taken.case, asked=asked) or _too_soon(
            taken, contact, asked, now
        )
        if refusal is None:
            links.save_visit(tx, taken.visit.seen(now))
            if any(c.used_at is None and c.superseded_at is None for c in asked):
                challenges.void(tx, taken.case.id, now)
            return _send(rt, tx, actor, taken, contact, purpose)
    raise refusal


def _too_soon(
    taken: Taken, contact: Contact | None, asked: Sequence[Challenge], now: datetime
) -> Refused | None:
    to = contact.id if contact else taken.visit.contact_id
    sent = [c.created_at for c in asked if c.contact_id == to]
    wait = wait_before_sending(sent, now)
    return TooMany(ceil(wait.total_seconds())) if wait else None


def _send(
    rt: Runtime, tx: Tx, actor: Actor, taken: Taken, contact: Contact | None, purpose: str
) -> Challenge:
    now, case, visit = rt.now(), taken.case, taken.visit
    challenge = Challenge(
        id=rt.new_id("chal"), case_id=case.id, person_id=taken.person.id,
        contact_id=contact.id if contact else visit.contact_id, visit_id=visit.id,
        purpose=purpose, key_id=rt.keyring.newest, counter=0, tries=0, created_at=now,
        expires_at=now + rt.limits.code_life,
    )
    challenges.add(tx, challenge)
    events: list[audit.Entry] = [(AuditEvent.CODE_SENT, {
        "challenge": challenge.id, "visit": visit.id, "purpose": purpose.partition(":")[0],
        "channel": contact.channel if contact else None,
    })]
    if contact is not None:
        events.append(queue_message(
            rt, tx, case=case, person=taken.person, contact=contact, purpose=Purpose.CODE,
            template="code", challenge_id=challenge.id,
        ))
    audit.append_all(tx, now, actor, case.id, events)
    return challenge
