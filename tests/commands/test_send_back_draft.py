"""A draft goes back to its authors with a word; what was said of it before is void."""

from __future__ import annotations

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.submit_draft import submit_draft
from inthread.domain.audit import sealed
from inthread.domain.draft import DraftState, Verdict
from inthread.domain.refusals import BadInput, Forbidden, Stale
from inthread.queries.draft_view import draft_view
from inthread.runtime import Runtime
from inthread.store import audit
from tests.drafts import ADA, CYD, DEE, a_draft, a_submitted_draft, in_print
from tests.rows import nothing_written


def test_it_is_edited_again_with_the_word(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    back = send_back_draft(rt, actor=CYD, draft_id=waiting.id, note="Say why 12.00.")
    assert (back.state, back.note, back.hash, back.revision, back.submitted_by) == (
        DraftState.EDITING, "Say why 12.00.", waiting.hash, waiting.revision + 1, None
    )
    view = draft_view(rt, actor=ADA, draft_id=back.id)
    assert [(a.approver, a.verdict, a.note) for a in view.said] == [
        ("staff:stf_cyd", Verdict.SENT_BACK, "Say why 12.00.")
    ]
    with rt.db.read() as tx:
        last = audit.of_subject(tx, back.id)[-1]
    assert (last.event, last.detail) == ("draft.sent_back", {
        "revision": back.revision, "hash": back.hash, "note_sha256": sealed("Say why 12.00."),
    })


def test_who_approved_may_think_again_and_nothing_counts_any_more(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, moved=60)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    back = send_back_draft(rt, actor=CYD, draft_id=waiting.id, note="No.")
    again = submit_draft(rt, actor=ADA, draft_id=back.id, revision=back.revision)
    assert again.hash == waiting.hash
    assert draft_view(rt, actor=ADA, draft_id=back.id).approvers == ()
    once = approve_draft(rt, actor=DEE, draft_id=again.id, hash=again.hash)
    assert once.state is DraftState.SUBMITTED


def test_what_is_not_sent_back(rt: Runtime) -> None:
    in_print(rt)
    waiting, editing = a_submitted_draft(rt), a_draft(rt)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        send_back_draft(rt, actor=CYD, draft_id=waiting.id, note=" \n")
    assert [p.path for p in refusal.value.problems] == ["/note"]
    with pytest.raises(Stale), nothing_written(rt.db):
        send_back_draft(rt, actor=CYD, draft_id=editing.id, note="No.")
    with pytest.raises(Stale), nothing_written(rt.db):
        send_back_draft(
            rt, actor=CYD, draft_id=waiting.id, note="No.", revision=waiting.revision - 1
        )
    with pytest.raises(Forbidden), nothing_written(rt.db):
        send_back_draft(rt, actor=ADA, draft_id=waiting.id, note="No.")
