"""The first factor: one answer at one cost; a try is counted before it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter

import pytest
from argon2 import PasswordHasher

from inthread import passwords
from inthread.commands.disable_staff import disable_staff
from inthread.commands.sign_in import sign_in
from inthread.commands.steps.let_in import LetIn, Place
from inthread.domain.actor import OPERATOR, STRANGER, WORKER
from inthread.domain.refusals import Forbidden, Refused, SignInRefused, TooMany
from inthread.queries.half_session import half_session
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from inthread.store import staff
from tests.clock import Clock
from tests.races import at_once
from tests.rows import every_row, nothing_written
from tests.staff import ELSEWHERE, HERE, PASSWORD, a_colleague, happened, signed_in

WRONG = "another-lamp-orchard-8"


def _try(
    rt: Runtime, email: str = "ada@alderway.test", password: str = WRONG, place: Place = ELSEWHERE
) -> LetIn:
    return sign_in(rt, actor=STRANGER, email=email, password=password, place=place)


def test_the_password_opens_half_a_session(rt: Runtime) -> None:
    ada = a_colleague(rt)
    half = _try(rt, " ADA@Alderway.test ", PASSWORD)
    assert (half.staff.id, half.whole) == (ada.id, False)
    assert staff_session(rt, half.token) is None
    found = half_session(rt, half.token)
    assert found is not None
    assert found.id == ada.id
    assert half.token not in str(every_row(rt.db))
    assert half.token not in repr(half)


def test_half_a_session_lasts_ten_minutes(rt: Runtime, clock: Clock) -> None:
    a_colleague(rt)
    half = _try(rt, password=PASSWORD)
    clock.tick(minutes=9, seconds=59)
    assert half_session(rt, half.token) is not None
    clock.tick(seconds=1)
    assert half_session(rt, half.token) is None


@pytest.mark.parametrize(("email", "password"), [
    ("ada@alderway.test", WRONG), ("ada@alderway.test", ""), ("nobody@alderway.test", PASSWORD),
    ("", ""), ("ada", PASSWORD), ("ada@alderway.test", PASSWORD + " "), ("x" * 4000, "y" * 4000),
])
def test_every_refusal_is_the_same(rt: Runtime, email: str, password: str) -> None:
    a_colleague(rt)
    with (
        nothing_written(rt.db, but=("audit", "throttles")),
        pytest.raises(SignInRefused) as refusal,
    ):
        _try(rt, email, password)
    assert str(refusal.value) == ""


def test_what_was_typed_as_an_address_is_not_kept(rt: Runtime) -> None:
    with pytest.raises(SignInRefused):
        _try(rt, "my-secret-password", "x")
    assert "my-secret-password" not in str(every_row(rt.db))
    assert happened(rt, "console") == [("staff.sign_in_refused", "stranger:console")]


def test_who_was_disabled_gets_the_same_answer(rt: Runtime) -> None:
    ada = a_colleague(rt)
    disable_staff(rt, actor=OPERATOR, staff_id=ada.id)
    with nothing_written(rt.db, but=("audit", "throttles")), pytest.raises(SignInRefused):
        _try(rt, password=PASSWORD)
    assert happened(rt, ada.id)[-1] == ("staff.sign_in_refused", "stranger:console")


def test_nobody_costs_as_much_as_somebody(rt: Runtime) -> None:
    """One hash each: within half of each other where one without a hash takes a tenth."""
    a_colleague(rt)
    passwords.matches(None, "warm")

    def took(email: str, n: int) -> float:
        begun = perf_counter()
        with pytest.raises(SignInRefused):
            _try(rt, email, place=Place(f"198.51.100.{n}"))
        return perf_counter() - begun

    known = min(took("ada@alderway.test", n) for n in range(5))
    unknown = min(took("nobody@alderway.test", n + 100) for n in range(5))
    assert 0.5 < unknown / known < 2


def test_tries_of_one_account_from_one_place_wait_longer_and_longer(
    rt: Runtime, clock: Clock
) -> None:
    a_colleague(rt)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            _try(rt)
    waits = []
    for _ in range(7):
        with pytest.raises(SignInRefused):
            _try(rt)
        with nothing_written(rt.db), pytest.raises(TooMany) as wait:
            _try(rt, password=PASSWORD)
        waits.append(wait.value.retry_after)
        clock.tick(seconds=wait.value.retry_after - 1)
        with pytest.raises(TooMany):
            _try(rt, password=PASSWORD)
        clock.tick(seconds=1)
    assert waits == [30, 60, 120, 300, 900, 900, 900]
    assert _try(rt, password=PASSWORD).staff.email == "ada@alderway.test"


def test_success_forgets_what_failed(rt: Runtime) -> None:
    a_colleague(rt)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                _try(rt)
        _try(rt, password=PASSWORD)


def test_nobody_unknown_is_slowed_the_same_way(rt: Runtime) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            _try(rt, "nobody@alderway.test")
    with nothing_written(rt.db), pytest.raises(TooMany) as wait:
        _try(rt, "nobody@alderway.test")
    assert wait.value.retry_after == 30


def test_many_places_slow_an_account_by_a_minute_and_never_its_owner(
    rt: Runtime, clock: Clock
) -> None:
    a_colleague(rt)
    waits = set()
    for n in range(40):
        try:
            _try(rt, place=Place(f"203.0.113.{n}"))
        except TooMany as wait:
            waits.add(wait.retry_after)
            clock.tick(seconds=wait.retry_after)
        except SignInRefused:
            pass
    assert waits == {30, 60}
    clock.tick(seconds=60)
    with pytest.raises(SignInRefused):
        _try(rt, place=Place("203.0.113.100"))
    with pytest.raises(TooMany):
        _try(rt, place=Place("203.0.113.101"))
    assert _try(rt, password=PASSWORD, place=HERE).whole is False


def test_one_network_cannot_go_through_a_list_of_people(rt: Runtime) -> None:
    for n in range(40):
        with pytest.raises(SignInRefused):
            _try(rt, f"nobody{n}@alderway.test")
    with nothing_written(rt.db), pytest.raises(TooMany):
        _try(rt, "nobody40@alderway.test")


def test_tries_at_once_are_counted_like_tries_in_a_row(rt: Runtime) -> None:
    a_colleague(rt)
    works: list[Callable[[], LetIn]] = [partial(_try, rt) for _ in range(12)]
    came = at_once(works)
    assert sum(isinstance(each, SignInRefused) for each in came) == 5
    assert sum(isinstance(each, TooMany) for each in came) == 7


def test_an_old_hash_is_made_anew(rt: Runtime) -> None:
    ada = a_colleague(rt)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with rt.db.begin() as tx:
        staff.change(tx, ada.id, password=old)
    _try(rt, password=PASSWORD)
    kept = str(every_row(rt.db)["staff"][0]["password"])
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, PASSWORD)


def test_counters_of_yesterday_are_forgotten(rt: Runtime, clock: Clock) -> None:
    ada = a_colleague(rt)
    with pytest.raises(SignInRefused):
        _try(rt, "nobody@alderway.test")
    clock.tick(hours=25)
    signed_in(rt, clock, ada)
    assert [row["key"].partition(":")[0] for row in every_row(rt.db)["throttles"]] == ["network"]


def test_no_program_signs_in(rt: Runtime) -> None:
    a_colleague(rt)
    for actor in (WORKER, OPERATOR):
        with nothing_written(rt.db), pytest.raises(Forbidden):
            sign_in(rt, actor=actor, email="ada@alderway.test", password=PASSWORD, place=HERE)


def test_refusals_are_refusals() -> None:
    assert issubclass(SignInRefused, Refused)
