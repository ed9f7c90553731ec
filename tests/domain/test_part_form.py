"""Parts of a contract as forms, and the looks that go with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from inthread.domain.draft_edit import at
from inthread.domain.made_up import made_up
from inthread.domain.message_look import look
from inthread.domain.money import Money
from inthread.domain.part_form import Field, FieldKind, field_text, typed_part, typed_problems
from inthread.domain.sketch import sketch
from tests.domain.test_draft_edit import DOCUMENTS, INVOICE

VALUES = {
    "brand": "Alderway", "phone": "", "host": "pay.example", "code": "123456", "minutes": "5",
    "name_initial": "M", "reference": "IN-1",
}
FIELDS = (
    Field(("text",), "Text", FieldKind.WORDS), Field(("most",), "Most", FieldKind.NUMBER),
    Field(("of",), "Of", FieldKind.NAMES), Field(("may",), "May", FieldKind.YES_NO),
    Field(("in", "en"), "English"),
)
PART: dict[str, object] = {
    "text": "one\ntwo", "most": 3, "of": ["a", "b"], "may": True, "in": {"en": "x"}, "kept": 1,
}


def test_what_is_shown_is_what_is_kept() -> None:
    typed = {one.name: field_text(PART, one).replace("\n", "\r\n") for one in FIELDS}
    assert typed == {"text": "one\r\ntwo", "most": "3", "of": "a, b", "may": "true", "in.en": "x"}
    assert typed_part(PART, FIELDS, typed) == PART


def test_what_is_typed_takes_the_kind_of_its_field() -> None:
    typed = {"text": " new ", "most": "12", "of": "c ,d,", "may": "false", "in.en": "y"}
    assert typed_part(PART, FIELDS, typed) == {
        "text": "new", "most": 12, "of": ["c", "d"], "may": False, "in": {"en": "y"}, "kept": 1,
    }


def test_what_is_emptied_is_no_longer_there() -> None:
    assert typed_part(PART, FIELDS, dict.fromkeys([one.name for one in FIELDS], "")) == {"kept": 1}
    assert typed_part({}, FIELDS, {"in.en": "", "text": ""}) == {}
    assert typed_part(PART, FIELDS, {}) == PART


def test_only_a_number_can_be_typed_wrong() -> None:
    typed = {"text": "x", "most": "two", "may": "perhaps"}
    assert typed_problems(FIELDS, typed) == {"most": "write a whole number"}
    assert typed_problems(FIELDS, {"most": " 12 "}) == {}
    assert typed_problems(FIELDS, {"most": ""}) == {}


def test_a_message_as_it_reads_and_the_room_it_takes() -> None:
    words: Any = at(INVOICE, ("wording", "messages", "ask", "en"))
    seen = look("ask", words["text"], words["subject"], words["voice"], VALUES, "https://p.example")
    assert seen.problems == {}
    assert "https://p.example/l/****" in seen.text
    assert seen.subject == "Alderway: something for you to look at"
    assert seen.room is not None
    assert seen.most is not None
    assert (seen.room.parts, seen.most.parts) == (2, 2)


@pytest.mark.parametrize(("text", "says"), [
    ("{{ brand }}: {{ link", "{{ or }} that is not a {{ field }}"),
    ("{{ brand }}: {{ amount }} {{ link }} STOP", "has the field 'amount'"),
    ("{{ brand }}: you owe us {{ link }} STOP", "before it is known who reads it"),
    ("{{ brand }}: bit.ly/x {{ link }} STOP", "networks block it"),
])
def test_what_is_wrong_is_said_while_it_is_written(text: str, says: str) -> None:
    told = look("ask", text, "{{ brand }}", "", VALUES, "https://p.example").problems["text"]
    assert any(says in one for one in told)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_made_up_facts_are_facts_of_their_workflow(name: str) -> None:
    seen = sketch(DOCUMENTS[name])
    made = made_up(seen.trigger, seen.currency, date(2026, 1, 31))
    assert {fact.name for fact in seen.trigger.facts} <= set(made)
    if seen.trigger.owed:
        assert made["remaining"] == Money(18400, "USD")
