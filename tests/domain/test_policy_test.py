"""A policy test says what came out otherwise, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from inthread.domain.money import Money
from inthread.domain.policy_test import PolicyTest, run, same_term
from tests.clock import MONDAY
from tests.domain.samples import small


def says(inputs: dict[str, Any], expects: dict[str, Any]) -> tuple[str, ...]:
    return run(PolicyTest("pt_1", "small", "one", inputs, expects, "staff:stf_1", MONDAY),
               small()).says


HOME = {"remaining": "100.00", "segment": "home"}


@pytest.mark.parametrize(("inputs", "expected", "said"), [
    (HOME, {"offered": True, "terms": {"least": "1.00", "most": "100.00", "other": True},
            "identity": "link+fact"}, ()),
    (HOME, {"terms": {"least": {"minor": 100, "currency": "USD"}}}, ()),
    (HOME, {"terms": {"least": "1"}}, ()),
    ({"remaining": {"minor": 10_000, "currency": "USD"}, "segment": "home"}, {"offered": True}, ()),
    (HOME, {"offered": False}, ("is offered, and was expected to be refused",)),
    ({**HOME, "remaining": "600.00"}, {"offered": True},
     ("is refused (too_much), and was expected to be offered",)),
    ({**HOME, "remaining": "600.00"}, {"offered": False, "reason": "too_much"}, ()),
    ({**HOME, "remaining": "600.00"}, {"reason": "no_rule"},
     ("reason is too_much, and was expected to be no_rule",)),
    ({"remaining": "100.00"}, {"reason": "no_rule"}, ()),
    (HOME, {"reason": "no_rule"}, ("reason is none, and was expected to be no_rule",)),
    (HOME, {"terms": {"least": "2.00", "fee": "1.00"}, "identity": "code"}, (
        "identity is link+fact, and was expected to be code",
        "least is 1.00, and was expected to be 2.00",
        "fee is not there, and was expected to be 1.00",
    )),
])
def test_one_action(
    inputs: dict[str, Any], expected: dict[str, Any], said: tuple[str, ...]
) -> None:
    assert says(inputs, {"pay": expected}) == tuple(f"pay: {one}" for one in said)


def test_only_what_is_written_down_is_compared() -> None:
    assert says({}, {"pay": {"offered": False}}) == ()
    assert says({"days_late": "12"}, {"sign": {"terms": {"statement": "true_words"}}}) == ()


def test_what_the_version_does_not_have() -> None:
    assert says({"colour": "red"}, {"pay": {"offered": True}}) == ("there is no input colour",)
    assert says({"remaining": "much"}, {"pay": {"offered": True}}) == (
        "remaining is not an amount in USD, in plain digits, 2 decimal places at most",
    )
    assert says({"segment": "castle"}, {"pay": {"offered": True}}) == (
        "segment is none of home, business",
    )
    assert says(HOME, {"fly": {"offered": True}}) == ("fly: there is no such action",)


@pytest.mark.parametrize(("value", "wanted", "same"), [
    (Money(5000, "USD"), "50.00", True), (Money(5000, "USD"), "50", True),
    (Money(5000, "USD"), "500", False), (Money(5000, "USD"), 50, False),
    (Money(5000, "USD"), {"minor": 5000, "currency": "USD"}, True),
    (True, True, True), (True, "true", True), (True, 1, False), (False, "true", False),
    (6, 6, True), (6, "6", True), (6, "7", False), (date(2026, 1, 5), "2026-01-05", True),
    (("weekly", "monthly"), ["weekly", "monthly"], True),
    (("weekly", "monthly"), "weekly, monthly", True), (("weekly",), ["monthly"], False),
])
def test_when_a_term_is_the_same(value: Any, wanted: object, same: bool) -> None:
    assert same_term(value, wanted) is same
