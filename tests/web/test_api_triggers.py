"""Triggers, cancellations and once-keys over HTTP."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger
from tests.web.caller import Caller, problem

TRIGGERS = "/api/v1/triggers"
CANCEL = "/api/v1/cancellations"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt, "triggers:write")


# --- one trigger -------------------------------------------------------------------------------


def test_a_trigger_opens_a_case(office: Caller) -> None:
    answer = office.post(TRIGGERS, a_trigger())
    told = answer.get_json()
    assert (answer.status_code, answer.content_type) == (201, "application/json")
    assert told == {
        "status": "opened", "case_id": told["case_id"], "reference": "611365", "why": None,
        "problems": [],
    }
    assert answer.headers["Location"] == f"/api/v1/cases/{told['case_id']}"


def test_the_same_again_is_unchanged(office: Caller) -> None:
    first = office.post(TRIGGERS, a_trigger()).get_json()
    again = office.post(TRIGGERS, a_trigger())
    assert (again.status_code, again.get_json()) == (200, {**first, "status": "unchanged"})
    assert "Location" not in again.headers


def test_a_disputed_one_is_referred(office: Caller) -> None:
    answer = office.post(TRIGGERS, a_trigger(facts={"disputed": True}))
    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["why"]) == (
        200, "referred", "dispute"
    )


def test_a_stale_one_says_why(office: Caller) -> None:
    office.post(TRIGGERS, a_trigger(as_of="2026-01-05T10:00:00Z"))
    answer = office.post(TRIGGERS, a_trigger(amount="1.00", as_of="2026-01-05T09:00:00Z"))
    assert (answer.status_code, answer.get_json()["status"]) == (200, "stale")
    assert answer.get_json()["why"] == (
        "not newer than what is known already, as of 2026-01-05T10:00:00Z"
    )


def test_a_bad_one_is_refused_with_the_place_of_each_fault(rt: Runtime, office: Caller) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, a_trigger(due="2026-02-30", phone="x"))
    told = problem(answer)
    assert (answer.status_code, told["title"]) == (422, "Something in the input is not right.")
    assert told["errors"] == [
        {"path": "/person/contacts/0/address",
         "message": "is not a phone number such as +15550100482"},
        {"path": "/facts/due_date", "message": "is a day that does not exist: 2026-02-30"},
    ]
    assert told["detail"] == (
        "/person/contacts/0/address is not a phone number such as +15550100482; "
        "/facts/due_date is a day that does not exist: 2026-02-30"
    )


@pytest.mark.parametrize(("changed", "path"), [
    ({"role": "admin"}, "/role"), ({"status": "closed"}, "/status"),
    ({"tenant_id": 7}, "/tenant_id"), ({"case_id": "case_1"}, "/case_id"),
])
def test_a39_members_nobody_asked_for_are_refused(
    rt: Runtime, office: Caller, changed: dict[str, object], path: str
) -> None:
    with nothing_written(rt.db):
        told = problem(office.post(TRIGGERS, {**a_trigger(), **changed}))
    assert told["errors"] == [
        {"path": path, "message": "is not known here: leave it out, or correct it"}
    ]


@pytest.mark.parametrize("amount", [55.94, 55, True, ["55.94"], {"minor": "5594"}, -1, "NaN"])
def test_an_amount_of_another_type_is_not_taken_for_one(
    rt: Runtime, office: Caller, amount: object
) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, a_trigger(amount=amount))
    assert [e["path"] for e in problem(answer)["errors"]] == ["/facts/amount_due"]


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\u202eb"])
def test_what_is_no_text_is_refused_in_every_place(
    rt: Runtime, office: Caller, text: str
) -> None:
    bad = a_trigger(number=text, customer=text, person={"name": text}, facts={text: 1})
    bad[text] = 1
    with nothing_written(rt.db, but=("idempotency",)):
        told = problem(office.post(TRIGGERS, bad, once="k-1"))
    spelled = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    assert [e["path"] for e in told["errors"]] == [
        f"/{spelled}", "/person/reference", "/person/name", f"/facts/{spelled}",
        "/facts/invoice_number",
    ]


# --- batches -----------------------------------------------------------------------------------


def test_a_batch_is_answered_row_by_row(office: Caller) -> None:
    rows = [a_trigger(number="1"), 7, a_trigger(number="2", amount="x"), a_trigger(number="1")]
    answer = office.post(TRIGGERS, {"triggers": rows})
    told = answer.get_json()
    assert answer.status_code == 200
    assert [a["status"] for a in told["answers"]] == ["opened", "refused", "refused", "unchanged"]
    assert told["counts"] == {"opened": 1, "refused": 2, "unchanged": 1}
    assert told["answers"][1]["problems"] == [
        {"path": "", "message": "is not an object with workflow, facts and person"}
    ]


@pytest.mark.parametrize(("sent", "path"), [
    ({"triggers": []}, "/triggers"), ({"triggers": {}}, "/triggers"),
    ({"triggers": [a_trigger()] * 1001}, "/triggers"), ({"triggers": None}, "/triggers"),
    ({"triggers": [a_trigger()], "workflow": "overdue_invoice"}, "/workflow"),
])
def test_what_is_no_batch(rt: Runtime, office: Caller, sent: object, path: str) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, sent)
    assert [e["path"] for e in problem(answer)["errors"]] == [path]


def test_a_thousand_at_once(rt: Runtime, office: Caller) -> None:
    rows = [a_trigger(number=str(n), customer=f"CUST-{n // 4}") for n in range(1000)]
    told = office.post(TRIGGERS, {"triggers": rows}).get_json()
    assert told["counts"] == {"opened": 1000}
    assert [a["reference"] for a in told["answers"]] == [str(n) for n in range(1000)]
    assert len(every_row(rt.db)[t.cases.name]) == 1000


# --- cancellations -----------------------------------------------------------------------------


def test_a_case_is_taken_back_by_id_or_by_facts(office: Caller) -> None:
    ids = [office.post(TRIGGERS, a_trigger(number=n)).get_json()["case_id"] for n in "12"]
    first = office.post(CANCEL, {"case_id": ids[0], "reason": "paid elsewhere"})
    second = office.post(CANCEL, {
        "workflow": "overdue_invoice", "facts": {"invoice_number": "2"}, "reason": "written off"
    })
    for answer, case_id, reference in ((first, ids[0], "1"), (second, ids[1], "2")):
        assert (answer.status_code, answer.get_json()) == (200, {
            "status": "cancelled", "case_id": case_id, "reference": reference, "why": None,
            "problems": [],
        })
    again = office.post(CANCEL, {"case_id": ids[0], "reason": "paid elsewhere"})
    assert (again.status_code, again.get_json()["status"]) == (200, "unchanged")


@pytest.mark.parametrize(("sent", "paths"), [
    ({}, ["/workflow", "/facts", "/reason"]),
    ({"case_id": "case_1"}, ["/reason"]),
    ({"case_id": "case_1", "workflow": "overdue_invoice", "reason": "x"}, ["/workflow"]),
    ({"case_id": 7, "reason": "x"}, ["/case_id"]),
    ({"case_id": "../1", "reason": "x"}, ["/case_id"]),
    ({"case_id": "case_1\0", "reason": "x"}, ["/case_id"]),
    ({"case_id": "case_1", "reason": ""}, ["/reason"]),
    ({"case_id": "case_1", "reason": "x" * 201}, ["/reason"]),
    ({"case_id": "case_1", "reason": "a\0b"}, ["/reason"]),
    ({"case_id": "case_1", "reason": "\ud800"}, ["/reason"]),
    ({"workflow": "overdue_invoice", "facts": {}, "reason": "x"}, ["/facts/invoice_number"]),
    ({"workflow": "nothing", "facts": {}, "reason": "x"}, ["/workflow"]),
    ([], ["/workflow", "/facts", "/reason"]),
])
def test_a_cancellation_that_is_not_understood(
    rt: Runtime, office: Caller, sent: object, paths: list[str]
) -> None:
    with nothing_written(rt.db):
        answer = office.post(CANCEL, sent)
    assert answer.status_code == 422
    if sent != []:
        assert [e["path"] for e in problem(answer)["errors"]] == paths


@pytest.mark.parametrize("sent", [
    {"case_id": "case_99999999999999999999999999", "reason": "x"},
    {"workflow": "overdue_invoice", "facts": {"invoice_number": "9"}, "reason": "x"},
])
def test_a40_a_case_nobody_has_is_not_found(
    rt: Runtime, office: Caller, sent: object
) -> None:
    with nothing_written(rt.db):
        answer = office.post(CANCEL, sent)
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")


# --- once --------------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer(rt: Runtime, office: Caller) -> None:
    first = office.post(TRIGGERS, a_trigger(), once="k-1")
    with nothing_written(rt.db):
        again = office.post(TRIGGERS, a_trigger(), once="k-1")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]


def test_a_refusal_is_answered_the_same_too(rt: Runtime, office: Caller) -> None:
    first = office.post(TRIGGERS, a_trigger(amount="x"), once="k-1")
    with nothing_written(rt.db):
        again = office.post(TRIGGERS, a_trigger(amount="x"), once="k-1")
    assert problem(again) == problem(first)
    assert again.status_code == 422


def test_the_same_key_with_another_body_is_refused(rt: Runtime, office: Caller) -> None:
    office.post(TRIGGERS, a_trigger(), once="k-1")
    with nothing_written(rt.db):
        answers = [
            office.post(TRIGGERS, a_trigger(number="2"), once="k-1"),
            office.post(CANCEL, {"case_id": "case_1", "reason": "x"}, once="k-1"),
        ]
    for answer in answers:
        assert (answer.status_code, problem(answer)["type"]) == (
            422, "/api/docs#problem-nonce_reused"
        )


def test_each_api_key_has_its_own_once_keys(app: Flask, rt: Runtime, office: Caller) -> None:
    first = office.post(TRIGGERS, a_trigger(), once="k-1")
    other = Caller(app, rt, "triggers:write").post(TRIGGERS, a_trigger(), once="k-1")
    assert (first.status_code, other.status_code) == (201, 200)


def test_a_request_that_is_still_at_work(rt: Runtime, office: Caller, clock: Clock) -> None:
    office.post(TRIGGERS, a_trigger(), once="k-1")
    with rt.db.begin() as tx:
        tx.execute(t.idempotency.update().values(status=None, answer=None))
    answer = office.post(TRIGGERS, a_trigger(), once="k-1")
    assert (answer.status_code, problem(answer)["type"], answer.headers["Retry-After"]) == (
        409, "/api/docs#problem-in_progress", "1"
    )
    clock.tick(minutes=2)
    assert office.post(TRIGGERS, a_trigger(), once="k-1").status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_once_key_that_is_none(rt: Runtime, office: Caller, key: str) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, a_trigger(), once=key)
    assert [e["path"] for e in problem(answer)["errors"]] == ["/headers/Idempotency-Key"]


def test_what_is_kept_of_an_answer_is_json(rt: Runtime, office: Caller) -> None:
    answer = office.post(TRIGGERS, {"triggers": [{"\0": 1, "\ud800": 2}]}, once="k-1")
    [kept] = every_row(rt.db)[t.idempotency.name]
    assert (kept["status"], kept["answer"]) == (200, answer.get_json())
    assert json.dumps(kept["answer"]).count("\\\\u0000") == 1
