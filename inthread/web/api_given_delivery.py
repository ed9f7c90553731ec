"""What the API takes and gives about delivery and the audit, as its documentation shows it.
Examples are made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inthread.queries.writeback_list import STATES
from inthread.web.api_given import Given
from inthread.web.api_sent import AT, CASE, ID, LINE, Asked, Sent, described, parameter

WRITEBACK = "wb_06e9yrkc9xh3c7cd3m9k2t5q8w"
KEY = r"^[A-Za-z0-9_.-]{1,60}$"


class WritebackQuery(Asked):
    connector: str = parameter("Only of this system.", "billing", default="", pattern=KEY)
    state: str = parameter(
        "Only in this state.", "failed", default="", pattern=f"^({'|'.join(STATES)})$"
    )
    after: str = parameter("The `after` of the page before.", WRITEBACK, default="", pattern=ID)


class WritebackPath(Asked):
    writeback_id: str = parameter("The writeback's id.", WRITEBACK, pattern=ID)


class ConnectorPath(Asked):
    connector: str = parameter("The system's key.", "billing", pattern=KEY)


class Why(Sent):
    why: str = described(
        "For whoever wonders why nothing moves.", "Their maintenance until 14:00", min_length=1,
        max_length=200, pattern=LINE,
    )


class Nothing(Sent):
    """An empty object: the address says it all."""


class Range(Sent):
    connector: str = described("Of which system.", "billing", pattern=KEY)
    since: str = described("Last called from then on (RFC 3339).", AT, min_length=1, max_length=40)
    until: str = described("And before then.", AT, min_length=1, max_length=40)
    after: str = described("Where the call before ended.", "", default="", max_length=40)


class AuditExport(Sent):
    subject: str = described("Only about this.", CASE, default="", max_length=60, pattern=LINE)
    actor: str = described(
        "Only by this actor, or by this kind.", "staff", default="", max_length=100, pattern=LINE
    )
    event: str = described("Only such.", "case.closed", default="", max_length=40, pattern=LINE)
    since: str = described("From then on (RFC 3339).", AT, default="", max_length=40)
    until: str = described("And before then.", AT, default="", max_length=40)


class WritebackLine(Given):
    id: str = described("Its id: the once-key of every try.", WRITEBACK)
    case_id: str = described("Of which case.", CASE)
    reference: str = described("How people call the case.", "611365")
    connector: str = described("Which system has to have it.", "billing")
    operation: str = described("What is written there.", "plans")
    state: str = described("`due`, `unknown`, `applied`, `proved` or `failed`.", "failed")
    attempts: int = described("How often it was sent.", 2)
    trouble: str | None = described("What went wrong last.", "refused: PERIOD_CLOSED")
    called_at: datetime | None = described("The last call.", AT)
    due_at: datetime | None = described("The next try or look; null when none waits.", None)


class WritebackPage(Given):
    writebacks: list[WritebackLine] = described("The newest first.", [])
    after: str | None = described(
        "Send it for the next page; null on the last. A page may have few, or none, when little "
        "of what was looked through is like that.", None,
    )


class Replayed(Given):
    done: list[str] = described("Ids that are tried again.", [WRITEBACK])
    refused: dict[str, str] = described("Ids that are not, with the code of the refusal.", {})
    after: str | None = described("Send it to go on; null when the range was seen.", None)


class ConnectorState(Given):
    connector: str = described("The system's key.", "billing")
    state: str = described(
        "`answering`, `quiet` (no calls), `slow`, `failing`, `silent` (called once a minute until "
        "it answers) or `paused`.", "answering",
    )
    calls: int = described("Calls in the last twelve hours, of the latest 2,000 of all.", 120)
    answered_permille: int | None = described("How many of a thousand were answered.", 991)
    p95_ms: int | None = described("How long 95 of 100 took at most, in milliseconds.", 420)
    paused_why: str | None = described("Why, when it is paused.", None)


class ConnectorStates(Given):
    connectors: list[ConnectorState] = described("Each that is configured.", [])


class Waiting(Given):
    waiting: int = described("How many writebacks go at once.", 12)


class Exported(Given):
    events: list[Any] = described("Whole events with their hashes, the newest first.", [])
