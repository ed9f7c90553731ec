"""The example cases that the simulator can start: what a back office would send to Inthread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Obligation:
    """What a case is about: an invoice and its amount, or a document."""

    reference: str
    minor: int = 0


def overdue_invoice(account: Account, about: Obligation, today: date) -> dict[str, object]:
    return {
        "invoice_number": about.reference,
        "amount_due": {"minor": about.minor, "currency": account.get("currency") or "USD"},
        "invoice_date": (today - timedelta(days=42)).isoformat(),
        "due_date": (today - timedelta(days=12)).isoformat(),
        "postcode": account.get("postcode"), "country": account.get("country"),
    }


def document_refresh(account: Account, about: Obligation, today: date) -> dict[str, object]:
    return {
        "document_reference": about.reference,
        "document_kind": account.get("document_kind") or "identity_card",
        "expires_on": (today + timedelta(days=20)).isoformat(),
        "postcode": account.get("postcode"),
    }


# workflow -> (what people call it, the facts it starts with)
EXAMPLES: dict[str, tuple[str, Callable[[Account, Obligation, date], dict[str, object]]]] = {
    "overdue_invoice": ("Overdue invoice", overdue_invoice),
    "document_refresh": ("Document refresh", document_refresh),
}


def unused(workflow: str, account: Account, used: Collection[str]) -> Obligation | None:
    """The person's last invoice that is owed, or last document, that no case was about yet."""
    listed = account.get("invoices" if workflow == "overdue_invoice" else "documents")
    last = str(listed[-1]) if isinstance(listed, list) and listed else ""
    owed = account.get("balance")
    minor = int(str(owed["minor"])) if isinstance(owed, Mapping) else 0
    if not last or last in used or (workflow == "overdue_invoice" and minor <= 0):
        return None
    return Obligation(last, minor)


def trigger(
    workflow: str, account: Account, about: Obligation, now: datetime, *, own_zone: bool = False
) -> dict[str, object]:
    """The body of `POST /api/v1/triggers`. `now` is aware. `own_zone`: as the time can be moved to
    the person's day, nobody needs to live where it is day."""
    facts = EXAMPLES[workflow][1](account, about, now.date())
    home = str(account.get("zone") or _ZONES[0])
    return {
        "workflow": workflow,
        "facts": {name: value for name, value in facts.items() if value is not None},
        "person": {
            "reference": account["reference"], "name": account["name"],
            "locale": account.get("locale") or "en",
            "zone": home if own_zone else daytime_zone(home, now),
            "contacts": account.get("contacts") or [],
        },
        "as_of": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def daytime_zone(home: str, now: datetime) -> str:
    """The person's zone, or one where it is day: messages are not sent at night."""
    zones = [z for z in (home, *_ZONES) if now.astimezone(ZoneInfo(z)).hour in _DAY]
    return zones[0] if zones else home
