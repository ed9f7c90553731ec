"""Amounts for people, from minor units."""

from __future__ import annotations

_MINUS = "\N{MINUS SIGN}"
_SIGNS = {"USD": "$", "EUR": "\N{EURO SIGN}", "GBP": "\N{POUND SIGN}", "JPY": "\N{YEN SIGN}"}
_PLACES = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3, "TND": 3}


def money(minor: int, currency: str) -> str:
    """`money(6140, "USD")` is `$61.40`; a currency without a sign of ours goes in front."""
    places = _PLACES.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**places)
    digits = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    sign = _SIGNS.get(currency, f"{currency}\u00a0")
    return f"{_MINUS if minor < 0 else ''}{sign}{digits}"
