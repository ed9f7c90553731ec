"""Where people are, when they may be written to, and what they agreed to, as a source states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from inthread.domain.consent import Consent
from inthread.domain.intake import Answer
from inthread.domain.person import Person
from inthread.domain.refusals import Problem
from inthread.runtime import Runtime
from inthread.store import consents, people
from tests.build import changed_workflows
from tests.clock import MONDAY, Clock
from tests.rows import nothing_written
from tests.triggers import a_trigger, case_of, receive

PHONE = "+15550100482"
AGREED = {
    "purposes": ["service"], "wording": "Text me about my order.", "version": "2025-11",
    "at": "2025-11-02T09:00:00-05:00", "source": "order form",
}


def with_consent(**change: object) -> dict[str, object]:
    """A trigger whose contact carries its own consent, or one with *change*."""
    consent = {k: v for k, v in {**AGREED, **change}.items() if v != "left out"}
    return a_trigger(person={
        "contacts": [{"channel": "sms", "address": PHONE, "consent": consent}]
    })


def person_of(rt: Runtime, answer: Answer) -> Person:
    with rt.db.read() as tx:
        return people.get(tx, case_of(rt, answer).person_id)


def ledger(rt: Runtime, person: Person) -> list[Consent]:
    with rt.db.read() as tx:
        return consents.of_person(tx, person.id)


# --- where they are, and when ------------------------------------------------------------------


def test_where_a_person_is_and_when_they_may_be_written_to(rt: Runtime, clock: Clock) -> None:
    prefers = {"not_before": "11:00", "not_after": "18:00", "not_on": ["sunday", "friday"]}
    [first] = receive(rt, a_trigger(person={
        "country": "US", "region": "KY", "prefers": prefers
    }))
    person = person_of(rt, first)
    assert (person.country, person.region) == ("US", "KY")
    assert person.prefers == {**prefers, "not_on": ["friday", "sunday"]}
    clock.tick(hours=1)
    receive(rt, a_trigger(number="2", person={"region": "IN", "prefers": {}}))
    person = person_of(rt, first)
    assert (person.country, person.region, person.prefers) == ("US", "IN", {})


@pytest.mark.parametrize(("stated", "path", "message"), [
    ({"country": "UK"}, "country", "is not in ISO 3166-1: write GB"),
    ({"country": "us"}, "country", "is not an ISO 3166-1 code such as US"),
    ({"region": "Kentucky"}, "region", "is not a part of a country such as KY"),
    ({"prefers": "mornings"}, "prefers",
     "is not an object with not_before, not_after or not_on"),
    ({"prefers": {"not_before": "24:00"}}, "prefers/not_before",
     "is not a time of the day such as 11:00"),
    ({"prefers": {"not_before": "18:00", "not_after": "18:00"}}, "prefers/not_after",
     "is not after not_before: no hour is left"),
    ({"prefers": {"not_on": ["sun"]}}, "prefers/not_on", "is not a list of days such as sunday"),
    ({"prefers": {"not_on": [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ]}}, "prefers/not_on", "names every day: no day is left"),
    ({"prefers": {"never": True}}, "prefers/never",
     "is not known here: leave it out, or correct it"),
])
def test_what_cannot_be_read_of_them_is_refused(
    rt: Runtime, stated: Mapping[str, object], path: str, message: str
) -> None:
    with nothing_written(rt.db):
        [answer] = receive(rt, a_trigger(person=stated))
    assert answer.problems == (Problem(f"/person/{path}", message),)


# --- what they agreed to -----------------------------------------------------------------------


def test_r4_11_a_source_that_vouches_is_a_line_of_the_ledger(rt: Runtime, clock: Clock) -> None:
    """Who, where, for what, in which words of which version, when, and who says so."""
    [answer] = receive(rt, a_trigger(person={"locale": "es"}))
    person, rules = person_of(rt, answer), rt.workflows["overdue_invoice"].contact
    assert ledger(rt, person) == [Consent(
        person.id, person.contacts[0].id, rules.purpose, True, "trigger",
        rules.consent.wording["es"], rules.consent.version, MONDAY,
        {"workflow": "overdue_invoice", "by": "api:key_1"},
    )]
    assert person.contacts[0].checked_at == MONDAY


def test_a_consent_that_is_stated_is_kept_to_the_letter(rt: Runtime) -> None:
    [answer] = receive(rt, with_consent(purposes=["service", "collections", "service"]))
    person = person_of(rt, answer)
    assert [(x.purpose, x.wording, x.version, x.at.isoformat(), x.evidence)
            for x in ledger(rt, person)] == [
        (purpose, AGREED["wording"], "2025-11", "2025-11-02T14:00:00+00:00",
         {"source": "order form", "by": "api:key_1"}) for purpose in ("service", "collections")
    ]


def with_contact_rules(rt: Runtime, workflow: str, **change: str) -> Runtime:
    """The same, but for `purpose` or `basis` of one workflow."""
    def rules(document: dict[str, Any]) -> None:
        document["contact"] |= {k: v for k, v in change.items() if k != "basis"}
        document["contact"]["consent"] |= {k: v for k, v in change.items() if k == "basis"}

    return replace(rt, workflows=changed_workflows(workflow, rules))


def test_where_nobody_vouches_only_what_is_stated_counts(rt: Runtime) -> None:
    rt = with_contact_rules(rt, "overdue_invoice", basis="stated")
    [answer] = receive(rt, a_trigger())
    assert ledger(rt, person_of(rt, answer)) == []
    receive(rt, {**with_consent(), "facts": a_trigger(number="2")["facts"]})
    assert [x.purpose for x in ledger(rt, person_of(rt, answer))] == ["service"]


@pytest.mark.parametrize(("change", "path", "message"), [
    ({"purposes": ["marketing"]}, "/purposes",
     "is not a list of purposes: use collections, service"),
    ({"purposes": []}, "/purposes", "is not a list of purposes: use collections, service"),
    ({"wording": "left out"}, "/wording", "is missing and is required"),
    ({"version": "1 a"}, "/version", "has to be letters, digits and . _ -, at most 40"),
    ({"at": "2026-01-05T16:00:00Z"}, "/at", "lies in the future: say when they agreed"),
    ({"at": "yesterday"}, "/at", "is not a time with its zone such as 2026-11-21T10:00:00Z"),
    ({"source": ""}, "/source", "is empty: leave it out, or fill it"),
    ({"by": "me"}, "/by", "is not known here: leave it out, or correct it"),
])
def test_half_a_consent_is_none(
    rt: Runtime, change: Mapping[str, object], path: str, message: str
) -> None:
    with nothing_written(rt.db):
        [answer] = receive(rt, with_consent(**change))
    assert answer.problems == (Problem(f"/person/contacts/0/consent{path}", message),)


def test_a_contact_stated_again_is_known_to_be_theirs(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    [contact] = person_of(rt, first).contacts
    with rt.db.begin() as tx:
        people.cannot_be_reached(tx, contact.id, clock.at)
    clock.tick(hours=24)
    receive(rt, a_trigger(number="2"))
    assert person_of(rt, first).contacts[0].checked_at == MONDAY
    clock.tick(seconds=1)
    receive(rt, a_trigger(number="3"))
    [contact] = person_of(rt, first).contacts
    assert (contact.checked_at, contact.unreachable_at) == (clock.at, None)
    assert len(ledger(rt, person_of(rt, first))) == 1


def test_another_workflow_adds_its_purpose_once(rt: Runtime) -> None:
    rt = with_contact_rules(rt, "document_refresh", purpose="service")
    [first] = receive(rt, a_trigger())
    for n in range(2):
        receive(rt, {
            "workflow": "document_refresh", "person": a_trigger()["person"],
            "facts": {"document_reference": f"DOC-{n}", "document_kind": "passport",
                      "expires_on": "2026-12-24"},
        })
    assert [x.purpose for x in ledger(rt, person_of(rt, first))] == ["collections", "service"]


def test_a_source_never_talks_over_a_stop(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    person = person_of(rt, first)
    [given] = ledger(rt, person)
    taken_back = Consent(
        person.id, given.contact_id, given.purpose, False, "page", "", "", clock.at
    )
    with rt.db.begin() as tx:
        consents.add_all(tx, [taken_back])
        people.stop_contact(tx, given.contact_id, "opted_out", clock.at)
    clock.tick(days=2)
    receive(rt, {**with_consent(), "as_of": "2026-01-07T15:00:00Z"})
    assert ledger(rt, person) == [given, taken_back]
