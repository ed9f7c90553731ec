"""Documents by the API: which a case has, and one with its bytes."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from flask import Flask

from inthread.domain.case import Case
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.store import tables as t
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written
from tests.web.caller import Caller, problem


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


@pytest.fixture
def case(rt: Runtime) -> Case:
    return a_signed_case(rt, somebody(rt))


def test_a_case_lists_its_documents(rt: Runtime, case: Case, office: Caller) -> None:
    [row] = every_row(rt.db)["documents"]
    said = office.get(f"/api/v1/cases/{case.id}/documents").get_json()
    assert said == {"documents": [{
        "id": row["id"], "outcome_id": row["outcome_id"], "name": "me.jpg", "kind": "passport",
        "media_type": "image/jpeg", "size": row["size"], "pages": 1, "sha256": row["digest"],
        "state": "unscanned", "at": row["at"].isoformat().replace("+00:00", "Z"),
        "checked_at": None,
    }]}
    told = problem(office.get("/api/v1/cases/case_nowhere/documents"))
    assert (told["status"], told["type"]) == (404, "/api/docs#problem-not_found")


def test_r8_6_one_is_opened_and_that_is_audited(
    rt: Runtime, case: Case, office: Caller
) -> None:
    [row] = every_row(rt.db)["documents"]
    said = office.get(f"/api/v1/cases/{case.id}/documents/{row['id']}").get_json()
    assert sha256(base64.b64decode(said["content"])).hexdigest() == row["digest"]
    with rt.db.read() as tx:
        last = audit.of_subject(tx, case.id)[-1]
    assert (last.event, last.detail) == (
        "document.read", {"document": row["id"], "sha256": row["digest"]}
    )
    assert last.actor.startswith("api:")


@pytest.mark.parametrize("state", ["pending", "found"])
def test_r8_8_one_that_was_not_found_clean_is_withheld(
    rt: Runtime, case: Case, office: Caller, state: str
) -> None:
    with rt.db.begin() as tx:
        tx.execute(t.documents.update().values(state=state))
    [row] = every_row(rt.db)["documents"]
    with nothing_written(rt.db):
        answer = office.get(f"/api/v1/cases/{case.id}/documents/{row['id']}")
    told = problem(answer)
    assert (told["status"], told["type"]) == (409, "/api/docs#problem-withheld")
