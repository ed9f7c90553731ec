"""An account's record as JSON: its balance and every entry, in words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from sandbox.ledger import ACCOUNT_FIELDS, reference_of
from sandbox.money import money
from sandbox.site import iso

_OWN = {*ACCOUNT_FIELDS, "amount", "amount_minor", "currency", "id", "case"}


def summary(account: sqlite3.Row) -> dict[str, object]:
    """An account without its entries."""
    return {
        "reference": account["reference"], "name": account["name"],
        "balance": _money(account["balance_minor"], account["currency"]),
        "opening": _money(account["opening_minor"], account["currency"]),
        **json.loads(account["details"]),
    }


def record(
    reference: str, account: sqlite3.Row | None, effects: Sequence[sqlite3.Row]
) -> dict[str, object]:
    """`entries`, oldest first; an account the office was not told of has no name or balance."""
    about = summary(account) if account else {"reference": reference, "name": reference}
    return {**about, "entries": [entry(row) for row in effects]}


def entry(effect: sqlite3.Row) -> dict[str, object]:
    fields = json.loads(effect["fields"])
    return {
        "id": reference_of(effect["number"]), "key": effect["key"], "at": iso(effect["at"]),
        "visible_at": iso(effect["visible_at"]), "operation": effect["operation"],
        "account": effect["account"], "title": title(effect["operation"]),
        "amount": _money(effect["amount_minor"], effect["currency"]),
        "lowered": _money(effect["lowered_minor"] or None, effect["currency"]),
        "balance": _money(effect["balance_minor"], effect["currency"]),
        "fields": fields, "notes": notes(fields),
    }


def title(operation: str) -> str:
    """One write of an operation: `payment_plans` reads `Payment plan`."""
    words = operation.replace("_", " ").replace("-", " ").strip()
    one = words[:-1] if words.endswith("s") and not words.endswith("ss") else words
    return one[:1].upper() + one[1:]


def notes(fields: Mapping[str, object]) -> list[str]:
    """The other fields in short lines: `paid on: 2026-11-21`, `total: $642.50`."""
    currency = str(fields.get("currency") or "USD")
    return [
        f"{name.removesuffix('_minor').replace('_', ' ')}: {_short(name, value, currency)}"
        for name, value in fields.items() if name not in _OWN and value not in (None, "", [])
    ]


def _short(name: str, value: object, currency: str) -> str:
    if isinstance(value, list):
        return f"{len(value)} {'line' if len(value) == 1 else 'lines'}"
    if name.endswith("_minor") and isinstance(value, int):
        return money(value, currency)
    text = value if isinstance(value, str) else json.dumps(value)
    most = 60 if " " in text else 16
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


def _money(minor: int | None, currency: str | None) -> dict[str, object] | None:
    return None if minor is None else {"minor": minor, "currency": currency or "USD"}
