"""The way of a draft by its pages: who may do what, and what is in force afterwards."""

from __future__ import annotations

import re

import pytest

from inthread.commands.change_draft import change_draft
from inthread.domain.draft import Draft, DraftState
from inthread.domain.draft_edit import put
from inthread.runtime import Runtime
from tests.drafts import ADA, a_draft, a_submitted_draft, in_force, in_print, measure, submit
from tests.web.console.draft_forms import Hire, form_of, now, rules, typed


@pytest.fixture
def draft(rt: Runtime) -> Draft:
    """Of the overdue invoice, with one changed cell: `< 12.00` in the second row of `pay`."""
    in_print(rt)
    return a_draft(rt)


def test_a_viewer_and_an_approver_change_nothing(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    on = f"/console/drafts/{draft.id}"
    form = typed(colleague("author"), draft, "pay", r1_c0="< 20.00", do="save")
    form.pop("csrf")
    for role in ("viewer", "approver", "agent", "auditor"):
        other = colleague(role)
        assert other.post(rules(draft, "pay"), form, on=on).status_code == 403
        assert other.post(f"{on}/submit", {"revision": "2"}, on=on).status_code == 403
    assert now(rt, draft) == draft


def test_a69_the_author_of_a_change_does_not_approve_it(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    ben, on = colleague("author", "approver"), f"/console/drafts/{draft.id}/approval"
    form = typed(ben, draft, "pay", r1_c0="< 13.00", do="save")
    ben.post(rules(draft, "pay"), form, on=on)
    waiting = submit(rt, now(rt, draft))
    page = ben.get(on).text
    assert "You had a hand in this draft, so somebody else approves it." in page
    assert "Approve version" not in page
    answer = ben.post(f"/console/drafts/{draft.id}/approve",
                      {"hash": waiting.hash, "revision": str(waiting.revision)}, on=on)
    assert answer.status_code == 403
    assert now(rt, draft) == waiting
    assert in_force(rt)[0] == 1


def test_somebody_else_approves_what_they_saw_and_it_is_in_force(
    colleague: Hire, rt: Runtime
) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    cyd, on = colleague("approver", name="Cyd Ode"), f"/console/drafts/{waiting.id}/approval"
    page = cyd.get(on).text
    assert waiting.hash in page
    form = form_of(page, f"/console/drafts/{waiting.id}/approve")
    answer = cyd.post(f"/console/drafts/{waiting.id}/approve", form, on=on)
    assert answer.headers["Location"].endswith("?said=draft_published")
    assert now(rt, waiting).state is DraftState.PUBLISHED
    assert in_force(rt) == (2, waiting.hash)
    assert "Cyd Ode" in cyd.get("/console/workflows/overdue_invoice/history").text


def test_a_change_after_the_approver_looked_is_not_approved(
    colleague: Hire, rt: Runtime
) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    cyd, on = colleague("approver"), f"/console/drafts/{waiting.id}/approval"
    form = form_of(cyd.get(on).text, f"/console/drafts/{waiting.id}/approve")
    swapped = change_draft(
        rt, actor=ADA, draft_id=waiting.id, revision=waiting.revision,
        document=put(waiting.document, ("policy", "pay", "rows", 1, "when", 0), "< 19.00"),
    )
    submit(rt, swapped)
    answer = cyd.post(f"/console/drafts/{waiting.id}/approve", form, on=on)
    assert answer.status_code == 409
    assert "Nothing was done" in answer.text
    assert in_force(rt)[0] == 1


def test_it_is_sent_back_with_a_note(colleague: Hire, rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    cyd, on = colleague("approver"), f"/console/drafts/{waiting.id}/approval"
    form = form_of(cyd.get(on).text, f"/console/drafts/{waiting.id}/approve")
    path = f"/console/drafts/{waiting.id}/send-back"
    assert cyd.post(path, form, on=on).status_code == 422
    assert now(rt, waiting) == waiting
    assert cyd.post(path, {**form, "note": "Too low for us"}, on=on).status_code == 303
    assert now(rt, waiting).state is DraftState.EDITING
    assert "Too low for us" in colleague("author").get(on).text


def test_it_is_submitted_for_an_hour_in_ones_own_zone(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/approval"
    path = f"/console/drafts/{draft.id}/submit"
    form = form_of(author.get(on).text, path)
    refused = author.post(path, {**form, "note": "Ready"}, on=on)
    assert refused.status_code == 422
    assert "was not measured on this content" in refused.text
    assert ">Ready</textarea>" in refused.text
    measure(rt, draft)
    hour = rt.now().replace(year=rt.now().year + 2)
    far = author.post(path, {**form, "effective_at": f"{hour:%Y-%m-%dT%H:%M}"}, on=on)
    assert far.status_code == 422
    soon = rt.now().replace(minute=0).strftime("%Y-%m-%dT23:30")
    assert author.post(path, {**form, "effective_at": soon}, on=on).status_code == 303
    kept = now(rt, draft)
    assert kept.state is DraftState.SUBMITTED
    assert kept.effective_at is not None
    assert f"{kept.effective_at:%Y-%m-%dT%H:%M}" == soon


def test_a_test_is_kept_run_and_removed(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/tests"
    form = {"name": "Under $12 all of it", "i.remaining": "11.00", "e.pay": "refuse:disputed"}
    assert author.post(on, {**form, "name": ""}, on=on).status_code == 422
    author.post(on, form, on=on)
    page = author.get(on).text
    assert "Under $12 all of it" in page
    assert "is offered, and was expected to be refused" in page
    removal = re.search(rf'action="({on}/[^/"]+/remove)"', page)
    assert removal is not None
    author.post(removal[1], on=on)
    assert "Under $12 all of it" not in author.get(on).text


def test_a_connection_is_tested_from_the_page(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/tests"
    answer = author.post(
        f"{on}/binding", {"connector": "billing", "operation": "refunds"}, on=on
    )
    assert answer.headers["Location"] == f"{on}?said=binding_passed"


def test_the_changes_are_shown_cell_by_cell(colleague: Hire, draft: Draft) -> None:
    page = colleague("viewer").get(f"/console/drafts/{draft.id}/changes").text
    assert "<del>under $10.00</del><ins>under $12.00</ins>" in page
    assert 'id="d-plan"' not in page


def test_drafts_are_listed_and_begun(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author = colleague("author")
    assert "Small amounts" in author.get("/console/drafts").text
    assert "Small amounts" not in author.get("/console/drafts?state=published").text
    answer = author.post(
        "/console/drafts", {"key": "document_refresh", "title": "Longer"}, on="/console/drafts"
    )
    begun = answer.headers["Location"].split("?")[0]
    assert "Longer" in author.get(begun).text
    revision = form_of(
        author.get(f"{begun}/approval").text, f"{begun}/withdraw"
    )["revision"]
    form = {"revision": revision, "note": "Not now"}
    author.post(f"{begun}/withdraw", form, on="/console/drafts")
    assert "Longer" not in author.get("/console/drafts").text
