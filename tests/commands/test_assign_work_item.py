"""Somebody is meant to act."""

from __future__ import annotations

import pytest

from inthread.commands.assign_work_item import assign_work_item
from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.refusals import AlreadySettled, BadInput, Forbidden, NotFound
from inthread.queries.work_queue import Wanted, work_queue
from inthread.runtime import Runtime
from tests.commands.work import a_colleague, asked, item_now
from tests.look import item_of, said_of
from tests.rows import nothing_written


def test_it_is_theirs_and_their_queue_shows_it(rt: Runtime) -> None:
    first, second = asked(rt, number="1"), asked(rt, number="2")
    ada, ben = a_colleague(rt), a_colleague(rt, name="Ben")
    item = item_of(rt, second.case)
    given = assign_work_item(rt, actor=ada, item_id=item.id, to=ben.id)
    assert given.assigned_to == str(ben)
    assert said_of(rt, second.case)[-1] == (
        "work.assigned", {"work_item": item.id, "to": str(ben)}
    )

    def shown(wanted: Wanted) -> list[str]:
        return [x.case_id for x in work_queue(rt, actor=ben, wanted=wanted).items]

    assert shown(Wanted(owner=str(ben))) == [second.case.id]
    assert shown(Wanted(owner=str(ada))) == []
    assert shown(Wanted(free=True)) == [first.case.id]
    claim_work_item(rt, actor=ben, item_id=item_of(rt, first.case).id)
    assert shown(Wanted(owner=str(ben))) == [first.case.id, second.case.id]
    assert shown(Wanted(free=True)) == []
    back = assign_work_item(rt, actor=ada, item_id=item.id, to=None)
    assert back.assigned_to is None
    assert said_of(rt, second.case)[-1][1]["to"] == "its queue"
    with nothing_written(rt.db):
        assign_work_item(rt, actor=ada, item_id=item.id, to=None)


def test_anybody_elses_claim_ends(rt: Runtime) -> None:
    visit, ada, ben = asked(rt), a_colleague(rt), a_colleague(rt, name="Ben")
    item = item_of(rt, visit.case)
    claim_work_item(rt, actor=ada, item_id=item.id)
    assign_work_item(rt, actor=ada, item_id=item.id, to=ada.id)
    assert item_now(rt, item.id).claimed_by == str(ada)
    assign_work_item(rt, actor=ada, item_id=item.id, to=ben.id)
    assert item_now(rt, item.id).claimed_by is None
    resolve_work_item(rt, actor=ben, item_id=item.id, result="resume")


def test_who_cannot_act_gets_nothing(rt: Runtime) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    item = item_of(rt, visit.case)
    viewer, gone = a_colleague(rt, "viewer"), a_colleague(rt, active=False)
    for to, why in ((viewer.id, "no role"), (gone.id, "nobody"), ("stf_0", "nobody")):
        with nothing_written(rt.db), pytest.raises(BadInput, match=why) as refusal:
            assign_work_item(rt, actor=ada, item_id=item.id, to=to)
        assert [p.path for p in refusal.value.problems] == ["/to"]
    with nothing_written(rt.db), pytest.raises(NotFound):
        assign_work_item(rt, actor=ada, item_id="wi_0", to=ada.id)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        assign_work_item(rt, actor=viewer, item_id=item.id, to=ada.id)
    resolve_work_item(rt, actor=ada, item_id=item.id, result="resume")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        assign_work_item(rt, actor=ada, item_id=item.id, to=ada.id)
