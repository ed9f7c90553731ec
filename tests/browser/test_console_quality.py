"""The console in real Chromium, every page with something in it: nothing for axe, nothing sideways,
nothing too small, nothing in the browser's own console, clean HTML. Pages are found from the
application itself, so that a new one is looked at as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from inthread.domain.staff import Role
from tests.architecture.console_routes import rules
from tests.browser.conftest import Watch
from tests.browser.console_place import Place, standing
from tests.pages import axe, layout, markup
from tests.web.console.test_pages import address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LEAST_TARGET = 24  # WCAG 2.5.8
# The role that sees most of a page; admin for the others.
_BEST = (
    ("/console/workflows", Role.AUTHOR), ("/console/drafts", Role.AUTHOR),
    ("/console/what-if", Role.AUTHOR),
)
# Answers that are no page: a file, or the way to another page.
_NO_PAGE = re.compile(r"\.(csv|xml|dmn|json)$|/export|/provider|/progress")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with standing(tmp_path_factory.mktemp("console")) as made:
        yield made


def pages(place: Place) -> list[tuple[Role, str]]:
    """(who looks, the address) of every page with one address a kind."""
    found = []
    for rule in rules(place.app, "GET"):
        if not _NO_PAGE.search(rule.rule) and "token" not in rule.arguments:
            role = next((r for start, r in _BEST if rule.rule.startswith(start)), Role.ADMIN)
            found.append((role, place.origin + address(rule, place.world)))
    return sorted(found)


def look(
    place: Place, browser: Browser, width: int, dark: bool
) -> Iterator[tuple[str, Page, str, Watch]]:
    """Each page: its address, the page, the HTML it was sent as, and what went wrong so far."""
    for role in dict.fromkeys(role for role, _ in pages(place)):
        context, watch = place.context(browser, role, width=width, dark=dark)
        page = context.new_page()
        for who, url in pages(place):
            if who is role:
                answer = page.goto(url)
                assert answer is not None
                if answer.status in (200, 404) and "text/html" in answer.headers["content-type"]:
                    yield url.removeprefix(place.origin), page, answer.text(), watch
        context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible(place: Place, browser: Browser, dark: bool) -> None:
    seen, wrong = 0, {}
    for path, page, _, watch in look(place, browser, 1280, dark):
        found = [*axe.findings(page), *watch.wrong]
        watch.wrong.clear()
        seen += 1
        if found:
            wrong[path] = found
    assert wrong == {}
    assert seen > 10


@pytest.mark.parametrize("width", [1280, 820])
def test_every_page_fits_its_screen(place: Place, browser: Browser, width: int) -> None:
    wrong = {}
    for path, page, _, _ in look(place, browser, width, dark=False):
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        over = layout.sideways(page)
        small = layout.small_targets(page, LEAST_TARGET)
        lapping = layout.overlapping_targets(page)
        if over or small or lapping:
            wrong[path] = (over, small, lapping)
    assert wrong == {}


def test_html_is_clean(place: Place, browser: Browser) -> None:
    sent = {
        re.sub(r"\W+", "-", path).strip("-"): html
        for path, _, html, _ in look(place, browser, 1280, dark=False)
    }
    assert markup.findings(sent) == []


def test_focus_is_seen_wherever_it_goes(place: Place, browser: Browser) -> None:
    """Tab through the overview: the skip link first, and each stop has an outline (WCAG 2.4.7)."""
    context, watch = place.context(browser, Role.ADMIN)
    page = context.new_page()
    page.goto(f"{place.origin}/console/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    stops = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        outline, name = page.evaluate(
            "[getComputedStyle(document.activeElement).outlineStyle + ' ' +"
            " getComputedStyle(document.activeElement).outlineWidth,"
            " document.activeElement.outerHTML.slice(0, 80)]"
        )
        assert outline == "solid 2px", name
        stops.add(name)
    assert len(stops) == 25
    page.goto(f"{place.origin}/console/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    context.close()
    assert watch.wrong == []
