"""The customer makes a link for somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.share_payment import share_payment
from inthread.domain.actor import PAYER
from inthread.domain.payer_link import PayerLinkState
from inthread.domain.refusals import (
    AlreadySettled,
    BadInput,
    ChoiceChanged,
    Forbidden,
    NonceReused,
    NotFound,
    OutOfOrder,
    StepUpNeeded,
    VisitEnded,
)
from inthread.runtime import Runtime
from inthread.store.db import Database
from inthread.store.tables import cases as case_rows
from tests.build import (
    a_choice,
    a_coded_visit,
    a_runtime,
    a_started_payment,
    an_open_visit,
    changed_workflows,
)
from tests.clock import Clock
from tests.look import events_of, said_of
from tests.payers import a_shared_payment, kept, let_others, share, shared_workflows, token_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock, workflows=shared_workflows())


def test_a_link_is_made_for_what_was_chosen(rt: Runtime, clock: Clock) -> None:
    _visit, made = a_shared_payment(rt=rt, days=3)
    [row] = every_row(rt.db)["payer_links"]
    assert (row["amount_minor"], row["currency"], row["state"]) == (62_00, "USD", "live")
    assert (row["opens"], row["most_opens"], row["payment_id"]) == (0, 5, None)
    assert row["expires_at"] == clock() + timedelta(days=3)
    assert row["digest"] == rt.keyring.read_payer(token_of(made))
    assert made.url == f"https://pay.test/p/{token_of(made)}"


def test_no_payment_is_begun_and_the_case_goes_on(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    with nothing_written(rt.db, but=("payer_links", "submissions", "audit")):
        share(rt, visit, shown)


def test_the_audit_says_so_without_the_link_itself(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    said = [detail for event, detail in said_of(rt, visit.case) if event == "payer_link.made"]
    assert said == [{
        "payer_link": made.link.id, "action": "pay",
        "amount": {"minor": 62_00, "currency": "USD"}, "most_opens": 5,
        "until": "2026-01-08T15:00:00.000000+00:00",
    }]
    token = token_of(made)
    rows = repr(every_row(rt.db))
    assert token not in rows
    assert token[2:24] not in rows


def test_the_same_press_twice_is_one_link(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    with nothing_written(rt.db):
        again = share(rt, visit, shown)
        with pytest.raises(NonceReused):
            share(rt, visit, shown, days=7)
    assert again == made


def test_six_presses_at_once_are_one_link(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    came = at_once([lambda: share(rt, visit, shown)] * 6)
    assert came == [came[0]] * 6
    assert len(every_row(rt.db)["payer_links"]) == 1


def test_three_may_be_live_at_once(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    made = [share(rt, visit, shown, days=1, nonce=f"share-nonce-{n}") for n in range(3)]
    assert len({each.url for each in made}) == 3
    with nothing_written(rt.db), pytest.raises(BadInput, match="switch one of the links off"):
        share(rt, visit, shown, nonce="share-nonce-4")


@pytest.mark.parametrize("days", [-1, 0, 8, 365])
def test_a38_other_days_are_refused(rt: Runtime, days: int) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    with nothing_written(rt.db), pytest.raises(BadInput, match="1 to 7 days"):
        share(rt, visit, shown, days=days)


def test_it_never_outlives_its_case(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    with rt.db.begin() as tx:
        tx.execute(case_rows.update().values(expires_at=clock() + timedelta(days=2)))
    shown = a_choice(rt=rt, visit=visit, action="pay")
    assert share(rt, visit, shown, days=7).link.expires_at == clock() + timedelta(days=2)


def test_where_policy_does_not_say_so_there_is_no_such_thing(db: Database, clock: Clock) -> None:
    def forbid(document: dict[str, object]) -> None:
        let_others(document)
        for row in document["policy"]["pay"]["rows"]:  # type: ignore[index]
            if "offer" in row:
                row["offer"]["others"] = False

    rt = a_runtime(db, clock=clock, workflows=changed_workflows("overdue_invoice", forbid))
    visit = a_coded_visit(rt=rt)
    for action in ("pay", "promise"):
        shown = a_choice(rt=rt, visit=visit, action=action)
        with nothing_written(rt.db), pytest.raises(NotFound):
            share(rt, visit, shown, action=action)


def test_a37_without_a_choice(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(OutOfOrder):
        share(rt, visit, "0" * 64)


def test_a48_what_was_shown_is_what_is_shared(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    before = a_choice(rt=rt, visit=visit, action="pay")
    a_choice(rt=rt, visit=visit, action="pay", form={"how": "all"})
    with nothing_written(rt.db), pytest.raises(ChoiceChanged):
        share(rt, visit, before)


def test_identity_is_asked_for_as_paying_asks(rt: Runtime) -> None:
    known = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=known, action="pay")
    bare = an_open_visit(rt=rt, case=known.case)
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        share(rt, bare, shown)


def test_while_a_payment_is_on_its_way(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    shown = a_choice(rt=rt, visit=visit, action="pay")
    a_started_payment(rt=rt, visit=visit)
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        share(rt, visit, shown)


def test_without_a_visit(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        share(rt, replace(visit, token="token-0"), "0" * 64)


def test_only_a_customer_shares(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        share_payment(
            rt, actor=PAYER, token=visit.token, action="pay", days=1, nonce="share-nonce-1",
            shown="",
        )


def test_a_made_link_is_live(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    assert kept(rt, made).state is PayerLinkState.LIVE
    assert events_of(rt, visit.case).count("payer_link.made") == 1
