"""The digest of a choice: what a check page shows, what is agreed, what a strong code is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from inthread.domain.canonical import digest
from inthread.domain.money import Money


def kept(value: object) -> object:
    """A line's value as JSON: money as an object, a date as `{"date": ...}`, the rest as it is."""
    if isinstance(value, Money):
        return value.as_json()
    return {"date": value.isoformat()} if isinstance(value, date) else value


def shown(value: object) -> object:
    """The value again, from what `kept` made of it."""
    if isinstance(value, Mapping):
        if "date" in value:
            return date.fromisoformat(str(value["date"]))
        return Money(int(str(value["minor"])), str(value["currency"]))
    return value


def choice_digest(
    action: str, values: Mapping[str, object], lines: Sequence[tuple[str, object]],
    agreement: str | None, files: Sequence[str] = (),
) -> str:
    """SHA-256 over everything the customer is shown and agrees to: any other amount, date or word
    gives another digest (RTS (EU) 2018/389 Art. 5)."""
    return digest([action, dict(values), [list(x) for x in lines], agreement, list(files)])
