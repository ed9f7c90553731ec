"""Pay: which amounts are offered, taken and refused, to the minor unit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.spi import Choice, Form, Line, Money, NeedsPayment, Offer
from miniapps.pay import WORDING, Pay
from tests.miniapps.build import again, an_offer, problems, usd

PAY = Pay()
OWED = usd("184.20")
BOUNDS = {"least": usd("10.00"), "most": OWED}


def offer(
    owed: Money = OWED, least: str = "10.00", most: str = "184.20", *, other: bool = True
) -> Offer:
    terms = {
        "least": Money.parse(least, owed.currency), "most": Money.parse(most, owed.currency),
        "other": other,
    }
    return an_offer(terms, owed=owed)


def amounts(found: Offer) -> list[object]:
    choices = PAY.page(found)["choices"]
    return [(c["key"], c["amount"].plain()) if "amount" in c else c["key"] for c in choices]


def test_the_page_offers_all_a_third_and_another_amount() -> None:
    assert PAY.page(offer()) == {
        "choices": [
            {"key": "all", "amount": OWED, "left": usd("0")},
            {"key": "part", "amount": usd("62.00"), "left": usd("122.20")},
            {"key": "other"},
        ],
        "least": usd("10.00"),
        "most": OWED,
        "owed": OWED,
        "later": None,
        "methods": ("card",),
        "others": False,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (offer(other=False), [("all", "184.20"), ("part", "62.00")]),
        (offer(most="184.19"), [("part", "62.00"), "other"]),
        (offer(least="62.01"), [("all", "184.20"), "other"]),
        (offer(least="62.00", most="62.00"), [("part", "62.00")]),
        (offer(least="50.00", most="50.00"), ["other"]),
        (offer(least="184.20"), [("all", "184.20")]),
        (offer(usd("4.20")), [("all", "4.20")]),
        (offer(usd("0.01")), [("all", "0.01")]),
        (offer(usd("1.00"), "0.00"), [("all", "1.00"), "other"]),
        (offer(usd("3.00"), "1.00"), [("all", "3.00"), ("part", "1.00"), "other"]),
        (offer(Money(1000, "JPY"), "100", "1000"), [("all", "1000"), ("part", "334"), "other"]),
        (
            offer(Money(10_000, "KWD"), "1.000", "10.000"),
            [("all", "10.000"), ("part", "4.000"), "other"],
        ),
    ],
)
def test_only_amounts_within_the_terms_are_offered(found: Offer, expected: list[object]) -> None:
    assert amounts(found) == expected


@pytest.mark.parametrize(
    ("how", "typed", "amount"),
    [
        ("all", "", "184.20"),
        ("all", "left over from the other choice", "184.20"),
        ("part", "", "62.00"),
        ("other", "10", "10.00"),
        ("other", "10.00", "10.00"),
        ("other", " 10.01 ", "10.01"),
        ("other", "184.19", "184.19"),
        ("other", "184.20", "184.20"),
        ("other", "61,40", "61.40"),
        ("other", "61,4", "61.40"),
        ("other", "0061.40", "61.40"),
        ("other", "61.4000", "61.40"),
    ],
)
def test_what_is_taken(how: str, typed: str, amount: str) -> None:
    choice = PAY.read(offer(), Form({"how": how, "amount": typed}))
    paid = usd(amount)
    assert choice == Choice(
        {"how": how, "amount": amount if how == "other" else ""},
        (Line("you_pay_now", paid), Line("left_after", OWED - paid)),
    )
    assert PAY.settle(offer(), choice) == NeedsPayment(
        "paid", paid, {"minor": paid.minor, "currency": "USD"}
    )


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "amount_missing"),
        ("   ", "amount_missing"),
        ("-1", "at_least"),
        ("-61.40", "at_least"),
        ("0", "at_least"),
        ("0.00", "at_least"),
        ("9.99", "at_least"),
        ("184.21", "at_most"),
        ("1000000", "at_most"),
        ("1,234", "at_most"),
        ("999999999999999", "not_an_amount"),
        ("0.001", "not_an_amount"),
        ("61.401", "not_an_amount"),
        ("1e9", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("Infinity", "not_an_amount"),
        ("1,2,3", "not_an_amount"),
        ("12,34,56", "not_an_amount"),
        ("61.40 EUR", "not_an_amount"),
        ("\u20ac61.40", "not_an_amount"),
        ("\uff16\uff11", "not_an_amount"),
        ("\u0666\u0661", "not_an_amount"),
        ("61.", "not_an_amount"),
        (".5", "not_an_amount"),
        ("6 1", "not_an_amount"),
        ("+61", "not_an_amount"),
        ("0x3d", "not_an_amount"),
        ("61\x00", "not_an_amount"),
        ("6" * 10_000, "not_an_amount"),
    ],
)
def test_a38_what_is_not_an_amount_on_these_terms_is_refused(typed: str, key: str) -> None:
    assert problems(PAY, offer(), how="other", amount=typed) == {"amount": (key, BOUNDS)}
    assert key in WORDING


@pytest.mark.parametrize("how", ["", "none", "ALL", "all\x00", "third", "all,part"])
def test_a38_a_choice_that_is_not_offered_is_refused(how: str) -> None:
    assert problems(PAY, offer(), how=how, amount="61.40") == {"how": ("choose", {})}


def test_a38_another_amount_is_refused_when_policy_does_not_allow_it() -> None:
    found = problems(PAY, offer(other=False), how="other", amount="61.40")
    assert found == {"how": ("choose", {})}


def test_all_of_it_is_refused_above_the_most() -> None:
    assert problems(PAY, offer(most="184.19"), how="all") == {"how": ("choose", {})}


def test_when_less_than_the_least_is_owed_the_rest_can_still_be_paid() -> None:
    rest = offer(usd("4.20"))
    choice = PAY.read(rest, Form({"how": "all"}))
    assert PAY.settle(rest, choice) == NeedsPayment(
        "paid", usd("4.20"), {"minor": 420, "currency": "USD"}
    )


@pytest.mark.parametrize("owed", [None, Money(0, "USD"), Money(-1, "USD")])
def test_a_case_that_owes_nothing_is_not_asked_to_pay(owed: Money | None) -> None:
    nothing = an_offer({"least": usd("1"), "most": usd("2"), "other": True}, owed=owed)
    with pytest.raises(ValueError, match="something is owed"):
        PAY.page(nothing)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    currency = draw(st.sampled_from(["JPY", "USD", "KWD"]))
    cash = st.integers(1, 10**9).map(lambda minor: Money(minor, currency))
    least, most = sorted([draw(cash), draw(cash)], key=lambda m: m.minor)
    return Offer(
        "R", {}, draw(cash), {"least": least, "most": most, "other": draw(st.booleans())}, "N",
        date(2026, 1, 1), "en",
    )


@given(offers(), st.data())
def test_every_choice_on_the_page_is_taken_and_stays_within_the_terms(
    found: Offer, data: st.DataObject
) -> None:
    page = PAY.page(found)
    least, most, owed = page["least"], page["most"], page["owed"]
    for shown in page["choices"]:
        amount = shown.get("amount") or data.draw(
            st.integers(least.minor, most.minor).map(lambda m: Money(m, owed.currency))
        )
        choice = PAY.read(found, Form({"how": shown["key"], "amount": amount.plain()}))
        settled = PAY.settle(found, choice)
        assert settled.amount == amount
        assert least <= settled.amount <= most <= owed
        assert again(PAY, found, choice) == choice
        if "left" in shown:
            assert shown["left"] + amount == owed


@given(offers(), st.data())
def test_one_minor_unit_outside_the_terms_is_refused(found: Offer, data: st.DataObject) -> None:
    page = PAY.page(found)
    if {"key": "other"} not in page["choices"]:
        return
    unit = Money(1, page["owed"].currency)
    below, above = page["least"] - unit, page["most"] + unit
    bounds = {"least": page["least"], "most": page["most"]}
    assert problems(PAY, found, how="other", amount=below.plain()) == {
        "amount": ("at_least", bounds)
    }
    assert problems(PAY, found, how="other", amount=above.plain()) == {
        "amount": ("at_most", bounds)
    }
