"""Amounts as Stripe counts them: its smallest unit is not everywhere the one of ISO 4217.

Stripe's special cases, read 2026-11: krona and Ugandan shilling are written with two places that
have to be zero, the ariary without its fifths, and three-decimal amounts end in 0.
"""

from __future__ import annotations

from inthread.spi import Money, Rejected

_WITH_ZEROS = frozenset({"ISK", "UGX"})
_WITHOUT_PLACES = frozenset({"MGA"})
_ENDING_IN_ZERO = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def to_stripe(amount: Money) -> int:
    """Raises Rejected when Stripe cannot take exactly this amount: nothing is rounded."""
    if amount.currency in _WITH_ZEROS:
        return amount.minor * 100
    if amount.currency in _WITHOUT_PLACES:
        whole, rest = divmod(amount.minor, 100)
        return _exact(whole, rest, amount)
    if amount.currency in _ENDING_IN_ZERO:
        return _exact(amount.minor, amount.minor % 10, amount)
    return amount.minor


def from_stripe(minor: object, currency: object) -> Money:
    """Raises ValueError or TypeError for what is no amount of Stripe's."""
    if not isinstance(minor, int) or isinstance(minor, bool) or not isinstance(currency, str):
        raise TypeError("not an amount")
    code = currency.upper()
    if code in _WITH_ZEROS:
        whole, rest = divmod(minor, 100)
        if rest:
            raise ValueError(f"{code} without a fraction is expected")
        return Money(whole, code)
    return Money(minor * 100 if code in _WITHOUT_PLACES else minor, code)


def _exact(minor: int, rest: int, amount: Money) -> int:
    if rest:
        raise Rejected(f"Stripe takes no {amount.currency} {amount.plain()}: round the amount")
    return minor
