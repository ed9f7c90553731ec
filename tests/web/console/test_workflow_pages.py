"""The pages of a workflow: its contract in words, its versions, and the way back to one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import timedelta

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.domain.dmn import from_dmn
from inthread.domain.draft import Draft, DraftState
from inthread.runtime import Runtime
from inthread.store import drafts
from tests.drafts import CYD, a_draft, a_submitted_draft, in_force, in_print, measure, submit
from tests.web.console.colleague import Colleague
from tests.web.console.draft_forms import form_of

Hire = Callable[..., Colleague]
KEY = "/console/workflows/overdue_invoice"


@pytest.fixture
def second(rt: Runtime) -> Draft:
    """Version 2 is in force: `< 12.00` in the second row of `pay`."""
    in_print(rt)
    waiting = a_submitted_draft(rt)
    return approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)


def test_all_workflows_with_what_is_in_force_and_what_comes(
    colleague: Hire, rt: Runtime
) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, effective_at=rt.now() + timedelta(days=2))
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    a_draft_of_it = a_draft(rt)
    page = colleague("viewer").get("/console/workflows").text
    assert "Overdue invoice" in page
    assert "Document refresh" in page
    assert "Version 1 in force" in page
    assert "Version 2 scheduled" in page
    assert "1 on their way" in page
    assert a_draft_of_it.id not in page


def test_the_contract_is_read_in_words(colleague: Hire, rt: Runtime) -> None:
    in_print(rt)
    page = colleague("viewer").get(KEY).text
    for words in (
        "$60.00 to $1,000.00", "over $1,000.00 to $5,000.00", "60 or fewer", "more than 60",
        'class="any"', "Do not offer", "Fresh code for this", "weekly, fortnightly, monthly",
        "Day 10", "No answer: a person looks at it.", "Plans start at $60. $184.00 is left.",
        "Fecha de pago", "known fact", "Proof of pay now", "invoice.overdue", "2 segments",
        "http://localhost:8400/l/****", "Elegir un día de pago",
    ):
        assert words in page, words
    assert "Start a draft" not in page
    assert "Start a draft" in colleague("author").get(KEY).text


def test_a_workflow_that_never_was(colleague: Hire, rt: Runtime) -> None:
    in_print(rt)
    viewer = colleague("viewer")
    assert viewer.get("/console/workflows/nothing").status_code == 404
    assert viewer.get(f"{KEY}/versions/9").status_code == 404
    assert viewer.get(f"{KEY}/diff?from=1&to=x").status_code == 404
    assert viewer.get(f"{KEY}/versions/1/pdf").status_code == 404


def test_the_document_and_its_tables_go_out_as_files(colleague: Hire, rt: Runtime) -> None:
    in_print(rt)
    viewer, version = colleague("viewer"), f"{KEY}/versions/1"
    as_json = viewer.get(f"{version}/json")
    document = json.loads(as_json.text)
    assert document["key"] == "overdue_invoice"
    assert as_json.headers["Content-Disposition"] == (
        'attachment; filename="overdue_invoice-1.json"'
    )
    assert tomllib.loads(viewer.get(f"{version}/toml").text) == document
    assert from_dmn(viewer.get(f"{version}/dmn").data, document) == document


def test_the_history_says_who_and_what(colleague: Hire, rt: Runtime, second: Draft) -> None:
    page = colleague("author").get(f"{KEY}/history").text
    assert second.hash[:12] in page
    assert "Version 2" in page
    assert "Small amounts" in page
    assert "from a file" in page
    assert "Roll back to version 1" in page
    assert "Roll back" not in colleague("viewer").get(f"{KEY}/history").text


def test_any_two_versions_are_compared(colleague: Hire, second: Draft) -> None:
    page = colleague("viewer").get(f"{KEY}/diff?from=1&to=2").text
    assert "<del>under $10.00</del><ins>under $12.00</ins>" in page
    assert "1 change" in page
    back = colleague("viewer").get(f"{KEY}/diff?from=2&to=1").text
    assert "<del>under $12.00</del><ins>under $10.00</ins>" in back
    assert "They say the same" in colleague("viewer").get(f"{KEY}/diff?from=2&to=2").text


def test_rolling_back_is_a_new_version_that_somebody_else_approves(
    colleague: Hire, rt: Runtime, second: Draft
) -> None:
    author = colleague("author")
    answer = author.post(f"{KEY}/roll-back", {"version": "1"}, on=f"{KEY}/history")
    assert answer.status_code == 303
    path = answer.headers["Location"].split("?")[0]
    with rt.db.read() as tx:
        back = drafts.get(tx, path.split("/")[3])
    assert (back.state, back.version) == (DraftState.SUBMITTED, 3)
    measure(rt, back)
    assert in_force(rt)[0] == 2
    approver = colleague("approver")
    form = form_of(approver.get(path).text, f"/console/drafts/{back.id}/approve")
    approver.post(f"/console/drafts/{back.id}/approve", form, on=path)
    assert in_force(rt) == (3, back.hash)


def test_only_an_author_rolls_back(colleague: Hire, rt: Runtime, second: Draft) -> None:
    for role in ("viewer", "approver", "agent"):
        answer = colleague(role).post(
            f"{KEY}/roll-back", {"version": "1"}, on="/console/account"
        )
        assert answer.status_code == 403
    with rt.db.read() as tx:
        assert [one.id for one in drafts.page(tx, 9)] == [second.id]


def test_what_is_scheduled_is_taken_off_by_an_approver(colleague: Hire, rt: Runtime) -> None:
    in_print(rt)
    waiting = submit(rt, a_draft(rt), effective_at=rt.now() + timedelta(days=2))
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    approver = colleague("approver")
    path, form = f"{KEY}/unschedule", {"version": "2", "why": "Wrong week"}
    assert colleague("author").post(path, form, on=f"{KEY}/history").status_code == 403
    assert approver.post(path, form, on=f"{KEY}/history").status_code == 303
    assert "Wrong week" in approver.get(f"{KEY}/history").text
    assert "scheduled" not in approver.get("/console/workflows").text
