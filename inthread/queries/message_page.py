"""One message: its words, why it left or was held, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.message import Message, Purpose
from inthread.domain.person import Contact
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import cases, message_lists, messages, people
from inthread.store.message_lists import Said


@dataclass(frozen=True)
class MessagePage:
    """`words`: the text with its fields as `{{ name }}`, None when the version in force has no such
    text; a link or a code is never shown. `same_words`: the version that was sent is the one in
    force. `contact` None: it is gone."""

    message: Message
    case: Case
    contact: Contact | None
    subject: str
    words: str | None
    same_words: bool
    said: Sequence[Said]


def message_page(rt: Runtime, *, actor: Actor, message_id: str) -> MessagePage:
    """Raises Forbidden, NotFound."""
    actor.require("messages:read")
    with rt.db.read() as tx:
        found = messages.find(tx, message_id)
        if found is None:
            raise NotFound("message")
        case = cases.get(tx, found.case_id)
        person = people.get(tx, found.person_id)
        said = message_lists.deliveries_of(tx, message_id)
    contact = next((c for c in person.contacts if c.id == found.contact_id), None)
    subject, words, same = _words(rt, found, case)
    return MessagePage(found, case, contact, subject, words, same, said)


def _words(rt: Runtime, message: Message, case: Case) -> tuple[str, str | None, bool]:
    if message.purpose is Purpose.ANSWER:
        text = rt.answers.text(message.template, message.locale)
        return text.subject.text if text.subject else "", text.text.text, True
    workflow = rt.workflows.get(case.workflow)
    if workflow is None or message.template not in workflow.messages:
        return "", None, False
    text = workflow.message(message.template, message.locale)
    same = workflow.message_versions.get(message.template) == message.version
    return text.subject.text if text.subject else "", text.text.text, same
