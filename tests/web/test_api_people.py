"""A person over HTTP: how they stand, where they are, and everything between us and them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from inthread.commands.receive_reply import receive_reply
from inthread.commands.record_delivery import record_delivery
from inthread.domain.actor import provider
from inthread.domain.reply import Reply
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus, Incoming
from tests.build import (
    PHONE,
    Fakes,
    a_case,
    a_choice,
    a_coded_visit,
    a_person,
    an_asked_case,
    carry_all,
)
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.statements import said_to
from tests.web.caller import Caller, problem

MAYA = "/api/v1/people/CUST-1"
NOW = "2026-01-05T15:00:00Z"


@pytest.fixture
def office(app: Flask, rt: Runtime) -> Caller:
    return Caller(app, rt)


def says(rt: Runtime, body: str, event_id: str = "SM1", address: str = PHONE) -> Reply | None:
    return receive_reply(
        rt, actor=provider("sms"), provider="sms", incoming=Incoming(event_id, address, body)
    )


def pages(office: Caller, limit: int) -> list[list[dict[str, Any]]]:
    """The whole timeline, page by page."""
    seen, query = [], f"limit={limit}"
    while True:
        page = office.get(f"{MAYA}/timeline?{query}").get_json()
        seen.append(page["entries"])
        if page["after"] is None:
            return seen
        query = f"limit={limit}&after={page['after']}"


# --- how they stand ----------------------------------------------------------------------------


def test_a_person_and_each_contact_point(rt: Runtime, office: Caller) -> None:
    case = a_case(rt=rt)
    sms, email = (
        {"channel": channel, "address": end, "stopped_at": None, "off_since": None,
         "unreachable_at": None, "checked_at": NOW, "heard_at": None, "consent": [
             {"purpose": p, "given": True, "source": "trigger", "version": "1", "at": NOW}
             for p in ("collections", "service")
         ]}
        for channel, end in (("sms", "482"), ("email", "m•••@e•••"))
    )
    assert office.get(MAYA).get_json() == {
        "reference": "CUST-1", "name": "Maya Okafor", "locale": "en", "zone": "America/New_York",
        "country": None, "region": None, "prefers": None, "stopped_at": None,
        "contacts": [sms, email], "where": None, "open_cases": [{
            "id": case.id, "reference": "INV-1", "workflow": "overdue_invoice", "state": "open",
            "next": {"what": "contact", "owner": "cadence", "due": NOW},
        }],
    }


def test_a_stop_by_another_person_at_the_same_number_shows(rt: Runtime, office: Caller) -> None:
    """Numbers are shared: who stopped it does not matter to where nothing goes."""
    a_person(rt=rt)
    a_person(rt=rt, reference="CUST-2", contacts=(("whatsapp", PHONE),))
    says(rt, "STOP")
    for reference in ("CUST-1", "CUST-2"):
        person = office.get(f"/api/v1/people/{reference}").get_json()
        [first, *rest] = person["contacts"]
        assert (person["stopped_at"], first["off_since"]) == (NOW, NOW)
        assert {c["off_since"] for c in rest} <= {None}
        assert {c["given"] for k in person["contacts"] for c in k["consent"]} == {False}


def test_where_the_customer_is_now(rt: Runtime, office: Caller, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    clock.tick(minutes=1)
    a_choice(rt=rt, visit=visit, action="plan", form={"option": "monthly-3"})
    where = office.get(MAYA).get_json()["where"]
    assert where == {
        "case_id": visit.case.id, "reference": "INV-1", "level": "code", "fact": False,
        "opened_at": NOW, "seen_at": "2026-01-05T15:01:00Z", "here": True,
        "draft": {"action": "plan", "saved_at": "2026-01-05T15:01:00Z"},
    }
    clock.tick(minutes=30)
    assert office.get(MAYA).get_json()["where"]["here"] is False


@pytest.mark.parametrize("reference", ["CUST/1", "a b", "é", "x?y"])
def test_a_reference_is_any_text(rt: Runtime, office: Caller, reference: str) -> None:
    a_person(rt=rt, reference=reference)
    quoted = reference.replace("?", "%3F").replace("/", "%2F")
    for path in ("", "/timeline"):
        answer = office.get(f"/api/v1/people/{quoted}{path}")
        assert (answer.status_code, answer.get_json()["reference"]) == (200, reference)


@pytest.mark.parametrize("path", ["", "/timeline"])
def test_a40_nobody_and_no_scope(app: Flask, rt: Runtime, office: Caller, path: str) -> None:
    a_person(rt=rt)
    assert office.get(f"/api/v1/people/CUST-9{path}").status_code == 404
    other = Caller(app, rt, "triggers:write")
    assert problem(other.get(f"{MAYA}{path}"))["detail"] == "It lacks the scope cases:read."


# --- everything between us -----------------------------------------------------------------------


@pytest.fixture
def stopped(rt: Runtime, fakes: Fakes, clock: Clock) -> tuple[str, Reply]:
    """Asked, delivered a minute later, and a minute after that they say stop: the message's id and
    the reply."""
    an_asked_case(rt=rt)
    [sent] = fakes.sms.sent
    clock.tick(minutes=1)
    record_delivery(rt, actor=provider("sms"), provider="sms", receipt=DeliveryReceipt(
        "e1", DeliveryStatus.DELIVERED, message_id=sent.id
    ))
    clock.tick(minutes=1)
    reply = says(rt, "stop")
    carry_all(rt)
    assert reply is not None
    return sent.id, reply


def test_what_was_said_and_heard_on_one_line(
    office: Caller, stopped: tuple[str, Reply]
) -> None:
    message_id, reply = stopped
    [entries] = pages(office, 100)
    assert [e["at"] for e in entries] == sorted(e["at"] for e in entries)
    [asked, confirmed] = [e for e in entries if e["kind"] == "message"]
    assert (asked["id"], asked["case_id"], asked["at"]) == (message_id, reply.case_id, NOW)
    assert asked["message"] == {
        **asked["message"], "id": message_id, "channel": "sms", "address": "482", "purpose": "ask",
        "state": "delivered", "reasons": [], "until": None, "provider": "sms",
        "receipts": [{"at": "2026-01-05T15:01:00Z", "status": "delivered", "code": ""}],
    }
    [heard] = [e for e in entries if e["kind"] == "reply"]
    assert heard["reply"] == {
        "id": reply.id, "channel": "sms", "address": "482", "body": "stop", "choice": "",
        "intent": "stop", "case_id": reply.case_id, "state": "done", "queue": None, "due_at": None,
        "received_at": "2026-01-05T15:02:00Z", "resolved_at": None, "resolution": None,
    }
    assert confirmed["message"]["purpose"] == "answer"
    assert entries.index(heard) < entries.index(confirmed)


def test_each_line_of_the_ledger_and_nothing_told_twice(
    office: Caller, stopped: tuple[str, Reply]
) -> None:
    [entries] = pages(office, 100)
    lines = [e["consent"] for e in entries if e["kind"] == "consent"]
    channels = ("sms", "sms", "email", "email")
    assert [(x["given"], x["source"], x["channel"], x["wording"]) for x in lines] == [
        *((True, "trigger", channel, "the words agreed to") for channel in channels),
        *((False, "reply", channel, "stop") for channel in channels),
    ]
    events = [e["event"]["event"] for e in entries if e["kind"] == "event"]
    assert events.count("contact.stopped") == 1
    assert [e for e in events if e in ("message.sent", "message.delivered", "reply.heard")] == []


def test_a_held_message_says_why_and_until_when(
    rt: Runtime, office: Caller, clock: Clock
) -> None:
    a_case(rt=rt)
    carry_all(rt, kinds=("contact",))
    clock.tick(hours=12)
    carry_all(rt)
    [held] = [e["message"] for e in pages(office, 100)[0] if e["kind"] == "message"]
    assert (held["state"], bool(held["reasons"])) == ("queued", True)
    assert held["until"] == "2026-01-06T13:00:00Z"


def test_no_page_skips_or_repeats_anything(rt: Runtime, office: Caller) -> None:
    an_asked_case(rt=rt)
    says(rt, "hello", "SM1")
    whole = [e for page in pages(office, 100) for e in page]
    assert len(whole) > 6
    for limit in (1, 3):
        cut = pages(office, limit)
        assert [e for page in cut for e in page] == whole
        assert {len(page) for page in cut[:-1]} == {limit}


def test_a_page_after_what_is_another_persons(rt: Runtime, office: Caller) -> None:
    a_person(rt=rt)
    other = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100499"),))
    says(rt, "hello", address="+15550100499")
    rows = every_row(rt.db)
    names = [rows["replies"][0]["id"], f"case_{1:026d}", "event_1", f"event_{'9' * 18}"]
    names += [f"consent_{c['seq']}" for c in rows["consents"] if c["person_id"] == other.id]
    for name in names:
        assert office.get(f"{MAYA}/timeline?after={name}").status_code == 404, name


def test_no_count_grows_with_what_there_is(rt: Runtime, office: Caller) -> None:
    def statements(path: str) -> int:
        with said_to(rt.db) as said:
            assert office.get(path).status_code == 200
        return len(said.statements)

    person = a_person(rt=rt)
    an_asked_case(rt=rt, person=person)
    says(rt, "hello")
    office.get(MAYA)  # the first request looks which workflows are in force
    alone = [statements(path) for path in (MAYA, f"{MAYA}/timeline?limit=100")]
    for n in range(2, 12):
        a_case(rt=rt, person=person, number=f"INV-{n}")
        says(rt, "hello again", f"SM{n}")
    assert [statements(path) for path in (MAYA, f"{MAYA}/timeline?limit=100")] == alone
    assert max(alone) <= 10


# --- stopped by our own people -------------------------------------------------------------------


def test_r4_5_what_is_said_in_a_call_is_a_stop_as_well(rt: Runtime, office: Caller) -> None:
    a_case(rt=rt)
    sent = {"channel": "voice", "address": "+1 555 010 0482"}
    answer = office.post(f"{MAYA}/stop", sent)
    assert (answer.status_code, answer.get_json()) == (
        200, {"channel": "voice", "address": "482", "already": False}
    )
    rows = every_row(rt.db)
    assert [(s["address"], s["source"]) for s in rows["suppressions"]] == [(PHONE, "staff")]
    assert [c["state"] for c in rows["cases"]] == ["exception"]
    assert office.post(f"{MAYA}/stop", sent).get_json()["already"] is True


@pytest.mark.parametrize(("sent", "status", "path"), [
    ({"channel": "sms", "address": "+15550100499"}, 422, "/address"),
    ({"channel": "email", "address": PHONE}, 422, "/address"),
    ({"channel": "sms", "address": "call me"}, 422, "/address"),
    ({"channel": "sms"}, 422, "/address"),
    ({"channel": "sms", "address": PHONE, "why": "x"}, 422, "/why"),
])
def test_what_stops_nothing(
    rt: Runtime, office: Caller, sent: dict[str, str], status: int, path: str
) -> None:
    a_case(rt=rt)
    with nothing_written(rt.db):
        answer = office.post(f"{MAYA}/stop", sent)
    assert (answer.status_code, [e["path"] for e in problem(answer)["errors"]]) == (status, [path])


def test_an_address_has_the_methods_that_it_has(office: Caller) -> None:
    assert office.get(f"{MAYA}/stop").status_code == 405
    assert office.post(f"{MAYA}/timeline", {}).status_code == 405
    assert office.post(MAYA, {}).status_code == 405


def test_who_may_not_stop_and_nobody_to_stop(app: Flask, rt: Runtime, office: Caller) -> None:
    a_case(rt=rt)
    sent = {"channel": "sms", "address": PHONE}
    with nothing_written(rt.db, but=("api_keys", "audit")):
        other = Caller(app, rt, "work:write")
    with nothing_written(rt.db):
        assert other.post(f"{MAYA}/stop", sent).status_code == 403
        assert office.post("/api/v1/people/CUST-9/stop", sent).status_code == 404
