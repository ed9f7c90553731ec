"""Another number or address takes the place of one: who is told, what dies, what gets no code, and
that nothing of it happens without a fresh code to a phone that was on file before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from inthread.commands.opt_out import opt_out
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import Submitted, submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.case import Case, CaseState
from inthread.domain.challenge import YOUNG
from inthread.domain.person import Contact, Person
from inthread.domain.refusals import AlreadySettled, ChoiceChanged, Refused, StepUpNeeded
from inthread.queries.action import check
from inthread.queries.code import code_seen
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import people
from inthread.store.tables import consents, messages, outcomes, visits
from tests.build import (
    EMAIL,
    PHONE,
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import said_of, writeback_of
from tests.races import at_once
from tests.rows import nothing_written

NEW_PHONE, OTHER_PHONE, NEW_EMAIL = "+15550100777", "+15550100888", "maya.o@example.org"
KEPT = {"address_is": "same", "phone_is": "same", "email_is": "same"}
MOVED = {**KEPT, "phone_is": "new", "phone": NEW_PHONE}
MAILED = {**KEPT, "email_is": "new", "email": NEW_EMAIL}
ALL_CHANNELS = (("sms", PHONE), ("whatsapp", PHONE), ("email", EMAIL))


def asked(rt: Runtime, person: Person | None = None, number: str = "REV-1", **how: Any) -> Case:
    return an_asked_case(rt=rt, workflow="contact_change", number=number, person=person, **how)


def entered(rt: Runtime, case: Case) -> AVisit:
    """By a code, as far as the form."""
    return a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))


def chosen(rt: Runtime, visit: AVisit, form: Mapping[str, str]) -> str:
    """Keep this choice; the digest that its check page shows."""
    save_choice(rt, actor=CUSTOMER, token=visit.token, action="details", form=Form(form))
    return check(rt, visit.token, "details").chosen.digest


def proved(rt: Runtime, clock: Clock, case: Case, form: Mapping[str, str]) -> tuple[AVisit, str]:
    """A visit at STRONG for this choice, and the digest of what it was shown."""
    visit = entered(rt, case)
    shown = chosen(rt, visit, form)
    clock.tick(minutes=1)
    return a_coded_visit(rt=rt, visit=visit, purpose=f"details:{shown}"), shown


def submit(rt: Runtime, visit: AVisit, shown: str, nonce: str = "nonce-1") -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="details", nonce=nonce, shown=shown
    )


def changed(rt: Runtime, clock: Clock, case: Case, form: Mapping[str, str]) -> None:
    submit(rt, *proved(rt, clock, case, form))


def contacts(rt: Runtime, case: Case) -> dict[tuple[str, str], Contact]:
    with rt.db.read() as tx:
        found = people.get(tx, case.person_id).contacts
    return {(c.channel, c.address): c for c in found}


def rows(rt: Runtime, table: Any) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.execute(select(table)))


def notices(rt: Runtime) -> list[tuple[str, str]]:
    """(template, state) of each."""
    found = [(m.template, m.state) for m in rows(rt, messages) if m.purpose == "notice"]
    return sorted(found)


def heard(fakes: Fakes, address: str) -> list[str]:
    sent = [*fakes.sms.sent, *fakes.email.sent, *fakes.whatsapp.sent]
    return [m.body for m in sent if m.to == address]


# --- what happens -----------------------------------------------------------------------------


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


# --- opt-outs ---------------------------------------------------------------------------------


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


# --- who may ----------------------------------------------------------------------------------


def test_a23_r1_5_a_change_counts_only_with_a_code_for_this_very_choice(
    rt: Runtime, clock: Clock
) -> None:
    case = asked(rt)
    visit = entered(rt, case)
    shown = chosen(rt, visit, MOVED)
    with (
        nothing_written(rt.db, but=("audit", "decisions")), pytest.raises(StepUpNeeded) as asks,
    ):
        submit(rt, visit, shown)
    assert asks.value.needs == "strong"
    clock.tick(minutes=1)
    strong = a_coded_visit(rt=rt, visit=visit, purpose=f"details:{shown}")
    other = chosen(rt, strong, {**MOVED, "phone": OTHER_PHONE})
    with (
        nothing_written(rt.db, but=("audit", "decisions")), pytest.raises(StepUpNeeded),
    ):
        submit(rt, strong, other)
    assert ("sms", OTHER_PHONE) not in contacts(rt, case)


def test_another_address_is_guarded_too(rt: Runtime) -> None:
    form = {
        **KEPT, "address_is": "new", "country": "US", "fields_for": "US", "street": "1 Elm St",
        "city": "Easton", "area": "PA", "postal": "18042",
    }
    visit = entered(rt, asked(rt))
    shown = chosen(rt, visit, form)
    with nothing_written(rt.db, but=("audit", "decisions")), pytest.raises(StepUpNeeded):
        submit(rt, visit, shown)


def test_details_that_are_right_cost_no_second_code(rt: Runtime, fakes: Fakes) -> None:
    case = asked(rt)
    visit = entered(rt, case)
    submit(rt, visit, chosen(rt, visit, KEPT))
    carry_all(rt)
    [outcome] = rows(rt, outcomes)
    assert outcome.kind == "details_confirmed"
    assert notices(rt) == []
    assert sorted(contacts(rt, case)) == [("email", EMAIL), ("sms", PHONE)]
    assert the_case(rt, case.id).state is CaseState.CLOSED


def test_r1_6_without_an_old_phone_there_is_no_code_and_no_change(
    rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    """Their only number was named a day ago."""
    person = a_person(rt=rt, contacts=(("email", EMAIL),))
    clock.tick(days=1)
    with rt.db.begin() as tx:
        young = Contact(rt.new_id("con"), person.id, "sms", PHONE, 1, clock())
        people.add_contacts(tx, [young], clock(), rt.keyring.tail)
    case = asked(rt, replace(person, contacts=(*person.contacts, young)))
    clock.tick(days=8)
    carry_all(rt)
    visit = an_open_visit(rt=rt, case=case)
    with rt.db.begin() as tx:
        people.stop_contact(tx, young.id, "wrong_person", clock())
    send_code(rt, actor=CUSTOMER, token=visit.token)
    carry_all(rt)
    assert [body for body in heard(fakes, PHONE) if "is your code" in body] == []
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        save_choice(rt, actor=CUSTOMER, token=visit.token, action="details", form=Form(MOVED))


# --- two at once ------------------------------------------------------------------------------


def test_two_devices_that_change_at_once_make_one_change(rt: Runtime, clock: Clock) -> None:
    case = asked(rt)
    visit, shown = proved(rt, clock, case, MOVED)
    came = at_once([partial(submit, rt, visit, shown, f"nonce-{n}") for n in range(4)])
    assert sorted(type(c).__name__ for c in came) == ["AlreadySettled"] * 3 + ["Submitted"]
    assert sum(isinstance(c, AlreadySettled) for c in came) == 3
    assert len(rows(rt, outcomes)) == 1
    assert [k for k in contacts(rt, case) if k[1] == NEW_PHONE] == [("sms", NEW_PHONE)]
    assert len(notices(rt)) == 2


def test_of_two_cases_that_change_one_number_at_once_the_second_changes_nothing(
    rt: Runtime, clock: Clock
) -> None:
    person = a_person(rt=rt)
    ones = asked(rt, person)
    clock.tick(days=1, minutes=1)
    others = asked(rt, person, "REV-2")
    one = proved(rt, clock, ones, MOVED)
    other = proved(rt, clock, others, {**MOVED, "phone": OTHER_PHONE})
    came = at_once([partial(submit, rt, *one), partial(submit, rt, *other)])
    done = [c for c in came if isinstance(c, Submitted)]
    assert len(done) == 1
    [refused] = [c.code for c in came if isinstance(c, Refused)]
    assert refused in ("visit_ended", "link_gone")  # before it looked, or while it waited
    assert len(rows(rt, outcomes)) == 1
    live = [c for c in contacts(rt, ones).values() if c.kind == "phone" and not c.replaced]
    assert [c.address for c in live] in ([NEW_PHONE], [OTHER_PHONE])
    assert contacts(rt, ones)["sms", PHONE].replaced


def test_what_was_replaced_meanwhile_is_not_replaced_again(rt: Runtime, clock: Clock) -> None:
    """The other device came by mail, so its visit lives on."""
    person = a_person(rt=rt)
    ones = asked(rt, person)
    visit, shown = proved(rt, clock, ones, MOVED)
    with rt.db.begin() as tx:
        old = contacts(rt, ones)["sms", PHONE]
        people.stop_contact(tx, old.id, "replaced", clock())
        mail = contacts(rt, ones)["email", EMAIL]
        tx.execute(visits.update().values(contact_id=mail.id))
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        submit(rt, visit, shown)
