"""Make the text of a message, at the instant of sending: no link and no code is at rest."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.case import Case
from inthread.domain.gate import in_window
from inthread.domain.link import Link
from inthread.domain.message import Message, Purpose
from inthread.domain.money import Money
from inthread.domain.person import Contact, Person
from inthread.domain.wording import MessageText, render
from inthread.runtime import Runtime
from inthread.spi import ApprovedContent, Outgoing
from inthread.store import challenges
from inthread.store.db import Tx


def make_outgoing(
    rt: Runtime, tx: Tx, message: Message, case: Case, person: Person, contact: Contact,
    link: Link | None,
) -> Outgoing:
    """In the message's locale, in the words that its channel asks for."""
    wording = _wording(rt, message, case)
    values = {
        "brand": rt.brand.name, "phone": rt.brand.phone, "hours": rt.brand.hours,
        "host": rt.host, "reference": case.reference, "name_initial": person.name[:1],
        "first_name": person.first_name, **_made_now(rt, tx, message, link),
    }
    return Outgoing(
        id=message.id, to=contact.address, body=_body(contact, wording, values),
        subject=render(wording.subject, values), locale=message.locale,
        content=_content(rt, contact, wording, values),
        stop_url=rt.stop_url(contact.id) if contact.channel == "email" else "",
    )


def _wording(rt: Runtime, message: Message, case: Case) -> MessageText:
    if message.purpose is Purpose.ANSWER:
        return rt.answers.text(message.template, message.locale)
    return rt.workflows[case.workflow].message(message.template, message.locale)


def _body(contact: Contact, wording: MessageText, values: Mapping[str, str]) -> str:
    aloud = wording.voice if contact.channel == "voice" else None
    return render(aloud or wording.text, values)


def _content(
    rt: Runtime, contact: Contact, wording: MessageText, values: Mapping[str, str]
) -> ApprovedContent | None:
    """Free text inside WhatsApp's window, the approved one outside it."""
    approved = wording.whatsapp
    if contact.channel != "whatsapp" or approved is None or not approved.approved:
        return None
    if in_window(contact, rt.now()):
        return None
    return ApprovedContent(approved.content_sid, [values[name] for name in approved.variables])


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
