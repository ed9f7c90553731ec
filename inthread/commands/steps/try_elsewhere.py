"""A message did not arrive: say it at once at the person's next contact point."""

from __future__ import annotations

from inthread.commands.steps.can_send import may_ask
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.message import Message, MessageState, Purpose
from inthread.domain.person import Contact, Person
from inthread.runtime import Runtime
from inthread.store import audit, messages, people
from inthread.store.db import Tx


def try_elsewhere(rt: Runtime, tx: Tx, *, actor: Actor, case: Case, message: Message) -> bool:
    """Whether another contact point was found. A code is asked for again by whoever waits for it,
    and an answer goes back where it was asked. Whoever opted out meanwhile is left alone."""
    if not case.live or message.purpose not in (Purpose.ASK, Purpose.LINK):
        return False
    person = people.lock(tx, case.person_id)
    if person.stopped_at is not None:
        return False
    contact = _next(rt, tx, case, person, message)
    if contact is None:
        return False
    link = give_link(rt, tx, case=case, contact=contact)
    queued = queue_message(
        rt, tx, case=case, person=person, contact=contact, purpose=message.purpose,
        template=message.template, link_id=link.id,
    )
    audit.append_all(tx, rt.now(), actor, case.id, [queued])
    return True


def _next(
    rt: Runtime, tx: Tx, case: Case, person: Person, message: Message
) -> Contact | None:
    """The first one where these words have not failed, and may be said sooner or later."""
    failed = {
        m.contact_id for m in messages.of_case(tx, case.id)
        if m.state is MessageState.FAILED and m.template == message.template
    }
    others = (c for c in rt.registry.channels if c != message.channel)
    for contact in person.reachable((message.channel, *others)):
        if contact.id in failed | {message.contact_id}:
            continue
        if message.purpose is not Purpose.ASK:
            return contact
        gate = may_ask(
            rt, tx, case=case, person=person, contact=contact, template=message.template,
            waiting=True,
        ).gate
        if gate.open or gate.again is not None:
            return contact
    return None
