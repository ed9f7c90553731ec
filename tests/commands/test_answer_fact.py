"""The known fact: a hurdle, three tries a case and day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.answer_fact import answer_fact
from inthread.commands.verify_code import Verified
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.assurance import Assurance, Identity
from inthread.domain.case import CaseState
from inthread.domain.person import Contact
from inthread.domain.refusals import (
    FactRefused,
    Forbidden,
    Locked,
    NotEligible,
    StepUpNeeded,
    VisitEnded,
)
from inthread.queries.action import action_form
from inthread.queries.visit import visit as see_visit
from inthread.runtime import Runtime
from inthread.store import people
from tests.build import (
    EMAIL,
    PHONE,
    AVisit,
    a_coded_visit,
    a_person,
    an_asked_case,
    an_open_visit,
)
from tests.clock import Clock
from tests.look import events_of, item_of, said_of, state_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

KEPT = ("fact_tries", "audit")


def answer(rt: Runtime, visit: AVisit, text: str) -> Verified:
    return answer_fact(rt, actor=CUSTOMER, token=visit.token, answer=text)


def wrong(rt: Runtime, visit: AVisit) -> int:
    with pytest.raises(FactRefused) as refusal:
        answer(rt, visit, "99999")
    return refusal.value.tries_left


@pytest.mark.parametrize("typed", ["10001", " 10001 ", "100-01", "1 0 0 0 1"])
def test_the_right_answer_lifts_the_hurdle_and_no_level(rt: Runtime, typed: str) -> None:
    visit = an_open_visit(rt=rt)
    passed = answer(rt, visit, typed)
    assert passed.visit.identity(rt.now()) == Identity(Assurance.LINK, fact=True)
    assert passed.token != visit.token
    assert [v.action for v in see_visit(rt, passed.token).offered] == ["pay", "plan", "promise"]
    assert events_of(rt, visit.case)[-2:] == ["fact.passed", "decision.offered"]
    with pytest.raises(VisitEnded):
        answer(rt, visit, typed)


def test_letters_accents_and_case_do_not_matter(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt, facts={"postcode": "Ély 3Q"})
    assert answer(rt, visit, "ELY3q").visit.fact


def test_a_wrong_one_is_counted(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db, but=KEPT):
        assert wrong(rt, visit) == 2
    assert events_of(rt, visit.case)[-1] == "fact.wrong"
    assert "10001" not in repr([r["detail"] for r in every_row(rt.db)["audit"]])


def test_r1_8_three_tries_whatever_the_visit(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    visits = [an_open_visit(rt=rt, case=case) for _ in range(3)]
    assert [wrong(rt, visits[0]), wrong(rt, visits[1])] == [2, 1]
    with pytest.raises(Locked):
        answer(rt, visits[2], "99999")
    with nothing_written(rt.db), pytest.raises(Locked):
        answer(rt, visits[2], "10001")
    clock.tick(hours=24)
    assert answer(rt, an_open_visit(rt=rt, case=case), "10001").visit.fact


def test_with_a_phone_the_code_is_the_way_on(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    wrong(rt, visit)
    wrong(rt, visit)
    with pytest.raises(Locked) as lock:
        answer(rt, visit, "99999")
    assert (lock.value.with_a_person, state_of(rt, visit.case)) == (False, CaseState.OPEN)


def test_without_a_phone_a_person_has_it(rt: Runtime) -> None:
    person = a_person(rt=rt, contacts=(("email", EMAIL),))
    visit = an_open_visit(rt=rt, person=person)
    wrong(rt, visit)
    wrong(rt, visit)
    for _ in range(2):
        with pytest.raises(Locked) as lock:
            answer(rt, visit, "99999")
        assert lock.value.with_a_person
    assert (state_of(rt, visit.case), item_of(rt, visit.case).reason) == (
        CaseState.EXCEPTION, "locked"
    )


def test_fifty_at_once_evaluate_three(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    came = at_once([lambda: answer(rt, visit, "99999")] * 30 + [
        lambda: answer(rt, visit, "10001")
    ] * 20)
    said = events_of(rt, visit.case)
    passed = sum(isinstance(r, Verified) for r in came)
    assert passed == said.count("fact.passed") <= 1
    assert len(every_row(rt.db)["fact_tries"]) == said.count("fact.wrong") + passed <= 3


def test_where_there_is_no_question(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt, facts={"postcode": ""})
    with nothing_written(rt.db), pytest.raises(NotEligible):
        answer(rt, visit, "")


@pytest.mark.parametrize("typed", ["", "---", "\u0000", "1" * 100_000])
def test_what_is_no_answer_is_a_wrong_one(rt: Runtime, typed: str) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db, but=KEPT), pytest.raises(FactRefused):
        answer(rt, visit, typed)


def test_another_cases_fact(rt: Runtime) -> None:
    mine = an_open_visit(rt=rt, number="INV-1")
    other = an_open_visit(
        rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"),
        facts={"postcode": "20002"},
    )
    with pytest.raises(FactRefused):
        answer(rt, replace(mine, token=other.token), "10001")


def test_only_a_customer_answers(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        answer_fact(rt, actor=WORKER, token=visit.token, answer="10001")


def test_r1_5_it_opens_nothing_that_asks_for_a_code(rt: Runtime) -> None:
    passed = answer(rt, an_open_visit(rt=rt), "10001")
    with nothing_written(rt.db), pytest.raises(StepUpNeeded) as refusal:
        action_form(rt, passed.token, "promise")
    assert (refusal.value.code, refusal.value.needs) == ("step_up_required", "code")


def test_after_a_code_it_keeps_the_level(rt: Runtime) -> None:
    passed = answer(rt, a_coded_visit(rt=rt), "10001")
    assert passed.visit.identity(rt.now()) == Identity(Assurance.CODE, fact=True)


@pytest.mark.parametrize(("held", "typed"), [
    ("SW1A 1AA", "  Sw1a-1aA "), ("10001", "\uff11\uff10\uff10\uff10\uff11"),
    ("São João", "sao joao"), ("ZÜRICH", "zu\u0308rich"), ("straße", "STRASSE"),
])
def test_it_forgives_how_people_type(rt: Runtime, held: str, typed: str) -> None:
    assert answer(rt, an_open_visit(rt=rt, facts={"postcode": held}), typed).visit.fact


@pytest.mark.parametrize("typed", ["1000", "100011", "1000l", "10002", "None", "10001" * 50])
def test_it_forgives_no_more_than_that(rt: Runtime, typed: str) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db, but=KEPT), pytest.raises(FactRefused) as refusal:
        answer(rt, visit, typed)
    assert (refusal.value.code, refusal.value.tries_left) == ("fact_refused", 2)
    [visited] = every_row(rt.db)["visits"]
    assert said_of(rt, visit.case)[-1] == ("fact.wrong", {"visit": visited["id"], "left": 2})


def test_a27_the_tries_are_of_the_case_not_of_the_device(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    for left in (2, 1):
        assert wrong(rt, an_open_visit(rt=rt, case=case)) == left
        clock.tick(minutes=20)
    with pytest.raises(Locked):
        answer(rt, an_open_visit(rt=rt, case=case), "99999")
    other = an_open_visit(rt=rt, number="INV-2", person=a_person(rt=rt, reference="CUST-2"))
    assert answer(rt, other, "10001").visit.fact
    fresh = an_open_visit(rt=rt, case=case)
    with nothing_written(rt.db), pytest.raises(Locked) as refusal:
        answer(rt, fresh, "10001")
    assert (refusal.value.code, refusal.value.until) == ("locked", None)


def test_a_try_is_given_back_after_exactly_a_day(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    assert [wrong(rt, an_open_visit(rt=rt, case=case)) for _ in range(2)] == [2, 1]
    with pytest.raises(Locked):
        answer(rt, an_open_visit(rt=rt, case=case), "99999")
    clock.tick(hours=24, seconds=-1)
    with pytest.raises(Locked):
        answer(rt, an_open_visit(rt=rt, case=case), "10001")
    clock.tick(seconds=1)
    assert answer(rt, an_open_visit(rt=rt, case=case), "10001").visit.fact


def a_young_phone(rt: Runtime, clock: Clock) -> AVisit:
    """E-mail on file, and a phone since an hour ago that may get no code."""
    person = a_person(rt=rt, contacts=(("email", EMAIL),))
    phone = Contact("con_new", person.id, "sms", PHONE, 0, known_since=clock.at)
    with rt.db.begin() as tx:
        people.add_contacts(tx, [phone], clock.at, rt.keyring.tail)
    clock.tick(hours=1)
    return an_open_visit(rt=rt, person=person)


def no_channel(rt: Runtime, clock: Clock) -> AVisit:
    """A number that nothing here can call."""
    contacts = (("email", EMAIL), ("voice", PHONE))
    return an_open_visit(rt=rt, person=a_person(rt=rt, contacts=contacts))


@pytest.mark.parametrize("made", [a_young_phone, no_channel])
def test_a35_where_no_code_can_be_sent_a_person_is_the_other_way(
    rt: Runtime, clock: Clock, made: Callable[[Runtime, Clock], AVisit]
) -> None:
    visit = made(rt, clock)
    assert [wrong(rt, visit), wrong(rt, visit)] == [2, 1]
    with pytest.raises(Locked) as lock:
        answer(rt, visit, "99999")
    item = item_of(rt, visit.case)
    assert (lock.value.with_a_person, item.reason, item.queue, item.due_at) == (
        True, "locked", "customer_care", clock.at + timedelta(days=1)
    )
    with nothing_written(rt.db), pytest.raises(Locked) as later:
        answer(rt, visit, "10001")
    assert later.value.with_a_person
