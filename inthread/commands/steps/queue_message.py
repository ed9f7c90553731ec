"""Write down one message and the job that will send it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.message import Message, Purpose
from inthread.domain.person import Contact, Person
from inthread.runtime import Runtime
from inthread.store import audit, messages, outbox
from inthread.store.db import Tx


def queue_message(
    rt: Runtime, tx: Tx, *, case: Case, person: Person, contact: Contact,
    purpose: Purpose, template: str, values: Mapping[str, str] | None = None,
    link_id: str | None = None, challenge_id: str | None = None,
    decision: Mapping[str, object] | None = None,
) -> audit.Entry:
    """What to audit of it."""
    message = write_message(
        rt, case=case, person=person, contact=contact, purpose=purpose, template=template,
        values=values, link_id=link_id, challenge_id=challenge_id, decision=decision,
    )
    return put_message(rt, tx, message, rt.now())


def write_message(
    rt: Runtime, *, case: Case, person: Person, contact: Contact, purpose: Purpose, template: str,
    values: Mapping[str, str] | None = None, link_id: str | None = None,
    challenge_id: str | None = None, decision: Mapping[str, object] | None = None,
) -> Message:
    """Not kept yet. The text is made at the instant of sending, so no link and no code is at rest.
    """
    workflow = rt.workflows[case.workflow]
    return Message(
        id=rt.new_id("msg"), case_id=case.id, person_id=person.id, contact_id=contact.id,
        channel=contact.channel, purpose=purpose, template=template,
        locale=workflow.locale(person.locale), values=dict(values or {}),
        version=workflow.message_versions.get(template, rt.answers.version),
        link_id=link_id, challenge_id=challenge_id, decision=decision, created_at=rt.now(),
    )


def put_message(rt: Runtime, tx: Tx, message: Message, due: datetime) -> audit.Entry:
    """Keep it with the job that will send it, at *due*; what to audit of it."""
    messages.add(tx, message)
    kind = "code" if message.purpose is Purpose.CODE else "message"
    outbox.put(tx, rt.new_id("job"), kind, message.id, due, message.case_id)
    return queued(message)


def queued(message: Message) -> audit.Entry:
    return AuditEvent.MESSAGE_QUEUED, {
        "message": message.id, "purpose": message.purpose.value, "channel": message.channel,
        "template": message.template,
    }
