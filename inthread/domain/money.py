"""Money as a whole number of minor units and an ISO 4217 code. Never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# ISO 4217 exponents that are not 2.
_NO_PLACES = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
)
_EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys(_NO_PLACES, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_PLAIN = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_CODE = re.compile("[A-Z]{3}")
LARGEST_MINOR = 10**15


def exponent(currency: str) -> int:
    """How many decimal places the currency has (ISO 4217): JPY 0, USD 2, KWD 3."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True)
class Money:
    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("minor units are a whole number")
        if abs(self.minor) > LARGEST_MINOR:
            raise ValueError("amount out of range")
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read an amount in major units, exactly. `"1,234.50"` with USD is 123450 minor.

        Raises ValueError when it is not a plain decimal number or has more places than the
        currency has.
        """
        bare = text.strip()
        found = _PLAIN.fullmatch(bare)
        if found is None and _GROUPED.fullmatch(bare.partition(".")[0].lstrip("-")):
            found = _PLAIN.fullmatch(bare.replace(",", ""))
        if found is None:
            raise ValueError(f"not an amount: {text!r}")
        sign, units, places = found.group(1), found.group(2), found.group(3) or ""
        digits = exponent(currency)
        if len(places.rstrip("0")) > digits:
            raise ValueError(f"{currency} has {digits} decimal places: {text!r}")
        minor = int(units) * 10**digits + int(places[:digits].ljust(digits, "0") or "0")
        return cls(-minor if sign else minor, currency)

    def plain(self) -> str:
        """The amount in major units without grouping: `1234.50`. `parse` reads it back."""
        digits = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        whole, rest = divmod(abs(self.minor), 10**digits)
        return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def split(self, parts: int) -> tuple[Money, ...]:
        """Split into *parts* that add up exactly; the first ones carry the remainder."""
        if parts < 1:
            raise ValueError("parts must be 1 or more")
        each, over = divmod(self.minor, parts)
        return tuple(Money(each + (1 if i < over else 0), self.currency) for i in range(parts))

    def as_json(self) -> dict[str, object]:
        return {"minor": self.minor, "currency": self.currency}

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
