"""Promise: which days and amounts are taken, and what is said of the rest."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.spi import Choice, Form, Line, Money, Offer, Settled
from miniapps.promise import WORDING, Promise
from tests.miniapps.build import TODAY, again, an_offer, problems, usd

PROMISE = Promise()
OWED = usd("184.20")
BOUNDS = {"least": usd("10.00"), "most": OWED}
DAYS = {"earliest": TODAY, "latest": date(2026, 12, 4)}


def offer(owed: Money = OWED, least: str = "10.00", latest_days: int = 14) -> Offer:
    terms = {"latest_days": latest_days, "least": Money.parse(least, owed.currency)}
    return an_offer(terms, owed=owed)


def test_the_page_says_the_days_and_the_amounts() -> None:
    assert PROMISE.page(offer()) == {
        "choices": [{"key": "all", "amount": OWED}, {"key": "other"}], **BOUNDS, **DAYS,
    }


def test_no_amount_is_asked_for_when_only_all_of_it_will_do() -> None:
    assert PROMISE.page(offer(usd("10.00")))["choices"] == [{"key": "all", "amount": usd("10")}]
    assert problems(PROMISE, offer(usd("10.00")), on="2026-11-20", how="other", amount="10") == {
        "how": ("choose", {})
    }


@pytest.mark.parametrize(
    ("on", "how", "typed", "amount"),
    [
        ("2026-11-20", "all", "", "184.20"),
        ("2026-12-04", "all", "junk", "184.20"),
        (" 2026-11-21 ", "other", "10", "10.00"),
        ("2026-11-21", "other", "184,20", "184.20"),
    ],
)
def test_what_is_taken(on: str, how: str, typed: str, amount: str) -> None:
    choice = PROMISE.read(offer(), Form({"on": on, "how": how, "amount": typed}))
    day = on.strip()
    assert choice == Choice(
        {"on": day, "how": how, "amount": amount if how == "other" else ""},
        (Line("you_will_pay", usd(amount)), Line("by", date.fromisoformat(day))),
    )
    assert PROMISE.settle(offer(), choice) == Settled(
        "promised", {"on": day, "minor": usd(amount).minor, "currency": "USD"},
        rest_until=date.fromisoformat(day) + timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        ("", ("no_day", DAYS)),
        ("2026-11-19", ("past", DAYS)),
        ("1970-01-01", ("past", DAYS)),
        ("2026-12-05", ("too_late", DAYS)),
        ("9999-12-31", ("too_late", DAYS)),
        *(
            (text, ("not_a_day", {"example": "2026-12-04"}))
            for text in (
                "2026-02-30", "20261121", "2026-W48-1", "21/11/2026", "tomorrow",
                "2026-11-21T00:00", "\u0662\u0660\u0662\u0666-11-21", "10000-01-01",
                "2026-11-21\x00",
            )
        ),
    ],
)
def test_a38_a_day_outside_the_terms_is_refused(on: str, problem: tuple[str, object]) -> None:
    assert problems(PROMISE, offer(), on=on, how="all") == {"on": problem}
    assert problem[0] in WORDING


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "amount_missing"),
        ("-1", "at_least"),
        ("0", "at_least"),
        ("9.99", "at_least"),
        ("184.21", "at_most"),
        ("0.001", "not_an_amount"),
        ("1e9", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("1,2,3", "not_an_amount"),
        ("\uff16\uff11", "not_an_amount"),
        ("10 EUR", "not_an_amount"),
    ],
)
def test_a38_an_amount_outside_the_terms_is_refused(typed: str, key: str) -> None:
    found = problems(PROMISE, offer(), on="2026-11-21", how="other", amount=typed)
    assert found == {"amount": (key, BOUNDS)}
    assert key in WORDING


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert problems(PROMISE, offer(), on="2026-11-19", how="other", amount="5") == {
        "on": ("past", DAYS), "amount": ("at_least", BOUNDS),
    }
    assert problems(PROMISE, offer()) == {"on": ("no_day", DAYS), "how": ("choose", {})}


def test_today_can_be_promised_when_no_later_day_can() -> None:
    today = offer(latest_days=0)
    assert problems(PROMISE, today, on="2026-11-20", how="all") == {}
    only = {"earliest": TODAY, "latest": TODAY}
    assert problems(PROMISE, today, on="2026-11-21", how="all") == {"on": ("too_late", only)}


def test_a_case_that_owes_nothing_promises_nothing() -> None:
    with pytest.raises(ValueError, match="something is owed"):
        PROMISE.page(an_offer({"latest_days": 1, "least": usd("1")}))


@given(st.data())
def test_every_day_and_amount_within_the_terms_is_taken_again(data: st.DataObject) -> None:
    currency = data.draw(st.sampled_from(["JPY", "USD", "KWD"]))
    owed = Money(data.draw(st.integers(1, 10**9)), currency)
    least = Money(data.draw(st.integers(0, 10**9)), currency)
    today = data.draw(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
    terms = {"latest_days": data.draw(st.integers(0, 400)), "least": least}
    found = an_offer(terms, owed=owed, today=today)
    page = PROMISE.page(found)
    later = data.draw(st.integers(0, terms["latest_days"]))
    amount = Money(data.draw(st.integers(page["least"].minor, owed.minor)), currency)
    how = data.draw(st.sampled_from([c["key"] for c in page["choices"]]))
    form = {"on": str(today + timedelta(days=later)), "how": how, "amount": amount.plain()}
    choice = PROMISE.read(found, Form(form))
    promised = owed if how == "all" else amount
    assert again(PROMISE, found, choice) == choice
    assert PROMISE.settle(found, choice).values == {
        "on": form["on"], "minor": promised.minor, "currency": currency,
    }
