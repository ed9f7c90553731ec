"""A person sends a customer their link again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from inthread.commands.steps.can_send import may_answer, may_ask
from inthread.commands.steps.give_link import give_link
from inthread.commands.steps.queue_message import put_message, write_message
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState
from inthread.domain.gate_words import in_words
from inthread.domain.message import Purpose
from inthread.domain.person import Contact, Person
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, people
from inthread.store.db import Tx

MOST_A_DAY = 3


def resend_link(
    rt: Runtime, *, actor: Actor, case_id: str, contact_id: str, asked: bool
) -> Contact:
    """The contact point it goes to. *asked*: the customer wants it just now, say on the phone: it
    answers them, so hours and caps do not hold it, but a stop does. Else it is a reminder like any
    other, and the gate has to be open for it now.

    Raises NotFound, and BadInput with why not in words, and when to try again.
    """
    actor.require("cases:write")
    with rt.db.begin() as tx:
        case = cases.lock(tx, case_id)
        if case.state is not CaseState.OPEN:
            raise BadInput([Problem("/case", f"is {case.state}: its link is not sent now")])
        person = people.lock(tx, case.person_id)
        contact = person.contact(contact_id)
        if contact is None:
            raise BadInput([Problem("/contact", "is not one of this person's")])
        _not_too_often(rt, tx, case)
        _send(rt, tx, actor, case, person, contact, asked)
        return contact


def _not_too_often(rt: Runtime, tx: Tx, case: Case) -> None:
    if messages.links_since(tx, case.id, rt.now() - timedelta(hours=24)) >= MOST_A_DAY:
        raise BadInput([Problem(
            "/contact", f"was sent {MOST_A_DAY} links within a day: no more until tomorrow"
        )])


def _send(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, person: Person, contact: Contact, asked: bool
) -> None:
    now, template = rt.now(), "renewed" if asked else _reminder(rt, case)
    draft = write_message(
        rt, case=case, person=person, contact=contact, template=template,
        purpose=Purpose.LINK if asked else Purpose.ASK,
    )
    decided = may_answer(
        rt, tx, message=draft, case=case, person=person, contact=contact
    ) if asked else may_ask(
        rt, tx, case=case, person=person, contact=contact, template=template, waiting=True
    )
    if not decided.gate.open:
        raise BadInput([Problem("/contact", in_words(decided.gate))])
    link = give_link(rt, tx, case=case, contact=contact)
    message = replace(draft, link_id=link.id, decision=decided.document)
    audit.append_all(tx, now, actor, case.id, [
        (AuditEvent.LINK_RESENT, {"link": link.id, "channel": contact.channel, "asked": asked}),
        put_message(rt, tx, message, now),
    ])


def _reminder(rt: Runtime, case: Case) -> str:
    """The words of the step that was done last, or of the first."""
    steps = rt.workflows[case.workflow].cadence.steps
    return steps[min(max(case.step - 1, 0), len(steps) - 1)].template
