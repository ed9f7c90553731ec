"""Send one message: decide again, say that we are sending, call with nothing open, record.

A message that may have left is never sent again: a second reminder harms more than a lost one,
and a customer who waits for a code can ask for another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from inthread.commands.opt_out import opt_out
from inthread.commands.steps.can_send import Decided, may_answer, may_ask
from inthread.commands.steps.keep_back import keep_back
from inthread.commands.steps.make_outgoing import make_outgoing
from inthread.commands.steps.try_elsewhere import try_elsewhere
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, CaseState
from inthread.domain.gate import Gate
from inthread.domain.link import Link
from inthread.domain.message import Message, MessageState, Purpose
from inthread.domain.message_lint import longest
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Rejected, Retry, Undeliverable
from inthread.store import audit, cases, challenges, links, messages, outbox, people
from inthread.store.db import Tx
from inthread.traffic import Permit

RETRY_AFTER = (2, 10, 60, 300, 1800)


@dataclass(frozen=True)
class _Heard:
    """What came of the call. `wait`: it certainly did not go, and may be tried again then."""

    message: Message
    wait: timedelta | None = None
    for_good: bool = False
    stopped: bool = False
    well: bool = True


def send_message(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the message `job.ref`: sent, or kept back with its reasons, or to be tried again."""
    actor.require("carry")
    permit = _permit(rt, job)
    if permit.provider is None:
        _not_now(rt, actor, job, permit)
        return
    taken = _take(rt, actor, job, permit.provider)
    if taken is None:
        rt.traffic.give_back(permit)
        return
    rt.db.assert_closed()
    begun = rt.now()
    heard = _call(rt, *taken)
    rt.traffic.record(permit.provider, heard.well, rt.now() - begun)
    _record(rt, actor, job, heard)
    if heard.stopped:
        opt_out(rt, actor=actor, contact_id=heard.message.contact_id, source="network")


def _permit(rt: Runtime, job: outbox.Job) -> Permit:
    with rt.db.read() as tx:
        way = messages.way(tx, job.ref)
    return rt.traffic.permit(way.channel, way.address, _parts(rt, way), urgent=way.urgent)


def _parts(rt: Runtime, way: messages.Way) -> int:
    """How many it is paid as: a text message with every field at its longest."""
    if way.channel != "sms" or way.purpose is Purpose.ANSWER:
        return 1
    wording = rt.workflows[way.workflow].message(way.template, way.locale)
    return longest(wording.text).parts


def _not_now(rt: Runtime, actor: Actor, job: outbox.Job, permit: Permit) -> None:
    """No provider may carry it now, or ever: then another way is tried. Waiting for its turn in a
    rate is nothing to tell of: thousands do so at once."""
    now = rt.now()
    again = None if permit.wait is None else now + permit.wait
    with rt.db.begin() as tx:
        if again is not None and permit.reasons == ("rate",):
            outbox.postpone_held(tx, job, again, now)
            return
        case = cases.lock(tx, job.case_id)
        if not outbox.held(tx, job, now):
            return
        message = messages.get(tx, job.ref)
        keep_back(tx, actor, job, message, Gate(permit.reasons, again), now)
        if again is None:
            try_elsewhere(rt, tx, actor=actor, case=case, message=message)


def _take(
    rt: Runtime, actor: Actor, job: outbox.Job, provider: str
) -> tuple[Message, Outgoing] | None:
    """Mark the message `unknown` and make its text; None when it is not to be sent now."""
    with rt.db.begin() as tx:
        case = cases.lock(tx, job.case_id)
        now = rt.now()
        if not outbox.held(tx, job, now):
            return None
        message = messages.get(tx, job.ref)
        asks = message.purpose is Purpose.ASK
        person = (people.lock if asks else people.get)(tx, message.person_id)
        link = links.get(tx, message.link_id) if message.link_id else None
        decided = _decide(rt, tx, message, case, person, link)
        contact = person.contact(message.contact_id)
        if not decided.gate.open or contact is None:
            keep_back(tx, actor, job, message, decided.gate, now, decided.document)
            return None
        going = replace(
            message, state=MessageState.UNKNOWN, tries=message.tries + 1, sent_at=now, reasons=(),
            provider=provider, decision=decided.document,
        )
        messages.save(tx, going)
        return going, make_outgoing(rt, tx, going, case, person, contact, link)


def _decide(
    rt: Runtime, tx: Tx, message: Message, case: Case, person: Person, link: Link | None
) -> Decided:
    """Whether it may go now, at this very instant (R4.1)."""
    now = rt.now()
    contact = person.contact(message.contact_id)
    if message.state is not MessageState.QUEUED:
        return Decided(Gate(("may have left",)), {})
    if contact is None:
        return Decided(Gate(("stopped",)), {})
    if message.purpose is Purpose.ASK:
        decided = may_ask(
            rt, tx, case=case, person=person, contact=contact, template=message.template,
            but=message.id,
        )
    else:
        decided = may_answer(
            rt, tx, message=message, case=case, person=person, contact=contact
        )
    if not decided.gate.open:
        return decided
    if message.purpose in (Purpose.ASK, Purpose.LINK) and not (link and link.alive(now)):
        return Decided(Gate(("the link is dead",)), decided.document)
    if message.challenge_id is not None:
        open_now = challenges.get(tx, message.challenge_id).open(now)
        if not open_now or case.state in (CaseState.WITHDRAWN, CaseState.EXPIRED):
            return Decided(Gate(("the code is no longer wanted",)), decided.document)
    return decided


def _call(rt: Runtime, message: Message, outgoing: Outgoing) -> _Heard:
    """One call, with nothing open. Whatever is not certainly a no may have left."""
    channel = rt.registry.providers[message.provider or ""]
    try:
        sent = channel.send(outgoing)
    except Retry as refusal:
        return _again(message, refusal)
    except Undeliverable as refusal:
        failed = _failed(message, str(refusal)[:200])
        return _Heard(failed, for_good=True, stopped=refusal.stopped)
    except Rejected as refusal:
        return _Heard(_failed(message, str(refusal)[:200]))
    except Exception as fault:  # noqa: BLE001 - whatever else it was, it may have left
        return _Heard(replace(message, reasons=(f"unheard: {type(fault).__name__}",)), well=False)
    return _Heard(replace(
        message, state=MessageState.SENT, reference=sent.reference, sent_at=rt.now()
    ))


def _again(message: Message, refusal: Retry) -> _Heard:
    """Certainly not sent: it may be tried again, a few times."""
    if message.tries > len(RETRY_AFTER):
        return _Heard(_failed(message, "tried too often"), well=False)
    seconds = max(RETRY_AFTER[message.tries - 1], min(refusal.after or 0, 3600))
    waiting = replace(
        message, state=MessageState.QUEUED, reasons=(str(refusal)[:200],), sent_at=None
    )
    return _Heard(waiting, timedelta(seconds=seconds), well=False)


def _failed(message: Message, why: str) -> Message:
    return replace(message, state=MessageState.FAILED, reasons=(why,), sent_at=None)


_EVENTS = {
    MessageState.SENT: AuditEvent.MESSAGE_SENT, MessageState.FAILED: AuditEvent.MESSAGE_FAILED,
}


def _record(rt: Runtime, actor: Actor, job: outbox.Job, heard: _Heard) -> None:
    now, message, wait = rt.now(), heard.message, heard.wait
    event = _EVENTS.get(message.state)
    with rt.db.begin() as tx:
        case = cases.lock(tx, message.case_id)
        mine = outbox.postpone(tx, job, now + wait) if wait else outbox.done(tx, job, now)
        # Another worker found it unknown and let it be, or a receipt was quicker than the answer:
        # what was heard first stands.
        if (wait and not mine) or not messages.settle(tx, message):
            messages.refer(tx, message.id, message.reference)
            return
        if event is not None:
            audit.append(
                tx, now, actor, message.case_id, event, message=message.id,
                channel=message.channel, template=message.template, provider=message.provider,
                reasons_sha256=sealed("; ".join(message.reasons)),
                decision=dict(message.decision or {}),
            )
        if heard.for_good:
            people.cannot_be_reached(tx, message.contact_id, now)
        if message.state is MessageState.FAILED and not heard.stopped:
            try_elsewhere(rt, tx, actor=actor, case=case, message=message)
