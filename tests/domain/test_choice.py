"""The digest of a choice: any other amount, date, word or file gives another."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.choice import choice_digest, kept, shown
from inthread.domain.money import Money

LINES = (("you_pay_now", {"minor": 62_00, "currency": "USD"}), ("by", {"date": "2026-01-08"}))
CHOSEN = ("pay", {"how": "part", "amount": ""}, LINES, "I agree.", ("aa", "bb"))


def test_it_is_a_sha256_and_always_the_same() -> None:
    made = choice_digest(*CHOSEN)
    assert len(made) == 64
    assert choice_digest("pay", {"amount": "", "how": "part"}, list(LINES), "I agree.",
                         ["aa", "bb"]) == made


@pytest.mark.parametrize(("at", "other"), [
    (0, "plan"),
    (1, {"how": "all", "amount": ""}),
    (1, {"how": "part", "amount": "0"}),
    (1, {"how": "part"}),
    (2, (("you_pay_now", {"minor": 62_01, "currency": "USD"}), LINES[1])),
    (2, (("you_pay_now", {"minor": 62_00, "currency": "EUR"}), LINES[1])),
    (2, (LINES[0], ("by", {"date": "2026-01-09"}))),
    (2, (LINES[1], LINES[0])),
    (2, LINES[:1]),
    (3, "I agree"), (3, "I agree. "), (3, None), (3, ""),
    (4, ("bb", "aa")), (4, ("aa",)), (4, ("aabb",)), (4, ()),
])
def test_anything_else_gives_another(at: int, other: object) -> None:
    changed = [*CHOSEN]
    changed[at] = other  # type: ignore[assignment, call-overload]
    assert choice_digest(*changed) != choice_digest(*CHOSEN)  # type: ignore[arg-type]


@given(st.one_of(
    st.builds(Money, st.integers(-10**6, 10**6), st.sampled_from(["USD", "JPY"])),
    st.dates(), st.text(max_size=20), st.integers(),
))
def test_what_is_kept_is_shown_again(value) -> None:  # type: ignore[no-untyped-def]
    assert shown(kept(value)) == value


def test_how_it_is_kept() -> None:
    assert kept(Money(5, "USD")) == {"minor": 5, "currency": "USD"}
    assert kept(date(2026, 1, 8)) == {"date": "2026-01-08"}
    assert kept("x") == "x"
