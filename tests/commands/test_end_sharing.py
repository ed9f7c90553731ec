"""The customer switches the link for somebody else off."""

from __future__ import annotations

import pytest

from inthread.commands.end_sharing import end_sharing
from inthread.domain.actor import CUSTOMER, PAYER
from inthread.domain.case import CaseState
from inthread.domain.payer_link import PayerLinkState
from inthread.domain.refusals import (
    Forbidden,
    LinkGone,
    NotFound,
    StepUpNeeded,
    VisitEnded,
)
from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import (
    AVisit,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_runtime,
    an_open_visit,
    carry_all,
)
from tests.clock import Clock
from tests.look import events_of, state_of
from tests.payers import (
    a_shared_payment,
    go_to_pay,
    kept,
    payment_of,
    shared_workflows,
)
from tests.races import at_once
from tests.rows import nothing_written


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock, workflows=shared_workflows())


def off(rt: Runtime, visit: AVisit, link_id: str) -> None:
    end_sharing(rt, actor=CUSTOMER, token=visit.token, payer_link_id=link_id)


def test_nobody_begins_to_pay_by_it_any_more(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    off(rt, visit, made.link.id)
    assert kept(rt, made).state is PayerLinkState.OFF
    with nothing_written(rt.db), pytest.raises(LinkGone, match="off"):
        go_to_pay(rt, made)
    assert events_of(rt, visit.case)[-1] == "payer_link.switched_off"


def test_switched_off_twice_is_once(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    at_once([lambda: off(rt, visit, made.link.id)] * 4)
    with nothing_written(rt.db):
        off(rt, visit, made.link.id)
    assert events_of(rt, visit.case).count("payer_link.switched_off") == 1


def test_a_payment_that_was_begun_still_counts(rt: Runtime, clock: Clock) -> None:
    visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    off(rt, visit, made.link.id)
    a_provider_event(rt=rt, payment_id=payment_of(rt, made))
    clock.tick(seconds=20)
    carry_all(rt, kinds=("payment",))
    assert state_of(rt, visit.case) is CaseState.RESOLVED


def test_one_at_the_door_and_one_at_the_switch(rt: Runtime) -> None:
    """Whoever is first: off, or paying. Never both by halves."""
    visit, made = a_shared_payment(rt=rt)
    came = at_once([lambda: go_to_pay(rt, made), lambda: off(rt, visit, made.link.id) or ""])
    begun = kept(rt, made).payment_id is not None
    assert isinstance(came[0], LinkGone) is not begun
    assert kept(rt, made).opens == (1 if begun else 0)


def test_a40_the_link_of_somebody_else(rt: Runtime) -> None:
    _, made = a_shared_payment(rt=rt)
    other = a_coded_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    for link_id in (made.link.id, "plink_0", ""):
        with nothing_written(rt.db), pytest.raises(NotFound):
            off(rt, other, link_id)


def test_only_who_may_see_the_case(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    bare = an_open_visit(rt=rt, case=visit.case)
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        off(rt, bare, made.link.id)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        off(rt, AVisit(visit.case, "token-0"), made.link.id)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        end_sharing(rt, actor=PAYER, token=visit.token, payer_link_id=made.link.id)
