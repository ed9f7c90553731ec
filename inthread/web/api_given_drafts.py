"""What the API takes and gives about drafts of workflows and their versions, as its documentation
shows it. Examples are made up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from inthread.domain.draft import DraftState
from inthread.domain.merge import Keep
from inthread.web.api_given import Fault, Given
from inthread.web.api_sent import AT, ID, LINE, LINES, Asked, Limit, Sent, described, parameter

DRAFT = "draft_06e9yrkc9xh3c7cd3m9k2t5q8w"
TEST = "pt_06e9yrkc9xh3c7cd3m9k2t5q8w"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
WORKFLOW = "overdue_invoice"
NAME = r"^[a-z][a-z0-9_]{0,59}$"
_HASH = r"^[0-9a-f]{64}$"
_WHOLE = r"^[1-9][0-9]{0,6}$"
_DOCUMENT = "The whole document, as docs/workflows.md describes it. Its `version` is set for you."


class WorkflowPath(Asked):
    key: str = parameter("The workflow's key.", WORKFLOW, pattern=NAME)


class VersionPath(WorkflowPath):
    version: str = parameter("The version's number.", "2", pattern=_WHOLE)


class HistoryQuery(Asked):
    after: str = parameter("The `after` of the page before this one.", "7", default="",
                           pattern=_WHOLE)
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class PolicyDraftPath(Asked):
    draft_id: str = parameter("The draft's id.", DRAFT, pattern=ID)


class PolicyDraftQuery(Asked):
    workflow: str = parameter("Drafts of this workflow.", WORKFLOW, default="", pattern=NAME)
    state: str = parameter(
        "Drafts in this state.", "submitted", default="", pattern=f"^({'|'.join(DraftState)})$"
    )
    after: str = parameter("The `after` of the page before this one.", DRAFT, default="",
                           pattern=ID)
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class NewDraft(Sent):
    title: str = described("What it is about.", "Smaller first payments", default="",
                           max_length=200, pattern=LINE)


class DraftChange(Sent):
    revision: int = described("Of the draft that was changed.", 3, ge=1, le=10**9)
    document: dict[str, Any] = described(_DOCUMENT, {"key": WORKFLOW, "version": 2})
    title: str | None = described("Another title.", None, default=None, max_length=200,
                                  pattern=LINE)


_NOTE = "In your words, for whoever looks at it."


class Submission(Sent):
    revision: int = described("Of the draft that is meant.", 3, ge=1, le=10**9)
    effective_at: str = described(
        "From when it is to be in force (RFC 3339); left out: once it is approved.", AT, default="",
        max_length=40,
    )
    note: str = described(_NOTE, "As agreed with collections.", default="", max_length=500,
                          pattern=LINES)


class DraftApproval(Sent):
    hash: str = described("Of the content that was looked at.", HASH, pattern=_HASH)
    note: str = described(_NOTE, "Compared with the brief.", default="", max_length=500,
                          pattern=LINES)


class SendingBack(Sent):
    note: str = described("What is to be changed.", "Say it in Spanish, too.", min_length=1,
                          max_length=500, pattern=LINES)


class Withdrawal(Sent):
    note: str = described("Why.", "Not this quarter.", default="", max_length=500, pattern=LINES)


class BaseUpdate(Sent):
    revision: int = described("Of the draft that is meant.", 3, ge=1, le=10**9)
    keep: Literal["mine", "theirs"] | None = described(
        "Whose change to keep where both changed the same place; null: be told the places.",
        Keep.MINE.value, default=None,
    )


class RollBack(Sent):
    version: int = described("Whose content comes back.", 1, ge=1, le=10**6)
    note: str = described("Why.", "Fewer people pay.", default="", max_length=500, pattern=LINES)


class TakingOff(Sent):
    why: str = described("Why.", "The letters are not printed yet.", min_length=1, max_length=500,
                         pattern=LINES)


class NewPolicyTest(Sent):
    id: str | None = described("Of the test that gets another content.", None, default=None,
                               pattern=ID)
    name: str = described("What it holds the policy to.", "Small bills are paid whole",
                          min_length=1, max_length=120, pattern=LINE)
    inputs: dict[str, Any] = described("Facts and other inputs, by name.", {"remaining": "9.00"})
    expects: dict[str, Any] = described(
        "By action: `offered`, and with it `terms` and `identity`, or `reason`. What is left out "
        "may be anything.", {"pay": {"offered": True, "terms": {"other": False}}},
    )


class BindingPath(Asked):
    connector: str = parameter("The system's key.", "billing", pattern=r"^[A-Za-z0-9_.-]{1,60}$")
    operation: str = parameter("What is written there.", "plans", pattern=NAME)


class PolicyTestPath(Asked):
    test_id: str = parameter("The test's id.", TEST, pattern=ID)


class DraftShort(Given):
    id: str = described("Its id.", DRAFT)
    workflow: str = described("Of which workflow.", WORKFLOW)
    title: str = described("What it is about.", "Smaller first payments")
    state: str = described(
        "`editing`, `submitted`, `published` or `withdrawn`.", "editing"
    )
    base_version: int = described("What it was made from.", 1)
    version: int | None = described("What it was published as.", None)
    hash: str = described("SHA-256 of its document, as canonical JSON.", HASH)
    revision: int = described("Counted up by every change.", 3)
    authors: list[str] = described("Everybody who had a hand in it.", ["staff:stf_1"])
    submitted_by: str | None = described("Who submitted it.", None)
    submitted_at: datetime | None = described("When.", None)
    effective_at: datetime | None = described("From when it is, or is to be, in force.", None)
    note: str | None = described("What was said last, by whoever submitted or sent it back.", None)
    needed: int = described("How many approvals it takes.", 1)
    created_at: datetime = described("When it was begun.", AT)
    changed_at: datetime = described("When it was changed last.", AT)


class DraftPage(Given):
    drafts: list[DraftShort] = described("The newest first.", [])
    after: str | None = described("Send it for the next page; null on the last.", None)


class DraftVerdict(Given):
    by: str = described("Who.", "staff:stf_2")
    verdict: str = described("`approved` or `sent_back`.", "approved")
    revision: int = described("Of which revision.", 4)
    hash: str = described("Of which content.", HASH)
    note: str | None = described("In their words.", None)
    at: datetime = described("When.", AT)


class WholeDraft(DraftShort):
    document: dict[str, Any] = described(_DOCUMENT, {"key": WORKFLOW, "version": 2})
    verdicts: list[DraftVerdict] = described("What was said of it, oldest first.", [])
    approvers: list[str] = described("Whose approvals count for it as it stands.", [])
    up_to_date: bool = described("Whether it was made from the newest version.", True)


class DraftFinding(Given):
    severity: str = described("`error`, `warning` or `note`.", "warning")
    kind: str = described("What was found.", "gap")
    action: str = described("In which table; empty for what concerns them all.", "pay")
    rows: list[int] = described("Which rows, from 0.", [])
    says: str = described("In a sentence.", "No row matches remaining > 20000.00.")


class BindingState(Given):
    connector: str = described("The system's key.", "billing")
    operation: str = described("What is written there.", "plans")
    actions: list[str] = described("What is proved through it.", ["plan"])
    trouble: str | None = described("Why no draft may rely on it; null when one may.", None)
    tested_at: datetime | None = described("The last test.", AT)


class PolicyTestState(Given):
    id: str = described("The test's id.", TEST)
    name: str = described("What it holds the policy to.", "Small bills are paid whole")
    says: list[str] = described("What came out otherwise; empty when it passed.", [])


class DraftChecks(Given):
    hash: str = described("Of the content that was looked at.", HASH)
    ok: bool = described("Whether it may be submitted.", False)
    errors: list[Fault] = described("Everything that stands in the way.", [])
    findings: list[DraftFinding] = described("What its tables say of themselves.", [])
    tests: list[PolicyTestState] = described("Policy tests, run on it.", [])
    bindings: list[BindingState] = described("Where its outcomes are proved.", [])
    measured: bool = described("Whether its impact was measured on this very content.", True)


class PublishedVersion(Given):
    workflow: str = described("Of which workflow.", WORKFLOW)
    version: int = described("Its number.", 2)
    hash: str = described("SHA-256 of its document.", HASH)
    standing: str = described(
        "What it is now: `scheduled`, `in_force`, `past` or `unscheduled`.", "in_force"
    )
    effective_at: datetime = described("From when on.", AT)
    published_at: datetime = described("When it was published.", AT)
    published_by: str = described("By whom: the last to approve it, or the command line.",
                                  "staff:stf_2")
    draft: str | None = described("The draft it was; null for one from a file.", DRAFT)
    authors: list[str] = described("Who had a hand in it.", ["staff:stf_1"])
    approvers: list[str] = described("Who approved it.", ["staff:stf_2"])
    note: str | None = described("What was said of it.", None)
    unscheduled_by: str | None = described("Who took it off before its hour.", None)
    unscheduled_why: str | None = described("Why.", None)


class VersionPage(Given):
    versions: list[PublishedVersion] = described("The newest first.", [])
    after: str | None = described("Send it for the next page; null on the last.", None)


class VersionDocument(Given):
    document: dict[str, Any] = described("As it was published.", {"key": WORKFLOW, "version": 2})


class WorkflowStanding(Given):
    workflow: str = described("Its key.", WORKFLOW)
    version: int | None = described("What is in force.", 2)
    hash: str | None = described("SHA-256 of its document.", HASH)
    effective_at: datetime | None = described("Since when.", AT)
    scheduled: list[int] = described("Versions that come, the next first.", [])


class WorkflowStandings(Given):
    workflows: list[WorkflowStanding] = described("By key.", [])


class OnePolicyTest(Given):
    id: str = described("Its id.", TEST)
    workflow: str = described("Of which workflow.", WORKFLOW)
    name: str = described("What it holds the policy to.", "Small bills are paid whole")
    inputs: dict[str, Any] = described("Facts and other inputs, by name.", {"remaining": "9.00"})
    expects: dict[str, Any] = described("What each action comes to.", {"pay": {"offered": True}})
    made_by: str = described("Who saved it last.", "staff:stf_1")
    changed_at: datetime = described("When.", AT)


class PolicyTests(Given):
    tests: list[OnePolicyTest] = described("By name.", [])


class RemovedTest(Given):
    removed: str = described("The id of the test there was.", TEST)


class BindingTested(Given):
    connector: str = described("The system's key.", "billing")
    operation: str = described("What is written there.", "plans")
    passed: bool = described("Whether it said that nothing is there, as it has to.", True)
    trouble: str | None = described("What went wrong.", None)
    tested_at: datetime = described("When.", AT)
    tested_by: str = described("By whom.", "staff:stf_1")


GIVEN = (
    DraftPage, WholeDraft, DraftChecks, PublishedVersion, VersionPage, VersionDocument,
    WorkflowStandings, OnePolicyTest, PolicyTests, RemovedTest, BindingTested,
)
SENT = (
    NewDraft, DraftChange, Submission, DraftApproval, SendingBack, Withdrawal, BaseUpdate,
    RollBack, TakingOff, NewPolicyTest,
)
