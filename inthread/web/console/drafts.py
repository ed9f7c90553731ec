"""The drafts: every change of a workflow that somebody began."""

from __future__ import annotations

from flask import Response, request

from inthread.commands.start_draft import start_draft
from inthread.commands.update_base import update_base
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.draft import DraftState
from inthread.domain.merge import Keep
from inthread.domain.refusals import BadInput
from inthread.queries.drafts import drafts
from inthread.web.console.draft_frame import draft_path
from inthread.web.console.names import names_of
from inthread.web.console.shell import PREFIX, actor, done, needs, room, show
from inthread.web.responding import runtime

bp = room("drafts", "/drafts")

_STATES = (
    ("live", "On their way"), *((state.value, state.value.capitalize()) for state in DraftState),
    ("all", "All"),
)


@bp.get("")
@needs("policy:read")
def all_drafts() -> Response:
    rt, asked = runtime(), request.args.get("state", "live")
    state = DraftState(asked) if asked in list(DraftState) else None
    key, after = request.args.get("key", ""), request.args.get("after", "")
    page = drafts(
        rt, actor=actor(), key=key or None, state=state, live=asked == "live", after=after
    )
    authors = {author for draft in page.drafts for author in draft.authors}
    return show(
        "console/drafts.html", page=page, asked=asked, key=key, states=_STATES,
        names=names_of(authors), workflows=rt.workflows, first=not after,
        kept={name: value for name, value in (("state", asked), ("key", key)) if value},
    )


@bp.post("")
@needs("policy:write")
def start() -> Response:
    draft = start_draft(
        runtime(), actor=actor(), key=request.form.get("key", ""),
        title=request.form.get("title", ""),
    )
    return done(draft_path(draft.id), "draft_started")


@bp.post("/<draft_id>/update")
@needs("policy:write")
def update(draft_id: str) -> Response:
    """Bring it up to date with what was published meanwhile."""
    said = request.form.get("keep", "")
    update_base(
        runtime(), actor=actor(), draft_id=draft_id, revision=revision_sent(),
        keep=Keep(said) if said in list(Keep) else None,
    )
    return done(draft_path(draft_id, "changes"), "draft_updated")


@bp.post("/<draft_id>/withdraw")
@needs("policy:write")
def withdraw(draft_id: str) -> Response:
    withdraw_draft(
        runtime(), actor=actor(), draft_id=draft_id, revision=revision_sent(),
        note=request.form.get("note", ""),
    )
    return done(f"{PREFIX}/drafts", "draft_withdrawn")


def revision_sent() -> int:
    """Raises BadInput for a form that has none."""
    sent = request.form.get("revision", "")
    if not sent.isdecimal() or len(sent) > 9:
        raise BadInput([])
    return int(sent)
