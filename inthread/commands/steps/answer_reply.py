"""Answer a reply in the organisation's own words: a stop is confirmed, help is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from inthread.commands.steps.queue_message import queue_message
from inthread.domain.actor import Actor
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.domain.reply import Reply
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages
from inthread.store.db import Tx
from inthread.store.people import lock

MOST_A_DAY = 3


def answer_reply(
    rt: Runtime, tx: Tx, *, actor: Actor, people: Mapping[str, Person], reply: Reply, template: str
) -> bool:
    """Whether it was answered: to the one address it came from, whoever of *people* that was, and
    at most three times a day, so that two machines do not talk for ever. A number that we have
    never written to gets none."""
    for person in sorted(people.values(), key=lambda x: x.id):
        contact = _contact(person, reply)
        case_id = cases.newest_of_person(tx, person.id) if contact else None
        if contact is None or case_id is None:
            continue
        day = rt.now() - timedelta(hours=24)
        if messages.answers_since(tx, reply.address, day) >= MOST_A_DAY:
            return False
        event, detail = queue_message(
            rt, tx, case=cases.get(tx, case_id), person=person, contact=contact,
            purpose=Purpose.ANSWER, template=template,
        )
        lock(tx, person.id)
        audit.append(tx, rt.now(), actor, person.id, event, **detail)
        return True
    return False


def _contact(person: Person, reply: Reply) -> Contact | None:
    for contact in person.contacts:
        if (contact.channel, contact.address) == (reply.channel, reply.address):
            return contact
    return None
