"""A document from a phone in real Chromium: with scripts in pieces, without them by the form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SHOTS, OpenPhone
from tests.browser.test_journeys import confirm, go, photo, press, proved
from tests.browser.test_journeys import town as town
from tests.browser.town import Town
from tests.miniapps import files
from tests.miniapps.test_photos import blurred
from tests.miniapps.test_photos import page as letter

pytestmark = pytest.mark.browser


def choose(page: Page, name: str, content: bytes) -> None:
    page.locator("#picked").set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": content}
    )


def seen(page: Page, name: str) -> None:
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def form(page: Page, town: Town) -> None:
    confirm(page, town.document())
    go(page, "^Send your document")
    page.get_by_label(re.compile("Identity card")).check()


def test_two_pages_in_pieces_some_of_which_are_lost(town: Town, open_phone: OpenPhone) -> None:
    page = open_phone().new_page()
    form(page, town)
    lost: list[str] = []

    def lose_two(route: Route) -> None:
        if route.request.method == "PATCH" and len(lost) < 2:
            lost.append(route.request.url)
            route.fulfill(status=204, headers={"Upload-Offset": "0"})
        else:
            route.continue_()

    page.route("**/visit/uploads/*", lose_two)
    choose(page, "front.jpg", files.saved(letter((4200, 3150)), "JPEG"))
    expect(page.get_by_text("front.jpg is here")).to_have_count(2, timeout=30_000)
    choose(page, "back.jpg", files.saved(blurred(letter()), "JPEG"))
    expect(page.locator("#files").get_by_text("back.jpg is blurred")).to_be_visible(timeout=30_000)
    expect(page.get_by_label(re.compile("Send it all the same"))).to_be_visible()
    seen(page, "upload-in-pieces")
    page.get_by_role("button", name="Remove back.jpg").click()
    press(page, "^Send$")
    expect(page).to_have_url(re.compile("/visit/receipt/"), timeout=30_000)
    proved(page)
    assert len(lost) == 2


def test_without_scripts_a_poor_photo_is_kept_and_sent_all_the_same(
    town: Town, open_phone: OpenPhone
) -> None:
    page = open_phone(scripts=False).new_page()
    form(page, town)
    choose(page, "card.jpg", files.saved(blurred(letter()), "JPEG"))
    press(page, "^Send$")
    expect(page.get_by_text("card.jpg is blurred").first).to_be_visible()
    seen(page, "upload-poor-no-script")
    page.get_by_label(re.compile("Send it all the same")).check()
    press(page, "^Send$")
    expect(page).to_have_url(re.compile("/visit/receipt/"))
    proved(page)


def test_sent_while_it_is_still_on_its_way(town: Town, open_phone: OpenPhone) -> None:
    page = open_phone().new_page()
    form(page, town)
    choose(page, "card.jpg", photo())
    press(page, "^Send$")
    expect(page).to_have_url(re.compile("/visit/receipt/"), timeout=30_000)
    proved(page)
