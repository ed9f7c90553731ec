"""What leaves the house of the audit, how it is found, and that its leaving is recorded."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from inthread.commands.export_audit import COLUMNS, export_audit
from inthread.domain.actor import OPERATOR
from inthread.domain.audit import AuditEvent
from inthread.domain.csv_cells import safe_cell
from inthread.domain.refusals import BadInput, Forbidden
from inthread.domain.staff import Role, staff_actor
from inthread.queries.audit_trail import Wanted, audit_trail
from inthread.runtime import Runtime
from inthread.store import audit
from tests.clock import Clock
from tests.commands.delivery import AGENT, promised
from tests.rows import nothing_written

AUDITOR = staff_actor("stf_eve", [Role.AUDITOR])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a70_no_cell_is_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell(f"  {start}1+1").startswith("'")
    assert safe_cell("plain, =1") == "plain, =1"


def test_a70_words_of_somebodys_own_leave_as_text(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        audit.append(
            tx, rt.now(), OPERATOR, "=HYPERLINK(1)", AuditEvent.CASE_OPENED, note="\r\n@SUM(1)"
        )
    text = "".join(export_audit(rt, actor=AUDITOR, wanted=Wanted(subject="=HYPERLINK(1)")))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert json.loads(rows[1][5]) == {"note": "\r\n@SUM(1)"}


def test_whole_events_leave_and_that_is_recorded(rt: Runtime) -> None:
    case = promised(rt)
    lines = export_audit(rt, actor=AUDITOR, wanted=Wanted(subject=case.id), form="jsonl")
    left = [json.loads(line) for line in lines]
    with rt.db.read() as tx:
        kept = audit.of_subject(tx, case.id)
        noted = audit.of_subject(tx, "export:staff:stf_eve")
    assert [e["hash"] for e in left] == [e.hash for e in reversed(kept)]
    assert [(e.event, e.detail["about"]) for e in noted] == [("audit.exported", case.id)]


def test_filters_find_exactly_their_own(rt: Runtime, clock: Clock) -> None:
    start = rt.now()
    first = promised(rt, 1)
    clock.tick(hours=1)
    middle = rt.now()
    second = promised(rt, 2)

    def found(**wanted: object) -> set[str]:
        trail = audit_trail(rt, actor=AUDITOR, wanted=Wanted(**wanted))  # type: ignore[arg-type]
        return {line.numbered.event.subject for line in trail.lines}

    assert found(event="outcome.recorded") == {first.id, second.id}
    assert found(event="outcome.recorded", since=middle) == {second.id}
    assert found(event="outcome.recorded", until=middle) == {first.id}
    assert found(event="outcome.recorded", since=start, until=start) == set()
    assert found(actor="staff") == set()
    assert found(since=rt.now() + timedelta(days=1)) == set()


def test_pages_go_on_where_they_ended(rt: Runtime) -> None:
    for n in range(1, 4):
        promised(rt, n)
    seen: list[int] = []
    after: int | None = None
    while True:
        trail = audit_trail(rt, actor=AUDITOR, wanted=Wanted(), after=after, most=7)
        seen += [line.numbered.seq for line in trail.lines]
        after = trail.after
        if after is None:
            break
    assert seen == sorted(set(seen), reverse=True)
    with rt.db.read() as tx:
        total = sum(len(audit.of_subject(tx, s)) for s in audit.subjects(tx, "", 1000))
    assert len(seen) == total


def test_one_that_was_altered_shows(rt: Runtime) -> None:
    case = promised(rt)
    trail = audit_trail(rt, actor=AUDITOR, wanted=Wanted(subject=case.id))
    assert (trail.whole, trail.broken) == (True, None)


def test_who_may_not_and_what_is_no_form(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        export_audit(rt, actor=AGENT, wanted=Wanted())
    with nothing_written(rt.db), pytest.raises(BadInput):
        export_audit(rt, actor=AUDITOR, wanted=Wanted(), form="xls")
