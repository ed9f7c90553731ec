"""Values to try a plugin with: made up, and different for each number."""

from __future__ import annotations

from inthread.spi import Money, Outgoing, Payment, Writeback


def a_writeback(
    number: int = 1, *, connector: str = "billing", operation: str = "payments", minor: int = 61_40
) -> Writeback:
    """A payment of 61.40 USD on account CUST-<number>, to be proved by amount and account."""
    return Writeback(
        id=f"wb_{number:026d}", case_id=f"case_{number:026d}", outcome_id=f"out_{number:026d}",
        connector=connector, operation=operation,
        fields={
            "account": f"CUST-{number}", "amount": {"minor": minor, "currency": "USD"},
            "paid_on": "2026-11-21",
        },
        must_equal=("account", "amount"),
    )


def a_payment(number: int = 1, *, provider: str = "fake_pay", minor: int = 61_40) -> Payment:
    return Payment(
        id=f"pay_{number:026d}", case_id=f"case_{number:026d}", provider=provider,
        amount=Money(minor, "USD"), action="pay", outcome_kind="paid", values={},
    )


def an_outgoing(number: int = 1, *, to: str = "+15550100482") -> Outgoing:
    return Outgoing(
        id=f"msg_{number:026d}", to=to, body=f"Message {number}: your bill is ready.",
        subject=f"Message {number}",
    )
