"""The example cases that the simulator can start: what a back office would send to Inthread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Account = Mapping[str, object]

BILL_MINOR = 18420
# Where it is day when it is night at the person's own: a sandbox message should not wait for one.
_ZONES = (
    "America/New_York", "America/Los_Angeles", "Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata",
    "Europe/Berlin",
)
_DAY = range(9, 19)


def overdue_invoice(account: Account, today: date) -> dict[str, object]:
    owed = account.get("balance")
    minor = owed["minor"] if isinstance(owed, Mapping) else BILL_MINOR
    return {
        "invoice_number": _first(account.get("invoices"), "INV"),
        "amount_due": {"minor": minor, "currency": account.get("currency") or "USD"},
        "invoice_date": (today - timedelta(days=42)).isoformat(),
        "due_date": (today - timedelta(days=12)).isoformat(),
        "postcode": account.get("postcode"), "country": account.get("country"),
    }


def document_refresh(account: Account, today: date) -> dict[str, object]:
    return {
        "document_reference": _first(account.get("documents"), "DOC"),
        "document_kind": account.get("document_kind") or "identity_card",
        "expires_on": (today + timedelta(days=20)).isoformat(),
        "postcode": account.get("postcode"),
    }


# workflow -> (what people call it, the facts it starts with)
EXAMPLES: dict[str, tuple[str, Callable[[Account, date], dict[str, object]]]] = {
    "overdue_invoice": ("Overdue invoice", overdue_invoice),
    "document_refresh": ("Document refresh", document_refresh),
}


def trigger(workflow: str, account: Account, now: datetime) -> dict[str, object]:
    """The body of `POST /api/v1/triggers`. `now` is aware."""
    facts = EXAMPLES[workflow][1](account, now.date())
    return {
        "workflow": workflow,
        "facts": {name: value for name, value in facts.items() if value is not None},
        "person": {
            "reference": account["reference"], "name": account["name"],
            "locale": account.get("locale") or "en",
            "zone": daytime_zone(str(account.get("zone") or _ZONES[0]), now),
            "contacts": account.get("contacts") or [],
        },
        "as_of": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def daytime_zone(home: str, now: datetime) -> str:
    """The person's zone, or one where it is day: messages are not sent at night."""
    zones = [z for z in (home, *_ZONES) if now.astimezone(ZoneInfo(z)).hour in _DAY]
    return zones[0] if zones else home


def _first(listed: object, prefix: str) -> str:
    return str(listed[-1]) if isinstance(listed, list) and listed else f"{prefix}-1"
