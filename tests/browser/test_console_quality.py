"""The console in real Chromium, every page with something in it: nothing for axe, nothing sideways,
nothing too small, nothing in the browser's own console, clean HTML. Pages are found from the
application itself, so that a new one is looked at as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from inthread.domain.staff import Role
from tests.architecture.console_routes import outside, rules
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
# Answers that are no page: a file, a part of a page, or the way to another one.
_NO_PAGE = re.compile(
    r"\.(csv|xml|dmn|json)$|/<form>$|/<document_id>$|/provider|/(cell|look|now)$"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with standing(tmp_path_factory.mktemp("console")) as made:
        yield made


def pages(place: Place) -> list[tuple[Role, str]]:
    """(who looks, the address) of every page with one address a kind."""
    found = []
    for rule in rules(place.app, "GET"):
        if not _NO_PAGE.search(rule.rule) and not outside(rule):
            role = next((r for start, r in _BEST if rule.rule.startswith(start)), Role.ADMIN)
            found.append((role, place.origin + address(rule, place.world)))
    return sorted(found)


@dataclass
class Looked:
    """What is wrong with each page, by its address; `html`: as it was sent."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    html: dict[str, str] = field(default_factory=dict)

    def note(self, path: str, kind: str, found: Iterable[str]) -> None:
        self.wrong.setdefault(path, []).extend(f"{kind}: {line}" for line in found)


@pytest.fixture(scope="module")
def looked(place: Place, browser: Browser) -> Looked:
    """Every page once: light and dark, on a desk and on a tablet."""
    found = Looked()
    for role in dict.fromkeys(role for role, _ in pages(place)):
        context, watch = place.context(browser, role)
        page = context.new_page()
        for url in (url for who, url in pages(place) if who is role):
            answer = page.goto(url)
            assert answer is not None
            path = url.removeprefix(place.origin)
            if "text/html" in answer.headers["content-type"] and page.title():
                found.html[re.sub(r"\W+", "-", path).strip("-")] = answer.text()
                _look(page, path, found)
            found.note(path, "browser", watch.wrong)
            found.note(path, "status", [str(answer.status)] * (answer.status != 200))
            watch.wrong.clear()
        context.close()
    found.wrong = {path: lines for path, lines in found.wrong.items() if lines}
    return found


def _look(page: Page, path: str, found: Looked) -> None:
    found.note(path, "axe", axe.findings(page))
    found.note(path, "1280", _sideways(page))
    page.emulate_media(color_scheme="dark")
    found.note(path, "dark", axe.findings(page, "color-contrast"))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 820, "height": 1180})
    found.note(path, "820", _sideways(page))
    found.note(path, "small", layout.small_targets(page, LEAST_TARGET))
    found.note(path, "lapping", layout.overlapping_targets(page))
    page.set_viewport_size({"width": 1280, "height": 900})


def _sideways(page: Page) -> list[str]:
    over = layout.sideways(page)
    return [f"{over} px sideways"] if over else []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_door_is_accessible_and_fits(place: Place, browser: Browser, dark: bool) -> None:
    """Signed out: the way in, an invitation that is no good, and no page there is."""
    context = browser.new_context(
        viewport={"width": 820, "height": 1180}, color_scheme="dark" if dark else "light"
    )
    page, html = context.new_page(), {}
    for path in ("/console/", "/console/invitation/none"):
        answer = page.goto(place.origin + path)
        assert answer is not None
        html[path.strip("/").replace("/", "-")] = answer.text()
        assert axe.findings(page) == [], path
        assert layout.small_targets(page, LEAST_TARGET) == [], path
        assert layout.sideways(page) == 0, path
    context.close()
    assert markup.findings(html) == []


def test_every_page_is_accessible_and_fits(looked: Looked) -> None:
    assert looked.wrong == {}
    assert len(looked.html) > 20


def test_html_is_clean(looked: Looked) -> None:
    assert markup.findings(looked.html) == []


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
