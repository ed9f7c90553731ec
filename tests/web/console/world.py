"""A console with something in every room, made by the product's own commands.

`furnish(rt, clock)` gives the ids that routes ask for, by the name of the route's argument; a page
that asks for another name has to be told of it here (`tests/web/console/test_pages.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select, update

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.make_api_key import make_api_key
from inthread.commands.pause_connector import pause_connector
from inthread.commands.receive_reply import receive_reply
from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import CUSTOMER, OPERATOR, Actor, provider
from inthread.domain.case import Case
from inthread.domain.person import Person
from inthread.domain.staff import Role, staff_actor
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.spi import Incoming
from inthread.store import staff, staff_sessions
from inthread.store import tables as t
from tests.build import (
    a_case,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_started_payment,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    fakes_of,
)
from tests.clock import Clock
from tests.commands.signing import FakeSigner, signing
from tests.web.console import world_drafts

WORDS = "I lost my job in November and cannot pay all of it before March."


# Pages that show nothing unless they are asked something.
ASKED = {
    "/console/drafts/<draft_id>/cell": "?column=remaining&r0.c0=%3C+10.00",
    "/console/drafts/<draft_id>/impact/changes": "?action=plan&kind=gained",
    "/console/workflows/<key>/diff": "?from=1&to=2",
    "/console/what-if": "?of=overdue_invoice&case=INV-20418",
}


@dataclass(frozen=True)
class Hired:
    """A person of the staff. `token`: of the session that they have once the world is furnished."""

    id: str
    name: str
    token: str
    actor: Actor


@dataclass(frozen=True)
class World:
    """`ids`: route argument -> an id of that kind that is there. `staff`: by role."""

    rt: Runtime
    ids: Mapping[str, str]
    staff: Mapping[Role, Hired]


def furnish(rt: Runtime, clock: Clock) -> World:
    people = {role: hire(rt, name, role) for role, name in _NAMES.items()}
    world_drafts.publish(rt)
    _settled(rt)
    failed = _not_written_back(rt)
    asked = _asked_for_help(rt)
    _others(rt, clock)
    reply = _replied(rt)
    agent = people[Role.AGENT]
    _give_to(rt, asked, agent.actor)
    pause_connector(
        rt, actor=people[Role.ADMIN].actor, connector="compliance",
        why="Their maintenance until 18:00",
    )
    key = make_api_key(
        rt, actor=people[Role.ADMIN].actor, name="Billing", scopes=["triggers:write", "cases:read"]
    )
    version = world_drafts.publish_second(rt)
    draft, waiting = world_drafts.draft(rt, people[Role.AUTHOR].actor)
    clock.tick(minutes=20)
    for one in people.values():
        sign_in(rt, one)
    return World(rt, {
        "case_id": failed.id, "reference": "CUST-2", "person": "CUST-2", "draft_id": draft,
        "key": "overdue_invoice", "key_id": key.id, "staff_id": agent.id, "reply_id": reply,
        "version": str(version), "form": "dmn", "waiting_draft": waiting,
        "free_item": _one(
            rt, select(t.work_items.c.id).where(t.work_items.c.reason == "question")),
        "name": "impact", "connector": "compliance", "workflow": "overdue_invoice",
        "item_id": _one(rt, select(t.work_items.c.id).where(t.work_items.c.case_id == asked.id)),
        "writeback_id": _one(rt, select(t.writebacks.c.id).where(t.writebacks.c.state == "failed")),
        "message_id": _one(rt, select(t.messages.c.id)),
        "decision_id": _one(
            rt, select(t.decisions.c.id).where(t.decisions.c.case_id == failed.id)),
        "document_id": _one(
            rt, select(t.documents.c.id).where(t.documents.c.case_id == failed.id)),
        "person_id": failed.person_id, "action": "pay", "locale": "en",
    }, people)


_NAMES = {
    Role.VIEWER: "Vera Quist", Role.AGENT: "Priya Nair", Role.AUTHOR: "Tom Reyes",
    Role.APPROVER: "Ada Lin", Role.ADMIN: "Ines Duarte", Role.AUDITOR: "Paul Okoro",
}


def hire(rt: Runtime, name: str, *roles: Role) -> Hired:
    """Without the door: what the door does has tests of its own."""
    person_id, token = rt.new_id("stf"), rt.new_token()
    email = f"{name.lower().replace(' ', '.')}@alderway.test"
    with rt.db.begin() as tx:
        staff.add(
            tx, person_id, email, name, list(roles), by="operator:cli", now=rt.now(), active=True,
        )
    return Hired(person_id, name, token, staff_actor(person_id, roles))


def sign_in(rt: Runtime, one: Hired) -> None:
    with rt.db.begin() as tx:
        staff_sessions.start(
            tx, rt.new_id("ses"), digest(one.token), one.id, whole=True, by="password",
            now=rt.now(), network="192.0.2.0/24", agent="Firefox on Linux",
        )


def _settled(rt: Runtime) -> None:
    """Paid in part and written back: open again for the rest."""
    _, payment = a_started_payment(rt=rt, person=somebody(rt, 1, "Maya Okafor"), number="INV-20417")
    _hear(rt, payment)


def _hear(rt: Runtime, payment: str) -> None:
    name = rt.payment_provider
    event = a_provider_event(rt=rt, payment_id=payment)
    record_payment_event(rt, actor=provider(name), provider=name, event=event)
    carry_all(rt)


def _not_written_back(rt: Runtime) -> Case:
    """One that the office refuses, whose evidence is signed; one that it does not answer, from
    here on."""
    office = fakes_of(rt).billing
    office.mode = "refuse"
    first = a_coded_visit(rt=rt, person=somebody(rt, 2, "Jonas Weber"), number="INV-20418",
                          owed="96.00", purpose="plan")
    signed = signing(rt, FakeSigner())
    a_submission(rt=signed, visit=first, action="plan", nonce="plan-1")
    carry_all(signed)
    office.mode, office.read_mode = "timeout_before", "timeout"
    second = a_coded_visit(rt=rt, person=somebody(rt, 3, "Amira Saleh"), number="INV-20409",
                           owed="240.00")
    a_submission(rt=rt, visit=second, nonce="promise-1")
    carry_all(rt)
    return first.case


def _asked_for_help(rt: Runtime) -> Case:
    visit = an_open_visit(rt=rt, person=somebody(rt, 4, "Ngozi Eze"), number="INV-20397")
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="hardship", words=WORDS)
    for n, (name, reason) in enumerate((
        ("Karl Brandt", "dispute"), ("Lee Tan", "question"), ("Ruth Kim", "wrong_person"),
    ), start=5):
        other = an_open_visit(rt=rt, person=somebody(rt, n, name), number=f"INV-{20380 + n}")
        ask_for_help(
            rt, actor=CUSTOMER, token=other.token, reason=reason,
            words="The meter reading is not mine." if reason == "dispute" else "",
        )
    return visit.case


def _others(rt: Runtime, clock: Clock) -> None:
    """Withdrawn, waiting for its first answer, and one about a document."""
    gone = an_asked_case(rt=rt, person=somebody(rt, 9, "Sam Hall"), number="INV-20371")
    cancel_case(rt, actor=OPERATOR, reason="paid at the counter", case_id=gone.id)
    for n, name in enumerate(("Elif Aydin", "Owen Price", "Mei Chen", "Luis Prado"), start=10):
        an_asked_case(rt=rt, person=somebody(rt, n, name), number=f"INV-{20360 + n}")
        clock.tick(minutes=7)
    a_case(rt=rt, person=somebody(rt, 20, "Hana Sato"), number="DOC-117",
           workflow="document_refresh")


def _replied(rt: Runtime) -> str:
    heard = receive_reply(rt, actor=provider("sms"), provider="sms", incoming=Incoming(
        event_id="in-1", address="+15550199999", body="who is this? I have no account with you",
    ))
    assert heard is not None
    return heard.id


def _give_to(rt: Runtime, case: Case, actor: Actor) -> None:
    with rt.db.begin() as tx:
        tx.execute(
            update(t.work_items).where(t.work_items.c.case_id == case.id).values(
                assigned_to=str(actor), due_at=rt.now() - timedelta(minutes=5))
        )


def _one(rt: Runtime, query: Select[Any]) -> str:
    with rt.db.read() as tx:
        found: str = tx.execute(query.limit(1)).scalar_one()
        return found


def somebody(rt: Runtime, n: int, name: str) -> Person:
    return a_person(
        rt=rt, reference=f"CUST-{n}", name=name,
        contacts=(
            ("sms", f"+1555010{1000 + n}"), ("email", f"{name.split()[0].lower()}@example.com"),
        ),
    )
