"""Leaving ends the visit on the server."""

from __future__ import annotations

import pytest

from inthread.commands.leave_visit import leave_visit
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import Forbidden, VisitEnded
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import outcomes
from tests.build import PROMISE, a_coded_visit, an_open_visit
from tests.clock import Clock
from tests.look import events_of
from tests.rows import nothing_written


def leave(rt: Runtime, token: str) -> None:
    leave_visit(rt, actor=CUSTOMER, token=token)


def test_a33_the_cookie_is_dead_at_once(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    leave(rt, visit.token)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        send_code(rt, actor=CUSTOMER, token=visit.token)
    assert events_of(rt, visit.case)[-1] == "visit.left"


def test_twice_or_without_a_visit_is_fine(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    leave(rt, visit.token)
    with nothing_written(rt.db):
        leave(rt, visit.token)
        leave(rt, "token-0")


@pytest.mark.parametrize(("minutes", "seconds", "alive"), [
    (4, 59, True), (5, 0, False), (5, 1, False),
])
def test_a32_five_quiet_minutes_end_it_and_the_draft_stays(
    rt: Runtime, clock: Clock, minutes: int, seconds: int, alive: bool
) -> None:
    visit = a_coded_visit(rt=rt)
    save_choice(rt, actor=CUSTOMER, token=visit.token, action="promise", form=Form(PROMISE))
    clock.tick(minutes=minutes, seconds=seconds)
    if alive:
        send_code(rt, actor=CUSTOMER, token=visit.token)
        return
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        save_choice(rt, actor=CUSTOMER, token=visit.token, action="promise", form=Form(PROMISE))
    with rt.db.read() as tx:
        assert outcomes.draft(tx, visit.case.id, "promise") == {**PROMISE, "amount": ""}


@pytest.mark.parametrize(("seconds", "alive"), [(-1, True), (0, False)])
def test_a32_half_an_hour_ends_it_however_busy(
    rt: Runtime, clock: Clock, seconds: int, alive: bool
) -> None:
    visit = a_coded_visit(rt=rt)
    for _ in range(10):
        save_choice(rt, actor=CUSTOMER, token=visit.token, action="promise", form=Form(PROMISE))
        clock.tick(minutes=3, seconds=seconds / 10)
    if alive:
        save_choice(rt, actor=CUSTOMER, token=visit.token, action="promise", form=Form(PROMISE))
        return
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        save_choice(rt, actor=CUSTOMER, token=visit.token, action="promise", form=Form(PROMISE))


def test_only_a_customer_leaves(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        leave_visit(rt, actor=WORKER, token=visit.token)
