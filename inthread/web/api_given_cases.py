"""What the API takes and gives about what staff do to cases, as its documentation shows it.
Examples are made up."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from inthread.commands.reveal_person import REASONS
from inthread.domain.case import CaseState
from inthread.web.api_given import Given
from inthread.web.api_given import NextStep as Next
from inthread.web.api_sent import AT, CASE, ITEM, LINE, LINES, STATES, Limit, Sent, described

_DUE = r"^(due_[0-9]{1,16}_)?(case_[0-9a-z]{1,30})?$"


class CaseSearch(Sent):
    """In the body, because what is looked for may name somebody."""

    text: str = described(
        "A name's first or last words, a reference of a case or a person, a whole phone number or "
        "e-mail address, or a number's last four digits.", "Okafor", default="", max_length=120,
        pattern=LINE,
    )
    state: str = described("Only in this state.", "open", default="", pattern=f"{STATES}|^$")
    workflow: str = described("Only of this workflow.", "overdue_invoice", default="",
                              max_length=60, pattern=LINE)
    owner: str = described("Only what waits for this one: `cadence`, or a queue.",
                           "billing-disputes", default="", max_length=80, pattern=LINE)
    due_before: str = described("Only what is next before then (RFC 3339); what is due first comes "
                                "first.", AT, default="", max_length=40, pattern=LINE)
    after: str = described("The `after` of the page before.", CASE, default="", pattern=_DUE)
    limit: Limit = described("How many a page has at most.", 50, default=50)


class Resend(Sent):
    channel: str = described("How the contact point is reached.", "sms", min_length=1,
                             max_length=20, pattern=LINE)
    address: str = described("One that is on file for the person.", "+15550100482", min_length=3,
                             max_length=254, pattern=LINE)
    asked: bool = described("Whether the customer wants it just now: then it may go at any hour. A "
                            "stop holds either way.", True)


class Pause(Sent):
    until: str = described("When it goes on by itself (RFC 3339), at most thirty days ahead.", AT,
                           min_length=1, max_length=40)
    reason: str = described("Why, in your words.", "in hospital until then", min_length=1,
                            max_length=200, pattern=LINE)


class HandOver(Sent):
    reason: str = described("One that the workflow has a queue for.", "dispute", min_length=1,
                            max_length=40, pattern=LINE)
    note: str = described("What whoever takes it has to know.", "Says it was paid in March.",
                          min_length=1, max_length=500, pattern=LINES)


class Close(Sent):
    reason: str = described("Why, in your words.", "settled in the branch", min_length=1,
                            max_length=200, pattern=LINE)


class Reveal(Sent):
    reason: Literal["on_the_line", "answering", "dispute", "wrong_details", "legal_request"] = (
        described("Why; it is audited with who asked.", REASONS[0])
    )


class CaseStanding(Given):
    """How the case stands now."""

    id: str = described("The case's id.", CASE)
    state: CaseState = described("Where it is.", "open")
    next: Next | None = described("What happens next; null once it has ended.",
                                  {"what": "contact", "owner": "cadence", "due": AT})
    paused_until: datetime | None = described("Until when nothing is asked.", AT)


class Resent(Given):
    channel: str = described("How it goes.", "sms")
    address: str = described("The end of where it goes.", "482")


class HandedOver(Given):
    work_item: str = described("The item that people work.", ITEM)
    queue: str = described("Whose work it is.", "billing-disputes")
    due_at: datetime = described("By when.", AT)


class WholeContact(Given):
    channel: str = described("How it reaches them.", "sms")
    address: str = described("All of it.", "+15550100482")


class Revealed(Given):
    reference: str = described("Your own name for the person.", "CUST-1")
    name: str = described("As you stated it last.", "Maya Okafor")
    contacts: list[WholeContact] = described("The preferred first.", [])


GIVEN = (CaseStanding, Resent, HandedOver, Revealed)
SENT = (CaseSearch, Resend, Pause, HandOver, Close, Reveal)
