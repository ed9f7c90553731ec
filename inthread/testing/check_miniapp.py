"""The conformance kit for mini-apps: pure functions, so nothing else is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from inthread.spi import (
    Choice,
    Form,
    Invalid,
    MiniApp,
    Money,
    NeedsCard,
    NeedsPayment,
    Offer,
    Settled,
)
from inthread.testing.findings import Finding, Notebook

KINDS = {"money", "integer", "text", "date", "boolean", "texts"}
HOSTILE = (
    "", " ", "-1", "0", "0.001", "1e9", "NaN", "Infinity", "999999999999999999999", "1,2,3",
    "\u0661\u0662", "2026-02-30", "1970-01-01", "9999-12-31", "' OR 1=1 --", "<script>", "\x00",
    "x" * 10_000,
)


def check_miniapp(app: MiniApp, offer: Offer, good: Form) -> list[Finding]:
    """`offer` holds every term the mini-app asks for; `good` is a form it should take."""
    book = Notebook()
    book.note("key", app.key.isidentifier() and app.key == app.key.lower(), repr(app.key))
    book.note("template", app.template.endswith(".html"), app.template)
    kinds = {name: term.kind for name, term in app.terms.items()}
    book.note("terms have known kinds", set(kinds.values()) <= KINDS, kinds)
    page = book.attempt("page", lambda: app.page(offer))
    if page is not None:
        book.note("page gives the same twice", page == app.page(offer), sorted(page))
    choice = book.attempt("reads a good form", lambda: app.read(offer, good))
    if choice is not None:
        _chosen(book, app, offer, good, choice)
    _hostile(book, app, offer, good)
    return book.findings


def _chosen(book: Notebook, app: MiniApp, offer: Offer, good: Form, choice: Choice) -> None:
    unsaid = _labels(choice) - set(app.wording)
    book.note("every line has its words", not unsaid, sorted(unsaid))
    plain = _json(choice.values)
    book.note("the choice is JSON", plain, dict(choice.values))
    if plain:
        values = {name: _text(value) for name, value in choice.values.items()}
        again = book.attempt(
            "reads its own values again", lambda: app.read(offer, Form(values, good.uploads))
        )
        seen = None if again is None else dict(again.values)
        book.equal("reads its own values again", dict(choice.values), seen)
    settled = book.attempt("settles", lambda: app.settle(offer, choice))
    if settled is None:
        return
    book.note("settles", isinstance(settled, Settled | NeedsPayment | NeedsCard), settled)
    book.note("the outcome is JSON", _json(settled.values), dict(settled.values))
    amount = settled.charge if isinstance(settled, NeedsCard) else settled.amount
    book.note("money is the obligation's", _fits(amount, offer.owed), amount)
    book.note("a day is one to come", _to_come(settled, offer.today), settled)
    book.equal("settles the same twice", settled, app.settle(offer, choice))


def _to_come(settled: Settled | NeedsPayment | NeedsCard, today: date) -> bool:
    """A kept card is charged on a later day, for an amount; a rest ends on one."""
    if isinstance(settled, NeedsCard):
        return (settled.charge is None) == (settled.on is None) and (
            settled.on is None or settled.on > today
        )
    rest = settled.rest_until if isinstance(settled, Settled) else None
    return rest is None or rest > today


def _labels(choice: Choice) -> set[str]:
    return {line.label for line in choice.lines}


def _hostile(book: Notebook, app: MiniApp, offer: Offer, good: Form) -> None:
    """A form is taken or refused with Invalid, in words; it never breaks a mini-app."""
    empty = Form({})
    book.raises("an empty form is Invalid", Invalid, lambda: app.read(offer, empty))
    unsaid = _unsaid(app, lambda: app.read(offer, empty))
    book.equal("every problem has its words", set(), unsaid)
    for name in sorted(good.values):
        broken = [v for v in HOSTILE if _breaks(lambda v=v, n=name: app.read(  # type: ignore[misc]
            offer, Form({**good.values, n: v}, good.uploads)))]
        book.note(f"field {name} survives hostile values", not broken, broken)


def _breaks(call: Callable[[], object]) -> bool:
    try:
        call()
    except Invalid:
        return False
    except Exception:  # noqa: BLE001 - anything but Invalid is a break
        return True
    return False


def _unsaid(app: MiniApp, call: Callable[[], object]) -> set[str]:
    """The sentence keys of a refusal that the mini-app has no words for."""
    try:
        call()
    except Invalid as refused:
        return {problem[0] for problem in refused.problems.values()} - set(app.wording)
    except Exception:  # noqa: BLE001 - that it broke is another finding
        return set()
    return set()


def _fits(amount: Money | None, owed: Money | None) -> bool:
    if amount is None:
        return True
    if owed is None:
        return amount.minor > 0
    return amount.currency == owed.currency and 0 < amount.minor <= owed.minor


def _json(values: Mapping[str, object]) -> bool:
    """Whether the values survive a round trip, with no float among them."""
    try:
        text = json.dumps(dict(values))
    except (TypeError, ValueError):
        return False
    found: list[float] = []
    json.loads(text, parse_float=lambda digits: found.append(float(Decimal(digits))))
    return not found and json.loads(text) == dict(values)


def _text(value: object) -> str:
    """The value as a form would send it again."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value)
