"""A customer settles a case with a third party's mini-app, and it is proved in a third party's
system of record. Nothing of the product knows either."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import app as product
from inthread import log
from inthread.domain.case import CaseState
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.registry import by_key
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.store.db import Database
from inthread.web.site import build_site
from tests.build import a_runtime, an_asked_case, carry_all, the_case
from tests.clock import Clock
from tests.plugins.install import PACKAGE
from tests.web.steps import menu
from tests.web.visitor import ORIGIN, Visitor

ROOT = Path(__file__).parents[2]
WORKFLOW = PACKAGE / "workflow.toml"


def settings(*plugins: str) -> Settings:
    return Settings(origin=ORIGIN, connectors="", plugins=",".join(plugins))


def runtime(db: Database, clock: Clock, chosen: Settings) -> Runtime:
    """As app.py puts it together, on fakes for what ships and what was allowed of the rest."""
    rt = a_runtime(db=db, clock=clock)
    theirs = product.connectors(chosen, clock)
    registry = replace(
        rt.registry, miniapps=by_key(product.miniapps(chosen)),
        connectors=by_key([*rt.registry.connectors.values(), *theirs]),
    )
    workflows = {**rt.workflows, **product.workflows([WORKFLOW], registry)}
    return replace(rt, registry=registry, workflows=workflows, origin=ORIGIN)


def test_a_case_is_settled_and_proved_by_plugins(acme: Path, db: Database, clock: Clock) -> None:
    chosen = settings("acme_callback", "acme_ledger")
    rt = runtime(db, clock, chosen)
    log.configure(io.StringIO())
    visitor = Visitor(build_site(rt, chosen, ROOT))
    case = an_asked_case(rt=rt, workflow="call_about_bill")

    page = menu(visitor, rt, case)
    assert "Pick a time for a call" in page.text
    form = visitor.get("/visit/do/call_me")
    assert "When shall we call you?" in form.text
    wrong = visitor.press(form, "Continue", on="2026-01-10")
    assert wrong.status == 422
    assert "Choose one of these days" in wrong.text
    assert "Choose one of these hours" in wrong.text
    check = visitor.press(form, "Continue", on="2026-01-07", hour="9 to 12")
    assert "We call you on Wed, 7 Jan 2026 Between 9 to 12" in check.text
    receipt = visitor.press(check, check.buttons[-1])
    assert receipt.status == 200
    assert "Between 9 to 12" in receipt.text

    assert the_case(rt, case.id).state is CaseState.RESOLVED
    carry_all(rt)
    assert the_case(rt, case.id).state is CaseState.CLOSED
    ledger = sqlite3.connect(acme.parent / "ledger.db")
    entries = [json.loads(fields) for (fields,) in ledger.execute("SELECT fields FROM entry")]
    ledger.close()
    assert entries == [
        {"invoice": "INV-1", "customer": "CUST-1", "on": "2026-01-07", "hour": "9 to 12"}
    ]


@pytest.mark.usefixtures("acme")
def test_what_is_not_allowed_is_not_there(db: Database, clock: Clock) -> None:
    shipped = ["attest", "details", "pay", "plan", "promise", "update_card", "upload"]
    assert sorted(by_key(product.miniapps(settings()))) == shipped
    with pytest.raises(WorkflowErrors) as refused:
        runtime(db, clock, settings("acme_ledger"))
    assert "callback" in str(refused.value)


@pytest.mark.usefixtures("acme")
def test_its_page_speaks_the_other_language_too(db: Database, clock: Clock) -> None:
    chosen = settings("acme_callback", "acme_ledger")
    site = build_site(runtime(db, clock, chosen), chosen, ROOT)
    spanish = site.extensions["inthread_pages"].languages.all["es"]
    assert spanish.text("When shall we call you?") == "¿Cuándo le llamamos?"
    assert spanish.text("Continue") == "Continuar"
