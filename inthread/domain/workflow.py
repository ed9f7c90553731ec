"""Workflow: the whole contract of one kind of case, as one versioned, hashed value.

It is read from a document by `workflow_reader.read_workflow`, which refuses a half-filled one; so
everything here is complete: each action has its table, its proof and its words in every locale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from inthread.domain.card_numbers import MASK
from inthread.domain.contract import (
    VISITED,
    Action,
    Cadence,
    ContactRules,
    IdentityRules,
    Input,
    Page,
    Queue,
    Reason,
    Statement,
    Trigger,
    done_name,
    inputs_of,
)
from inthread.domain.facts import Facts, FactValue, Reading, fact_text, from_json, read_facts
from inthread.domain.money import Money
from inthread.domain.policy import Decision, DecisionTable, Referral
from inthread.domain.proof import Proof
from inthread.domain.refusals import Problem
from inthread.domain.wording import MessageText, Template, Texts


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
    contact: ContactRules
    cadence: Cadence
    messages: Mapping[str, Mapping[str, MessageText]]
    message_versions: Mapping[str, int]
    page: Page
    statements: Mapping[str, Statement]
    agreements: Mapping[str, Mapping[str, Template]]
    authorisations: Mapping[str, Mapping[str, Template]]

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
            problems.append(Problem(f"{at}/{self.trigger.owed}", "has to be more than nothing"))
        for name in self.trigger.natural_key:
            value = reading.facts.get(name)
            if isinstance(value, str) and MASK in value:
                problems.append(Problem(f"{at}/{name}", "looks like a card number: never send one"))
        return replace(reading, problems=tuple(problems)) if problems else reading

    def owed(self, facts: Facts) -> Money | None:
        """What the case is about in money; None when the workflow is not about money."""
        amount = facts.get(self.trigger.owed) if self.trigger.owed else None
        return amount if isinstance(amount, Money) else None

    def natural_key(self, facts: Facts) -> str:
        """What says *this is the same obligation*: canonical JSON of the declared facts."""
        return f"[{','.join([fact_text(facts[name]) for name in self.trigger.natural_key])}]"

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
        inputs: dict[str, FactValue | None] = {}
        inputs.update({f.name: facts.get(f.name) for f in self.trigger.facts})
        inputs.update({d.name: d.value(facts, today) for d in self.trigger.derived})
        owed = self.owed(facts)
        if owed is not None:
            inputs["remaining"] = owed - settled if settled is not None else owed
        inputs["attempts"] = attempts
        inputs.update({done_name(action.key): action.key in done for action in self.actions})
        return inputs

    def step_inputs(
        self,
        facts: Facts,
        *,
        today: date,
        visited: bool,
        settled: Money | None = None,
        attempts: int = 0,
        done: Collection[str] = (),
    ) -> dict[str, FactValue | None]:
        """`case_inputs`, and whether the customer has opened a link of this case: what a cadence
        step's `when` looks at."""
        inputs = self.case_inputs(
            facts, today=today, settled=settled, attempts=attempts, done=done
        )
        return {**inputs, VISITED: visited}

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
        if not isinstance(snapshot, Mapping) or set(snapshot) != set(self.reads):
            raise ValueError("a kept decision has exactly the inputs its tables read")
        return self._decide(
            {name: from_json(self.inputs[name].kind, value) for name, value in snapshot.items()}
        )

    def refer(self, facts: Facts, *, today: date) -> str | None:
        """The WorkItem reason that takes a fresh case straight to a person, or None."""
        if self.referral is None:
            return None
        if self._refers_by_facts:
            return self.referral.evaluate(facts)
        return self.referral.evaluate(self.case_inputs(facts, today=today))

    def _decide(self, inputs: Facts) -> Decision:
        seen = {name: inputs.get(name) for name in self.reads}
        verdicts = tuple([self.tables[action.key].evaluate(seen) for action in self.actions])
        return Decision(self.key, self.version, self.hash, seen, verdicts)

    @cached_property
    def _refers_by_facts(self) -> bool:
        """Whether the referral looks at nothing but what the trigger says itself."""
        names = {fact.name for fact in self.trigger.facts}
        return self.referral is not None and set(self.referral.inputs) <= names

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The inputs any table reads, and so all that a snapshot keeps."""
        return tuple(dict.fromkeys(n for a in self.actions for n in self.tables[a.key].reads))
