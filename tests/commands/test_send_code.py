"""A code goes to a phone on file, and not too often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.challenge import Challenge
from inthread.domain.person import Contact
from inthread.domain.refusals import Forbidden, LinkGone, TooMany, VisitEnded
from inthread.runtime import Limits, Runtime
from inthread.store import audit, people
from inthread.store.db import Database
from tests.build import (
    EMAIL,
    PHONE,
    AVisit,
    Fakes,
    a_person,
    a_runtime,
    an_asked_case,
    an_open_visit,
    carry_all,
    code_of,
    newest_code,
)
from tests.clock import Clock
from tests.rows import every_row, nothing_written


def ask(rt: Runtime, visit: AVisit, purpose: str = "view") -> Challenge:
    return send_code(rt, actor=CUSTOMER, token=visit.token, purpose=purpose)


def codes_sent(fakes: Fakes) -> list[str]:
    return [m.body for m in fakes.sms.sent if "is your code" in m.body]


def test_the_code_is_in_the_message_and_nowhere_else(rt: Runtime, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    code = code_of(rt, challenge)
    carry_all(rt)
    assert fakes.sms.to(PHONE)[-1].body == (
        f"Alderway: {code} is your code. It works for 5 minutes. Never share it.\n@pay.test #{code}"
    )
    assert [t for t, rows in every_row(rt.db).items() if code in repr(rows)] == []


def test_what_is_kept_of_it(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    challenge = ask(rt, visit)
    assert (challenge.purpose, challenge.tries, challenge.created_at, challenge.expires_at) == (
        "view", 0, clock.at, clock.at + timedelta(minutes=5)
    )
    with rt.db.read() as tx:
        events = [(e.event, dict(e.detail)) for e in audit.of_subject(tx, visit.case.id)][-2:]
    message = every_row(rt.db)["messages"][-1]
    assert events == [
        ("code.sent", {
            "challenge": challenge.id, "visit": challenge.visit_id, "purpose": "view",
            "channel": "sms",
        }),
        ("message.queued", {
            "message": message["id"], "purpose": "code", "channel": "sms", "template": "code",
        }),
    ]


def test_its_life_is_a_setting(db: Database, clock: Clock) -> None:
    rt = a_runtime(db, clock=clock, limits=Limits(code_life=timedelta(minutes=10)))
    assert ask(rt, an_open_visit(rt=rt)).expires_at == clock.at + timedelta(minutes=10)


def test_a25_ten_at_once_send_one(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    waits = []
    for _ in range(10):
        try:
            ask(rt, visit)
        except TooMany as refusal:
            waits.append(refusal.retry_after)
        clock.tick(seconds=2)
    carry_all(rt)
    assert waits == [28, 26, 24, 22, 20, 18, 16, 14, 12]
    assert len(codes_sent(fakes)) == 1


def test_r6_9_the_gaps_and_the_caps(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """30 s, 60 s, then three in a quarter of an hour, then five in a day."""
    case = an_asked_case(rt=rt)
    begun, sent = clock.at, []
    while len(sent) < 6:
        try:
            ask(rt, an_open_visit(rt=rt, case=case))
            sent.append(int((clock.at - begun).total_seconds()))
        except TooMany as refusal:
            clock.tick(seconds=refusal.retry_after - 1)
            visit = an_open_visit(rt=rt, case=case)
            with nothing_written(rt.db), pytest.raises(TooMany):
                ask(rt, visit)
            clock.tick(seconds=1)
    assert sent == [0, 30, 90, 900, 1200, 86400]
    assert len([m for m in every_row(rt.db)["messages"] if m["purpose"] == "code"]) == 6


def test_the_cap_is_of_the_case_not_of_the_visit(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    ask(rt, an_open_visit(rt=rt, case=case))
    other = an_open_visit(rt=rt, case=case)
    with nothing_written(rt.db), pytest.raises(TooMany):
        ask(rt, other)


@pytest.mark.parametrize("contacts", [(("email", EMAIL),), (("voice", PHONE), ("email", EMAIL))])
def test_a29_without_a_usable_phone_the_answer_is_the_same(
    rt: Runtime, fakes: Fakes, contacts: tuple[tuple[str, str], ...]
) -> None:
    visit = an_open_visit(rt=rt, person=a_person(rt=rt, contacts=contacts))
    challenge = ask(rt, visit)
    carry_all(rt)
    assert (challenge.purpose, challenge.tries) == ("view", 0)
    assert [m.to for m in fakes.email.sent] == [EMAIL]
    assert codes_sent(fakes) == []


def test_a35_a_phone_of_an_hour_ago_gets_no_code(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """Seven days on file, or vouched for by the source that first named the person (R1.6)."""
    person = a_person(rt=rt, contacts=(("email", EMAIL),))
    with rt.db.begin() as tx:
        people.add_contacts(
            tx, [Contact("con_new", person.id, "sms", PHONE, 0, known_since=clock.at)], clock.at,
            rt.keyring.tail,
        )
    case = an_asked_case(rt=rt, person=person)
    clock.tick(hours=1)
    ask(rt, an_open_visit(rt=rt, case=case))
    carry_all(rt)
    assert codes_sent(fakes) == []
    clock.at += timedelta(days=7) - timedelta(hours=1, seconds=1)
    carry_all(rt)  # a reminder, with a link of its own
    ask(rt, an_open_visit(rt=rt, case=case))
    carry_all(rt)
    assert codes_sent(fakes) == []
    clock.tick(seconds=30)
    ask(rt, an_open_visit(rt=rt, case=case))
    carry_all(rt)
    assert len(codes_sent(fakes)) == 1


def test_it_goes_to_the_phone_the_link_went_to(rt: Runtime, fakes: Fakes) -> None:
    other = "+15550100999"
    person = a_person(rt=rt, contacts=(("sms", PHONE), ("sms", other)))
    case = an_asked_case(rt=rt, person=person)
    ask(rt, an_open_visit(rt=rt, case=case))
    carry_all(rt)
    assert [len(fakes.sms.to(PHONE)), len(fakes.sms.to(other))] == [2, 0]


def test_r4_10_a_stopped_phone_gets_no_code(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    person = a_person(rt=rt)
    visit = an_open_visit(rt=rt, person=person)
    with rt.db.begin() as tx:
        people.stop_contact(tx, person.contacts[0].id, "reply", clock.at)
    ask(rt, visit)
    carry_all(rt)
    assert codes_sent(fakes) == []


def test_a_code_asked_for_before_the_phone_was_stopped_does_not_leave(
    rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    visit, other = an_open_visit(rt=rt, case=case), an_open_visit(rt=rt, case=case)
    ask(rt, visit)
    ask_for_help(rt, actor=CUSTOMER, token=other.token, reason="wrong_person")
    carry_all(rt)
    assert codes_sent(fakes) == []


def test_a_new_code_voids_the_one_before(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    first = ask(rt, visit)
    clock.tick(seconds=30)
    second = ask(rt, visit)
    kept = {c["id"]: c["superseded_at"] for c in every_row(rt.db)["challenges"]}
    assert kept == {first.id: clock.at, second.id: None}
    assert newest_code(rt, visit.case) == code_of(rt, second)


def test_a30_a_code_is_sent_once_however_the_channel_fares(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Busy is tried again; what may have left is not, and the customer can ask for another."""
    visit = an_open_visit(rt=rt)
    ask(rt, visit)
    fakes.sms.script.extend(["busy", "timeout_after"])
    for _ in range(20):
        carry_all(rt)
        clock.tick(seconds=15)
    assert len(codes_sent(fakes)) == 1
    [message] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "code"]
    assert (message["state"], message["reasons"], message["tries"]) == (
        "unknown", ["unheard: TimeoutError"], 2
    )
    ask(rt, visit)
    carry_all(rt)
    assert len(codes_sent(fakes)) == 2


def test_a_code_too_old_to_be_used_is_not_sent(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = an_open_visit(rt=rt)
    ask(rt, visit)
    clock.tick(minutes=5)
    carry_all(rt)
    assert codes_sent(fakes) == []
    [message] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "code"]
    assert (message["state"], message["reasons"]) == (
        "cancelled", ["the code is no longer wanted"]
    )


def test_a32_a_quiet_visit_gets_none(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    clock.tick(minutes=15)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        ask(rt, visit)


def test_a_cookie_that_is_none_gets_none(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        send_code(rt, actor=CUSTOMER, token="token-0")


def test_a_revoked_link_gets_none(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    visit = an_open_visit(rt=rt, case=case)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="wrong_person")
    with nothing_written(rt.db), pytest.raises(LinkGone):
        ask(rt, visit)


def test_only_a_customer_asks(rt: Runtime) -> None:
    visit = an_open_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        send_code(rt, actor=WORKER, token=visit.token)
