"""Terms that leave the customer nothing to choose, by what the shipped mini-apps make of them
(docs/mini-apps.md). A mini-app that is not known here is not judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from inthread.domain.analysis_rows import TableRows, above
from inthread.domain.box_search import Box
from inthread.domain.facts import FactValue
from inthread.domain.finding import Finding, Severity
from inthread.domain.money import LARGEST_MINOR, Money
from inthread.domain.policy import Ref, Row
from inthread.domain.workflow import Workflow

OWED = "remaining"
FREQUENCIES = ("weekly", "fortnightly", "monthly", "month_ends")
METHODS = ("card", "bank")
BRANDS = ("visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay")
DEBITS = ("no", "may", "must")
MOST_INSTALMENTS = 60
# Today and this many days more is still a day a calendar has.
_MOST_DAYS = 2_800_000
_NEED_OWED = ("pay", "plan", "promise")


@dataclass(frozen=True)
class Limit:
    """What is owed (minor units), and whether nothing can be chosen then: the answer changes at
    `turns` and nowhere else. `why` speaks of the terms."""

    nothing: Callable[[int], bool]
    turns: tuple[int, ...]
    why: str

    def ranges(self) -> Iterator[tuple[int, int]]:
        """From and to which amount, of one minor unit or more, nothing can be chosen."""
        starts = sorted({1, *(turn for turn in self.turns if 1 < turn <= LARGEST_MINOR)})
        for first, after in pairwise((*starts, LARGEST_MINOR + 1)):
            if self.nothing(first):
                yield first, after - 1


def terms_findings(workflow: Workflow, rows: TableRows) -> Iterator[Finding]:
    miniapp = workflow.action(rows.action).miniapp
    for number, row in enumerate(rows.table.rows):
        if row.offered and rows.decided[number] is not None:
            judged = _Judged(workflow, rows, number, miniapp)
            yield from judged.findings()


class _Judged:
    """One offered row that decides something."""

    def __init__(self, workflow: Workflow, rows: TableRows, number: int, miniapp: str) -> None:
        self.rows, self.number, self.miniapp = rows, number, miniapp
        self.row = rows.table.rows[number]
        self.currency = workflow.currency
        self.owed = workflow.trigger.owed is not None
        self.place = rows.space.place(OWED)

    def findings(self) -> Iterator[Finding]:
        for severity, says in plain_faults(self.miniapp, self.row.terms):
            yield self._finding(severity, says)
        if self.miniapp not in _NEED_OWED:
            return
        if not self.owed:
            yield self._finding("error", f"{self.miniapp} needs trigger.owed: nothing is owed")
            return
        limit = limit_of(self.miniapp, self.row, Money.parse("1", self.currency).minor)
        if limit is not None:
            yield from self._too_tight(limit)
        yield from self._nothing_owed()
        yield from self._never_so_many()

    def _too_tight(self, limit: Limit) -> Iterator[Finding]:
        for first, last in limit.ranges():
            found = self._at(first, last)
            if found is not None:
                at, example = found
                says = f"leaves nothing to choose where {OWED} is {self._text(at)}: {limit.why}"
                yield self._finding("error", says, example)
                return

    def _nothing_owed(self) -> Iterator[Finding]:
        found = self._at(-LARGEST_MINOR, 0)
        if found is not None:
            says = f"is offered also where nothing remains: let a row above take {OWED} <= 0"
            yield self._finding("warning", says, found[1])

    def _never_so_many(self) -> Iterator[Finding]:
        """A plan's largest number of instalments that is out of reach of all the row decides."""
        least, most = _minor(self.row.terms, "least_instalment"), self.row.terms.get(
            "most_instalments"
        )
        if self.miniapp != "plan" or not least or not isinstance(most, int) or most < 2:
            return
        needed = least * min(most, MOST_INSTALMENTS)
        if self._at(2 * least, LARGEST_MINOR) and not self._at(needed, LARGEST_MINOR):
            says = (
                f"never comes to {most} instalments: that takes {self._text(needed)}, by "
                f"least_instalment {self._text(least)}"
            )
            yield self._finding("warning", says)

    def _at(self, first: int, last: int) -> tuple[int, Mapping[str, FactValue]] | None:
        """An amount from *first* to *last* that is owed in a case this row decides."""
        space, box = self.rows.space, self.rows.space.boxes[self.number]
        if self.place is None:
            return first, self._example(self.rows.decided[self.number] or box, first)
        axis = space.axes[self.place]
        atoms = sum(
            1 << n for n, (low, high) in enumerate(axis.spans) if low <= last and first <= high
        )
        inside = (*box[:self.place], box[self.place] & atoms, *box[self.place + 1:])
        found = space.find(inside, above(self.number)) if all(inside) else None
        if found is None:
            return None
        low, high = axis.spans[(found[self.place] & -found[self.place]).bit_length() - 1]
        at = max(low, first) if first > -LARGEST_MINOR else min(high, last)
        return at, self._example(found, at)

    def _example(self, box: Box, at: int) -> Mapping[str, FactValue]:
        shown = 0 if at == -LARGEST_MINOR else at
        return {**self.rows.space.example(box), OWED: Money(shown, self.currency)}

    def _finding(
        self, severity: Severity, says: str, example: Mapping[str, FactValue] | None = None
    ) -> Finding:
        if example is None:
            box = self.rows.decided[self.number]
            example = self.rows.space.example(box) if box else None
        text = f"Row {self.number + 1} {says}."
        return Finding(severity, "terms", self.rows.action, (self.number,), text, example)

    def _text(self, minor: int) -> str:
        return Money(minor, self.currency).plain()


def plain_faults(miniapp: str, terms: Mapping[str, object]) -> Iterator[tuple[Severity, str]]:
    """Faults that show whatever is owed."""
    if miniapp == "plan":
        yield from _plan_faults(terms)
    if miniapp in ("pay", "plan", "update_card"):
        yield from _strange(terms, "methods", METHODS)
        yield from _strange(terms, "brands", BRANDS)
    if miniapp == "upload":
        yield from _upload_faults(terms)
    if miniapp == "promise" and terms.get("latest_days") == 0:
        yield "warning", "lets a customer choose no day but today: latest_days is 0"
    for name in ("latest_days", "most_days_to_first", "latest_end_days"):
        days = terms.get(name)
        if isinstance(days, int) and days > _MOST_DAYS:
            yield "error", f"reaches past the last day there is: {name} is {days}"


def limit_of(miniapp: str, row: Row, unit: int) -> Limit | None:
    """Where this mini-app is left with nothing to offer. *unit*: minor units in a whole one."""
    if miniapp == "plan":
        return _plan_limit(row)
    return _pay_limit(row, unit) if miniapp == "pay" else None


def _plan_faults(terms: Mapping[str, object]) -> Iterator[tuple[Severity, str]]:
    most, named = terms.get("most_instalments"), terms.get("frequencies")
    if isinstance(most, int) and most < 2:
        yield "error", f"offers a plan of {most} instalments: most_instalments has to be 2 or more"
    elif isinstance(most, int) and most < _fewest(terms):
        yield "error", f"offers a plan of {_fewest(terms)} to {most} instalments: there is none"
    if not named:
        yield "error", "offers a plan without dates: name one of frequencies"
    for name in named if isinstance(named, tuple) else ():
        if name not in FREQUENCIES:
            known = ", ".join(FREQUENCIES)
            yield "error", f"has the frequency {name}, which the plan does not know: {known}"
    least, most_down = _minor(terms, "least_down"), _minor(terms, "most_down")
    if least is not None and most_down is not None and most_down < least:
        yield "error", "asks for more down than it takes: least_down is above most_down"
    if terms.get("debits", "no") not in DEBITS:
        yield "error", f"has debits = {terms['debits']}, which is not one of {', '.join(DEBITS)}"


def _strange(
    terms: Mapping[str, object], name: str, known: tuple[str, ...]
) -> Iterator[tuple[Severity, str]]:
    named = terms.get(name)
    for word in named if isinstance(named, tuple) else ():
        if word not in known:
            yield "error", f"names {word} in {name}, which has only {', '.join(known)}"


def _fewest(terms: Mapping[str, object]) -> int:
    fewest = terms.get("least_instalments")
    return max(fewest, 2) if isinstance(fewest, int) else 2


def _upload_faults(terms: Mapping[str, object]) -> Iterator[tuple[Severity, str]]:
    if not terms.get("kinds"):
        yield "error", "offers an upload of no kind: name one in kinds"
    for name in ("most_files", "most_pages"):
        if terms.get(name) == 0:
            yield "error", f"lets nobody send anything: {name} is 0"


def _plan_limit(row: Row) -> Limit | None:
    """A plan has two instalments at the least, or `least_instalments`, none below
    `least_instalment`, after `least_down`."""
    for name in ("least_instalment", "least_down"):
        if row.terms.get(name) == Ref(OWED):
            return Limit(lambda owed: True, (), f"{name} is all of it")
    least, fewest = _minor(row.terms, "least_instalment"), _fewest(row.terms)
    down = _minor(row.terms, "least_down") or 0
    if least is None:
        return None
    many = "two" if fewest == 2 else str(fewest)
    why = f"{many} instalments of least_instalment {_plain(row, 'least_instalment')} are more"
    if down:
        why = f"{why} than least_down {_plain(row, 'least_down')} leaves"
    return Limit(
        lambda owed: owed - down < fewest or (owed - down) // fewest < least,
        (down + fewest, down + fewest * least), why,
    )


def _pay_limit(row: Row, unit: int) -> Limit | None:
    """All of it when within `most`; a third, in whole units, when within both; another amount
    when `other` says so and there is one."""
    most = _minor(row.terms, "most")
    whole = row.terms.get("least") == Ref(OWED)
    least = None if whole else _minor(row.terms, "least")
    if most is None or (least is None and not whole):
        return None
    other = row.terms.get("other") is not False
    floor = max(least or 0, 1)
    turns = (
        most + 1, floor, floor + 1, unit + 1,
        3 * unit * (-(-floor // unit) - 1) + 1, 3 * unit * (most // unit) + 1,
    )

    def nothing(owed: int) -> bool:
        if owed <= most:
            return False
        low = owed if whole else min(floor, owed)
        third = -(-owed // (3 * unit)) * unit
        return not (low <= third <= most and third < owed) and not (other and low <= most)

    why = f"most is {_plain(row, 'most')}, least {_plain(row, 'least')}"
    return Limit(nothing, turns, f"{why}, other {'true' if other else 'false'}")


def _minor(terms: Mapping[str, object], name: str) -> int | None:
    """The amount of this term; None when an input gives it."""
    value = terms.get(name)
    return value.minor if isinstance(value, Money) else None


def _plain(row: Row, name: str) -> str:
    value = row.terms.get(name)
    return value.plain() if isinstance(value, Money) else OWED
