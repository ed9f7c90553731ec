"""A measurement is asked for; what stands in its way is said, and nothing is written."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from inthread.commands.change_draft import change_draft
from inthread.commands.drain_outbox import LANES
from inthread.commands.measure_impact import measure_impact
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.impact import ImpactState
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit, impacts
from inthread.store import tables as t
from tests.drafts import ADA, CYD, a_draft, in_print
from tests.history import seed_decisions
from tests.rows import nothing_written


def test_it_counts_what_is_to_be_decided_again_and_queues_it(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 40)
    draft = a_draft(rt)
    asked = measure_impact(rt, actor=ADA, draft_id=draft.id, most=30)
    with rt.db.read() as tx:
        assert impacts.newest(tx, draft.id) == asked
        [job] = tx.execute(
            select(t.outbox.c.ref, t.outbox.c.case_id).where(t.outbox.c.kind == "impact")
        ).all()
        last = audit.of_subject(tx, draft.id)[-1]
    assert (asked.state, asked.asked, asked.done) == (ImpactState.WAITING, 30, 0)
    assert (asked.hash, asked.live_version) == (draft.hash, 1)
    assert (job.ref, job.case_id) == (asked.id, None)
    assert (last.event, last.actor) == ("impact.asked", str(ADA))
    assert last.detail == {"impact": asked.id, "hash": draft.hash, "decisions": 30}


def test_without_a_number_it_is_what_admins_have_set(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 12)
    with rt.db.begin() as tx:
        tx.execute(t.console_settings.insert().values(
            name="impact", value={"decisions": 7}, set_by="staff:stf_1", set_at=rt.now()
        ))
    assert measure_impact(rt, actor=ADA, draft_id=a_draft(rt).id).asked == 7


def test_a_new_one_takes_the_place_of_an_unfinished_one(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    first = measure_impact(rt, actor=ADA, draft_id=draft.id)
    second = measure_impact(rt, actor=ADA, draft_id=draft.id)
    with rt.db.read() as tx:
        replaced = impacts.get(tx, first.id)
        assert impacts.newest(tx, draft.id) == second
    assert replaced is not None
    assert (replaced.state, replaced.ended_at) == (ImpactState.REPLACED, rt.now())


def test_it_takes_an_author(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        measure_impact(rt, actor=CYD, draft_id=draft.id)


def test_there_has_to_be_such_a_draft(rt: Runtime) -> None:
    with pytest.raises(NotFound), nothing_written(rt.db):
        measure_impact(rt, actor=ADA, draft_id="draft_none")


@pytest.mark.parametrize("most", [0, -1, 100_001])
def test_the_number_has_limits(rt: Runtime, most: int) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        measure_impact(rt, actor=ADA, draft_id=draft.id, most=most)
    assert [(p.path, p.message) for p in refusal.value.problems] == [
        ("/most", "use a whole number from 1 to 100,000")
    ]


def test_a_draft_that_is_over_is_not_measured(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    withdraw_draft(rt, actor=ADA, draft_id=draft.id)
    with pytest.raises(Stale), nothing_written(rt.db):
        measure_impact(rt, actor=ADA, draft_id=draft.id)


def test_a_draft_that_cannot_be_read_is_not_measured(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    broken = {**draft.document, "locales": []}
    draft = change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=broken
    )
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        measure_impact(rt, actor=ADA, draft_id=draft.id)
    assert "/document/locales" in {p.path for p in refusal.value.problems}


def test_codes_never_wait_behind_it() -> None:
    assert [kinds for kinds in LANES.values() if "impact" in kinds] == [("impact", "evidence")]
