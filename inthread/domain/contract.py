"""The sections of a workflow's contract, as values (docs/workflows.md has their document form)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from inthread.domain.assurance import Identity
from inthread.domain.facts import Fact, FactKind, Facts
from inthread.domain.money import Money
from inthread.domain.policy import Grid
from inthread.domain.unary import Test
from inthread.domain.wording import Template, Texts

# Why a case becomes a WorkItem. A workflow names the queue and the time for each of them.
WORK_REASONS = (
    "dispute", "hardship", "wrong_person", "question", "writeback_failed", "no_response", "locked",
    "payment_unclear", "opted_out",
)
# The messages every workflow has, besides those its cadence sends.
MESSAGES = ("code", "receipt", "renewed", "paused")
# Those of a workflow in which people change how they are reached: what the old contact point is
# told, and the new one.
NOTICES = ("contact_left", "contact_new")
# What a person agreed to be written to about. Who owes is asked; who is a customer is served.
CONSENT_PURPOSES = ("collections", "service")
CONSENT_BASES = ("source", "stated")
# An input of cadence steps only: whether the customer has opened a link of this case.
VISITED = "visited"


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
class ConsentRule:
    """What people agreed to, word for word. `basis`: `source` - the system of record vouches for
    the contact points it states; `stated` - each contact point carries its own consent. Another
    wording is another `version`."""

    basis: str
    version: str
    wording: Texts


@dataclass(frozen=True)
class ContactRules:
    """`purpose`: one of CONSENT_PURPOSES. `priority`: 1 goes first .. 9, when a person may get no
    more that day. `country`: ISO 3166-1 alpha-2, for whoever is not known to be anywhere."""

    purpose: str
    priority: int
    country: str
    consent: ConsentRule


@dataclass(frozen=True)
class CadenceStep:
    """`after`: from the step before; for the first, from the opening of the case. `when`: input ->
    test; all have to match, or the step is passed over."""

    after: timedelta
    channel: str
    template: str
    when: Mapping[str, Test] = field(default_factory=dict)
    _grid: Grid = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grid = Grid(tuple(self.when), (tuple(self.when.values()),))
        object.__setattr__(self, "_grid", grid)

    def applies(self, inputs: Facts) -> bool:
        """*inputs*: `Workflow.step_inputs`. A missing value matches nothing but `-`."""
        row, _ = self._grid.first(inputs)
        return row is not None


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


def done_name(action: str) -> str:
    return f"{action}_done"


def step_inputs_of(inputs: Mapping[str, Input]) -> dict[str, Input]:
    """What a cadence step may look at: what policy may, and whether the customer was here."""
    return {**inputs, VISITED: Input(VISITED, FactKind.BOOLEAN)}


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
