"""A legal hold on a person: put, kept, taken away."""

from __future__ import annotations

import pytest

from inthread.commands.hold_person import hold_person
from inthread.domain.actor import OPERATOR, WORKER
from inthread.domain.audit import sealed
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import a_person
from tests.clock import MONDAY, Clock
from tests.rows import every_row, nothing_written

WHY = "claim 12 of the county court"


def hold(rt: Runtime, reason: str | None, reference: str = "CUST-1") -> bool:
    return hold_person(rt, actor=OPERATOR, reference=reference, reason=reason)


def test_r4_14_a_hold_is_put_and_taken_away_and_audited(rt: Runtime, clock: Clock) -> None:
    person = a_person(rt=rt)
    assert hold(rt, WHY) is True
    clock.tick(days=1)
    assert hold(rt, f"  {WHY}, and 13 ") is False
    [row] = every_row(rt.db)["people"]
    assert (row["held_at"], row["held_why"]) == (MONDAY, f"{WHY}, and 13")
    assert hold(rt, None) is True
    with nothing_written(rt.db):
        assert hold(rt, None) is False
    [row] = every_row(rt.db)["people"]
    assert (row["held_at"], row["held_why"]) == (None, None)
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, person.id)
    assert [(e.event, e.actor, e.detail) for e in chain] == [
        ("person.held", "operator:cli", {"reason_sha256": sealed(WHY)}),
        ("person.held", "operator:cli", {"reason_sha256": sealed(f"{WHY}, and 13")}),
        ("person.released", "operator:cli", {"reason_sha256": None}),
    ]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x07b"])
def test_a_hold_says_why(rt: Runtime, reason: str) -> None:
    a_person(rt=rt)
    with nothing_written(rt.db), pytest.raises(BadInput, match="/reason"):
        hold(rt, reason)


def test_who_may_not_and_who_is_not_there(rt: Runtime) -> None:
    a_person(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        hold_person(rt, actor=WORKER, reference="CUST-1", reason=WHY)
    with nothing_written(rt.db), pytest.raises(NotFound):
        hold(rt, WHY, "CUST-2")
