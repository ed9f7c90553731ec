"""The steps of a cadence: conditions, other ways, and who takes over when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inthread.commands.open_link import open_link
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_case,
    a_person,
    a_runtime,
    an_asked_case,
    carry_all,
    changed_workflows,
    fakes_of,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of, said_of
from tests.rows import every_row

NINE_IN_NEW_YORK = datetime(2026, 1, 6, 14, 0, tzinfo=UTC)


def with_steps(db: Database, clock: Clock, change: Any) -> Runtime:
    return a_runtime(db, clock=clock, workflows=changed_workflows("overdue_invoice", change))


def test_a_step_whose_condition_does_not_hold_is_passed_over(db: Database, clock: Clock) -> None:
    def only_who_was_not_here(document: dict[str, Any]) -> None:
        document["cadence"]["steps"][1]["when"] = {"visited": "false", "remaining": ">= 50.00"}

    rt = with_steps(db, clock, only_who_was_not_here)
    came, away = (
        an_asked_case(rt=rt, number=f"INV-{n}", person=a_person(
            rt=rt, reference=f"CUST-{n}",
            contacts=(("sms", f"+1555010048{n}"), ("email", f"p{n}@example.com")),
        )) for n in (1, 2)
    )
    open_link(rt, actor=CUSTOMER, token=link_token(rt, came))
    clock.tick(days=3)
    carry_all(rt)
    assert [m.to for m in fakes_of(rt).email.sent] == ["p2@example.com"]
    assert said_of(rt, came)[-1] == ("message.skipped", {"step": 1})
    assert (the_case(rt, came.id).step, the_case(rt, away.id).step) == (2, 2)
    next_step = the_case(rt, came.id).next
    assert next_step is not None
    assert (next_step.what, next_step.due) == ("contact", clock.at + timedelta(days=7))


def test_the_next_way_when_the_steps_own_is_barred(rt: Runtime, fakes: Fakes) -> None:
    person = a_person(rt=rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql(
            "DELETE FROM consents WHERE contact_id IN"
            " (SELECT id FROM contacts WHERE channel = 'sms')"
        )
    a_case(rt=rt, person=person)
    carry_all(rt)
    assert (fakes.sms.sent, len(fakes.email.sent)) == ([], 1)


def test_nobody_consented_so_a_person_takes_over(rt: Runtime, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql("DELETE FROM consents")
    carry_all(rt)
    item = item_of(rt, case)
    assert (item.reason, item.packet["why"]) == (
        "no_response", "sms: no_consent; email: no_consent"
    )
    assert (fakes.sms.sent, fakes.email.sent) == ([], [])


@pytest.mark.parametrize(("region", "zone", "at", "goes"), [
    ("KY", None, "2026-01-06T13:59:59", False),  # 07:59:59 in the west of Kentucky
    ("KY", None, "2026-01-06T14:00:00", True),
    ("KY", None, "2026-01-07T01:59:59", True),  # 20:59:59 in its east
    ("KY", None, "2026-01-07T02:00:00", False),
    ("FL", "America/New_York", "2026-01-07T00:59:59", True),  # 20:00 closes in Florida
    ("FL", "America/New_York", "2026-01-07T01:00:00", False),
    (None, "America/New_York", "2026-03-08T12:00:00", True),  # the clocks went forward
    (None, "America/New_York", "2026-03-08T11:59:59", False),
    (None, "America/New_York", "2026-11-01T13:00:00", True),  # and back
    (None, "America/New_York", "2026-11-01T12:59:59", False),
])
def test_a62_r4_2_every_place_that_the_data_suggests(
    rt: Runtime, clock: Clock, fakes: Fakes, region: str | None, zone: str | None, at: str,
    goes: bool,
) -> None:
    clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    person = a_person(rt=rt, zone=zone)
    with rt.db.begin() as tx:
        tx.exec_driver_sql(
            f"UPDATE people SET country = 'US', region = {repr(region) if region else 'NULL'}"
        )
    a_case(rt=rt, person=person)
    carry_all(rt)
    assert (len(fakes.sms.sent) == 1) is goes


def test_what_the_person_said_is_inconvenient_binds(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    clock.at = NINE_IN_NEW_YORK
    person = a_person(rt=rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql("""UPDATE people SET prefers = '{"not_before": "11:00"}'""")
    case = a_case(rt=rt, person=person)
    carry_all(rt)
    held = said_of(rt, case)[-1][1]
    assert (held["reasons"], held["until"]) == (
        ["stated_inconvenient"], "2026-01-06T16:00:00+00:00"
    )
    clock.tick(hours=2)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_the_more_important_case_has_the_last_message_of_the_day(
    db: Database, clock: Clock
) -> None:
    def first(document: dict[str, Any]) -> None:
        document["contact"]["priority"] = 1

    rt = with_steps(db, clock, first)
    person = a_person(rt=rt)
    minor = a_case(rt=rt, person=person, workflow="document_refresh", number="DOC-1")
    major = a_case(rt=rt, person=person)
    clock.tick(hours=1)
    carry_all(rt)
    assert events_of(rt, major)[-1] == "message.sent"
    held = said_of(rt, minor)[0]
    assert (held[0], held[1]["reasons"]) == ("message.held", ["more_important_case"])
    assert len(fakes_of(rt).sms.sent) == 1


def test_consent_at_one_purpose_is_none_for_another(rt: Runtime, fakes: Fakes) -> None:
    person = a_person(rt=rt, contacts=(("sms", PHONE), ("email", EMAIL)))
    with rt.db.begin() as tx:
        tx.exec_driver_sql("DELETE FROM consents WHERE purpose = 'collections'")
    case = a_case(rt=rt, person=person)
    served = a_case(rt=rt, person=person, workflow="document_refresh", number="DOC-1")
    carry_all(rt)
    assert the_case(rt, case.id).state is CaseState.EXCEPTION
    assert the_case(rt, served.id).state is CaseState.OPEN
    assert len(fakes.sms.sent) + len(fakes.email.sent) == 1


def test_what_was_decided_is_kept_with_the_message(rt: Runtime, clock: Clock) -> None:
    a_case(rt=rt)
    carry_all(rt)
    [message] = every_row(rt.db)["messages"]
    assert message["decision"] == {
        "again": None, "asked_today": 0, "at": clock.at.isoformat(), "calls": 0,
        "channel": "sms", "checked_at": clock.at.isoformat(), "consent": True, "in_doubt": False,
        "packs": {"us": rt.packs["us"].version}, "per_day": 1, "purpose": "collections",
        "reasons": [], "stopped": False, "suppressed": False, "zones": ["America/New_York"],
    }
