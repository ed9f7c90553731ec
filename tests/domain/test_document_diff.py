"""What differs between two documents: rows are known again, wherever they went."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from inthread.domain import draft_edit as edit
from inthread.domain.document_diff import (
    CellDiff,
    count_changes,
    part_diffs,
    place_diffs,
    table_diffs,
)
from tests.domain.test_draft_edit import INVOICE, PLAN, spots


def plan(now: edit.Document) -> Any:
    return next(one for one in table_diffs(INVOICE, now) if one.table == PLAN)


@given(spots())
def test_a_document_does_not_differ_from_itself(spot: tuple[Any, edit.Place, int, int]) -> None:
    document = spot[0]
    assert count_changes(document, document) == 0
    assert all(row.state == "same" for one in table_diffs(document, document) for row in one.rows)


@given(spots())
def test_a_changed_cell_is_the_only_change(spot: tuple[Any, edit.Place, int, int]) -> None:
    document, table, row, column = spot
    changed = edit.set_cell(document, table, row, column, "new")
    found = [one for one in table_diffs(document, changed) if one.changes]
    assert [one.table for one in found] == [table]
    assert found[0].changes in (1, 2)  # a row of one cell and one word may be another row
    assert place_diffs(document, changed) == ()


def test_a_cell_and_a_term_in_one_row() -> None:
    now = edit.set_cell(INVOICE, PLAN, 3, 0, "[50.00..1000.00]")
    now = edit.put(now, (*PLAN, "rows", 3, "offer", "most_instalments"), 8)
    row = plan(now).rows[3]
    assert (row.state, row.was, row.now) == ("changed", 3, 3)
    assert row.cells["remaining"] == CellDiff("[60.00..1000.00]", "[50.00..1000.00]")
    assert row.cells["disputed"].same
    assert row.then["offer.most_instalments"] == CellDiff(6, 8)
    assert row.then["identity"].same


def test_new_gone_and_moved_rows() -> None:
    assert [(row.state, row.was, row.now) for row in plan(edit.add_row(INVOICE, PLAN, 1)).rows] == [
        ("same", 0, 0), ("new", None, 1), ("same", 1, 2), ("same", 2, 3), ("same", 3, 4),
        ("same", 4, 5),
    ]
    gone = edit.drop(INVOICE, (*PLAN, "rows", 1))
    assert [(row.state, row.was, row.now) for row in plan(gone).rows][1] == ("gone", 1, None)
    assert plan(gone).changes == 1


def test_a_table_that_comes_or_goes() -> None:
    less = edit.drop(INVOICE, ("refer",))
    found = {one.table: one.rows for one in table_diffs(INVOICE, less)}
    assert [row.state for row in found["refer",]] == ["gone"]
    assert [row.state for one in table_diffs(less, INVOICE) for row in one.rows][-1] == "new"


def test_a_new_column_shows_in_every_row() -> None:
    found = plan(edit.add_column(INVOICE, PLAN, 2, "country"))
    assert found.inputs == ("remaining", "disputed", "country")
    assert {row.state for row in found.rows} == {"changed"}
    assert found.rows[0].cells["country"] == CellDiff(None, "-")


def test_everything_else_by_its_place() -> None:
    now = edit.put(INVOICE, ("cadence", "give_up_after"), "30d")
    now = edit.put(now, ("cadence", "hours"), ["09:00", "20:00"])
    now = edit.put(edit.put(now, ("version",), 2), ("exceptions", "fraud"), {"queue": "a"})
    now = edit.drop(now, ("wording", "page", "name", "es"))
    found = {edit.place_text(one.place): (one.was, one.now) for one in place_diffs(INVOICE, now)}
    assert found == {
        "cadence.give_up_after": ("21d", "30d"),
        "cadence.hours": (["08:00", "21:00"], ["09:00", "20:00"]),
        "exceptions.fraud.queue": (None, "a"),
        "wording.page.name.es": ("Su factura", None),
    }
    assert count_changes(INVOICE, now) == 4


def test_a_part_with_its_rows() -> None:
    was = edit.at(INVOICE, PLAN)
    now = edit.at(edit.set_cell(INVOICE, PLAN, 1, 0, "< 55.00"), PLAN)
    (one,) = part_diffs(was, now)
    assert (one.place, one.was, one.now) == (
        ("rows", 1, "when"), ["< 60.00", "-"], ["< 55.00", "-"]
    )
    (gone,) = part_diffs({"a": 1}, None)
    assert (gone.place, gone.was, gone.now) == (("a",), 1, None)
