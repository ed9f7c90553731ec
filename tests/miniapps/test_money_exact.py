"""Sums are exact to the minor unit in JPY (no places), USD (two) and KWD (three), and days are
days, whatever clocks, months and leap years do."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from inthread.domain.cadence import first_moment
from inthread.spi import Choice, Form, Money, NeedsCard, NeedsPayment, Offer, Settled
from miniapps.plan import Plan
from tests.miniapps.build import again, an_offer, problems

PLAN = Plan()
CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])
# Month ends, leap days, and the nights on which clocks change lie in it.
DAYS = st.dates(date(2023, 12, 1), date(2033, 4, 1))
ZONES = st.sampled_from([
    "America/New_York", "Europe/Berlin", "Asia/Tokyo", "Asia/Kuwait", "Australia/Lord_Howe",
    "Africa/Cairo", "Pacific/Apia", "Asia/Beirut",
])
TERMS = {
    "frequencies": ("weekly", "fortnightly", "monthly", "month_ends"),
    "agreement": "{{ count }} {{ total }} {{ first_date }} {{ last_date }}\n{{ schedule }}",
    "authorisation": "{{ count }} {{ total }} {{ first_date }} {{ last_date }}",
}


@st.composite
def chosen(draw: st.DrawFn):
    """An offer with a down payment and debits as policy may give them, and one form it takes."""
    currency = draw(CURRENCIES)
    owed = Money(draw(st.integers(200, 10**10)), currency)
    least_down = Money(draw(st.integers(0, owed.minor // 3)), currency)
    terms = TERMS | {
        "least_instalment": Money(draw(st.integers(0, owed.minor // 100)), currency),
        "most_instalments": draw(st.integers(2, 24)),
        "most_days_to_first": draw(st.integers(0, 62)),
        "least_down": least_down, "most_down": owed, "debits": draw(st.sampled_from(
            ["no", "may", "must"])), "business_days": draw(st.booleans()),
    }
    locale = draw(st.sampled_from(["en", "es", "en-GB", "ar", "ja"]))
    offer = an_offer(terms, owed=owed, today=draw(DAYS), locale=locale)
    page = PLAN.page(offer)
    option = draw(st.sampled_from([o["key"] for o in page["options"]]))
    down, form = page["down"], {"option": option}
    form["down"] = draw(st.sampled_from(down["choices"]))
    if form["down"] == "other":
        # Little enough for every plan on the page: none gets smaller than the least instalment.
        most = min(down["most"].minor, max(down["least"].minor, 1) + 1)
        form["down_amount"] = Money(
            draw(st.integers(max(down["least"].minor, 1), most)), currency).plain()
    if terms["debits"] == "may" and draw(st.booleans()):
        form["debits"] = "yes"
    return offer, Form(form)


def taken(offer: Offer, form: Form) -> Choice | None:
    """None when more is paid now than this plan leaves room for, and only then."""
    wrong = problems(PLAN, offer, **form.values)
    if wrong:
        assert [(field, key) for field, (key, _) in wrong.items()] == [("option", "too_small")]
        return None
    return PLAN.read(offer, form)


@given(chosen())
def test_what_is_paid_now_and_what_follows_add_up_to_what_is_owed(drawn) -> None:
    offer, form = drawn
    choice = taken(offer, form)
    if choice is None:
        return
    need = PLAN.settle(offer, choice)
    values = need.values
    minors = [part["minor"] for part in values["schedule"]]
    assert values["down"] + sum(minors) == values["total"] == offer.owed.minor
    assert max(minors) - min(minors) <= 1
    assert min(minors) >= 1
    assert json.loads(json.dumps(values)) == values
    if values["down"]:
        assert isinstance(need, NeedsPayment)
        assert need.amount.minor == values["down"]
        assert need.keep is values["debits"]
    else:
        assert isinstance(need, NeedsCard if values["debits"] else Settled)
    assert offer.today <= date.fromisoformat(values["schedule"][0]["due"])


@given(chosen())
def test_an_agreement_written_again_has_the_same_digest(drawn) -> None:
    offer, form = drawn
    choice = taken(offer, form)
    if choice is None:
        return
    settled = PLAN.settle(offer, choice).values
    written_again = str(again(PLAN, offer, choice).agreement)
    assert sha256(written_again.encode()).hexdigest() == settled["agreement_sha256"]
    listed = written_again.split("\n")[1:]
    many = len(settled["schedule"]) + (1 if settled["down"] else 0)
    assert [line.split(". ")[0] for line in listed[:many]] == [str(n + 1) for n in range(many)]


@given(CURRENCIES, st.integers(1, 10**12), st.lists(st.integers(1, 100), max_size=5))
def test_parts_paid_and_given_back_leave_exactly_the_rest(
    currency: str, owed: int, parts: list[int]
) -> None:
    """Paying thirds and giving some of it back, in any order, loses no minor unit."""
    left, back = Money(owed, currency), Money(0, currency)
    for part in parts:
        paid, *_ = left.split(part)
        left, back = left - paid, back + paid
    assert (left + back).minor == owed
    refunds = back.split(len(parts) + 1)
    assert sum(refund.minor for refund in refunds) == back.minor
    assert Money.parse(back.plain(), currency) == back


@given(DAYS, ZONES)
@example(date(2026, 3, 8), "America/New_York")
@example(date(2026, 11, 1), "America/New_York")
@example(date(2028, 2, 29), "Europe/Berlin")
@example(date(2026, 3, 29), "Asia/Beirut")  # its clocks skip midnight
@example(date(2026, 4, 24), "Africa/Cairo")  # and so do these
def test_a_day_begins_when_its_own_place_says(day: date, zone: str) -> None:
    there = ZoneInfo(zone)
    begins = first_moment(day, there)
    assert begins.tzinfo is UTC
    assert begins.astimezone(there).date() == day
    assert (begins - timedelta(minutes=1)).astimezone(there).date() == day - timedelta(days=1)
    assert begins < first_moment(day + timedelta(days=1), there)


def test_a_day_with_one_hour_more_or_less_is_one_day() -> None:
    there = ZoneInfo("America/New_York")
    hours = [
        (first_moment(date(2026, month, day + 1), there) - first_moment(date(2026, month, day),
         there)) / timedelta(hours=1) for month, day in ((3, 8), (11, 1), (12, 31 - 1))
    ]
    assert hours == [23, 25, 24]
    assert first_moment(date(2026, 3, 8), there) == datetime(2026, 3, 8, 5, tzinfo=UTC)
