"""Policy tests are kept by workflow, and say what came out otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from inthread.commands.save_policy_test import save_policy_test
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.queries.policy_tests import policy_tests, policy_tests_in_force
from inthread.runtime import Runtime
from inthread.store import audit
from tests.drafts import ADA, BEN, CYD, KEY, in_print
from tests.rows import nothing_written

INPUTS = {"remaining": "184.20", "disputed": False, "days_late": 16}
EXPECTS: dict[str, Any] = {
    "pay": {"offered": True, "terms": {"least": "10.00", "other": True}, "identity": "link+fact"},
    "plan": {"offered": True, "terms": {"most_instalments": 6}},
    "promise": {"terms": {"latest_days": 14}},
}


def test_it_is_kept_and_passes_on_what_is_in_force(rt: Runtime) -> None:
    in_print(rt)
    test = save_policy_test(
        rt, actor=ADA, key=KEY, name=" A usual one ", inputs=INPUTS, expects=EXPECTS
    )
    assert (test.name, test.made_by, test.changed_at) == (
        "A usual one", "staff:stf_ada", rt.now()
    )
    assert policy_tests(rt, actor=CYD, key=KEY) == [test]
    assert [r.says for r in policy_tests_in_force(rt, actor=CYD, key=KEY)] == [()]
    with rt.db.read() as tx:
        last = audit.of_subject(tx, f"workflow:{KEY}")[-1]
    assert (last.event, last.detail["test"]) == ("policy_test.saved", test.id)


def test_another_content_for_the_same_test(rt: Runtime) -> None:
    in_print(rt)
    test = save_policy_test(
        rt, actor=ADA, key=KEY, name="One", inputs=INPUTS, expects=EXPECTS
    )
    again = save_policy_test(
        rt, actor=BEN, key=KEY, name="Two", inputs={}, expects={"pay": {"offered": False}},
        test_id=test.id,
    )
    assert policy_tests(rt, actor=CYD, key=KEY) == [again]
    assert (again.id, again.name, again.made_by) == (test.id, "Two", "staff:stf_ben")


@pytest.mark.parametrize(("change", "path"), [
    ({"name": " "}, "/name"), ({"name": "x" * 121}, "/name"), ({"expects": {}}, "/expects"),
    ({"expects": {"pay": {}}}, "/expects/pay"), ({"expects": {"pay": True}}, "/expects/pay"),
    ({"expects": {"pay": {"offered": "yes"}}}, "/expects/pay"),
    ({"expects": {"pay": {"cells": 1}}}, "/expects/pay"),
    ({"expects": {"pay": {"terms": {"least": 1.5}}}}, "/expects/pay"),
    ({"inputs": {"remaining": 1.5}}, "/inputs/remaining"),
    ({"inputs": {"remaining": None}}, "/inputs/remaining"),
    ({"inputs": {"segment": "a\0"}}, "/inputs/segment"),
    ({"inputs": {str(n): 1 for n in range(61)}}, "/inputs"),
])
def test_what_is_no_test(rt: Runtime, change: dict[str, Any], path: str) -> None:
    in_print(rt)
    good = {"name": "One", "inputs": INPUTS, "expects": EXPECTS}
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        save_policy_test(rt, actor=ADA, key=KEY, **{**good, **change})
    assert [p.path for p in refusal.value.problems] == [path]


def test_a_name_that_is_taken_a_test_or_workflow_that_is_not_there(rt: Runtime) -> None:
    in_print(rt)
    given: dict[str, Any] = {"name": "One", "inputs": INPUTS, "expects": EXPECTS}
    test = save_policy_test(rt, actor=ADA, key=KEY, **given)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        save_policy_test(rt, actor=ADA, key=KEY, **given)
    assert [(p.path, p.message) for p in refusal.value.problems] == [
        ("/name", "is the name of another test")
    ]
    for key, test_id in (
        ("nobody", None), (KEY, "pt_none"), ("document_refresh", test.id)
    ):
        with pytest.raises(NotFound), nothing_written(rt.db):
            save_policy_test(rt, actor=ADA, key=key, test_id=test_id, **{**given, "name": "Two"})
    with pytest.raises(Forbidden), nothing_written(rt.db):
        save_policy_test(rt, actor=CYD, key=KEY, **{**given, "name": "Two"})
