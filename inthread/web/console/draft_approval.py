"""What a draft changes, and the way it becomes a version: submitted, approved by somebody else,
sent back, and in force from its hour."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Response, request

from inthread.commands.approve_draft import approve_draft
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.submit_draft import submit_draft
from inthread.domain.refusals import BadInput, Problem, Stale
from inthread.web.console.diff_view import compared
from inthread.web.console.draft_frame import Opened, conflict, draft_path, opened, tab_page
from inthread.web.console.drafts import revision_sent
from inthread.web.console.names import names_of
from inthread.web.console.shell import actor, done, needs, reader, room
from inthread.web.responding import runtime

bp = room("draft_approval", "/drafts/<draft_id>")


@bp.get("/changes")
@needs("policy:read")
def changes(draft_id: str) -> Response:
    on = opened(draft_id)
    return tab_page(
        on, "changes", "console/draft_changes.html", compared=compared(on.base, on.document),
        update_wrong=[],
    )


@bp.get("/approval")
@needs("policy:read")
def approval(draft_id: str) -> Response:
    return _page(opened(draft_id))


@bp.post("/submit")
@needs("policy:write")
def submit(draft_id: str) -> Response:
    """Ask for approval. The hour is read in the zone of whoever is signed in."""
    try:
        submit_draft(
            runtime(), actor=actor(), draft_id=draft_id, revision=revision_sent(),
            effective_at=_hour(request.form.get("effective_at", "")),
            note=request.form.get("note", ""),
        )
    except BadInput as wrong:
        return _page(
            opened(draft_id), HTTPStatus.UNPROCESSABLE_ENTITY, wrong=list(wrong.problems),
            typed=dict(request.form),
        )
    except Stale as moved:
        return _moved(draft_id, moved)
    return done(draft_path(draft_id, "approval"), "draft_submitted")


@bp.post("/approve")
@needs("policy:approve")
def approve(draft_id: str) -> Response:
    """Approve the content that the page showed, by its hash."""
    try:
        draft = approve_draft(
            runtime(), actor=actor(), draft_id=draft_id, hash=request.form.get("hash", ""),
            revision=revision_sent(), note=request.form.get("note", ""),
        )
    except BadInput as wrong:
        return _page(
            opened(draft_id), HTTPStatus.UNPROCESSABLE_ENTITY, wrong=list(wrong.problems),
            typed=dict(request.form),
        )
    except Stale as moved:
        return _moved(draft_id, moved)
    said = "draft_published" if draft.published_version else "draft_approved"
    return done(draft_path(draft_id, "approval"), said)


@bp.post("/send-back")
@needs("policy:approve")
def send_back(draft_id: str) -> Response:
    try:
        send_back_draft(
            runtime(), actor=actor(), draft_id=draft_id, note=request.form.get("note", ""),
            revision=revision_sent(),
        )
    except BadInput as wrong:
        return _page(
            opened(draft_id), HTTPStatus.UNPROCESSABLE_ENTITY, wrong=list(wrong.problems),
            typed=dict(request.form),
        )
    except Stale as moved:
        return _moved(draft_id, moved)
    return done(draft_path(draft_id, "approval"), "draft_sent_back")


def _hour(typed: str) -> datetime | None:
    """None: as soon as it is approved. Raises BadInput."""
    if not typed:
        return None
    try:
        read = datetime.fromisoformat(typed)
    except ValueError:
        raise BadInput([Problem("/effective_at", "is no day and time")]) from None
    return read if read.tzinfo else read.replace(tzinfo=reader().zone)


def _moved(draft_id: str, moved: Stale) -> Response:
    """Somebody was faster: the page as it is now, and what happened."""
    told = str(moved)
    return _page(
        opened(draft_id), conflict(), typed=dict(request.form),
        wrong=[Problem("", f"Nothing was done: {told}")],
    )


def _page(
    on: Opened, status: int = 200, *, wrong: list[Problem] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    draft, said = on.draft, on.view.said
    people = [*draft.authors, draft.submitted_by, *(one.approver for one in said)]
    return tab_page(
        on, "approval", "console/draft_approval.html", status=status, wrong=wrong or [],
        typed=typed or {}, names=names_of(people), zone=str(reader().zone),
        compared=compared(on.base, on.document), me_actor=str(actor()),
    )
