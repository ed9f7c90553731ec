"""Drafts: changes of workflows, from their beginning to their publication."""

from __future__ import annotations

from datetime import datetime

from flask_openapi3.models.tag import Tag

from inthread.acting.check_draft import Checks
from inthread.commands.answer_once import Reply
from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.start_draft import start_draft
from inthread.commands.submit_draft import submit_draft
from inthread.commands.update_base import update_base
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.actor import Actor
from inthread.domain.draft import LARGEST, DraftLine, DraftState
from inthread.domain.merge import Keep
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.stated import instant as read_instant
from inthread.queries.draft_checks import draft_checks
from inthread.queries.draft_view import draft_view
from inthread.queries.drafts import drafts
from inthread.web import api_given_drafts as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, BODY, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.responding import runtime

DRAFTS = Tag(name="Drafts", description="Changes of workflows, on their way to being in force.")
bp = Api("api_drafts", __name__, url_prefix=PREFIX, abp_tags=[DRAFTS],
         abp_security=[{"key": []}], abp_responses=ALWAYS)
GIVES = {200: give.WholeDraft, **WITH_BODY, **and_problems(404)}


@bp.get(
    "/drafts", operation_id="findDrafts", summary="Find drafts",
    description="The newest first, a page at a time, without their documents.",
    responses={200: give.DraftPage},
)
@needs("policy:read")
def find(actor: Actor, query: give.PolicyDraftQuery) -> Reply:
    page = drafts(
        runtime(), actor=actor, key=query.workflow or None, after=query.after, most=query.limit,
        state=DraftState(query.state) if query.state else None,
    )
    return Reply(200, {"drafts": [_line(draft) for draft in page.drafts], "after": page.after})


@bp.get(
    "/drafts/<draft_id>", operation_id="getDraft", summary="One draft",
    description="With its document, and what was said of it.",
    responses={200: give.WholeDraft, **and_problems(404)},
)
@needs("policy:read")
def get(actor: Actor, path: give.PolicyDraftPath) -> Reply:
    return _whole(actor, path.draft_id)


@bp.get(
    "/drafts/<draft_id>/checks", operation_id="checkDraft", summary="Check a draft",
    description="What is said of it as it stands, and everything that keeps it from being "
    "submitted.",
    responses={200: give.DraftChecks, **and_problems(404)},
)
@needs("policy:read")
def check(actor: Actor, path: give.PolicyDraftPath) -> Reply:
    return Reply(200, _checks(draft_checks(runtime(), actor=actor, draft_id=path.draft_id)))


@bp.post(
    "/workflows/<key>/drafts", operation_id="startDraft", summary="Begin a draft",
    description="From the newest published version of the workflow.", responses=GIVES,
)
@needs("policy:write")
def start(
    actor: Actor, header: sent.OnceKey, path: give.WorkflowPath, body: give.NewDraft
) -> Reply:
    return _whole(actor, start_draft(runtime(), actor=actor, key=path.key, title=body.title).id)


@bp.post(
    "/drafts/<draft_id>/change", operation_id="changeDraft", summary="Change a draft",
    description="Keep the whole new document. A submitted draft goes back to editing, and its "
    "approvals are void. 409 when another revision was changed.", responses=GIVES,
)
@needs("policy:write", body=LARGEST + BODY)
def change(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.DraftChange
) -> Reply:
    change_draft(
        runtime(), actor=actor, draft_id=path.draft_id, revision=body.revision,
        document=body.document, title=body.title,
    )
    return _whole(actor, path.draft_id)


@bp.post(
    "/drafts/<draft_id>/update", operation_id="updateDraft", summary="Bring a draft up to date",
    description="Put its changes on the newest version. 422 names the places that both changed.",
    responses=GIVES,
)
@needs("policy:write")
def update(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.BaseUpdate
) -> Reply:
    update_base(
        runtime(), actor=actor, draft_id=path.draft_id, revision=body.revision,
        keep=Keep(body.keep) if body.keep else None,
    )
    return _whole(actor, path.draft_id)


@bp.post(
    "/drafts/<draft_id>/submit", operation_id="submitDraft", summary="Submit a draft",
    description="Ask for it to be approved. 422 names everything that stands in the way.",
    responses=GIVES,
)
@needs("policy:write")
def submit(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.Submission
) -> Reply:
    submit_draft(
        runtime(), actor=actor, draft_id=path.draft_id, revision=body.revision, note=body.note,
        effective_at=_hour(body.effective_at),
    )
    return _whole(actor, path.draft_id)


@bp.post(
    "/drafts/<draft_id>/approve", operation_id="approveDraft", summary="Approve a draft",
    description="Exactly the content with this hash. It takes a key of a person's own, whose role "
    "may approve; 403 for whoever had a hand in the draft. With the last approval that is needed "
    "it is published.", responses=GIVES,
)
@needs("policy:approve")
def approve(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.DraftApproval
) -> Reply:
    approve_draft(
        runtime(), actor=actor, draft_id=path.draft_id, hash=body.hash, note=body.note
    )
    return _whole(actor, path.draft_id)


@bp.post(
    "/drafts/<draft_id>/send-back", operation_id="sendBackDraft", summary="Send a draft back",
    description="To its authors, with what is to be changed.", responses=GIVES,
)
@needs("policy:approve")
def send_back(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.SendingBack
) -> Reply:
    send_back_draft(runtime(), actor=actor, draft_id=path.draft_id, note=body.note)
    return _whole(actor, path.draft_id)


@bp.post(
    "/drafts/<draft_id>/withdraw", operation_id="withdrawDraft", summary="Give a draft up",
    description="For good; what was said of it is kept.", responses=GIVES,
)
@needs("policy:write")
def withdraw(
    actor: Actor, header: sent.OnceKey, path: give.PolicyDraftPath, body: give.Withdrawal
) -> Reply:
    withdraw_draft(runtime(), actor=actor, draft_id=path.draft_id, note=body.note)
    return _whole(actor, path.draft_id)


def whole(actor: Actor, draft_id: str) -> dict[str, object]:
    """A draft as the API gives it."""
    view = draft_view(runtime(), actor=actor, draft_id=draft_id)
    return {
        **_line(view.draft), "document": dict(view.draft.document),
        "verdicts": [
            {"by": one.approver, "verdict": one.verdict.value, "revision": one.revision,
             "hash": one.hash, "note": one.note, "at": instant(one.at)} for one in view.said
        ],
        "approvers": list(view.approvers), "needed": view.needed, "up_to_date": view.up_to_date,
    }


def _whole(actor: Actor, draft_id: str) -> Reply:
    return Reply(200, whole(actor, draft_id))


def _line(draft: DraftLine) -> dict[str, object]:
    return {
        "id": draft.id, "workflow": draft.key, "title": draft.title, "state": draft.state.value,
        "base_version": draft.base_version, "version": draft.published_version,
        "hash": draft.hash, "revision": draft.revision, "authors": list(draft.authors),
        "submitted_by": draft.submitted_by, "submitted_at": instant(draft.submitted_at),
        "effective_at": instant(draft.effective_at), "note": draft.note, "needed": draft.needed,
        "created_at": instant(draft.created_at), "changed_at": instant(draft.changed_at),
    }


def _checks(checks: Checks) -> dict[str, object]:
    return {
        "hash": checks.hash, "ok": checks.ok, "measured": checks.measured,
        "errors": [{"path": one.path, "message": one.message} for one in checks.errors],
        "findings": [
            {"severity": one.severity, "kind": one.kind, "action": one.action,
             "rows": list(one.rows), "says": one.says} for one in checks.findings
        ],
        "tests": [
            {"id": one.test.id, "name": one.test.name, "says": list(one.says)}
            for one in checks.tests
        ],
        "bindings": [
            {"connector": one.connector, "operation": one.operation, "actions": list(one.actions),
             "trouble": one.trouble,
             "tested_at": instant(one.test.tested_at) if one.test else None}
            for one in checks.bindings
        ],
    }


def _hour(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return read_instant(text)
    except ValueError as wrong:
        raise BadInput([Problem("/effective_at", str(wrong))]) from None
