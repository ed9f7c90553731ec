"""Another number or address takes the place of one: who is told, what dies, what gets no code."""

from __future__ import annotations

import pytest

from inthread.commands.opt_out import opt_out
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.case import CaseState
from inthread.domain.challenge import YOUNG
from inthread.domain.refusals import Refused
from inthread.queries.code import code_seen
from inthread.runtime import Runtime
from inthread.store import people
from inthread.store.tables import consents, outcomes, visits
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.commands.contact_changes import (
    ALL_CHANNELS,
    MAILED,
    MOVED,
    NEW_EMAIL,
    NEW_PHONE,
    asked,
    changed,
    contacts,
    heard,
    notices,
    rows,
)
from tests.look import said_of, writeback_of


def test_a_new_number_takes_the_place_of_the_old_on_every_channel(
    rt: Runtime, clock: Clock
) -> None:
    case = asked(rt, a_person(rt=rt, contacts=ALL_CHANNELS))
    changed(rt, clock, case, MOVED)
    found = contacts(rt, case)
    assert {k: (c.stopped_at, c.replaced, c.known_since) for k, c in found.items()} == {
        ("sms", PHONE): (clock(), True, None), ("whatsapp", PHONE): (clock(), True, None),
        ("email", EMAIL): (None, False, None),
        ("sms", NEW_PHONE): (None, False, clock()),
        ("whatsapp", NEW_PHONE): (None, False, clock()),
    }
    assert [found["sms", NEW_PHONE].rank, found["whatsapp", NEW_PHONE].rank] == [0, 1]


def test_r1_6_old_and_new_are_told_each_in_words_of_its_own(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    before = len(heard(fakes, PHONE))
    carry_all(rt)
    [old] = heard(fakes, PHONE)[before:]
    [new] = heard(fakes, NEW_PHONE)
    assert "somewhere else from now on" in old
    assert "no codes come here for 7 days" in new
    assert notices(rt) == [("contact_left", "sent"), ("contact_new", "sent")]
    assert the_case(rt, case.id).state is CaseState.CLOSED


def test_r1_6_a35_the_new_number_gets_no_code_for_seven_days(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    first = asked(rt)
    changed(rt, clock, first, MOVED)
    carry_all(rt)
    with rt.db.read() as tx:
        person = people.get(tx, first.person_id)
    clock.tick(days=1)
    second = asked(rt, person, "REV-2", facts={"phone": NEW_PHONE})
    visit = an_open_visit(rt=rt, case=second)
    before = len(heard(fakes, NEW_PHONE))
    send_code(rt, actor=CUSTOMER, token=visit.token)
    carry_all(rt)
    assert len(heard(fakes, NEW_PHONE)) == before
    assert code_seen(rt, visit.token).challenge is not None  # the page tells nothing (A29)
    clock.tick(days=6, minutes=2)
    assert clock() - contacts(rt, first)["sms", NEW_PHONE].known_since >= YOUNG
    third = asked(rt, person, "REV-3", facts={"phone": NEW_PHONE})
    visit = an_open_visit(rt=rt, case=third)
    send_code(rt, actor=CUSTOMER, token=visit.token)
    carry_all(rt)
    assert "is your code" in heard(fakes, NEW_PHONE)[-1]


def test_a_new_mail_address_leaves_the_phone_alone(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = asked(rt)
    changed(rt, clock, case, MAILED)
    carry_all(rt)
    assert [len(heard(fakes, EMAIL)), len(heard(fakes, NEW_EMAIL))] == [1, 1]
    found = contacts(rt, case)
    assert found["email", EMAIL].replaced
    assert found["sms", PHONE].stopped_at is None
    assert "See them again here" in heard(fakes, PHONE)[-1]  # the receipt goes the way they came


def test_what_was_agreed_to_at_the_old_one_holds_at_the_new_one(
    rt: Runtime, clock: Clock
) -> None:
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    found = contacts(rt, case)
    [outcome] = rows(rt, outcomes)
    lines = [c for c in rows(rt, consents) if c.contact_id == found["sms", NEW_PHONE].id]
    assert [(c.purpose, c.given, c.source, c.wording, c.evidence) for c in lines] == [
        (purpose, True, "page", "the words agreed to",
         {"outcome": outcome.id, "instead_of": found["sms", PHONE].id})
        for purpose in ("collections", "service")
    ]


def test_the_outcome_and_the_write_have_old_and_new(rt: Runtime, clock: Clock) -> None:
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    [outcome] = rows(rt, outcomes)
    assert outcome.kind == "details_changed"
    fields = writeback_of(rt, case).fields
    assert [fields[n] for n in ("changed", "phone", "phone_before", "email", "email_before")] == [
        ["phone"], NEW_PHONE, PHONE, EMAIL, EMAIL,
    ]
    assert dict(said_of(rt, case))["contact.changed"] == {
        "outcome": outcome.id, "stopped": [contacts(rt, case)["sms", PHONE].id],
        "reached": [contacts(rt, case)["sms", NEW_PHONE].id],
    }


def test_r5_7_links_of_other_cases_that_went_to_the_old_number_die_with_their_visits(
    rt: Runtime, clock: Clock
) -> None:
    person = a_person(rt=rt)
    other = an_asked_case(rt=rt, person=person)
    held = an_open_visit(rt=rt, case=other)
    clock.tick(days=1, minutes=1)
    case = asked(rt, person)
    changed(rt, clock, case, MOVED)
    assert [v.ended_at for v in rows(rt, visits) if v.case_id == other.id] == [clock()]
    with pytest.raises(Refused):
        send_code(rt, actor=CUSTOMER, token=held.token)


def test_one_that_comes_back_is_as_new_as_any_other(rt: Runtime, clock: Clock) -> None:
    first = asked(rt)
    changed(rt, clock, first, MOVED)
    carry_all(rt)
    clock.tick(days=8)
    with rt.db.read() as tx:
        person = people.get(tx, first.person_id)
    second = asked(rt, person, "REV-2", facts={"phone": NEW_PHONE})
    changed(rt, clock, second, {**MOVED, "phone": PHONE})
    back = contacts(rt, first)["sms", PHONE]
    assert (back.stopped_at, back.replaced, back.known_since) == (None, False, clock())
    assert contacts(rt, first)["sms", NEW_PHONE].replaced


def test_a_source_that_still_states_the_old_number_does_not_bring_it_back(
    rt: Runtime, clock: Clock
) -> None:
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    carry_all(rt)
    trigger = {
        "workflow": "contact_change",
        "facts": {"review_reference": "REV-9", "reason": "yearly_check", "phone": PHONE},
        "person": {"reference": "CUST-1", "name": "Maya Okafor",
                   "contacts": [{"channel": "sms", "address": PHONE}]},
    }
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[trigger])
    assert answer.problems == ()
    assert contacts(rt, case)["sms", PHONE].replaced


def test_an_address_where_somebody_asked_for_no_more_gets_no_notice(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    stranger = a_person(rt=rt, reference="CUST-2", contacts=(("sms", NEW_PHONE),))
    opt_out(rt, actor=OPERATOR, contact_id=stranger.contacts[0].id, source="staff")
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    carry_all(rt)
    assert heard(fakes, NEW_PHONE) == []
    assert notices(rt) == [("contact_left", "sent"), ("contact_new", "cancelled")]


def test_a_stop_at_the_old_number_holds_back_its_notice_too(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = asked(rt)
    changed(rt, clock, case, MOVED)
    before = heard(fakes, PHONE)
    opt_out(rt, actor=OPERATOR, contact_id=contacts(rt, case)["sms", PHONE].id, source="staff")
    carry_all(rt)
    assert heard(fakes, PHONE) == before
    assert heard(fakes, NEW_PHONE) == []
    assert notices(rt) == [("contact_left", "cancelled"), ("contact_new", "cancelled")]
