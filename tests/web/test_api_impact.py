"""The API measures a draft, tells whom it changes, and tries a case."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.runtime import Runtime
from tests.build import carry_all
from tests.drafts import a_draft, in_print
from tests.history import seed_decisions
from tests.rows import nothing_written
from tests.web.caller import Caller, problem

FACTS = {"amount_due": "55.94", "due_date": "2025-12-20"}
TRY = "/api/v1/workflows/overdue_invoice/what-if"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt, "policy:read", "policy:write", "cases:read")


def test_a_draft_is_measured_and_each_number_opens_its_cases(
    rt: Runtime, office: Caller
) -> None:
    in_print(rt)
    history = seed_decisions(rt, 1500)
    path = f"/api/v1/drafts/{a_draft(rt).id}/impact"  # below 12.00 all is paid at once, not 10.00
    assert office.get(path).status_code == 404
    asked = office.post(path, {"most": 1000}, once="m-1")
    assert asked.status_code == 200
    assert (asked.get_json()["state"], asked.get_json()["asked"]) == ("waiting", 1000)
    assert office.post(path, {"most": 1000}, once="m-1").get_json() == asked.get_json()
    carry_all(rt, kinds=("impact",))
    told = office.get(path).get_json()
    moved = [
        k for k in history[-1000:]
        if 1000 <= k.decision.inputs["remaining"].minor < 1200  # type: ignore[union-attr]
    ]
    assert moved
    assert (told["state"], told["done"], told["changed"]) == ("done", 1000, len(moved))
    pay = told["actions"]["pay"]
    assert (pay["terms"], pay["gained"], pay["lost"], pay["unknown"]) == (len(moved), 0, 0, 0)
    assert pay["by_term"] == dict.fromkeys(
        ("latest_days", "least", "other", "others"), len(moved)
    )
    page = office.get(f"{path}/changes?action=pay&kind=terms&limit=1").get_json()
    rest = office.get(
        f"{path}/changes?action=pay&kind=terms&after={page['after'] or 0}"
    ).get_json() if page["after"] else {"changes": [], "after": None}
    found = [*page["changes"], *rest["changes"]]
    assert {one["decision_id"] for one in found} == {k.id for k in moved}
    assert rest["after"] is None
    assert found[0]["was"]["terms"]["other"] is True
    assert found[0]["now"]["terms"]["other"] is False
    other = office.get(f"{path}/changes?action=pay&kind=terms&by=disputed&value=yes").get_json()
    assert len(other["changes"]) == sum(bool(k.facts["disputed"]) for k in moved)


def test_a_case_is_tried_and_nothing_is_written(rt: Runtime, office: Caller) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRY, {"facts": FACTS, "on": "2026-01-05"})
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["workflow"], told["version"], told["on"]) == ("overdue_invoice", 1, "2026-01-05")
    assert told["inputs"]["days_late"] == 16
    assert "postcode" not in told["inputs"]
    plan = next(v for v in told["verdicts"] if v["action"] == "plan")
    assert (plan["offered"], plan["reason"], plan["row"]) == (False, "plan_below_least", 1)
    assert plan["staff"] == "Less than 60.00 remains."
    assert plan["customer"]["en"] == "Plans start at $60. $55.94 is left."
    assert [(c["row"], c["input"], c["test"], c["matched"]) for c in plan["cells"]] == [
        (0, "remaining", "-", True), (0, "disputed", "true", False),
        (1, "remaining", "< 60.00", True), (1, "disputed", "-", True),
    ]


def test_bad_facts_are_named_each_at_its_place(rt: Runtime, office: Caller) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRY, {
            "facts": {"amount_due": 5, "due_date": "soon", "postcode": "10001", "odd": 1},
            "settled": "x", "attempts": -1, "done": ["fly"],
        })
    assert answer.status_code == 422
    assert {e["path"] for e in problem(answer)["errors"]} == {
        "/facts/amount_due", "/facts/due_date", "/facts/postcode", "/facts/odd", "/settled",
        "/attempts", "/done",
    }


def test_a_draft_is_tried_of_its_own_workflow_only(rt: Runtime, office: Caller) -> None:
    in_print(rt)
    draft = a_draft(rt, to="< 60.00")
    body = {"facts": FACTS, "draft_id": draft.id}
    told = office.post(TRY, body).get_json()
    assert (told["version"], told["hash"]) == (2, draft.hash)
    other = office.post("/api/v1/workflows/document_refresh/what-if", body)
    assert other.status_code == 404
    assert office.post("/api/v1/workflows/nothing/what-if", {"facts": {}}).status_code == 404


def test_a_key_without_the_scope_learns_nothing(
    app: Flask, rt: Runtime, office: Caller
) -> None:
    in_print(rt)
    draft = a_draft(rt)
    stranger = Caller(app, rt, "triggers:write")
    path = f"/api/v1/drafts/{draft.id}/impact"
    with nothing_written(rt.db):
        assert stranger.post(path, {}).status_code == 403
        assert stranger.get(path).status_code == 403
        assert stranger.get(f"{path}/changes?action=pay&kind=lost").status_code == 403
        assert stranger.post(TRY, {"facts": FACTS}).status_code == 403
