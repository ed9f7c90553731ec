"""The decision tables of a draft, edited in place, with what is to be said beside each row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus

from flask import Response, abort, request

from inthread.domain.contract import WORK_REASONS
from inthread.domain.draft_edit import (
    ANY,
    REFER,
    Document,
    NoSuchPlace,
    Place,
    add_column,
    add_row,
    columns,
    copy,
    drop,
    move,
    place_text,
    put,
    remove_column,
    row_place,
)
from inthread.domain.policy import NO_RULE
from inthread.domain.refusals import Problem
from inthread.domain.sketch import parts
from inthread.domain.typed_row import cell_problem, typed_row
from inthread.web.console.contract_form import reason_parts
from inthread.web.console.draft_frame import (
    Opened,
    Sent,
    conflict,
    keep,
    opened,
    sent,
    tab_page,
    was_text,
)
from inthread.web.console.impact_view import decided_by_row
from inthread.web.console.part_view import part_views
from inthread.web.console.rules_view import (
    Remark,
    cell_words,
    remarks_by_row,
    say,
    table_view,
    tables_of,
    terms_of,
)
from inthread.web.console.shell import needs, room, show

bp = room("draft_rules", "/drafts/<draft_id>")

# A cell's own name, as its field has it.
_CELL = re.compile(r"r[0-9]{1,4}\.c[0-9]{1,4}")


@bp.get("")
@needs("policy:read")
def rules(draft_id: str) -> Response:
    return _page(opened(draft_id))


@bp.get("/cell")
@needs("policy:read")
def cell(draft_id: str) -> Response:
    """What is said under one cell as it is left: a part of a page, for htmx."""
    on = opened(draft_id)
    name = request.args.get("column", "")
    cells = [value for key, value in request.args.items() if _CELL.fullmatch(key)]
    written = cells[0].strip() if cells and cells[0].strip() else ANY
    column = on.seen.inputs.get(name)
    if column is None:
        abort(404)
    return show(
        "console/draft_cell.html",
        problem=cell_problem(written, column, on.seen.currency),
        words=cell_words(written, column, on.seen.currency),
    )


@bp.post("/rules/<table>")
@needs("policy:write")
def change(draft_id: str, table: str) -> Response:
    """Keep what was typed into one table, and then what its button does to it."""
    on = opened(draft_id)
    place = _place(on, table)
    form = sent(on, place)
    rows, problems = _typed_rows(on, form)

    def again(status: int, wrong: list[Problem], stale: bool) -> Response:
        if stale:  # somebody was faster than this very request
            late = opened(draft_id)
            return _page(late, form=sent(late, place), status=status, stale=True)
        return _page(on, form=form, problems=problems, wrong=wrong, status=status)

    if problems:
        return again(HTTPStatus.UNPROCESSABLE_ENTITY, [], False)
    if form.stale:
        return _page(on, form=form, status=conflict(), stale=True)
    document = put(form.document, (*place, "rows"), rows)
    try:
        document = _pressed(document, place, form.typed)
    except (NoSuchPlace, ValueError):
        abort(400)
    return keep(on, document, "rules", again, anchor=f"t-{table}")


def _page(
    on: Opened, *, form: Sent | None = None, problems: Mapping[str, str] | None = None,
    wrong: list[Problem] | None = None, status: int = 200, stale: bool = False,
) -> Response:
    places = tables_of(on.document, on.seen)
    notes = remarks_by_row(places, _remarks(on, places))
    decided = decided_by_row(on.draft)
    tables = []
    for place in places:
        mine = form if form is not None and form.place == place else None
        tables.append({
            "view": table_view(
                mine.document if mine else on.document, place, on.seen,
                typed=mine.typed if mine else None, problems=problems if mine else None,
                notes=notes, decides=decided.get(str(place[-1])),
            ),
            "was": was_text(mine.document if mine else on.document, place),
            "wrong": wrong if mine else (),
            "stale": stale and mine is not None,
            "meanwhile": mine.meanwhile if mine else (),
        })
    return tab_page(
        on, "rules", "console/draft_rules.html", status=status, tables=tables,
        reasons=part_views(on, reason_parts(on.document, on.seen)),
        elsewhere=_elsewhere(on, places), refused=bool(problems),
    )


def _remarks(on: Opened, places: list[Place]) -> Iterator[tuple[str, Remark]]:
    for problem in on.checks.problems:
        yield problem.place, Remark("error", problem.message)
    for one in on.checks.findings:
        table: Place = ("policy", one.action) if one.action else REFER
        if not one.rows and not one.action:
            continue
        where = row_place(table, one.rows[0]) if one.rows else table
        example = ", ".join(
            f"{name} {say(value)}" for name, value in (one.example or {}).items()
        )
        yield place_text(where), Remark(one.severity, one.says, example)


def _elsewhere(on: Opened, places: list[Place]) -> list[Remark]:
    """What the checks say of no table: shown at the head of the page."""
    starts = tuple(place_text(place) for place in places)
    found = [
        Remark("error", f"{one.place}: {one.message}") for one in on.checks.problems
        if not one.place.startswith(starts)
    ]
    return [*found, *(
        Remark(one.severity, one.says) for one in on.checks.findings
        if not one.action and not one.rows
    )]


def _place(on: Opened, table: str) -> Place:
    found = [place for place in tables_of(on.document, on.seen) if place[-1] == table]
    return found[0] if found else abort(404)


def _typed_rows(on: Opened, form: Sent) -> tuple[list[object], dict[str, str]]:
    inputs, declared = columns(form.document, form.place), terms_of(on.seen, form.place)
    rows: list[object] = []
    problems: dict[str, str] = {}
    for number in range(len(parts(form.document, (*form.place, "rows")))):
        start = f"r{number}."
        mine = {n.removeprefix(start): v for n, v in form.typed.items() if n.startswith(start)}
        read = typed_row(form.place, inputs, mine, declared, on.seen)
        rows.append(read.row)
        problems |= {f"{start}{name}": wrong for name, wrong in read.problems.items()}
    return rows, problems


def _pressed(document: Document, table: Place, typed: Mapping[str, str]) -> Document:
    """What the button does, after everything typed is in. Raises NoSuchPlace, ValueError."""
    verb, _, number = typed.get("do", "save").partition(":")
    if verb == "save":
        return document
    if verb == "add_column":
        name = typed.get("column", "")
        last = len(columns(document, table))
        return add_column(document, table, last, name) if name else document
    return _PRESSES[verb](document, table, int(number)) if verb in _PRESSES else document


def _add(document: Document, table: Place, row: int) -> Document:
    return add_row(document, table, row, WORK_REASONS[0] if table == REFER else NO_RULE)


def _up(document: Document, table: Place, row: int) -> Document:
    return move(document, row_place(table, row), max(row - 1, 0))


def _down(document: Document, table: Place, row: int) -> Document:
    last = len(parts(document, (*table, "rows"))) - 1
    return move(document, row_place(table, row), min(row + 1, last))


_PRESSES: Mapping[str, Callable[[Document, Place, int], Document]] = {
    "add": _add,
    "copy": lambda document, table, row: copy(document, row_place(table, row)),
    "up": _up,
    "down": _down,
    "remove": lambda document, table, row: drop(document, row_place(table, row)),
    "remove_column": remove_column,
}
