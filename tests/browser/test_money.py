"""Paying at Stripe's Checkout, from the message to the proof in the back office: the product as the
demo starts it, and a local Stripe as a process of its own at its own origin. Each journey is walked
with JavaScript and without."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone
from tests.browser.test_journeys import confirm, go, heading, press, proved, receipt, written
from tests.browser.town import Customer, Town, running, wait_for
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET, Peer, peer

pytestmark = pytest.mark.browser


def four_free() -> int:
    """The first of four free ports in a row."""
    for first in range(18_700, 19_900, 4):
        probes = [socket.socket() for _ in range(4)]
        try:
            for number, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + number))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError("no four free ports in a row")


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Peer]]:
    folder = tmp_path_factory.mktemp("money") / "town"
    folder.mkdir()
    first = four_free()
    hook = f"http://localhost:{first}/hooks/payments/stripe"
    with peer(folder.parent / "stripe", hook=hook, clock=str(folder / "clock")) as at:
        (folder / "settings.env").write_text(
            f"INTHREAD_STRIPE_KEY={API_KEY}\nINTHREAD_STRIPE_WEBHOOK_SECRET={HOOK_SECRET}\n"
            f"INTHREAD_STRIPE_URL={at.url}\n", encoding="utf-8",
        )
        with running(folder, first, "--keep") as town:
            assert hook.startswith(f"{town.web}/")
            yield town, at


@pytest.fixture
def town(towns: tuple[Town, Peer]) -> Town:
    return towns[0]


@pytest.fixture
def at(towns: tuple[Town, Peer]) -> Peer:
    """The local Stripe. Tests see each other's payments there."""
    return towns[1]


def choose(page: Page, card: str) -> None:
    """At Stripe's page: nothing to type, a test card to pick."""
    page.locator(f"#card-{card}").check()
    press(page, r"^(Pay \$|Save card)")


def approve(page: Page, button: str = "Approve") -> None:
    heading(page, "Is this you?")
    press(page, f"^{button}$")


def to_checkout(page: Page, at: Peer, button: str) -> None:
    press(page, button)
    expect(page).to_have_url(re.compile(f"^{re.escape(at.url)}/c/pay/"))


def to_pay_all(page: Page, at: Peer, who: Customer) -> None:
    confirm(page, who)
    go(page, "^Pay now")
    press(page, "^Continue$")
    heading(page, "Check and pay")
    to_checkout(page, at, r"^Pay \$")


def count(at: Peer) -> tuple[int, int]:
    """How many captures there are, and cards that are kept."""
    kept = [one for one in at.objects("payment_method") if one["customer"]]
    return len(at.taken()), len(kept)


def posted(who: Customer) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = who.office_record()["entries"]  # type: ignore[assignment]
    return entries


def fields_of(town: Town, who: Customer) -> dict[str, object]:
    """What was written into the back office for this person, by its newest effect."""
    answer = town.http.get(
        f"{town.office}/effects", params={"account": who.reference}, timeout=10
    )
    fields: dict[str, object] = answer.json()["effects"][-1]["fields"]
    return fields


# --- journeys --------------------------------------------------------------------------------


def test_pay_with_3d_secure(town: Town, at: Peer, either_phone: Page) -> None:
    who, before = town.bill(), count(at)
    to_pay_all(either_phone, at, who)
    choose(either_phone, "secure")
    approve(either_phone)
    receipt(either_phone)
    proved(either_phone)
    expect(either_phone.get_by_text("$184.20").first).to_be_visible()
    assert count(at) == (before[0] + 1, before[1])
    assert (at.taken()[-1], written(who)) == (18420, ["payments"])
    assert who.office_record()["balance"] == {"minor": 0, "currency": "USD"}
    intent = at.objects("payment_intent")[-1]
    assert fields_of(town, who)["provider_reference"] == intent["id"]
    assert who.case()["state"] == "closed"


def test_an_approval_refused_and_then_given(town: Town, at: Peer, either_phone: Page) -> None:
    who, before = town.bill(owed="61.40"), count(at)
    to_pay_all(either_phone, at, who)
    choose(either_phone, "secure")
    approve(either_phone, "Refuse")
    expect(either_phone.get_by_text("Nothing was paid.")).to_be_visible()
    assert (count(at), written(who)) == (before, [])
    choose(either_phone, "secure")
    approve(either_phone)
    receipt(either_phone)
    proved(either_phone)
    assert (count(at)[0], written(who)) == (before[0] + 1, ["payments"])


def test_declined_and_then_paid(town: Town, at: Peer, either_phone: Page) -> None:
    who, before = town.bill(), count(at)
    to_pay_all(either_phone, at, who)
    choose(either_phone, "declined")
    expect(either_phone.get_by_text("The card was declined")).to_be_visible()
    assert (count(at), written(who)) == (before, [])
    choose(either_phone, "works")
    receipt(either_phone)
    proved(either_phone)
    assert (count(at)[0], at.taken()[-1]) == (before[0] + 1, 18420)
    assert written(who) == ["payments"]


def test_coming_back_unpaid_is_no_payment(town: Town, at: Peer, either_phone: Page) -> None:
    """R3.4: the way back alone changes nothing; the checkout stays the same one."""
    who, before = town.bill(), count(at)
    to_pay_all(either_phone, at, who)
    page = either_phone.url
    go(either_phone, "^Go back$")
    expect(either_phone).to_have_url(re.compile("/visit/payment/"))
    assert (count(at), written(who)) == (before, [])
    either_phone.goto(page)
    choose(either_phone, "works")
    receipt(either_phone)
    assert count(at)[0] == before[0] + 1


@pytest.mark.parametrize(
    "telling", [{"copies": 2, "reversed": True}, {"copies": 0}], ids=["doubled, reversed", "lost"]
)
def test_however_stripe_tells_it(
    town: Town, at: Peer, phone: Page, telling: dict[str, object]
) -> None:
    """One capture, one posting; when no event comes, the worker finds it by asking."""
    who, before = town.bill(), count(at)
    to_pay_all(phone, at, who)
    at.post("telling", **telling)
    try:
        choose(phone, "works")
        wait_for(lambda: written(who) == ["payments"], "the posting", 60)
    finally:
        at.post("telling")
    receipt(phone)
    proved(phone)
    assert count(at)[0] == before[0] + 1
    assert written(who) == ["payments"]


def test_give_a_new_card(town: Town, at: Peer, either_phone: Page) -> None:
    who, before = expiring(town), count(at)
    confirm(either_phone, who)
    go(either_phone, "^Give the new card")
    heading(either_phone, "Update your card")
    either_phone.get_by_label("I agree to this").check()
    to_checkout(either_phone, at, "^Give the new card$")
    expect(either_phone.get_by_text("No charge now")).to_be_visible()
    choose(either_phone, "secure")
    approve(either_phone)
    receipt(either_phone)
    proved(either_phone)
    assert count(at) == (before[0], before[1] + 1)
    method = at.objects("payment_method")[-1]
    fields = fields_of(town, who)
    assert [fields[name] for name in ("method", "last_four", "expires", "provider")] == [
        method["id"], "3220", "2030-04", "stripe"
    ]
    assert (written(who), who.case()["state"]) == (["cards"], "closed")


def test_a_plan_with_a_first_payment_and_debits(
    town: Town, at: Peer, either_phone: Page
) -> None:
    who, before = town.bill(), count(at)
    confirm(either_phone, who)
    go(either_phone, "^Split it into payments")
    either_phone.get_by_label(re.compile("^Something now")).check()
    either_phone.locator("[name=down_amount]").fill("64.20")
    either_phone.locator("input[value='monthly-4']").check()
    either_phone.get_by_label(re.compile("^Take each payment by itself")).check()
    press(either_phone, "^Check your plan$")
    heading(either_phone, "Check your plan")
    to_checkout(either_phone, at, r"^Agree and pay \$64\.20 now$")
    choose(either_phone, "works")
    receipt(either_phone)
    proved(either_phone)
    assert count(at) == (before[0] + 1, before[1] + 1)
    assert at.taken()[-1] == 6420
    method, fields = at.objects("payment_method")[-1], fields_of(town, who)
    schedule: list[dict[str, int]] = fields["schedule"]  # type: ignore[assignment]
    assert (len(schedule), fields["method"]) == (4, method["id"])
    assert (fields["total_minor"], fields["down_minor"]) == (18420, 6420)
    assert at.objects("payment_intent")[-1]["setup_future_usage"] == "off_session"
    assert who.case()["state"] == "closed"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_somebody_else_pays(town: Town, at: Peer, open_phone: OpenPhone, scripts: bool) -> None:
    who, before = town.bill(), count(at)
    own = open_phone(scripts=scripts).new_page()
    confirm(own, who)
    go(own, "^Pay now")
    press(own, "^Continue$")
    go(own, "^Let somebody else pay this$")
    press(own, "^Make the link$")
    heading(own, "Your link is ready")
    link = own.get_by_label("Link to pass on").input_value()
    other = open_phone(scripts=scripts).new_page()
    other.goto(link)
    assert "Maya" not in other.content()
    assert f"INV-{who.reference}" not in other.content()
    to_checkout(other, at, "^To the payment page$")
    assert f"INV-{who.reference}" not in other.content()
    choose(other, "works")
    other.wait_for_url(re.compile("/p/paid/"))

    def paid() -> bool:
        other.reload()
        return other.get_by_role("link", name="Save receipt (PDF)").count() > 0
    wait_for(paid, "the payer's receipt")
    expect(other.get_by_text("$184.20").first).to_be_visible()
    wait_for(lambda: written(who) == ["payments"], "the posting")
    assert count(at) == (before[0] + 1, before[1])
    assert at.objects("checkout.session")[-1]["customer"] is None
    wait_for(lambda: who.case()["state"] == "closed", "the end of the case")


def expiring(town: Town) -> Customer:
    """Somebody whose card runs out soon."""
    who = town.customer()
    town._account(who)
    until = (datetime.now(UTC) + timedelta(days=20)).date()
    town._trigger(who, "en", "card_expiring", {
        "card_reference": f"CARD-{who.reference}", "card_brand": "visa", "card_last_four": "4242",
        "card_expires": until.isoformat(), "postcode": "10027", "country": "US",
    })
    return who
