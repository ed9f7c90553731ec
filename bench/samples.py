"""Files and batches of made-up invoices; the n-th is always the same."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

COLUMNS = ("invoice", "customer", "name", "phone", "amount", "currency", "due", "overdue")
_FIRST = ("Maya", "Jonas", "Priya", "Tomas", "Aiko", "Lucia", "Omar", "Greta", "Sam", "Nadia")
_LAST = ("Okafor", "Lind", "Raman", "Novak", "Mori", "Perez", "Haddad", "Weiss", "Reed", "Aziz")
AS_OF = date(2026, 11, 21)


def invoice(number: int) -> dict[str, str]:
    """Each customer has four invoices; each is 1 to 90 days late."""
    late = 1 + number * 37 % 90
    customer = number // 4
    return {
        "invoice": f"INV-{number:07d}",
        "customer": f"CUST-{customer:06d}",
        "name": f"{_FIRST[customer % 10]} {_LAST[customer // 10 % 10]}",
        "phone": f"+1202{2_000_000 + customer}",
        "amount": f"{20 + number * 7919 % 48000 / 100:.2f}",
        "currency": "USD",
        "due": (AS_OF - timedelta(days=late)).isoformat(),
        "overdue": str(late),
    }


def write_csv(path: Path, count: int, start: int = 0) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(invoice(number) for number in range(start, start + count))
    return path
