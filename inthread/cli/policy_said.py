"""A draft in lines of text: what it is, what stands in its way, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inthread.acting.check_draft import Checks
from inthread.domain.canonical import canonical_json
from inthread.domain.document_diff import CellDiff, RowDiff, place_diffs, table_diffs
from inthread.queries.draft_view import DraftView


def whole(view: DraftView, checks: Checks) -> Iterator[str]:
    draft = view.draft
    yield f"{draft.id}  {draft.title}".rstrip()
    yield f"workflow     {draft.key}, from version {draft.base_version}"
    yield f"state        {draft.state}, revision {draft.revision}"
    yield f"hash         {draft.hash}"
    yield f"authors      {', '.join(draft.authors)}"
    if draft.effective_at is not None:
        yield f"in force     from {draft.effective_at:%Y-%m-%d %H:%M:%S} UTC"
    if draft.note:
        yield f"note         {draft.note}"
    yield f"approvals    {len(view.approvers)} of {view.needed}"
    for one in view.said:
        what = f"{one.approver} {one.verdict} revision {one.revision}"
        yield f"  {one.at:%Y-%m-%d %H:%M} {what}{f': {one.note}' if one.note else ''}"
    if draft.live:
        yield from _checks(checks)


def _checks(checks: Checks) -> Iterator[str]:
    for problem in checks.errors:
        yield f"in the way   {problem.path} {problem.message}"
    for finding in checks.findings:
        if finding.severity != "error":
            yield f"{finding.severity:<12} {finding.action or 'all'}: {finding.says}"


def changes(was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """One line a change; rows count from 1, as people count them."""
    for table in table_diffs(was, now):
        for row in table.rows:
            if row.state != "same":
                yield from _row(".".join(map(str, table.table)), row)
    for place in place_diffs(was, now):
        where = ".".join(map(str, place.place))
        yield f"{where}: {_shown(place.was)} -> {_shown(place.now)}"


def _row(table: str, row: RowDiff) -> Iterator[str]:
    number = (row.now if row.now is not None else row.was or 0) + 1
    cells: dict[str, CellDiff] = {**row.cells, **row.then}
    if row.state == "changed":
        for name, cell in cells.items():
            if not cell.same:
                yield f"{table} row {number}, {name}: {_shown(cell.was)} -> {_shown(cell.now)}"
        return
    values = ", ".join(
        f"{name} {_shown(cell.now if row.state == 'new' else cell.was)}"
        for name, cell in cells.items()
    )
    yield f"{table} row {number} is {row.state}: {values}"


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else canonical_json(value)
