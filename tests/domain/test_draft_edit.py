"""Edits of a document: none changes what it took, each has its inverse, and what comes out is read
or named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain import draft_edit as edit
from inthread.domain.document import DocumentProblem
from inthread.domain.draft_edit import Document, NoSuchPlace, Place
from inthread.domain.sketch import sketch
from inthread.domain.workflow_reader import WorkflowErrors, read_workflow
from tests.runtimes import MINIAPPS, ROOT

DOCUMENTS: Mapping[str, dict[str, Any]] = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted((ROOT / "workflows").glob("*.toml"))
}
PLAN: Place = ("policy", "plan")
INVOICE = DOCUMENTS["overdue_invoice"]
TERMS = {
    app.key: {name: (term.kind, term.required) for name, term in app.terms.items()}
    for app in MINIAPPS
}


def tables(document: Document) -> list[Place]:
    found: list[Place] = [("policy", action.key) for action in sketch(document).actions]
    return [*found, edit.REFER] if "refer" in document else found


@st.composite
def spots(draw: st.DrawFn) -> tuple[dict[str, Any], Place, int, int]:
    """A document, one of its tables, a row and a column of it."""
    document = draw(st.sampled_from(list(DOCUMENTS.values())))
    table = draw(st.sampled_from(tables(document)))
    rows: Any = edit.at(document, (*table, "rows"))
    row = draw(st.integers(0, len(rows) - 1))
    column = draw(st.integers(0, len(edit.columns(document, table)) - 1))
    return document, table, row, column


@given(spots(), st.text(max_size=12))
def test_a_cell_and_back(spot: tuple[dict[str, Any], Place, int, int], text: str) -> None:
    document, table, row, column = spot
    before = deepcopy(document)
    was: Any = edit.at(document, (*edit.row_place(table, row), "when", column))
    changed = edit.set_cell(document, table, row, column, text)
    assert document == before
    assert edit.at(changed, (*edit.row_place(table, row), "when", column)) == text
    assert edit.set_cell(changed, table, row, column, was) == before


@given(spots(), st.integers(0, 9))
def test_rows_and_back(spot: tuple[dict[str, Any], Place, int, int], to: int) -> None:
    document, table, row, _ = spot
    before, place = deepcopy(document), edit.row_place(table, row)
    rows: Any = edit.at(document, (*table, "rows"))
    to = min(to, len(rows) - 1)
    kept = edit.at(document, place)
    assert edit.drop(edit.add_row(document, table, row), place) == before
    assert edit.drop(edit.copy(document, place), place) == before
    assert edit.insert(edit.drop(document, place), place, kept) == before
    assert edit.move(edit.move(document, place, to), edit.row_place(table, to), row) == before
    assert document == before


@given(spots(), st.sampled_from(["remaining", "attempts", "country"]))
def test_columns_and_back(spot: tuple[dict[str, Any], Place, int, int], name: str) -> None:
    document, table, _, column = spot
    before = deepcopy(document)
    assert edit.remove_column(edit.add_column(document, table, column, name), table, column) == (
        before
    )
    rows: Any = edit.at(document, (*table, "rows"))
    cells, label = [row["when"][column] for row in rows], edit.columns(document, table)[column]
    bare = edit.remove_column(document, table, column)
    assert edit.add_column(bare, table, column, label, cells) == before
    assert document == before


@given(spots())
def test_refusing_and_offering_again(spot: tuple[dict[str, Any], Place, int, int]) -> None:
    document, table, row, _ = spot
    before = deepcopy(document)
    was: Any = edit.at(document, edit.row_place(table, row))
    changed = edit.refuse(document, table, row, "dispute")
    says = "reason" if table == edit.REFER else "refuse"
    assert edit.at(changed, edit.row_place(table, row)) == {"when": was["when"], says: "dispute"}
    if "offer" in was:
        back = edit.offer(changed, table, row, was["offer"], was["identity"])
        assert back == before
    assert document == before


@given(st.data())
def test_whatever_is_edited_is_read_or_named(data: st.DataObject) -> None:
    """After any few edits the reader gives a workflow, or says where it is not one."""
    document: Document = DOCUMENTS[data.draw(st.sampled_from(sorted(DOCUMENTS)))]
    for _ in range(data.draw(st.integers(1, 4))):
        table = data.draw(st.sampled_from(tables(document)))
        rows: Any = edit.at(document, (*table, "rows"))
        row = data.draw(st.integers(0, max(len(rows) - 1, 0)))
        document = data.draw(st.sampled_from(_edits(document, table, row, len(rows))))
    problems = _problems(document)
    assert all(one.place and one.message for one in problems)
    for table in tables(document):
        width = len(edit.columns(document, table))
        assert set(_whens(document, table)) <= {width}


def _problems(document: Document) -> tuple[DocumentProblem, ...]:
    try:
        read_workflow(
            document, "draft", miniapps=TERMS, connectors={"billing", "compliance"},
            channels={"sms", "email"},
        )
    except WorkflowErrors as wrong:
        return wrong.problems
    return ()


def _whens(document: Document, table: Place) -> list[int]:
    rows: Any = edit.at(document, (*table, "rows"))
    return [len(row["when"]) for row in rows]


def _edits(document: Document, table: Place, row: int, rows: int) -> list[Document]:
    found = [edit.add_row(document, table, row), edit.add_column(document, table, 0, "attempts")]
    if not rows:
        return found
    place = edit.row_place(table, row)
    return [
        *found, edit.drop(document, place), edit.copy(document, place),
        edit.move(document, place, 0), edit.refuse(document, table, row, "no_rule"),
        edit.offer(document, table, row, {"most": "5,00"}, "strong"),
        edit.set_cell(document, table, row, 0, "< 60,00"),
        edit.set_cell(document, table, row, 0, "-"),
        edit.put(document, ("cadence", "per_day"), 9),
        edit.drop(document, ("title",)) if "title" in document else document,
    ]


@pytest.mark.parametrize("place", [
    ("nothing",), ("policy", "plan", "rows", 99), ("policy", "plan", "rows", "0"),
    ("key", "inside"), ("policy", "plan", "rows", -1),
])
def test_what_is_not_there_is_said_by_its_place(place: Place) -> None:
    with pytest.raises(NoSuchPlace) as told:
        edit.at(INVOICE, place)
    assert str(told.value) == edit.place_text(place)
    with pytest.raises(NoSuchPlace):
        edit.drop(INVOICE, place)


def test_nothing_is_put_through_a_text_or_past_a_list() -> None:
    for place in (("key", "inside"), ("policy", "plan", "rows", 99, "when")):
        with pytest.raises(NoSuchPlace):
            edit.put(INVOICE, place, "x")
    with pytest.raises(NoSuchPlace):
        edit.insert(INVOICE, ("policy", "plan", "rows", 99), {})
    with pytest.raises(NoSuchPlace):
        edit.copy(INVOICE, ("policy", "plan"))
    assert edit.at(edit.put(INVOICE, ("a", "b"), 1), ("a", "b")) == 1


def test_other_words_are_another_version_and_the_same_words_the_same() -> None:
    place: Place = ("wording", "messages", "ask")
    changed = edit.put(INVOICE, (*place, "es", "subject"), "{{ brand }}: mire esto")
    counted = edit.count_up(changed, INVOICE)
    assert edit.at(counted, (*place, "version")) == 2
    assert edit.at(edit.count_up(counted, INVOICE), (*place, "version")) == 2
    back = edit.put(counted, (*place, "es", "subject"),
                    edit.at(INVOICE, (*place, "es", "subject")))
    assert edit.count_up(back, INVOICE) == INVOICE
    refresh = DOCUMENTS["document_refresh"]
    statement: Place = ("wording", "statements", "documents_true")
    changed = edit.put(refresh, (*statement, "text", "en"), "I say that it is so.")
    before = edit.at(refresh, (*statement, "version"))
    assert isinstance(before, int)
    assert edit.at(edit.count_up(changed, refresh), (*statement, "version")) == before + 1


def test_a_new_message_keeps_the_version_it_has() -> None:
    place: Place = ("wording", "messages", "again")
    changed = edit.put(INVOICE, place, {"version": 4, "en": {"text": "", "subject": ""}})
    assert edit.at(edit.count_up(changed, INVOICE), (*place, "version")) == 4
