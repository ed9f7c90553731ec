"""The second factor: a code passes once, whoever comes first; a recovery code as well."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from inthread.commands.answer_second_factor import answer_second_factor
from inthread.commands.disable_staff import disable_staff
from inthread.commands.steps.let_in import LetIn
from inthread.domain.actor import OPERATOR, STRANGER, WORKER
from inthread.domain.refusals import CodeRefused, Forbidden, SignInRefused, TooMany
from inthread.keyring import totp_now
from inthread.queries.staff_list import staff_view
from inthread.runtime import Runtime
from inthread.store import audit
from tests.clock import Clock, Ids
from tests.races import at_once
from tests.rows import every_row, nothing_written
from tests.runtimes import a_keyring, a_runtime
from tests.staff import (
    ELSEWHERE,
    HERE,
    a_colleague,
    a_half,
    happened,
    next_code,
    session_of,
)


def _answer(rt: Runtime, token: str, code: str) -> LetIn:
    return answer_second_factor(rt, actor=STRANGER, token=token, code=code, place=ELSEWHERE)


def test_a_code_of_the_app_opens_the_console(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt, "author")
    half = a_half(rt, ada)
    code = next_code(clock, ada)
    whole = _answer(rt, half.token, f" {code[:3]} {code[3:]}")
    assert whole.token != half.token
    session = session_of(rt, whole.token)
    assert (session.staff.id, session.by, session.network) == (ada.id, "password", "198.51.100.9")
    with rt.db.read() as tx:
        event = audit.of_subject(tx, ada.id)[-1]
    assert (event.event, event.actor, event.detail["factor"]) == (
        "staff.signed_in", f"staff:{ada.id}", "totp"
    )


def test_the_half_session_is_over(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    half = a_half(rt, ada)
    _answer(rt, half.token, next_code(clock, ada))
    code = next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _answer(rt, half.token, code)


def test_the_same_code_does_not_pass_twice(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    code = next_code(clock, ada)
    _answer(rt, a_half(rt, ada).token, code)
    half = a_half(rt, ada)
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        _answer(rt, half.token, code)
    assert happened(rt, ada.id)[-1] == ("staff.code_replayed", "stranger:console")


def test_the_code_of_joining_does_not_pass_again(rt: Runtime) -> None:
    ada = a_colleague(rt)
    with pytest.raises(CodeRefused):
        _answer(rt, a_half(rt, ada).token, totp_now(ada.secret, rt.now()))


def test_of_two_posts_with_one_code_one_passes(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    halves = [a_half(rt, ada).token for _ in range(2)]
    code = next_code(clock, ada)
    works: list[Callable[[], LetIn]] = [partial(_answer, rt, half, code) for half in halves]
    came = at_once(works)
    assert sorted(type(each).__name__ for each in came) == ["CodeRefused", "LetIn"]
    sessions = every_row(rt.db)["staff_sessions"]
    assert sum(row["whole"] for row in sessions) == 2  # the other is the one of joining


def test_of_two_posts_of_one_half_session_one_passes(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    half = a_half(rt, ada).token
    first, second = next_code(clock, ada), next_code(clock, ada)
    works: list[Callable[[], LetIn]] = [
        partial(_answer, rt, half, code) for code in (first, second)
    ]
    came = at_once(works)
    assert sum(isinstance(each, LetIn) for each in came) == 1


@pytest.mark.parametrize(
    ("seconds", "passes"), [(-60, False), (-30, True), (30, True), (60, False)]
)
def test_a_clock_may_be_a_little_off(
    rt: Runtime, clock: Clock, seconds: int, passes: bool
) -> None:
    ada = a_colleague(rt)
    clock.tick(minutes=5)
    half = a_half(rt, ada)
    clock.tick(seconds=seconds)
    code = totp_now(ada.secret, clock())
    clock.tick(seconds=-seconds)
    if passes:
        assert _answer(rt, half.token, code).whole
        return
    with pytest.raises(CodeRefused):
        _answer(rt, half.token, code)


@pytest.mark.parametrize("code", [
    "", "12345", "1234567", "\u0967\u0968\u0969\u096a\u096b\u096c",
    "\uff11\uff12\uff13\uff14\uff15\uff16", "abcdef", "x" * 999,
])
def test_what_is_no_code(rt: Runtime, code: str) -> None:
    half = a_half(rt, a_colleague(rt))
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        _answer(rt, half.token, code)


def test_wrong_codes_wait_longer_whatever_the_half_session(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            _answer(rt, a_half(rt, ada).token, "000000")
    half = a_half(rt, ada)
    code = next_code(clock, ada)
    clock.tick(seconds=-1)
    with nothing_written(rt.db), pytest.raises(TooMany) as wait:
        _answer(rt, half.token, code)
    assert wait.value.retry_after == 1
    clock.tick(seconds=1)
    assert _answer(rt, half.token, code).whole


def test_a_recovery_code_passes_once(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    code = ada.recovery[3].upper().replace("-", " ")
    assert _answer(rt, a_half(rt, ada).token, code).whole
    with rt.db.read() as tx:
        detail = audit.of_subject(tx, ada.id)[-1].detail
    assert (detail["factor"], detail["recovery_codes_left"]) == ("recovery", 9)
    assert staff_view(rt, actor=OPERATOR, staff_id=ada.id).recovery_left == 9
    half = a_half(rt, ada)
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(CodeRefused):
        _answer(rt, half.token, code)


def test_a_recovery_code_is_its_owners_alone(rt: Runtime) -> None:
    ada = a_colleague(rt)
    bea = a_colleague(rt, email="bea@alderway.test", name="Bea")
    with pytest.raises(CodeRefused):
        _answer(rt, a_half(rt, bea).token, ada.recovery[0])


def test_of_two_posts_with_one_recovery_code_one_passes(rt: Runtime) -> None:
    ada = a_colleague(rt)
    halves = [a_half(rt, ada).token for _ in range(2)]
    works: list[Callable[[], LetIn]] = [
        partial(_answer, rt, half, ada.recovery[0]) for half in halves
    ]
    assert sorted(type(each).__name__ for each in at_once(works)) == ["CodeRefused", "LetIn"]


def test_who_was_disabled_after_the_password_stays_out(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    half = a_half(rt, ada)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    code = next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(SignInRefused):
        _answer(rt, half.token, code)


def test_the_secret_moves_to_the_newest_key(rt: Runtime, clock: Clock) -> None:
    ids = Ids()
    rt = a_runtime(rt.db, clock=clock, ids=ids)
    ada = a_colleague(rt)
    newer = a_runtime(rt.db, clock=clock, ids=ids, keyring=a_keyring(names=("k1", "k2")))
    assert str(every_row(rt.db)["staff"][0]["totp"]).startswith("k1")
    _answer(newer, a_half(newer, ada).token, next_code(clock, ada))
    assert str(every_row(rt.db)["staff"][0]["totp"]).startswith("k2")
    alone = a_runtime(rt.db, clock=clock, ids=ids, keyring=a_keyring(names=("k2",)))
    assert _answer(alone, a_half(alone, ada, HERE).token, next_code(clock, ada)).whole


def test_no_program_answers(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    half, code = a_half(rt, ada), next_code(clock, ada)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        answer_second_factor(rt, actor=WORKER, token=half.token, code=code, place=HERE)
