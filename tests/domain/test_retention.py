"""How long things are kept, read from a document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inthread.domain.retention import KINDS, Kept, RetentionErrors, read_retention
from tests.clock import MONDAY
from tests.runtimes import shipped_retention


def a_document() -> dict[str, Any]:
    return {"version": 2, **{k: {"keep": "30d", "because": "we say so"} for k in KINDS}}


def test_r4_14_what_ships_keeps_evidence_for_three_years() -> None:
    shipped = shipped_retention()
    days = {kind: kept.period.days for kind, kept in shipped.kept.items()}
    assert days == {
        "cases": 1096, "people": 1096, "replies": 1096, "stops": 1096, "visits": 90, "codes": 90,
        "links": 90, "drafts": 30, "jobs": 30, "imports": 90,
    }
    assert "12 CFR 1006.100(a)" in shipped.kept["cases"].because
    assert shipped.before("drafts", MONDAY) == MONDAY - timedelta(days=30)


def test_a_document_that_holds() -> None:
    read = read_retention(a_document(), "r.toml")
    assert (read.version, read.kept["jobs"]) == (2, Kept(timedelta(days=30), "we say so"))


@pytest.mark.parametrize(("place", "value", "said"), [
    ("cases", None, f"r.toml: cases: is missing: {KINDS['cases']}"),
    ("cases", {"because": "x"},
     f"r.toml: cases.keep: is missing: how long to keep {KINDS['cases']}"),
    ("jobs", {"keep": "3 years", "because": "x"},
     "r.toml: jobs.keep: is not a duration: write 90s, 15m, 4h, 30d or 2w (how long to keep "
     f"{KINDS['jobs']})"),
    ("visits", {"keep": "23h", "because": "x"},
     "r.toml: visits.keep: has to be a day or more: limits look back that far"),
    ("visits", {"keep": "90d"},
     "r.toml: visits.because: is missing: name the rule that asks for it, or the reason"),
    ("visits", {"keep": "90d", "because": "x", "but": "y"},
     "r.toml: visits.but: is not known here: remove it, or correct its name"),
    ("audit", {"keep": "90d", "because": "x"},
     "r.toml: audit: is not known here: remove it, or correct its name"),
    ("version", None, "r.toml: version: is missing: other periods are another version"),
])
def test_a_fault_is_said_with_its_place_and_remedy(place: str, value: object, said: str) -> None:
    document = a_document()
    document[place] = value
    if value is None:
        del document[place]
    with pytest.raises(RetentionErrors) as wrong:
        read_retention(document, "r.toml")
    assert str(wrong.value).splitlines() == [said]
