"""Guesses at the same time: at most five evaluated a code, unlocked at most once."""

from __future__ import annotations

from dataclasses import replace

from inthread.commands.open_link import open_link
from inthread.commands.send_code import send_code
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER
from inthread.domain.challenge import Challenge
from inthread.domain.refusals import CodeRefused, TooMany
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import (
    AVisit,
    Fakes,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
    link_token,
    wrong_code,
)
from tests.clock import Clock
from tests.races import at_once
from tests.rows import every_row


def ask(rt: Runtime, visit: AVisit, purpose: str = "view") -> Challenge:
    return send_code(rt, actor=CUSTOMER, token=visit.token, purpose=purpose)


def give(rt: Runtime, visit: AVisit, code: str, purpose: str = "view") -> AVisit:
    passed = verify_code(rt, actor=CUSTOMER, token=visit.token, code=code, purpose=purpose)
    return replace(visit, token=passed.token)


def tries(rt: Runtime) -> list[int]:
    return [c["tries"] for c in every_row(rt.db)["challenges"]]


def events(rt: Runtime, visit: AVisit) -> list[str]:
    with rt.db.read() as tx:
        return [e.event for e in audit.of_subject(tx, visit.case.id)]


def test_a18_fifty_wrong_guesses_at_once(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    wrong = wrong_code(rt, ask(rt, visit))
    came = at_once([lambda: give(rt, visit, wrong)] * 50)
    kinds = [type(r).__name__ for r in came]
    assert {k: kinds.count(k) for k in set(kinds)} == {"CodeRefused": 4, "Locked": 46}
    assert sorted(r.tries_left for r in came if isinstance(r, CodeRefused)) == [1, 2, 3, 4]
    assert [tries(rt), events(rt, visit).count("code.wrong")] == [[5], 5]
    assert events(rt, visit).count("code.locked") == 1


def test_a18_a26_guesses_through_new_visits_and_a_resend(rt: Runtime, clock: Clock) -> None:
    """Fifty guesses, each through a cookie of its own, and a new code asked for meanwhile: at most
    five evaluated a code, as many in the audit as were counted, and nobody in."""
    case = an_asked_case(rt=rt)
    first = ask(rt, an_open_visit(rt=rt, case=case))
    clock.tick(seconds=30)
    token, wrong = link_token(rt, case), wrong_code(rt, first)

    def guess() -> object:
        opened = open_link(rt, actor=CUSTOMER, token=token)
        return verify_code(rt, actor=CUSTOMER, token=opened.token, code=wrong)

    def resend() -> object:
        opened = open_link(rt, actor=CUSTOMER, token=token)
        return send_code(rt, actor=CUSTOMER, token=opened.token)

    at_once([*[guess] * 25, resend, *[guess] * 25])
    counted = tries(rt)
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, case.id)
    said = [e.event for e in chain]
    assert max(counted) <= 5
    assert said.count("code.wrong") == sum(counted)
    assert said.count("code.passed") == 0
    assert [v["level"] for v in every_row(rt.db)["visits"] if v["level"] > 1] == []


def test_a20_the_right_code_eight_times_at_once(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    code = code_of(rt, ask(rt, visit))
    came = at_once([lambda: give(rt, visit, code)] * 8)
    assert sum(isinstance(r, AVisit) for r in came) == 1
    assert [tries(rt), events(rt, visit).count("code.passed")] == [[1], 1]


def test_a20_right_and_wrong_at_once_unlock_at_most_once(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    right, wrong = code_of(rt, challenge), wrong_code(rt, challenge)
    came = at_once([lambda: give(rt, visit, wrong), lambda: give(rt, visit, right)] * 10)
    passed = sum(isinstance(r, AVisit) for r in came)
    said = events(rt, visit)
    [counted] = tries(rt)
    assert passed == said.count("code.passed") <= 1
    assert counted == said.count("code.wrong") + passed <= 5


def test_two_who_ask_at_once_get_one_code(rt: Runtime, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    visits = [an_open_visit(rt=rt, case=case) for _ in range(3)]
    came = at_once([lambda v=v: ask(rt, v) for v in visits])
    assert sum(isinstance(r, Challenge) for r in came) == 1
    assert [r.retry_after for r in came if isinstance(r, TooMany)] == [30, 30]
    carry_all(rt)
    assert len([m for m in fakes.sms.sent if "is your code" in m.body]) == 1
