"""Somebody else pays, by a link the customer gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.open_payer_link import open_payer_link
from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import CUSTOMER, OPERATOR, PAYER, provider
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind, PaymentState
from inthread.domain.refusals import (
    Forbidden,
    LinkExpired,
    LinkGone,
    NotFound,
    ProviderDown,
)
from inthread.queries.payer_page import paid_page, payer_page
from inthread.runtime import Runtime
from inthread.store import payers
from inthread.store.db import Database
from tests.build import (
    Fakes,
    a_coded_visit,
    a_keyring,
    a_provider_event,
    a_runtime,
    a_started_payment,
    carry_all,
    changed_workflows,
    fakes_of,
    link_token,
)
from tests.clock import Clock
from tests.look import events_of, money_of, said_of
from tests.payers import (
    a_shared_payment,
    go_to_pay,
    kept,
    let_others,
    payment_of,
    shared_workflows,
    token_of,
)
from tests.rows import every_row, nothing_written


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock, workflows=shared_workflows())


def paid(rt: Runtime, payment_id: str, kind: PaymentKind = PaymentKind.SUCCEEDED) -> PaymentState:
    event = a_provider_event(rt=rt, payment_id=payment_id, kind=kind)
    return record_payment_event(rt, actor=provider("fake_pay"), provider="fake_pay", event=event)


def standing(rt: Runtime, made: Any) -> str:
    return payer_page(rt, token_of(made)).standing.value


def test_it_leads_to_the_providers_page(rt: Runtime, fakes: Fakes) -> None:
    visit, made = a_shared_payment(rt=rt)
    url = go_to_pay(rt, made)
    [row] = every_row(rt.db)["payments"]
    assert url == f"https://pay.test/pay/co-{row['id']}"
    assert (row["payer_link_id"], row["mode"], row["amount_minor"]) == (
        made.link.id, "pay", 62_00
    )
    assert (kept(rt, made).payment_id, kept(rt, made).opens) == (row["id"], 1)
    assert money_of(rt, visit.case) == (CaseState.PENDING, 0, 184_20)
    assert [e for e in events_of(rt, visit.case) if "pay" in e][-2:] == [
        "payer_link.opened", "payment.started"
    ]
    assert token_of(made) not in fakes.payments.return_urls[row["id"]]


def test_the_provider_is_told_nothing_of_the_customer(rt: Runtime, fakes: Fakes) -> None:
    """Neither whom it knows them as, with their cards, nor their bill."""
    visit = a_coded_visit(rt=rt)
    with rt.db.begin() as tx:
        payers.keep(tx, visit.case.person_id, "fake_pay", "cus-of-maya", rt.now())
    _, made = a_shared_payment(rt=rt, visit=visit)
    go_to_pay(rt, made)
    [asked] = fakes.payments.checkouts.values()
    assert (asked.customer, asked.method) == (None, None)
    assert [word for word in ("Maya", "INV-1", "CUST-1") if word in repr(asked)] == []


def test_paid_once_and_the_customer_gets_the_receipt(rt: Runtime, fakes: Fakes) -> None:
    visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    assert paid(rt, payment_of(rt, made)) is PaymentState.SUCCEEDED
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    carry_all(rt)
    told = fakes.sms.sent[-1]
    assert (told.to, link_token(rt, visit.case) in told.body) == ("+15550100482", True)
    assert standing(rt, made) == "paid"
    with nothing_written(rt.db), pytest.raises(LinkGone, match="paid"):
        go_to_pay(rt, made)


def test_it_ends_to_the_second(rt: Runtime, clock: Clock) -> None:
    _, made = a_shared_payment(rt=rt, days=1)
    clock.tick(hours=23, minutes=59, seconds=59)
    assert standing(rt, made) == "open"
    clock.tick(seconds=1)
    assert standing(rt, made) == "expired"
    with nothing_written(rt.db), pytest.raises(LinkExpired):
        go_to_pay(rt, made)


@pytest.mark.parametrize("mode", ["busy", "refuse", "timeout_after"])
def test_a_provider_that_gives_no_page_costs_one_open(
    rt: Runtime, fakes: Fakes, mode: str
) -> None:
    _visit, made = a_shared_payment(rt=rt)
    fakes.payments.mode = mode
    for _ in range(7):
        with pytest.raises(ProviderDown):
            go_to_pay(rt, made)
    assert kept(rt, made).opens == 1
    fakes.payments.mode = "ok"
    go_to_pay(rt, made)
    assert len(every_row(rt.db)["payments"]) == len(fakes.payments.checkouts) == 1


def test_once_the_case_is_over(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    cancel_case(rt, actor=OPERATOR, reason="paid elsewhere", case_id=visit.case.id)
    assert standing(rt, made) == "over"
    with nothing_written(rt.db), pytest.raises(LinkGone, match="over"):
        go_to_pay(rt, made)


def test_once_a_person_has_the_case(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    hand_over_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="question", note="a look")
    with nothing_written(rt.db), pytest.raises(LinkGone, match="over"):
        go_to_pay(rt, made)


def test_once_less_is_left_than_it_asks_for(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt, form={"how": "all"})
    _, own = a_started_payment(rt=rt, visit=visit, nonce="nonce-9")
    paid(rt, own)
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 62_00, 122_20)
    with nothing_written(rt.db), pytest.raises(LinkGone, match="over"):
        go_to_pay(rt, made)


def test_a41_the_policy_of_now_decides(rt: Runtime, db: Database, clock: Clock) -> None:
    """Made when others might pay, opened when they may not."""
    _, made = a_shared_payment(rt=rt)

    def forbid(document: dict[str, Any]) -> None:
        let_others(document)
        document["version"] += 1
        for row in document["policy"]["pay"]["rows"]:
            row.get("offer", {}).pop("others", None)

    now = rt.with_workflows(changed_workflows("overdue_invoice", forbid))
    with nothing_written(rt.db), pytest.raises(LinkGone, match="over"):
        go_to_pay(now, made)


def test_a01_only_what_we_signed_for_this(rt: Runtime) -> None:
    """A link of a case is none for a payer, nor the other way round, and no other spelling is."""
    visit, made = a_shared_payment(rt=rt)
    token = token_of(made)
    own = link_token(rt, visit.case)
    assert rt.keyring.read_link(token) is None
    assert rt.keyring.read_payer(own) is None
    others = [own, token[:-1], token + "=", token.upper(), "", "k1" + "x" * 44]
    others += [
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:] for at in range(46)
    ]
    for other in others:
        with nothing_written(rt.db), pytest.raises(NotFound):
            open_payer_link(rt, actor=PAYER, token=other)


def test_r5_10_a_key_that_is_no_longer_newest_still_opens(rt: Runtime) -> None:
    _, made = a_shared_payment(rt=rt)
    turned = replace(rt, keyring=a_keyring(names=("k1", "k2")))
    gone = replace(rt, keyring=a_keyring(names=("k2",)))
    with nothing_written(rt.db), pytest.raises(NotFound):
        go_to_pay(gone, made)
    assert go_to_pay(turned, made).startswith("https://pay.test/")


def test_a11_signed_by_us_and_unknown_is_noted_and_refused(rt: Runtime) -> None:
    token = rt.keyring.payer_token("k1", "plink_of_another_house")
    with nothing_written(rt.db, but=("audit",)), pytest.raises(NotFound):
        open_payer_link(rt, actor=PAYER, token=token)
    [row] = [a for a in every_row(rt.db)["audit"] if a["subject"].startswith("payer_link:")]
    assert row["event"] == "link.authentic_but_unknown"
    assert token not in repr(row)


def test_only_a_payer_opens_it(rt: Runtime) -> None:
    _, made = a_shared_payment(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        open_payer_link(rt, actor=CUSTOMER, token=token_of(made))


def test_what_became_of_it_is_told_to_who_paid(rt: Runtime, clock: Clock) -> None:
    _visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    ref = payer_page(rt, token_of(made)).return_ref
    assert ref is not None
    assert paid_page(rt, ref).state == "waiting"
    paid(rt, payment_of(rt, made), PaymentKind.DECLINED)
    assert (paid_page(rt, ref).state, paid_page(rt, ref).again) == ("declined", token_of(made))
    clock.tick(seconds=1)
    paid(rt, payment_of(rt, made))
    found = paid_page(rt, ref)
    assert (found.state, found.at, found.again, found.back) == ("paid", clock(), None, None)
    fakes_of(rt).payments.settle(payment_of(rt, made), PaymentKind.REFUNDED)
    for event in fakes_of(rt).payments.events[-1:]:
        record_payment_event(
            rt, actor=provider("fake_pay"), provider="fake_pay", event=event
        )
    back = paid_page(rt, ref).back
    assert back is not None
    assert (back.amount.minor, back.at) == (62_00, clock())


def test_the_payment_of_the_customer_is_not_shown_there(rt: Runtime) -> None:
    _, own = a_started_payment(rt=rt)
    [row] = every_row(rt.db)["payments"]
    assert row["id"] == own
    with pytest.raises(NotFound):
        paid_page(rt, row["return_ref"])


def test_the_audit_says_who_paid(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    opened = [d for e, d in said_of(rt, visit.case) if e == "payer_link.opened"]
    started = [d for e, d in said_of(rt, visit.case) if e == "payment.started"]
    assert opened == [{"payer_link": made.link.id, "opens": 1}]
    assert started[0]["payer_link"] == made.link.id
    actors = {r["actor"] for r in every_row(rt.db)["audit"] if r["event"] == "payer_link.opened"}
    assert actors == {"payer:link"}
