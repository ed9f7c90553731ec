"""The wording of the shipped workflows fits the mini-apps that use it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from inthread.spi import Form
from miniapps.plan import Plan
from miniapps.upload import KINDS
from tests.miniapps.build import an_offer, usd

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
