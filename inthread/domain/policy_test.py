"""A policy test: a case made up, and what each action is meant to come to on it.

    {"inputs": {"remaining": "184.20", "disputed": false},
     "expects": {"pay": {"offered": true, "terms": {"least": "10.00"}, "identity": "link+fact"},
                 "plan": {"offered": false, "reason": "plan_below_least"}}}

Only what is written down is compared: actions and terms that a test does not name may be anything.
Values are those of a trigger, or their text as a form sends it. An input that is left out is
missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inthread.domain.card_numbers import mask_cards
from inthread.domain.contract import Input
from inthread.domain.draft import said
from inthread.domain.facts import Fact, Facts, FactValue, read_facts
from inthread.domain.money import Money
from inthread.domain.policy import TermValue, Verdict, term_to_json
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.workflow import Workflow

LONGEST_NAME = 120
MOST_INPUTS = 60
LONGEST_VALUE = 500
_PARTS = {"offered": bool, "reason": str, "terms": dict, "identity": str}


@dataclass(frozen=True)
class PolicyTest:
    id: str
    key: str
    name: str
    inputs: Mapping[str, object]
    expects: Mapping[str, Mapping[str, object]]
    made_by: str
    changed_at: datetime


@dataclass(frozen=True)
class TestResult:
    """`says`: what came out otherwise, a sentence each; none when it passed."""

    __test__ = False

    test: PolicyTest
    says: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.says


def checked(
    name: str, inputs: Mapping[str, object], expects: Mapping[str, object]
) -> tuple[str, dict[str, object], dict[str, dict[str, object]]]:
    """The parts of a test as they are kept. Whether a workflow has these inputs and actions is
    seen when the test is run: it may be written before they are there. Raises BadInput."""
    called = said(name, "/name", LONGEST_NAME)
    problems = [] if called else [Problem("/name", "is empty: say what it holds the policy to")]
    problems += _inputs(inputs)
    read = {}
    for action, expected in expects.items():
        try:
            read[action] = _expected(expected)
        except ValueError as wrong:
            problems.append(Problem(f"/expects/{action[:60]}", str(wrong)))
    if not expects:
        problems.append(Problem("/expects", "is empty: name an action and what it comes to"))
    if problems:
        raise BadInput(problems)
    return called or "", dict(inputs), read


def run(test: PolicyTest, workflow: Workflow) -> TestResult:
    """Decide the test's case by this workflow. Never raises on what a test says."""
    facts, wrong = _facts(test.inputs, workflow)
    says = list(wrong)
    for action, expected in test.expects.items() if not wrong else ():
        table = workflow.tables.get(action)
        if table is None:
            says.append(f"{action}: there is no such action")
        else:
            says += [f"{action}: {each}" for each in _differs(table.evaluate(facts), expected)]
    return TestResult(test, tuple(says))


def _facts(
    raw: Mapping[str, object], workflow: Workflow
) -> tuple[Facts, tuple[str, ...]]:
    declared = [_as_fact(each) for each in workflow.inputs.values()]
    wrong = [f"there is no input {name}" for name in raw if name not in workflow.inputs]
    facts: dict[str, FactValue | None] = {}
    for fact in declared:
        if fact.name not in raw:
            continue
        value = raw[fact.name]
        reading = read_facts(
            [fact], {fact.name: value}, workflow.currency, text=isinstance(value, str), at=""
        )
        wrong += [f"{fact.name} {problem.message}" for problem in reading.problems]
        facts.update(reading.facts)
    return facts, tuple(wrong)


def _as_fact(known: Input) -> Fact:
    return Fact(
        known.name, known.kind, required=False, choices=known.choices, max_length=LONGEST_VALUE
    )


def _differs(verdict: Verdict, expected: Mapping[str, object]) -> list[str]:
    offered = expected.get("offered", verdict.offered)
    if offered != verdict.offered:
        came = "is offered" if verdict.offered else f"is refused ({verdict.reason})"
        return [f"{came}, and was expected to be {'offered' if offered else 'refused'}"]
    found = []
    for part, is_now in (("reason", verdict.reason), ("identity", str(verdict.identity))):
        wanted = expected.get(part)
        if wanted is not None and wanted != is_now:
            found.append(f"{part} is {is_now or 'none'}, and was expected to be {wanted}")
    terms = expected.get("terms")
    for name, wanted in terms.items() if isinstance(terms, Mapping) else ():
        value = verdict.terms.get(name)
        if value is None or not same_term(value, wanted):
            shown = "not there" if value is None else _shown(value)
            found.append(f"{name} is {shown}, and was expected to be {wanted}")
    return found


def same_term(value: TermValue, wanted: object) -> bool:
    """Whether *wanted*, as JSON or as the text of a form, is this value."""
    if value == wanted or term_to_json(value) == wanted:
        return type(value) is not bool or isinstance(wanted, bool)
    return isinstance(wanted, str) and wanted.strip() in (_shown(value), _spelled(value))


def _shown(value: TermValue) -> str:
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _spelled(value: TermValue) -> str:
    """An amount as it may also be written: `50` for `50.00`."""
    return _shown(value).rstrip("0").rstrip(".") if isinstance(value, Money) else _shown(value)


def _inputs(inputs: Mapping[str, object]) -> list[Problem]:
    if len(inputs) > MOST_INPUTS:
        return [Problem("/inputs", f"has {len(inputs)}; the most is {MOST_INPUTS}")]
    return [
        Problem(f"/inputs/{name[:60]}", "has to be text, a whole number, true, false or an amount")
        for name, value in inputs.items() if not _plain(value)
    ] + [
        Problem(f"/inputs/{mask_cards(name)[:60]}", "has a card number: take it out")
        for name, value in inputs.items() if mask_cards(f"{name} {value}") != f"{name} {value}"
    ]


def _expected(raw: object) -> dict[str, object]:
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError("has to say offered, reason, terms or identity")
    for part, value in raw.items():
        kind = _PARTS.get(part)
        if kind is None or not isinstance(value, kind):
            raise ValueError(f"{part[:60]} is not understood: use {', '.join(_PARTS)}")
    terms = raw.get("terms", {})
    if not all(_plain(value) for value in terms.values()):
        raise ValueError("has a term that is neither text, a number, true, false nor a list")
    return dict(raw)


def _plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and value.isprintable()
    if isinstance(value, Mapping):
        return set(value) == {"minor", "currency"} and all(map(_plain, value.values()))
    if isinstance(value, list):
        return len(value) <= MOST_INPUTS and all(isinstance(v, str) and _plain(v) for v in value)
    return isinstance(value, int) and abs(value) <= 10**15
