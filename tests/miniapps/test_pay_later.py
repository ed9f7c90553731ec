"""Pay on a later day: which days are taken, what is agreed to, and that nothing moves before."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.spi import Choice, Form, Invalid, Line, Money, NeedsCard, NeedsPayment, Offer
from miniapps.pay import WORDING, Pay
from tests.miniapps.build import TODAY, again, an_offer, problems, usd

PAY = Pay()
OWED = usd("184.20")
DAYS = {"earliest": date(2026, 11, 21), "latest": date(2026, 12, 4)}
AGREEMENT = "I pay {{ amount }} on {{ date }}."


def offer(latest_days: int = 14, **more: object) -> Offer:
    terms = {
        "least": usd("10.00"), "most": OWED, "other": True, "latest_days": latest_days,
        "agreement": AGREEMENT,
    }
    return an_offer(terms | more, owed=OWED)


def test_the_page_says_which_days_and_how() -> None:
    page = PAY.page(offer(methods=("bank", "card"), others=True))
    assert (page["later"], page["methods"], page["others"]) == (DAYS, ("bank", "card"), True)
    assert PAY.page(offer(0))["later"] is None


@pytest.mark.parametrize("on", ["2026-11-21", " 2026-12-04 "])
def test_a_later_day_keeps_the_card_and_charges_it_then(on: str) -> None:
    found, day = offer(methods=("card", "bank")), date.fromisoformat(on.strip())
    choice = PAY.read(found, Form({"how": "part", "when": "later", "on": on}))
    assert choice == Choice(
        {"how": "part", "amount": "", "when": "later", "on": str(day)},
        (Line("you_pay_on", day), Line("amount", usd("62.00")), Line("left_after", usd("122.20"))),
        f"I pay $62.00 on {day:%B} {day.day}, {day.year}.",
    )
    assert PAY.settle(found, choice) == NeedsCard(
        "paid", {"minor": 6200, "currency": "USD"}, ("card", "bank"), usd("62.00"), day,
    )
    assert again(PAY, found, choice) == choice


@pytest.mark.parametrize("when", ["", "now"])
def test_now_is_now_whatever_day_is_left_in_the_form(when: str) -> None:
    found = offer()
    choice = PAY.read(found, Form({"how": "all", "when": when, "on": "2026-12-01"}))
    assert choice.values == {"how": "all", "amount": ""}
    assert choice.agreement is None
    assert PAY.settle(found, choice) == NeedsPayment(
        "paid", OWED, {"minor": 18420, "currency": "USD"}
    )


def test_without_words_of_the_workflow_the_lines_are_what_is_agreed_to() -> None:
    bare = an_offer(
        {"least": usd("10"), "most": OWED, "other": True, "latest_days": 3}, owed=OWED
    )
    choice = PAY.read(bare, Form({"how": "all", "when": "later", "on": "2026-11-23"}))
    assert (choice.agreement, choice.lines[0]) == (None, Line("you_pay_on", date(2026, 11, 23)))


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        ("", ("no_day", DAYS)),
        ("2026-11-20", ("past", DAYS)),
        ("1970-01-01", ("past", DAYS)),
        ("2026-12-05", ("too_late", DAYS)),
        ("9999-12-31", ("too_late", DAYS)),
        *((text, ("not_a_day", {"example": "2026-12-04"})) for text in (
            "2026-02-30", "20261121", "2026-W48-1", "tomorrow", "2026-11-21T00:00",
            "\u0662\u0660\u0662\u0666-11-21", "2026-11-21\x00",
        )),
    ],
)
def test_a38_a_day_outside_the_terms_is_refused(on: str, problem: tuple[str, object]) -> None:
    assert problems(PAY, offer(), how="all", when="later", on=on) == {"on": problem}
    assert problem[0] in WORDING


@pytest.mark.parametrize("when", ["later", "soon", "NOW", "now,later", "later\x00"])
def test_a38_a_time_that_is_not_offered_is_refused(when: str) -> None:
    found = offer(0) if when == "later" else offer()
    refused = {"when": ("choose_when", {})}
    assert problems(PAY, found, how="all", when=when, on="2026-11-23") == refused


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert problems(PAY, offer(), how="other", amount="5", when="later", on="") == {
        "amount": ("at_least", {"least": usd("10"), "most": OWED}), "on": ("no_day", DAYS),
    }


def test_a41_a_day_is_refused_once_policy_no_longer_allows_it() -> None:
    choice = PAY.read(offer(), Form({"how": "all", "when": "later", "on": "2026-12-04"}))
    with pytest.raises(Invalid) as refused:
        again(PAY, offer(13), choice)
    assert dict(refused.value.problems)["on"][0] == "too_late"
    with pytest.raises(Invalid) as refused:
        again(PAY, offer(0), choice)
    assert dict(refused.value.problems) == {"when": ("choose_when", {})}


@pytest.mark.parametrize(("terms", "says"), [
    ({"methods": ("card", "cash")}, "'cash' is not one of card, bank"),
    ({"agreement": "{{ fee }}"}, "has no field 'fee'; it has amount, date"),
])
def test_what_is_no_term_is_a_fault_of_the_workflow(terms: dict[str, object], says: str) -> None:
    found = offer(**terms)
    with pytest.raises(ValueError, match=says):
        PAY.settle(found, PAY.read(found, Form({"how": "all", "when": "later",
                                                "on": "2026-11-23"})))


@given(st.data())
def test_every_day_within_the_terms_is_taken_and_its_words_come_again(data: st.DataObject) -> None:
    currency = data.draw(st.sampled_from(["JPY", "USD", "KWD"]))
    owed = Money(data.draw(st.integers(1, 10**9)), currency)
    today = data.draw(st.dates(date(2023, 12, 1), date(2032, 4, 1)))
    most = data.draw(st.integers(1, 400))
    later = data.draw(st.integers(1, most))
    terms = {"least": Money(1, currency), "most": owed, "other": True, "latest_days": most,
             "agreement": AGREEMENT}
    found = an_offer(terms, owed=owed, today=today, locale=data.draw(st.sampled_from(["en", "es"])))
    amount = Money(data.draw(st.integers(1, owed.minor)), currency)
    choice = PAY.read(found, Form({
        "how": "all" if amount == owed else "other", "amount": amount.plain(), "when": "later",
        "on": (today + timedelta(days=later)).isoformat(),
    }))
    need = PAY.settle(found, choice)
    assert isinstance(need, NeedsCard)
    assert (need.charge, need.on) == (amount, today + timedelta(days=later))
    assert choice.lines[2].value == owed - amount
    twice = again(PAY, found, choice)
    assert sha256(str(twice.agreement).encode()).digest() == (
        sha256(str(choice.agreement).encode()).digest()
    )


def test_today_is_the_day_of_the_offer() -> None:
    assert offer().today == TODAY
