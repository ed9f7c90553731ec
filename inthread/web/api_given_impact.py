"""What the API takes and gives about impact, as its documentation shows it. Examples are made up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inthread.domain.impact import KINDS, ImpactState
from inthread.web.api_given import Given
from inthread.web.api_sent import AT, CASE, ID, LINE, Asked, Sent, described, parameter

DRAFT = "draft_06e9yrkc9xh3c7cd3m9k2t5q8w"
_NAME = r"^[a-z][a-z0-9_]{0,59}$"


class DraftPath(Asked):
    draft_id: str = parameter("The draft's id.", DRAFT, pattern=ID)


class WorkflowPath(Asked):
    key: str = parameter("The workflow's key.", "overdue_invoice", pattern=_NAME)


class Measurement(Sent):
    most: int | None = described(
        "How many decisions, the newest first; as admins have set it when left out.", 20000,
        default=None,
    )


class ChangeQuery(Asked):
    action: str = parameter("The action.", "plan", pattern=_NAME)
    kind: str = parameter("How it changes.", "lost", pattern=f"^({'|'.join(KINDS)})$")
    by: str = parameter("Only in one group: the fact.", "country", default="", pattern=_NAME)
    value: str = parameter("And its value, as `groups` names it.", "US", default="",
                           max_length=500, pattern=LINE)
    after: int = parameter("`after` of the page before.", 120, default=0, ge=0, le=2**62)
    limit: int = parameter("How many at most.", 50, default=50, ge=1, le=100)


class Supposed(Sent):
    facts: dict[str, Any] = described(
        "The facts, as in a trigger. Those that no verdict depends on may be left out.",
        {"amount_due": "55.94", "due_date": "2026-11-24"}, max_length=100,
    )
    draft_id: str | None = described(
        "Decide by this draft of the workflow; by the version in force when left out.", None,
        default=None, pattern=ID,
    )
    settled: str | None = described("What of it is settled.", "0.00", default=None, max_length=40)
    attempts: int | None = described("How often something was agreed before.", 0, default=None)
    done: list[str] = described("The actions that were taken.", [], default=[], max_length=50)
    on: str | None = described(
        "The customer's own date; today in UTC when left out.", "2026-11-21", default=None,
        max_length=10,
    )


class Counted(Given):
    """One action, over some decisions."""

    decisions: int = described("How many.", 18240)
    was: int = described("In how many it was offered, by the version in force.", 11160)
    now: int = described("In how many the draft offers it.", 12200)
    gained: int = described("Offered by the draft only.", 1112)
    lost: int = described("Offered in force only.", 72)
    terms: int = described("Offered by both, on other terms.", 204)
    identity: int = described("Offered by both, with another identity asked for.", 0)
    reason: int = described("Refused by both, for another reason.", 0)
    unknown: int = described("The draft looks at something that was not kept: not guessed.", 0)
    gained_minor: int = described("What remained to be paid where it is gained, in minor units.",
                                  61230000)
    lost_minor: int = described("The same where it is lost.", 402100)
    by_term: dict[str, int] = described("How often each term differs.", {"most_instalments": 204})


class Mismatch(Given):
    """A decision that its own version does not reproduce."""

    decision: str = described("The decision's id.", "dec_06e9yrkc9xh3c7cd3m9k2t5q8w")
    case: str = described("Its case.", CASE)
    version: int = described("The version that took it.", 3)
    why: str = described("How it differs.", "decided again, it comes out otherwise")


class Impact(Given):
    id: str = described("The measurement's id.", "imp_06e9yrkc9xh3c7cd3m9k2t5q8w")
    draft_id: str = described("The draft.", DRAFT)
    hash: str = described("The content that was measured.", "5f2c" * 16)
    state: ImpactState = described(
        "`waiting`, `running`, `done`; `unsound`: decisions did not come out as recorded; "
        "`replaced` by another; `failed`, see `trouble`.", "done",
    )
    asked: int = described("How many decisions there are to take again.", 20000)
    done: int = described("How many were.", 20000)
    changed: int = described("How many come out otherwise in any way.", 1184)
    against_version: int = described("The version in force that it is held against.", 13)
    mismatches: int = described("Decisions that their own version does not reproduce.", 0)
    mismatched: list[Mismatch] = described("The first fifty of them.", [])
    actions: dict[str, Counted] = described("By action.", {})
    groups: dict[str, dict[str, dict[str, Counted]]] = described(
        "By fact, value and action. `remaining` is in bands of major units.", {}
    )
    started_at: datetime = described("When it was asked for.", AT)
    ended_at: datetime | None = described("When it ended.", AT)
    trouble: str | None = described("Why it failed.", None)


class ImpactChange(Given):
    decision_id: str = described("The decision.", "dec_06e9yrkc9xh3c7cd3m9k2t5q8w")
    case_id: str = described("Its case.", CASE)
    reference: str | None = described("As people call the case; null when it is gone.", "611365")
    action: str = described("The action.", "plan")
    kind: str = described("How it changes.", "lost")
    remaining_minor: int | None = described("What remained to be paid.", 5594)
    was: dict[str, Any] = described(
        "By the version in force; empty where it cannot say.",
        {"offered": True, "terms": {}, "identity": "code", "reason": None, "row": 3},
    )
    now: dict[str, Any] = described(
        "By the draft.",
        {"offered": False, "terms": {}, "identity": None, "reason": "too_small", "row": 1},
    )


class ImpactChanges(Given):
    changes: list[ImpactChange] = described("In the order of the measurement.", [])
    after: int | None = described("Ask with this for the next page; null on the last.", None)


class SeenCell(Given):
    row: int = described("The row, from 0.", 1)
    input: str = described("The column.", "remaining")
    test: str = described("What the cell asks.", "< 60.00")
    saw: Any = described("The value it saw; null when missing.", {"minor": 5594, "currency": "USD"})
    matched: bool = described("Whether it fits.", True)


class TriedVerdict(Given):
    action: str = described("The action.", "plan")
    offered: bool = described("Whether it would be offered.", False)
    terms: dict[str, Any] = described("On which terms.", {})
    identity: str | None = described("What it asks the customer to show; null when refused.", None)
    reason: str | None = described("Why not; null when offered.", "plan_below_least")
    row: int | None = described("The row that decides, from 0; null when none fits.", 1)
    cells: list[SeenCell] = described("Every cell that was looked at, in reading order.", [])
    staff: str | None = described("The reason, to staff.", "Less than 60.00 remains.")
    customer: dict[str, str] = described("What the customer reads, by locale.",
                                         {"en": "Plans start at $60. $55.94 is left."})


class WhatIf(Given):
    workflow: str = described("The workflow's key.", "overdue_invoice")
    version: int = described("The version that decided; of a draft the one it will have.", 1)
    hash: str = described("Its content.", "5f2c" * 16)
    on: str = described("The customer's date it was decided for.", "2026-11-21")
    inputs: dict[str, Any] = described("Everything a table may look at, sensitive facts aside.",
                                       {"remaining": {"minor": 5594, "currency": "USD"}})
    refers: str | None = described(
        "Why a person would get a fresh case like this first; null when none does.", None
    )
    verdicts: list[TriedVerdict] = described("One for each action.", [])


GIVEN = (Impact, ImpactChanges, WhatIf)
SENT = (Measurement, Supposed)
