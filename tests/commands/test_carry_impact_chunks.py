"""A measurement is carried in chunks: whole or not at all, once, by whoever comes."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from inthread.commands import carry_impact as carrying
from inthread.commands.change_draft import change_draft
from inthread.commands.drain_outbox import carry_job, claim_jobs
from inthread.commands.measure_impact import measure_impact
from inthread.domain.actor import WORKER
from inthread.domain.impact import ImpactState
from inthread.runtime import Runtime
from inthread.store import impacts
from inthread.store import tables as t
from tests.build import carry_all
from tests.clock import Clock
from tests.drafts import ADA, in_print
from tests.history import seed_decisions
from tests.impacts import a_draft, found, measured, newest, plans_from_80
from tests.statements import Broken, breaking_at, said_to


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 50)


@pytest.mark.usefixtures("small_chunks")
def test_given_back_after_a_while_it_goes_on_where_it_was(rt: Runtime, clock: Clock) -> None:
    in_print(rt)
    seed_decisions(rt, 175)
    whole = measured(rt, a_draft(rt, plans_from_80))

    class Hasty(Clock):
        def __call__(self) -> Any:
            self.tick(seconds=4)
            return self.at

    hasty = replace(rt, now=Hasty(clock.at))
    draft = a_draft(rt, plans_from_80)
    measure_impact(hasty, actor=ADA, draft_id=draft.id)
    steps = []
    while newest(rt, draft).going_on:
        [job] = claim_jobs(hasty, actor=WORKER, kinds=("impact",))
        carry_job(hasty, actor=WORKER, job=job)
        steps.append(newest(rt, draft).done)
    assert steps == [50, 100, 150, 175]
    again = newest(rt, draft)
    assert again.tally == whole.tally
    assert {one[:5] for one in found(rt, again)} == found(rt, whole)


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("statement", range(1, 5))
def test_a_chunk_is_kept_whole_or_not_at_all(rt: Runtime, statement: int) -> None:
    in_print(rt)
    seed_decisions(rt, 120)
    whole = measured(rt, a_draft(rt, plans_from_80))
    draft = a_draft(rt, plans_from_80)
    measure_impact(rt, actor=ADA, draft_id=draft.id)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("impact",))
    with breaking_at(rt.db, statement) as broke:
        with pytest.raises(Broken):
            carry_job(rt, actor=WORKER, job=job)
        assert broke()
    carry_job(rt, actor=WORKER, job=job)
    assert newest(rt, draft).tally == whole.tally
    assert found(rt, newest(rt, draft)) == found(rt, whole)


@pytest.mark.usefixtures("small_chunks")
def test_two_workers_at_once_count_nothing_twice(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 300)
    draft = a_draft(rt, plans_from_80)
    measure_impact(rt, actor=ADA, draft_id=draft.id)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("impact",))
    both = [
        threading.Thread(target=carry_job, args=(rt,), kwargs={"actor": WORKER, "job": job})
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    carry_job(rt, actor=WORKER, job=job)
    impact = newest(rt, draft)
    assert (impact.state, impact.done, impact.tally.decisions) == (ImpactState.DONE, 300, 300)
    assert len(found(rt, impact)) == impact.tally.actions["plan"].kinds["lost"]


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_is_four_statements(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 250)
    draft = a_draft(rt, plans_from_80)

    def statements(most: int) -> int:
        measure_impact(rt, actor=ADA, draft_id=draft.id, most=most)
        [job] = claim_jobs(rt, actor=WORKER, kinds=("impact",))
        with said_to(rt.db) as said:
            carry_job(rt, actor=WORKER, job=job)
        return len([s for s in said.statements if not s.startswith("COPY")])

    statements(250)  # what the one before found is removed by the next
    assert statements(250) - statements(50) <= 4 * 3


def test_a_replaced_one_is_let_be(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 40)
    draft = a_draft(rt, plans_from_80)
    first = measure_impact(rt, actor=ADA, draft_id=draft.id)
    second = measured(rt, draft)
    with rt.db.read() as tx:
        kept = impacts.get(tx, first.id)
        waiting = tx.execute(select(t.outbox.c.id).where(
            t.outbox.c.kind == "impact", t.outbox.c.done_at.is_(None)
        )).all()
    assert kept is not None
    assert (kept.state, kept.done, second.state) == (ImpactState.REPLACED, 0, ImpactState.DONE)
    assert waiting == []


def test_a_finished_one_counts_instead_of_those_before(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 80)
    draft = a_draft(rt, plans_from_80)
    first = measured(rt, draft)
    assert found(rt, first)
    second = measured(rt, draft)
    assert found(rt, first) == set()
    assert len(found(rt, second)) == second.tally.actions["plan"].kinds["lost"]
    with rt.db.read() as tx:
        states = tx.execute(select(t.impacts.c.state).order_by(t.impacts.c.id)).scalars().all()
    assert states == ["replaced", "done"]


def test_a_draft_that_was_changed_meanwhile_is_not_measured(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 10)
    draft = a_draft(rt, plans_from_80)
    measure_impact(rt, actor=ADA, draft_id=draft.id)
    document = json.loads(json.dumps(draft.document))
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 90.00"
    change_draft(rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=document)
    carry_all(rt, kinds=("impact",))
    impact = newest(rt, draft)
    assert (impact.state, impact.done) == (ImpactState.FAILED, 0)
    assert impact.trouble == "The draft was changed while it was measured."
