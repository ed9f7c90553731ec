"""Cells and terms in words, and rows as they are typed."""

from __future__ import annotations

from datetime import date

import pytest

from inthread.domain.contract import Input
from inthread.domain.facts import FactKind, FactValue
from inthread.domain.money import Money
from inthread.domain.policy import Ref
from inthread.domain.policy_words import input_names, spoken, term_words
from inthread.domain.policy_words import test_words as words_of
from inthread.domain.sketch import sketch
from inthread.domain.typed_row import cell_problem, term_text, term_value, typed_row
from inthread.domain.unary_parser import parse_test
from tests.domain.test_draft_edit import INVOICE, PLAN

TERMS = {
    "least_instalment": ("money", True), "most_instalments": ("integer", True),
    "most_days_to_first": ("integer", True), "frequencies": ("texts", True),
    "agreement": ("text", True), "soft": ("boolean", False),
}


def say(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"${value.plain()}" if isinstance(value, Money) else str(value)


@pytest.mark.parametrize(("kind", "cell", "words"), [
    ("money", "-", "any"), ("money", "< 60.00", "under $60.00"),
    ("money", "<= 60.00", "$60.00 or less"), ("money", "> 60", "over $60.00"),
    ("money", ">= 60", "$60.00 or more"), ("money", "60.00", "$60.00"),
    ("money", "[60.00..2000.00]", "$60.00 to $2000.00"),
    ("money", "(60.00..2000.00)", "over $60.00 to under $2000.00"),
    ("integer", "<= 30", "30 or fewer"), ("integer", "< 30", "fewer than 30"),
    ("integer", "> 30", "more than 30"), ("integer", ">= 30", "30 or more"),
    ("integer", "0, 1", "0 or 1"), ("integer", "0, 1, 5", "0, 1 or 5"),
    ("integer", "not(3)", "not 3"), ("boolean", "true", "yes"),
    ("date", '< date("2026-01-31")', "before 2026-01-31"),
    ("date", '<= date("2026-01-31")', "2026-01-31 or before"),
    ("date", '> date("2026-01-31")', "after 2026-01-31"),
    ("date", '>= date("2026-01-31")', "2026-01-31 or after"),
    ("text", 'not("vip", "staff")', "not vip or staff"),
])
def test_a_cell_in_words(kind: str, cell: str, words: str) -> None:
    assert words_of(parse_test(cell, FactKind(kind), currency="USD"), say) == words


def test_a_term_in_words() -> None:
    names = {"remaining": "Remaining"}
    assert term_words(Ref("remaining"), say, names) == "what is in 'Remaining'"
    assert term_words(("weekly", "twice_monthly"), say, names) == "weekly, twice monthly"
    assert term_words(Money(2000, "USD"), say, names) == "$20.00"
    assert term_words(True, say, names) == "yes"


def test_inputs_are_called_as_the_customer_reads_them() -> None:
    seen = sketch(INVOICE)
    names = input_names(seen.inputs, seen.trigger, "es")
    assert (names["due_date"], names["days_late"], names["remaining"], names["pay_done"]) == (
        "Fecha de pago", "Days late", "Remaining", "Pay done"
    )
    assert spoken("most_instalments") == "most instalments"


@pytest.mark.parametrize(("kind", "typed", "kept"), [
    ("integer", "6", 6), ("integer", "remaining", "remaining"), ("integer", "six", "six"),
    ("boolean", "true", True), ("boolean", "false", False), ("money", "20.00", "20.00"),
    ("texts", "weekly, monthly ,", ["weekly", "monthly"]), ("date", "2026-01-31", "2026-01-31"),
])
def test_a_term_as_it_is_typed(kind: str, typed: str, kept: object) -> None:
    assert term_value(kind, typed) == kept
    assert term_value(kind, term_text(kept)) == kept
    assert type(term_value(kind, typed)) is type(kept)


def test_a_typed_row_is_the_row_it_was() -> None:
    row: dict[str, object] = {
        "when": ["[60.00..1000.00]", "false"], "identity": "code",
        "offer": {"least_instalment": "20.00", "most_instalments": 6, "most_days_to_first": 30,
                  "frequencies": ["weekly", "monthly"]},
    }
    typed = {
        "c0": " [60.00..1000.00] ", "c1": "false", "then": "offer", "identity": "code",
        "reason": "disputed", "t.least_instalment": "20.00", "t.most_instalments": "6",
        "t.most_days_to_first": "30", "t.frequencies": "weekly, monthly", "t.soft": "",
    }
    read = typed_row(PLAN, ["remaining", "disputed"], typed, TERMS, sketch(INVOICE))
    assert (read.row, read.problems) == (row, {})


def test_everything_wrong_with_a_typed_row_is_found_at_once() -> None:
    typed = {
        "c0": "< 60,00", "c1": "maybe", "then": "offer", "identity": "",
        "t.least_instalment": "free", "t.most_instalments": "disputed",
        "t.frequencies": "weekly, weekly",
    }
    wrong = typed_row(PLAN, ["remaining", "disputed"], typed, TERMS, sketch(INVOICE)).problems
    assert set(wrong) == {
        "c0", "c1", "identity", "t.least_instalment", "t.most_instalments",
        "t.most_days_to_first", "t.frequencies",
    }
    assert wrong["c0"].endswith("at character 5")
    assert wrong["t.most_instalments"] == "has to be integer, but 'disputed' is boolean"


def test_a_row_that_refuses_or_refers() -> None:
    seen = sketch(INVOICE)
    typed = {"c0": "", "then": "refuse", "reason": "disputed", "t.least_instalment": "free"}
    read = typed_row(PLAN, ["remaining"], typed, TERMS, seen)
    assert (read.row, read.problems) == ({"when": ["-"], "refuse": "disputed"}, {})
    read = typed_row(("refer",), ["disputed"], {"c0": "true", "reason": "dispute"}, {}, seen)
    assert (read.row, read.problems) == ({"when": ["true"], "reason": "dispute"}, {})


def test_a_cell_of_no_column_is_not_judged() -> None:
    assert cell_problem("whatever", None, "USD") == ""
    money = Input("remaining", FactKind.MONEY)
    assert cell_problem("whatever", money, "USD").endswith("at character 1")


@pytest.mark.parametrize("broken", [
    {}, {"policy": [], "trigger": 3, "locales": "x", "currency": 4}, {"wording": 1, "reasons": []},
    {"resolution": {"actions": [1, {"key": 5}, {"key": "pay", "label": 3}]}, "locales": ["en"]},
    {"trigger": {"facts": {"a": {"kind": "date"}}, "derived": {"b": "days_since(a)"}}},
])
def test_a_sketch_is_made_of_anything(broken: dict[str, object]) -> None:
    seen = sketch(broken)
    assert "attempts" in seen.inputs
    assert "no_rule" in seen.reasons
    assert isinstance(seen.label("pay"), str)


def test_dates_are_days() -> None:
    assert words_of(parse_test('date("2026-01-31")', FactKind.DATE), say) == str(date(2026, 1, 31))
