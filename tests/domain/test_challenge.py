"""How often a code may be sent, and when too many wrong answers lock a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.challenge import (
    GAPS,
    HARD_LIFE,
    MOST_TRIES,
    WRONG_PER_DAY,
    Challenge,
    Lock,
    lock_after,
    old_enough,
    wait_before_sending,
)

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def a_challenge(tries: int = 0, ago: timedelta = MINUTE, **changes: object) -> Challenge:
    made = Challenge(
        "chal_1", "case_1", "per_1", "con_1", "visit_1", "view", "k1", 0, tries, NOW - ago,
        NOW - ago + 5 * MINUTE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def worn_out(ago: timedelta) -> Challenge:
    return a_challenge(MOST_TRIES, ago + MINUTE, superseded_at=NOW - ago)


def test_the_limits_of_the_rules() -> None:
    """RTS (EU) 2018/389 Art. 4(3)(b); ASVS 6.5.5."""
    assert MOST_TRIES == 5
    assert timedelta(minutes=10) == HARD_LIFE


@pytest.mark.parametrize(("challenge", "open_now"), [
    (a_challenge(), True),
    (a_challenge(4), True),
    (a_challenge(5), False),
    (a_challenge(used_at=NOW), False),
    (a_challenge(superseded_at=NOW), False),
    (a_challenge(ago=5 * MINUTE - SECOND), True),
    (a_challenge(ago=5 * MINUTE), False),
])
def test_whether_it_is_open(challenge: Challenge, open_now: bool) -> None:
    assert challenge.open(NOW) == open_now


@pytest.mark.parametrize(("ago", "wait"), [
    ([], None),
    ([0], 30), ([29], 1), ([30], None),
    ([60, 30], 30), ([90, 60], None),
    ([500, 400, 200], 400),  # three in a quarter of an hour: the first has to be that old
    ([901, 400, 200], None),
    ([80000, 70000, 60000, 50000, 4000], 6400),  # five in a day
    ([86400, 70000, 60000, 50000, 4000], None),
    ([80000, 70000, 60000, 50000, 10], 6400),
])
def test_how_long_to_wait(ago: list[int], wait: int | None) -> None:
    sent = [NOW - a * SECOND for a in ago]
    assert wait_before_sending(sent, NOW) == (None if wait is None else wait * SECOND)


@given(st.lists(st.integers(0, 86_399), max_size=12))
def test_whoever_waits_as_told_may_send(ago: list[int]) -> None:
    sent = sorted(NOW - a * SECOND for a in ago)
    wait = wait_before_sending(sent, NOW)
    if wait is not None:
        later = NOW + wait
        recent = [at for at in sent if later - at < 24 * HOUR]
        assert wait_before_sending(recent, later) is None
        assert wait_before_sending(sent, later - SECOND) is not None


@given(st.integers(1, 40))
def test_nobody_sends_more_than_five_a_day_however_they_try(tries: int) -> None:
    sent: list[datetime] = []
    at = NOW
    for _ in range(tries):
        wait = wait_before_sending([s for s in sent if at - s < 24 * HOUR], at)
        at += wait or timedelta(0)
        sent.append(at)
    for end in sent:
        day = [s for s in sent if timedelta(0) <= end - s < 24 * HOUR]
        quarter = [s for s in day if end - s < 15 * MINUTE]
        assert len(day) <= 5
        assert len(quarter) <= 3
    assert all(b - a >= GAPS[0] for a, b in pairwise(sent))


@pytest.mark.parametrize(("challenges", "lock"), [
    ([], None),
    ([a_challenge(4)], None),
    ([a_challenge(MOST_TRIES)], Lock(NOW + 15 * MINUTE)),  # just now
    ([worn_out(MINUTE)], Lock(NOW + 14 * MINUTE)),
    ([worn_out(15 * MINUTE - SECOND)], Lock(NOW + SECOND)),
    ([worn_out(15 * MINUTE)], None),
    ([worn_out(HOUR), a_challenge(4)], None),
    ([worn_out(HOUR), a_challenge(MOST_TRIES)], Lock(None)),
    ([a_challenge(3), a_challenge(3), a_challenge(4)], Lock(None)),
    ([a_challenge(3), a_challenge(3), a_challenge(3)], None),
    ([worn_out(25 * HOUR), worn_out(HOUR)], None),  # yesterday's do not count
])
def test_when_it_locks(challenges: list[Challenge], lock: Lock | None) -> None:
    assert lock_after(challenges, NOW) == lock


def test_a_right_code_starts_the_count_anew() -> None:
    passed = a_challenge(3, 10 * MINUTE, used_at=NOW - 9 * MINUTE)
    assert lock_after([a_challenge(4, HOUR), passed, a_challenge(4)], NOW) is None
    assert lock_after([passed, worn_out(MINUTE)], NOW) == Lock(NOW + 14 * MINUTE)


def test_so_does_a_person_who_cleared_it() -> None:
    worn = [worn_out(HOUR), worn_out(MINUTE)]
    assert lock_after(worn, NOW) == Lock(None)
    assert lock_after(worn, NOW, NOW) is None
    assert lock_after(worn, NOW, NOW - 30 * MINUTE) == Lock(NOW + 14 * MINUTE)


@given(st.lists(st.integers(0, MOST_TRIES), max_size=5))
def test_ten_wrong_in_a_day_are_the_most(tries: list[int]) -> None:
    """However they are spread over codes, and without a lock in between, a person has it then."""
    challenges = [a_challenge(n, timedelta(hours=len(tries) - at)) for at, n in enumerate(tries)]
    lock = lock_after(challenges, NOW)
    assert (lock == Lock(None)) == (sum(tries) >= WRONG_PER_DAY)


@pytest.mark.parametrize(("known_since", "old"), [
    (None, True), (NOW - timedelta(days=7), True), (NOW - timedelta(days=7) + SECOND, False),
    (NOW, False),
])
def test_a_new_phone_waits_seven_days(known_since: datetime | None, old: bool) -> None:
    assert old_enough(known_since, NOW) == old
