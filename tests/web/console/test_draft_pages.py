"""The pages of a draft, and its rules: a form keeps what was typed, and only what can be read."""

from __future__ import annotations

import pytest

from inthread.commands.change_draft import change_draft
from inthread.domain.draft import Draft
from inthread.domain.draft_edit import at, put
from inthread.runtime import Runtime
from tests.drafts import ADA, a_draft, in_print
from tests.web.console.draft_forms import Hire, form_of, now, rows, rules, typed

TABS = ("", "/words", "/cadence", "/facts", "/tests", "/impact", "/changes", "/approval",
        "/document")


@pytest.fixture
def draft(rt: Runtime) -> Draft:
    """Of the overdue invoice, with one changed cell: `< 12.00` in the second row of `pay`."""
    in_print(rt)
    return a_draft(rt)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", ["viewer", "author", "approver"])
def test_every_tab_is_there_for_whoever_may_read_policy(
    colleague: Hire, draft: Draft, tab: str, role: str
) -> None:
    answer = colleague(role).get(f"/console/drafts/{draft.id}{tab}")
    assert answer.status_code == 200
    assert "Small amounts" in answer.text


def test_the_rules_are_fields_for_an_author_and_words_for_others(
    colleague: Hire, draft: Draft
) -> None:
    path = f"/console/drafts/{draft.id}"
    assert 'value="[60.00..1000.00]"' in colleague("author").get(path).text
    seen = colleague("viewer").get(path).text
    assert "$60.00 to $1,000.00" in seen
    assert 'name="r0.c0"' not in seen


def test_saving_what_nobody_changed_changes_nothing(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author = colleague("author")
    for table in ("pay", "plan", "promise", "refer"):
        answer = author.post(
            rules(draft, table), typed(author, draft, table, do="save"),
            on=f"/console/drafts/{draft.id}",
        )
        assert answer.status_code == 303
    assert now(rt, draft) == draft


def test_a_cell_is_saved(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author = colleague("author")
    form = typed(author, draft, "plan", r3_c0="[50.00..1000.00]", do="save")
    form["r3.t.most_instalments"] = "8"
    answer = author.post(rules(draft, "plan"), form, on=f"/console/drafts/{draft.id}")
    assert (answer.status_code, answer.headers["Location"]) == (
        303, f"/console/drafts/{draft.id}?said=draft_kept#t-plan"
    )
    kept = now(rt, draft)
    assert rows(kept.document, "plan")[3]["when"] == ["[50.00..1000.00]", "false"]
    assert rows(kept.document, "plan")[3]["offer"]["most_instalments"] == 8
    assert kept.revision == draft.revision + 1
    assert str(author.actor) in kept.authors


def test_a_cell_that_cannot_be_read_is_refused_and_stays_as_it_was_typed(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author = colleague("author")
    form = typed(author, draft, "plan", r1_c0="< 60,00", r3_c0="[50.00..1000.00]", do="up:3")
    form["r3.t.most_instalments"] = "six"
    answer = author.post(rules(draft, "plan"), form, on=f"/console/drafts/{draft.id}")
    assert answer.status_code == 422
    assert 'value="&lt; 60,00"' in answer.text
    assert "comma between digits" in answer.text
    assert "at character 5" in answer.text
    assert 'value="six"' in answer.text
    assert 'value="[50.00..1000.00]"' in answer.text
    assert now(rt, draft) == draft


@pytest.mark.parametrize(("press", "order"), [
    ("up:1", [1, 0, 2, 3, 4]), ("down:0", [1, 0, 2, 3, 4]), ("copy:0", [0, 0, 1, 2, 3, 4]),
    ("remove:4", [0, 1, 2, 3]), ("up:0", [0, 1, 2, 3, 4]), ("down:4", [0, 1, 2, 3, 4]),
])
def test_rows_are_moved_copied_and_removed(
    colleague: Hire, rt: Runtime, draft: Draft, press: str, order: list[int]
) -> None:
    author, before = colleague("author"), rows(draft.document, "pay")
    author.post(
        rules(draft, "pay"), typed(author, draft, "pay", do=press),
        on=f"/console/drafts/{draft.id}",
    )
    assert rows(now(rt, draft).document, "pay") == [before[number] for number in order]


def test_a_press_first_keeps_what_was_typed(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author = colleague("author")
    form = typed(author, draft, "pay", r1_c0="< 15.00", do="add:1")
    author.post(rules(draft, "pay"), form, on=f"/console/drafts/{draft.id}")
    kept = rows(now(rt, draft).document, "pay")
    assert kept[1] == {"when": ["-"], "refuse": "no_rule"}
    assert kept[2]["when"] == ["< 15.00"]


def test_a_column_comes_and_goes(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}"
    author.post(
        rules(draft, "pay"), typed(author, draft, "pay", do="add_column", column="country"), on=on
    )
    wide = now(rt, draft)
    assert at(wide.document, ("policy", "pay", "inputs")) == ["remaining", "country"]
    assert all(row["when"][1] == "-" for row in rows(wide.document, "pay"))
    author.post(rules(draft, "pay"), typed(author, wide, "pay", do="remove_column:1"), on=on)
    assert now(rt, draft).hash == draft.hash


def test_a_row_turns_from_offer_to_refusal_and_back(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}"
    form = typed(author, draft, "plan", r3_then="refuse", r3_reason="disputed", do="save")
    author.post(rules(draft, "plan"), form, on=on)
    row = rows(now(rt, draft).document, "plan")[3]
    assert row == {"when": ["[60.00..1000.00]", "false"], "refuse": "disputed"}
    again = typed(author, draft, "plan", r3_then="offer", r3_identity="", do="save")
    refused = author.post(rules(draft, "plan"), again, on=on)
    assert refused.status_code == 422
    assert "choose who may take it" in refused.text
    assert "the mini-app needs this term" in refused.text


def test_whoever_was_slower_sees_what_changed_and_keeps_what_was_typed(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}"
    form = typed(author, draft, "plan", r3_c0="[50.00..1000.00]", do="save")
    faster = change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision,
        document=put(draft.document, ("policy", "plan", "rows", 1, "when", 0), "< 55.00"),
    )
    answer = author.post(rules(draft, "plan"), form, on=on)
    assert answer.status_code == 409
    assert "Somebody else changed this draft while you were typing" in answer.text
    assert "<ins>[&#39;&lt; 55.00&#39;, &#39;-&#39;]</ins>" in answer.text
    assert 'value="[50.00..1000.00]"' in answer.text
    assert now(rt, draft) == faster
    mine = form_of(answer.text, rules(draft, "plan"))
    author.post(rules(draft, "plan"), {**mine, "do": "save"}, on=on)
    kept = rows(now(rt, draft).document, "plan")
    assert (kept[3]["when"][0], kept[1]["when"][0]) == ("[50.00..1000.00]", "< 60.00")


def test_a_cell_is_checked_as_it_is_left(colleague: Hire, draft: Draft) -> None:
    author = colleague("author")
    path = f"/console/drafts/{draft.id}/cell?column=remaining&r0.c0="
    assert author.get(f"{path}%3C+60.00").text.strip() == "under $60.00"
    told = author.get(f"{path}60,00").text
    assert "comma between digits" in told
    assert "at character 3" in told
    assert author.get(f"{path[:-12]}nothing&r0.c0=1").status_code == 404


def test_analysis_is_shown_at_its_row(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}"
    author.post(
        rules(draft, "plan"), typed(author, draft, "plan", r1_c0="-", do="save"), on=on
    )
    page = author.get(on).text.split('id="t-plan"')[1].split('id="t-promise"')[0]
    assert 'class="told is-error"' in page
