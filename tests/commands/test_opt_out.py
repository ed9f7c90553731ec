"""A stop from a page, by mail or of our staff."""

from __future__ import annotations

import pytest

from inthread.commands.opt_out import opt_out
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, Actor
from inthread.domain.refusals import Forbidden, NotFound
from inthread.runtime import Runtime
from tests.build import Fakes, a_case, an_asked_case, an_open_visit, carry_all
from tests.look import events_of, item_of
from tests.rows import every_row, nothing_written


def test_r4_5_from_any_side_it_stops_all(rt: Runtime, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    [mail] = [c for c in every_row(rt.db)["contacts"] if c["channel"] == "email"]
    assert opt_out(rt, actor=CUSTOMER, contact_id=mail["id"], source="page") is True
    kept = every_row(rt.db)
    assert [(s["kind"], s["address"], s["source"]) for s in kept["suppressions"]] == [
        ("email", mail["address"], "page")
    ]
    assert (item_of(rt, case).reason, events_of(rt, case)[-1]) == (
        "opted_out", "case.handed_over"
    )
    with nothing_written(rt.db):
        assert opt_out(rt, actor=CUSTOMER, contact_id=mail["id"], source="mail") is False
    carry_all(rt)
    assert (len(fakes.sms.sent), fakes.email.sent) == (1, [])


def test_r4_10_a_code_still_goes_to_an_address_that_was_not_stopped(
    rt: Runtime, fakes: Fakes
) -> None:
    visit = an_open_visit(rt=rt)
    contacts = {c["channel"]: c["id"] for c in every_row(rt.db)["contacts"]}
    opt_out(rt, actor=CUSTOMER, contact_id=contacts["email"], source="mail")
    send_code(rt, actor=CUSTOMER, token=visit.token)
    carry_all(rt)
    assert len(fakes.sms.sent) == 2
    opt_out(rt, actor=CUSTOMER, contact_id=contacts["sms"], source="page")
    carry_all(rt)
    assert len(fakes.sms.sent) == 2


def test_who_may_and_what_is_not_there(rt: Runtime) -> None:
    a_case(rt=rt)
    contact = every_row(rt.db)["contacts"][0]["id"]
    with nothing_written(rt.db):
        with pytest.raises(Forbidden):
            opt_out(rt, actor=Actor("api", "k", frozenset()), contact_id=contact, source="staff")
        with pytest.raises(NotFound):
            opt_out(rt, actor=CUSTOMER, contact_id="con_nobody", source="page")
