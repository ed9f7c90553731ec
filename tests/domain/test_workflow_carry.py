"""Proof, the queues of work for people, and the cadence, read from a document."""

from datetime import time, timedelta

import pytest

from inthread.domain.contract import Cadence, CadenceStep, Queue
from inthread.domain.proof import Proof, Source, SourceKind
from tests.domain.samples import MISSING, problems, small


@pytest.mark.parametrize(("place", "value", "expected"), [
    ("proof", MISSING, [
        "proof: is missing: say for each action how its outcome is written and proved",
    ]),
    ("exceptions", MISSING, ["exceptions: is missing: give every reason a queue and a time"]),
    ("cadence", MISSING, [
        "cadence: is missing: say when, how often and on which channels it is asked",
        "wording.messages.ask: is never sent: remove it, or correct its name",
    ]),
    ("proof.pay", MISSING, [
        "proof.pay: is missing: say where its outcome is written and read back",
    ]),
    ("proof.other", {}, ["proof.other: proves no action: remove it, or correct its name"]),
    ("proof.pay.connector", "bank", [
        "proof.pay.connector: 'bank' is none of billing, compliance: name a configured connector",
    ]),
    ("proof.pay.operation", MISSING, [
        "proof.pay.operation: is missing: name what the system of record calls it",
    ]),
    ("proof.pay.within", MISSING, [
        "proof.pay.within: is missing: say when a missing proof is late",
    ]),
    ("proof.pay.must_equal", MISSING, [
        "proof.pay.must_equal: is missing: name the fields the read-back has to show",
    ]),
    ("proof.pay.must_equal", [], [
        "proof.pay.must_equal: needs 1 or more: name the fields the read-back has to show",
    ]),
    ("proof.pay.must_equal", ["amount"], [
        "proof.pay.must_equal[0]: 'amount' is none of the fields",
    ]),
    ("proof.pay.must_equal", ["number"], [
        "proof.pay.must_equal: compares nothing of the outcome: add a field from outcome.NAME",
    ]),
    ("proof.pay.fields", MISSING, [
        "proof.pay.fields: is missing: say which fields are written, and from what",
        "proof.pay.must_equal[0]: 'minor' is none of the fields",
    ]),
    ("proof.pay.fields", {}, [
        "proof.pay.fields: is empty: nothing would be written",
        "proof.pay.must_equal[0]: 'minor' is none of the fields",
    ]),
    ("proof.pay.fields.minor", "payment.minor", [
        "proof.pay.fields.minor: 'payment.minor' is no source: write fact.NAME, outcome.NAME, "
        "case.reference, person.reference, or { literal = ... }",
    ]),
    ("proof.pay.fields.number", "fact.nr", [
        "proof.pay.fields.number: there is no fact 'nr' in this trigger",
    ]),
    ("proof.pay.fields.number", "fact.postcode", [
        "proof.pay.fields.number: 'postcode' is a known fact and is not passed on",
    ]),
    ("proof.pay.fields.minor", 5, [
        "proof.pay.fields.minor: has to be fact.NAME, outcome.NAME, case.reference, "
        "person.reference, or { literal = ... }",
    ]),
    ("proof.sign.fields.by", {"literal": ["web"]}, [
        "proof.sign.fields.by: has to be fact.NAME, outcome.NAME, case.reference, "
        "person.reference, or { literal = ... }",
    ]),
    ("proof.pay.fields.id", "case.reference", [
        "proof.pay.fields.id: is not a field name: small letters, digits and _, and not id",
    ]),
    ("proof.pay.fields.who", "person.name", [
        "proof.pay.fields.who: 'person.name' is no source: write fact.NAME, outcome.NAME, "
        "case.reference, person.reference, or { literal = ... }",
    ]),
    ("exceptions.locked", MISSING, [
        'exceptions.locked: is missing: give it an owner: { queue = "name", due = "2d" }',
    ]),
    ("exceptions.locked.queue", MISSING, ["exceptions.locked.queue: is missing: name who owns it"]),
    ("exceptions.locked.due", "soon", [
        "exceptions.locked.due: is not a duration: write 90s, 15m, 4h, 30d or 2w (by when)",
    ]),
    ("exceptions.weather", {"queue": "x"}, ["exceptions.weather.due: is missing: by when"]),
    ("cadence.zone", MISSING, [
        'cadence.zone: is missing: for a person whose zone is not known, e.g. "America/New_York"',
    ]),
    ("cadence.zone", "Mars/Base", ["cadence.zone: 'Mars/Base' is no time zone"]),
    ("cadence.zone", "../etc/passwd", ["cadence.zone: '../etc/passwd' is no time zone"]),
    ("cadence.per_day", 9, [
        "cadence.per_day: has to be a whole number from 1 to 3: the most messages a day",
    ]),
    ("cadence.per_day", MISSING, ["cadence.per_day: is missing: the most messages a day"]),
    ("cadence.give_up_after", MISSING, [
        "cadence.give_up_after: is missing: say when a person takes over",
    ]),
    ("cadence.give_up_after", "60d", [
        "cadence.give_up_after: is after trigger.expires_after: make it shorter",
    ]),
    ("cadence.steps[1]", {"after": "10d", "channel": "sms", "template": "ask"}, [
        "cadence.give_up_after: is before the last step: make it longer",
    ]),
    ("cadence.steps[1]", {"after": "0m", "channel": "sms", "template": "ask"}, [
        "cadence.steps[1].after: has to be more than nothing and at most ten years",
    ]),
    ("cadence.hours", ["07:59", "21:00"], [
        "cadence.hours: has to lie within 08:00 and 21:00, and begin before it ends",
    ]),
    ("cadence.hours", ["08:00", "21:01"], [
        "cadence.hours: has to lie within 08:00 and 21:00, and begin before it ends",
    ]),
    ("cadence.hours", ["8", "21"], [
        'cadence.hours: has to be two times: the local hours in which it may be sent: ["08:00", '
        '"21:00"]',
    ]),
    ("cadence.hours", ["12:00", "12:00"], [
        "cadence.hours: names something twice: name it once",
        "cadence.hours: has to lie within 08:00 and 21:00, and begin before it ends",
    ]),
    ("cadence.hours", "day", [
        "cadence.hours: has to be a list of texts: the local hours in which it may be sent: "
        '["08:00", "21:00"]',
    ]),
    ("cadence.steps", MISSING, [
        "cadence.steps: is missing: write at least one [[cadence.steps]]",
        "wording.messages.ask: is never sent: remove it, or correct its name",
    ]),
    ("cadence.steps", [], [
        "cadence.steps: is empty: nobody would be asked",
        "wording.messages.ask: is never sent: remove it, or correct its name",
    ]),
    ("cadence.steps[0].channel", "fax", [
        "cadence.steps[0].channel: 'fax' is none of email, sms: name a configured channel",
    ]),
    ("cadence.steps[0].template", "hello", [
        "wording.messages.ask: is never sent: remove it, or correct its name",
        "wording.messages.hello: is missing: write it in en",
    ]),
    ("cadence.steps[0].after", MISSING, [
        "cadence.steps[0].after: is missing: how long after the step before",
    ]),
])
def test_what_is_half_filled_is_refused_with_its_place_and_advice(place, value, expected):
    assert problems({place: value}) == expected


def test_a_fact_that_may_be_missing_proves_nothing():
    assert problems({
        "proof.pay.fields.due": "fact.due", "proof.pay.must_equal": ["minor", "due"],
    }) == [
        "proof.pay.must_equal[1]: 'due' may be missing, and nothing would be proved: "
        "make the fact required",
    ]


def test_a_proof_is_read_exactly():
    assert small().proofs["sign"] == Proof(
        action="sign",
        connector="compliance",
        operation="attestations",
        fields={
            "case": Source(SourceKind.CASE, "reference"),
            "sha256": Source(SourceKind.OUTCOME, "sha256"),
            "by": Source(SourceKind.LITERAL, value="web"),
        },
        must_equal=("sha256",),
        within=timedelta(seconds=90),
    )


def test_the_fields_of_a_writeback_come_from_their_sources():
    workflow = small({"proof.pay.fields.due": "fact.due"})
    facts = workflow.read_facts({"number": "7", "amount": "10.00"}).facts
    assert workflow.proofs["pay"].values(
        facts=facts, outcome={"minor": 1000, "currency": "USD"}, case_reference="C-1",
        person_reference="CUST-1",
    ) == {"number": "7", "minor": 1000, "who": "CUST-1", "due": None}
    assert workflow.proofs["sign"].values(
        facts=facts, outcome={"sha256": "ab"}, case_reference="C-1", person_reference="CUST-1",
    ) == {"case": "C-1", "sha256": "ab", "by": "web"}


def test_an_outcome_that_cannot_be_proved_is_refused():
    with pytest.raises(ValueError, match=r"^the outcome of pay has no 'minor'$"):
        small().proofs["pay"].values(
            facts={}, outcome={"amount": 5}, case_reference="C-1", person_reference="CUST-1"
        )


def test_every_reason_for_work_has_an_owner_and_a_time():
    assert small().queues["no_response"] == Queue("no_response", "care", timedelta(days=10))
    assert small({"exceptions.weather": {"queue": "roof", "due": "1d"}}).queues["weather"] == (
        Queue("weather", "roof", timedelta(days=1))
    )


def test_a_cadence_is_read_exactly():
    workflow = small({
        "cadence.hours": ["09:30", "20:00"],
        "cadence.steps[1]": {"after": "36h", "channel": "email", "template": "ask"},
    })
    assert workflow.cadence == Cadence(
        steps=(
            CadenceStep(timedelta(0), "sms", "ask"),
            CadenceStep(timedelta(hours=36), "email", "ask"),
        ),
        opens=time(9, 30),
        closes=time(20),
        zone="America/New_York",
        per_day=1,
        give_up_after=timedelta(days=10),
    )


def test_without_hours_it_is_the_widest_window_the_law_knows():
    assert (small().cadence.opens, small().cadence.closes) == (time(8), time(21))
