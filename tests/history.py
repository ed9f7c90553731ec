"""A history to measure against: cases with varied facts, each truly decided by the workflow in
force, written in bulk. 20,000 decisions take a few seconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from inthread.domain.canonical import exact_json
from inthread.domain.facts import FactValue, facts_text
from inthread.domain.money import Money
from inthread.domain.person import Person
from inthread.domain.policy import Decision
from inthread.domain.workflow import Workflow
from inthread.offers import local_day
from inthread.runtime import Runtime
from inthread.store import tables as t
from inthread.store.bulk import put, stamps
from inthread.store.db import Tx
from tests.build import a_person

DAYS = 30
PEOPLE = 40
# Each band of amounts (minor units) that the shipped tables tell apart, and how often it comes.
AMOUNTS = (
    (1, 999, 4), (1000, 5999, 14), (6000, 20_000, 30), (20_001, 100_000, 30),
    (100_001, 500_000, 15), (500_001, 2_000_000, 5), (2_000_001, 4_000_000, 2),
)
COUNTRIES = ("US", "US", "US", "US", "CA", "CA", "GB", "MX", None)
FactsMaker = Callable[[Random, int, datetime], dict[str, FactValue | None]]


@dataclass(frozen=True)
class Kept:
    """A decision as it was kept, and what it was decided from. `stage`: offered or executed."""

    id: str
    case_id: str
    at: datetime
    stage: str
    facts: Mapping[str, FactValue | None]
    decision: Decision


def seed_decisions(
    rt: Runtime, n: int, *, workflow: str = "overdue_invoice", seed: int = 1,
) -> list[Kept]:
    """*n* decisions of the version in force over the last 30 days, oldest first: an `offered` one
    for each case, and for every sixth case an `executed` one after it. All facts follow from
    *seed*; each call makes cases of its own."""
    contract, dice, now = rt.workflows[workflow], Random(seed), rt.now()
    people = _people(rt, min(PEOPLE, n))
    made: list[Kept] = []
    rows: list[tuple[object, ...]] = []
    with rt.db.begin() as tx:
        spelled = stamps(tx)
        while len(made) < n:
            at = now - timedelta(days=DAYS) * (1 - len(made) / n)
            at = at.replace(second=0, microsecond=0)
            facts = MAKERS[workflow](dice, len(made), at)
            person, attempt = people[dice.randrange(len(people))], 0
            case_id, owed, settled = rt.new_id("case"), contract.owed(facts), None
            if owed is not None:
                settled = Money(0, owed.currency)
                if owed.minor > 2000 and dice.random() < 0.1:
                    attempt, settled = 1, Money(dice.randrange(1, owed.minor), owed.currency)
            done = ("pay",) if attempt else ()
            decision = contract.decide(
                facts, today=local_day(contract, person, at), settled=settled, attempts=attempt,
                done=done,
            )
            rows.append(_case(
                contract, case_id, person.id, facts, owed, settled, attempt, done, at, spelled
            ))
            made.append(Kept(rt.new_id("dec"), case_id, at, "offered", facts, decision))
            if len(made) < n and decision.offered and len(made) % 7 == 0:
                made.append(Kept(rt.new_id("dec"), case_id, at, "executed", facts, decision))
        put(tx, t.cases, _CASE, rows)  # type: ignore[arg-type]
        keep(tx, made)
    return made


def _people(rt: Runtime, many: int) -> list[Person]:
    return [
        a_person(
            rt=rt, reference=rt.new_id("ref"), name=f"Robin Case {k}",
            contacts=(("email", f"{rt.new_id('mail')}@example.test"),),
        )
        for k in range(many)
    ]


def keep(tx: Tx, made: Sequence[Kept]) -> None:
    """Write the decisions with the documents that the product would have kept."""
    spelled = stamps(tx)
    put(tx, t.decisions, _DECISION, [
        (
            k.id, k.case_id, spelled(k.at), k.stage,
            k.decision.offered[0].action if k.stage == "executed" else None,
            k.decision.workflow, k.decision.version, k.decision.hash,
            json.dumps(k.decision.as_json()),
        )
        for k in made
    ])


def _invoice(dice: Random, number: int, at: datetime) -> dict[str, FactValue | None]:
    low, high, _ = dice.choices(AMOUNTS, [weight for _, _, weight in AMOUNTS])[0]
    due = at.date() - timedelta(days=dice.randrange(1, 120))
    return {
        "invoice_number": f"H-{dice.getrandbits(60):015x}-{number}",
        "amount_due": Money(dice.randint(low, high), "USD"), "due_date": due,
        "invoice_date": due - timedelta(days=30) if dice.random() < 0.7 else None,
        "disputed": dice.random() < 0.06, "country": dice.choice(COUNTRIES),
        "postcode": f"{dice.randrange(100_000):05d}",
    }


def _document(dice: Random, number: int, at: datetime) -> dict[str, FactValue | None]:
    return {
        "document_reference": f"D-{dice.getrandbits(60):015x}-{number}",
        "document_kind": dice.choice(("passport", "identity_card", "proof_of_address")),
        "expires_on": at.date() + timedelta(days=dice.randrange(-500, 60)), "postcode": "10001",
    }


MAKERS: Mapping[str, FactsMaker] = {"overdue_invoice": _invoice, "document_refresh": _document}
_CASE = (
    "id", "reference", "workflow", "workflow_version", "workflow_hash", "natural_key",
    "person_id", "facts", "as_of", "owed_minor", "settled_minor", "currency", "state", "next_what",
    "next_owner", "next_due", "attempt", "done", "step", "opened_at", "expires_at", "version",
)
_DECISION = (
    "id", "case_id", "at", "stage", "chosen", "workflow", "version", "hash", "document",
)


def _case(
    contract: Workflow, case_id: str, person_id: str, facts: Mapping[str, FactValue | None],
    owed: Money | None, settled: Money | None, attempt: int, done: Sequence[str], at: datetime,
    spelled: Callable[[datetime], str],
) -> tuple[object, ...]:
    """An open case that nothing is due for in a month; its facts are older than its decision."""
    later = spelled(at + timedelta(days=60))
    return (
        case_id, str(facts[contract.trigger.natural_key[0]]), contract.key, contract.version,
        contract.hash, contract.natural_key(facts), person_id, facts_text(facts),
        spelled(at - timedelta(hours=1)), owed.minor if owed else None,
        settled.minor if settled else None, owed.currency if owed else None, "open", "contact",
        "cadence", later, attempt, exact_json(list(done)), 0, spelled(at - timedelta(hours=1)),
        later, 1,
    )
