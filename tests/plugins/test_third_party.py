"""A third party's package is found by its entry points, loaded only when it is allowed, and keeps
the same promises as what ships with the product."""

from __future__ import annotations

import sqlite3
import sys
from datetime import date
from pathlib import Path

import pytest

from inthread.registry import allowed, missing
from inthread.spi import Form, Invalid, Offer, Rejected, Retry, Settled, Writeback
from inthread.testing import Levers, a_writeback, check_connector, check_miniapp

NAMES = frozenset({"acme_callback", "acme_ledger"})
OFFER = Offer(
    reference="INV-1", facts={}, owed=None, name="Maya Okafor", today=date(2026, 11, 20),
    locale="en", terms={"hours": ("9 to 12", "12 to 17"), "latest_days": 4},
)


def a_callback(number: int) -> Writeback:
    return a_writeback(number, connector="acme_ledger", operation="callbacks")


@pytest.mark.usefixtures("acme")
def test_installed_and_not_allowed_is_not_loaded() -> None:
    assert allowed("miniapps", frozenset()) == []
    assert allowed("connectors", frozenset({"acme_callback"})) == []
    assert "acme_extra" not in sys.modules


@pytest.mark.usefixtures("acme")
def test_allowed_is_found_in_its_own_group_and_no_other() -> None:
    found = {
        group: [entry.name for entry in allowed(group, NAMES)]
        for group in ("miniapps", "connectors", "channels", "payments")
    }
    assert found == {
        "miniapps": ["acme_callback"], "connectors": ["acme_ledger"], "channels": [],
        "payments": [],
    }
    assert missing(NAMES | {"acme_fax"}) == ["acme_fax"]


def test_allowed_and_not_installed_is_missing() -> None:
    assert missing(NAMES) == ["acme_callback", "acme_ledger"]


@pytest.mark.usefixtures("acme")
def test_its_miniapp_keeps_every_promise_of_the_spi() -> None:
    [entry] = allowed("miniapps", NAMES)
    callback = entry.load()()
    good = Form({"on": "2026-11-23", "hour": "9 to 12"})
    findings = check_miniapp(callback, OFFER, good)
    assert [f for f in findings if not f.passed] == []
    assert callback.page(OFFER) == {
        "days": [date(2026, 11, 23), date(2026, 11, 24)], "hours": ("9 to 12", "12 to 17"),
    }
    assert callback.settle(OFFER, callback.read(OFFER, good)) == Settled(
        "callback_booked", {"on": "2026-11-23", "hour": "9 to 12"}
    )
    with pytest.raises(Invalid) as refused:
        callback.read(OFFER, Form({"on": "2026-11-21", "hour": "8"}))
    assert dict(refused.value.problems) == {
        "on": ("choose_day", {}), "hour": ("choose_hour", {}),
    }


def test_its_connector_keeps_every_promise_of_the_spi(acme: Path) -> None:
    [entry] = allowed("connectors", NAMES)
    ledger = entry.load()()
    file = sqlite3.connect(acme.parent / "ledger.db")
    query = "SELECT count(*) FROM entry WHERE id = ?"
    levers = Levers(effects=lambda wb: file.execute(query, (wb.id,)).fetchone()[0])
    findings = check_connector(ledger, a_callback, levers=levers)
    file.close()
    assert [f for f in findings if not f.passed] == []
    assert "the same id is one effect" in [f.name for f in findings]


def test_its_connector_says_no_and_not_now(acme: Path) -> None:
    [entry] = allowed("connectors", NAMES)
    ledger = entry.load()()
    with pytest.raises(Rejected, match="not payments"):
        ledger.apply(a_writeback(1, connector="acme_ledger", operation="payments"))
    assert ledger.read_back(a_callback(1)) is None
    file = sqlite3.connect(acme.parent / "ledger.db", isolation_level=None)
    file.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Retry):
        ledger.apply(a_callback(1))
    file.execute("ROLLBACK")
    file.close()
    assert ledger.read_back(a_callback(1)) is None
