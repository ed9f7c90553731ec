"""How the floor is walked: the same pages as ours, or the short way of four steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.floor import code, token
from bench.floor_schema import connect, reads
from bench.walk import Answer, Browser, expect

CodeOf = Callable[[str], str]


@contextmanager
def codes(url: str) -> Iterator[CodeOf]:
    """The code sent for a case: the floor's key and the id of its newest challenge give it."""
    db = connect(url)

    def code_of(case_id: str) -> str:
        sql = "SELECT id FROM challenges WHERE case_id = :id ORDER BY expires_at DESC LIMIT 1"
        with db.reader.connect() as tx:
            return code(str(tx.execute(reads(sql), {"id": case_id}).scalar()))

    yield code_of
    db.engine.dispose()
    db.reader.dispose()


def walk(browser: Browser, number: int, code_of: CodeOf) -> None:
    """Link, code, menu, choose, check, receipt: 10 requests, 4 commits."""
    _to_menu(browser, number, code_of)
    page = expect(browser.get("/visit/do/promise"), "Choose a day")
    page = expect(browser.submit(page, {"day": "2026-12-01"}), "2026-12-01")
    expect(browser.submit(page, {}), "Noted")


def short_walk(browser: Browser, number: int, code_of: CodeOf) -> None:
    """Link, code, menu, receipt: 7 requests, 3 commits."""
    page = _to_menu(browser, number, code_of)
    expect(browser.submit(page, {}), "Noted")


def _to_menu(browser: Browser, number: int, code_of: CodeOf) -> Answer:
    page = expect(browser.get(f"/l/{token(f'link_{number}')}"), "Your invoice is ready")
    page = expect(browser.submit(page, {}), "Enter the code")
    page = browser.submit(page, {"code": code_of(f"case_{number}")})
    return expect(page, "What you can do")
