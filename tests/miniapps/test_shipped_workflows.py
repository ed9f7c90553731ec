"""The wording of the shipped workflows fits the mini-apps that use it."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from inthread.spi import Form
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.update_card import UpdateCard
from miniapps.upload import KINDS
from tests.miniapps.build import an_offer, usd
from tests.runtimes import shipped_workflows

WORKFLOWS = Path(__file__).parents[2] / "workflows"


def document(name: str) -> dict[str, object]:
    return tomllib.loads((WORKFLOWS / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("locale", "total", "first"),
    [("en", "$90.00", "December 21, 2026"), ("es", "90,00\u00a0US$", "21 de diciembre de 2026")],
)
def test_the_agreement_of_a_plan_is_filled_in(locale: str, total: str, first: str) -> None:
    terms = {
        "least_instalment": usd("10"), "most_instalments": 3, "most_days_to_first": 31,
        "frequencies": ("monthly",),
        "agreement": document("overdue_invoice")["wording"]["agreements"]["plan"][locale],
    }
    offer = an_offer(terms, owed=usd("90"), locale=locale)
    agreed = Plan().read(offer, Form({"option": "monthly-3"})).agreement
    assert agreed is not None
    assert (total in agreed, first in agreed, "{{" in agreed) == (True, True, False)
    assert [n for n in ("1. ", "2. ", "3. ") if f"\n{n}" not in agreed] == []


def test_every_kind_of_document_asked_for_has_a_name_in_each_language() -> None:
    rows = document("document_refresh")["policy"]["upload"]["rows"]
    asked = {kind for row in rows for kind in row.get("offer", {}).get("kinds", ())}
    assert sorted(asked) == ["identity_card", "passport", "proof_of_address"]
    assert asked <= set(KINDS)


@pytest.mark.parametrize("workflow", ["overdue_invoice", "failed_payment"])
@pytest.mark.parametrize(("locale", "says"), [
    ("en", ("I authorise the 2 payments from December 21, 2026 to January 20, 2027", "$80.00 in",
            "each on its date, in its amount", "I can stop this at any time",
            "at least 3 business days before a payment", "A copy of this is sent to me")),
    ("es", ("Autorizo que los 2 pagos del 21 de diciembre de 2026 al 20 de enero de 2027",
            "80,00\u00a0US$ en", "cada uno en su fecha y por su importe", "Puedo pararlo cuando",
            "al menos 3 días hábiles antes de un pago", "Recibo una copia")),
])
def test_r4_13_an_authorisation_says_amounts_dates_how_to_stop_it_and_the_copy(
    workflow: str, locale: str, says: tuple[str, ...]
) -> None:
    """12 CFR 1005.10(b) and (c)."""
    wording = document(workflow)["wording"]
    terms = {
        "least_instalment": usd("10"), "most_instalments": 3, "most_days_to_first": 31,
        "frequencies": ("monthly",), "least_down": usd("10"), "debits": "must",
        "agreement": wording["agreements"]["plan"][locale],
        "authorisation": wording["authorisations"]["plan"][locale],
    }
    offer = an_offer(terms, owed=usd("90"), locale=locale)
    agreed = str(Plan().read(offer, Form({"option": "monthly-2", "down": "least"})).agreement)
    assert [one for one in says if one not in agreed] == []
    assert [n for n in ("1. ", "2. ", "3. ") if f"\n{n}" not in agreed] == []
    assert "{{" not in agreed


@pytest.mark.parametrize(("workflow", "locale", "says"), [
    ("overdue_invoice", "en", "$90.00 is taken on November 24, 2026"),
    ("failed_payment", "es", "el 24 de noviembre de 2026 se cobren 90,00\u00a0US$"),
])
def test_the_agreement_of_a_later_payment_is_filled_in(
    workflow: str, locale: str, says: str
) -> None:
    terms = {
        "least": usd("10"), "most": usd("90"), "other": True, "latest_days": 7,
        "agreement": document(workflow)["wording"]["agreements"]["pay"][locale],
    }
    offer = an_offer(terms, owed=usd("90"), locale=locale)
    form = Form({"how": "all", "when": "later", "on": "2026-11-24"})
    agreed = str(Pay().read(offer, form).agreement)
    assert (says in agreed, "{{" in agreed) == (True, False)


@pytest.mark.parametrize("workflow", ["failed_payment", "card_expiring"])
@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_agreement_to_keep_a_card_can_be_shown(workflow: str, locale: str) -> None:
    text = document(workflow)["wording"]["agreements"]["update_card"][locale]
    assert UpdateCard().page(an_offer({"agreement": text}, locale=locale))["text"] == text


@pytest.mark.parametrize("name", ["failed_payment", "card_expiring", "contact_change"])
def test_the_example_trigger_opens_a_case_that_can_be_closed(name: str) -> None:
    trigger = json.loads((WORKFLOWS.parent / "examples" / f"{name}.json").read_text())
    workflow = shipped_workflows()[trigger["workflow"]]
    reading = workflow.read_facts(trigger["facts"])
    assert (workflow.key, reading.problems) == (name, ())
    today = date.fromisoformat(trigger["as_of"][:10])
    offered = workflow.decide(reading.facts, today=today).offered
    assert {verdict.action for verdict in offered} == {action.key for action in workflow.actions}
    assert workflow.refer(reading.facts, today=today) is None
