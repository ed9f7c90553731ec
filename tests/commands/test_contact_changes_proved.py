"""A contact point is changed only by a fresh code, for this very choice, to a phone that was on
file before; of two who change it at once, one does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import Submitted
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.domain.person import Contact
from inthread.domain.refusals import AlreadySettled, ChoiceChanged, Refused, StepUpNeeded
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import people
from inthread.store.tables import outcomes, visits
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_coded_visit,
    a_person,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.commands.contact_changes import (
    KEPT,
    MOVED,
    NEW_PHONE,
    OTHER_PHONE,
    asked,
    chosen,
    contacts,
    entered,
    heard,
    notices,
    proved,
    rows,
    submit,
)
from tests.races import at_once
from tests.rows import nothing_written


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
