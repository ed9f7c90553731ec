"""The same press twice, two tabs, two devices: one outcome, one payment."""

from __future__ import annotations

import pytest

from inthread.commands.submit_action import Submitted, submit_action
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.refusals import (
    AlreadySettled,
    NonceReused,
)
from inthread.runtime import Runtime
from tests.build import (
    ALL,
    AVisit,
    a_choice,
    a_coded_visit,
    an_asked_case,
    an_open_visit,
    carry_all,
)
from tests.clock import Clock
from tests.look import state_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

# What a refusal keeps when it says that policy or identity spoke: that it did.


def submit(
    rt: Runtime, visit: AVisit, shown: str | None, action: str = "promise", nonce: str = "nonce-1"
) -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce=nonce, shown=shown
    )


def test_a43_the_same_press_twice_is_one_outcome(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    first = submit(rt, visit, shown)
    with nothing_written(rt.db):
        assert submit(rt, visit, shown) == first


def test_a43_pressed_twice_at_once_pays_once(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay", form=ALL)
    came = at_once([lambda: submit(rt, visit, shown, "pay")] * 8)
    assert came == [came[0]] * 8
    assert len(every_row(rt.db)["payments"]) == 1


def test_r7_7_the_same_key_with_another_body(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    submit(rt, visit, shown)
    for other, action in (("another", "promise"), (shown, "plan"), (None, "promise")):
        with nothing_written(rt.db), pytest.raises(NonceReused):
            submit(rt, visit, other, action)


def test_the_answer_outlives_the_end_of_the_case(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit)
    first = submit(rt, visit, shown)
    carry_all(rt)
    assert state_of(rt, visit.case) is CaseState.CLOSED
    assert submit(rt, visit, shown) == first


@pytest.mark.parametrize("action", ["promise", "pay"])
def test_a44_two_tabs_with_keys_of_their_own(rt: Runtime, action: str) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action=action)
    submit(rt, visit, shown, action, "tab-1")
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        submit(rt, visit, shown, action, "tab-2")


@pytest.mark.parametrize("action", ["promise", "pay"])
def test_eight_tabs_at_once_act_once(rt: Runtime, action: str) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action=action)
    came = at_once([lambda n=n: submit(rt, visit, shown, action, f"tab-{n}") for n in range(8)])
    rows = every_row(rt.db)
    assert sorted(type(r).__name__ for r in came) == ["AlreadySettled"] * 7 + ["Submitted"]
    assert len(rows["outcomes"]) + len(rows["payments"]) == 1
    assert len(rows["submissions"]) == 1


def test_two_devices_at_once_act_once(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    first = a_coded_visit(rt=rt, case=case)
    clock.tick(seconds=30)
    second = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))
    shown = a_choice(rt=rt, visit=first)
    came = at_once([
        lambda: submit(rt, first, shown, nonce="a"), lambda: submit(rt, second, shown, nonce="b"),
    ])
    assert sorted(type(r).__name__ for r in came) == ["AlreadySettled", "Submitted"]
