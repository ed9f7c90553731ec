"""A whole week of a case at the simulator: held at night, sent by day on each channel, answered,
stopped; the time moved by the page's own buttons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone
from tests.browser.town import HOME, Customer, Town, running, wait_for
from tests.pages import axe, layout

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("week")) as started:
        yield started


def local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(HOME))


def sandbox_time(town: Town) -> datetime:
    state = town.http.get(f"{town.phone}/state", timeout=10).json()
    return local(state["clock"]["now"])


def until_night(town: Town, page: Page) -> None:
    """With the page's button, hour by hour."""
    page.goto(town.phone)
    while 8 <= (before := sandbox_time(town)).hour < 21:
        page.get_by_role("button", name="+1 hour").click()
        wait_for(lambda b=before: sandbox_time(town).hour != b.hour, "an hour")


def arrived(who: Customer) -> list[tuple[str, datetime]]:
    """(channel, the person's time) of every message, oldest first."""
    messages: list[dict[str, object]] = who.state()["messages"]  # type: ignore[assignment]
    return [(str(m["channel"]), local(float(str(m["at"])))) for m in messages]


def step(page: Page) -> None:
    page.get_by_role("button", name="To the next step").click()


def test_a_week_from_the_first_message_to_the_stop(
    town: Town, desktop: Page, open_phone: OpenPhone, shot: Shot
) -> None:
    page = desktop
    until_night(town, page)
    who = town.bill(channels={"email": "week@example.com"})
    page.goto(f"{town.phone}/?person={who.reference}")
    story = page.locator("#log")
    expect(story).to_contain_text(re.compile(
        "Held until (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday) 08:00: "
        "outside the hours where they may be"))
    assert arrived(who) == []

    texts, mails = (page.get_by_role("log", name=n) for n in ("Text messages", "E-mail"))
    for thread, count in ((texts, 1), (mails, 1), (texts, 2)):
        step(page)
        expect(thread.locator(".bubble, .mail")).to_have_count(count)
    came = arrived(who)
    first = came[0][1].date()
    assert [(channel, (at.date() - first).days) for channel, at in came] == [
        ("sms", 0), ("email", 3), ("sms", 10)]
    assert [at.hour for _, at in came] == [8, 8, 8]
    shot(page, "simulator-week")

    page.get_by_role("form", name="Quick answers, Text messages").get_by_text("STOP").click()
    expect(texts.locator(".mine")).to_have_text(re.compile("^STOP"))
    expect(texts.locator(".bubble").last).to_contain_text("you will get no more messages")
    expect(story).to_contain_text("Reply by text message: asked for no more messages.")
    for _ in range(2):
        page.get_by_role("button", name="+1 day").click()
        step(page)
    expect(page.get_by_text("A person has it now: opted out.")).to_be_visible()
    assert [channel for channel, _ in arrived(who)] == ["sms", "email", "sms", "sms"]

    page.close()
    look(f"{town.phone}/?person={who.reference}&channel=sms", open_phone, shot)


def look(url: str, open_phone: OpenPhone, shot: Shot) -> None:
    """On a desk and on a phone, by day and by night: whole, accessible, nothing sideways."""
    for width, height in ((1280, 900), (390, 844)):
        for dark in (False, True):
            seen = open_phone(dark=dark, width=width, height=height).new_page()
            seen.goto(url)
            expect(seen.locator(".device.current")).to_contain_text("no more messages")
            shot(seen, f"simulator-{width}{'-dark' if dark else ''}")
            assert (axe.findings(seen), layout.sideways(seen)) == ([], 0)
            assert layout.overlapping_targets(seen) == []


def test_a_phone_that_is_off_gets_its_message_another_way(town: Town, desktop: Page) -> None:
    who = town.bill(channels={"email": "off@example.com"})
    form = {"person": who.reference, "channel": "sms", "on": "0"}
    town.http.post(f"{town.phone}/power", data=form, timeout=10).raise_for_status()
    desktop.goto(f"{town.phone}/?person={who.reference}")
    if not 8 <= sandbox_time(town).hour < 21:
        step(desktop)
    expect(desktop.get_by_role("log", name="E-mail").locator(".mail")).to_have_count(1)
    story = desktop.locator("#log")
    expect(story).to_contain_text("Text message did not arrive: the phone was off")
    expect(story).to_contain_text("E-mail arrived")
