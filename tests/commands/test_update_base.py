"""A draft takes over what was published since it was begun, and keeps its own changes."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.start_draft import start_draft
from inthread.commands.unschedule_version import unschedule_version
from inthread.commands.update_base import update_base
from inthread.domain.draft import Draft, DraftState
from inthread.domain.merge import Keep
from inthread.domain.refusals import BadInput, Forbidden, Stale
from inthread.runtime import Runtime
from inthread.store import audit
from tests.drafts import (
    ADA,
    BEN,
    CYD,
    KEY,
    a_draft,
    a_submitted_draft,
    in_force,
    in_print,
    submit,
)
from tests.rows import nothing_written


def publish(rt: Runtime, *, to: str = "< 12.00", at: int = 1) -> Draft:
    waiting = a_submitted_draft(rt, to=to, at=at)
    return approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)


def cell(document: Any, at: int) -> str:
    return str(document["policy"]["pay"]["rows"][at]["when"][0])


def test_both_changes_are_there_and_it_can_be_published(rt: Runtime) -> None:
    in_print(rt)
    mine = a_submitted_draft(rt, at=2, to="<= 250.00")
    publish(rt, at=1)
    draft = update_base(rt, actor=BEN, draft_id=mine.id, revision=mine.revision)
    assert (draft.base_version, draft.version, draft.state) == (2, 3, DraftState.EDITING)
    assert (cell(draft.document, 1), cell(draft.document, 2)) == ("< 12.00", "<= 250.00")
    assert draft.authors == ("staff:stf_ada", "staff:stf_ben")
    with rt.db.read() as tx:
        last = audit.of_subject(tx, draft.id)[-1]
    assert (last.event, last.detail) == ("draft.brought_up_to_date", {
        "revision": draft.revision, "hash": draft.hash, "base": 2, "was": 1, "keep": None,
    })
    waiting = submit(rt, draft)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert in_force(rt) == (3, waiting.hash)


@pytest.mark.parametrize(("keep", "kept"), [(Keep.MINE, "< 15.00"), (Keep.THEIRS, "< 12.00")])
def test_where_both_changed_the_same_a_person_says(rt: Runtime, keep: Keep, kept: str) -> None:
    in_print(rt)
    mine = a_draft(rt, to="< 15.00")
    publish(rt)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        update_base(rt, actor=ADA, draft_id=mine.id, revision=mine.revision)
    assert [(p.path, p.message) for p in refusal.value.problems] == [(
        "/document/policy/pay/rows/1/when/0",
        "was changed here and in version 2: say whose change to keep",
    )]
    draft = update_base(rt, actor=ADA, draft_id=mine.id, revision=mine.revision, keep=keep)
    assert (cell(draft.document, 1), draft.version) == (kept, 3)


def test_rows_that_came_and_went_are_told_apart_by_a_person(rt: Runtime) -> None:
    in_print(rt)
    begun = start_draft(rt, actor=ADA, key=KEY)
    shorter: Any = deepcopy(dict(begun.document))
    del shorter["policy"]["pay"]["rows"][1]
    mine = change_draft(
        rt, actor=ADA, draft_id=begun.id, revision=begun.revision, document=shorter
    )
    publish(rt)
    with pytest.raises(BadInput) as refusal:
        update_base(rt, actor=ADA, draft_id=mine.id, revision=mine.revision)
    assert [p.path for p in refusal.value.problems] == ["/document/policy/pay/rows"]


def test_one_made_from_a_version_that_was_taken_off(rt: Runtime) -> None:
    """What that version changed goes with it."""
    in_print(rt)
    waiting = a_submitted_draft(rt, effective_at=rt.now() + timedelta(days=1))
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    mine = a_draft(rt, at=2, to="<= 250.00")
    assert (mine.base_version, cell(mine.document, 1)) == (2, "< 12.00")
    unschedule_version(rt, actor=CYD, key=KEY, version=2, why="Too early.")
    draft = update_base(rt, actor=ADA, draft_id=mine.id, revision=mine.revision)
    assert (draft.base_version, draft.version) == (1, 3)
    assert (cell(draft.document, 1), cell(draft.document, 2)) == ("< 10.00", "<= 250.00")


def test_one_that_is_up_to_date_stays_as_it_is(rt: Runtime) -> None:
    in_print(rt)
    mine = a_draft(rt)
    with nothing_written(rt.db):
        assert update_base(rt, actor=BEN, draft_id=mine.id, revision=mine.revision) == mine


def test_what_is_not_brought_up_to_date(rt: Runtime) -> None:
    in_print(rt)
    mine, done = a_draft(rt, at=2, to="<= 250.00"), publish(rt)
    for draft_id, revision in ((mine.id, mine.revision + 1), (done.id, done.revision)):
        with pytest.raises(Stale), nothing_written(rt.db):
            update_base(rt, actor=ADA, draft_id=draft_id, revision=revision)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        update_base(rt, actor=CYD, draft_id=mine.id, revision=mine.revision)
