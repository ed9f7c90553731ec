"""One person works on an item at a time, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState
from inthread.domain.refusals import AlreadySettled, Claimed, Forbidden, NotFound
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.commands.work import a_colleague, asked, item_now
from tests.look import item_of, said_of, state_of
from tests.races import at_once
from tests.rows import nothing_written

HALF_AN_HOUR = timedelta(minutes=30)  # customer_care's time for a claim


def test_it_holds_until_its_time_is_over(rt: Runtime, clock: Clock) -> None:
    visit = asked(rt)
    ada, ben, item = a_colleague(rt), a_colleague(rt, name="Ben"), item_of(rt, visit.case)
    claimed = claim_work_item(rt, actor=ada, item_id=item.id)
    until = clock.at + HALF_AN_HOUR
    assert (claimed.claimed_by, claimed.claimed_until) == (str(ada), until)
    assert said_of(rt, visit.case)[-1] == (
        "work.claimed", {"work_item": item.id, "until": until.isoformat()}
    )
    clock.tick(minutes=29, seconds=59)
    for act in (
        lambda: claim_work_item(rt, actor=ben, item_id=item.id),
        lambda: resolve_work_item(rt, actor=ben, item_id=item.id, result="resume"),
    ):
        with nothing_written(rt.db), pytest.raises(Claimed) as refusal:
            act()
        assert (refusal.value.by, refusal.value.until) == (str(ada), until)
    clock.tick(seconds=1)
    assert item_now(rt, item.id).holder(clock.at) is None
    assert claim_work_item(rt, actor=ben, item_id=item.id).claimed_by == str(ben)


def test_whoever_has_it_may_hold_on_and_resolve_it(rt: Runtime, clock: Clock) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    item = item_of(rt, visit.case)
    claim_work_item(rt, actor=ada, item_id=item.id)
    clock.tick(minutes=20)
    again = claim_work_item(rt, actor=ada, item_id=item.id)
    assert again.claimed_until == clock.at + HALF_AN_HOUR
    resolve_work_item(rt, actor=ada, item_id=item.id, result="resume")
    assert state_of(rt, visit.case) is CaseState.OPEN


def test_a_claim_that_returned_stops_nobody(rt: Runtime, clock: Clock) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    item = item_of(rt, visit.case)
    claim_work_item(rt, actor=ada, item_id=item.id)
    clock.tick(minutes=30)
    resolved = resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume")
    assert (resolved.resolution, resolved.resolved_by) == ("resume", "operator:cli")


def test_two_claim_at_once_and_one_gets_it(rt: Runtime) -> None:
    visit = asked(rt)
    item = item_of(rt, visit.case)
    people = [a_colleague(rt, name=f"Person {n}") for n in range(6)]
    came = at_once([
        lambda who=who: claim_work_item(rt, actor=who, item_id=item.id) for who in people
    ])
    got = [x for x in came if isinstance(x, WorkItem)]
    assert len(got) == 1
    assert [type(x) for x in came if not isinstance(x, WorkItem)] == [Claimed] * 5
    assert item_now(rt, item.id).claimed_by == got[0].claimed_by


def test_a_claim_and_a_resolution_at_once(rt: Runtime) -> None:
    """Whoever is first: a claim stops the other's resolution, a resolution the claim."""
    for number in range(4):
        visit = asked(rt, number=str(number))
        ada, item = a_colleague(rt), item_of(rt, visit.case)
        claim, resolution = at_once([
            lambda ada=ada, item=item: claim_work_item(rt, actor=ada, item_id=item.id),
            lambda item=item: resolve_work_item(
                rt, actor=OPERATOR, item_id=item.id, result="resume"
            ),
        ])
        kept = item_now(rt, item.id)
        if isinstance(claim, WorkItem):
            assert isinstance(resolution, Claimed)
            assert (kept.resolved_at, kept.claimed_by) == (None, str(ada))
        else:
            assert isinstance(claim, AlreadySettled)
            assert (kept.resolution, kept.claimed_by) == ("resume", None)


def test_what_cannot_be_claimed(rt: Runtime) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    item = item_of(rt, visit.case)
    with nothing_written(rt.db), pytest.raises(NotFound):
        claim_work_item(rt, actor=ada, item_id="wi_0")
    resolve_work_item(rt, actor=ada, item_id=item.id, result="resume")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        claim_work_item(rt, actor=ada, item_id=item.id)


@pytest.mark.parametrize("role", ["viewer", "author", "approver", "auditor"])
def test_who_may_not(rt: Runtime, role: str) -> None:
    visit = asked(rt)
    item = item_of(rt, visit.case)
    for actor in (a_colleague(rt, role), CUSTOMER, WORKER):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            claim_work_item(rt, actor=actor, item_id=item.id)
