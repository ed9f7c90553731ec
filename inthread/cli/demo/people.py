"""The people of the demo: their accounts in the back office, and the triggers it sends for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Example:
    """`account` as the office takes it; `trigger` as the API does."""

    name: str
    about: str
    account: Mapping[str, object]
    trigger: Mapping[str, object]


def examples(now: datetime) -> list[Example]:
    """Everyone, with facts whose dates lie around *now* (aware)."""
    kept = json.loads(Path(__file__).with_name("people.json").read_text(encoding="utf-8"))
    return [_example(each, now) for each in kept]


def _example(kept: Mapping[str, Any], now: datetime) -> Example:
    account = {**kept["account"], "about": kept["about"]}
    today = now.astimezone(ZoneInfo(str(account["zone"]))).date()
    case = kept["trigger"]
    facts = _FACTS[case["workflow"]](account, case, today)
    person = {name: account[name] for name in ("reference", "name", "locale", "zone", "contacts")}
    return Example(account["name"], kept["about"], account, {
        "workflow": case["workflow"], "facts": facts, "person": person,
        "as_of": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
    })


def _overdue_invoice(
    account: Mapping[str, Any], case: Mapping[str, Any], today: date
) -> dict[str, object]:
    due = today - timedelta(days=case["days_late"])
    return {
        "invoice_number": account["invoices"][0],
        "amount_due": {"minor": account["balance_minor"], "currency": account["currency"]},
        "invoice_date": (due - timedelta(days=30)).isoformat(), "due_date": due.isoformat(),
        "disputed": case.get("disputed", False), "country": account["country"],
        "postcode": account["postcode"],
    }


def _document_refresh(
    account: Mapping[str, Any], case: Mapping[str, Any], today: date
) -> dict[str, object]:
    return {
        "document_reference": account["documents"][0], "document_kind": account["document_kind"],
        "expires_on": (today + timedelta(days=case["days_left"])).isoformat(),
        "postcode": account["postcode"],
    }


_Facts = Callable[[Mapping[str, Any], Mapping[str, Any], date], dict[str, object]]
_FACTS: Mapping[str, _Facts] = {
    "overdue_invoice": _overdue_invoice, "document_refresh": _document_refresh,
}
