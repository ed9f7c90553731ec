"""Lists of open work: what they hold, and that each goes by an index."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, update

from inthread.domain.work_item import PACKET, WorkItem
from inthread.store import console_counts, work_lists
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.store.work_lists import MOST_COUNTED, Wanted
from tests.build import a_case, a_runtime
from tests.clock import MONDAY, Clock
from tests.store.test_plans import let_planner_know, plan_of

NOW = MONDAY
ME, OTHER = "staff:stf_1", "staff:stf_2"
QUEUES, REASONS = ("care", "ops", "review"), ("dispute", "question", "locked")
CAUSES = tuple(f"{reason}|w|said {letter}" for reason in REASONS for letter in "abcd")


def furnished(db: Database, many: int) -> list[WorkItem]:
    """Items of *many* cases, a tenth of them resolved; as they are told back."""
    rt, drawn = a_runtime(db, clock=Clock()), random.Random(7)
    a_case(rt=rt)
    with db.begin() as tx:
        row = dict(tx.execute(t.cases.select()).one()._mapping)
        tx.execute(insert(t.cases), [
            {**row, "id": f"case_{n}", "natural_key": f"k{n}"} for n in range(many)
        ])
        rows = [_row(n, drawn) for n in range(many)]
        tx.execute(insert(t.work_items), rows)
    return [WorkItem(**{k: v for k, v in r.items() if k != "resolved_by"}) for r in rows]


def _row(n: int, drawn: random.Random) -> dict[str, object]:
    cause, claimed = drawn.choice(CAUSES), drawn.random() < 0.2
    return {
        "id": f"wi_{n:05d}", "case_id": f"case_{n}", "reason": cause.split("|")[0],
        "queue": drawn.choice(QUEUES), "packet": dict.fromkeys(PACKET), "opened_at": NOW,
        "due_at": NOW + timedelta(minutes=drawn.randrange(-60, 600)), "cause": cause,
        "assigned_to": drawn.choice((None, ME, *(f"staff:stf_{n}" for n in range(2, 20)))),
        "claimed_by": drawn.choice((ME, OTHER)) if claimed else None,
        "claimed_until": NOW + timedelta(minutes=drawn.choice((-5, 0, 5))) if claimed else None,
        "resolved_at": NOW if drawn.random() < 0.1 else None,
    }


def fits(x: WorkItem, wanted: Wanted) -> bool:
    return (
        x.resolved_at is None
        and wanted.queue in (None, x.queue) and wanted.reason in (None, x.reason)
        and wanted.cause in (None, x.cause)
        and wanted.owner in (None, x.assigned_to, x.holder(NOW))
        and not (wanted.free and (x.assigned_to or x.holder(NOW)))
        and not (wanted.late and x.due_at >= NOW)
    )


WANTED = [
    Wanted(), Wanted(queue="ops"), Wanted(reason="locked"), Wanted(cause=CAUSES[3]),
    Wanted(owner=ME), Wanted(free=True), Wanted(late=True), Wanted(queue="care", cause=CAUSES[0]),
    Wanted(queue="care", owner=ME, reason="dispute"), Wanted(queue="ops", free=True, late=True),
    Wanted(owner="staff:stf_3"),
]


def test_every_list_holds_what_it_says_in_order_a_page_at_a_time(db: Database) -> None:
    items = furnished(db, 240)
    for wanted in WANTED:
        should = [x.id for x in sorted(items, key=lambda x: (x.due_at, x.id)) if fits(x, wanted)]
        seen: list[str] = []
        place = None
        with db.read() as tx:
            while page := work_lists.page(tx, wanted, NOW, 7, place):
                seen += [x.id for x in page]
                place = (page[-1].due_at, page[-1].id)
            assert seen == should, wanted
            assert work_lists.count(tx, wanted, NOW) == min(len(should), MOST_COUNTED)


@pytest.mark.parametrize("queue", [None, "ops", "nobody"])
def test_every_cause_is_there_with_its_first_and_its_count(
    db: Database, queue: str | None
) -> None:
    items = [x for x in furnished(db, 240) if fits(x, Wanted(queue=queue))]
    should = []
    for name in {x.cause for x in items}:
        alike = sorted((x for x in items if x.cause == name), key=lambda x: (x.due_at, x.id))
        should.append((alike[0].due_at, alike[0].id, name, len(alike)))
    with db.read() as tx:
        found = work_lists.causes(tx, queue)
    assert [(x.first.due_at, x.first.id, x.name, x.count) for x in found] == sorted(should)


def test_counts_stop_and_late_is_told(db: Database) -> None:
    items = furnished(db, 400)
    late = sorted(x.due_at for x in items if fits(x, Wanted(late=True)))
    with db.read() as tx:
        assert work_lists.count(tx, Wanted(), NOW) == MOST_COUNTED
        assert work_lists.lateness(tx, NOW) == (len(late), late[0])
        assert work_lists.lateness(tx, NOW - timedelta(days=1)) == (0, None)


def _page(wanted: Wanted) -> Callable[[Connection], object]:
    return lambda tx: work_lists.page(tx, wanted, NOW, 25, None)


def test_each_goes_by_its_index(db: Database) -> None:
    """SQLite may find what is nobody's on its way through all that is open: both are in that order.
    """
    furnished(db, 2000)
    let_planner_know(db, "work_items")
    free = "ix_work_items_(due|free)" if db.sqlite else "ix_work_items_free"
    for ask, index in (
        (_page(Wanted()), "ix_work_items_due"),
        (_page(Wanted(late=True)), "ix_work_items_due"),
        (_page(Wanted(queue="ops")), "ix_work_items_queue"),
        (_page(Wanted(reason="locked")), "ix_work_items_reason"),
        (_page(Wanted(cause=CAUSES[0])), "ix_work_items_cause"),
        (_page(Wanted(queue="ops", cause=CAUSES[0])), "ix_work_items_queue_cause"),
        (_page(Wanted(owner=ME)), "ix_work_items_assigned"),
        (_page(Wanted(free=True)), free),
        (lambda tx: work_lists.causes(tx, None), "ix_work_items_cause"),
        (lambda tx: work_lists.causes(tx, "ops"), "ix_work_items_queue_cause"),
    ):
        assert re.search(rf"\b{index}\b", plan_of(db, ask))


def test_a_count_reads_an_index_also_where_all_are_alike(db: Database) -> None:
    """What the planner knows of such a table is that a queue has all of it: so it would read the
    table to find that another queue has nothing."""
    furnished(db, 2000)
    with db.begin() as tx:
        tx.execute(update(t.work_items).values(queue="ops", assigned_to=None, cause=CAUSES[0]))
    let_planner_know(db, "work_items")
    for wanted in (Wanted(queue="care"), Wanted(), Wanted(free=True), Wanted(late=True),
                   Wanted(cause=CAUSES[1]), Wanted(queue="care", cause=CAUSES[0])):
        plan = plan_of(db, lambda tx, wanted=wanted: work_lists.count(tx, wanted, NOW))
        assert "ix_work_items_" in plan, (wanted, plan)
    plan = plan_of(db, lambda tx: console_counts.waiting(tx, ME, NOW))
    assert not re.search(r"SCAN work_items(?! USING)|Seq Scan on work_items", plan), plan
