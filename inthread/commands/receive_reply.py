"""Hear what somebody sent us: know it again, know whose it is, do what it asks, or have it read.

A reply that may be from two people, or about two cases, is nobody's until a person has read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from inthread.commands.steps.answer_reply import answer_reply
from inthread.commands.steps.forget_contact import forget_contact
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.queue_message import queue_message
from inthread.commands.steps.start_address import start_address
from inthread.commands.steps.stop_address import stop_address
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.case import Case, CaseState
from inthread.domain.contact_point import LONGEST_ADDRESS, kept_address
from inthread.domain.intent import Intent, classify
from inthread.domain.message import Message, Purpose
from inthread.domain.person import Contact, Person, address_kind
from inthread.domain.reply import Reply, ReplyState
from inthread.runtime import Runtime
from inthread.spi import Incoming
from inthread.store import audit, cases, messages, people, replies
from inthread.store.db import Tx

LONGEST_BODY = 4000
MOST_LINKS_A_DAY = 3
# What a key pressed in a call asks for.
KEYS = {"9": Intent.STOP}
_FIRST = (Intent.STOP, Intent.UNSURE_STOP)


@dataclass(frozen=True)
class _From:
    """Who it can be from. `person` and `case`: only when there is one; `contact`: theirs."""

    everybody: Mapping[str, Person]
    person: Person | None = None
    contact: Contact | None = None
    case: Case | None = None


def receive_reply(
    rt: Runtime, *, actor: Actor, provider: str, incoming: Incoming
) -> Reply | None:
    """The reply as it is kept; None when it was heard before. Card numbers are taken out of it
    before it is kept (R3.2)."""
    actor.require("channels:hear")
    now = rt.now()
    reply = _read(rt, provider, incoming, now)
    with rt.db.begin() as tx:
        who = _whose(rt, tx, reply, incoming)
        reply = replace(
            reply, person_id=who.person.id if who.person else None,
            case_id=who.case.id if who.case else None,
        )
        if reply.intent not in (Intent.STOP, Intent.START):
            _hold(tx, who)
        if not replies.add(tx, reply):
            return None
        done = _ACTS[reply.intent](rt, tx, actor, reply, who)
        _note_heard(tx, reply, who, now)
        kept = reply if done else _to_be_read(rt, reply, who, now)
        replies.save(tx, kept)
        _audit(tx, actor, kept, now)
        return kept


def _read(rt: Runtime, provider: str, incoming: Incoming, now: datetime) -> Reply:
    channel = rt.registry.providers[provider].channel
    try:
        address = kept_address(channel, incoming.address)
    except ValueError:
        address = "".join(c for c in incoming.address if c.isprintable())[:LONGEST_ADDRESS]
    body = mask_cards(incoming.body.replace("\x00", ""))[:LONGEST_BODY]
    if channel == "voice":
        intent = KEYS.get(incoming.choice, Intent.OTHER)
    else:
        said = {classify(text) for text in (incoming.choice, body) if text}
        # A quick reply may be called anything; a stop in either counts.
        intent = next((x for x in _FIRST if x in said), classify(incoming.choice or body))
    return Reply(
        id=rt.new_id("rep"), provider=provider, event_id=incoming.event_id[:200], channel=channel,
        address=address, to=incoming.to[:LONGEST_ADDRESS], body=body, choice=incoming.choice[:60],
        intent=intent, received_at=now,
    )


# --- whose it is -----------------------------------------------------------------------------


def _whose(rt: Runtime, tx: Tx, reply: Reply, incoming: Incoming) -> _From:
    """Those at the address, but who is known to be somebody else. The case is locked."""
    kind = address_kind(reply.channel)
    everybody = {
        id: person for id, person in people.at_address(tx, kind, reply.address).items()
        if _there(person, kind, reply.address)
    }
    answered = _answered(tx, reply.provider, incoming.in_reply_to)
    person = next(iter(everybody.values())) if len(everybody) == 1 else None
    if answered is not None and answered.person_id in everybody:
        person = everybody[answered.person_id]
    if person is None:
        return _From(everybody)
    contact = _there(person, kind, reply.address, reply.channel)
    live = cases.live_of_people(tx, [person.id])
    if answered is not None and answered.person_id == person.id:
        live = [id for id in live if id == answered.case_id] or live
    # A stop locks every case of its people, in their order: none is held before it.
    hold = cases.get if reply.intent is Intent.STOP else cases.lock
    case = hold(tx, live[0]) if len(live) == 1 else None
    return _From(everybody, person, contact, case if case is not None and case.live else None)


def _answered(tx: Tx, provider: str, said: str) -> Message | None:
    """The message it answers, by our id or by what the provider calls it."""
    if not said:
        return None
    return messages.find(tx, said) or messages.by_reference(tx, provider, said)


def _there(person: Person, kind: str, address: str, channel: str = "") -> Contact | None:
    """Their contact point at this address, on this channel if there is one."""
    here = [
        c for c in person.contacts
        if (c.kind, c.address) == (kind, address) and c.stopped_at is None
    ]
    return next((c for c in here if c.channel == channel), here[0] if here else None)


def _hold(tx: Tx, who: _From) -> None:
    """After every case and before their contact points, in the order of ids, as everybody does: a
    stop and a start hold theirs themselves."""
    for person_id in sorted(who.everybody):
        people.lock(tx, person_id)


def _note_heard(tx: Tx, reply: Reply, who: _From, now: datetime) -> None:
    """The window of WhatsApp opens for whoever wrote; a number that only one person has is known
    to be theirs."""
    _hold(tx, who)
    alone = len(who.everybody) == 1
    for _, person in sorted(who.everybody.items()):
        for contact in person.contacts:
            if (contact.channel, contact.address) == (reply.channel, reply.address):
                people.heard_from(tx, contact.id, now, theirs=alone)


# --- what it asks for: each says whether that was done ---------------------------------------


_Act = Callable[[Runtime, Tx, Actor, Reply, _From], bool]


def _stop(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    new = stop_address(
        rt, tx, actor=actor, kind=address_kind(reply.channel), address=reply.address,
        source="reply", words=reply.body or f"key {reply.choice}", evidence={"reply": reply.id},
    )
    if new and reply.channel != "voice":
        answer_reply(rt, tx, actor=actor, people=who.everybody, reply=reply, template="stopped")
    return True


def _start(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    taken_back = start_address(
        rt, tx, actor=actor, kind=address_kind(reply.channel), address=reply.address,
        source="reply", words=reply.body, evidence={"reply": reply.id},
    )
    if taken_back:
        answer_reply(rt, tx, actor=actor, people=who.everybody, reply=reply, template="started")
    return True


def _help(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    return answer_reply(
        rt, tx, actor=actor, people=who.everybody, reply=reply, template="helped"
    )


def _wrong_number(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    """Of two people at a number, nobody knows which of them is meant."""
    if who.person is None or who.contact is None:
        return False
    if who.case is not None and who.case.state is CaseState.OPEN:
        hand_over(
            rt, tx, actor=actor, case=who.case, reason="wrong_person", why="said so by reply",
            words=reply.body,
        )
    forget_contact(
        rt, tx, actor=actor, person=who.person, contact=who.contact,
        subject=who.case.id if who.case else who.person.id,
    )
    return True


def _link(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    """A fresh link for the one case that there is, to where it was asked from."""
    if who.case is None or who.person is None or who.contact is None:
        return False
    if who.contact.channel != reply.channel:
        return False
    now = rt.now()
    if messages.links_since(tx, who.case.id, now - messages.DAY) >= MOST_LINKS_A_DAY:
        return False
    link = give_link(rt, tx, case=who.case, contact=who.contact)
    queued = queue_message(
        rt, tx, case=who.case, person=who.person, contact=who.contact, purpose=Purpose.LINK,
        template="renewed", link_id=link.id,
    )
    audit.append_all(tx, now, actor, who.case.id, [queued])
    return True


def _words(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    """A person reads it: with the case, if there is one that waits for the customer."""
    if who.case is None or who.case.state is not CaseState.OPEN:
        return False
    hand_over(
        rt, tx, actor=actor, case=who.case, reason="question",
        why=f"replied: {reply.intent.value}", words=reply.body,
    )
    return True


def _unsure(rt: Runtime, tx: Tx, actor: Actor, reply: Reply, who: _From) -> bool:
    """It may be a stop. Until a person has read it, nothing is asked at the address."""
    return False


_ACTS: Mapping[Intent, _Act] = {
    Intent.STOP: _stop, Intent.START: _start, Intent.HELP: _help,
    Intent.WRONG_NUMBER: _wrong_number, Intent.LINK: _link, Intent.UNSURE_STOP: _unsure,
    Intent.ALREADY_PAID: _words, Intent.CALL_ME: _words, Intent.OTHER: _words,
}


def _to_be_read(rt: Runtime, reply: Reply, who: _From, now: datetime) -> Reply:
    """With the queue of the case's workflow for questions, else that for replies of nobody."""
    if who.case is not None:
        queue = rt.workflows[who.case.workflow].queues["question"]
        name, target = queue.queue, queue.due
    else:
        name, target = rt.answers.queue, rt.answers.due
    due = rt.queues.due(name, now, target)
    return replace(reply, state=ReplyState.WAITING, queue=name, due_at=due)


def _audit(tx: Tx, actor: Actor, reply: Reply, now: datetime) -> None:
    """On the case's chain, else the person's, else the address's own."""
    detail = {
        "reply": reply.id, "channel": reply.channel, "intent": reply.intent.value,
        "state": reply.state.value, "queue": reply.queue,
    }
    if reply.case_id is None and reply.person_id is not None:
        people.lock(tx, reply.person_id)
    subject = reply.case_id or reply.person_id or reply.id
    audit.append(tx, now, actor, subject, AuditEvent.REPLY_HEARD, **detail)
