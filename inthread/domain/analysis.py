"""Analysis: what a policy's tables say of themselves before any case is decided.

The language of the cells is closed, so the answers are exact: no sampling, no guesses. A table
that is too tangled to be answered within the limit of the search is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inthread.domain.analysis_rows import Rows, TableRows
from inthread.domain.analysis_terms import OWED, terms_findings
from inthread.domain.box_search import Box, TooComplex, meet
from inthread.domain.contract import CompletesWhen, done_name
from inthread.domain.facts import FactValue
from inthread.domain.finding import Finding as Finding
from inthread.domain.policy import NO_RULE, DecisionTable
from inthread.domain.space import Space, needs_of
from inthread.domain.unary import Compare, OneOf, Test
from inthread.domain.workflow import Workflow


def analyse(workflow: Workflow) -> tuple[Finding, ...]:
    """All there is to say, action by action in display order, errors before warnings; then what
    concerns the referral and the workflow as a whole."""
    found: list[Finding] = []
    for action in workflow.actions:
        of_table = list(_table(workflow, workflow.tables[action.key]))
        found += sorted(of_table, key=lambda one: (one.severity, one.rows))
    found += _referral(workflow)
    found += _whole(workflow)
    return tuple(found)


def _table(workflow: Workflow, table: DecisionTable) -> Iterator[Finding]:
    yield from _no_wording(workflow, table)
    rows = TableRows(workflow, table)
    try:
        yield from rows.unreachable()
        yield from _never_offered(rows)
        yield from rows.overlaps()
        yield from terms_findings(workflow, rows)
        yield from rows.weaker()
        yield from rows.gaps()
    except TooComplex:
        yield _too_complex(table.action)


def _referral(workflow: Workflow) -> Iterator[Finding]:
    referral = workflow.referral
    if referral is None:
        return
    try:
        for one in Rows(workflow, "", referral.inputs, referral.rows).unreachable():
            says = f"Referral: {one.says[0].lower()}{one.says[1:]}"
            yield Finding(one.severity, one.kind, "", one.rows, says)
    except TooComplex:
        yield _too_complex("")


def _whole(workflow: Workflow) -> Iterator[Finding]:
    try:
        example = _offered_nothing(workflow)
    except TooComplex:
        yield _too_complex("")
        return
    if example is not None:
        says = "A case can be offered nothing at all, and goes to nobody by itself."
        yield Finding("warning", "nothing_offered", "", (), says, example)


def _no_wording(workflow: Workflow, table: DecisionTable) -> Iterator[Finding]:
    codes = {row.reason or NO_RULE: number for number, row in enumerate(table.rows)
             if not row.offered}
    for code, number in {**codes, NO_RULE: codes.get(NO_RULE, -1)}.items():
        reason = workflow.reasons.get(code)
        said = reason.customer if reason else {}
        silent = [x for x in workflow.locales if x not in said or not said[x].text.strip()]
        if silent:
            says = f"The reason {code} has no words for the customer in {', '.join(silent)}."
            rows = () if number < 0 else (number,)
            yield Finding("error", "no_wording", table.action, rows, says)


def _never_offered(rows: TableRows) -> Iterator[Finding]:
    offered = [
        number for number, row in enumerate(rows.table.rows)
        if row.offered and rows.decided[number] is not None
    ]
    if not offered:
        says = "No case can ever be offered this: no row that offers it decides anything."
        yield Finding("error", "never_offered", rows.action, (), says)


def _too_complex(action: str) -> Finding:
    says = "These rows are too tangled to be judged: make cells simpler, or split the table."
    return Finding("warning", "too_complex", action, (), says)


class _Everywhere:
    """All the tables over one space: rows of the tables, then of the referral, then what a live
    case cannot be."""

    def __init__(self, workflow: Workflow) -> None:
        tables = [workflow.tables[action.key] for action in workflow.actions]
        rows = [needs_of(t.inputs, row.when) for t in tables for row in t.rows]
        referral = workflow.referral
        rows += [needs_of(referral.inputs, when) for when in referral.rows] if referral else []
        looked_at = {name for row in rows for name in row}
        decided = sum(len(table.rows) for table in tables)
        rows += [over for over in _over(workflow) if set(over) <= looked_at]
        self.space = Space(workflow, rows)
        self.elsewhere = (1 << len(rows)) - (1 << decided)
        self.ways: list[list[tuple[Box, int]]] = []
        first = 0
        for table in tables:
            self.ways.append(list(self._ways(table, first)))
            first += len(table.rows)

    def nothing(self) -> Box | None:
        """Inputs for which no table offers anything."""
        return self._from(0, self._owing(), self.elsewhere)

    def _from(self, table: int, box: Box, avoided: int) -> Box | None:
        found = self.space.find(box, avoided)
        if found is None or table == len(self.ways):
            return found
        for way, more in self.ways[table]:
            inside = meet(box, way)
            found = inside and self._from(table + 1, inside, avoided | more)
            if found:
                return found
        return None

    def _ways(self, table: DecisionTable, first: int) -> Iterator[tuple[Box, int]]:
        """How this table offers nothing: by a refusing row that no offering one comes before, or
        because none matches. The rows to be avoided are named by their bits."""
        offering = 0
        for number, row in enumerate(table.rows, first):
            if row.offered:
                offering |= 1 << number
            else:
                yield self.space.boxes[number], offering
        yield self.space.full, offering

    def _owing(self) -> Box:
        """Everything, but that something remains to be paid where that is looked at."""
        place = self.space.place(OWED)
        if place is None:
            return self.space.full
        spans = self.space.axes[place].spans
        owing = sum(1 << n for n, (_, last) in enumerate(spans) if last > 0)
        return (*self.space.full[:place], owing, *self.space.full[place + 1:])


def _offered_nothing(workflow: Workflow) -> Mapping[str, FactValue] | None:
    everywhere = _Everywhere(workflow)
    found = everywhere.nothing()
    return None if found is None else everywhere.space.example(found)


def _over(workflow: Workflow) -> Iterator[dict[str, Test]]:
    """What ends a case, so that no live one is like it."""
    true: Test = OneOf((Compare("=", True),))
    for action in workflow.actions:
        completes = action.completes
        if completes.when is CompletesWhen.ALWAYS:
            yield {done_name(action.key): true}
        elif completes.when is CompletesWhen.ALL:
            yield {done_name(key): true for key in completes.actions}
