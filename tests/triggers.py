"""Triggers as a back office sends them."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import api_key

BACK_OFFICE = api_key("key_1", frozenset({"triggers:write"}))


def a_trigger(
    *, number: str = "611365", amount: object = "55.94", due: str = "2025-12-20",
    customer: str = "CUST-1", phone: str | None = "+15550100482", workflow: str = "overdue_invoice",
    as_of: str | None = None, facts: Mapping[str, object] | None = None,
    person: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """An invoice of 55.94 USD, two weeks late, of Maya Okafor. *facts* and *person*: more of them,
    or others than the defaults."""
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
