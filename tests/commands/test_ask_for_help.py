"""The customer asks for a person: work with a full packet, an owner and a due time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from inthread.commands.ask_for_help import LONGEST_WORDS, REASONS, ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.open_link import open_link
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState, NextStep
from inthread.domain.refusals import BadInput, Forbidden, LinkGone, VisitEnded
from inthread.queries.visit import bare_visit
from inthread.runtime import Runtime
from tests.build import (
    EMAIL,
    PHONE,
    AVisit,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of, state_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written


def ask(rt: Runtime, token: str, reason: str = "dispute", words: str = "") -> None:
    ask_for_help(rt, actor=CUSTOMER, token=token, reason=reason, words=words)


@pytest.mark.parametrize(("reason", "queue", "days"), [
    ("dispute", "billing_disputes", 2), ("hardship", "customer_care", 1),
    ("wrong_person", "customer_care", 1), ("question", "customer_care", 1),
])
def test_it_has_an_owner_and_a_due_time(
    rt: Runtime, clock: Clock, reason: str, queue: str, days: int
) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit.token, reason, "  I paid this in May.  ")
    case, item = the_case(rt, visit.case.id), item_of(rt, visit.case)
    due = clock.at + timedelta(days=days)
    assert (case.state, case.next) == (CaseState.EXCEPTION, NextStep("work", queue, due))
    assert (item.reason, item.queue, item.due_at) == (reason, queue, due)
    assert waiting_for(rt, visit.case) == []


def test_the_packet_has_all_that_a_person_needs(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    carry_all(rt)
    clock.tick(seconds=90)
    ask(rt, visit.token, "dispute", "I paid this in May.")
    packet = item_of(rt, visit.case).packet
    offered = packet["offered"]
    agreed = {"given": True, "source": "trigger", "at": "2026-01-05T15:00:00+00:00",
              "stopped": False, "unreachable": False}
    assert isinstance(offered, list)
    assert [v["action"] for v in offered] == ["pay", "plan", "promise"]
    assert {k: v for k, v in packet.items() if k != "offered"} == {
        "why": "the customer asked", "words": "I paid this in May.",
        "identity": {"level": "code", "fact": False, "age_seconds": 90},
        "outcome": None, "payment": None, "event": None, "writeback": None, "failed": [],
        "consent": {"purpose": "collections", "stopped": None, "contacts": [
            {"channel": "sms", "address": "482", **agreed},
            {"channel": "email", "address": "m•••@e•••", **agreed},
        ]},
        "messages": [
            {"template": "ask", "channel": "sms", "state": "sent", "purpose": "ask",
             "reasons": [], "at": "2026-01-05T15:00:00+00:00"},
            {"template": "code", "channel": "sms", "state": "cancelled", "purpose": "code",
             "reasons": ["the code is no longer wanted"], "at": "2026-01-05T15:00:00+00:00"},
        ],
    }


def test_reminders_stop(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit.token)
    clock.tick(days=5)
    carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == 1


def test_asked_again_it_is_only_noted(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit.token)
    clock.tick(minutes=1)
    with nothing_written(rt.db, but=("audit", "visits")):
        ask(rt, visit.token, "question", "hello?")


def test_eight_at_once_make_one_item(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    at_once([lambda: ask(rt, visit.token)] * 8)
    assert len(every_row(rt.db)["work_items"]) == 1
    assert events_of(rt, visit.case).count("case.handed_over") == 8


def test_not_me_stops_the_contact_and_kills_its_links(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    person = a_person(rt=rt, contacts=(("sms", PHONE),))
    visit = an_open_visit(rt=rt, person=person)
    ask(rt, visit.token, "wrong_person")
    with pytest.raises((LinkGone, VisitEnded)):
        send_code(rt, actor=CUSTOMER, token=visit.token)
    assert events_of(rt, visit.case)[-3:] == [
        "case.handed_over", "contact.stopped", "link.revoked"
    ]
    [contact] = every_row(rt.db)["contacts"]
    assert (contact["stopped_at"], contact["stopped_why"]) == (clock.at, "wrong_person")
    clock.tick(days=1)
    other = a_case(rt=rt, person=person, number="INV-2")
    carry_all(rt)
    assert len(fakes.sms.sent) == 1
    assert item_of(rt, other).reason == "no_response"


def test_when_everything_is_done_there_is_nothing_to_ask_about(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    with nothing_written(rt.db), pytest.raises(LinkGone):
        ask(rt, visit.token)
    assert state_of(rt, visit.case) is CaseState.CLOSED


def test_not_me_still_stops_the_contact_when_everything_is_done(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    ask(rt, visit.token, "wrong_person")
    assert [c["stopped_why"] for c in every_row(rt.db)["contacts"]].count("wrong_person") == 1
    assert state_of(rt, visit.case) is CaseState.CLOSED
    with pytest.raises((LinkGone, VisitEnded)):
        bare_visit(rt, visit.token)


def test_a_withdrawn_case(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    with nothing_written(rt.db), pytest.raises((LinkGone, VisitEnded)):
        ask(rt, visit.token)


@pytest.mark.parametrize("words", [
    "my card is 4111 1111 1111 1111", "4111-1111-1111-1111", "5500000000000004",
])
def test_a47_a_card_number_is_not_kept(rt: Runtime, words: str) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(BadInput, match="/words: leave out the card"):
        ask(rt, visit.token, "question", words)


@pytest.mark.parametrize(("reason", "words", "path"), [
    ("other", "", "/reason"), ("", "", "/reason"), ("writeback_failed", "", "/reason"),
    ("dispute", "x" * (LONGEST_WORDS + 1), "/words"),
])
def test_what_cannot_be_taken(rt: Runtime, reason: str, words: str, path: str) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(BadInput) as refusal:
        ask(rt, visit.token, reason, words)
    assert [p.path for p in refusal.value.problems] == [path]


def test_the_most_words(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit.token, REASONS[0], "x" * LONGEST_WORDS)
    assert item_of(rt, visit.case).packet["words"] == "x" * LONGEST_WORDS


def test_only_a_customer_asks(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        ask_for_help(rt, actor=WORKER, token=visit.token, reason="dispute")


# --- this isn't me, over several cases ---------------------------------------------------------


def two_cases(rt: Runtime, clock: Clock) -> tuple[AVisit, AVisit]:
    """One person and phone, two cases, each with a visit."""
    person = a_person(rt=rt)
    first = an_asked_case(rt=rt, person=person, number="INV-1")
    clock.tick(days=1)
    second = an_asked_case(rt=rt, person=person, number="INV-2")
    return an_open_visit(rt=rt, case=first), an_open_visit(rt=rt, case=second)


def test_r5_7_not_me_kills_links_and_visits_of_every_case(rt: Runtime, clock: Clock) -> None:
    mine, other = two_cases(rt, clock)
    tokens = [link_token(rt, v.case) for v in (mine, other)]
    ask(rt, mine.token, "wrong_person")
    for visit, token in zip((mine, other), tokens, strict=True):
        with nothing_written(rt.db), pytest.raises(LinkGone):
            bare_visit(rt, visit.token)
        with nothing_written(rt.db), pytest.raises(LinkGone):
            open_link(rt, actor=CUSTOMER, token=token)
    assert {k["state"] for k in every_row(rt.db)["links"]} == {"revoked"}
    assert {v["ended_at"] for v in every_row(rt.db)["visits"]} == {clock.at}


def test_r4_5_the_other_case_goes_on_by_another_contact_point(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    mine, other = two_cases(rt, clock)
    ask(rt, mine.token, "wrong_person")
    stopped = {k["address"]: k["stopped_why"] for k in every_row(rt.db)["contacts"]}
    assert stopped == {PHONE: "wrong_person", EMAIL: None}
    sent = len(fakes.sms.sent)
    for _ in range(30):
        clock.tick(days=1)
        carry_all(rt)
    assert len(fakes.sms.sent) == sent
    assert {m.to for m in fakes.email.sent} == {EMAIL}
    by_email = [m["case_id"] for m in every_row(rt.db)["messages"] if m["channel"] == "email"]
    assert set(by_email) == {other.case.id}


def test_r4_10_what_was_queued_before_not_me_does_not_leave(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    mine, other = two_cases(rt, clock)
    send_code(rt, actor=CUSTOMER, token=other.token)
    ask(rt, mine.token, "wrong_person")
    sent = len(fakes.sms.sent)
    carry_all(rt)
    assert len(fakes.sms.sent) == sent


def test_the_same_number_of_another_person_goes_on(rt: Runtime, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    theirs = a_case(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    ask(rt, visit.token, "wrong_person")
    carry_all(rt)
    assert len(fakes.sms.to(PHONE)) == 2
    assert an_open_visit(rt=rt, case=theirs).case.id == theirs.id


def test_not_me_after_help_was_asked_still_stops(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit.token, "question")
    ask(rt, visit.token, "wrong_person")
    assert item_of(rt, visit.case).reason == "question"
    [phone] = [k for k in every_row(rt.db)["contacts"] if k["address"] == PHONE]
    assert phone["stopped_why"] == "wrong_person"
    with pytest.raises(LinkGone):
        bare_visit(rt, visit.token)


def test_not_me_at_once_through_two_cases(rt: Runtime, clock: Clock) -> None:
    """Neither waits for the other for ever: each would have held what the other wants."""
    visits = two_cases(rt, clock)
    came = at_once([partial(ask, rt, v.token, "wrong_person") for v in visits])
    assert None in came
    assert {type(r) for r in came} <= {type(None), LinkGone}
    assert {k["state"] for k in every_row(rt.db)["links"]} == {"revoked"}
