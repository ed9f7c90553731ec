"""The forms of a draft's wording, cadence and facts, and its whole document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inthread.domain.draft import Draft
from inthread.domain.draft_edit import at, put
from inthread.runtime import Runtime
from tests.drafts import a_draft, in_print
from tests.web.console.draft_forms import Hire, form_of, now, rows, rules, typed


@pytest.fixture
def draft(rt: Runtime) -> Draft:
    """Of the overdue invoice, with one changed cell: `< 12.00` in the second row of `pay`."""
    in_print(rt)
    return a_draft(rt)


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
