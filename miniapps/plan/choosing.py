"""What a plan may be on the terms of one offer, and what a form chose of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inthread.spi import Form, Invalid, Money, Offer
from miniapps.plan.schedule import Option, Rules, options
from miniapps.reading import term_or, typed_amount

DEBITS = ("no", "may", "must")


@dataclass(frozen=True)
class Down:
    """How much may be paid at once. `least` is zero when nothing has to be."""

    least: Money
    most: Money

    @property
    def choices(self) -> tuple[str, ...]:
        ready = "least" if self.least.minor else "none"
        return (ready, "other") if self.least < self.most else (ready,)


@dataclass(frozen=True)
class Picked:
    """`how`: one of the choices of `Down`, empty when there are none."""

    option: Option
    how: str
    down: Money
    debits: bool


def owed_of(offer: Offer) -> Money:
    if offer.owed is None or offer.owed.minor < 1:
        raise ValueError("plan is for a case in which something is owed")
    return offer.owed


def down_of(offer: Offer) -> Down | None:
    """None when policy speaks of no down payment, or when too little is owed for one and none has
    to be made. The most leaves enough for the fewest instalments."""
    owed = owed_of(offer)
    nothing = Money(0, owed.currency)
    least = term_or(offer, "least_down", Money, nothing)
    rules = rules_of(offer)
    one = max(rules.least, Money(1, owed.currency))
    room = owed - Money(one.minor * rules.fewest, owed.currency)
    most = min(max(least, term_or(offer, "most_down", Money, least)), room)
    if most.minor < 1 or most < least:
        return Down(least, least) if least.minor else None
    return Down(least, most)


def debits_of(offer: Offer) -> str:
    """Whether instalments are taken by themselves: one of DEBITS. Raises ValueError for another
    word, and when there are no words by which to allow it: faults of the workflow."""
    debits = term_or(offer, "debits", str, "no")
    if debits not in DEBITS:
        raise ValueError(f"{debits!r} is not one of {', '.join(DEBITS)}")
    if debits != "no" and "authorisation" not in offer.terms:
        raise ValueError("debits need the words of [wording.authorisations] (12 CFR 1005.10(b))")
    return debits


def rules_of(offer: Offer) -> Rules:
    most_days = term_or(offer, "latest_end_days", int, 0)
    return Rules(
        least=offer.term("least_instalment", Money),
        fewest=max(term_or(offer, "least_instalments", int, 2), 2),
        most=offer.term("most_instalments", int),
        most_days_to_first=offer.term("most_days_to_first", int),
        frequencies=tuple(offer.term("frequencies", tuple)),
        today=offer.today,
        latest_end=offer.today + timedelta(days=most_days) if most_days else None,
        business_days=term_or(offer, "business_days", bool, True),
    )


def options_after(offer: Offer, down: Money) -> dict[str, Option]:
    """The plans for what is left when *down* is paid now."""
    rest = owed_of(offer) - down
    if rest.minor < 1:
        return {}
    return {option.key: option for option in options(rest, rules_of(offer))}


def pick(offer: Offer, form: Form) -> Picked:
    """Raises Invalid, with all that is wrong."""
    debits = _debits(offer, form.text("debits"))
    how, down = _down(offer, form)
    option = options_after(offer, down).get(form.text("option"))
    if option is None:
        raise Invalid({"option": _why_not(offer, form.text("option"), down)})
    return Picked(option, how, down, debits)


def _down(offer: Offer, form: Form) -> tuple[str, Money]:
    allowed, how = down_of(offer), form.text("down")
    nothing = Money(0, owed_of(offer).currency)
    if allowed is None:
        if how not in ("", "none"):
            raise Invalid({"down": ("choose_down", {})})
        return "", nothing
    how = how or ("none" if not allowed.least.minor else "")
    if how not in allowed.choices:
        raise Invalid({"down": ("choose_down", {})})
    if how != "other":
        return how, allowed.least
    least = max(allowed.least, Money(1, nothing.currency))
    return how, typed_amount("down_amount", form.text("down_amount"), least, allowed.most)


def _debits(offer: Offer, said: str) -> bool:
    allowed = debits_of(offer)
    if said not in ("", "yes", "on") or (said and allowed == "no"):
        raise Invalid({"debits": ("debits_not_offered", {})})
    return bool(said) or allowed == "must"


def _why_not(offer: Offer, key: str, down: Money) -> tuple[str, dict[str, object]]:
    if not key:
        return ("choose", {})
    allowed = down_of(offer)
    if allowed is not None and key in options_after(offer, allowed.least):
        return ("too_small", {"down": down, "least": offer.term("least_instalment", Money)})
    return ("not_offered", {})
