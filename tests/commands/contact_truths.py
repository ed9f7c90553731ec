"""What is true of contact at every moment, told by what went over the wire and by what somebody
outside knows: who lives where, who said stop. It asks the product's own hours of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from inthread.domain.audit import broken_at
from inthread.domain.person import address_kind
from inthread.spi import Outgoing
from inthread.store import audit
from inthread.store import tables as t
from inthread.store.db import Database
from tests.clock import Clock
from tests.commands.truths import one_next_step, one_outcome_an_attempt

DAY, WEEK = timedelta(hours=24), timedelta(days=7)
Where = tuple[str, str]  # kind and address
Row = dict[str, Any]

# --- the hours, as one would work them out by hand -------------------------------------------

EASTERN, CENTRAL, PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"
HAWAII = "Pacific/Honolulu"
COUNTRY = (
    EASTERN, CENTRAL, "America/Denver", "America/Phoenix", PACIFIC, "America/Anchorage",
    "America/Adak", HAWAII,
)
# Ana says she is on Pacific time, and has a number of New York; Ben lives in Kentucky, which has
# two clocks, and is not to be written to before eleven; of Cy nothing is known but the country.
CLOCKS = {"ANA": (PACIFIC,), "BEN": (EASTERN, CENTRAL), "CY": COUNTRY}
OF_THE_NUMBER = {"ANA": EASTERN}
NOT_BEFORE = {"BEN": time(11)}
WINDOW = {
    "overdue_invoice": (time(8), time(21)), "document_refresh": (time(9), time(20)),
}
PER_DAY = {"overdue_invoice": 2, "document_refresh": 1}
PURPOSE = {"overdue_invoice": "collections", "document_refresh": "service"}
CALLS_A_WEEK = 1


def lawful(person: str, workflow: str, now: datetime, *, has_number: bool) -> bool:
    """Whether every clock that *person* may live by shows an hour to write at. *has_number*: it did
    not turn out to be somebody else's."""
    opens, closes = WINDOW[workflow]
    opens = max(opens, NOT_BEFORE.get(person, opens))
    clocks = {*CLOCKS[person], *([OF_THE_NUMBER[person]] if has_number else ())}
    return all(opens <= now.astimezone(ZoneInfo(zone)).time() < closes for zone in clocks)


# --- what somebody outside knows -------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """A message that left, or may have. `what`: case, template and contact point."""

    id: str
    person: str
    asked: bool
    channel: str
    at: datetime
    what: tuple[str, str, str]


@dataclass
class Stop:
    """`people`: who was written to at the address then. `confirmed`: by which message."""

    at: datetime
    people: frozenset[str]
    confirmed: str = ""


@dataclass
class Book:
    """`heard`: when somebody last wrote by WhatsApp from an address; `helped`: when it last asked
    for help. `states`: of each message, when last looked at."""

    db: Database
    clock: Clock
    left: dict[str, Left] = field(default_factory=dict)
    stops: dict[Where, Stop] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    helped: dict[Where, datetime] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def stop(self, kind: str, address: str) -> None:
        here = frozenset(self.people_at(kind, address))
        self.stops.setdefault((kind, address), Stop(self.clock(), here))

    def people_at(self, kind: str, address: str) -> set[str]:
        """The ids of those who have this address, and did not say that they have not."""
        k = t.contacts.c
        with self.db.read() as tx:
            rows = tx.execute(
                select(k.person_id, k.channel).where(k.address == address, k.stopped_at.is_(None))
            )
            return {r.person_id for r in rows if address_kind(r.channel) == kind}

    def stop_of(self, message_id: str) -> None:
        """The network says that whoever this went to asked for no more."""
        with self.db.read() as tx:
            row = _about(tx, message_id)
        self.stop(address_kind(row.channel), row.address)

    def state_of(self, message_id: str) -> str | None:
        m = t.messages.c
        with self.db.read() as tx:
            return tx.execute(select(m.state).where(m.id == message_id)).scalar_one_or_none()

    # --- as a message leaves -----------------------------------------------------------------

    def leaves(self, message: Outgoing, channel: str) -> None:
        """Whether it may; as the database is committed now."""
        now, where = self.clock(), (address_kind(channel), message.to)
        assert message.id not in self.left, "twice"
        with self.db.read() as tx:
            row = _about(tx, message.id)
            assert row.stopped_at is None, "sent to where it was stopped"
            if where in self.stops:
                self._answers_what_was_asked(message.id, row, where, now)
            if channel == "whatsapp" and message.content is None:
                assert now - self.heard[message.to] <= DAY, "free text outside the window"
            assert channel != "voice" or "/l/" not in message.body, "a link read aloud"
            if row.purpose == "ask":
                self._may_ask(tx, row, where, now)
        self.left[message.id] = Left(
            message.id, row.person_id, row.purpose == "ask", channel, now,
            (row.case_id, row.template, row.contact_id),
        )

    def certainly_not(self, message_id: str) -> None:
        del self.left[message_id]

    def _answers_what_was_asked(self, id: str, row: Any, where: Where, now: datetime) -> None:
        """One confirmation, within five minutes; and help, for who asked for it since."""
        stop = self.stops[where]
        assert row.purpose == "answer", f"a message after a stop: {row.purpose}"
        if row.template == "helped":
            assert self.helped.get(where, stop.at) > stop.at, "help from before the stop"
            return
        assert row.template == "stopped", f"an answer after a stop: {row.template}"
        assert stop.confirmed in ("", id), "two confirmations"
        assert now - stop.at <= timedelta(minutes=5), "a late confirmation"
        stop.confirmed = id

    def _may_ask(self, tx: Connection, row: Any, where: Where, now: datetime) -> None:
        assert row.state == "open", f"asked about a case that is {row.state}"
        has_number = row.reference in OF_THE_NUMBER and _has_number(tx, row.person_id)
        assert lawful(row.reference, row.workflow, now, has_number=has_number), "at a wrong hour"
        assert not [s for s in self.stops.values() if row.person_id in s.people], "opted out"
        assert _consent(tx, row), "without consent"
        assert not _doubted(tx, row, where), "while a reply waits to be read"
        before = [x for x in self.left.values() if x.asked and x.person == row.person_id]
        failed = _failed(tx, [x.id for x in before])
        asked = [x for x in before if x.id not in failed]
        today = [x for x in asked if x.at > now - DAY]
        assert len(today) < PER_DAY[row.workflow], "above the cap of the day"
        calls = [x for x in asked if x.channel == "voice" and x.at > now - WEEK]
        assert row.channel != "voice" or len(calls) < CALLS_A_WEEK, "above the cap of calls"
        what = (row.case_id, row.template, row.contact_id)
        assert all(x.what != what for x in before), "the same step twice"

    # --- after each step ---------------------------------------------------------------------

    def check(self) -> None:
        """Every live case has one next step, every reply an owner, no message went backward."""
        rows = _rows(self.db)
        for case in rows["cases"]:
            mine = {
                name: [r for r in rows[name] if r["case_id"] == case["id"]]
                for name in ("outcomes", "outbox", "work_items", "payments", "scheduled_payments")
            }
            one_outcome_an_attempt(case, mine["outcomes"])
            one_next_step(case, mine)
        for reply in rows["replies"]:
            waits = reply["state"] == "waiting"
            assert waits == (reply["queue"] is not None) == (reply["due_at"] is not None)
        for message in rows["messages"]:
            self._moved(message)
            if message["state"] in GONE or message["reasons"]:
                assert message["decision"] is not None or message["state"] == "cancelled"
        standing = {
            (s["kind"], s["address"]) for s in rows["suppressions"] if s["lifted_at"] is None
        }
        assert self.stops.keys() <= standing, "a stop was lost"

    def _moved(self, message: Row) -> None:
        before, after = self.states.get(message["id"], "queued"), message["state"]
        assert after in ONWARD[before], f"{before} became {after}"
        self.states[message["id"]] = after


GONE = ("unknown", "sent", "delivered", "read")
ONWARD = {
    "queued": ("queued", *GONE, "failed", "cancelled"), "unknown": (*GONE, "failed"),
    "sent": (*GONE[1:], "failed"), "delivered": GONE[2:], "read": GONE[3:],
    "failed": ("failed",), "cancelled": ("cancelled",),
}


def check_chains(db: Database) -> None:
    with db.read() as tx:
        for subject in audit.subjects(tx, "", 10_000):
            assert broken_at(audit.of_subject(tx, subject)) is None, subject


def _rows(db: Database) -> dict[str, list[Row]]:
    tables = (
        t.cases, t.outcomes, t.outbox, t.work_items, t.payments, t.replies, t.messages,
        t.suppressions, t.scheduled_payments,
    )
    with db.read() as tx:
        return {
            table.name: [dict(r._mapping) for r in tx.execute(select(table))] for table in tables
        }


def _about(tx: Connection, message_id: str) -> Any:
    m, c, k, p = t.messages.c, t.cases.c, t.contacts.c, t.people.c
    return tx.execute(
        select(
            m.purpose, m.template, m.channel, m.case_id, m.contact_id, m.person_id, c.state,
            c.workflow, k.stopped_at, k.address, p.reference,
        )
        .select_from(
            t.messages.join(t.cases, c.id == m.case_id).join(t.contacts, k.id == m.contact_id)
            .join(t.people, p.id == m.person_id)
        )
        .where(m.id == message_id)
    ).one()


def _has_number(tx: Connection, person_id: str) -> bool:
    k = t.contacts.c
    theirs = tx.execute(
        select(k.channel).where(k.person_id == person_id, k.stopped_at.is_(None))
    ).scalars()
    return "phone" in {address_kind(channel) for channel in theirs}


def _consent(tx: Connection, row: Any) -> bool:
    n = t.consents.c
    lines = tx.execute(
        select(n.given)
        .where(n.contact_id == row.contact_id, n.purpose == PURPOSE[row.workflow])
        .order_by(n.seq)
    ).scalars().all()
    return bool(lines and lines[-1])


def _doubted(tx: Connection, row: Any, where: Where) -> bool:
    r = t.replies.c
    return tx.execute(
        select(r.id).where(
            r.state == "waiting", or_(r.person_id == row.person_id, r.address == where[1])
        )
    ).first() is not None


def _failed(tx: Connection, ids: list[str]) -> set[str]:
    m = t.messages.c
    return set(tx.execute(select(m.id).where(m.id.in_(ids), m.state == "failed")).scalars())
