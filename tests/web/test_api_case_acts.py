"""What staff do to cases, over HTTP: the same commands and refusals as in the console."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from tests.build import EMAIL, PHONE, a_case, a_started_payment, an_asked_case, the_case
from tests.rows import every_row, nothing_written
from tests.web.caller import Caller, problem

CASES = "/api/v1/cases"
SCOPES = ("cases:read", "cases:write", "people:reveal")


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt, *SCOPES)


def test_search(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt)
    for body in ({"text": "okafor"}, {"text": PHONE}, {"text": "0482"}, {"state": "open"},
                 {"owner": "cadence"}, {"due_before": "2026-02-01T00:00:00Z"}, {}):
        answer = office.post("/api/v1/case-searches", body)
        assert answer.status_code == 200, answer.text
        assert [c["id"] for c in answer.get_json()["cases"]] == [case.id], body
    assert office.post("/api/v1/case-searches", {"state": "closed"}).get_json()["cases"] == []


def test_pause_and_resume(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt)
    until = "2026-01-12T10:00:00Z"
    answer = office.post(f"{CASES}/{case.id}/pause", {"until": until, "reason": "ill"})
    assert answer.status_code == 200, answer.text
    assert answer.get_json() == {
        "id": case.id, "state": "open", "paused_until": until,
        "next": {"what": "contact", "owner": "cadence", "due": until},
    }
    answer = office.post(f"{CASES}/{case.id}/resume", {})
    assert answer.get_json()["paused_until"] is None
    assert the_case(rt, case.id).paused_until is None


def test_a_pause_that_is_too_long(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt)
    with nothing_written(rt.db):
        answer = office.post(
            f"{CASES}/{case.id}/pause", {"until": "2026-06-01T10:00:00Z", "reason": "ill"}
        )
    told = problem(answer)
    assert [e["path"] for e in told["errors"]] == ["/until"]
    with nothing_written(rt.db):
        answer = office.post(f"{CASES}/{case.id}/pause", {"until": "soon", "reason": "ill"})
    assert [e["path"] for e in problem(answer)["errors"]] == ["/until"]


def test_resend_the_link(rt: Runtime, office: Caller) -> None:
    case = an_asked_case(rt=rt)
    body = {"channel": "sms", "address": PHONE, "asked": True}
    answer = office.post(f"{CASES}/{case.id}/link", body)
    assert (answer.status_code, answer.get_json()) == (200, {"channel": "sms", "address": "482"})
    told = problem(office.post(f"{CASES}/{case.id}/link", {**body, "asked": False}))
    assert "often enough" in told["errors"][0]["message"]
    told = problem(office.post(f"{CASES}/{case.id}/link", {**body, "address": "+15550100999"}))
    assert told["errors"][0]["path"] == "/address"


def test_hand_over(rt: Runtime, office: Caller) -> None:
    case = an_asked_case(rt=rt)
    answer = office.post(f"{CASES}/{case.id}/hand-over", {"reason": "dispute", "note": "paid"})
    assert answer.status_code == 200, answer.text
    [item] = every_row(rt.db)["work_items"]
    assert answer.get_json()["work_item"] == item["id"]
    assert answer.get_json()["queue"] == item["queue"]


def test_close(rt: Runtime, office: Caller) -> None:
    case = an_asked_case(rt=rt)
    answer = office.post(f"{CASES}/{case.id}/close", {"reason": "credited"})
    assert answer.get_json() == {
        "id": case.id, "state": "withdrawn", "next": None, "paused_until": None
    }


def test_not_while_money_is_on_its_way(rt: Runtime, office: Caller) -> None:
    visit, _ = a_started_payment(rt=rt)
    with nothing_written(rt.db):
        answer = office.post(f"{CASES}/{visit.case.id}/close", {"reason": "credited"})
    assert problem(answer)["errors"][0]["path"] == "/case"
    assert the_case(rt, visit.case.id).state is CaseState.PENDING


def test_reveal_and_nothing_of_it_is_kept(rt: Runtime, office: Caller) -> None:
    a_case(rt=rt)
    with nothing_written(rt.db, but=("audit",)):
        answer = office.post("/api/v1/people/CUST-1/reveal", {"reason": "legal_request"})
    assert answer.get_json() == {
        "reference": "CUST-1", "name": "Maya Okafor",
        "contacts": [{"channel": "sms", "address": PHONE}, {"channel": "email", "address": EMAIL}],
    }
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = problem(office.post("/api/v1/people/CUST-1/reveal", {"reason": "curious"}))
    assert told["errors"][0]["path"] == "/reason"
    assert office.post("/api/v1/people/CUST-9/reveal", {"reason": "dispute"}).status_code == 404


@pytest.mark.parametrize(("act", "body"), [
    ("link", {"channel": "sms", "address": PHONE, "asked": True}),
    ("pause", {"until": "2026-01-12T10:00:00Z", "reason": "ill"}), ("resume", {}),
    ("hand-over", {"reason": "dispute", "note": "paid"}), ("close", {"reason": "credited"}),
])
def test_who_may_not_and_what_is_not_there(
    app: Flask, rt: Runtime, office: Caller, act: str, body: dict[str, object]
) -> None:
    case = an_asked_case(rt=rt)
    reader = Caller(app, rt, "cases:read")
    before = every_row(rt.db)["cases"]
    assert reader.post(f"{CASES}/{case.id}/{act}", body).status_code == 403
    assert office.post(f"{CASES}/case_none/{act}", body).status_code == 404
    assert every_row(rt.db)["cases"] == before
