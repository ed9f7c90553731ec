"""Who gets how much of a channel: drained while unwell, given back after quiet, 100 points in all.
"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.shares import HORIZON, Shares, Tally, advance, choose, split

WEIGHTS = {"a": 70, "b": 30}
FINE, BROKEN, LATE = Tally(accepted=100), Tally(failed=100), Tally(accepted=80, slow=20)
NAMES = ("a", "b", "c", "d")


def points(minutes: Mapping[tuple[str, int], Tally], until: int) -> Mapping[str, int]:
    """From resting shares before the minute 0."""
    return advance(Shares.resting(WEIGHTS, -1), WEIGHTS, minutes, until).points


def over(provider: str, tally: Tally, first: int, last: int) -> dict[tuple[str, int], Tally]:
    return {(provider, minute): tally for minute in range(first, last + 1)}


def test_a_failing_provider_is_drained_ten_points_every_five_minutes() -> None:
    minutes = over("a", BROKEN, 0, 60) | over("b", FINE, 0, 60)
    seen = [points(minutes, until)["a"] for until in (-1, 0, 4, 5, 9, 10, 29, 30, 60)]
    assert seen == [70, 60, 60, 50, 50, 40, 10, 0, 0]


def test_a_slow_one_is_drained_alike_and_just_below_the_mark_not_at_all() -> None:
    assert points(over("a", LATE, 0, 0), 0) == {"a": 60, "b": 40}
    below = Tally(accepted=86, failed=7, slow=7)
    assert points(over("a", below, 0, 60), 60) == {"a": 70, "b": 30}


def test_too_few_sends_say_nothing() -> None:
    assert points({("a", 0): Tally(failed=19)}, 14) == {"a": 70, "b": 30}
    assert points({("a", 0): Tally(failed=19), ("a", 14): Tally(failed=1)}, 14)["a"] == 60


def test_what_was_drained_drifts_back_after_quiet() -> None:
    """Unwell as long as its bad minute is among the last 15; drained at 0, 5 and 10."""
    minutes = over("a", BROKEN, 0, 0)
    seen = [points(minutes, until)["a"] for until in (14, 24, 25, 29, 30, 35, 90)]
    assert seen == [40, 40, 50, 50, 60, 70, 70]


def test_nobody_is_drained_while_all_are_unwell() -> None:
    minutes = over("a", BROKEN, 0, 60) | over("b", LATE, 0, 60)
    assert points(minutes, 60) == {"a": 70, "b": 30}


def test_points_of_a_drained_one_go_to_those_that_are_well() -> None:
    weights = {"a": 50, "b": 25, "c": 25}
    minutes = over("a", BROKEN, 0, 0) | over("b", BROKEN, 0, 0)
    start = Shares.resting(weights, -1)
    assert advance(start, weights, minutes, 0).points == {"a": 40, "b": 15, "c": 45}


tallies = st.builds(Tally, *(st.integers(0, 40) for _ in range(3)))
histories = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.integers(0, 90)), tallies)
weightings = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 1000), min_size=1)


@given(weightings, histories, st.integers(0, 90))
def test_shares_are_whole_and_the_same_however_they_are_reached(
    weights: dict[str, int], minutes: dict[tuple[str, int], Tally], pause: int
) -> None:
    start = Shares.resting(weights, -1)
    at_once = advance(start, weights, minutes, 90)
    assert sum(at_once.points.values()) == 100
    assert min(at_once.points.values()) >= 0
    assert advance(advance(start, weights, minutes, pause), weights, minutes, 90) == at_once
    later = advance(at_once, weights, minutes, 90 + HORIZON)
    assert later.points == split(100, weights)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(1, 1000), min_size=2), st.data())
def test_one_that_is_unwell_beside_well_ones_always_ends_at_nothing(
    weights: dict[str, int], data: st.DataObject
) -> None:
    ill = data.draw(st.sampled_from(sorted(weights)))
    minutes = over(ill, BROKEN, 0, 60)
    after = advance(Shares.resting(weights, -1), weights, minutes, 60).points
    assert (after[ill], sum(after.values())) == (0, 100)


@given(weightings, st.integers(0, 10_000), st.data())
def test_split_gives_out_all_and_nobody_more_than_a_point_off(
    weights: dict[str, int], whole: int, data: st.DataObject
) -> None:
    parts, total = split(whole, weights), sum(weights.values())
    assert sum(parts.values()) == whole
    assert all(abs(parts[p] * total - whole * weights[p]) < total for p in weights)


def test_the_draw_falls_by_the_shares() -> None:
    shares = {"a": 70, "b": 30, "c": 0}
    drawn = [choose(("a", "b", "c"), shares, lambda most, n=n: n)[0] for n in range(100)]
    assert (drawn.count("a"), drawn.count("b"), drawn[69:71]) == (70, 30, ["a", "b"])
    assert choose(("a", "b", "c"), shares, lambda most: most - 1) == ("b", "a")


def test_one_without_points_carries_what_nobody_else_can() -> None:
    assert choose(("c",), {"a": 100, "c": 0}, lambda most: 0) == ("c",)
    assert choose((), {"a": 100}, lambda most: 0) == ()
