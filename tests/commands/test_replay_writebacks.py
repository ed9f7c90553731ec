"""Everything that failed in a span of time, each for itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.replay_writebacks import replay_writebacks
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import work_items
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.delivery import ADMIN, AGENT, go, promised
from tests.look import writeback_of
from tests.rows import nothing_written

HOUR = timedelta(hours=1)


def test_a_range_is_replayed_and_one_that_cannot_be_stops_no_other(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    fakes.billing.mode = "refuse"
    early = promised(rt, 1)
    go(rt, clock)
    clock.tick(hours=3)
    cases = [promised(rt, n) for n in (2, 3, 4)]
    go(rt, clock)
    with rt.db.begin() as tx:
        item = work_items.open_of(tx, cases[1].id)
        assert item is not None
        work_items.resolve(tx, item.id, "proved_later", "test", rt.now())
    fakes.billing.mode = "ok"
    now = rt.now()
    made = replay_writebacks(
        rt, actor=ADMIN, connector="billing", since=now - HOUR, until=now
    )
    ids = [writeback_of(rt, case).id for case in cases]
    assert (list(made.done), dict(made.refused), made.after) == (
        [ids[0], ids[2]], {ids[1]: "out_of_order"}, None
    )
    go(rt, clock)
    assert [the_case(rt, case.id).state for case in (cases[0], cases[2])] == ["closed"] * 2
    assert the_case(rt, early.id).state == "exception"
    again = replay_writebacks(
        rt, actor=ADMIN, connector="compliance", since=now - HOUR, until=now
    )
    assert again.done == ()


def test_an_agent_may_not(rt: Runtime, clock: Clock) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        replay_writebacks(
            rt, actor=AGENT, connector="billing", since=clock.at - HOUR, until=clock.at
        )
