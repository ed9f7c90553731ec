"""A checked choice is kept as a draft of the case, and nothing else happens."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from inthread.commands.save_choice import save_choice
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.money import Money
from inthread.domain.refusals import (
    AlreadySettled,
    Forbidden,
    NotFound,
    OutOfOrder,
    StepUpNeeded,
    VisitEnded,
)
from inthread.queries.action import check
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid
from inthread.store import outcomes
from tests.build import (
    ALL,
    PROMISE,
    AVisit,
    a_coded_visit,
    a_submission,
    an_asked_case,
    an_open_visit,
)
from tests.clock import Clock
from tests.races import at_once
from tests.rows import every_row, nothing_written


def save(
    rt: Runtime, visit: AVisit, form: Mapping[str, str] = PROMISE, action: str = "promise"
) -> None:
    save_choice(rt, actor=CUSTOMER, token=visit.token, action=action, form=Form(form))


def test_a_choice_goes_on_from_another_device(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    save(rt, a_coded_visit(rt=rt, case=case), ALL, "pay")
    clock.tick(minutes=20)
    other = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))
    chosen = check(rt, other.token, "pay").chosen
    assert chosen.lines[0] == ("you_pay_now", Money(184_20, "USD").as_json())


def test_the_last_one_stands(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    save(rt, visit, {"how": "part"}, "pay")
    save(rt, visit, ALL, "pay")
    with rt.db.read() as tx:
        assert outcomes.draft(tx, visit.case.id, "pay") == {"how": "all", "amount": ""}


def test_two_at_once_leave_one(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    at_once([lambda f=f: save(rt, visit, f, "pay") for f in (ALL, {"how": "part"}) * 4])
    assert len(every_row(rt.db)["drafts"]) == 1


def test_what_the_check_page_needs_is_kept_and_no_more(rt: Runtime) -> None:
    """A field that the form does not have goes nowhere (A39)."""
    visit = a_coded_visit(rt=rt)
    save(rt, visit, {**PROMISE, "status": "closed", "minor": "1", "case_id": "case_2"})
    with rt.db.read() as tx:
        assert outcomes.draft(tx, visit.case.id, "promise") == {**PROMISE, "amount": ""}


@pytest.mark.parametrize("amount", [
    "-1", "0", "0.00", "0.001", "1e9", "NaN", "inf", "184.21", "9.99", "10,00,00", "€20", "",
    "20 USD", "0x20", "\uff12\uff10", "9" * 40,
])
def test_a38_an_amount_that_is_none(rt: Runtime, amount: str) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Invalid) as invalid:
        save(rt, visit, {"how": "other", "amount": amount}, "pay")
    assert list(invalid.value.problems) == ["amount"]


@pytest.mark.parametrize(("action", "form"), [
    ("promise", {"on": "2026-01-04", "how": "all"}),
    ("promise", {"on": "2026-01-20", "how": "all"}),
    ("promise", {"on": "2026-02-30", "how": "all"}), ("plan", {"option": "monthly-999"}),
    ("plan", {"option": "daily-2"}), ("plan", {}), ("pay", {"how": "everything"}),
])
def test_a38_a_day_or_a_plan_that_is_not_offered(
    rt: Runtime, action: str, form: Mapping[str, str]
) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Invalid):
        save(rt, visit, form, action)


def test_a_form_that_is_wrong_keeps_the_visit_awake(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    for _ in range(3):
        clock.tick(minutes=4)
        with pytest.raises(Invalid):
            save(rt, visit, {}, "pay")
    save(rt, visit)


def test_r1_5_a_link_alone_may_not_choose(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        save(rt, visit)


def test_after_it_was_settled(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        save(rt, visit)


def test_an_action_the_workflow_does_not_have(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(NotFound):
        save(rt, visit, {}, "attest")


def test_a37_the_check_page_without_a_choice(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        check(rt, visit.token, "promise")


def test_without_a_visit(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        save(rt, AVisit(case, "token-0"))


def test_only_a_customer_chooses(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        save_choice(rt, actor=WORKER, token=visit.token, action="pay", form=Form(ALL))
