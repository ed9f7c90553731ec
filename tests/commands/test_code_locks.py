"""Too many wrong codes lock the case, and end in a next step with an owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.send_code import send_code
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState
from inthread.domain.challenge import Challenge
from inthread.domain.refusals import CodeRefused, Forbidden, Locked
from inthread.runtime import Runtime
from inthread.store import work_items
from tests.build import (
    AVisit,
    Fakes,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
    the_case,
    wrong_code,
)
from tests.clock import Clock
from tests.rows import every_row, nothing_written

KEPT = ("challenges", "audit")


def ask(rt: Runtime, visit: AVisit, purpose: str = "view") -> Challenge:
    return send_code(rt, actor=CUSTOMER, token=visit.token, purpose=purpose)


def give(rt: Runtime, visit: AVisit, code: str, purpose: str = "view") -> AVisit:
    passed = verify_code(rt, actor=CUSTOMER, token=visit.token, code=code, purpose=purpose)
    return replace(visit, token=passed.token)


def refused(rt: Runtime, visit: AVisit, code: str, purpose: str = "view") -> int | None:
    with pytest.raises(CodeRefused) as refusal:
        give(rt, visit, code, purpose)
    return refusal.value.tries_left


def tries(rt: Runtime) -> list[int]:
    return [c["tries"] for c in every_row(rt.db)["challenges"]]


def test_r6_5_five_wrong_lock_for_a_quarter_of_an_hour(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    clock.tick(minutes=4)
    for _ in range(4):
        refused(rt, visit, wrong_code(rt, challenge))
    with nothing_written(rt.db, but=(*KEPT, "messages", "outbox")), pytest.raises(Locked) as lock:
        give(rt, visit, wrong_code(rt, challenge))
    assert (lock.value.until, lock.value.with_a_person) == (clock.at + timedelta(minutes=15), False)
    assert the_case(rt, visit.case.id).state is CaseState.OPEN
    clock.tick(minutes=15, seconds=-1)
    fresh = an_open_visit(rt=rt, case=visit.case)
    with nothing_written(rt.db), pytest.raises(Locked):
        ask(rt, fresh)
    clock.tick(seconds=1)
    give(rt, fresh, code_of(rt, ask(rt, fresh)))


def test_r6_5_the_person_on_file_is_told_once(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    for _ in range(8):
        with pytest.raises((CodeRefused, Locked)):
            give(rt, visit, wrong_code(rt, challenge))
    carry_all(rt)
    assert [m.body for m in fakes.sms.sent if "paused" in m.body] == [
        "Alderway: we paused your link to protect you, after several codes that did not match."
        " Nothing was changed. Reply STOP to opt out."
    ]


def lock_for_a_person(rt: Runtime, clock: Clock) -> tuple[AVisit, Challenge]:
    """Ten wrong answers over three codes, none of them worn out; the last code's try is left."""
    case = an_asked_case(rt=rt)
    for wrong in (4, 4, 1):
        visit = an_open_visit(rt=rt, case=case)
        challenge = ask(rt, visit)
        for _ in range(wrong):
            refused(rt, visit, wrong_code(rt, challenge))
        if wrong == 4:
            clock.tick(minutes=10)
    with pytest.raises(Locked) as lock:
        give(rt, visit, wrong_code(rt, challenge))
    assert (lock.value.until, lock.value.with_a_person) == (None, True)
    return visit, challenge


def test_r6_5_the_tenth_wrong_of_a_day_gives_the_case_to_a_person(
    rt: Runtime, clock: Clock
) -> None:
    visit, _ = lock_for_a_person(rt, clock)
    case = the_case(rt, visit.case.id)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, case.id)
    assert item is not None
    assert (case.state, item.reason, item.queue) == (CaseState.EXCEPTION, "locked", "customer_care")
    assert case.next is not None
    assert (case.next.owner, case.next.due) == ("customer_care", clock.at + timedelta(days=1))


def test_no_eleventh_answer_is_evaluated(rt: Runtime, clock: Clock) -> None:
    visit, challenge = lock_for_a_person(rt, clock)
    with nothing_written(rt.db), pytest.raises(Locked):
        give(rt, visit, code_of(rt, challenge))
    clock.tick(minutes=20)
    other = an_open_visit(rt=rt, case=visit.case)
    with nothing_written(rt.db), pytest.raises(Locked):
        ask(rt, other)


def test_a_person_who_resolves_the_lock_lifts_it(rt: Runtime, clock: Clock) -> None:
    visit, _ = lock_for_a_person(rt, clock)
    with rt.db.read() as tx:
        item = work_items.open_of(tx, visit.case.id)
    assert item is not None
    clock.tick(minutes=20)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume")
    clock.tick(seconds=1)
    fresh = an_open_visit(rt=rt, case=visit.case)
    give(rt, fresh, code_of(rt, ask(rt, fresh)))
    assert the_case(rt, visit.case.id).state is CaseState.OPEN


def test_r6_4_a_right_code_starts_the_count_anew(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    for _ in range(3):
        visit = an_open_visit(rt=rt, case=case)
        challenge = ask(rt, visit)
        for _ in range(4):
            refused(rt, visit, wrong_code(rt, challenge))
        give(rt, visit, code_of(rt, challenge))
        clock.tick(minutes=20)
    assert [the_case(rt, case.id).state, tries(rt)] == [CaseState.OPEN, [5, 5, 5]]


def test_wrong_answers_of_yesterday_do_not_count(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    visit = an_open_visit(rt=rt, case=case)
    challenge = ask(rt, visit)
    for _ in range(4):
        refused(rt, visit, wrong_code(rt, challenge))
    with pytest.raises(Locked):
        give(rt, visit, wrong_code(rt, challenge))
    clock.tick(hours=24)
    again = an_open_visit(rt=rt, case=case)
    challenge = ask(rt, again)
    lefts = [refused(rt, again, wrong_code(rt, challenge)) for _ in range(4)]
    assert lefts == [4, 3, 2, 1]


def test_a_lock_of_one_case_leaves_another_alone(rt: Runtime) -> None:
    person = a_person(rt=rt)
    other = an_open_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-9")
    visit = an_open_visit(rt=rt, person=person)
    challenge = ask(rt, visit)
    for _ in range(5):
        with pytest.raises((CodeRefused, Locked)):
            give(rt, visit, wrong_code(rt, challenge))
    give(rt, other, code_of(rt, ask(rt, other)))


def test_only_a_customer_answers(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, ask(rt, visit))
    with nothing_written(rt.db), pytest.raises(Forbidden):
        verify_code(rt, actor=WORKER, token=visit.token, code=code)
