"""What stands in the way of one message, and until when (R4.1, R4.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inthread.domain.case import LIVE, CaseState
from inthread.domain.gate import Asked, Gate, Standing, Terms, can_answer, can_ask
from inthread.domain.message import MessageState, Purpose, moves_on
from inthread.domain.person import Contact

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SMS = Contact("con_1", "per_1", "sms", "+15550100482", 0, checked_at=NOW)
CHAT = replace(SMS, channel="whatsapp")
CALL = replace(SMS, channel="voice")
MAIL = replace(SMS, channel="email", address="maya@example.com")
GOOD = Standing(CaseState.OPEN, SMS, consent=True)
TERMS = Terms(per_day=1, calls_per_week=7, fresh_days=60)


def test_nothing_against_it() -> None:
    assert can_ask(GOOD, TERMS, NOW) == Gate()
    assert can_ask(GOOD, TERMS, NOW).open


@pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.OPEN])
def test_only_about_an_open_case(state: CaseState) -> None:
    assert can_ask(replace(GOOD, case=state), TERMS, NOW) == Gate((f"case_{state.value}",))


@pytest.mark.parametrize(("change", "reason"), [
    ({"contact": replace(SMS, stopped_at=NOW)}, "stopped"),
    ({"contact": replace(SMS, unreachable_at=NOW)}, "unreachable"),
    ({"contact": replace(SMS, checked_at=NOW - 60 * DAY - HOUR)}, "number_not_checked"),
    ({"contact": replace(SMS, checked_at=None)}, "number_not_checked"),
    ({"suppressed": True}, "opted_out_here"),
    ({"stopped": True}, "opted_out"),
    ({"consent": None}, "no_consent"),
    ({"consent": False}, "consent_withdrawn"),
    ({"contact": CHAT}, "no_approved_text"),
    ({"contact": CALL}, "nothing_to_say_aloud"),
])
def test_r4_11_what_waiting_does_not_cure(change: dict[str, object], reason: str) -> None:
    assert can_ask(replace(GOOD, **change), TERMS, NOW) == Gate((reason,))  # type: ignore[arg-type]


def test_r4_11_a_number_is_known_for_sixty_days_and_an_address_for_ever() -> None:
    old = NOW - 60 * DAY
    assert can_ask(replace(GOOD, contact=replace(SMS, checked_at=old)), TERMS, NOW).open
    mail = replace(MAIL, checked_at=NOW - 900 * DAY)
    assert can_ask(replace(GOOD, contact=mail), TERMS, NOW).open
    aged = replace(GOOD, contact=replace(SMS, checked_at=NOW - 900 * DAY))
    assert can_ask(aged, replace(TERMS, fresh_days=None), NOW).open


def test_what_waiting_cures() -> None:
    opens = NOW + 10 * HOUR
    night = replace(TERMS, shut=("outside_hours",), opens=opens)
    assert can_ask(GOOD, night, NOW) == Gate(("outside_hours",), opens)
    less = NOW + 3 * HOUR
    full = replace(GOOD, asked=Asked(today=1, less_today_at=less))
    assert can_ask(full, TERMS, NOW) == Gate(("over_the_cap",), less)
    assert can_ask(full, night, NOW) == Gate(("outside_hours", "over_the_cap"), opens)
    doubt = replace(GOOD, in_doubt=True)
    assert can_ask(doubt, TERMS, NOW) == Gate(("reply_to_be_read",), NOW + HOUR)


def test_what_waiting_cures_only_in_part_is_never_asked_again() -> None:
    night = replace(TERMS, shut=("outside_hours",), opens=NOW + HOUR)
    gate = can_ask(replace(GOOD, consent=None), night, NOW)
    assert gate == Gate(("no_consent", "outside_hours"), None)
    nowhere = replace(TERMS, shut=("outside_hours",), opens=None)
    assert can_ask(GOOD, nowhere, NOW) == Gate(("outside_hours",), None)


def test_the_last_message_of_the_day_is_left_to_the_more_important_case() -> None:
    rival = NOW + 5 * HOUR
    assert can_ask(replace(GOOD, rival=rival), TERMS, NOW) == Gate(
        ("more_important_case",), rival + HOUR
    )
    assert can_ask(replace(GOOD, rival=rival), replace(TERMS, per_day=2), NOW).open


def test_seven_calls_in_seven_days() -> None:
    less = NOW + 2 * DAY
    terms = replace(TERMS, per_day=9, voice_text=True)
    called = replace(GOOD, contact=CALL, asked=Asked(calls=7, less_calls_at=less))
    assert can_ask(called, terms, NOW) == Gate(("over_the_cap_of_calls",), less)
    assert can_ask(replace(called, asked=Asked(calls=6)), terms, NOW).open
    assert can_ask(replace(called, contact=SMS), terms, NOW).open


@pytest.mark.parametrize(("ago", "opens"), [
    (timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False),
])
def test_a67_free_text_for_twenty_four_hours(ago: timedelta, opens: bool) -> None:
    chat = replace(GOOD, contact=replace(CHAT, heard_at=NOW - ago))
    assert can_ask(chat, TERMS, NOW).open is opens
    assert can_answer(chat, Purpose.RECEIPT, NOW).open is opens
    assert can_ask(chat, replace(TERMS, approved_text=True), NOW).open


@pytest.mark.parametrize("purpose", [Purpose.CODE, Purpose.LINK])
def test_r4_10_what_the_person_asked_for_waits_for_no_hour_but_obeys_a_stop_there(
    purpose: Purpose,
) -> None:
    bare = Standing(CaseState.EXCEPTION, replace(SMS, checked_at=None), in_doubt=True, stopped=True)
    assert can_answer(bare, purpose, NOW) == Gate()
    assert can_answer(replace(bare, suppressed=True), purpose, NOW) == Gate(("opted_out_here",))
    gone = replace(bare, contact=replace(SMS, stopped_at=NOW))
    assert can_answer(gone, purpose, NOW) == Gate(("stopped",))


@pytest.mark.parametrize("state", [s for s in CaseState if s not in LIVE])
def test_a_link_that_was_asked_for_is_not_sent_once_the_case_has_ended(state: CaseState) -> None:
    ended = replace(GOOD, case=state)
    assert can_answer(ended, Purpose.LINK, NOW) == Gate((f"case_{state.value}",))
    assert can_answer(ended, Purpose.RECEIPT, NOW).open


@pytest.mark.parametrize("purpose", [Purpose.RECEIPT, Purpose.NOTICE])
def test_whoever_opted_out_gets_no_receipt_elsewhere(purpose: Purpose) -> None:
    assert can_answer(replace(GOOD, stopped=True), purpose, NOW) == Gate(("opted_out",))


def test_r4_6_a_stop_is_confirmed_within_five_minutes_or_not_at_all() -> None:
    stopped = replace(GOOD, stopped=True, suppressed=True)
    for late, opens in ((timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)):
        gate = can_answer(stopped, Purpose.ANSWER, NOW, asked_at=NOW - late)
        assert gate.open is opens
    assert not can_answer(stopped, Purpose.ANSWER, NOW).open


def test_a60_a_message_never_goes_backward() -> None:
    way = ("queued", "unknown", "sent", "delivered", "read", "failed", "cancelled")
    moves = {
        (a, b) for a in way for b in way if b not in ("queued", "cancelled", "unknown")
        and moves_on(MessageState(a), MessageState(b))
    }
    assert moves == {
        ("unknown", "sent"), ("unknown", "delivered"), ("unknown", "read"), ("unknown", "failed"),
        ("sent", "delivered"), ("sent", "read"), ("sent", "failed"), ("delivered", "read"),
    }
