"""Decision tables: the first row that matches decides, and nothing means no."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.assurance import Identity
from inthread.domain.facts import FactKind
from inthread.domain.money import Money
from inthread.domain.policy import (
    HIGHEST,
    Cell,
    DecisionTable,
    Grid,
    Ref,
    Referral,
    Row,
    Verdict,
)
from inthread.domain.unary_parser import parse_test

LINK_FACT, CODE = Identity.parse("link+fact"), Identity.parse("code")


def usd(text):
    return Money.parse(text, "USD")


def money(text):
    return parse_test(text, FactKind.MONEY, currency="USD")


def days(text):
    return parse_test(text, FactKind.INTEGER)


PLAN = DecisionTable("plan", ("remaining", "days_late"), (
    Row((money("< 60"), days("-")), offered=False, reason="below_least"),
    Row((money("<= 1000"), days("<= 90")), True, {"least": usd("20"), "most": Ref("remaining")},
        LINK_FACT),
    Row((money("-"), days("<= 90")), True, {"least": usd("100"), "most": Ref("remaining")}, CODE),
))


def test_the_first_row_that_matches_decides_with_its_terms():
    verdict = PLAN.evaluate({"remaining": usd("200"), "days_late": 5})
    assert verdict == Verdict(
        "plan", True, {"least": usd("20"), "most": usd("200")}, LINK_FACT, None, 1,
        ((False, True), (True, True)),
    )


def test_a_refusing_row_gives_its_reason_and_nothing_to_act_on():
    verdict = PLAN.evaluate({"remaining": usd("42.10"), "days_late": 5})
    assert verdict == Verdict("plan", False, {}, HIGHEST, "below_least", 0, ((True, True),))


def test_a42_no_row_means_no():
    verdict = PLAN.evaluate({"remaining": usd("200"), "days_late": 91})
    assert verdict == Verdict(
        "plan", False, {}, HIGHEST, "no_rule", None,
        ((False, True), (True, False), (True, False)),
    )


def test_a42_a_missing_fact_means_no():
    assert PLAN.evaluate({"remaining": usd("200")}).reason == "no_rule"
    assert PLAN.evaluate({}).reason == "no_rule"


def test_a42_a_term_without_its_value_means_no():
    table = DecisionTable("pay", ("days_late",), (Row((days("-"),), True, {"most": Ref("rest")}),))
    assert table.evaluate({"days_late": 1}) == Verdict(
        "pay", False, {}, HIGHEST, "no_rule", 0, ((True,),)
    )


def test_a42_a_table_without_rows_offers_nothing():
    assert DecisionTable("pay", ("days_late",), ()).evaluate({"days_late": 1}).reason == "no_rule"


def test_a42_a_value_of_another_kind_stops_the_decision():
    with pytest.raises(ValueError, match="not an amount in USD"):
        PLAN.evaluate({"remaining": Money(100, "EUR"), "days_late": 5})


def test_a_verdict_is_explained_cell_by_cell_down_to_the_deciding_row():
    inputs = {"remaining": usd("200"), "days_late": None}
    verdict = PLAN.evaluate(inputs)
    assert PLAN.explain(verdict, inputs) == (
        Cell(0, "remaining", "< 60.00", usd("200"), False),
        Cell(0, "days_late", "-", None, True),
        Cell(1, "remaining", "<= 1000.00", usd("200"), True),
        Cell(1, "days_late", "<= 90", None, False),
        Cell(2, "remaining", "-", usd("200"), True),
        Cell(2, "days_late", "<= 90", None, False),
    )


def test_a_verdict_as_it_is_kept():
    assert PLAN.evaluate({"remaining": usd("200"), "days_late": 5}).as_json() == {
        "action": "plan",
        "offered": True,
        "terms": {
            "least": {"minor": 2000, "currency": "USD"},
            "most": {"minor": 20000, "currency": "USD"},
        },
        "identity": "link+fact",
        "reason": None,
        "row": 1,
        "cells": [".+", "++"],
    }
    assert PLAN.evaluate({"remaining": usd("1"), "days_late": 5}).as_json() == {
        "action": "plan", "offered": False, "terms": {}, "identity": None,
        "reason": "below_least", "row": 0, "cells": ["++"],
    }


def test_terms_of_every_kind_are_kept_as_json():
    row = Row((days("-"),), True, {
        "kinds": ("passport", "visa"), "other": True, "most": 3, "until": date(2026, 12, 1),
    }, CODE)
    verdict = DecisionTable("upload", ("days_late",), (row,)).evaluate({"days_late": 0})
    assert verdict.as_json()["terms"] == {
        "kinds": ["passport", "visa"], "other": True, "most": 3, "until": "2026-12-01",
    }


def test_a_table_reads_its_columns_and_what_its_terms_refer_to():
    table = DecisionTable("pay", ("days_late",), (
        Row((days("-"),), True, {"most": Ref("remaining"), "least": usd("1")}),
    ))
    assert table.reads == ("days_late", "remaining")


def test_a_referral_names_the_reason_of_the_first_row_that_matches():
    rows = ((days("> 365"),), (days("> 90"),))
    referral = Referral(("days_late",), rows, ("dispute", "question"))
    assert [referral.evaluate({"days_late": n}) for n in (366, 91, 90, None)] == [
        "dispute", "question", None, None,
    ]


def test_a_row_has_a_test_for_every_input_and_a_reason():
    with pytest.raises(ValueError, match="one test for each input"):
        Grid(("a", "b"), ((days("-"),),))
    with pytest.raises(ValueError, match="needs a reason"):
        Referral(("a",), ((days("-"),),), ())


CELLS = st.sampled_from(["-", "0", "< 3", "[1..4)", "not(2)", "1, 5"])
INPUTS = st.fixed_dictionaries({n: st.none() | st.integers(-1, 6) for n in ("a", "b")})


@given(st.lists(st.tuples(CELLS, CELLS, st.booleans()), max_size=6), INPUTS)
def test_first_means_the_first_row_whose_cells_all_match(rows, inputs):
    table = DecisionTable("act", ("a", "b"), tuple(
        Row((days(a), days(b)), offered, {}, CODE, None if offered else f"row_{n}")
        for n, (a, b, offered) in enumerate(rows)
    ))
    verdict = table.evaluate(inputs)
    # Each cell alone, by a table of its own.
    alone = [
        all(Grid(("x",), ((days(cell),),)).first({"x": inputs[name]})[0] == 0
            for cell, name in ((a, "a"), (b, "b")))
        for a, b, _ in rows
    ]
    expected = alone.index(True) if True in alone else None
    assert verdict.row == expected
    assert len(verdict.cells) == (len(rows) if expected is None else expected + 1)
    assert verdict.offered is (expected is not None and rows[expected][2])
    assert (verdict.reason == "no_rule") is (expected is None)
