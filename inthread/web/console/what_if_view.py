"""A supposed case as its page shows it: the form it was typed into, and each table cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.facts import Fact, FactKind, FactValue
from inthread.domain.money import Money
from inthread.domain.policy import TermValue, Verdict, term_to_json
from inthread.domain.policy_words import input_names, spoken, term_words, test_words
from inthread.domain.supposition import Supposition, asked_facts, bears_on
from inthread.domain.workflow import Workflow
from inthread.queries.what_if import Tried, WhatIf
from inthread.web.console.rules_view import say
from inthread.web.words_for_customers import words_for_customers


@dataclass(frozen=True)
class FactField:
    """`needed`: some verdict, or the words for it, depends on it."""

    fact: Fact
    name: str
    label: str
    placeholder: str
    needed: bool


@dataclass(frozen=True)
class RowSeen:
    """A row that was looked at. `cells`: (the test in words, whether it matched)."""

    number: int
    cells: Sequence[tuple[str, bool]]
    won: bool


@dataclass(frozen=True)
class Answer:
    """What one action comes to. `saw`: (input, its value). `below`: how many rows were not looked
    at. `live`: how the version in force says it, where a draft was asked and differs."""

    key: str
    label: str
    verdict: Verdict
    reason: str
    staff: str
    terms: Sequence[tuple[str, str]]
    saw: Sequence[tuple[str, str]]
    rows: Sequence[RowSeen]
    below: int
    words: Mapping[str, str]
    live: str


_PLACEHOLDERS = {
    FactKind.MONEY: "184.20", FactKind.INTEGER: "12", FactKind.DATE: "2026-01-31",
}


def fields_of(workflow: Workflow) -> list[FactField]:
    """Those that matter first."""
    locale = workflow.locales[0]
    found = [
        FactField(
            fact, f"f.{fact.name}", fact.label.get(locale) or spoken(fact.name).capitalize(),
            _PLACEHOLDERS.get(fact.kind, ""), bears_on(workflow, fact.name),
        )
        for fact in asked_facts(workflow)
    ]
    return sorted(found, key=lambda field: not field.needed)


def typed_from(supposed: Supposition) -> dict[str, str]:
    """What the form of this case would say."""
    typed = {
        f"f.{name}": as_typed(value) for name, value in supposed.facts.items() if value is not None
    }
    typed |= {f"done.{action}": "on" for action in supposed.done}
    if supposed.settled is not None and supposed.settled.minor:
        typed["settled"] = supposed.settled.plain()
    return typed | {"attempts": str(supposed.attempts), "on": supposed.today.isoformat()}


def as_typed(value: FactValue) -> str:
    if isinstance(value, Money):
        return value.plain()
    return str(value).lower() if isinstance(value, bool) else str(value)


def answers(tried: WhatIf) -> list[Answer]:
    names = input_names(tried.workflow.inputs, tried.workflow.trigger, tried.workflow.locales[0])
    return [_answer(tried, one, names) for one in tried.tried]


def expected(tried: WhatIf) -> tuple[dict[str, object], dict[str, object]]:
    """The inputs and the expectations of a policy test that holds what came out now."""
    inputs = {
        name: as_typed(value) for name, value in tried.decision.inputs.items() if value is not None
    }
    return dict(inputs), {one.action: _expects(one) for one in tried.decision.verdicts}


def _expects(verdict: Verdict) -> dict[str, object]:
    if not verdict.offered:
        return {"offered": False, "reason": verdict.reason}
    terms = {name: term_to_json(value) for name, value in verdict.terms.items()}
    return {"offered": True, "identity": str(verdict.identity), "terms": terms}


def _answer(tried: WhatIf, one: Tried, names: Mapping[str, str]) -> Answer:
    verdict, workflow = one.verdict, tried.workflow
    table = workflow.tables[verdict.action]
    rows = [
        RowSeen(
            number,
            [(test_words(test, say), hit) for test, hit in
             zip(table.rows[number].when, cells, strict=True)],
            number == verdict.row,
        )
        for number, cells in enumerate(verdict.cells)
    ]
    return Answer(
        key=verdict.action, label=workflow.action(verdict.action).label[workflow.locales[0]],
        verdict=verdict, reason=spoken(verdict.reason or ""), staff=one.staff or "",
        terms=[(spoken(name), _term(value, names)) for name, value in verdict.terms.items()],
        saw=[(names[name], _value(tried.inputs.get(name))) for name in table.inputs],
        rows=rows, below=len(table.rows) - len(rows),
        words=words_for_customers(workflow, verdict, tried.inputs), live=_live(one),
    )


def _live(one: Tried) -> str:
    live, now = one.live, one.verdict
    if live is None:
        return ""
    if (live.offered, live.reason, live.identity) != (now.offered, now.reason, now.identity):
        return "offered" if live.offered else f"not offered, {spoken(live.reason or '')}"
    return "offered on other terms" if live.terms != now.terms else "the same"


def _term(value: TermValue, names: Mapping[str, str]) -> str:
    return term_words(value, say, names)


def _value(value: FactValue | None) -> str:
    return "missing" if value is None else say(value)
