"""A claim is given back before its time."""

from __future__ import annotations

import pytest

from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.release_work_item import release_work_item
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.refusals import AlreadySettled, Claimed, Forbidden, NotFound
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.commands.work import a_colleague, asked
from tests.look import item_of, said_of
from tests.rows import nothing_written


def test_given_back_it_is_free_at_once(rt: Runtime) -> None:
    visit, ada, ben = asked(rt), a_colleague(rt), a_colleague(rt, name="Ben")
    item = item_of(rt, visit.case)
    claim_work_item(rt, actor=ada, item_id=item.id)
    freed = release_work_item(rt, actor=ada, item_id=item.id)
    assert (freed.claimed_by, freed.claimed_until) == (None, None)
    assert said_of(rt, visit.case)[-1] == ("work.released", {"work_item": item.id})
    assert claim_work_item(rt, actor=ben, item_id=item.id).claimed_by == str(ben)


def test_what_somebody_else_has_is_not_given_back(rt: Runtime, clock: Clock) -> None:
    visit, ada, ben = asked(rt), a_colleague(rt), a_colleague(rt, name="Ben")
    item = item_of(rt, visit.case)
    claim_work_item(rt, actor=ada, item_id=item.id)
    with nothing_written(rt.db), pytest.raises(Claimed):
        release_work_item(rt, actor=ben, item_id=item.id)
    clock.tick(minutes=30)
    with nothing_written(rt.db):
        release_work_item(rt, actor=ben, item_id=item.id)


def test_what_cannot_be_given_back(rt: Runtime) -> None:
    visit, ada, viewer = asked(rt), a_colleague(rt), a_colleague(rt, "viewer")
    item = item_of(rt, visit.case)
    with nothing_written(rt.db), pytest.raises(NotFound):
        release_work_item(rt, actor=ada, item_id="wi_0")
    with nothing_written(rt.db), pytest.raises(Forbidden):
        release_work_item(rt, actor=viewer, item_id=item.id)
    resolve_work_item(rt, actor=ada, item_id=item.id, result="resume")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        release_work_item(rt, actor=ada, item_id=item.id)
