"""The sandbox's pages in a real browser: live, accessible, and whole without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages import axe, layout, markup
from tests.sandbox.conftest import BEARER
from tests.sandbox.inthread_stub import Stub
from tests.sandbox.test_payments import opened, press
from tests.sandbox.test_phone import send, state

pytestmark = pytest.mark.browser

Seed = Callable[..., str]
OpenPhone = Callable[..., BrowserContext]


@pytest.fixture
def maya(account: Seed, stub: Stub) -> str:
    reference = account(
        "CUST-MAYA", balance_minor=18420, invoices=["INV-MAYA"], replace=True,
        contacts=[{"channel": "sms", "address": "+12125550148"},
                  {"channel": "email", "address": "maya@example.com"}],
    )
    old = {"id": "case_old", "state": "closed", "opened_at": "2026-10-21T10:00:00Z"}
    stub.cases[reference] = [old, {
        "id": "case_m", "workflow": "overdue_invoice", "reference": "INV-MAYA", "state": "open",
        "opened_at": "2026-11-21T10:00:00Z", "owed": {"minor": 18420, "currency": "USD"},
        "settled": {"minor": 6140, "currency": "USD"},
        "next": {"what": "customer_acts", "owner": "customer", "due": "2026-11-24T17:00:00Z"},
    }]
    stub.events["case_m"] = [
        {"at": "2026-11-21T10:00:00Z", "event": "case.opened", "text": "The case was opened."}]
    return reference


def everything(phone: str) -> None:
    """One of each: a text, a WhatsApp message with buttons, a mail to unsubscribe from, a call, an
    answer and what came back."""
    stop = "http://localhost:8400/stop/abc"
    send(phone, "msg_all_1", "+12125550148", "Alderway: http://localhost:8400/l/abc")
    send(phone, "msg_all_2", "+12125550148", "Alderway: hello.", channel="whatsapp")
    send(phone, "msg_all_3", "+12125550148", "This is Alderway. Press 9.", channel="voice")
    send(phone, "msg_all_4", "maya@example.com", "Alderway: a mail.", channel="email",
         subject="Alderway: look", stop_url=stop)
    form = {"person": "CUST-MAYA", "channel": "email", "on": "0"}
    requests.post(f"{phone}/power", data=form, timeout=5).raise_for_status()
    send(phone, "msg_all_5", "maya@example.com", "Alderway: lost.", channel="email")
    requests.post(f"{phone}/power", data={**form, "on": "1"}, timeout=5).raise_for_status()
    said = {"person": "CUST-MAYA", "channel": "sms", "body": "HELP"}
    requests.post(f"{phone}/reply", data=said, timeout=5).raise_for_status()


def test_what_happens_shows_by_itself_and_keeps_its_place(
    desktop: Page, phone: str, office: str, maya: str, stub: Stub
) -> None:
    desktop.goto(f"{phone}/?person={maya}")
    start = desktop.get_by_role("button", name="Start for Maya")
    start.focus()
    send(phone, "msg_live", "+12125550148", "Alderway: pay at http://localhost:8400/l/abc now.")
    stub.events["case_m"].append(
        {"at": "2026-11-21T10:00:05Z", "event": "message.sent", "text": "A message was sent."})
    payment = {"id": "wb_live", "account": maya, "amount_minor": 6140, "currency": "USD"}
    requests.post(f"{office}/payments", json=payment, timeout=5).raise_for_status()
    texts = desktop.get_by_role("log", name="Text messages")
    expect(texts).to_contain_text("Alderway: pay at localhost:8400/l/abc now.")
    expect(desktop.locator("#log li").first).to_contain_text("A message was sent.")
    expect(desktop.locator("#said")).to_have_text("A message was sent.")
    expect(desktop.locator("#office .balance")).to_have_text("$122.80")
    expect(start).to_be_focused()
    expect(desktop.locator("#refresh")).to_be_hidden()


def test_live_can_be_paused(desktop: Page, phone: str, maya: str) -> None:
    desktop.goto(f"{phone}/?person={maya}")
    desktop.get_by_role("button", name="Live").click()
    expect(desktop.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "false")
    send(phone, "msg_paused", "+12125550148", "Alderway: while paused.")
    desktop.wait_for_timeout(1500)
    expect(desktop.get_by_role("log", name="Text messages")).not_to_contain_text("while paused")
    desktop.get_by_role("button", name="Paused").click()
    expect(desktop.get_by_role("log", name="Text messages")).to_contain_text("while paused")


def test_a_link_opens_in_a_window_of_a_phones_size(
    desktop: Page, phone: str, payments: str, stub: Stub, maya: str
) -> None:
    url = opened(payments, stub)["url"]
    send(phone, "msg_link", "+12125550148", f"Alderway: {url}")
    desktop.goto(f"{phone}/?person={maya}")
    with desktop.expect_popup() as popup:
        desktop.get_by_role("log", name="Text messages").get_by_role("link").last.click()
    popup.value.wait_for_load_state()
    assert popup.value.url == url
    assert popup.value.evaluate("window.opener") is None


def test_without_scripts_refresh_shows_it(
    open_phone: OpenPhone, phone: str, maya: str
) -> None:
    page = open_phone(scripts=False, width=1280, height=800).new_page()
    page.goto(f"{phone}/?person={maya}")
    assert not page.get_by_role("button", name="Live").is_visible()
    send(phone, "msg_plain", "+12125550148", "Alderway: no scripts needed.")
    page.get_by_role("link", name="Check for new messages").click()
    texts = page.get_by_role("log", name="Text messages")
    expect(texts).to_contain_text("Alderway: no scripts needed.")
    page.get_by_label("Answer by Text messages").fill("Thank you")
    page.get_by_role("button", name="Send by Text messages").click()
    expect(texts).to_contain_text("Thank you")
    before = page.locator("#now b").inner_text()
    page.get_by_role("button", name="+1 day").click()
    expect(page.get_by_text("The time has moved.")).to_be_visible()
    assert page.locator("#now b").inner_text() != before
    expect(page.get_by_role("button", name="Play a week")).to_be_hidden()
    page.get_by_label("The next writes").select_option("busy")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_text("The back office behaves as you chose.")).to_be_visible()
    page.get_by_role("button", name="Start for Maya").click()
    expect(page.get_by_text("What it does with it shows behind the scenes.")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_pages_are_accessible_and_fit(
    open_phone: OpenPhone, phone: str, office: str, payments: str, stub: Stub, maya: str,
    dark: bool, width: int,
) -> None:
    everything(phone)
    page = open_phone(dark=dark, width=width).new_page()
    pay = opened(payments, stub)["url"]
    for url in (f"{phone}/?person={maya}", f"{office}/?account={maya}", pay):
        page.goto(url)
        assert (url, axe.findings(page), layout.sideways(page)) == (url, [], 0)
    assert layout.small_targets(page) == []
    assert layout.overlapping_targets(page) == []
    page.get_by_label("Test card that is declined").check()
    page.get_by_role("button", name="Pay $61.40").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert axe.findings(page) == []


def test_the_pay_button_is_in_view_on_a_small_screen(
    open_phone: OpenPhone, payments: str, stub: Stub
) -> None:
    page = open_phone(height=664).new_page()
    page.goto(opened(payments, stub)["url"])
    assert layout.main_button_bottom(page, "button[value=pay]") <= 664


def test_the_markup_is_clean(phone: str, office: str, payments: str, stub: Stub, maya: str) -> None:
    everything(phone)
    checkout = opened(payments, stub)
    pages = {
        "simulator": requests.get(f"{phone}/?person={maya}", timeout=5).text,
        "office": requests.get(f"{office}/?account={maya}", timeout=5).text,
        "pay": requests.get(checkout["url"], timeout=5).text,
        "pay-declined": requests.post(
            checkout["url"], data={"test_card": "declined", "do": "pay"}, timeout=5).text,
        "refused": requests.get(
            f"{payments}/pay/co_no", headers={"Accept": "text/html", **BEARER}, timeout=5).text,
    }
    press(checkout["url"], do="decline")
    pages["pay-closed"] = requests.get(checkout["url"], timeout=5).text
    assert markup.findings(pages) == []


def test_an_answer_shows_at_once_and_what_was_being_typed_elsewhere_stays(
    desktop: Page, phone: str, stub: Stub, maya: str
) -> None:
    desktop.goto(f"{phone}/?person={maya}")
    mail = desktop.get_by_label("Answer by E-mail")
    mail.fill("Half a sent")
    desktop.get_by_role("button", name="STOP").first.click()
    expect(desktop.get_by_role("log", name="Text messages")).to_contain_text("STOP")
    expect(desktop.get_by_text("Sent. What came of it shows behind the scenes.")).to_be_visible()
    expect(mail).to_have_value("Half a sent")
    mail.press("Enter")
    expect(desktop.get_by_role("log", name="E-mail")).to_contain_text("Half a sent")
    expect(mail).to_have_value("")
    [first, second] = [event for _, _, event in stub.heard if event["kind"] == "reply"]
    assert (first["body"], second["body"]) == ("STOP", "Half a sent")


def test_a_week_plays_by_itself_and_is_stopped(desktop: Page, phone: str, maya: str) -> None:
    desktop.goto(f"{phone}/?person={maya}")
    before = state(phone)["clock"]["ahead"]  # type: ignore[index]
    hour = desktop.locator("#hour")
    shown = hour.inner_text()
    desktop.get_by_role("button", name="Play a week").click()
    expect(hour).not_to_have_text(shown)
    desktop.locator("#stopping button").click()
    assert state(phone)["clock"]["ahead"] > before + 600  # type: ignore[index]
    expect(desktop.get_by_role("button", name="Play a week")).to_be_visible()
    expect(desktop.get_by_text("Stopped. The time stays where it is.")).to_be_visible()
