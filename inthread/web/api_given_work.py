"""What the API gives about work. Examples are made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inthread.web.api_given import Given
from inthread.web.api_sent import AT, CASE, ITEM, described

_WHO = "staff:stf_06e9yrkc9xh3c7cd3m9k2t5q8w"


class WorkItem(Given):
    id: str = described("The item's id.", ITEM)
    case_id: str = described("Its case.", CASE)
    reason: str = described("Why a person has to act.", "dispute")
    cause: str = described("The same for items that are alike: reason, workflow, what was said.",
                           "writeback_failed|overdue_invoice|refused: the period is closed")
    queue: str = described("Whose work it is.", "billing_disputes")
    due_at: datetime = described("By when, in the queue's working time.", AT)
    opened_at: datetime = described("Since when.", AT)
    packet: dict[str, Any] = described("All that is needed to act.", {"why": "the customer asked"})
    assigned_to: str | None = described("Who is meant to act.", None)
    claimed_by: str | None = described("Who works on it, until `claimed_until`.", _WHO)
    claimed_until: datetime | None = described("When it returns by itself.", AT)
    resolved_at: datetime | None = described("When it was resolved.", None)
    resolution: str | None = described("How it was resolved.", None)
    note: str | None = described("What whoever resolved it said about it.", None)


class WorkPage(Given):
    items: list[WorkItem] = described("The most urgent first.", [])
    after: str | None = described("Ask with this for the next page; null on the last.", None)


class WorkComment(Given):
    id: str = described("The comment's id.", "wic_06e9yrkc9xh3c7cd3m9k2t5q8w")
    actor: str = described("Who wrote it.", _WHO)
    body: str = described("What it says, without card numbers.",
                          "Called: they send the letter by Friday.")
    at: datetime = described("When.", AT)


class WorkComments(Given):
    comments: list[WorkComment] = described("Oldest first, at most the newest hundred.", [])


class NotResolved(Given):
    id: str = described("The item's id.", ITEM)
    why: str = described("Why it was not resolved.", "somebody else works on it")


class WorkResolved(Given):
    done: list[str] = described("Ids of the items that were resolved.", [ITEM])
    refused: list[NotResolved] = described("The others; they are as they were.", [])


GIVEN = (WorkItem, WorkPage, WorkComment, WorkComments, WorkResolved)
