"""Work for people to have, and people to have it."""

from __future__ import annotations

from inthread.commands.ask_for_help import ask_for_help
from inthread.domain.actor import CUSTOMER, Actor
from inthread.domain.staff import Role
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import staff, work_items
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_submission,
    an_open_visit,
    carry_all,
)
from tests.look import item_of


def a_colleague(rt: Runtime, *roles: str, name: str = "Ada Lin", active: bool = True) -> Actor:
    """Somebody of the staff, an agent if not said otherwise."""
    person_id = rt.new_id("stf")
    with rt.db.begin() as tx:
        staff.add(
            tx, person_id, f"{person_id}@staff.test", name,
            [Role(role) for role in roles or ("agent",)], by="operator:cli", now=rt.now(),
            active=active,
        )
        person = staff.get(tx, person_id)
    assert person is not None
    return person.actor


def asked(rt: Runtime, reason: str = "question", *, number: str = "1", words: str = "") -> AVisit:
    """The visit of a customer who asked for a person."""
    person = a_person(
        rt=rt, reference=f"CUST-{number}", contacts=(("sms", f"+1555010{int(number):04d}"),)
    )
    visit = an_open_visit(rt=rt, person=person, number=f"INV-{number}")
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason=reason, words=words)
    return visit


def refused_write(rt: Runtime, fakes: Fakes) -> AVisit:
    """The visit of a customer whose outcome the system of record refused."""
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    fakes.billing.script.append("refuse")
    carry_all(rt)
    assert item_of(rt, visit.case).reason == "writeback_failed"
    return visit


def item_now(rt: Runtime, item_id: str) -> WorkItem:
    with rt.db.read() as tx:
        found = work_items.get(tx, item_id)
    assert found is not None
    return found
