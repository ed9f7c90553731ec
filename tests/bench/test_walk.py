"""The load client walks as a browser would, and says when a page is another than expected."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import floor_schema, journey_floor
from bench.machine import free_port, granian, running
from bench.walk import Browser, UnexpectedError, closed, expect, find_form, opened


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('floor') / 'floor.db'}"
    floor_schema.create(url)
    floor_schema.fill(url, 40)
    port = free_port()
    with running(granian("bench.floor:app", port, workers=1), port, {"FLOOR_URL": url}):
        yield port, url


def _rows(url: str, sql: str) -> list[tuple[object, ...]]:
    db = floor_schema.connect(url)
    with db.reader.connect() as tx:
        rows = [tuple(row) for row in tx.exec_driver_sql(sql)]
    db.engine.dispose()
    db.reader.dispose()
    return rows


def test_forms_are_found_by_where_they_lead() -> None:
    body = """<form method="post" action="/leave"><button>Leave</button></form>
    <form action='/visit/do/pay'><input type="hidden" name="csrf" value="a&amp;b">
    <input name="amount" value="5"><input value=7 name=nonce type=hidden></form>"""
    form = find_form(body, "/pay")
    assert (form.action, dict(form.hidden)) == ("/visit/do/pay", {"csrf": "a&b", "nonce": "7"})
    assert find_form(body).action == "/leave"
    with pytest.raises(UnexpectedError, match="no form to '/plan'"):
        find_form(body, "/plan")


def test_the_floor_is_walked_to_its_receipt(floor: tuple[int, str]) -> None:
    port, url = floor
    browser = Browser(port)
    with journey_floor.codes(url) as code_of:
        journey_floor.walk(browser, 0, code_of)
    browser.close()
    assert browser.requests == 10
    assert _rows(url, "SELECT state FROM cases WHERE id = 'case_0'") == [("resolved",)]
    assert _rows(url, "SELECT day FROM drafts WHERE case_id = 'case_0'") == [("2026-12-01",)]
    assert _rows(url, "SELECT kind FROM outcomes WHERE case_id = 'case_0'") == [("promise",)]


def test_the_short_way_leaves_out_the_choosing(floor: tuple[int, str]) -> None:
    port, url = floor
    browser = Browser(port)
    with journey_floor.codes(url) as code_of:
        journey_floor.short_walk(browser, 1, code_of)
    browser.close()
    assert browser.requests == 7
    assert _rows(url, "SELECT state FROM cases WHERE id = 'case_1'") == [("resolved",)]


def test_a_wrong_code_is_not_taken(floor: tuple[int, str]) -> None:
    port, url = floor
    browser = Browser(port)
    with pytest.raises(UnexpectedError, match="500"):
        journey_floor.walk(browser, 2, lambda case_id: "abcdef")
    assert _rows(url, "SELECT count(*) FROM outcomes WHERE case_id = 'case_2'") == [(0,)]
    browser.close()


def test_closed_load_counts_what_failed(floor: tuple[int, str]) -> None:
    port, url = floor
    with journey_floor.codes(url) as code_of:
        walks = [lambda b, n=n: journey_floor.walk(b, n, code_of) for n in (3, 4, 5, 99)]
        load = closed(port, walks, connections=2)
    assert len(load.times) == 3
    assert [error.split(":")[0] for error in load.errors] == ["UnexpectedError"]
    assert load.wall >= max(load.times)


def test_open_load_counts_from_when_a_journey_was_due(floor: tuple[int, str]) -> None:
    port, _ = floor

    def slow(browser: Browser) -> None:
        time.sleep(0.2)

    load = opened(port, [slow] * 3, rate=50, connections=1)
    first, second, third = load.times
    assert 0.2 <= first < 0.3
    assert 0.35 <= second - 0.02 < 0.5
    assert 0.5 <= third < 0.7
    assert load.percentile(50) == second


def test_another_page_is_told(floor: tuple[int, str]) -> None:
    browser = Browser(floor[0])
    with pytest.raises(UnexpectedError, match="404"):
        expect(browser.get("/nowhere"), "Enter the code")
    browser.close()


def test_the_floor_asks_for_its_database(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with"), running(
        granian("bench.nowhere:app", port := free_port()), port
    ):
        pass
