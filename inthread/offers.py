"""From a case to what a mini-app is asked: its facts, what policy says now, the Offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from inthread.domain.cadence import zone_of
from inthread.domain.case import Case, CaseState
from inthread.domain.facts import FactValue, facts_from_json
from inthread.domain.person import Person
from inthread.domain.policy import Decision, Verdict
from inthread.domain.terms_reader import SIGNED
from inthread.domain.workflow import Workflow
from inthread.spi import Offer


def local_day(workflow: Workflow, person: Person, now: datetime) -> date:
    """The customer's own date."""
    return now.astimezone(zone_of(person, workflow.cadence)).date()


def facts_of(workflow: Workflow, case: Case) -> dict[str, FactValue | None]:
    """The case's typed facts; what is owed comes from the case, which knows of refreshes."""
    facts = facts_from_json(workflow.trigger.facts, case.facts)
    if workflow.trigger.owed and case.owed is not None:
        facts[workflow.trigger.owed] = case.owed
    return facts


def decide(workflow: Workflow, case: Case, person: Person, now: datetime) -> Decision:
    """What this case is offered now, by the live version of its workflow."""
    return workflow.decide(
        facts_of(workflow, case), today=local_day(workflow, person, now), settled=case.settled,
        attempts=case.attempt, done=case.done,
    )


def offered(case: Case, decision: Decision) -> tuple[Verdict, ...]:
    """The verdicts a customer can act on: none unless the case is open."""
    return decision.offered if case.state is CaseState.OPEN else ()


def make_offer(
    workflow: Workflow, case: Case, person: Person, verdict: Verdict, locale: str, now: datetime
) -> Offer:
    """What the mini-app sees: no id, exact texts in the locale, and no sensitive fact but those
    that the terms of the row name."""
    return Offer(
        reference=case.reference,
        facts=_shown(workflow, case, verdict),
        owed=case.remaining,
        terms=_terms(workflow, verdict, locale),
        name=person.name,
        today=local_day(workflow, person, now),
        locale=locale,
    )


def _shown(workflow: Workflow, case: Case, verdict: Verdict) -> dict[str, object]:
    named = {name for term in verdict.terms.values() if isinstance(term, tuple) for name in term}
    hidden = {
        f.name for f in workflow.trigger.facts
        if f.known_fact or (f.sensitive and f.name not in named)
    }
    return {k: v for k, v in facts_of(workflow, case).items() if k not in hidden}


def _terms(workflow: Workflow, verdict: Verdict, locale: str) -> Mapping[str, object]:
    terms: dict[str, object] = dict(verdict.terms)
    for name in SIGNED:
        statement = workflow.statements.get(str(terms.get(name, "")))
        if statement is not None:
            terms[f"{name}_text"] = statement.text[locale]
            terms[f"{name}_version"] = statement.version
    for term, words in (
        ("agreement", workflow.agreements), ("authorisation", workflow.authorisations),
    ):
        if verdict.action in words:
            terms[term] = words[verdict.action][locale].text
    return terms
