"""Debian's own Chromium as a phone. Every page is watched: a script error, a blocked or failed
load, or a request that leaves this machine fails the test at its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from tests.conftest import CHROMIUM

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path(__file__).parents[2] / "var" / "shots"
_OWN = {"127.0.0.1", "localhost", "::1"}
_ANSWER = re.compile(r"responded with a status of (4\d\d)")

OpenPhone = Callable[..., BrowserContext]


class Watch:
    """What went wrong in a context, as sentences."""

    def __init__(self, context: BrowserContext) -> None:
        self.wrong: list[str] = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda e: self.wrong.append(f"script error: {e.error}"))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in _OWN:
            self.wrong.append(f"request leaves the machine: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        page = message.page
        # A page that answers 4xx says so in the console: that is the page, not a mistake in it.
        of_page = page is not None and message.location.get("url") == page.url
        if of_page and _ANSWER.search(message.text):
            return
        self.wrong.append(f"console {message.type}: {message.text}")


# Not the session's: its event loop would stand in the way of tests that start one of their own.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
    yield started
    started.close()


@pytest.fixture
def open_phone(browser: Browser) -> Iterator[OpenPhone]:
    """`open_phone(dark=False, scripts=True, width=390, height=844, locale="en-US")` gives a new
    phone with no cookie; as many as a test wants."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def make(
        *, dark: bool = False, scripts: bool = True, width: int = 390, height: int = 844,
        locale: str = "en-US",
    ) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=2, is_mobile=True,
            has_touch=True, locale=locale, timezone_id="America/New_York",
            color_scheme="dark" if dark else "light", reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        opened.append((context, Watch(context)))
        return context

    yield make
    wrong = [line for _, watch in opened for line in watch.wrong]
    for context, _ in opened:
        context.close()
    assert wrong == []


@pytest.fixture
def phone(open_phone: OpenPhone) -> Page:
    """A page on a phone: 390x844 at 2x, light, scripts on."""
    return open_phone().new_page()


@pytest.fixture
def dark_phone(open_phone: OpenPhone) -> Page:
    return open_phone(dark=True).new_page()


@pytest.fixture
def plain_phone(open_phone: OpenPhone) -> Page:
    """The phone with JavaScript off."""
    return open_phone(scripts=False).new_page()


@pytest.fixture(params=["scripts", "no scripts"])
def either_phone(request: pytest.FixtureRequest, open_phone: OpenPhone) -> Page:
    """Each test runs twice: with JavaScript on, and off."""
    return open_phone(scripts=request.param == "scripts").new_page()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-US"
    )
    context.set_default_timeout(10_000)
    watch = Watch(context)
    yield context.new_page()
    context.close()
    assert watch.wrong == []


@pytest.fixture
def shot() -> Callable[[Page, str], Path]:
    """`shot(page, "pay-check-dark")` keeps the whole page as var/shots/<name>.png, to look at."""

    def take(page: Page, name: str) -> Path:
        path = SHOTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(path), full_page=True)
        return path

    return take


def slow_network(page: Page) -> None:
    """A slow 3G line (400 ms, 400 kbit/s) and a CPU six times slower."""
    channel = page.context.new_cdp_session(page)
    channel.send("Network.enable")
    speed = 400 * 1024 / 8
    channel.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 400, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    channel.send("Emulation.setCPUThrottlingRate", {"rate": 6})
