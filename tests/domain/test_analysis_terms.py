"""Terms that leave nothing to choose: held against what the shipped mini-apps really offer."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inthread.domain.analysis import analyse
from inthread.domain.analysis_terms import (
    BRANDS,
    DEBITS,
    FREQUENCIES,
    METHODS,
    MOST_INSTALMENTS,
    limit_of,
    plain_faults,
)
from inthread.domain.money import Money
from inthread.domain.policy import Ref, Row
from inthread.spi import Offer
from miniapps import reading, update_card
from miniapps.pay import Pay
from miniapps.plan import Plan, choosing, schedule
from tests.domain.samples import small

TODAY = date(2026, 1, 5)
AMOUNTS = st.integers(0, 700)
OWED = range(1, 2500)


def offered(miniapp, terms, owed, currency):
    whole = Money(owed, currency)
    given = {name: whole if isinstance(v, Ref) else v for name, v in terms.items()}
    page = miniapp.page(Offer("R", {}, whole, given, "Maya", TODAY, "en"))
    return page.get("choices", page.get("options"))


def told(name, terms, currency):
    """Every amount from the range in which analysis says nothing can be chosen."""
    limit = limit_of(name, Row((), True, terms), Money.parse("1", currency).minor)
    found = {owed for first, last in limit.ranges() for owed in OWED if first <= owed <= last}
    assert found == {owed for owed in OWED if limit.nothing(owed)}
    return found


def sampled(found, extra):
    """All amounts are told; these are tried, for a page is dear."""
    turns = {
        owed for owed in (*found, *extra)
        if len({near in found for near in (owed - 1, owed, owed + 1)}) > 1
    }
    turns |= {turn + d for turn in turns for d in (-1, 1)}
    return sorted({e for e in {*turns, *extra, 1, 2, 3, OWED[-1]} if e in OWED})


@given(least=AMOUNTS | st.just(Ref("remaining")), most=AMOUNTS, other=st.booleans(),
       currency=st.sampled_from(["USD", "JPY"]))
@example(least=700, most=100, other=True, currency="USD")
@example(least=1, most=100, other=False, currency="USD")
def test_pay_has_nothing_to_choose_exactly_where_it_is_told(least, most, other, currency):
    terms = {
        "least": least if isinstance(least, Ref) else Money(least, currency),
        "most": Money(most, currency), "other": other,
    }
    found = told("pay", terms, currency)
    extra = [n for n in (most, least, 3 * most, 300, 600, 900) if isinstance(n, int)]
    for owed in sampled(found, extra):
        assert (not offered(Pay(), terms, owed, currency)) is (owed in found), owed


@given(least=AMOUNTS, most=st.integers(5, 80), fewest=st.integers(0, 5), down=AMOUNTS,
       most_down=AMOUNTS)
@example(least=100, most=6, fewest=2, down=0, most_down=0)
@example(least=100, most=6, fewest=3, down=250, most_down=300)
def test_a_plan_has_nothing_to_choose_exactly_where_it_is_told(
    least, most, fewest, down, most_down
):
    terms = {
        "least_instalment": Money(least, "USD"), "most_instalments": most,
        "most_days_to_first": 30, "frequencies": ("monthly",), "least_instalments": fewest,
        "least_down": Money(down, "USD"), "most_down": Money(max(down, most_down), "USD"),
    }
    found = told("plan", terms, "USD")
    for owed in sampled(found, [least, 2 * least, down, down + fewest * least]):
        assert (not offered(Plan(), terms, owed, "USD")) is (owed in found), owed


def test_what_is_known_of_a_plan_here_is_what_its_mini_app_says():
    assert (schedule.FREQUENCIES, choosing.DEBITS) == (FREQUENCIES, DEBITS)
    assert (reading.METHODS, update_card.BRANDS) == (METHODS, BRANDS)
    terms = {
        "least_instalment": Money(0, "USD"), "most_instalments": 1000, "most_days_to_first": 30,
        "frequencies": ("monthly",),
    }
    options = offered(Plan(), terms, 10**6, "USD")
    assert max(option["count"] for option in options) == MOST_INSTALMENTS


def pay_row(when, **terms):
    return {"when": [when], "offer": terms, "identity": "code"}


PLAN = {
    "least_instalment": "20.00", "most_instalments": 6, "most_days_to_first": 30,
    "frequencies": ["monthly"],
}


def with_action(miniapp, rows, inputs=("remaining",)):
    return {
        "resolution.actions[1].miniapp": miniapp,
        "policy.sign": {"inputs": list(inputs), "rows": rows},
        "wording.statements": {} if miniapp != "attest" else
        {"true_words": {"version": 1, "text": {"en": "True."}}},
    }


def said(miniapp, rows, inputs=("remaining",)):
    """(severity, rows, sentence, what remains in the example) of each finding on the terms."""
    found = analyse(small(with_action(miniapp, rows, inputs)))
    return [
        (one.severity, one.rows, one.says, one.example["remaining"].plain())
        for one in found if one.action == "sign" and one.kind == "terms"
    ]


@pytest.mark.parametrize(("rows", "expected"), [
    ([pay_row("> 0.00", least="10.00", most="remaining", other=True)], []),
    ([pay_row("(0.00..50.00]", least="60.00", most="50.00", other=True)], []),
    ([pay_row("(0.00..90.00]", least="60.00", most="50.00", other=True)], [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 50.01: most is 50.00, "
         "least 60.00, other true.", "50.01"),
    ]),
    ([pay_row("(0.00..150.00]", least="1.00", most="50.00", other=False)], []),
    ([pay_row("(0.00..150.01]", least="1.00", most="50.00", other=False)], [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 150.01: most is 50.00, "
         "least 1.00, other false.", "150.01"),
    ]),
    # Rows above take what would have been wrong.
    ([pay_row("> 150.00", least="1.00", most="remaining", other=True),
      pay_row("(0.00..200.00]", least="1.00", most="50.00", other=False)], []),
    ([pay_row("-", least="1.00", most="remaining", other=True)], [
        ("warning", (0,), "Row 1 is offered also where nothing remains: let a row above take "
         "remaining <= 0.", "0.00"),
    ]),
])
def test_pay_terms_that_leave_nothing_to_choose_are_told_with_an_amount(rows, expected):
    assert said("pay", rows) == expected


@pytest.mark.parametrize(("when", "change", "expected"), [
    ("[40.00..500.00]", {}, []),
    ("[39.99..500.00]", {}, [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 39.99: two instalments "
         "of least_instalment 20.00 are more.", "39.99"),
    ]),
    ("[40.00..500.00]", {"least_instalment": "remaining"}, [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 40.00: "
         "least_instalment is all of it.", "40.00"),
    ]),
    ("[40.00..500.00]", {"most_instalments": 1}, [
        ("error", (0,), "Row 1 offers a plan of 1 instalments: most_instalments has to be 2 or "
         "more.", "40.00"),
    ]),
    ("[40.00..500.00]", {"frequencies": ["daily"]}, [
        ("error", (0,), "Row 1 has the frequency daily, which the plan does not know: weekly, "
         "fortnightly, monthly, month_ends.", "40.00"),
    ]),
    ("[40.00..500.00]", {"most_days_to_first": 3_000_000}, [
        ("error", (0,), "Row 1 reaches past the last day there is: most_days_to_first is 3000000.",
         "40.00"),
    ]),
    ("[40.00..119.99]", {}, [
        ("warning", (0,), "Row 1 never comes to 6 instalments: that takes 120.00, by "
         "least_instalment 20.00.", "40.00"),
    ]),
    ("[40.00..120.00]", {}, []),
    ("[70.00..500.00]", {"least_instalments": 3, "least_down": "10.00"}, []),
    ("[69.99..500.00]", {"least_instalments": 3, "least_down": "10.00"}, [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 69.99: 3 instalments "
         "of least_instalment 20.00 are more than least_down 10.00 leaves.", "69.99"),
    ]),
    ("[40.00..500.00]", {"least_down": "remaining"}, [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 40.00: least_down is "
         "all of it.", "40.00"),
    ]),
    ("[140.00..500.00]", {"least_instalments": 7}, [
        ("error", (0,), "Row 1 offers a plan of 7 to 6 instalments: there is none.", "140.00"),
    ]),
    ("[60.00..500.00]", {"least_down": "20.00", "most_down": "10.00"}, [
        ("error", (0,), "Row 1 asks for more down than it takes: least_down is above most_down.",
         "60.00"),
    ]),
    ("[40.00..500.00]", {"methods": ["card", "cash"]}, [
        ("error", (0,), "Row 1 names cash in methods, which has only card, bank.", "40.00"),
    ]),
    ("[40.00..500.00]", {"latest_end_days": 3_000_000}, [
        ("error", (0,), "Row 1 reaches past the last day there is: latest_end_days is 3000000.",
         "40.00"),
    ]),
])
def test_plan_terms_that_contradict_the_amounts_of_their_row_are_told(when, change, expected):
    assert said("plan", [{"when": [when], "offer": {**PLAN, **change}, "identity": "code"}]) == (
        expected
    )


@pytest.mark.parametrize(("miniapp", "terms", "says"), [
    ("plan", {"frequencies": ("weekly",), "debits": "often"},
     ["has debits = often, which is not one of no, may, must"]),
    ("update_card", {"methods": ("bank",), "brands": ("visa", "shop")},
     ["names shop in brands, which has only visa, mastercard, amex, discover, diners, jcb, "
      "unionpay"]),
    ("pay", {"methods": ("cash",)}, ["names cash in methods, which has only card, bank"]),
    ("pay", {"methods": ("card", "bank"), "latest_days": 2_800_001},
     ["reaches past the last day there is: latest_days is 2800001"]),
    ("acme", {"methods": ("cash",), "debits": "often"}, []),
])
def test_words_that_no_mini_app_knows_are_told(miniapp, terms, says):
    assert list(plain_faults(miniapp, terms)) == [("error", one) for one in says]


def test_an_amount_the_table_does_not_look_at_may_be_any():
    rows = [{"when": ["-"], "offer": PLAN, "identity": "code"}]
    assert said("plan", rows, inputs=["days_late"]) == [
        ("error", (0,), "Row 1 leaves nothing to choose where remaining is 0.01: two instalments "
         "of least_instalment 20.00 are more.", "0.01"),
        ("warning", (0,), "Row 1 is offered also where nothing remains: let a row above take "
         "remaining <= 0.", "0.00"),
    ]


@pytest.mark.parametrize(("days", "expected"), [
    (0, [("warning", (0,), "Row 1 lets a customer choose no day but today: latest_days is 0.",
          "0.01")]),
    (1, []),
    (2_800_001, [("error", (0,), "Row 1 reaches past the last day there is: latest_days is "
                  "2800001.", "0.01")]),
])
def test_a_promise_needs_a_day_that_can_be_chosen(days, expected):
    rows = [{
        "when": ["> 0.00"], "offer": {"latest_days": days, "least": "1.00"}, "identity": "code",
    }]
    assert said("promise", rows) == expected


@pytest.mark.parametrize(("change", "expected"), [
    ({}, []),
    ({"most_files": 0}, ["Row 1 lets nobody send anything: most_files is 0."]),
    ({"most_pages": 0}, ["Row 1 lets nobody send anything: most_pages is 0."]),
])
def test_an_upload_that_takes_nothing_is_told(change, expected):
    terms = {"kinds": ["passport"], "most_files": 1, "most_pages": 1, **change}
    found = analyse(small(with_action("upload", [
        {"when": ["-"], "offer": terms, "identity": "code"},
    ])))
    assert [one.says for one in found if one.kind == "terms" and one.action == "sign"] == expected
