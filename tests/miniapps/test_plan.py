"""Plan: every date and amount, the agreement's words, and plans that are not offered."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest

from inthread.spi import Form, Invalid, Line, Money, Offer, Settled
from miniapps.plan import WORDING, Plan
from miniapps.plan.schedule import Instalment
from tests.miniapps.build import TODAY, again, an_offer, problems, usd

PLAN = Plan()
AGREEMENT = (
    "I pay {{ total }} in {{count}} payments, the first on {{ first_date }}:\n{{ schedule }}"
)
OWED = usd("184.21")


def offer(
    owed: Money | None = OWED,
    least: str = "30.00",
    most: int = 6,
    days: int = 31,
    frequencies: tuple[str, ...] = ("monthly",),
    *,
    today: date = TODAY,
    agreement: str = AGREEMENT,
    locale: str = "en",
) -> Offer:
    terms = {
        "least_instalment": Money.parse(least, owed.currency if owed else "USD"),
        "most_instalments": most, "most_days_to_first": days, "frequencies": frequencies,
        "agreement": agreement,
    }
    return an_offer(terms, owed=owed, today=today, locale=locale)


def keys(found: Offer) -> list[str]:
    return [option["key"] for option in PLAN.page(found)["options"]]


def due(found: Offer, key: str) -> list[str]:
    for option in PLAN.page(found)["options"]:
        if option["key"] == key:
            return [f"{part.due:%a %d %b %Y}" for part in option["schedule"]]
    raise KeyError(key)


def test_the_page_shows_every_date_and_amount() -> None:
    page = PLAN.page(offer(most=4))
    assert page["total"] == usd("184.21")
    assert [o["key"] for o in page["options"]] == ["monthly-2", "monthly-3", "monthly-4"]
    assert page["options"][2] == {
        "key": "monthly-4",
        "frequency": "monthly",
        "count": 4,
        "even": False,
        "moved": True,
        "schedule": (
            Instalment(date(2026, 12, 21), usd("46.06"), usd("138.15"), date(2026, 12, 20)),
            Instalment(date(2027, 1, 20), usd("46.05"), usd("92.10")),
            Instalment(date(2027, 2, 22), usd("46.05"), usd("46.05"), date(2027, 2, 20)),
            Instalment(date(2027, 3, 22), usd("46.05"), usd("0.00"), date(2027, 3, 20)),
        ),
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (offer(most=6), ["monthly-2", "monthly-3", "monthly-4", "monthly-6"]),
        (offer(most=5), ["monthly-2", "monthly-3", "monthly-4", "monthly-5"]),
        (offer(most=1), []),
        (offer(least="92.10", most=9), ["monthly-2"]),
        (offer(least="92.11", most=9), []),
        (offer(least="30.70"), ["monthly-2", "monthly-3", "monthly-4", "monthly-6"]),
        (offer(least="30.71"), ["monthly-2", "monthly-3", "monthly-4"]),
        (
            offer(most=3, frequencies=("weekly", "monthly")),
            ["weekly-2", "weekly-3", "monthly-2", "monthly-3"],
        ),
        (
            offer(least="0.00", most=999),
            [f"monthly-{n}" for n in (2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60)],
        ),
        (offer(usd("0.03"), least="0.00", most=12), ["monthly-2", "monthly-3"]),
        (offer(usd("0.01"), least="0.00", most=12), []),
    ],
)
def test_only_plans_within_the_terms_are_offered(found: Offer, expected: list[str]) -> None:
    assert keys(found) == expected


@pytest.mark.parametrize(
    ("today", "days", "key", "expected"),
    [
        (  # the 31st comes back after February
            date(2027, 1, 31), 31, "monthly-3",
            ["Mon 01 Mar 2027", "Wed 31 Mar 2027", "Fri 30 Apr 2027"],
        ),
        (  # a leap day is there when there is one
            date(2028, 1, 31), 31, "monthly-3",
            ["Tue 29 Feb 2028", "Fri 31 Mar 2028", "Mon 01 May 2028"],
        ),
        (  # over the year's end, in order
            date(2026, 11, 30), 31, "monthly-4",
            ["Wed 30 Dec 2026", "Mon 01 Feb 2027", "Mon 01 Mar 2027", "Tue 30 Mar 2027"],
        ),
        (  # the first within ten days, then the same day of each month
            date(2026, 11, 20), 10, "monthly-3",
            ["Mon 30 Nov 2026", "Wed 30 Dec 2026", "Mon 01 Feb 2027"],
        ),
        (date(2026, 11, 20), 0, "weekly-2", ["Fri 20 Nov 2026", "Fri 27 Nov 2026"]),
        (date(2026, 11, 20), 7, "weekly-2", ["Fri 27 Nov 2026", "Fri 04 Dec 2026"]),
        (date(2026, 11, 20), 31, "fortnightly-2", ["Fri 04 Dec 2026", "Fri 18 Dec 2026"]),
        (date(2026, 11, 20), 13, "fortnightly-2", ["Thu 03 Dec 2026", "Thu 17 Dec 2026"]),
        (  # a weekend moves to its Monday, and does not move what follows
            date(2026, 11, 21), 31, "weekly-2", ["Mon 30 Nov 2026", "Mon 07 Dec 2026"],
        ),
        (  # clocks change in between: these are days, not hours
            date(2026, 10, 21), 31, "weekly-2", ["Wed 28 Oct 2026", "Wed 04 Nov 2026"],
        ),
    ],
)
def test_dates(today: date, days: int, key: str, expected: list[str]) -> None:
    found = offer(days=days, frequencies=("weekly", "fortnightly", "monthly"), today=today)
    assert due(found, key) == expected


def test_a_date_that_moved_says_from_where() -> None:
    saturday = offer(frequencies=("weekly",), today=date(2026, 11, 21), most=2)
    [option] = PLAN.page(saturday)["options"]
    assert option["moved"] is True
    assert [part.moved_from for part in option["schedule"]] == [
        date(2026, 11, 28), date(2026, 12, 5),
    ]
    [weekday] = PLAN.page(offer(frequencies=("weekly",), most=2))["options"]
    assert weekday["moved"] is False


def test_what_is_agreed_to_is_the_exact_text() -> None:
    choice = PLAN.read(offer(), Form({"option": " monthly-3 "}))
    assert choice.values == {"option": "monthly-3"}
    assert choice.agreement == (
        "I pay $184.21 in 3 payments, the first on December 21, 2026:\n"
        "1. December 21, 2026: $61.41\n2. January 20, 2027: $61.40\n3. February 22, 2027: $61.40"
    )
    assert choice.lines == (
        Line("monthly", 3),
        Line("first", usd("61.41")),
        Line("last", usd("61.40")),
        Line("first_on", date(2026, 12, 21)),
        Line("last_on", date(2027, 2, 22)),
        Line("total", usd("184.21")),
    )
    assert again(PLAN, offer(), choice) == choice


def test_equal_payments_are_said_once() -> None:
    choice = PLAN.read(offer(usd("90.00")), Form({"option": "monthly-3"}))
    assert choice.lines[:2] == (Line("monthly", 3), Line("each", usd("30.00")))
    assert [line.label for line in choice.lines[2:]] == ["first_on", "last_on", "total"]


def test_the_outcome_has_the_schedule_and_the_digest_of_the_agreement() -> None:
    found = offer()
    choice = PLAN.read(found, Form({"option": "monthly-2"}))
    assert PLAN.settle(found, choice) == Settled("planned", {
        "frequency": "monthly",
        "count": 2,
        "total": 18421,
        "currency": "USD",
        "schedule": [{"due": "2026-12-21", "minor": 9211}, {"due": "2027-01-20", "minor": 9210}],
        "down": 0,
        "debits": False,
        "agreement_sha256": sha256(
            b"I pay $184.21 in 2 payments, the first on December 21, 2026:\n"
            b"1. December 21, 2026: $92.11\n2. January 20, 2027: $92.10"
        ).hexdigest(),
        "method": "", "brand": "", "last_four": "", "expires": "", "provider_reference": "",
    })


@pytest.mark.parametrize(
    ("locale", "owed", "text"),
    [
        ("es", usd("184.21"), "184,21\u00a0US$ 21 de diciembre de 2026"),
        ("en-GB", Money.parse("184.21", "GBP"), "\u00a3184.21 21 December 2026"),
        ("en_US", Money(18421, "JPY"), "\u00a518,421 December 21, 2026"),
        ("en", Money(184_215, "KWD"), "KWD184.215 December 21, 2026"),
    ],
)
def test_the_agreement_reads_as_its_language_writes(locale: str, owed: Money, text: str) -> None:
    found = offer(owed, least="1", agreement="{{ total }} {{ first_date }}", locale=locale)
    assert PLAN.read(found, Form({"option": "monthly-2"})).agreement == text


def test_a_day_later_the_agreement_is_another_text() -> None:
    form = Form({"option": "monthly-3"})
    later = offer(today=date(2026, 11, 23))
    assert PLAN.read(offer(), form).agreement != PLAN.read(later, form).agreement


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("", "choose"),
        ("monthly-999", "not_offered"),
        ("monthly-5", "not_offered"),
        ("monthly-1", "not_offered"),
        ("monthly-0", "not_offered"),
        ("monthly--2", "not_offered"),
        ("weekly-2", "not_offered"),
        ("yearly-2", "not_offered"),
        ("MONTHLY-2", "not_offered"),
        ("monthly-2,monthly-3", "not_offered"),
        ("monthly-\uff12", "not_offered"),
    ],
)
def test_a38_a_plan_that_is_not_offered_is_refused(sent: str, key: str) -> None:
    assert problems(PLAN, offer(), option=sent) == {"option": (key, {})}
    assert key in WORDING


def test_a41_a_draft_is_refused_once_the_terms_no_longer_allow_it() -> None:
    choice = PLAN.read(offer(), Form({"option": "monthly-6"}))
    with pytest.raises(Invalid) as refused:
        again(PLAN, offer(most=4), choice)
    assert dict(refused.value.problems) == {"option": ("not_offered", {})}


def test_a_frequency_nobody_knows_is_a_fault_of_the_workflow() -> None:
    with pytest.raises(ValueError, match=r"'yearly' is not one of weekly, .*, month_ends"):
        PLAN.page(offer(frequencies=("yearly",)))


def test_a_field_nobody_knows_is_a_fault_of_the_workflow() -> None:
    with pytest.raises(ValueError, match="has no field 'interest'; it has count, total"):
        PLAN.read(offer(agreement="{{ interest }}"), Form({"option": "monthly-2"}))


@pytest.mark.parametrize("owed", [None, usd("0")])
def test_a_case_that_owes_nothing_has_no_plan(owed: Money | None) -> None:
    with pytest.raises(ValueError, match="something is owed"):
        PLAN.page(offer(owed))
