"""A code works once, for one case and purpose, for its time, with at most five tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.send_code import send_code
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER
from inthread.domain.assurance import Assurance, Identity
from inthread.domain.challenge import Challenge
from inthread.domain.refusals import CodeRefused, Locked, VisitEnded
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import (
    AVisit,
    a_case,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
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


def events(rt: Runtime, visit: AVisit) -> list[str]:
    with rt.db.read() as tx:
        return [e.event for e in audit.of_subject(tx, visit.case.id)]


def test_the_right_code_raises_the_visit(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    clock.tick(seconds=40)
    passed = verify_code(rt, actor=CUSTOMER, token=visit.token, code=code_of(rt, challenge))
    assert (passed.visit.level, passed.visit.level_at, passed.purpose) == (
        Assurance.CODE, clock.at, "view"
    )
    assert events(rt, visit)[-2:] == ["code.passed", "decision.offered"]
    [decision] = every_row(rt.db)["decisions"]
    assert decision["stage"] == "offered"


def test_a31_the_cookie_of_before_is_dead(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    after = give(rt, visit, code_of(rt, ask(rt, visit)))
    assert after.token != visit.token
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        ask(rt, visit)


def test_spaces_and_dashes_as_people_type_them(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, ask(rt, visit))
    give(rt, visit, f" {code[:3]}-{code[3:]} ")


def test_a_wrong_code_is_counted_and_kept(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    with nothing_written(rt.db, but=KEPT):
        assert refused(rt, visit, wrong_code(rt, challenge)) == 4
    assert tries(rt) == [1]
    assert events(rt, visit)[-1] == "code.wrong"


@pytest.mark.parametrize("typed", [
    "\uff11\uff12\uff13\uff14\uff15\uff16", "\u0663\u0664\u0665\u0666\u0667\u0668", "1234567",
    "12345", "+123456", "1234e5", "[123456]", "", "0x1F40", "9" * 5000, "12\x003456",
])
def test_a28_what_is_no_code_is_a_wrong_one(rt: Runtime, typed: str) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit)
    with nothing_written(rt.db, but=KEPT):
        assert refused(rt, visit, typed) == 4


def test_a28_full_width_digits_of_the_right_code_are_wrong(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, ask(rt, visit))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert refused(rt, visit, wide) == 4


def test_a19_the_right_code_as_sixth_guess(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    lefts = [refused(rt, visit, wrong_code(rt, challenge)) for _ in range(4)]
    assert lefts == [4, 3, 2, 1]
    with pytest.raises(Locked):
        give(rt, visit, wrong_code(rt, challenge))
    with nothing_written(rt.db), pytest.raises(Locked):
        give(rt, visit, code_of(rt, challenge))
    assert tries(rt) == [5]


@pytest.mark.parametrize(("seconds", "good"), [(299, True), (300, False), (301, False)])
def test_a21_r1_1_a_code_is_worth_nothing_at_the_end_of_its_time(
    rt: Runtime, clock: Clock, seconds: int, good: bool
) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    clock.tick(seconds=seconds)
    if good:
        assert give(rt, visit, code_of(rt, challenge)).token != visit.token
        return
    with nothing_written(rt.db):
        assert refused(rt, visit, code_of(rt, challenge)) is None


def test_r1_2_a_used_code_is_refused_and_audited(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    after = give(rt, visit, code_of(rt, challenge))
    with nothing_written(rt.db, but=("audit",)):
        assert refused(rt, after, code_of(rt, challenge)) is None
    assert events(rt, visit)[-1] == "code.replayed"


def test_without_a_code_asked_for_every_answer_is_refused(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db):
        assert refused(rt, visit, "123456") is None


def test_a22_the_code_of_another_case(rt: Runtime) -> None:
    """Two cases of one person, one phone."""
    person = a_person(rt=rt)
    first = an_open_visit(rt=rt, person=person, number="INV-1")
    [challenge] = [ask(rt, first)]
    a_case(rt=rt, person=person, number="INV-2")
    other = a_case(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-3")
    carry_all(rt)
    second = an_open_visit(rt=rt, case=other)
    assert refused(rt, second, code_of(rt, challenge)) is None
    mine = ask(rt, second)
    assert code_of(rt, mine) != code_of(rt, challenge)
    assert refused(rt, second, code_of(rt, challenge)) == 4


def test_a_code_asked_for_by_another_visit_is_wrong(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    mine, other = an_open_visit(rt=rt, case=case), an_open_visit(rt=rt, case=case)
    challenge = ask(rt, mine)
    assert refused(rt, other, code_of(rt, challenge)) == 4
    give(rt, mine, code_of(rt, challenge))


@pytest.mark.parametrize("given_for", ["view", "plan:digest-2", "upload:digest-1"])
def test_a23_a24_a_code_for_another_action_or_amount(rt: Runtime, given_for: str) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit, "plan:digest-1")
    assert refused(rt, visit, code_of(rt, challenge), given_for) == 4
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, visit.case.id)
    assert "digest" not in repr([e.detail for e in chain])


def test_a_strong_code_is_for_its_choice_and_five_minutes(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit, "plan:digest-1")
    passed = verify_code(
        rt, actor=CUSTOMER, token=visit.token, code=code_of(rt, challenge), purpose="plan:digest-1"
    ).visit
    at = clock.at
    strong, code = Identity(Assurance.STRONG), Identity(Assurance.CODE)
    assert passed.identity(at, "plan:digest-1") == strong
    assert passed.identity(at, "plan:digest-2") == code
    assert passed.identity(at) == code
    assert passed.identity(at + timedelta(seconds=299), "plan:digest-1") == strong
    assert passed.identity(at + timedelta(seconds=300), "plan:digest-1") == code


def test_r6_3_a_new_code_voids_the_old_and_not_the_count(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    first = ask(rt, visit)
    assert refused(rt, visit, wrong_code(rt, first)) == 4
    clock.tick(seconds=30)
    second = ask(rt, visit)
    assert refused(rt, visit, code_of(rt, first)) == 4
    assert [tries(rt), events(rt, visit).count("code.wrong")] == [[1, 1], 2]
    give(rt, visit, code_of(rt, second))
