"""Send one message: decide again, say that we are sending, call with nothing open, record.

A message that may have left is never sent again: a second reminder harms more than a lost one,
and a customer who waits for a code can ask for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import Gate, may_ask
from inthread.domain.case import Case, CaseState
from inthread.domain.link import Link
from inthread.domain.message import Message, MessageState, Purpose
from inthread.domain.money import Money
from inthread.domain.person import Contact, Person
from inthread.domain.wording import render
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Rejected, Retry
from inthread.store import audit, cases, challenges, links, messages, outbox, people
from inthread.store.db import Tx

RETRY_AFTER = (2, 10, 60, 300, 1800)
DAY = timedelta(hours=24)


def send_message(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the message `job.ref`: sent, or kept back with its reasons, or to be tried again."""
    actor.require("carry")
    outgoing = _take(rt, actor, job)
    if outgoing is None:
        return
    channel = rt.registry.channels[outgoing[0].channel]
    rt.db.assert_closed()
    after, wait = outgoing[0], None
    try:
        sent = channel.send(outgoing[1])
        after = replace(
            after, state=MessageState.SENT, reference=sent.reference, sent_at=rt.now()
        )
    except Retry as refusal:
        after, wait = _again(after, refusal)
    except Rejected as refusal:
        after = _failed(after, str(refusal)[:200])
    except Exception as fault:  # noqa: BLE001 - whatever else it was, it may have left
        after = replace(after, reasons=(f"unheard: {type(fault).__name__}",))
    _record(rt, actor, job, after, wait)


def _take(rt: Runtime, actor: Actor, job: outbox.Job) -> tuple[Message, Outgoing] | None:
    """Mark the message `unknown` and make its text; None when it is not to be sent now."""
    with rt.db.begin() as tx:
        case = cases.lock(tx, job.case_id)
        now = rt.now()
        if not outbox.held(tx, job, now):
            return None
        message = messages.get(tx, job.ref)
        asks = message.purpose is Purpose.ASK
        person = (people.lock if asks else people.get)(tx, message.person_id)
        contact = person.contact(message.contact_id)
        link = links.get(tx, message.link_id) if message.link_id else None
        gate = _gate(rt, tx, message, case, person, link)
        if not gate.open or contact is None:
            _keep_back(tx, actor, job, message, gate, now)
            return None
        going = replace(
            message, state=MessageState.UNKNOWN, tries=message.tries + 1, sent_at=now, reasons=()
        )
        messages.save(tx, going)
        return going, _outgoing(rt, tx, going, case, person, contact, link)


def _gate(
    rt: Runtime, tx: Tx, message: Message, case: Case, person: Person, link: Link | None
) -> Gate:
    """Whether it may go now, at this very instant (R4.1)."""
    now = rt.now()
    contact = person.contact(message.contact_id)
    if message.state is not MessageState.QUEUED:
        return Gate(("may have left",))
    if contact is None or contact.stopped_at is not None:
        return Gate(("stopped",))
    if message.purpose is Purpose.ASK:
        left = messages.asked_since(tx, person.id, now - DAY)
        cadence = rt.workflows[case.workflow].cadence
        gate = may_ask(case, person, contact, cadence, left, now)
        if not gate.open:
            return gate
    if message.purpose in (Purpose.ASK, Purpose.LINK) and not (link and link.alive(now)):
        return Gate(("the link is dead",))
    if message.challenge_id is not None:
        open_now = challenges.get(tx, message.challenge_id).open(now)
        if not open_now or case.state in (CaseState.WITHDRAWN, CaseState.EXPIRED):
            return Gate(("the code is no longer wanted",))
    return Gate()


def _keep_back(
    tx: Tx, actor: Actor, job: outbox.Job, message: Message, gate: Gate, now: datetime
) -> None:
    """Held until it is worth asking again (R4.3), else cancelled; with its reasons."""
    if message.state is not MessageState.QUEUED:
        outbox.done(tx, job, now)
        return
    detail = {"message": message.id, "reasons": list(gate.reasons)}
    if gate.again is not None:
        outbox.postpone(tx, job, gate.again)
        messages.save(tx, replace(message, reasons=gate.reasons))
        event = AuditEvent.MESSAGE_HELD
        detail["until"] = gate.again.isoformat()
    else:
        outbox.done(tx, job, now)
        messages.save(tx, replace(message, state=MessageState.CANCELLED, reasons=gate.reasons))
        event = AuditEvent.MESSAGE_CANCELLED
    audit.append_all(tx, now, actor, message.case_id, [(event, detail)])


def _outgoing(
    rt: Runtime, tx: Tx, message: Message, case: Case, person: Person, contact: Contact,
    link: Link | None,
) -> Outgoing:
    wording = rt.workflows[case.workflow].message(message.template, message.locale)
    values = {
        "brand": rt.brand.name, "phone": rt.brand.phone, "host": rt.host,
        "reference": case.reference, "name_initial": person.name[:1],
        "first_name": person.first_name, **_made_now(rt, tx, message, link),
    }
    return Outgoing(
        id=message.id, to=contact.address, body=render(wording.text, values),
        subject=render(wording.subject, values),
    )


def _made_now(
    rt: Runtime, tx: Tx, message: Message, link: Link | None
) -> Mapping[str, str]:
    made = {}
    if link is not None:
        made["link"] = rt.link_url(link.key_id, link.id)
    if message.challenge_id is not None:
        c = challenges.get(tx, message.challenge_id)
        made["code"] = rt.keyring.code(c.key_id, c.id, c.counter)
        made["minutes"] = str(int(rt.limits.code_life.total_seconds() // 60))
    if "minor" in message.values:
        amount = Money(int(str(message.values["minor"])), str(message.values["currency"]))
        made["amount"] = f"{amount.plain()} {amount.currency}"
    return made


def _again(message: Message, refusal: Retry) -> tuple[Message, timedelta | None]:
    """Certainly not sent: it may be tried again, a few times."""
    if message.tries > len(RETRY_AFTER):
        return _failed(message, "tried too often"), None
    seconds = max(RETRY_AFTER[message.tries - 1], min(refusal.after or 0, 3600))
    waiting = replace(
        message, state=MessageState.QUEUED, reasons=(str(refusal)[:200],), sent_at=None
    )
    return waiting, timedelta(seconds=seconds)


def _failed(message: Message, why: str) -> Message:
    return replace(message, state=MessageState.FAILED, reasons=(why,), sent_at=None)


def _record(
    rt: Runtime, actor: Actor, job: outbox.Job, message: Message, wait: timedelta | None
) -> None:
    now = rt.now()
    event = {
        MessageState.SENT: AuditEvent.MESSAGE_SENT, MessageState.FAILED: AuditEvent.MESSAGE_FAILED,
    }.get(message.state)
    with rt.db.begin() as tx:
        cases.lock(tx, message.case_id)
        mine = outbox.postpone(tx, job, now + wait) if wait else outbox.done(tx, job, now)
        # Another worker found it unknown and let it be: what was heard since still counts.
        if not mine and (wait or messages.get(tx, message.id).state is not MessageState.UNKNOWN):
            return
        messages.save(tx, message)
        if event is not None:
            audit.append(
                tx, now, actor, message.case_id, event, message=message.id,
                channel=message.channel, template=message.template, reasons=list(message.reasons),
            )
