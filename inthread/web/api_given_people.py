"""What the API gives about people and their replies, as its documentation shows it. Examples are
made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from inthread.domain.assurance import Assurance
from inthread.domain.case import CaseState
from inthread.domain.intent import Intent
from inthread.domain.reply import ReplyState
from inthread.web.api_given import Given, Happened, Message, NextStep
from inthread.web.api_sent import AT, CASE, REPLY, described

_MESSAGE = "msg_06e9yrkc9xh3c7cd3m9k2t5q8w"


class Standing(Given):
    """The newest line of the consent ledger about a contact point and a purpose."""

    purpose: str = described("What it is about: `collections` or `service`.", "collections")
    given: bool = described("Whether it was given, or taken back.", True)
    source: str = described("Where: trigger, reply, page, mail, network or staff.", "trigger")
    version: str = described("Which version of the wording.", "2026-01")
    at: datetime = described("When.", AT)


class ContactPoint(Given):
    channel: str = described("How it reaches the person.", "sms")
    address: str = described("Its end only.", "482")
    stopped_at: datetime | None = described(
        "Since when nothing goes there, because it is not theirs.", None)
    off_since: datetime | None = described(
        "Since when nobody is written to at this address, whoever asked for that.", None)
    unreachable_at: datetime | None = described("Since when nothing arrives there.", None)
    checked_at: datetime | None = described("When it was last known to be theirs.", AT)
    heard_at: datetime | None = described("When they last wrote from there.", None)
    consent: list[Standing] = described("What may be sent there, by purpose.", [
        {"purpose": "collections", "given": True, "source": "trigger", "version": "2026-01",
         "at": AT}
    ])


class OpenCase(Given):
    id: str = described("The case's id.", CASE)
    reference: str = described("How people call the obligation.", "611365")
    workflow: str = described("The workflow's key.", "overdue_invoice")
    state: CaseState = described("Where it is.", "open")
    next: NextStep | None = described("What happens next.", {
        "what": "contact", "owner": "cadence", "due": AT})


class Draft(Given):
    action: str = described("What they began.", "plan")
    saved_at: datetime = described("When they last went on with it.", AT)


class Where(Given):
    """The visit that was seen last, on any device."""

    case_id: str = described("The case they looked at.", CASE)
    reference: str = described("How people call it.", "611365")
    level: Literal["none", "link", "code", "strong"] = described(
        "What they have shown of themselves.", Assurance.CODE.name.lower())
    fact: bool = described("Whether they knew the answer to the case's question.", False)
    opened_at: datetime = described("When the visit began.", AT)
    seen_at: datetime = described("When they last pressed something.", AT)
    here: bool = described("Whether the visit still counts: they may be at it just now.", True)
    draft: Draft | None = described("What they have begun and not finished; it goes on from any "
                                    "link of theirs.", {"action": "plan", "saved_at": AT})


class WholePerson(Given):
    """A person, how each of their contact points stands, and where they are now."""

    reference: str = described("Your own name for the person.", "CUST-1")
    name: str = described("As you stated it last; may be empty.", "Maya Okafor")
    locale: str | None = described("The language they wish.", "en")
    zone: str | None = described("Where they are.", "America/New_York")
    country: str | None = described("Where they live (ISO 3166-1).", "US")
    region: str | None = described("The part of it.", "KY")
    prefers: dict[str, Any] | None = described("When they do not want to be written to.",
                                              {"not_before": "11:00"})
    stopped_at: datetime | None = described(
        "Since when we start nothing with them, on any channel: they asked for that.", None)
    contacts: list[ContactPoint] = described("The preferred first.", [])
    open_cases: list[OpenCase] = described("The newest first, at most 100.", [])
    where: Where | None = described("Null for somebody who never came.", None)


class Receipt(Given):
    at: datetime = described("When we heard it.", AT)
    status: str = described("sent, delivered, read or failed.", "delivered")
    code: str = described("The provider's own reason; mostly empty.", "")


class SentMessage(Message):
    """A message, what its provider said of it, and until when it is held."""

    version: int = described("Of its wording.", 1)
    provider: str | None = described("Who carried it.", "twilio_sms")
    until: datetime | None = described("When a message that is held is decided upon again.", None)
    receipts: list[Receipt] = described("What became of it, as it was told.", [
        {"at": AT, "status": "delivered", "code": ""}
    ])


class Reply(Given):
    """Something that somebody sent us."""

    id: str = described("The reply's id.", REPLY)
    channel: str = described("How it came.", "sms")
    address: str = described("The end of where it came from.", "482")
    body: str = described("What it says, without card numbers.", "I already paid this")
    choice: str = described("The button or key that was pressed, if one was.", "")
    intent: Intent = described("What it asks of us, as far as its words tell.", "already_paid")
    case_id: str | None = described("The case it is about, if that is known.", CASE)
    state: ReplyState = described(
        "`done`: what it asks for was done. `waiting`: a person has to read it; until then we "
        "start nothing with whoever it may be from. `read`: a person has.", "waiting")
    queue: str | None = described("Who has to read it.", "customer-care")
    due_at: datetime | None = described("By when.", AT)
    received_at: datetime = described("When it came.", AT)
    resolved_at: datetime | None = described("When it was read.", None)
    resolution: str | None = described("What it was found to be: read, stop, wrong_person or "
                                       "assign.", None)


class Candidate(Given):
    """Somebody whose address it is, and what is open for them."""

    person: str = described("Your own name for the person.", "CUST-1")
    name: str = described("As you stated it last; may be empty.", "Maya Okafor")
    case_id: str | None = described("A case of theirs that is open; null when none is.", CASE)
    reference: str | None = described("How people call it.", "611365")
    workflow: str | None = described("Its workflow.", "overdue_invoice")


class WaitingReply(Reply):
    """A reply that a person has to read."""

    person: str | None = described("Whose it is, if that is known.", "CUST-1")
    candidates: list[Candidate] = described(
        "Whose it may be when no case is known; at most 20, the newest cases first.", [
            {"person": "CUST-1", "name": "Maya Okafor", "case_id": CASE, "reference": "611365",
             "workflow": "overdue_invoice"}
        ])


class ReplyPage(Given):
    replies: list[WaitingReply] = described("The most urgent first.", [])
    after: str | None = described("Ask with this for the next page; null on the last.", None)


class ConsentLine(Given):
    """One line of the consent ledger: given, or taken back."""

    purpose: str = described("What it is about.", "collections")
    given: bool = described("Whether it was given, or taken back.", False)
    channel: str = described("On which channel.", "sms")
    address: str = described("The end of the address.", "482")
    source: str = described("Where: trigger, reply, page, mail, network or staff.", "reply")
    wording: str = described("What was agreed to, or said, to the letter.", "STOP")
    version: str = described("Of the wording, where it has one.", "")
    at: datetime = described("When.", AT)
    evidence: dict[str, Any] | None = described("What shows it.", {"reply": REPLY})


class Entry(Given):
    """One thing between us and the person. Of the last four one is there, by `kind`."""

    id: str = described("Ask with this for what comes after it.", _MESSAGE)
    at: datetime = described("When; a message stands where it was written.", AT)
    kind: Literal["message", "reply", "consent", "event"] = described("What it is.", "message")
    case_id: str | None = described("The case it is about; null for what is about all.", CASE)
    message: SentMessage | None = described("What we said, or held back.", {
        "id": _MESSAGE, "channel": "sms", "address": "482", "purpose": "ask", "template": "first",
        "state": "delivered", "reasons": [], "created_at": AT, "sent_at": AT, "version": 1,
        "provider": "twilio_sms", "until": None,
        "receipts": [{"at": AT, "status": "delivered", "code": ""}],
    })
    reply: Reply | None = described("What they said.", None)
    consent: ConsentLine | None = described("What they agreed to, or took back.", None)
    event: Happened | None = described("What happened to a case of theirs.", None)


class PersonTimeline(Given):
    reference: str = described("Your own name for the person.", "CUST-1")
    entries: list[Entry] = described("Oldest first.", [])
    after: str | None = described("Ask with this for the next page; null on the last.", None)


class Stopped(Given):
    channel: str = described("As it was sent.", "sms")
    address: str = described("Its end only.", "482")
    already: bool = described("Whether it was off before.", False)
