"""How the messages of a channel are shared among its providers, from what became of the last ones.

Shares are whole points and 100 in all. A provider with 15 % or more of its sends of the last
15 minutes failed or slow gives 10 points to those that are well, at most every 5 minutes, and never
when nobody is well; after 15 minutes of quiet 10 points at a time go back (after GOV.UK Notify).
The shares follow from the minutes alone: every process works them out for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

WHOLE = 100
POINTS = 10
WINDOW = 15
LEAST_SENDS = 20
UNWELL_PERCENT = 15
REST = 5
QUIET = 15
# After so many minutes without a send every share is its resting one again.
HORIZON = 120


@dataclass(frozen=True)
class Tally:
    """What became of sends: each counts once."""

    accepted: int = 0
    failed: int = 0
    slow: int = 0

    @property
    def sends(self) -> int:
        return self.accepted + self.failed + self.slow

    @property
    def unwell(self) -> bool:
        """Enough sends to tell, and too many of them failed or slow."""
        bad = self.failed + self.slow
        return self.sends >= LEAST_SENDS and bad * 100 >= UNWELL_PERCENT * self.sends

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.accepted + other.accepted, self.failed + other.failed, self.slow + other.slow
        )


# (provider, minute since 1970) -> what became of its sends in that minute.
Minutes = Mapping[tuple[str, int], Tally]


@dataclass(frozen=True)
class Shares:
    """Those of one channel when the minute *at* was over. `drained`, `eased`: the last minutes in
    which points were taken away and given back."""

    at: int
    points: Mapping[str, int]
    drained: int
    eased: int

    @classmethod
    def resting(cls, weights: Mapping[str, int], at: int) -> Shares:
        return cls(at, split(WHOLE, weights), at - HORIZON, at - HORIZON)


def advance(
    shares: Shares, weights: Mapping[str, int], minutes: Minutes, until: int
) -> Shares:
    """The shares after the minute *until*. *weights*: of every provider of the channel, above zero.
    *minutes*: from WINDOW before `shares.at` on."""
    if until - shares.at > HORIZON:
        shares = Shares.resting(weights, until - HORIZON)
    rest = split(WHOLE, weights)
    for minute in range(shares.at + 1, until + 1):
        unwell = {p for p in weights if recent(minutes, p, minute).unwell}
        well = {p: weight for p, weight in weights.items() if p not in unwell}
        shares = _step(shares, rest, unwell, well, minute)
    return shares


def recent(minutes: Minutes, provider: str, until: int) -> Tally:
    """What became of the provider's sends in the WINDOW that ends with this minute."""
    window = range(until - WINDOW + 1, until + 1)
    return sum((minutes.get((provider, m), _NONE) for m in window), _NONE)


def _step(
    shares: Shares, rest: Mapping[str, int], unwell: set[str], well: Mapping[str, int], minute: int
) -> Shares:
    """*well*: by their weights, since a resting share may be rounded to nothing."""
    points, drained, eased = shares.points, shares.drained, shares.eased
    gives = {p: min(POINTS, points[p]) for p in unwell if points[p]}
    if unwell:
        if gives and well and minute - drained >= REST:
            points, drained = _moved(points, gives, split(sum(gives.values()), well)), minute
    elif points != rest and minute - drained >= QUIET and minute - eased >= REST:
        points, eased = _back(points, rest), minute
    return Shares(minute, points, drained, eased)


def _back(points: Mapping[str, int], rest: Mapping[str, int]) -> Mapping[str, int]:
    """Ten points nearer to the resting shares."""
    above = {p: points[p] - rest[p] for p in rest if points[p] > rest[p]}
    below = {p: rest[p] - points[p] for p in rest if points[p] < rest[p]}
    moving = min(POINTS, sum(below.values()))
    return _moved(points, split(moving, above), split(moving, below))


def _moved(
    points: Mapping[str, int], gives: Mapping[str, int], gets: Mapping[str, int]
) -> Mapping[str, int]:
    return {p: n - gives.get(p, 0) + gets.get(p, 0) for p, n in points.items()}


def split(whole: int, weights: Mapping[str, int]) -> dict[str, int]:
    """*whole* in proportion to the weights, whose sum is above zero; what is left over goes to the
    largest remainders, and among equal ones by name."""
    total = sum(weights.values())
    parts = {p: whole * weight // total for p, weight in weights.items()}
    by_rest = sorted(weights, key=lambda p: (-(whole * weights[p] % total), p))
    for p in by_rest[: whole - sum(parts.values())]:
        parts[p] += 1
    return parts


def choose(
    candidates: Sequence[str], points: Mapping[str, int], draw: Callable[[int], int]
) -> tuple[str, ...]:
    """Those that may carry a message, first the one that was drawn by the shares, then the others
    by falling share. One without points is not asked while another has some. *draw*: a number from
    0 to one less than it is given."""
    sharing = {p: points[p] for p in candidates if points[p]} or dict.fromkeys(candidates, 1)
    if len(sharing) < 2:
        return tuple(sharing)
    falling = sorted(sharing, key=lambda p: (-sharing[p], p))
    drawn = draw(sum(sharing.values()))
    for first in falling:
        if drawn < sharing[first]:
            break
        drawn -= sharing[first]
    return (first, *(p for p in falling if p != first))


_NONE = Tally()
