"""Trying again, by anybody, twice, a day later: one effect."""

from __future__ import annotations

from functools import partial

import pytest

from inthread.commands.replay_writeback import replay_writeback
from inthread.domain.refusals import AlreadySettled, Forbidden, NotFound, OutOfOrder
from inthread.runtime import Runtime
from inthread.store import audit, work_items
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.delivery import ADMIN, AGENT, carry, go, promised
from tests.look import writeback_of
from tests.races import at_once
from tests.rows import nothing_written


def test_one_that_failed_is_written_again_with_its_id_and_closes(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    fakes.billing.mode = "refuse"
    go(rt, clock)
    failed = writeback_of(rt, case)
    assert (failed.state, the_case(rt, case.id).state) == ("failed", "exception")
    fakes.billing.mode = "ok"
    replay_writeback(rt, actor=ADMIN, writeback_id=failed.id)
    go(rt, clock)
    assert the_case(rt, case.id).state == "closed"
    assert [e.writeback_id for e in fakes.billing.effects] == [failed.id]


def test_one_that_waits_for_its_next_try_has_it_now(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    fakes.billing.script.append("busy")
    carry(rt)
    assert (carry(rt), writeback_of(rt, case).state) == (0, "due")
    replay_writeback(rt, actor=ADMIN, writeback_id=writeback_of(rt, case).id)
    assert carry(rt) == 1
    assert the_case(rt, case.id).state == "closed"
    with rt.db.read() as tx:
        assert [e.actor for e in audit.of_subject(tx, case.id)
                if e.event == "writeback.replayed"] == ["staff:stf_ada"]


def test_a_day_later_what_is_proved_is_not_touched(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    go(rt, clock)
    clock.tick(days=1)
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        replay_writeback(rt, actor=ADMIN, writeback_id=writeback_of(rt, case).id)
    assert len(fakes.billing.effects) == 1


def test_many_at_once_are_one_effect(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = promised(rt)
    fakes.billing.script.append("refuse")
    go(rt, clock)
    failed = writeback_of(rt, case).id

    said = at_once([partial(replay_writeback, rt, actor=ADMIN, writeback_id=failed)] * 4)
    assert None in said
    go(rt, clock)
    assert the_case(rt, case.id).state == "closed"
    assert [e.writeback_id for e in fakes.billing.effects] == [failed]


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = promised(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        replay_writeback(rt, actor=AGENT, writeback_id=writeback_of(rt, case).id)
    with nothing_written(rt.db), pytest.raises(NotFound):
        replay_writeback(rt, actor=ADMIN, writeback_id="wb_nobody")


def test_what_no_exception_is_open_for_is_not_tried(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    fakes.billing.mode = "refuse"
    go(rt, clock)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
    assert item is not None
    with rt.db.begin() as tx:
        work_items.resolve(tx, item.id, "proved_later", "test", rt.now())
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        replay_writeback(rt, actor=ADMIN, writeback_id=writeback_of(rt, case).id)
