"""A plan with a down payment, by debits, at month ends, within more bounds."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest

from inthread.spi import Form, Invalid, Line, Money, NeedsCard, NeedsPayment, Offer, Settled
from miniapps.plan import WORDING, Plan
from tests.miniapps.build import TODAY, again, an_offer, problems, usd

PLAN = Plan()
OWED = usd("184.21")
AUTHORISATION = "Take {{ count }}, {{ total }}, from {{ first_date }} to {{ last_date }}."


def offer(*, today: date = TODAY, owed: Money = OWED, locale: str = "en", **more: object) -> Offer:
    terms: dict[str, object] = {
        "least_instalment": usd("30.00"), "most_instalments": 6, "most_days_to_first": 31,
        "frequencies": ("monthly",), "agreement": "{{ count }}: {{ total }}\n{{ schedule }}",
        "authorisation": AUTHORISATION,
    }
    return an_offer(terms | more, owed=owed, today=today, locale=locale)


def keys(found: Offer) -> list[str]:
    return [option["key"] for option in PLAN.page(found)["options"]]


def due(found: Offer) -> list[list[str]]:
    return [[str(p.due) for p in option["schedule"]] for option in PLAN.page(found)["options"]]


# --- the down payment ------------------------------------------------------------------------


@pytest.mark.parametrize(("terms", "down"), [
    ({}, None),
    ({"most_down": usd("50")},
     {"choices": ("none", "other"), "least": usd("0"), "most": usd("50")}),
    ({"least_down": usd("50"), "most_down": usd("50")},
     {"choices": ("least",), "least": usd("50"), "most": usd("50")}),
    ({"least_down": usd("50")},
     {"choices": ("least",), "least": usd("50"), "most": usd("50")}),
    # The most leaves enough for the fewest instalments.
    ({"least_down": usd("50"), "most_down": OWED},
     {"choices": ("least", "other"), "least": usd("50"), "most": usd("124.21")}),
    ({"most_down": OWED, "least_instalments": 5},
     {"choices": ("none", "other"), "least": usd("0"), "most": usd("34.21")}),
    ({"most_down": OWED, "least_instalments": 7, "most_instalments": 9}, None),
    ({"least_down": usd("150"), "most_down": OWED},
     {"choices": ("least",), "least": usd("150"), "most": usd("150")}),
])
def test_how_much_may_be_paid_at_once(terms: dict[str, object], down: object) -> None:
    assert PLAN.page(offer(**terms))["down"] == down


def test_the_plans_shown_are_those_after_the_least_down_payment() -> None:
    found = offer(least_down=usd("50"), most_down=OWED)
    assert keys(found) == ["monthly-2", "monthly-3", "monthly-4"]
    [option, *_] = PLAN.page(found)["options"]
    assert [part.amount for part in option["schedule"]] == [usd("67.11"), usd("67.10")]
    assert keys(offer(least_down=usd("150"))) == []


def test_a_down_payment_is_paid_now_and_the_plan_is_for_the_rest() -> None:
    found = offer(most_down=OWED)
    form = Form({"option": "monthly-2", "down": "other", "down_amount": "84,20"})
    choice = PLAN.read(found, form)
    assert choice.values == {"option": "monthly-2", "down": "other", "down_amount": "84.20"}
    assert choice.lines == (
        Line("you_pay_now", usd("84.20")), Line("monthly", 2), Line("first", usd("50.01")),
        Line("last", usd("50.00")), Line("first_on", date(2026, 12, 21)),
        Line("last_on", date(2027, 1, 20)), Line("total", OWED),
    )
    assert choice.agreement == (
        "3: $184.21\n1. November 20, 2026: $84.20\n2. December 21, 2026: $50.01\n"
        "3. January 20, 2027: $50.00"
    )
    assert PLAN.settle(found, choice) == NeedsPayment("planned", usd("84.20"), {
        "frequency": "monthly", "count": 2, "total": 18421, "currency": "USD",
        "schedule": [{"due": "2026-12-21", "minor": 5001}, {"due": "2027-01-20", "minor": 5000}],
        "down": 8420, "debits": False,
        "agreement_sha256": sha256(str(choice.agreement).encode()).hexdigest(),
        "method": "", "brand": "", "last_four": "", "expires": "", "provider_reference": "",
    })
    assert again(PLAN, found, choice) == choice


def test_nothing_down_is_a_plan_as_ever() -> None:
    found = offer(most_down=OWED)
    for form in ({"option": "monthly-2"}, {"option": "monthly-2", "down": "none"}):
        choice = PLAN.read(found, Form(form))
        assert choice.values == {"option": "monthly-2"}
        assert isinstance(PLAN.settle(found, choice), Settled)


@pytest.mark.parametrize(("typed", "key"), [
    ("", "amount_missing"), ("-1", "at_least"), ("0", "at_least"), ("0.001", "not_an_amount"),
    ("1e1", "not_an_amount"), ("124.22", "at_most"), ("184.21", "at_most"),
    ("\u0661", "not_an_amount"),
])
def test_a38_a_down_payment_outside_the_terms_is_refused(typed: str, key: str) -> None:
    bounds = {"least": usd("0.01"), "most": usd("124.21")}
    found = problems(
        PLAN, offer(most_down=OWED), option="monthly-2", down="other", down_amount=typed
    )
    assert found == {"down_amount": (key, bounds)}
    assert key in WORDING


@pytest.mark.parametrize(("terms", "down"), [
    ({}, "other"), ({}, "least"), ({"most_down": OWED}, "least"), ({"most_down": OWED}, "all"),
    ({"least_down": usd("50")}, ""), ({"least_down": usd("50")}, "none"),
    ({"least_down": usd("50")}, "other"),
])
def test_a38_a_down_payment_that_is_not_offered_is_refused(
    terms: dict[str, object], down: str
) -> None:
    found = problems(PLAN, offer(**terms), option="monthly-2", down=down, down_amount="60")
    assert found == {"down": ("choose_down", {})}


def test_a_plan_that_gets_too_small_by_what_is_paid_now_says_why() -> None:
    found = problems(
        PLAN, offer(most_down=OWED), option="monthly-6", down="other", down_amount="4.22"
    )
    assert found == {"option": ("too_small", {"down": usd("4.22"), "least": usd("30.00")})}
    assert problems(
        PLAN, offer(most_down=OWED), option="monthly-6", down="other", down_amount="4.21"
    ) == {}


# --- debits ----------------------------------------------------------------------------------


def test_r4_13_debits_have_their_authorisation_and_keep_a_card() -> None:
    found = offer(debits="may", methods=("card", "bank"))
    choice = PLAN.read(found, Form({"option": "monthly-2", "debits": "yes"}))
    assert choice.values == {"option": "monthly-2", "debits": "yes"}
    assert choice.agreement == (
        "2: $184.21\n1. December 21, 2026: $92.11\n2. January 20, 2027: $92.10\n\n"
        "Take 2, $184.21, from December 21, 2026 to January 20, 2027."
    )
    assert Line("taken", 2) in choice.lines
    settled = PLAN.settle(found, choice)
    assert isinstance(settled, NeedsCard)
    assert (settled.kind, settled.methods, settled.charge) == ("planned", ("card", "bank"), None)
    assert (settled.values["debits"], settled.values["down"]) == (True, 0)
    assert again(PLAN, found, choice) == choice


def test_r4_13_with_a_down_payment_only_what_follows_is_authorised() -> None:
    found = offer(debits="must", least_down=usd("84.21"))
    choice = PLAN.read(found, Form({"option": "monthly-2", "down": "least"}))
    assert str(choice.agreement).endswith(
        "1. November 20, 2026: $84.21\n2. December 21, 2026: $50.00\n3. January 20, 2027: $50.00"
        "\n\nTake 2, $100.00, from December 21, 2026 to January 20, 2027."
    )
    settled = PLAN.settle(found, choice)
    assert isinstance(settled, NeedsPayment)
    assert (settled.amount, settled.keep) == (usd("84.21"), True)


def test_r4_13_what_was_not_chosen_is_not_taken() -> None:
    found = offer(debits="may")
    choice = PLAN.read(found, Form({"option": "monthly-2"}))
    assert "Take" not in str(choice.agreement)
    settled = PLAN.settle(found, choice)
    assert isinstance(settled, Settled)
    assert settled.values["debits"] is False


@pytest.mark.parametrize(("debits", "sent"), [("no", "yes"), (None, "yes"), ("may", "no")])
def test_a38_debits_that_are_not_offered_are_refused(debits: str | None, sent: str) -> None:
    terms = {} if debits is None else {"debits": debits}
    assert problems(PLAN, offer(**terms), option="monthly-2", debits=sent) == {
        "debits": ("debits_not_offered", {})
    }


def test_a41_debits_are_refused_once_policy_no_longer_allows_them() -> None:
    choice = PLAN.read(offer(debits="may"), Form({"option": "monthly-2", "debits": "yes"}))
    with pytest.raises(Invalid):
        again(PLAN, offer(), choice)


@pytest.mark.parametrize(("terms", "says"), [
    ({"debits": "often"}, "'often' is not one of no, may, must"),
    ({"debits": "must", "agreement": "{{ total }}"}, "lists every date and amount"),
    ({"debits": "must", "authorisation": "{{ schedule }}"}, "has no field 'schedule'"),
    ({"methods": ("cash",), "debits": "must"}, "'cash' is not one of card, bank"),
])
def test_r4_13_words_that_do_not_do_are_a_fault_of_the_workflow(
    terms: dict[str, object], says: str
) -> None:
    found = offer(**terms)
    with pytest.raises(ValueError, match=says):
        PLAN.settle(found, PLAN.read(found, Form({"option": "monthly-2"})))


def test_r4_13_without_an_authorisation_there_are_no_debits() -> None:
    terms = {name: term for name, term in offer(debits="may").terms.items()
             if name != "authorisation"}
    with pytest.raises(ValueError, match=r"12 CFR 1005\.10\(b\)"):
        PLAN.page(an_offer(terms, owed=OWED))


# --- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("today", "days", "business", "expected"), [
    # 31 Jan 2027 is a Sunday, 28 Feb too: the Friday before, in the same month.
    (date(2027, 1, 5), 31, True, ["2027-01-29", "2027-02-26", "2027-03-31"]),
    (date(2027, 1, 5), 31, False, ["2027-01-31", "2027-02-28", "2027-03-31"]),
    # The Friday before has gone by: the next month's end.
    (date(2027, 1, 29), 31, True, ["2027-02-26", "2027-03-31", "2027-04-30"]),
    (date(2027, 1, 30), 31, True, ["2027-02-26", "2027-03-31", "2027-04-30"]),
    (date(2027, 1, 30), 31, False, ["2027-01-31", "2027-02-28", "2027-03-31"]),
    # Today is the last of its month.
    (date(2027, 3, 31), 30, True, ["2027-04-30", "2027-05-31", "2027-06-30"]),
    # A leap day is a month's end; without one the 28th is.
    (date(2028, 2, 1), 31, True, ["2028-02-29", "2028-03-31", "2028-04-28"]),
    (date(2028, 2, 1), 31, False, ["2028-02-29", "2028-03-31", "2028-04-30"]),
    # Over the year's end, and over the nights on which clocks change.
    (date(2026, 10, 20), 31, False, ["2026-10-31", "2026-11-30", "2026-12-31"]),
])
def test_month_ends(today: date, days: int, business: bool, expected: list[str]) -> None:
    found = offer(today=today, frequencies=("month_ends",), most_instalments=3,
                  least_instalments=3, most_days_to_first=days, business_days=business)
    assert due(found) == [expected]


def test_a_month_end_too_far_away_is_not_offered() -> None:
    ends = {"frequencies": ("month_ends",), "today": date(2027, 7, 31)}
    assert keys(offer(**ends, most_days_to_first=30)) == []
    assert keys(offer(**ends, most_days_to_first=31))[0] == "month_ends-2"


def test_days_stay_where_they_fall_when_policy_says_so() -> None:
    weekly = {"frequencies": ("weekly",), "most_instalments": 2, "today": date(2026, 11, 21)}
    assert due(offer(**weekly, business_days=False)) == [["2026-11-28", "2026-12-05"]]
    assert due(offer(**weekly)) == [["2026-11-30", "2026-12-07"]]


def test_no_payment_comes_after_the_latest_end() -> None:
    """In three months, 20 February is a Saturday and moves to the 22nd: 94 days away."""
    assert keys(offer(latest_end_days=93)) == ["monthly-2"]
    assert keys(offer(latest_end_days=94)) == ["monthly-2", "monthly-3"]
    assert due(offer(latest_end_days=94))[1][-1] == "2027-02-22"


@pytest.mark.parametrize(("fewest", "expected"), [
    (0, ["monthly-2", "monthly-3", "monthly-4", "monthly-6"]),
    (3, ["monthly-3", "monthly-4", "monthly-6"]),
    (5, ["monthly-5", "monthly-6"]),
    (6, ["monthly-6"]),
    (7, []),
])
def test_no_plan_has_fewer_payments_than_the_least(fewest: int, expected: list[str]) -> None:
    assert keys(offer(least_instalments=fewest)) == expected
