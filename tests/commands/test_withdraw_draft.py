"""A draft that is given up is over, and kept."""

from __future__ import annotations

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.draft import DraftState
from inthread.domain.refusals import Forbidden, Stale
from inthread.runtime import Runtime
from inthread.store import audit, drafts
from tests.drafts import ADA, BEN, CYD, a_draft, a_submitted_draft, in_print
from tests.rows import nothing_written


def test_it_is_over_and_kept(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    over = withdraw_draft(rt, actor=BEN, draft_id=waiting.id, note="Not now.")
    assert (over.state, over.note) == (DraftState.WITHDRAWN, "Not now.")
    with rt.db.read() as tx:
        assert drafts.get(tx, over.id) == over
        last = audit.of_subject(tx, over.id)[-1]
    assert (last.event, last.actor, last.detail["was"]) == (
        "draft.withdrawn", "staff:stf_ben", "submitted"
    )
    with pytest.raises(Stale), nothing_written(rt.db):
        withdraw_draft(rt, actor=ADA, draft_id=over.id)


def test_what_is_not_withdrawn(rt: Runtime) -> None:
    in_print(rt)
    editing = a_draft(rt)
    with pytest.raises(Stale), nothing_written(rt.db):
        withdraw_draft(rt, actor=ADA, draft_id=editing.id, revision=editing.revision + 1)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        withdraw_draft(rt, actor=CYD, draft_id=editing.id)
    done = a_submitted_draft(rt)
    approve_draft(rt, actor=CYD, draft_id=done.id, hash=done.hash)
    with pytest.raises(Stale), nothing_written(rt.db):
        withdraw_draft(rt, actor=ADA, draft_id=done.id)
