"""What tests are made of: keyword-only builders with defaults that are good."""

from __future__ import annotations

import base64
import itertools
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import read_workflow
from inthread.keyring import Keyring
from inthread.registry import Registry, by_key
from inthread.runtime import Runtime
from inthread.spi import MiniApp
from inthread.store.db import Database
from inthread.store.tables import metadata
from inthread.testing import FakeBlobs, FakeChannel, FakeOffice, FakePayments
from miniapps.attest import Attest
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise
from miniapps.upload import Upload

ROOT = Path(__file__).parents[1]
START = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
KEYS = "k1:" + base64.b64encode(bytes(range(1, 33))).decode()


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """Move on by days, hours, minutes or seconds."""
        self.at += timedelta(**by)
        return self.at


def miniapps() -> list[MiniApp]:
    return [Pay(), Plan(), Promise(), Upload(), Attest()]


@cache
def workflows() -> Mapping[str, Workflow]:
    """Those that ship, by key."""
    terms = {
        app.key: {name: (term.kind, term.required) for name, term in app.terms.items()}
        for app in miniapps()
    }
    found = {}
    for file in sorted((ROOT / "workflows").glob("*.toml")):
        workflow = read_workflow(
            tomllib.loads(file.read_text(encoding="utf-8")), file.name, miniapps=terms,
            connectors={"billing", "compliance"}, channels={"sms", "email"},
        )
        found[workflow.key] = workflow
    return found


def a_runtime(db: Database, *, clock: Clock | None = None) -> Runtime:
    """Real database, keys and workflows; fakes for what lies outside; ids that count."""
    now = clock or Clock()
    numbers = itertools.count(1)
    registry = Registry(
        miniapps=by_key(miniapps()),
        connectors=by_key([FakeOffice(now), FakeOffice(now, key="compliance")]),
        channels=by_key([FakeChannel("sms"), FakeChannel("email")]),
        payments=by_key([FakePayments(now)]),
        blobs=FakeBlobs(),
    )
    return Runtime(
        db=db, registry=registry, keyring=Keyring.read(KEYS), workflows=workflows(),
        origin="https://pay.test", payment_provider="fake_pay", now=now,
        new_id=lambda prefix: f"{prefix}_{next(numbers):026d}",
        new_token=lambda: f"token-{next(numbers):042d}", jitter=lambda within: within * 0,
    )


def a_trigger(
    *, number: str = "611365", amount: object = "55.94", due: str = "2026-11-01",
    customer: str = "CUST-1", phone: str | None = "+15550100482", workflow: str = "overdue_invoice",
    as_of: str | None = None, facts: Mapping[str, object] | None = None,
    person: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """An invoice of 55.94 USD, three weeks late, of Maya Okafor, as a back office sends it."""
    trigger: dict[str, object] = {
        "workflow": workflow,
        "facts": {
            "invoice_number": number, "amount_due": amount, "due_date": due, **(facts or {})
        },
        "person": {
            "reference": customer, "name": "Maya Okafor",
            **({"contacts": [{"channel": "sms", "address": phone}]} if phone else {}),
            **(person or {}),
        },
    }
    if as_of is not None:
        trigger["as_of"] = as_of
    return trigger


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table: what a refusal must leave as it was."""
    with db.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(table.select())]
            for table in metadata.sorted_tables
        }
