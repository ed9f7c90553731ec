"""Going back is a new version with the old content, and takes somebody else's approval."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.roll_back import roll_back
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.unschedule_version import unschedule_version
from inthread.domain.draft import DraftState
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import carry_all
from tests.drafts import (
    ADA,
    BEN,
    CYD,
    KEY,
    a_submitted_draft,
    in_force,
    in_print,
    measure,
    shipped_document,
)
from tests.rows import nothing_written


@pytest.fixture
def two(rt: Runtime) -> None:
    """Version 2 is in force."""
    in_print(rt)
    waiting = a_submitted_draft(rt)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)


@pytest.mark.usefixtures("two")
def test_the_old_content_under_the_next_number(rt: Runtime) -> None:
    draft = roll_back(rt, actor=ADA, key=KEY, version=1, note="It hurt.")
    assert (draft.state, draft.base_version, draft.title) == (
        DraftState.SUBMITTED, 2, "Back to version 1"
    )
    assert draft.document == {**shipped_document(), "version": 3}
    assert (draft.authors, draft.submitted_by) == (("staff:stf_ada",), "staff:stf_ada")
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, draft.id)
    assert [(e.event, e.detail.get("again")) for e in chain] == [
        ("draft.started", 1), ("draft.submitted", None), ("impact.asked", None)
    ]
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=draft.id, hash=draft.hash)
    assert [p.path for p in refusal.value.problems] == ["/impact"]
    carry_all(rt)
    assert in_force(rt)[0] == 2
    approve_draft(rt, actor=CYD, draft_id=draft.id, hash=draft.hash)
    assert in_force(rt) == (3, draft.hash)


@pytest.mark.usefixtures("two")
def test_a69_who_rolls_back_does_not_approve_it(rt: Runtime) -> None:
    draft = roll_back(rt, actor=BEN, key=KEY, version=1)
    measure(rt, draft)
    with pytest.raises(Forbidden), nothing_written(rt.db, but=("audit",)):
        approve_draft(rt, actor=BEN, draft_id=draft.id, hash=draft.hash)


@pytest.mark.usefixtures("two")
def test_one_that_changes_much_takes_two(rt: Runtime) -> None:
    draft = roll_back(rt, actor=ADA, key=KEY, version=1)
    measure(rt, draft, moved=60)
    once = approve_draft(rt, actor=CYD, draft_id=draft.id, hash=draft.hash)
    assert once.state is DraftState.SUBMITTED


@pytest.mark.usefixtures("two")
def test_tests_of_the_new_policy_do_not_hold_it_up(rt: Runtime) -> None:
    save_policy_test(
        rt, actor=ADA, key=KEY, name="New", inputs={"remaining": "11.00"},
        expects={"pay": {"offered": True, "terms": {"least": "11.00"}}},
    )
    assert roll_back(rt, actor=ADA, key=KEY, version=1).state is DraftState.SUBMITTED


@pytest.mark.usefixtures("two")
def test_what_cannot_be_gone_back_to(rt: Runtime) -> None:
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        roll_back(rt, actor=ADA, key=KEY, version=2)
    assert [p.path for p in refusal.value.problems] == ["/version"]
    with pytest.raises(NotFound), nothing_written(rt.db):
        roll_back(rt, actor=ADA, key=KEY, version=9)
    with pytest.raises(NotFound), nothing_written(rt.db):
        roll_back(rt, actor=ADA, key="nobody", version=1)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        roll_back(rt, actor=CYD, key=KEY, version=1)


@pytest.mark.usefixtures("two")
def test_what_is_scheduled_is_taken_off_first(rt: Runtime) -> None:
    at = rt.now() + timedelta(days=1)
    waiting = a_submitted_draft(rt, effective_at=at, to="< 15.00")
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        roll_back(rt, actor=ADA, key=KEY, version=1)
    assert [(p.path, p.message) for p in refusal.value.problems] == [(
        "/effective_at",
        "has to be no earlier than version 3 takes effect: 2026-01-06 15:00:00 UTC",
    )]
    unschedule_version(rt, actor=CYD, key=KEY, version=3, why="Too early.")
    with pytest.raises(NotFound), nothing_written(rt.db):
        roll_back(rt, actor=ADA, key=KEY, version=3)
    draft = roll_back(rt, actor=ADA, key=KEY, version=1)
    assert (draft.base_version, draft.version) == (2, 4)
    waiting = a_submitted_draft(rt, to="< 16.00")
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    measure(rt, draft)
    with pytest.raises(Stale), nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=draft.id, hash=draft.hash)
