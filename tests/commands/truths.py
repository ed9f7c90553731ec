"""What is true of the whole at every moment, read from what is kept and from what was done."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from inthread.domain.audit import broken_at
from inthread.store import audit
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.testing import FakeOffice
from tests.build import shipped_workflows
from tests.rows import every_row

Row = dict[str, Any]
MOVED = {"succeeded", "part_refund", "refunded", "disputed", "lost", "unknown"}
MONEY = ("succeeded", "refunded", "disputed", "dispute_won", "dispute_lost")
LIVE = ("open", "pending", "resolved", "exception")


def check_all(db: Database, office: FakeOffice) -> None:
    rows = every_row(db)
    for case in rows["cases"]:
        mine = {
            name: [r for r in rows[name] if r["case_id"] == case["id"]]
            for name in ("outcomes", "writebacks", "outbox", "work_items", "payments",
                         "scheduled_payments")
        }
        one_outcome_an_attempt(case, mine["outcomes"])
        one_next_step(case, mine)
        closed_means_proved(case, mine, office)
        money_is_conserved(case, mine, rows)
    for writeback in rows["writebacks"]:
        assert len(office.effects_of(writeback["id"])) <= 1, "an effect twice"
    assert all(c["tries"] <= 5 for c in rows["challenges"])


def check_histories(db: Database) -> None:
    """Every chain is whole, and says as much of the codes as was counted."""
    rows = every_row(db)
    with db.read() as tx:
        for subject in audit.subjects(tx, "", 1000):
            assert broken_at(audit.of_subject(tx, subject)) is None
    said = [r["event"] for r in rows["audit"]]
    used = [c for c in rows["challenges"] if c["used_at"] is not None]
    assert said.count("code.passed") == len(used)
    assert said.count("code.wrong") == sum(c["tries"] for c in rows["challenges"]) - len(used)
    assert said.count("outcome.recorded") == len(rows["outcomes"])


def one_outcome_an_attempt(case: Row, outcomes: list[Row]) -> None:
    attempts = [o["attempt"] for o in outcomes]
    assert sorted(attempts) == sorted(set(attempts))
    assert all(a <= case["attempt"] for a in attempts)


def one_next_step(case: Row, mine: dict[str, list[Row]]) -> None:
    """A live case has one next step, and somebody or something that will take it."""
    waiting = [(j["kind"], j["ref"]) for j in mine["outbox"] if j["done_at"] is None]
    kinds = [kind for kind, _ in waiting]
    items = [w for w in mine["work_items"] if w["resolved_at"] is None]
    step = (case["next_what"], case["next_owner"], case["next_due"])
    state = case["state"]
    assert (None not in step) == (state in LIVE) == (case["ended_at"] is None)
    assert len(items) == (1 if state == "exception" else 0)
    assert kinds.count("contact") == (1 if state == "open" else 0)
    if state == "resolved":
        assert kinds.count("writeback") == 1, "a case nobody carries"
    started = [p["id"] for p in mine["payments"] if p["state"] == "started"]
    assert len(started) <= 1
    if state == "pending" and not taken_later(mine, waiting, started):
        assert [ref for kind, ref in waiting if kind == "payment" and ref in started] == started
        assert len(started) == 1
    if state == "open":
        assert started == []


def taken_later(
    mine: dict[str, list[Row]], waiting: list[tuple[str, str]], started: list[str]
) -> bool:
    """Whether a payment is set for a day, or is being taken: then one job will see to it, and
    nothing else is on its way."""
    live = [s for s in mine["scheduled_payments"] if s["state"] in ("waiting", "charging")]
    if not live:
        return False
    [schedule] = live
    jobs = [job for job in waiting if job[0] in ("charge", "payment")]
    if schedule["state"] == "waiting":
        assert (jobs, started) == ([("charge", schedule["id"])], [])
    else:
        assert started == [schedule["payment_id"]]
        assert jobs in ([("charge", schedule["id"])], [("payment", schedule["payment_id"])])
    return True


def closed_means_proved(case: Row, mine: dict[str, list[Row]], office: FakeOffice) -> None:
    if case["state"] != "closed":
        return
    [last] = [o for o in mine["outcomes"] if o["attempt"] == case["attempt"]]
    assert last["completes"]
    sent = [w for w in mine["writebacks"] if w["outcome_id"] == last["id"]]
    assert {w["state"] for w in sent} == {"proved"}
    for w in sent:
        [effect] = office.effects_of(w["id"])
        assert {k: effect.fields[k] for k in w["must_equal"]} == {
            k: w["fields"][k] for k in w["must_equal"]
        }


def money_is_conserved(case: Row, mine: dict[str, list[Row]], rows: dict[str, list[Row]]) -> None:
    """What is owed is what was settled and what remains; each payment counts once, or a person has
    it or had it."""
    booked = [o["values"]["payment"] for o in mine["outcomes"] if o["amount_minor"] is not None]
    amounts = {p["id"]: p["amount_minor"] for p in mine["payments"]}
    assert case["settled_minor"] == sum(o["amount_minor"] or 0 for o in mine["outcomes"])
    assert 0 <= case["settled_minor"] <= case["owed_minor"]
    assert sorted(booked) == sorted(set(booked))
    assert case["settled_minor"] == sum(amounts[p] for p in booked)
    states = {p["id"]: p["state"] for p in mine["payments"]}
    assert {states[p] for p in booked} <= MOVED
    for payment in mine["payments"]:
        known = payment["state"] in ("succeeded", "unknown") and payment["mode"] != "card"
        if known and payment["id"] not in booked:
            assert _somebody_has_it(payment, case, rows), "money was lost"


def _somebody_has_it(payment: Row, case: Row, rows: dict[str, list[Row]]) -> bool:
    """A WorkItem on a case for the same obligation, open now or resolved after it was known."""
    known = min(e["received_at"] for e in rows["payment_events"]
                if e["payment_id"] == payment["id"] and e["kind"] in MONEY)
    same = {c["id"] for c in rows["cases"] if c["natural_key"] == case["natural_key"]}
    return any(
        w["case_id"] in same and (w["resolved_at"] is None or w["resolved_at"] >= known)
        for w in rows["work_items"]
    )


def check_leaving(db: Database, message_id: str, now: datetime) -> None:
    """Asked by the channel for each message, as it leaves."""
    m, c, k, p = t.messages.c, t.cases.c, t.contacts.c, t.people.c
    with db.read() as tx:
        row = tx.execute(
            select(m.purpose, m.person_id, c.state, c.workflow, k.stopped_at, p.zone,
                   c.paused_until)
            .select_from(
                t.messages.join(t.cases, c.id == m.case_id)
                .join(t.contacts, k.id == m.contact_id).join(t.people, p.id == m.person_id)
            )
            .where(m.id == message_id)
        ).one()
        asked = tx.execute(
            select(m.id).where(m.person_id == row.person_id, m.purpose == "ask",
                               m.state.in_(("unknown", "sent")),
                               m.sent_at > now - timedelta(hours=24))
        ).all()
    assert row.stopped_at is None, "sent to where it was stopped"
    allowed = {"ask": ("open",), "link": LIVE, "code": (*LIVE, "closed")}
    if row.purpose in allowed:
        assert row.state in allowed[row.purpose], f"{row.purpose} for a case that is {row.state}"
    if row.purpose == "ask":
        assert row.paused_until is None or row.paused_until <= now, "sent while it is paused"
        cadence = shipped_workflows()[row.workflow].cadence
        local = now.astimezone(ZoneInfo(row.zone)).time()
        assert time(8) <= local < time(21), "at night"
        assert len(asked) <= cadence.per_day, "above the cap"
