"""Drafts over HTTP: the same commands, the same refusals, by keys of people and of machines."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from inthread.commands.make_api_key import make_own_key
from inthread.domain.actor import PERSONAL_SCOPES
from inthread.domain.staff import Role
from inthread.runtime import Runtime
from inthread.store import audit, staff
from inthread.store import tables as t
from tests.build import carry_all
from tests.drafts import KEY, changed, in_force, in_print, shipped_document
from tests.rows import nothing_written
from tests.web.caller import Caller, problem

DRAFTS = "/api/v1/drafts"
OF = f"/api/v1/workflows/{KEY}"


def colleague(app: Flask, rt: Runtime, name: str, *roles: Role) -> Caller:
    """Somebody of the staff, with a key of their own."""
    person_id = f"stf_{name}"
    with rt.db.begin() as tx:
        staff.add(tx, person_id, f"{name}@staff.test", name, roles, by="operator:cli",
                  now=rt.now(), active=True)
        person = staff.get(tx, person_id)
    assert person is not None
    may = [scope for scope in PERSONAL_SCOPES if scope in person.actor.scopes]
    made = make_own_key(rt, actor=person.actor, name="my laptop", scopes=may)
    caller = Caller(app, rt)
    caller.headers = {"Authorization": f"Bearer {made.token}"}
    return caller


@pytest.fixture
def ada(app: Flask, rt: Runtime) -> Caller:
    in_print(rt)
    return colleague(app, rt, "ada", Role.AUTHOR)


@pytest.fixture
def ben(app: Flask, rt: Runtime) -> Caller:
    return colleague(app, rt, "ben", Role.AUTHOR, Role.APPROVER)


@pytest.fixture
def cyd(app: Flask, rt: Runtime) -> Caller:
    return colleague(app, rt, "cyd", Role.APPROVER)


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def waiting(rt: Runtime, author: Caller, to: str = "< 12.00") -> dict[str, Any]:
    """A draft that was begun, changed, measured and submitted by this caller."""
    draft = ok(author.post(f"{OF}/drafts", {"title": "Small amounts"}))
    draft = ok(author.post(f"{DRAFTS}/{draft['id']}/change", {
        "revision": draft["revision"], "document": changed(draft["document"], to=to),
    }))
    ok(author.post(f"{DRAFTS}/{draft['id']}/impact", {}))
    carry_all(rt)
    assert ok(author.get(f"{DRAFTS}/{draft['id']}/checks"))["errors"] == []
    return ok(author.post(f"{DRAFTS}/{draft['id']}/submit", {
        "revision": draft["revision"], "note": "As agreed.",
    }))


def test_from_the_beginning_to_being_in_force(rt: Runtime, ada: Caller, cyd: Caller) -> None:
    draft = waiting(rt, ada)
    assert draft["document"] == changed({**shipped_document(), "version": 2})
    assert (draft["state"], draft["authors"], draft["needed"], draft["note"]) == (
        "submitted", ["staff:stf_ada"], 1, "As agreed."
    )
    done = ok(cyd.post(
        f"{DRAFTS}/{draft['id']}/approve", {"hash": draft["hash"], "note": "Good."}
    ))
    assert (done["state"], done["version"], done["approvers"]) == (
        "published", 2, ["staff:stf_cyd"]
    )
    assert [(v["by"], v["verdict"], v["note"]) for v in done["verdicts"]] == [
        ("staff:stf_cyd", "approved", "Good.")
    ]
    assert in_force(rt) == (2, draft["hash"])
    [line] = ok(cyd.get(f"{DRAFTS}?workflow={KEY}&state=published"))["drafts"]
    assert line == {
        name: value for name, value in done.items()
        if name not in ("document", "verdicts", "approvers", "up_to_date")
    }


def test_a69_nobody_approves_their_own_by_the_api(
    rt: Runtime, ada: Caller, ben: Caller, cyd: Caller
) -> None:
    """As author, and as co-author; and with a role that may not approve at all."""
    mine = waiting(rt, ben)
    for caller in (ben, ada):
        with nothing_written(rt.db, but=("audit",)):
            answer = caller.post(f"{DRAFTS}/{mine['id']}/approve", {"hash": mine["hash"]})
        assert (answer.status_code, problem(answer)["type"]) == (
            403, "/api/docs#problem-forbidden"
        )
    with rt.db.read() as tx:
        refused = [
            (e.actor, e.detail["why"]) for e in audit.of_subject(tx, mine["id"])
            if e.event == "draft.approval_refused"
        ]
    assert refused == [("staff:stf_ben", "nobody approves a change they had a hand in")]
    shared = ok(ada.post(f"{DRAFTS}/{mine['id']}/change", {
        "revision": mine["revision"], "document": changed(mine["document"], to="< 14.00"),
    }))
    assert shared["authors"] == ["staff:stf_ben", "staff:stf_ada"]
    assert in_force(rt)[0] == 1


def test_a69_what_was_changed_after_it_was_seen_is_not_approved(
    rt: Runtime, ada: Caller, cyd: Caller
) -> None:
    seen = waiting(rt, ada)
    ok(ada.post(f"{DRAFTS}/{seen['id']}/change", {
        "revision": seen["revision"], "document": changed(seen["document"], to="< 99.00"),
    }))
    with nothing_written(rt.db):
        answer = cyd.post(f"{DRAFTS}/{seen['id']}/approve", {"hash": seen["hash"]})
    assert (answer.status_code, problem(answer)["type"]) == (409, "/api/docs#problem-stale")
    assert in_force(rt)[0] == 1


def test_a69_no_machine_approves(app: Flask, rt: Runtime, ada: Caller) -> None:
    machine = Caller(app, rt)
    seen = waiting(rt, ada)
    with nothing_written(rt.db):
        answer = machine.post(f"{DRAFTS}/{seen['id']}/approve", {"hash": seen["hash"]})
    assert (answer.status_code, problem(answer)["detail"]) == (
        403, "It lacks the scope policy:approve."
    )


def test_a69_a_role_that_was_taken_away_approves_nothing_more(
    rt: Runtime, ada: Caller, cyd: Caller
) -> None:
    """From the next request on, with the same key."""
    seen = waiting(rt, ada)
    with rt.db.begin() as tx:
        tx.execute(update(t.staff).where(t.staff.c.id == "stf_cyd").values(roles=["viewer"]))
    with nothing_written(rt.db, but=("audit",)):
        answer = cyd.post(f"{DRAFTS}/{seen['id']}/approve", {"hash": seen["hash"]})
    assert (answer.status_code, problem(answer)["detail"]) == (
        403, "It lacks the scope policy:approve."
    )
    assert in_force(rt)[0] == 1


def test_what_stands_in_the_way_is_named(rt: Runtime, ada: Caller) -> None:
    draft = ok(ada.post(f"{OF}/drafts", {}))
    with nothing_written(rt.db):
        answer = ada.post(f"{DRAFTS}/{draft['id']}/submit", {"revision": 1})
    assert (answer.status_code, problem(answer)["errors"]) == (422, [
        {"path": "/impact", "message": "was not measured on this content: measure it"}
    ])
    checks = ok(ada.get(f"{DRAFTS}/{draft['id']}/checks"))
    assert (checks["ok"], checks["measured"], checks["tests"]) == (False, False, [])
    assert {one["severity"] for one in checks["findings"]} == {"note", "warning"}
    assert [one["trouble"] for one in checks["bindings"]] == [None, None, None]


def test_sent_back_withdrawn_and_brought_up_to_date(
    rt: Runtime, ada: Caller, cyd: Caller
) -> None:
    first, second = waiting(rt, ada), waiting(rt, ada, to="< 15.00")
    back = ok(cyd.post(f"{DRAFTS}/{second['id']}/send-back", {"note": "Say why."}))
    assert (back["state"], back["note"]) == ("editing", "Say why.")
    ok(cyd.post(f"{DRAFTS}/{first['id']}/approve", {"hash": first["hash"]}))
    assert ok(ada.get(f"{DRAFTS}/{second['id']}"))["up_to_date"] is False
    sent = {"revision": back["revision"]}
    with nothing_written(rt.db):
        answer = ada.post(f"{DRAFTS}/{second['id']}/update", sent)
    assert [e["path"] for e in problem(answer)["errors"]] == [
        "/document/policy/pay/rows/1/when/0"
    ]
    new = ok(ada.post(f"{DRAFTS}/{second['id']}/update", {**sent, "keep": "mine"}))
    assert (new["base_version"], new["document"]["version"], new["up_to_date"]) == (2, 3, True)
    over = ok(ada.post(f"{DRAFTS}/{second['id']}/withdraw", {"note": "No."}))
    assert over["state"] == "withdrawn"


def test_a_float_and_a_document_that_is_too_large(rt: Runtime, ada: Caller) -> None:
    draft = ok(ada.post(f"{OF}/drafts", {}))
    at = f"{DRAFTS}/{draft['id']}/change"
    for part, status in ((1.5, 422), ("x" * 262_144, 422), ("x" * 400_000, 413)):
        with nothing_written(rt.db):
            answer = ada.post(at, {"revision": 1, "document": {**draft["document"], "a": part}})
        assert answer.status_code == status


def test_versions_roll_back_and_taking_off(rt: Runtime, ada: Caller, cyd: Caller) -> None:
    first = waiting(rt, ada)
    ok(cyd.post(f"{DRAFTS}/{first['id']}/approve", {"hash": first["hash"]}))
    assert ok(ada.get(f"{OF}/versions/1"))["document"] == shipped_document()
    again = ok(ada.post(f"{OF}/roll-back", {"version": 1, "note": "It hurt."}))
    assert (again["state"], again["document"]) == (
        "submitted", {**shipped_document(), "version": 3}
    )
    carry_all(rt)
    ok(cyd.post(f"{DRAFTS}/{again['id']}/approve", {"hash": again["hash"]}))
    lines = ok(ada.get(f"{OF}/versions?limit=2"))
    assert [(v["version"], v["standing"], v["approvers"]) for v in lines["versions"]] == [
        (3, "in_force", ["staff:stf_cyd"]), (2, "past", ["staff:stf_cyd"])
    ]
    rest = ok(ada.get(f"{OF}/versions?after={lines['after']}"))
    assert [(v["version"], v["published_by"]) for v in rest["versions"]] == [(1, "operator:cli")]
    draft = ok(ada.post(f"{OF}/drafts", {}))
    ok(ada.post(f"{DRAFTS}/{draft['id']}/impact", {}))
    carry_all(rt)
    later = ok(ada.post(f"{DRAFTS}/{draft['id']}/submit", {
        "revision": 1, "effective_at": "2026-01-09T08:00:00Z"
    }))
    ok(cyd.post(f"{DRAFTS}/{draft['id']}/approve", {"hash": later["hash"]}))
    listed = {w["workflow"]: w for w in ok(ada.get("/api/v1/workflows"))["workflows"]}
    assert listed["overdue_invoice"]["scheduled"] == [4]
    off = ok(cyd.post(f"{OF}/versions/4/unschedule", {"why": "Too early."}))
    assert (off["standing"], off["unscheduled_by"], off["unscheduled_why"]) == (
        "unscheduled", "staff:stf_cyd", "Too early."
    )


def test_policy_tests_and_bindings(rt: Runtime, ada: Caller) -> None:
    sent = {
        "name": "Small ones", "inputs": {"remaining": "9.00"},
        "expects": {"pay": {"offered": True}},
    }
    test = ok(ada.post(f"{OF}/tests", sent))
    assert ok(ada.get(f"{OF}/tests"))["tests"] == [test]
    renamed = ok(ada.post(f"{OF}/tests", {**sent, "id": test["id"], "name": "Tiny ones"}))
    assert (renamed["id"], renamed["name"]) == (test["id"], "Tiny ones")
    assert ok(ada.post(f"/api/v1/policy-tests/{test['id']}/remove", {})) == {"removed": test["id"]}
    assert ok(ada.get(f"{OF}/tests"))["tests"] == []
    looked = ok(ada.post("/api/v1/bindings/billing/plans/test", {}))
    assert (looked["passed"], looked["tested_by"]) == (True, "staff:stf_ada")


@pytest.mark.parametrize("path", [
    f"{DRAFTS}/draft_none", f"{DRAFTS}/draft_none/checks", "/api/v1/workflows/nobody/versions",
    f"{OF}/versions/9", f"{OF}/versions/x",
])
def test_what_is_not_there(ada: Caller, path: str) -> None:
    answer = ada.get(path)
    assert (answer.status_code, problem(answer)["type"]) == (404, "/api/docs#problem-not_found")
