"""A person with a phone, from the message to the proof in the back office, against everything that
`make demo` starts. Each journey is walked with JavaScript and without."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone
from tests.browser.town import Customer, Town, running, wait_for
from tests.pages import axe, layout

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town")) as started:
        yield started


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name, re.IGNORECASE)).first.click()


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile(name, re.IGNORECASE)).first.click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(text))


def sound(page: Page, name: str, shot: Shot | None) -> None:
    """Nothing for axe, nothing too small to touch, nothing sideways; and a picture to look at."""
    if shot is None:
        return
    shot(page, name)
    assert axe.findings(page) == [], name
    assert layout.small_targets(page) == [], name
    assert layout.sideways(page) == 0, name


def confirm(page: Page, who: Customer, shot: Shot | None = None, mark: str = "") -> None:
    """From the link to the menu, with a code."""
    page.goto(who.link())
    heading(page, "First, let’s check it’s you")
    sound(page, f"landing{mark}", shot)
    press(page, "^Send me a code$")
    heading(page, "Enter the 6-digit code")
    sound(page, f"code{mark}", shot)
    page.get_by_label("Enter the 6-digit code").fill(who.code())
    press(page, "^Continue$")
    heading(page, "What would you like to do")
    sound(page, f"menu{mark}", shot)


def proved(page: Page) -> None:
    """The receipt says that it is confirmed, once the page is asked again."""
    def confirmed() -> bool:
        page.reload()
        return page.get_by_text(re.compile(r"^Confirmed ")).count() > 0
    wait_for(confirmed, "the proof on the receipt")


def written(who: Customer) -> list[str]:
    """What the back office shows for this person, oldest first."""
    entries: list[dict[str, object]] = who.office_record()["entries"]  # type: ignore[assignment]
    return [str(entry["operation"]) for entry in entries]


def pay_at_the_provider(page: Page, town: Town) -> None:
    expect(page).not_to_have_url(re.compile(re.escape(town.web)))
    press(page, r"^Pay \$")


def receipt(page: Page) -> None:
    """What the provider sends back to is no receipt; it becomes one when the event has come."""
    page.wait_for_url(re.compile("/visit/(payment|receipt)/"))

    def there() -> bool:
        if "/visit/payment/" in page.url:
            page.reload()
        return "/visit/receipt/" in page.url
    wait_for(there, "the receipt")


def pay_part(page: Page, town: Town, who: Customer, shot: Shot | None, mark: str = "") -> None:
    confirm(page, who, shot, mark)
    go(page, "^Pay now")
    heading(page, "How much would you like to pay")
    page.get_by_label(re.compile("^A third ")).check()
    sound(page, f"pay{mark}", shot)
    press(page, "^Continue$")
    heading(page, "Check and pay")
    expect(page.get_by_text("$62.00").first).to_be_visible()
    sound(page, f"check{mark}", shot)
    press(page, "Pay")
    pay_at_the_provider(page, town)
    receipt(page)
    proved(page)
    expect(page.get_by_text("$62.00").first).to_be_visible()
    expect(page.get_by_text("$122.20").first).to_be_visible()
    sound(page, f"receipt{mark}", shot)


def test_pay_a_part(town: Town, either_phone: Page) -> None:
    who = town.bill()
    pay_part(either_phone, town, who, None)
    assert who.office_record()["balance"] == {"minor": 18420 - 6200, "currency": "USD"}
    assert written(who) == ["payments"]
    assert who.case()["state"] == "open"
    assert who.case()["settled"] == {"minor": 6200, "currency": "USD"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_paying_is_sound(
    town: Town, open_phone: OpenPhone, shot: Shot, dark: bool
) -> None:
    mark = "-dark" if dark else ""
    pay_part(open_phone(dark=dark).new_page(), town, town.bill(), shot, mark)


def plan(page: Page, who: Customer, shot: Shot | None = None, mark: str = "") -> None:
    confirm(page, who)
    go(page, "^Split it into payments")
    page.locator("input[value='monthly-4']").check()
    sound(page, f"plan{mark}", shot)
    press(page, "^Check your plan$")
    heading(page, "Check your plan")
    sound(page, f"check-plan{mark}", shot)
    press(page, "agree")
    expect(page).to_have_url(re.compile("/visit/receipt/"))
    proved(page)
    sound(page, f"receipt-plan{mark}", shot)


def test_agree_to_a_plan(town: Town, either_phone: Page) -> None:
    who = town.bill()
    plan(either_phone, who)
    assert who.case()["state"] == "closed"
    assert written(who) == ["plans"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_a_plan_is_sound(
    town: Town, open_phone: OpenPhone, shot: Shot, dark: bool
) -> None:
    plan(open_phone(dark=dark).new_page(), town.bill(), shot, "-dark" if dark else "")


def photo() -> bytes:
    """A picture of a made-up identity card, as a phone would take it."""
    image = Image.new("RGB", (1600, 1000), "#dfe6ee")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 1540, 940), outline="#20406f", width=12)
    draw.rectangle((120, 180, 520, 700), fill="#9fb4cc")
    for n in range(6):
        draw.rectangle((600, 200 + n * 110, 1400, 240 + n * 110), fill="#54708f")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def send_and_sign(page: Page, who: Customer, shot: Shot | None = None, mark: str = "") -> None:
    confirm(page, who)
    go(page, "^Send your document")
    page.get_by_label(re.compile("Identity card")).check()
    sound(page, f"upload{mark}", shot)
    page.locator("#picked").set_input_files(
        {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    press(page, "^Send$")
    expect(page).to_have_url(re.compile("/visit/receipt/"))
    proved(page)
    sound(page, f"receipt-upload{mark}", shot)
    go(page, "Do something else")
    go(page, "^Read and sign")
    sound(page, f"attest{mark}", shot)
    page.get_by_label("I have read this and it is true").check()
    page.get_by_label("Type your full name to sign").fill("Maya Okafor")
    press(page, "Sign and send")
    expect(page).to_have_url(re.compile("/visit/receipt/"))
    proved(page)
    sound(page, f"receipt-attest{mark}", shot)


def test_send_a_document_and_sign(town: Town, either_phone: Page) -> None:
    who = town.document()
    send_and_sign(either_phone, who)
    assert who.case()["state"] == "closed"
    assert written(who) == ["documents", "attestations"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_a_document_is_sound(
    town: Town, open_phone: OpenPhone, shot: Shot, dark: bool
) -> None:
    send_and_sign(
        open_phone(dark=dark).new_page(), town.document(), shot, "-dark" if dark else ""
    )


def test_the_message_arrives_in_the_simulator(town: Town, desktop: Page, shot: Shot) -> None:
    """The person's own phone shows the link; beside it the case, and the back office's record."""
    who = town.bill()
    who.link()
    desktop.goto(f"{town.phone}/?person={who.reference}")
    expect(desktop.locator("a[href*='/l/']").first).to_be_visible()
    expect(desktop.get_by_text(f"INV-{who.reference}").first).to_be_visible()
    shot(desktop, "simulator")
    assert axe.findings(desktop) == []


def test_a_wrong_code_is_answered_and_help_reaches_a_person(
    town: Town, phone: Page, shot: Shot
) -> None:
    who = town.bill()
    phone.goto(who.link())
    press(phone, "^Send me a code$")
    right = who.code()
    phone.get_by_label("Enter the 6-digit code").fill("000000" if right != "000000" else "111111")
    press(phone, "^Continue$")
    expect(phone.get_by_text(re.compile("4 tries left")).first).to_be_visible()
    sound(phone, "code-wrong", shot)
    go(phone, "Ask a person")
    sound(phone, "help", shot)
    phone.get_by_label(re.compile("question")).check()
    press(phone, "send")
    sound(phone, "help-sent", shot)
    assert who.case()["state"] == "exception"


def test_a_robot_that_runs_scripts_changes_nothing(town: Town, open_phone: OpenPhone) -> None:
    """GET, HEAD, previews and a headless browser: nothing is sent, and the link still works."""
    who = town.bill()
    link, before = who.link(), len(who.texts())
    for agent in ("WhatsApp/2.23", "facebookexternalhit/1.1", "SafeLinks", "Mozilla/5.0"):
        for method in ("HEAD", "GET"):
            answer = town.http.request(
                method, link, timeout=10, headers={"User-Agent": agent, "Sec-Purpose": "prefetch"}
            )
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
            assert "Maya" not in answer.text
            assert "184.20" not in answer.text
    for _ in range(3):
        robot = open_phone().new_page()
        robot.goto(link, wait_until="networkidle")
    assert len(who.texts()) == before
    confirm(open_phone().new_page(), who)
