"""Cases and their timeline, as a back office sees them."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.runtime import Runtime
from tests.build import (
    a_case,
    a_coded_visit,
    a_person,
    a_started_payment,
    a_submission,
    an_asked_case,
    carry_all,
)
from tests.clock import Clock
from tests.rows import nothing_written
from tests.triggers import a_trigger
from tests.web.caller import Caller, problem

CASES = "/api/v1/cases"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def references(office: Caller, query: str) -> list[str]:
    return [c["reference"] for c in office.get(f"{CASES}?{query}").get_json()["cases"]]


def test_a_case_as_it_stands(office: Caller) -> None:
    case_id = office.post("/api/v1/triggers", a_trigger(
        facts={"postcode": "10001", "country": "USA"}, person={"locale": "en"}
    )).get_json()["case_id"]
    assert office.get(f"{CASES}/{case_id}").get_json() == {
        "id": case_id, "reference": "611365", "workflow": "overdue_invoice",
        "workflow_version": 1, "state": "open",
        "person": {
            "reference": "CUST-1", "name": "Maya Okafor", "locale": "en", "zone": None,
            "contacts": [{"channel": "sms", "address": "482", "stopped": False}],
        },
        "facts": {
            "invoice_number": "611365", "amount_due": {"minor": 5594, "currency": "USD"},
            "due_date": "2025-12-20", "invoice_date": None, "disputed": False, "country": "USA",
        },
        "as_of": "2026-01-05T15:00:00Z",
        "owed": {"minor": 5594, "currency": "USD"}, "settled": {"minor": 0, "currency": "USD"},
        "remaining": {"minor": 5594, "currency": "USD"},
        "next": {"what": "contact", "owner": "cadence", "due": "2026-01-05T15:00:00Z"},
        "done": [], "opened_at": "2026-01-05T15:00:00Z", "expires_at": "2026-04-05T15:00:00Z",
        "ended_at": None, "ended_why": None,
    }


def test_what_only_the_customer_knows_is_not_told(office: Caller) -> None:
    case_id = office.post(
        "/api/v1/triggers", a_trigger(facts={"postcode": "94107"})
    ).get_json()["case_id"]
    for path in (f"{CASES}/{case_id}", f"{CASES}/{case_id}/timeline", CASES):
        text = office.get(path).text
        assert "94107" not in text
        assert "+15550100482" not in text


def test_a_case_without_money(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt, workflow="document_refresh", number="DOC-1")
    seen = office.get(f"{CASES}/{case.id}").get_json()
    assert (seen["owed"], seen["settled"], seen["remaining"]) == (None, None, None)


def test_cases_are_found_by_reference_person_and_state(
    rt: Runtime, office: Caller, clock: Clock
) -> None:
    jo = a_person(rt=rt, reference="CUST-2")
    a_case(rt=rt, number="INV-1")
    a_case(rt=rt, number="INV-2", person=jo)
    office.post("/api/v1/triggers", a_trigger(
        number="INV-3", customer="CUST-2", facts={"disputed": True}
    ))
    assert references(office, "") == ["INV-3", "INV-2", "INV-1"]
    assert references(office, "reference=INV-2") == ["INV-2"]
    assert references(office, "person=CUST-2") == ["INV-3", "INV-2"]
    assert references(office, "person=CUST-2&state=exception") == ["INV-3"]
    assert references(office, "state=open&limit=1") == ["INV-2"]
    assert references(office, "reference=nothing") == []


def test_pages_follow_each_other_without_a_gap(rt: Runtime, office: Caller) -> None:
    office.post("/api/v1/triggers", {"triggers": [a_trigger(number=str(n)) for n in range(7)]})
    seen, query = [], "limit=3"
    while True:
        page = office.get(f"{CASES}?{query}").get_json()
        seen.append([c["reference"] for c in page["cases"]])
        if page["after"] is None:
            break
        query = f"limit=3&after={page['after']}"
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_the_timeline_says_what_happened(rt: Runtime, office: Caller) -> None:
    visit, _ = a_started_payment(rt=rt)
    seen = office.get(f"{CASES}/{visit.case.id}/timeline").get_json()
    events = [(e["event"], e["text"]) for e in seen["events"]]
    assert events == [
        ("message.queued", "A message is ready to leave by sms."),
        ("message.sent", "A message left by sms."),
        ("link.opened", "The customer opened the link."),
        ("code.sent", "The customer asked for a code."),
        ("message.queued", "A message is ready to leave by sms."),
        ("code.passed", "The customer gave the right code."),
        ("decision.offered", "The customer was shown what they can do."),
        ("action.chosen", "The customer chose: pay."),
        ("payment.started", events[-1][1]),
    ]
    assert events[-1][1].startswith("The customer went to pay, ")
    assert [(m["channel"], m["purpose"], m["address"]) for m in seen["messages"]] == [
        ("sms", "ask", "482"), ("sms", "code", "482")
    ]
    assert seen["writebacks"] == []


def test_the_timeline_shows_every_try_of_a_writeback(rt: Runtime, office: Caller) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    seen = office.get(f"{CASES}/{visit.case.id}/timeline").get_json()
    [written] = seen["writebacks"]
    assert (written["connector"], written["state"]) == ("billing", "proved")
    assert [(a["did"], a["state"]) for a in written["attempts"]] == [("sent", "proved")]
    assert "The system of record shows the outcome. The case is closed." in [
        e["text"] for e in seen["events"]
    ]


def test_looking_changes_nothing(rt: Runtime, office: Caller) -> None:
    case = an_asked_case(rt=rt)
    with nothing_written(rt.db):
        for path in (CASES, f"{CASES}/{case.id}", f"{CASES}/{case.id}/timeline"):
            for method in ("GET", "HEAD", "OPTIONS"):
                answer = office.client.open(
                    path, method=method, base_url="http://localhost:8400", headers=office.headers
                )
                assert answer.status_code == 200


def test_a_case_nobody_has(office: Caller) -> None:
    answer = office.get(f"{CASES}/case_00000000000000000000000099")
    assert (answer.status_code, problem(answer)["title"]) == (
        404, "There is no such thing, or it is not yours."
    )
