"""The pages of a draft: its forms keep what was typed, and nothing but what could be read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from inthread.commands.change_draft import change_draft
from inthread.domain.draft import Draft, DraftState
from inthread.domain.draft_edit import at, put
from inthread.runtime import Runtime
from inthread.store import drafts
from tests.drafts import ADA, a_draft, a_submitted_draft, in_force, in_print, measure, submit
from tests.web.console.colleague import Colleague

Hire = Callable[..., Colleague]
TABS = ("", "/words", "/cadence", "/facts", "/tests", "/impact", "/changes", "/approval",
        "/document")
_FIELD = re.compile(r"<(input|select|textarea)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


@pytest.fixture
def draft(rt: Runtime) -> Draft:
    """Of the overdue invoice, with one changed cell: `< 12.00` in the second row of `pay`."""
    in_print(rt)
    return a_draft(rt)


def now(rt: Runtime, draft: Draft) -> Draft:
    with rt.db.read() as tx:
        return drafts.get(tx, draft.id)


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of the form that is sent there, as the browser would send them unchanged."""
    body = page.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    found: dict[str, str] = {}
    for match in _FIELD.finditer(body):
        of = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(match[2])}
        rest = body[match.end():]
        if "name" not in of:
            continue
        if match[1] == "select":
            options = rest.split("</select>", 1)[0]
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            first = re.search(r'<option value="([^"]*)"', options)
            pick = chosen or first
            found[of["name"]] = html.unescape(pick[1]) if pick else ""
        elif match[1] == "textarea":
            found[of["name"]] = html.unescape(rest.split("</textarea>", 1)[0])
        else:
            found[of["name"]] = of.get("value", "")
    return found


def rules(draft: Draft, table: str) -> str:
    return f"/console/drafts/{draft.id}/rules/{table}"


def typed(author: Colleague, draft: Draft, table: str, **changes: str) -> dict[str, str]:
    """The form of one table with these changes: `r0_c0` is the field `r0.c0`."""
    form = form_of(author.get(f"/console/drafts/{draft.id}").text, rules(draft, table))
    return {**form, **{name.replace("_", ".", 1): value for name, value in changes.items()}}


def rows(document: Mapping[str, object], table: str) -> Any:
    return at(document, ("policy", table, "rows"))


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
    assert 'class="told error"' in page


def test_words_are_edited_and_their_version_is_counted_up(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/words"
    action = f"/console/drafts/{draft.id}/parts/words"
    form = form_of(author.get(on).text, action)
    assert form["part"] == "wording.messages.ask"
    was = form["en.text"]
    form["en.text"] = was.replace("about a minute", "two minutes")
    author.post(action, {**form, "do": "save"}, on=on)
    message: Any = at(now(rt, draft).document, ("wording", "messages", "ask"))
    assert (message["version"], message["en"]["text"]) == (2, form["en.text"])
    form = {**form_of(author.get(on).text, action), "en.text": was, "do": "save"}
    author.post(action, form, on=on)
    assert now(rt, draft).hash == draft.hash


def test_a_message_is_linted_while_it_is_typed(colleague: Hire, draft: Draft) -> None:
    told = colleague("author").get(
        f"/console/drafts/{draft.id}/look?message=ask&locale=en"
        "&en.text=%7B%7B+brand+%7D%7D%3A+you+owe+money+%7B%7B+link+%7D%7D"
    ).text
    assert "before it is known who reads it" in told
    assert "has to say how to opt out" in told
    assert "1 segment" in told
    assert "/l/****" in told


def test_a_step_of_the_cadence_is_added_moved_and_removed(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/cadence"
    action = f"/console/drafts/{draft.id}/parts/cadence"
    form = {**form_of(author.get(on).text, action), "do": "down"}
    assert form["part"] == "cadence.steps[0]"
    author.post(action, form, on=on)
    steps: Any = at(now(rt, draft).document, ("cadence", "steps"))
    assert [step["template"] for step in steps] == ["remind", "ask", "last"]
    author.post(f"/console/drafts/{draft.id}/add/step", on=on)
    steps = at(now(rt, draft).document, ("cadence", "steps"))
    assert [step["template"] for step in steps] == ["remind", "ask", "last", "last"]
    author.post(action, {**form_of(author.get(on).text, action), "do": "remove"}, on=on)
    steps = at(now(rt, draft).document, ("cadence", "steps"))
    assert [step["template"] for step in steps] == ["ask", "last", "last"]


def test_a_condition_of_a_step_is_a_cell(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/cadence"
    action = f"/console/drafts/{draft.id}/parts/cadence"
    form = {**form_of(author.get(on).text, action), "do": "add", "new": "remaining"}
    author.post(action, form, on=on)
    form = {**form_of(author.get(on).text, action), "when.remaining": ">= 50,00", "do": "save"}
    before = now(rt, draft)
    refused = author.post(action, form, on=on)
    assert refused.status_code == 422
    assert 'value="&gt;= 50,00"' in refused.text
    assert now(rt, draft) == before
    author.post(action, {**form, "when.remaining": ">= 50.00"}, on=on)
    place = ("cadence", "steps", 0, "when")
    assert at(now(rt, draft).document, place) == {"remaining": ">= 50.00"}


def test_a_number_has_to_be_one(colleague: Hire, rt: Runtime, draft: Draft) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/cadence"
    action = f"/console/drafts/{draft.id}/parts/cadence"
    page = author.get(on).text
    hours = page[page.index('name="part" value="cadence"') - 900:]
    form = {**form_of(hours, action), "per_day": "two", "do": "save"}
    refused = author.post(action, form, on=on)
    assert refused.status_code == 422
    assert 'value="two"' in refused.text
    assert "write a whole number" in refused.text
    assert now(rt, draft) == draft


@pytest.mark.parametrize(("kind", "name", "place"), [
    ("fact", "segment", ("trigger", "facts", "segment")),
    ("reason", "too_soon", ("reasons", "too_soon")),
    ("queue", "vulnerable", ("exceptions", "vulnerable")),
    ("statement", "is_mine", ("wording", "statements", "is_mine")),
])
def test_a_part_is_added_by_its_name(
    colleague: Hire, rt: Runtime, draft: Draft, kind: str, name: str, place: tuple[str, ...]
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}/facts"
    path = f"/console/drafts/{draft.id}/add/{kind}"
    assert author.post(path, {"name": "No Name"}, on=on).status_code == 422
    assert now(rt, draft) == draft
    assert author.post(path, {"name": name}, on=on).status_code == 303
    assert at(now(rt, draft).document, place)
    assert author.post(path, {"name": name}, on=on).status_code == 422


@pytest.mark.parametrize("form", ["toml", "json"])
def test_the_whole_document_goes_out_and_comes_back(
    colleague: Hire, rt: Runtime, draft: Draft, form: str
) -> None:
    author = colleague("author")
    path = f"/console/drafts/{draft.id}/document"
    sent = form_of(author.get(f"{path}?form={form}").text, path)
    assert author.post(path, sent, on=path).status_code == 303
    assert now(rt, draft) == draft
    refused = author.post(path, {**sent, "text": "key = "}, on=path)
    assert refused.status_code == 422
    assert ">key = </textarea>" in refused.text
    changed = {**sent, "text": sent["text"].replace("21d", "30d")}
    author.post(path, changed, on=path)
    assert at(now(rt, draft).document, ("cadence", "give_up_after")) == "30d"


def test_a_large_table_and_a_large_document_are_taken(
    colleague: Hire, rt: Runtime, draft: Draft
) -> None:
    author, on = colleague("author"), f"/console/drafts/{draft.id}"
    many = [{"when": ["-", f"< {n}"], "refuse": "disputed"} for n in range(300)]
    wide = put(draft.document, ("policy", "plan", "rows"), [
        *({"when": row["when"], "refuse": row["refuse"]} for row in many),
        *rows(draft.document, "plan"),
    ])
    path = f"{on}/document"
    sent = form_of(author.get(f"{path}?form=json").text, path)
    long = json.dumps({**wide, "padding": "{" * 150_000})
    assert author.post(path, {**sent, "text": long}, on=path).status_code == 303
    grown = now(rt, draft)
    form = typed(author, grown, "plan", r0_c0="< 1.00", do="save")
    form |= {f"r{n}.c1": "-" for n in range(300)}
    assert len(form) > 900
    assert author.post(rules(draft, "plan"), form, on=on).status_code == 303
    assert rows(now(rt, draft).document, "plan")[0]["when"] == ["< 1.00", "-"]


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
