"""An author and an approver in real Chromium: a table is edited, judged and measured on 20,000 real
decisions, is not approved by its own author, is published by somebody else, and rolled back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import create_engine
from werkzeug.serving import make_server

from inthread.acting.shelf import Shelf
from inthread.commands.make_api_key import make_own_key
from inthread.domain.money import Money
from inthread.domain.staff import Role
from inthread.domain.unary import print_test
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.store.db import Database
from inthread.store.tables import metadata
from inthread.web.console.shell import COOKIE
from inthread.web.site import build_site
from tests.browser.conftest import SHOTS, Watch
from tests.browser.console_place import _free_port, _Quiet
from tests.build import a_runtime, carry_all
from tests.clock import Clock
from tests.drafts import KEY, in_print
from tests.history import Kept, seed_decisions
from tests.pages import axe
from tests.web.console.world import Hired, hire, sign_in
from tests.web.pages import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DECISIONS = 20_000


@dataclass
class House:
    app: Flask
    rt: Runtime
    clock: Clock
    origin: str
    past: list[Kept]
    ben: Hired
    ada: Hired

    def look(self) -> Runtime:
        """By what is in force now, in this process as in the one that serves."""
        self.clock.tick(seconds=3)
        return Shelf(self.rt).look()

    def carry(self) -> None:
        """The worker's turn: what was asked to be measured."""
        carry_all(self.look(), kinds=("impact",), most=500)


@contextmanager
def _standing(folder: Path) -> Iterator[House]:
    port, clock = _free_port(), Clock()
    url, origin = f"sqlite:///{folder / 'policy.db'}", f"http://localhost:{port}"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    db = Database(url)
    rt = replace(a_runtime(db, clock=clock), origin=origin)
    in_print(rt)
    past = seed_decisions(rt, DECISIONS)
    ben = hire(rt, "Ben Ode", Role.AUTHOR, Role.APPROVER)
    ada = hire(rt, "Ada Lin", Role.APPROVER)
    for one in (ben, ada):
        sign_in(rt, one)
    app = build_site(rt, Settings(origin=origin), ROOT)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield House(app, rt, clock, origin, past, ben, ada)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        db.dispose()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with _standing(tmp_path_factory.mktemp("policy")) as made:
        yield made


def _desk(house: House, browser: Browser, who: Hired) -> tuple[Page, Watch, BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="en-US"
    )
    context.set_default_timeout(20_000)
    context.add_cookies([{
        "name": COOKIE, "value": who.token, "url": house.origin.replace("http:", "https:"),
        "secure": True, "httpOnly": True, "sameSite": "Lax",
    }])
    return context.new_page(), Watch(context), context


def _shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"policy-{name}.png", full_page=True)


def _lost(house: House) -> int:
    """The decisions that offered a plan on what `< 80.00` refuses from now on."""
    least = Money(8000, "USD")
    found = 0
    for one in house.past:
        remaining = one.decision.inputs["remaining"]
        assert isinstance(remaining, Money)
        found += one.decision.verdict("plan").offered and remaining < least
    return found


def test_an_author_and_an_approver(house: House, browser: Browser) -> None:
    page, watch, context = _desk(house, browser, house.ben)
    draft = _edited(house, page)
    _measured(house, page, draft)
    _submitted(page, draft)
    _own_is_refused(house, page, context, draft)
    other, theirs, _ = _desk(house, browser, house.ada)
    _approved(house, other, draft)
    assert (house.look().workflows[KEY].version, _least(house)) == (2, "< 80.00")
    _rolled_back(house, page, other)
    assert (house.look().workflows[KEY].version, _least(house)) == (3, "< 60.00")
    assert (watch.wrong, theirs.wrong) == ([], [])


def _least(house: House) -> str:
    """The test of the second row of the plans in force."""
    return print_test(house.look().workflows[KEY].tables["plan"].rows[1].when[0])


def _edited(house: House, page: Page) -> str:
    """A cell is checked as it is left, saved with the keyboard, and judged at its row. No picture
    is taken before the swap: Playwright leaves empty style attributes, which htmx would carry over.
    """
    page.goto(f"{house.origin}/console/workflows/{KEY}")
    page.get_by_role("button", name="Start a draft").click()
    cell = page.get_by_label("Row 2, Remaining").nth(1)
    cell.fill("< 60,00")
    cell.press("Tab")
    told = page.locator("#plan-r1-c0-says")
    expect(told).to_contain_text("at character 5")
    cell.fill("< 80.00")
    cell.press("Tab")
    expect(told).to_have_text("under $80.00")
    cell.press("Enter")
    expect(page.locator("#said")).to_contain_text("Saved")
    expect(cell).to_have_value("< 80.00")
    expect(page.locator("#t-plan .told", has_text="Row 2 wins over row 4")).to_be_visible()
    assert axe.findings(page) == []
    _shot(page, "rules")
    return page.url.split("?")[0].split("#")[0]


def _measured(house: House, page: Page, draft: str) -> None:
    page.goto(f"{draft}/impact")
    page.get_by_role("button", name="Measure the impact").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    house.carry()
    page.goto(f"{draft}/impact?action=plan")
    expect(page.get_by_text("The past comes out as it was recorded.")).to_be_visible()
    lost = _lost(house)
    assert lost > 100
    who = page.locator('a[href*="action=plan"][href*="kind=lost"]', has_text="See who")
    expect(page.locator("dd", has=who)).to_contain_text(f"{lost:,}")
    _shot(page, "impact")
    page.goto(draft)
    row = page.locator("#t-plan tbody tr").filter(has=page.get_by_label("Row 2, Remaining"))
    assert int(row.locator("td.r").inner_text().replace(",", "")) >= lost


def _submitted(page: Page, draft: str) -> None:
    page.goto(f"{draft}/tests")
    expect(page.get_by_text("Passed its test").first).to_be_visible()
    page.get_by_role("button", name="Test this connection").first.click()
    expect(page.locator("#said")).to_contain_text("passed its test")
    page.goto(f"{draft}/changes")
    gone = page.locator('section[aria-labelledby="d-plan"] del')
    expect(gone).to_have_text(["under $60.00"])
    page.goto(f"{draft}/approval")
    page.get_by_label("What approvers should know").fill("Small plans cost more than they bring.")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator("#said")).to_contain_text("waits for approval by somebody else")


def _own_is_refused(house: House, page: Page, context: BrowserContext, draft: str) -> None:
    """By the page, which has no button for it; by a form sent all the same; and over the API."""
    expect(page.get_by_text("You had a hand in this draft")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    _shot(page, "own")
    token = page.locator('input[name="csrf"]').first.input_value()
    hashed = page.locator("code.hash").first.inner_text()
    sent = context.request.post(f"{draft}/approve", form={
        "csrf": token, "hash": hashed, "revision": "3",
    }, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status == 403
    key = make_own_key(
        house.rt, actor=house.ben.actor, name="mine", scopes=["policy:read", "policy:approve"]
    )
    number = draft.rsplit("/", 1)[1]
    called = context.request.post(
        f"{house.origin}/api/v1/drafts/{number}/approve", data={"hash": hashed},
        headers={"Authorization": f"Bearer {key.token}", "Idempotency-Key": "once-0123456789"},
    )
    assert called.status == 403
    assert house.look().workflows[KEY].version == 1


def _approved(house: House, page: Page, draft: str) -> None:
    page.goto(f"{draft}/approval")
    expect(page.get_by_text("Small plans cost more than they bring.")).to_be_visible()
    assert axe.findings(page) == []
    _shot(page, "approve")
    page.get_by_role("button", name="Approve version").click()
    expect(page.locator("#said")).to_contain_text("Approved and published")
    house.clock.tick(seconds=3)
    page.goto(f"{house.origin}/console/workflows")
    expect(page.get_by_text("Version 2 in force")).to_be_visible()


def _rolled_back(house: House, page: Page, other: Page) -> None:
    page.goto(f"{house.origin}/console/workflows/{KEY}/history")
    page.locator("summary", has_text="Roll back").click()
    page.get_by_role("button", name="Roll back to version 1").click()
    expect(page.locator("#said")).to_contain_text("waits for approval")
    back = page.url.split("?")[0].rsplit("/", 1)[0]
    page.goto(f"{back}/impact")
    expect(page.get_by_role("progressbar")).to_be_visible()
    house.carry()
    other.goto(f"{back}/approval")
    other.get_by_role("button", name="Approve version").click()
    expect(other.locator("#said")).to_contain_text("Approved and published")
    other.goto(f"{house.origin}/console/workflows/{KEY}/diff?from=1&to=3")
    expect(other.get_by_text("They say the same")).to_be_visible()
    other.goto(f"{house.origin}/console/workflows/{KEY}/history")
    _shot(other, "history")
