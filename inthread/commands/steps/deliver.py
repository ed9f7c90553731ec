"""Hand a message that is marked `unknown` to its provider, and record what came of it.

A message that may have left is never sent again: a second reminder harms more than a lost one,
and a customer who waits for a code can ask for another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from inthread.commands.opt_out import opt_out
from inthread.commands.steps.try_elsewhere import try_elsewhere
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import CaseState
from inthread.domain.message import Message, MessageState, Purpose
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Rejected, Retry, Undeliverable
from inthread.store import audit, cases, messages, outbox, people
from inthread.store.db import Tx

RETRY_AFTER = (2, 10, 60, 300, 1800)


@dataclass(frozen=True)
class Going:
    """A message that is kept as `unknown`, and its text."""

    message: Message
    outgoing: Outgoing


@dataclass(frozen=True)
class _Heard:
    """What came of the call. `wait`: it certainly did not go, and may be tried again then."""

    message: Message
    wait: timedelta | None = None
    for_good: bool = False
    stopped: bool = False
    well: bool = True


def deliver(rt: Runtime, *, actor: Actor, going: Going, job: outbox.Job | None) -> None:
    """One call, with nothing open, and one transaction after it. *job*: what carries the message;
    None when none does yet."""
    rt.db.assert_closed()
    begun = rt.now()
    heard = _call(rt, going.message, going.outgoing)
    rt.traffic.record(going.message.provider or "", heard.well, rt.now() - begun)
    if heard.stopped:  # first: what is recorded is not done again
        opt_out(rt, actor=actor, contact_id=heard.message.contact_id, source="network")
    _record(rt, actor, job, heard)


def _call(rt: Runtime, message: Message, outgoing: Outgoing) -> _Heard:
    """Whatever is not certainly a no may have left."""
    channel = rt.registry.providers[message.provider or ""]
    try:
        sent = channel.send(outgoing)
    except Retry as refusal:
        return _again(message, refusal)
    except Undeliverable as refusal:
        failed = _failed(message, mask_cards(str(refusal))[:200])
        return _Heard(failed, for_good=True, stopped=refusal.stopped)
    except Rejected as refusal:
        return _Heard(_failed(message, mask_cards(str(refusal))[:200]))
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
        message, state=MessageState.QUEUED, reasons=(mask_cards(str(refusal))[:200],), sent_at=None
    )
    return _Heard(waiting, timedelta(seconds=seconds), well=False)


def _failed(message: Message, why: str) -> Message:
    return replace(message, state=MessageState.FAILED, reasons=(why,), sent_at=None)


def _unless_over(tx: Tx, heard: _Heard) -> _Heard:
    """What certainly did not go is not tried again when the case moved on during the call: it was
    about before, even if the case is open again by then."""
    message = heard.message
    if not heard.wait or message.purpose is not Purpose.ASK:
        return heard
    state = cases.get(tx, message.case_id).state
    if state is CaseState.OPEN:
        return heard
    over = replace(message, state=MessageState.CANCELLED, reasons=(f"case_{state}",))
    return replace(heard, message=over, wait=None)


_EVENTS = {
    MessageState.SENT: AuditEvent.MESSAGE_SENT, MessageState.FAILED: AuditEvent.MESSAGE_FAILED,
    MessageState.CANCELLED: AuditEvent.MESSAGE_CANCELLED,
}


def _record(rt: Runtime, actor: Actor, job: outbox.Job | None, heard: _Heard) -> None:
    now = rt.now()
    with rt.db.begin() as tx:
        cases.hold(tx, heard.message.case_id)
        heard = _unless_over(tx, heard)
        message, wait = heard.message, heard.wait
        event = _EVENTS.get(message.state)
        mine = job is None or (
            outbox.postpone(tx, job, now + wait) if wait else outbox.done(tx, job, now)
        )
        # Another worker found it unknown and let it be, or a receipt was quicker than the answer:
        # what was heard first stands.
        if (wait and not mine) or not messages.settle(tx, message):
            messages.refer(tx, message.id, message.reference)
            return
        if wait and job is None:
            outbox.put(tx, rt.new_id("job"), "message", message.id, now + wait, message.case_id)
        if event is not None:
            why: dict[str, object] = {"reasons_sha256": sealed("; ".join(message.reasons))}
            if message.state is MessageState.CANCELLED:  # a reason of ours, which says nothing
                why = {"reasons": list(message.reasons)}
            audit.append(
                tx, now, actor, message.case_id, event, message=message.id,
                channel=message.channel, template=message.template, provider=message.provider,
                decision=dict(message.decision or {}), **why,
            )
        if message.state is MessageState.FAILED and not heard.stopped:
            case = cases.get(tx, message.case_id)
            try_elsewhere(rt, tx, actor=actor, case=case, message=message)
        if heard.for_good:  # people are held before their contact points
            people.cannot_be_reached(tx, message.contact_id, now)
