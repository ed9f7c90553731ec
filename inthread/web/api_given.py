"""What the API gives, as its documentation shows it. Examples are made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from inthread.domain.case import CaseState
from inthread.domain.intake import AnswerStatus
from inthread.web.api_sent import AT, CASE, described


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(Given):
    path: str = described("Where, as a JSON pointer.", "/facts/due_date")
    message: str = described("What is wrong there, and what to do.", "is missing and is required")


class Problem(Given):
    """A problem document (RFC 9457), for every answer from 400 on."""

    type: str = described("The kind of problem, as an address that explains it.",
                       "/api/docs#problem-bad_input")
    title: str = described("The kind in a sentence.", "Something in the input is not right.")
    status: int = described("The HTTP status.", 422)
    detail: str = described("This very problem in a sentence.",
                         "/facts/due_date is missing and is required")
    errors: list[Fault] = described("Each fault of what was sent, by its place.", [
        {"path": "/facts/due_date", "message": "is missing and is required"}
    ])
    request_id: str = described("Name it when you ask us.", "req_06e9yrkc9xh3c7cd3m9k2t5q8w")


class Answer(Given):
    status: AnswerStatus = described(
        "`opened`: a new case. `referred`: a case, and a person has it. `refreshed`: a case that "
        "was open took the new facts. `unchanged`: it had them. `stale`: older than what is known, "
        "or an outcome is on its way; nothing changed. `cancelled`, `already_ended`: of a "
        "cancellation. `refused`: see `problems`.", "opened",
    )
    case_id: str | None = described("The case's id; null when refused.", CASE)
    reference: str | None = described("How people call the obligation.", "611365")
    why: str | None = described("More about the status, where there is more to say.", None)
    problems: list[Fault] = described("What is wrong; empty unless refused.", [])


class Batch(Given):
    answers: list[Answer] = described("One for each trigger, in their order.", [
        {"status": "opened", "case_id": CASE, "reference": "611365", "why": None, "problems": []}
    ])
    counts: dict[str, int] = described("How many of each status.", {"opened": 1})


class Amount(Given):
    minor: int = described("In the currency's smallest unit.", 5594)
    currency: str = described("ISO 4217.", "USD")


class NextStep(Given):
    what: str = described("What happens next.", "contact")
    owner: str = described("Who answers for it: `cadence`, a system, or a queue.", "cadence")
    due: datetime = described("By when.", AT)


class Contact(Given):
    channel: str = described("How it reaches the person.", "sms")
    address: str = described("Its end only.", "482")
    stopped: bool = described("Whether nothing may be sent there any more.", False)


class Person(Given):
    reference: str = described("Your own name for the person.", "CUST-1")
    name: str = described("As you stated it last; may be empty.", "Maya Okafor")
    locale: str | None = described("The language they wish.", "en")
    zone: str | None = described("Where they are.", "America/New_York")
    contacts: list[Contact] = described("The preferred first.", [
        {"channel": "sms", "address": "482", "stopped": False}
    ])


class Case(Given):
    id: str = described("The case's id.", CASE)
    reference: str = described("How people call the obligation.", "611365")
    workflow: str = described("The workflow's key.", "overdue_invoice")
    workflow_version: int = described("The version that opened it.", 1)
    state: CaseState = described("Where it is.", "open")
    person: Person = described("Whose it is.", {
        "reference": "CUST-1", "name": "Maya Okafor", "locale": "en", "zone": None, "contacts": []
    })
    facts: dict[str, Any] = described(
        "What you sent, without what the workflow calls sensitive.",
        {"invoice_number": "611365", "amount_due": {"minor": 5594, "currency": "USD"}},
    )
    as_of: datetime = described("When the facts were true.", AT)
    owed: Amount | None = described("All of it; null where no money is owed.",
                                 {"minor": 5594, "currency": "USD"})
    settled: Amount | None = described("What of it is settled.", {"minor": 2000, "currency": "USD"})
    remaining: Amount | None = described("What is left.", {"minor": 3594, "currency": "USD"})
    next: NextStep | None = described("What happens next; null once it has ended.",
                                   {"what": "contact", "owner": "cadence", "due": AT})
    done: list[str] = described("Actions the customer has taken.", ["pay"])
    opened_at: datetime = described("When it was opened.", AT)
    expires_at: datetime = described("When it ends by itself.", "2027-02-19T10:00:00Z")
    ended_at: datetime | None = described("When it ended.", None)
    ended_why: str | None = described("Why it was taken back, as you said it.", None)


class CasePage(Given):
    cases: list[Case] = described("Newest first.", [])
    after: str | None = described("Ask with this for the next page; null on the last.", None)


class Happened(Given):
    at: datetime = described("When.", AT)
    event: str = described("The kind of event.", "case.opened")
    actor: str = described("Who did it.", "api:key_06e9yrkc9xh3c7cd3m9k2t5q8w")
    text: str = described("The event in a sentence.", "The case was opened.")
    detail: dict[str, Any] = described("What was recorded with it.", {"version": 1})


class Message(Given):
    id: str = described("The message's id.", "msg_06e9yrkc9xh3c7cd3m9k2t5q8w")
    channel: str = described("How it was sent.", "sms")
    address: str = described("The end of where it went.", "482")
    purpose: str = described("Why: ask, code, link, receipt or notice.", "ask")
    template: str = described("Its wording's name in the workflow.", "first")
    state: str = described("queued, unknown, sent, delivered, read, failed or cancelled.", "sent")
    reasons: list[str] = described("Why it was not sent; of one that is queued: why it is held.",
                                   [])
    created_at: datetime | None = described("When it was written.", AT)
    sent_at: datetime | None = described("When it left.", AT)


class Attempt(Given):
    at: datetime = described("When.", AT)
    did: str = described("`sent` or `looked`.", "sent")
    state: str = described("What the writeback was then.", "applied")
    trouble: str | None = described("What went wrong.", None)
    took_ms: int = described("Milliseconds the other side took.", 41)


class Writeback(Given):
    id: str = described("Also the idempotency key the other side gets.",
                     "wb_06e9yrkc9xh3c7cd3m9k2t5q8w")
    connector: str = described("The system of record.", "billing")
    operation: str = described("What was asked of it.", "payments")
    state: str = described("due, unknown, applied, proved or failed.", "proved")
    reference: str | None = described("The other side's own reference.", "R-7")
    trouble: str | None = described("What is wrong.", None)
    attempts: list[Attempt] = described("Every try and every look.", [])


class Timeline(Given):
    case_id: str = described("The case's id.", CASE)
    events: list[Happened] = described("Everything that happened, oldest first.", [])
    messages: list[Message] = described("Everything that was said, or held back.", [])
    writebacks: list[Writeback] = described("Everything that was written to systems of record.", [])
