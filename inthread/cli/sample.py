"""What `inthread plugins check` calls a plugin with: a TOML document, or made-up values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from inthread.runtime import random_token, utc_now
from inthread.spi import Form, Money, Offer, Outgoing, Payment, Term, Writeback
from inthread.testing import a_payment, a_writeback, an_outgoing


@dataclass(frozen=True)
class Sample:
    """Every member raises KeyError, TypeError or ValueError when the document does not fit."""

    given: Mapping[str, object]
    run: str = field(default_factory=lambda: random_token()[:12])

    def writeback(self, connector: str, number: int) -> Writeback:
        """`operation`, `[fields]`, `must_equal`; `{n}` in a text is the number of the try."""
        made = replace(a_writeback(number, connector=connector), id=f"wb_check_{self.run}_{number}")
        if not self.given:
            return made
        fields = {
            name: value.replace("{n}", str(number)) if isinstance(value, str) else value
            for name, value in self._table("fields").items()
        }
        must = self.given.get("must_equal", list(fields))
        if not isinstance(must, list):
            raise TypeError("must_equal is a list of fields")
        return replace(
            made, operation=self._text("operation"), fields=fields, must_equal=tuple(must)
        )

    def outgoing(self, number: int) -> Outgoing:
        """`to`: an address that may be written."""
        made = an_outgoing(number, to=self._text("to", an_outgoing().to))
        return replace(made, id=f"msg_check_{self.run}_{number}")

    @property
    def remembers(self) -> bool:
        """`remembers = false`: a channel whose supplier knows no idempotency key."""
        value = self.given.get("remembers", True)
        if not isinstance(value, bool):
            raise TypeError("remembers is true or false")
        return value

    def payment(self, provider: str, number: int) -> Payment:
        """`minor` and `currency`."""
        made = a_payment(number, provider=provider)
        minor = self.given.get("minor", made.amount.minor)
        if not isinstance(minor, int):
            raise TypeError("minor is a whole number of minor units")
        amount = Money(minor, self._text("currency", made.amount.currency))
        return replace(made, id=f"pay_check_{self.run}_{number}", amount=amount)

    def offer(self, terms: Mapping[str, Term]) -> Offer:
        """`[terms]` (money as "10.00"), `owed_minor`, `currency`, `[facts]`, `name`, `locale`."""
        given, currency = self._table("terms"), self._text("currency", "USD")
        owed = self.given.get("owed_minor")
        if owed is not None and not isinstance(owed, int):
            raise TypeError("owed_minor is a whole number of minor units")
        lacking = sorted(n for n, term in terms.items() if term.required and n not in given)
        if lacking:
            raise KeyError(f"[terms] lacks {', '.join(lacking)}")
        return Offer(
            reference=self._text("reference", "CHECK-1"), facts=self._table("facts", {}),
            owed=Money(owed, currency) if owed is not None else None,
            terms={n: _term(terms[n], value, currency) for n, value in given.items()},
            name=self._text("name", "Maya Okafor"), today=utc_now().date(),
            locale=self._text("locale", "en"),
        )

    def form(self) -> Form:
        """`[form]`: field -> text."""
        return Form({name: str(value) for name, value in self._table("form").items()})

    def _text(self, name: str, default: str | None = None) -> str:
        value = self.given.get(name, default)
        if not isinstance(value, str):
            raise KeyError(f"{name} is missing, or is no text")
        return value

    def _table(
        self, name: str, default: Mapping[str, object] | None = None
    ) -> Mapping[str, object]:
        value = self.given.get(name, default)
        if not isinstance(value, Mapping):
            raise KeyError(f"[{name}] is missing")
        return value


def _term(term: Term, value: object, currency: str) -> object:
    """The value in the kind the mini-app declared."""
    if term.kind == "money":
        return Money.parse(str(value), currency)
    if term.kind == "date":
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    if term.kind == "texts":
        return tuple(value) if isinstance(value, list) else (str(value),)
    return value
