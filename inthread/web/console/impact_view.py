"""A measured impact as its pages show it: shares, bars and bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.draft import Draft
from inthread.domain.impact import Counted, Impact, Kind
from inthread.domain.money import Money
from inthread.domain.policy_words import input_names, spoken
from inthread.domain.segments import REMAINING, band_order
from inthread.domain.sketch import Sketch
from inthread.queries.impact import impact_of
from inthread.web.console.shell import actor, reader
from inthread.web.responding import runtime

# The kinds in the order in which they matter to the people concerned.
KIND_WORDS = {
    Kind.GAINED: "Gain it", Kind.LOST: "Lose it", Kind.TERMS: "Other terms",
    Kind.IDENTITY: "Other identity asked", Kind.REASON: "Another reason", Kind.UNKNOWN: "Not known",
}
# The chart's measures: where bars begin and end, and the height of a group.
_LEFT, _WIDTH, _STEP = 170.0, 234.0, 34


@dataclass(frozen=True)
class Group:
    """One bar. `was`, `now`: permille offered the action, of the decisions that are known; `y` and
    the lengths place it in the chart. `money`: what remained in the cases that gained and lost."""

    value: str
    name: str
    counted: Counted
    was: int
    now: int
    y: int
    was_length: float
    now_length: float
    gained: Money | None
    lost: Money | None

    @property
    def points(self) -> str:
        return _points(self.now - self.was)


@dataclass(frozen=True)
class ImpactView:
    """`chosen`: the action that is looked at; `by`: the fact that it is shown by. `actions`: key,
    label, how many decisions change. `facts`: what it can be shown by, with names."""

    impact: Impact
    label: str
    chosen: str
    by: str
    by_name: str
    actions: Sequence[tuple[str, str, int]]
    facts: Sequence[tuple[str, str]]
    counted: Counted
    groups: Sequence[Group]
    money: Sequence[Group]
    current: bool

    @property
    def was(self) -> int:
        return _permille(self.counted.was, self.counted.known)

    @property
    def now(self) -> int:
        return _permille(self.counted.now, self.counted.known)

    @property
    def points(self) -> str:
        return _points(self.now - self.was)

    @property
    def kinds(self) -> Sequence[tuple[str, str, int]]:
        """Kind, its words, how many: those there are, and gained and lost always."""
        return [
            (kind.value, words, self.counted.kinds[kind]) for kind, words in KIND_WORDS.items()
            if self.counted.kinds[kind] or kind in (Kind.GAINED, Kind.LOST)
        ]

    @property
    def terms(self) -> Sequence[tuple[str, int]]:
        return [(spoken(name), times) for name, times in self.counted.names.items()]

    @property
    def height(self) -> int:
        return len(self.groups) * _STEP + 24

    @property
    def bottom(self) -> int:
        return len(self.groups) * _STEP + 4

    @property
    def percent(self) -> int:
        return 100 * self.impact.done // self.impact.asked if self.impact.asked else 100

    @property
    def said(self) -> str:
        """The chart in a sentence."""
        moved = [
            f"{g.name} from {_percent(g.was)} to {_percent(g.now)}"
            for g in self.groups if g.was != g.now
        ]
        return f"{'; '.join(moved)}. No other changes." if moved else "Nothing changes anywhere."


def impact_view(impact: Impact, draft: Draft, seen: Sketch, action: str, by: str) -> ImpactView:
    """*action* and *by* as the address has them; what it does not know is chosen for it: the action
    that changes most, the first fact there is."""
    tally = impact.tally
    names = input_names(seen.inputs, seen.trigger, seen.locale)
    moved = {key: _moved(counted) for key, counted in tally.actions.items()}
    chosen = action if action in moved else max(moved, key=lambda key: moved[key], default="")
    facts = [fact for fact in tally.groups if fact != REMAINING]
    by = by if by in tally.groups else (facts or list(tally.groups) or [""])[0]
    return ImpactView(
        impact=impact, label=seen.label(chosen), chosen=chosen, by=by,
        by_name=names.get(by, spoken(by)),
        actions=[(key, seen.label(key), many) for key, many in moved.items()],
        facts=[(fact, names.get(fact, spoken(fact))) for fact in tally.groups],
        counted=tally.actions.get(chosen, Counted()),
        groups=_groups(tally.groups.get(by, {}), by, chosen, seen.currency),
        money=_groups(tally.groups.get(REMAINING, {}), REMAINING, chosen, seen.currency),
        current=impact.hash == draft.hash,
    )


def decided_by_row(draft: Draft) -> Mapping[str, Mapping[int, int]]:
    """By action and row, how many decisions the draft takes by it; nothing for a draft whose impact
    was not measured on this content."""
    impact = impact_of(runtime(), actor=actor(), draft_id=draft.id)
    if impact is None or not impact.finished or impact.hash != draft.hash:
        return {}
    return {
        key: {int(row): times for row, times in counted.rows.items()}
        for key, counted in impact.tally.actions.items()
    }


def group_name(fact: str, value: str, currency: str) -> str:
    """A value of a group as it is read: `$200.00 to $1,000.00`, `yes`, `not stated`."""
    if fact != REMAINING:
        return spoken(value)
    low, dash, high = value.partition("-")
    if not dash:
        return "nothing left"
    start = reader().money(Money.parse(low, currency))
    if not high:
        return f"{start} and over"
    end = reader().money(Money.parse(high, currency))
    return f"under {end}" if low == "0" else f"{start} to {end}"


def _groups(
    values: Mapping[str, Mapping[str, Counted]], fact: str, action: str, currency: str
) -> list[Group]:
    order = sorted(values, key=band_order) if fact == REMAINING else sorted(values)
    found = [(value, values[value][action]) for value in order if action in values[value]]
    return [
        _group(fact, value, counted, number, currency)
        for number, (value, counted) in enumerate(found)
    ]


def _group(fact: str, value: str, counted: Counted, number: int, currency: str) -> Group:
    was, now = _permille(counted.was, counted.known), _permille(counted.now, counted.known)
    return Group(
        value=value, name=group_name(fact, value, currency), counted=counted, was=was, now=now,
        y=number * _STEP, was_length=_length(was), now_length=_length(now),
        gained=Money(counted.gained_minor, currency) if counted.gained_minor else None,
        lost=Money(counted.lost_minor, currency) if counted.lost_minor else None,
    )


def _moved(counted: Counted) -> int:
    """How many changes there are, whatever their kind."""
    return sum(many for kind, many in counted.kinds.items() if kind != Kind.UNKNOWN)


def _permille(part: int, whole: int) -> int:
    return round(1000 * part / whole) if whole else 0


def _length(permille: int) -> float:
    return round(max(_WIDTH * permille / 1000, 1.5), 1)


def _percent(permille: int) -> str:
    return f"{permille // 10}.{permille % 10} percent"


def _points(permille: int) -> str:
    """`+5.7 pt`"""
    if permille == 0:
        return "no change"
    sign = "+" if permille > 0 else "\u2212"
    return f"{sign}{abs(permille) // 10}.{abs(permille) % 10} pt"
