"""What several items have in common, without what belongs to one."""

from __future__ import annotations

import pytest

from inthread.domain.causes import LONGEST, cause_of, said_by


@pytest.mark.parametrize(("said", "kept"), [
    ("refused: 422 PERIOD_CLOSED", "refused: 422 PERIOD_CLOSED"),
    ("refused: invoice 611365 is closed", "refused: invoice … is closed"),
    ("refused: INV-20418 for maya@example.com", "refused: … for …"),
    ('refused: "Maya Okafor" has no account', "refused: … has no account"),
    ("refused: \u2018start\u2019 2026-11-30 lies in a closed period",
     "refused: … … lies in a closed period"),
    ("no answer: ReadTimeout", "no answer: ReadTimeout"),
    ("  two \n lines ", "two lines"),
    ("the customer asked", "the customer asked"),
    ("owes 61.40 of 600", "owes … of …"),
])
def test_what_belongs_to_one_case_is_taken_out(said: str, kept: str) -> None:
    cause = cause_of("writeback_failed", "overdue_invoice", said)
    assert cause == f"writeback_failed|overdue_invoice|{kept}"
    assert said_by(cause) == kept


def test_it_fits_its_column() -> None:
    assert len(cause_of("question", "overdue_invoice", "word " * 200)) == LONGEST
    assert said_by("question") == "question"
