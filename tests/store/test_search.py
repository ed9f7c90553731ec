"""Cases are found by what people say of them, and no search reads all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from bench.seed import copy_case, read_case
from inthread.commands.erase_person import erase_person
from inthread.commands.hand_over_case import hand_over_case
from inthread.domain.actor import OPERATOR
from inthread.domain.case import Case
from inthread.queries.search_cases import FoundCases, search_cases
from inthread.runtime import Runtime
from inthread.store import search
from inthread.store.db import Database
from tests.build import a_case, a_person, a_runtime
from tests.clock import Clock
from tests.rows import every_row
from tests.triggers import a_trigger, receive

MANY = 20_000


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db=db, clock=clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def found(rt: Runtime, typed: str = "", **asked: Any) -> list[str]:
    return [r.case.reference for r in look(rt, typed, **asked).rows]


def look(rt: Runtime, typed: str = "", **asked: Any) -> FoundCases:
    return search_cases(rt, actor=OPERATOR, text=typed, **asked)


def case_for(rt: Runtime, number: str, name: str, phone: str = "", email: str = "") -> Case:
    contacts = [("sms", phone)] if phone else []
    contacts += [("email", email)] if email else []
    person = a_person(rt=rt, reference=f"C-{number}", name=name, contacts=tuple(contacts))
    return a_case(rt=rt, person=person, number=number)


@pytest.mark.parametrize(("typed", "who"), [
    ("maya", ["A"]), ("OKA", ["A"]), ("okafor", ["A"]), ("Maya Okafor", ["A"]),
    ("okafor, maya", ["A"]), ("zoe", ["B"]), ("Zoë", ["B"]), ("muller", ["B"]),
    ("maria lopez", ["C"]), ("maria del", ["C"]), ("strasse", ["D"]), ("ma", ["C", "A"]),
    ("aya", []), ("carmen", []), ("nobody", []),
    ("+15550100482", ["A"]), ("(555) 010-0482", ["A"]), ("0482", ["A"]), ("•••0482", ["A"]),
    ("maya@example.com", ["A"]), ("maya@EXAMPLE.com", ["A"]), ("482", []), ("9999", []),
    ("C-B", ["B"]), ("B", ["B"]), ("%", []), ("_", []), ("'", []),
])
def test_what_somebody_says(rt: Runtime, typed: str, who: list[str]) -> None:
    case_for(rt, "A", "Maya Okafor", "+15550100482", "maya@example.com")
    case_for(rt, "B", "Zoë Müller", "+15550100777")
    case_for(rt, "C", "María del Carmen López", "+15550100123")
    case_for(rt, "D", "Jo Straße")
    assert found(rt, typed) == who


def test_by_its_own_id(rt: Runtime) -> None:
    case = case_for(rt, "A", "Maya Okafor")
    case_for(rt, "B", "Zoë Müller")
    assert found(rt, case.id) == ["A"]


def test_with_filters_beside(rt: Runtime) -> None:
    one = case_for(rt, "A", "Maya Okafor", "+15550100482")
    case_for(rt, "B", "Maya Lind", "+15550110482")
    hand_over_case(rt, actor=OPERATOR, case_id=one.id, reason="dispute", note="paid")
    queue = rt.workflows["overdue_invoice"].queues["dispute"].queue
    assert found(rt, "maya") == ["B", "A"]
    assert found(rt, "maya", state="exception") == ["A"]
    assert found(rt, "0482", state="open") == ["B"]
    assert found(rt, "maya", owner=queue) == ["A"]
    assert found(rt, "maya", workflow="document_refresh") == []


def test_how_they_stand(rt: Runtime, clock: Clock) -> None:
    one = case_for(rt, "A", "Maya Okafor")
    case_for(rt, "B", "Zoë Müller")
    hand_over_case(rt, actor=OPERATOR, case_id=one.id, reason="dispute", note="paid")
    queue = rt.workflows["overdue_invoice"].queues["dispute"].queue
    clock.tick(minutes=5)
    assert found(rt) == ["B", "A"]
    assert found(rt, state="open") == ["B"]
    assert found(rt, workflow="overdue_invoice") == ["B", "A"]
    assert found(rt, workflow="overdue_invoice", state="closed") == []
    assert found(rt, owner=queue) == ["A"]
    assert found(rt, owner="cadence") == ["B"]
    assert found(rt, before=clock.at) == ["B"]
    assert found(rt, before=clock.at + timedelta(days=60)) == ["B", "A"]
    assert found(rt, before=clock.at + timedelta(days=60), state="exception") == ["A"]
    assert found(rt, owner="nobody") == []


@pytest.mark.parametrize("asked", [
    {}, {"state": "open"}, {"workflow": "overdue_invoice"}, {"owner": "cadence"}, {"text": "maya"},
])
def test_pages_lose_nothing_and_show_nothing_twice(rt: Runtime, asked: dict[str, str]) -> None:
    for n in range(7):
        case_for(rt, f"R{n}", f"Maya {n}")
    seen, after = [], ""
    for _ in range(5):
        page = search_cases(rt, actor=OPERATOR, **asked, after=after, most=3)  # type: ignore[arg-type]
        seen += [r.case.reference for r in page.rows]
        if page.after is None:
            break
        after = page.after
    assert sorted(seen) == [f"R{n}" for n in range(7)]


def test_a_rare_one_among_those_due_is_found_further_on(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    for n in range(6):
        last = case_for(rt, f"R{n}", f"Maya {n}")
    hand_over_case(rt, actor=OPERATOR, case_id=last.id, reason="dispute", note="paid")
    monkeypatch.setattr(search, "WINDOW", 2)
    late = clock.at + timedelta(days=90)
    seen, after, pages = [], "", 0
    while pages < 10:
        page = look(rt, state="exception", before=late, after=after)
        seen += [r.case.reference for r in page.rows]
        pages += 1
        if page.after is None:
            break
        after = page.after
    assert (seen, pages) == (["R5"], 4)


def test_too_many_of_a_name_is_said(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        case_for(rt, f"R{n}", f"Maya {n}")
    assert not look(rt, "maya").too_many
    monkeypatch.setattr("inthread.queries.search_cases.MOST_PEOPLE", 2)
    page = look(rt, "maya")
    assert (page.too_many, len(page.rows)) == (True, 2)


def test_a_trigger_keeps_what_is_looked_for(rt: Runtime) -> None:
    receive(rt, a_trigger())
    [person] = every_row(rt.db)["people"]
    assert (person["name_key"], person["name_last"]) == (
        person["name"].casefold(), person["name"].casefold().split()[-1]
    )
    tails = {c["channel"]: c["tail"] for c in every_row(rt.db)["contacts"]}
    [phone] = [c["address"] for c in every_row(rt.db)["contacts"] if c["channel"] == "sms"]
    assert tails["sms"] == rt.keyring.tail("phone", phone)
    assert tails.get("email") is None
    assert phone[-4:] not in str(tails["sms"])


def test_who_was_erased_is_not_found(rt: Runtime) -> None:
    case_for(rt, "A", "Maya Okafor", "+15550100482", "maya@example.com")
    with rt.db.begin() as tx:
        tx.execute(text("UPDATE cases SET state = 'withdrawn', next_what = NULL, next_owner = NULL,"
                        " next_due = NULL, ended_at = opened_at"))
        tx.execute(text("UPDATE outbox SET done_at = due_at"))
    erase_person(rt, actor=OPERATOR, reference="C-A", only_what_may=True)
    for typed in ("maya", "okafor", "0482", "+15550100482", "maya@example.com"):
        assert found(rt, typed) == [], typed
    [person] = every_row(rt.db)["people"]
    assert (person["name_key"], person["name_last"]) == (None, None)
    assert {c["tail"] for c in every_row(rt.db)["contacts"]} == {None}


# --- how it is found ----------------------------------------------------------------------------

WAYS: list[tuple[str, Callable[[Runtime], object]]] = [
    ("all", look), ("state", lambda rt: look(rt, state="exception")),
    ("workflow", lambda rt: look(rt, workflow="overdue_invoice")),
    ("workflow and state",
     lambda rt: look(rt, workflow="overdue_invoice", state="open")),
    ("further on", lambda rt: look(rt, state="open", after="case_zzzz")),
    ("late", lambda rt: look(rt, before=rt.now())),
    ("late and a state", lambda rt: look(rt, before=rt.now(), state="exception")),
    ("late, further on",
     lambda rt: look(rt, before=rt.now(), after="due_1767607200000000_case_0")),
    ("a queue", lambda rt: look(rt, owner="billing-disputes")),
    ("a queue, late, of a workflow",
     lambda rt: look(rt, owner="billing-disputes", before=rt.now(), workflow="overdue_invoice")),
    ("the cadence", lambda rt: look(rt, owner="cadence")),
    ("a name that all have", lambda rt: look(rt, "maya")),
    ("a whole name and a state", lambda rt: look(rt, "maya okafor", state="open")),
    ("a reference", lambda rt: look(rt, "INV-00000042")),
    ("a number", lambda rt: look(rt, "+15550100777")),
    ("four digits", lambda rt: look(rt, "0777")),
    ("an e-mail address", lambda rt: look(rt, "maya@example.com")),
]
_WHOLE = re.compile(
    r"Seq Scan on (cases|people|contacts)\b|SCAN (cases|people|contacts)\b(?! USING)"
)


@pytest.fixture
def crowded(rt: Runtime) -> Runtime:
    case = case_for(rt, "INV-99999999", "Maya Okafor", "+15550100482")
    with rt.db.read() as tx:
        rows = {k: v for k, v in read_case(tx, case.id).items()
                if k in ("cases", "people", "contacts")}
    copy_case(rt.db.engine, rows, 1000, MANY)
    case_for(rt, "INV-2", "Zoë Müller", "+15550100777")
    with rt.db.engine.connect() as tx:
        tx.execute(text("ANALYZE"))
        tx.commit()
    return rt


def test_no_search_reads_every_case(crowded: Runtime) -> None:
    read_through = [
        f"{name}: {line}\n{statement}"
        for name, way in WAYS
        for statement, values in _statements(crowded, way)
        for line in _plan(crowded.db, statement, values)
        if _WHOLE.search(line)
    ]
    assert read_through == []


def _statements(rt: Runtime, way: Callable[[Runtime], object]) -> list[tuple[str, Any]]:
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    event.listen(rt.db.reader, "before_cursor_execute", note)
    try:
        way(rt)
    finally:
        event.remove(rt.db.reader, "before_cursor_execute", note)
    assert said, "nothing was asked"
    return said


def _plan(db: Database, statement: str, values: Any) -> Iterator[str]:
    explain = "EXPLAIN QUERY PLAN " if db.sqlite else "EXPLAIN "
    with db.reader.connect() as tx:
        for row in tx.exec_driver_sql(explain + statement, values):
            yield str(row[-1])
