"""The customer lets somebody else pay: the way there, the link, once, and its switch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import a_runtime, an_asked_case
from tests.clock import Clock
from tests.payers import shared_workflows
from tests.rows import every_row, nothing_written
from tests.web.payer_steps import PART, link_page, path_of
from tests.web.steps import check_page, menu
from tests.web.visitor import ORIGIN, Visitor


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return replace(a_runtime(db, clock=clock, workflows=shared_workflows()), origin=ORIGIN)


def test_the_way_leads_over_the_check_page(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt, an_asked_case(rt=rt))
    check = check_page(visitor, "pay", **PART)
    page = visitor.get(check.links["Let somebody else pay this"])
    assert "sees $62.00 and Alderway , and nothing else" in page.text
    assert page.buttons == ["Español", "Make the link"]
    made = visitor.press(page, "Make the link", days="7")
    assert made.status == 200
    assert "This is the only time we show it." in made.text
    [row] = every_row(rt.db)["payer_links"]
    assert (row["expires_at"] - row["created_at"]).days == 7


def test_the_link_can_be_copied_or_sent_without_a_script(visitor: Visitor, rt: Runtime) -> None:
    made = link_page(visitor, rt)
    url = f"{ORIGIN}{path_of(made)}"
    assert f'readonly dir="ltr" spellcheck="false">{url}</textarea>' in made.html
    text, mail = made.links["Send it by text message"], made.links["Send it by e-mail"]
    assert text.startswith("sms:?&body=Can%20you%20pay%20%2462.00%20to%20Alderway%20for%20me")
    assert mail.startswith("mailto:?subject=A%20payment%20for%20me&body=")
    assert path_of(made).removeprefix("/p/") in text
    assert "<script" not in made.html


def test_the_link_is_shown_once(visitor: Visitor, rt: Runtime) -> None:
    token = path_of(link_page(visitor, rt)).removeprefix("/p/")
    for where in ("/visit", "/visit/shared", "/visit/do/pay/share", "/visit/do/pay/check"):
        page = visitor.open(where)
        assert (page.status, token in page.html) == (200, False)


def test_the_menu_leads_to_the_switch(app: Flask, visitor: Visitor, rt: Runtime) -> None:
    path = path_of(link_page(visitor, rt))
    page = visitor.get(visitor.open("/visit").links["See them or switch them off"])
    assert "0 of 5 times" in page.text
    off = visitor.press(page, "Switch it off")
    assert "There is none that works now." in off.text
    gone = Visitor(app).get(path)
    assert (gone.status, "This link was switched off" in gone.text) == (410, True)


def test_without_the_term_there_is_no_such_page(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt, an_asked_case(rt=rt))
    assert "Let somebody else pay this" not in check_page(
        visitor, "promise", on="2026-01-08", how="all"
    ).links
    with nothing_written(rt.db):
        assert visitor.get("/visit/do/promise/share").status == 404
        assert visitor.get("/visit/do/nonsense/share").status == 404


@pytest.mark.parametrize("days", ["0", "8", "-1", "1.0", "٣", "", "1e1"])
def test_a38_tampered_days_are_refused(visitor: Visitor, rt: Runtime, days: str) -> None:
    menu(visitor, rt, an_asked_case(rt=rt))
    check_page(visitor, "pay", **PART)
    page = visitor.get("/visit/do/pay/share")
    with nothing_written(rt.db):
        assert visitor.sent(page, "Make the link", days=days).status == 400
