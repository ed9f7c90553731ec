"""Workflow: the whole contract of one kind of case, as one versioned, hashed value.

It is read from a document by `workflow_reader.read_workflow`, which refuses a half-filled one; so
everything here is complete: each action has its table, its proof and its words in every locale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property

from inthread.domain.assurance import Identity
from inthread.domain.canonical import canonical_json
from inthread.domain.facts import (
    Fact,
    FactKind,
    Facts,
    FactValue,
    Reading,
    from_json,
    read_facts,
    to_json,
)
from inthread.domain.money import Money
from inthread.domain.policy import Decision, DecisionTable, Referral, TermValue
from inthread.domain.proof import Proof
from inthread.domain.refusals import Problem
from inthread.domain.wording import MessageText, Template, Texts

# Why a case becomes a WorkItem. A workflow names the queue and the time for each of them.
WORK_REASONS = (
    "dispute", "hardship", "wrong_person", "question", "writeback_failed", "no_response", "locked",
    "payment_unclear",
)
# The messages every workflow has, besides those its cadence sends.
MESSAGES = ("code", "receipt", "renewed", "paused")


class DerivedRule(StrEnum):
    DAYS_SINCE = "days_since"
    DAYS_UNTIL = "days_until"


@dataclass(frozen=True)
class Derived:
    """A whole number of days between a date fact and today; None when the fact is missing."""

    name: str
    rule: DerivedRule
    fact: str

    def value(self, facts: Facts, today: date) -> int | None:
        day = facts.get(self.fact)
        if not isinstance(day, date):
            return None
        days = (today - day).days
        return days if self.rule is DerivedRule.DAYS_SINCE else -days


@dataclass(frozen=True)
class Input:
    """Something a table may look at. `always`: never missing for a case that was let in."""

    name: str
    kind: FactKind
    choices: tuple[str, ...] = ()
    always: bool = True
    sensitive: bool = False


@dataclass(frozen=True)
class Trigger:
    event: str
    facts: tuple[Fact, ...]
    derived: tuple[Derived, ...]
    natural_key: tuple[str, ...]
    expires_after: timedelta
    owed: str | None

    def fact(self, name: str) -> Fact:
        for fact in self.facts:
            if fact.name == name:
                return fact
        raise KeyError(name)


class CompletesWhen(StrEnum):
    ALWAYS = "always"
    SETTLED = "when_settled"
    ALL = "when_all"


@dataclass(frozen=True)
class Completes:
    """Whether an action, once proved, completes the case. `actions` is for `when_all`."""

    when: CompletesWhen
    actions: tuple[str, ...] = ()

    def met(self, remaining: Money | None, done: Collection[str]) -> bool:
        """*remaining* and *done* as they are with this outcome counted in."""
        if self.when is CompletesWhen.ALL:
            return set(self.actions) <= set(done)
        if self.when is CompletesWhen.SETTLED:
            return remaining is not None and remaining.minor <= 0
        return True


@dataclass(frozen=True)
class Action:
    key: str
    miniapp: str
    label: Texts
    hint: Texts
    completes: Completes


@dataclass(frozen=True)
class IdentityRules:
    """`view`: what is asked before the case is shown. `fact`: the declared known fact, with its
    question per locale."""

    view: Identity
    fact: str | None = None
    question: Texts = field(default_factory=dict)

    @property
    def fact_opens(self) -> bool:
        """Whether the known fact, without a code, shows the case."""
        return self.view.fact


@dataclass(frozen=True)
class Reason:
    """Why an action is not offered: to the customer per locale (fields are inputs), to staff."""

    code: str
    customer: Mapping[str, Template]
    staff: str


@dataclass(frozen=True)
class Queue:
    """Who owns the WorkItems of one reason, and within what time they are to be done."""

    reason: str
    queue: str
    due: timedelta


@dataclass(frozen=True)
class CadenceStep:
    """`after`: from the step before; for the first, from the opening of the case."""

    after: timedelta
    channel: str
    template: str


@dataclass(frozen=True)
class Cadence:
    """`opens` and `closes` are local times: sent at or after the one and before the other. `zone`
    is for a person whose zone is not known. `give_up_after` counts from the opening of the case;
    then it goes to the queue for `no_response`."""

    steps: tuple[CadenceStep, ...]
    opens: time
    closes: time
    zone: str
    per_day: int
    give_up_after: timedelta


@dataclass(frozen=True)
class Page:
    """`before` is shown before anybody is identified, so it says nothing of the matter; `name` is
    what the case is called after. `menu`: the facts shown above the actions (or `remaining`)."""

    before: Texts
    name: Texts
    menu: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """An exact text to be signed. Another text is another version."""

    id: str
    version: int
    text: Texts


@dataclass(frozen=True)
class Workflow:
    key: str
    version: int
    hash: str
    title: Texts
    locales: tuple[str, ...]
    currency: str
    trigger: Trigger
    actions: tuple[Action, ...]
    identity: IdentityRules
    tables: Mapping[str, DecisionTable]
    reasons: Mapping[str, Reason]
    referral: Referral | None
    proofs: Mapping[str, Proof]
    queues: Mapping[str, Queue]
    cadence: Cadence
    messages: Mapping[str, Mapping[str, MessageText]]
    page: Page
    statements: Mapping[str, Statement]
    agreements: Mapping[str, Mapping[str, Template]]

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """All a table may look at: facts, what is derived, `remaining`, `attempts`, and for each
        action `<action>_done`."""
        return inputs_of(self.trigger, [action.key for action in self.actions])

    def action(self, key: str) -> Action:
        """Raises KeyError when the workflow has no such action."""
        for action in self.actions:
            if action.key == key:
                return action
        raise KeyError(key)

    def locale(self, wanted: str | None) -> str:
        """The workflow's own locale for this wish: the same, its language, else the first."""
        language = (wanted or "").replace("_", "-").partition("-")[0]
        for candidate in (wanted, language):
            if candidate in self.locales:
                return candidate
        return self.locales[0]

    def message(self, name: str, locale: str | None) -> MessageText:
        """Raises KeyError when there is no message of this name."""
        return self.messages[name][self.locale(locale)]

    def read_facts(
        self, raw: Mapping[str, object], *, text: bool = False, at: str = "/facts"
    ) -> Reading:
        """Read a trigger's facts (`facts.read_facts`), and hold them to the contract: something
        has to be owed, and no part of the natural key may have been masked as a card number."""
        reading = read_facts(self.trigger.facts, raw, self.currency, text=text, at=at)
        problems = list(reading.problems)
        owed = self.owed(reading.facts)
        if owed is not None and owed.minor < 1:
            problems.append(Problem(f"{at}/{self.trigger.owed}", "is nothing owed: no case"))
        for name in self.trigger.natural_key:
            value = reading.facts.get(name)
            if isinstance(value, str) and "[card number removed]" in value:
                problems.append(Problem(f"{at}/{name}", "looks like a card number: never send one"))
        return replace(reading, problems=tuple(problems))

    def owed(self, facts: Facts) -> Money | None:
        """What the case is about in money; None when the workflow is not about money."""
        amount = facts.get(self.trigger.owed) if self.trigger.owed else None
        return amount if isinstance(amount, Money) else None

    def natural_key(self, facts: Facts) -> str:
        """What says *this is the same obligation*: canonical JSON of the declared facts."""
        return canonical_json([to_json(facts[name]) for name in self.trigger.natural_key])

    def case_inputs(
        self,
        facts: Facts,
        *,
        today: date,
        settled: Money | None = None,
        attempts: int = 0,
        done: Collection[str] = (),
    ) -> dict[str, FactValue | None]:
        """Every input with its value now. *settled*: None counts as nothing yet."""
        inputs: dict[str, FactValue | None] = {f.name: facts.get(f.name) for f in self.trigger.facts}
        inputs.update({d.name: d.value(facts, today) for d in self.trigger.derived})
        owed = self.owed(facts)
        if owed is not None:
            inputs["remaining"] = owed - settled if settled is not None else owed
        inputs["attempts"] = attempts
        inputs.update({done_name(action.key): action.key in done for action in self.actions})
        return inputs

    def decide(
        self,
        facts: Facts,
        *,
        today: date,
        settled: Money | None = None,
        attempts: int = 0,
        done: Collection[str] = (),
    ) -> Decision:
        """What this case is offered now: one verdict per action, in display order. *today* is the
        customer's local date."""
        return self._decide(
            self.case_inputs(facts, today=today, settled=settled, attempts=attempts, done=done)
        )

    def decide_again(self, kept: Mapping[str, object]) -> Decision:
        """Decide from a kept decision's own snapshot. Raises ValueError when it was decided by
        another workflow, version or text."""
        if (kept["workflow"], kept["version"], kept["hash"]) != (self.key, self.version, self.hash):
            raise ValueError(f"decided by another version than {self.key} {self.version}")
        snapshot = kept["inputs"]
        if not isinstance(snapshot, Mapping):
            raise ValueError("a kept decision has its inputs")
        return self._decide(
            {name: from_json(self.inputs[name].kind, value) for name, value in snapshot.items()}
        )

    def refer(self, facts: Facts, *, today: date) -> str | None:
        """The WorkItem reason that takes a fresh case straight to a person, or None."""
        if self.referral is None:
            return None
        return self.referral.evaluate(self.case_inputs(facts, today=today))

    def _decide(self, inputs: Facts) -> Decision:
        seen = {name: inputs.get(name) for name in self._reads}
        verdicts = tuple([self.tables[action.key].evaluate(seen) for action in self.actions])
        return Decision(self.key, self.version, self.hash, seen, verdicts)

    @cached_property
    def _reads(self) -> tuple[str, ...]:
        """The inputs any table reads, and so all that a snapshot keeps."""
        return tuple(dict.fromkeys(n for a in self.actions for n in self.tables[a.key].reads))


def done_name(action: str) -> str:
    return f"{action}_done"


def inputs_of(trigger: Trigger, actions: Collection[str]) -> dict[str, Input]:
    inputs = {
        f.name: Input(f.name, f.kind, f.choices, f.always, f.sensitive or f.known_fact)
        for f in trigger.facts
    }
    for derived in trigger.derived:
        source = inputs[derived.fact]
        inputs[derived.name] = Input(derived.name, FactKind.INTEGER, (), source.always)
    if trigger.owed:
        inputs["remaining"] = Input("remaining", FactKind.MONEY)
    inputs["attempts"] = Input("attempts", FactKind.INTEGER)
    for key in actions:
        inputs[done_name(key)] = Input(done_name(key), FactKind.BOOLEAN)
    return inputs
