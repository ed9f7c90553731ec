"""A system of record is asked for a write that never was, and what it answers is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands import test_binding as bindings
from inthread.domain.audit import sealed
from inthread.domain.binding import BindingTest
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.queries.draft_checks import draft_checks
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.store import bindings as kept
from inthread.testing.fake_office import Effect
from tests.build import Fakes, a_coded_visit, a_submission, carry_all
from tests.drafts import ADA, BEN, CYD, a_draft, in_print
from tests.rows import nothing_written


def look(rt: Runtime) -> BindingTest:
    return bindings.test_binding(rt, actor=BEN, connector="billing", operation="plans")


def test_it_says_that_nothing_is_there(rt: Runtime, fakes: Fakes) -> None:
    test = look(rt)
    assert test == BindingTest("billing", "plans", rt.now(), "staff:stf_ben", None)
    assert (len(fakes.billing.looks), fakes.billing.calls, fakes.billing.effects) == (1, [], [])
    with rt.db.read() as tx:
        assert kept.tests(tx) == {("billing", "plans"): test}
        events = [e for s in audit.subjects(tx, "", 50) for e in audit.of_subject(tx, s)]
    assert [(e.event, e.actor, e.detail) for e in events] == [
        ("binding.tested", "staff:stf_ben",
         {"connector": "billing", "operation": "plans", "passed": True, "trouble_sha256": None}),
    ]


@pytest.mark.parametrize(("mode", "trouble"), [
    ("busy", "could not look: Retry"), ("timeout", "could not look: TimeoutError"),
])
def test_it_cannot_be_looked_at(rt: Runtime, fakes: Fakes, mode: str, trouble: str) -> None:
    look(rt)
    fakes.billing.read_mode = mode
    assert look(rt).trouble == trouble
    with rt.db.read() as tx:
        assert [test.trouble for test in kept.tests(tx).values()] == [trouble]
        [subject] = audit.subjects(tx, "", 50)
        last = audit.of_subject(tx, subject)[-1]
    assert (last.detail["passed"], last.detail["trouble_sha256"]) == (False, sealed(trouble))


def test_it_shows_something_for_what_nobody_wrote(rt: Runtime, fakes: Fakes) -> None:
    class Anything(str):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = str.__hash__

    fakes.billing.effects.append(
        Effect(Anything("any"), "plans", {"a": 1}, rt.now() - timedelta(days=1))
    )
    assert look(rt).trouble == "shows something for an id that nobody ever wrote"


def test_what_was_proved_through_it_counts_as_tested(rt: Runtime, fakes: Fakes) -> None:
    in_print(rt)
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit, action="promise")
    carry_all(rt)
    fakes.billing.read_mode = "timeout"
    bindings.test_binding(rt, actor=ADA, connector="billing", operation="promises")
    found = draft_checks(rt, actor=ADA, draft_id=a_draft(rt).id).bindings
    one = next(each for each in found if each.operation == "promises")
    assert (one.proved, one.test and one.test.passed, one.trouble) == (True, False, None)


def test_what_is_not_tested(rt: Runtime) -> None:
    with pytest.raises(NotFound), nothing_written(rt.db):
        bindings.test_binding(rt, actor=ADA, connector="bank", operation="plans")
    for name in ("", "Plans", "a/b", "x" * 41):
        with pytest.raises(BadInput), nothing_written(rt.db):
            bindings.test_binding(rt, actor=ADA, connector="billing", operation=name)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        bindings.test_binding(rt, actor=CYD, connector="billing", operation="plans")
