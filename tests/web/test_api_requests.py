"""What every request to the API has to be, and how it is told that it is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from inthread.acting.shelf import Shelf
from inthread.commands.revoke_api_key import revoke_api_key
from inthread.domain.actor import API_SCOPES, OPERATOR
from inthread.runtime import Runtime
from tests.rows import nothing_written
from tests.triggers import a_trigger
from tests.web.caller import Caller, problem
from tests.web.visitor import ORIGIN

TRIGGERS = "/api/v1/triggers"
OPERATIONS = [
    ("POST", "/api/v1/triggers", "triggers:write"),
    ("POST", "/api/v1/cancellations", "triggers:write"),
    ("GET", "/api/v1/cases", "cases:read"),
    ("GET", "/api/v1/cases/case_1", "cases:read"),
    ("GET", "/api/v1/cases/case_1/timeline", "cases:read"),
    ("GET", "/api/v1/people/CUST-1", "cases:read"),
    ("GET", "/api/v1/people/CUST-1/timeline", "cases:read"),
    ("POST", "/api/v1/people/CUST-1/stop", "contacts:stop"),
    ("GET", "/api/v1/replies", "work:read"),
    ("POST", "/api/v1/replies/rep_1/resolve", "work:write"),
    ("GET", "/api/v1/work-items", "work:read"),
    ("POST", "/api/v1/work-items/wi_1/resolve", "work:write"),
]


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def test_the_operations_here_are_there(app: Flask) -> None:
    """Those of the console's twins are held by tests/architecture."""
    named = {"<case_id>": "case_1", "<item_id>": "wi_1", "<reply_id>": "rep_1",
             "<reference:reference>": "CUST-1"}
    rules = {
        (method, re.sub("<.*?>", lambda part: named.get(part.group(), "?"), rule.rule))
        for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules >= {(method, path) for method, path, _ in OPERATIONS}


# --- who calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
@pytest.mark.parametrize("sent", [
    "", "Bearer", "Bearer ", "Basic aWs6", "ik_" + "a" * 43, f"Bearer ik_{'a' * 43}", "Bearer \\0",
])
def test_without_a_key_nothing_is_told(
    rt: Runtime, office: Caller, method: str, path: str, scope: str, sent: str
) -> None:
    with nothing_written(rt.db):
        answer = office.client.open(
            path, method=method, base_url=ORIGIN, headers={"Authorization": sent} if sent else {},
            json={} if method == "POST" else None,
        )
    assert (answer.status_code, problem(answer)["type"]) == (
        401, "/api/docs#problem-unauthorized"
    )
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="inthread"')


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_key_without_the_scope_may_not(
    app: Flask, rt: Runtime, method: str, path: str, scope: str
) -> None:
    others = [s for s in API_SCOPES if s != scope]
    office = Caller(app, rt, *others)
    with nothing_written(rt.db):
        answer = office.client.open(
            path, method=method, base_url=ORIGIN, headers=office.headers,
            json={} if method == "POST" else None,
        )
    assert (answer.status_code, problem(answer)["detail"]) == (403, f"It lacks the scope {scope}.")
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer realm="inthread", error="insufficient_scope", scope="{scope}"'
    )


def test_a_revoked_key_ends_at_once(rt: Runtime, office: Caller) -> None:
    assert office.get("/api/v1/cases").status_code == 200
    revoke_api_key(rt, actor=OPERATOR, key_id=office.id)
    assert office.get("/api/v1/cases").status_code == 401


# --- what is sent ------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "said"), [
    (b"", "The body is not JSON: Expecting value, line 1 column 1."),
    (b"{", "The body is not JSON: Expecting property name enclosed in double quotes, "
           "line 1 column 2."),
    (b"\xff{}", "The body is not UTF-8 (byte 1)."),
    (b'{"a": 1, "a": 2}', "The body is not JSON: a member of an object is there twice."),
    (b'{"facts": {"a": 1, "a": 2}}', "The body is not JSON: a member of an object is there twice."),
    (b'{"a": NaN}', "The body is not JSON: NaN is not a JSON number."),
    (b'{"a": -Infinity}', "The body is not JSON: -Infinity is not a JSON number."),
    (b"[" * 20_000, "The body is nested too deeply."),
    (b'{"a": ' * 5_000 + b"1" + b"}" * 5_000, "The body is nested too deeply."),
])
def test_what_cannot_be_read_is_told_where(
    rt: Runtime, office: Caller, body: bytes, said: str
) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, body=body)
    told = problem(answer)
    assert (answer.status_code, told["type"], told["detail"]) == (
        400, "/api/docs#problem-bad_request", said
    )


def test_a_number_without_end_is_no_number(office: Caller) -> None:
    answer = office.post(TRIGGERS, body=b'{"a": ' + b"1" * 5_000 + b"}")
    assert (answer.status_code, problem(answer)["title"]) == (400, "The request cannot be read.")


@pytest.mark.parametrize("headers", [
    {"Content-Type": "text/plain"}, {"Content-Type": ""},
    {"Content-Type": "application/json; charset=latin-1"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Encoding": "gzip"},
])
def test_only_plain_json_is_read(
    rt: Runtime, office: Caller, headers: dict[str, str]
) -> None:
    with nothing_written(rt.db):
        answer = office.post(TRIGGERS, a_trigger(), headers=headers)
    assert (answer.status_code, problem(answer)["type"]) == (
        415, "/api/docs#problem-unsupported_media_type"
    )


@pytest.mark.parametrize(("path", "most"), [
    ("/api/v1/triggers", 2 * 1024 * 1024), ("/api/v1/cancellations", 64 * 1024),
    ("/api/v1/work-items/wi_1/resolve", 64 * 1024),
])
def test_a61_a_body_that_is_too_large_is_turned_away(
    rt: Runtime, office: Caller, path: str, most: int
) -> None:
    body = b'"' + b"x" * (most - 2) + b'"'
    assert office.post(path, body=body).status_code == 422
    with nothing_written(rt.db):
        answer = office.post(path, body=body + b" ")
    assert (answer.status_code, problem(answer)["type"]) == (413, "/api/docs#problem-too_large")


@pytest.mark.parametrize(("path", "status", "detail"), [
    ("/api/v1/cases?person=a&person=b", 400, "The parameter person is there twice."),
    ("/api/v1/cases?a%00b=1&a%00b=2", 400, "The parameter a\\u0000b is there twice."),
    ("/api/v1/cases?tenant=1", 422,
     "/query/tenant is not known here: leave it out, or correct it"),
    ("/api/v1/cases/case_1?x=1", 422, "/query/x is not known here: leave it out, or correct it"),
    ("/api/v1/cases?limit=0", 422, "/query/limit is less than 1"),
    ("/api/v1/cases?limit=101", 422, "/query/limit is more than 100"),
    ("/api/v1/cases?limit=ten", 422, "/query/limit is not a whole number"),
    ("/api/v1/cases?reference=", 422, "/query/reference is empty"),
    ("/api/v1/cases?reference=a%00b", 422, "/query/reference is not one of those that can be, or "
                                           "has characters that cannot"),
    ("/api/v1/cases?state=sleeping", 422, "/query/state is not one of those that can be, or has "
                                          "characters that cannot"),
    ("/api/v1/cases?after=x", 422, "/query/after is not one of those that can be, or has "
                                   "characters that cannot"),
])
def test_parameters_are_read_strictly(
    office: Caller, path: str, status: int, detail: str
) -> None:
    answer = office.get(path)
    assert (answer.status_code, problem(answer)["detail"]) == (status, detail)


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/api/v1/nothing", 404, "not_found"),
    ("GET", "/api/v2/cases", 404, "not_found"),
    ("GET", "/api/v1/triggers", 405, "method_not_allowed"),
    ("DELETE", "/api/v1/cases", 405, "method_not_allowed"),
    ("PUT", "/hooks/payments/fake_pay", 405, "method_not_allowed"),
    ("POST", "/hooks/payments/nobody", 404, "not_found"),
])
def test_every_fault_has_the_same_shape(
    office: Caller, method: str, path: str, status: int, code: str
) -> None:
    answer = office.client.open(path, method=method, base_url=ORIGIN, headers=office.headers)
    assert (answer.status_code, problem(answer)["type"]) == (status, f"/api/docs#problem-{code}")
    if status == 405:
        allowed = set(answer.headers["Allow"].split(", "))
        assert allowed in ({"POST", "OPTIONS"}, {"GET", "HEAD", "OPTIONS"})


def test_another_host_is_a_problem_too(office: Caller) -> None:
    answer = office.client.get(
        "/api/v1/cases", base_url="http://evil.example", headers=office.headers
    )
    assert (answer.status_code, problem(answer)["type"]) == (400, "/api/docs#problem-bad_request")


@pytest.mark.parametrize("case_id", ["case_1", "wi_1", "..", "case_%00", "a" * 300, "case_'--"])
@pytest.mark.parametrize("rest", ["", "/timeline"])
def test_a40_what_nobody_has_is_not_found(office: Caller, case_id: str, rest: str) -> None:
    answer = office.get(f"/api/v1/cases/{case_id}{rest}")
    assert (answer.status_code, problem(answer)["errors"]) == (404, [])


# --- when something breaks ---------------------------------------------------------------------


class _Gone:
    """A database that cannot be asked."""

    def __init__(self, fault: Exception, real: object) -> None:
        self.fault, self.real = fault, real

    def begin(self) -> object:
        raise self.fault

    def read(self) -> object:
        raise self.fault

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


@pytest.mark.parametrize(("fault", "status", "code", "title"), [
    (OperationalError("SELECT 1", {}, OSError("secret-host")), 503, "unavailable",
     "The database does not answer."),
    (RuntimeError("secret-host"), 500, "broken", "Something broke."),
])
def test_a_fault_of_ours_tells_nothing_of_itself(
    app: Flask, rt: Runtime, office: Caller, fault: Exception,
    status: int, code: str, title: str,
) -> None:
    app.extensions["inthread"] = Shelf(replace(rt, db=_Gone(fault, rt.db)))  # type: ignore[arg-type]
    answer = office.get("/api/v1/cases")
    told = problem(answer)
    assert (answer.status_code, told["type"], told["title"]) == (
        status, f"/api/docs#problem-{code}", title
    )
    assert "secret" not in answer.text
    assert told["request_id"].startswith("req_")
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
