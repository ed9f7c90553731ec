"""Staff and keys through the API: the same commands, and nobody through a key of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from inthread.commands.make_api_key import make_api_key, make_own_key
from inthread.domain.actor import API_SCOPES, OPERATOR
from inthread.domain.staff import Role, Standing
from inthread.queries.caller import caller
from inthread.queries.staff_session import staff_session
from inthread.runtime import Runtime
from tests.rows import every_row, nothing_written
from tests.staff import a_colleague, happened, person, session_of
from tests.web.visitor import ORIGIN


class Program:
    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", base_url=ORIGIN, headers=self.headers)

    def post(self, path: str, body: dict[str, Any] | None = None, once: str = "") -> TestResponse:
        more = {"Idempotency-Key": once} if once else {}
        return self.client.post(
            f"/api/v1{path}", base_url=ORIGIN, headers={**self.headers, **more}, json=body or {}
        )


@pytest.fixture
def machine(app: Flask, rt: Runtime) -> Program:
    """With a key that only the command line gives."""
    made = make_api_key(rt, actor=OPERATOR, name="it", scopes=API_SCOPES)
    return Program(app, made.token)


def test_the_life_of_a_colleague(rt: Runtime, machine: Program) -> None:
    made = machine.post("/staff", {"email": "a@b.test", "name": "Bo", "roles": ["agent"]})
    assert made.status_code == 200, made.text
    staff_id = made.json["id"]
    assert made.json["url"].startswith(f"{ORIGIN}/console/invitation/")
    assert machine.get(f"/staff/{staff_id}").json["standing"] == "invited"
    assert machine.get("/staff").json["people"][0]["email"] == "a@b.test"
    changed = machine.post(f"/staff/{staff_id}/roles", {"roles": ["author"]}, once="1")
    assert (changed.status_code, changed.json["roles"]) == (200, ["author"])
    disabled = machine.post(f"/staff/{staff_id}/disable")
    assert disabled.json["standing"] == "disabled"
    assert machine.post(f"/staff/{staff_id}/enable").json["standing"] == "invited"
    again = machine.post(f"/staff/{staff_id}/reset")
    assert again.json["url"] != made.json["url"]
    assert person(rt, staff_id).standing is Standing.INVITED


def test_sessions_end(rt: Runtime, machine: Program) -> None:
    ada = a_colleague(rt)
    session = session_of(rt, ada.token).id
    assert machine.post(f"/staff/{ada.id}/sessions/{session}/end").json == {"ended": 1}
    assert staff_session(rt, ada.token) is None
    assert machine.post(f"/staff/{ada.id}/end-sessions").json == {"ended": 0}
    assert machine.post(f"/staff/{ada.id}/sessions/{session}/end").status_code == 404


def test_what_is_shown_once_is_kept_nowhere(rt: Runtime, machine: Program) -> None:
    """No once-key: its answer would be kept for a day."""
    made = machine.post(
        "/staff", {"email": "a@b.test", "name": "Bo", "roles": ["agent"]}, once="k-1"
    )
    key = machine.post("/keys", {"name": "x", "scopes": ["cases:read"]}, once="k-2")
    assert (made.status_code, key.status_code) == (200, 200)
    kept = str(every_row(rt.db))
    assert made.json["url"].rpartition("/")[2] not in kept
    assert key.json["token"] not in kept


@pytest.mark.parametrize(("path", "body", "status"), [
    ("/staff", {"email": "x", "name": "B", "roles": ["agent"]}, 422),
    ("/staff", {"email": "a@b.test", "name": "B", "roles": ["root"]}, 422),
    ("/staff", {"email": "a@b.test", "name": "B", "roles": ["agent"], "active": True}, 422),
    ("/staff/stf_none/roles", {"roles": ["agent"]}, 404),
    ("/staff/stf_none/disable", {}, 404), ("/keys/key_none/revoke", {}, 404),
    ("/keys", {"name": "x", "scopes": ["policy:approve"]}, 422),
    ("/keys", {"name": "x", "scopes": ["keys:write"]}, 422),
])
def test_what_is_refused_writes_nothing(
    rt: Runtime, machine: Program, path: str, body: dict[str, Any], status: int
) -> None:
    with nothing_written(rt.db):
        assert machine.post(path, body).status_code == status


def test_keys_are_listed_and_end(rt: Runtime, machine: Program) -> None:
    key = machine.post("/keys", {"name": "x", "scopes": ["cases:read"]}).json
    listed = machine.get("/keys").json["keys"]
    assert [(each["name"], each["revoked_at"]) for each in listed] == [("x", None), ("it", None)]
    assert machine.post(f"/keys/{key['id']}/revoke").json == {"id": key["id"]}
    assert caller(rt, key["token"]) is None


def test_the_last_admin_stays(rt: Runtime, machine: Program) -> None:
    ada = a_colleague(rt, "admin")
    for path, body in ((f"/staff/{ada.id}/disable", {}), (f"/staff/{ada.id}/reset", {}),
                       (f"/staff/{ada.id}/roles", {"roles": ["agent"]})):
        with nothing_written(rt.db):
            answer = machine.post(path, body)
        assert (answer.status_code, answer.json["type"]) == (
            409, "/api/docs#problem-last_admin"
        )


@pytest.mark.parametrize(("role", "path", "body"), [
    ("agent", "/staff", {"email": "a@b.test", "name": "B", "roles": ["admin"]}),
    ("admin", "/staff/{}/roles", {"roles": ["admin", "approver"]}),
    ("admin", "/staff/{}/end-sessions", {}),
])
def test_a68_a_key_of_ones_own_does_no_more_than_its_person(
    app: Flask, rt: Runtime, role: str, path: str, body: dict[str, Any]
) -> None:
    a_colleague(rt, "admin", email="bea@alderway.test", name="Bea")
    ada = a_colleague(rt, role)
    scopes = ["cases:read"] if role == "agent" else ["staff:read", "staff:write"]
    made = make_own_key(rt, actor=ada.actor, name="laptop", scopes=scopes)
    program = Program(app, made.token)
    if "end-sessions" in path:
        assert program.post(path.format(ada.id), body).status_code == 200
        return
    with nothing_written(rt.db, but=("audit",)):
        answer = program.post(path.format(ada.id), body)
    assert answer.status_code == 403
    assert happened(rt, ada.id)[-1] == ("staff.denied", f"staff:{ada.id}")
    assert Role.APPROVER not in person(rt, ada).roles
