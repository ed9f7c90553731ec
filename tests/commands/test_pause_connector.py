"""A person stops all calls to a system of record, with a reason."""

from __future__ import annotations

import pytest

from inthread.commands.pause_connector import pause_connector
from inthread.commands.resume_connector import resume_connector
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import Fakes, the_case
from tests.clock import Clock
from tests.commands.delivery import ADMIN, AGENT, go, promised
from tests.look import writeback_of
from tests.rows import nothing_written


def test_nothing_is_called_while_it_is_paused_and_no_try_is_spent(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = promised(rt)
    pause_connector(rt, actor=ADMIN, connector="billing", why="their maintenance")
    go(rt, clock, 58)
    assert (fakes.billing.calls, writeback_of(rt, case).attempts) == ([], 0)
    assert resume_connector(rt, actor=ADMIN, connector="billing") == 1
    go(rt, clock, 5)
    assert the_case(rt, case.id).state == "closed"
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, "connector:billing")
    assert [(e.event, e.actor) for e in chain] == [
        ("connector.paused", "staff:stf_ada"), ("connector.resumed", "staff:stf_ada"),
    ]


@pytest.mark.parametrize("why", ["", "  ", "x" * 201])
def test_without_a_reason_it_goes_on(rt: Runtime, why: str) -> None:
    with nothing_written(rt.db), pytest.raises(BadInput):
        pause_connector(rt, actor=ADMIN, connector="billing", why=why)


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        pause_connector(rt, actor=AGENT, connector="billing", why="x")
    with nothing_written(rt.db), pytest.raises(NotFound):
        pause_connector(rt, actor=ADMIN, connector="nobody", why="x")


def test_twice_is_refused(rt: Runtime) -> None:
    pause_connector(rt, actor=ADMIN, connector="billing", why="x")
    with nothing_written(rt.db), pytest.raises(Stale):
        pause_connector(rt, actor=ADMIN, connector="billing", why="y")
