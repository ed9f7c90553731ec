"""Who looks at a name and an address says why, and that stands in the audit."""

from __future__ import annotations

import pytest

from inthread.commands.reveal_person import REASONS, reveal_person
from inthread.domain.actor import Actor
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from tests.build import EMAIL, PHONE, a_person
from tests.rows import every_row, nothing_written

AGENT = Actor("staff", "stf_1", frozenset({"people:reveal"}))


@pytest.mark.parametrize("reason", REASONS)
def test_it_is_audited_before_anything_is_shown(rt: Runtime, reason: str) -> None:
    person = a_person(rt=rt)
    with nothing_written(rt.db, but=("audit",)):
        shown = reveal_person(rt, actor=AGENT, person_id=person.id, reason=reason)
    assert shown.name == "Maya Okafor"
    assert [c.address for c in shown.contacts] == [PHONE, EMAIL]
    [event] = every_row(rt.db)["audit"]
    assert (event["subject"], event["event"], event["actor"], event["detail"]) == (
        person.id, "person.revealed", "staff:stf_1", {"reason": reason}
    )


def test_a_reason_of_the_list(rt: Runtime) -> None:
    person = a_person(rt=rt)
    with pytest.raises(BadInput, match="/reason: use one of"), nothing_written(rt.db):
        reveal_person(rt, actor=AGENT, person_id=person.id, reason="curious")


def test_who_may_not_and_who_is_not_there(rt: Runtime) -> None:
    person = a_person(rt=rt)
    viewer = Actor("staff", "stf_2", frozenset({"cases:read"}))
    with pytest.raises(Forbidden), nothing_written(rt.db):
        reveal_person(rt, actor=viewer, person_id=person.id, reason="dispute")
    with pytest.raises(NotFound), nothing_written(rt.db):
        reveal_person(rt, actor=AGENT, person_id="per_none", reason="dispute")
