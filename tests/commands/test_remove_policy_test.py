"""A policy test that is removed holds nobody up, and its removal is on record."""

from __future__ import annotations

import pytest

from inthread.commands.remove_policy_test import remove_policy_test
from inthread.commands.save_policy_test import save_policy_test
from inthread.domain.audit import sealed
from inthread.domain.refusals import Forbidden, NotFound
from inthread.queries.policy_tests import policy_tests
from inthread.runtime import Runtime
from inthread.store import audit
from tests.drafts import ADA, BEN, CYD, KEY, in_print
from tests.rows import nothing_written


def test_it_is_gone_and_on_record(rt: Runtime) -> None:
    in_print(rt)
    test = save_policy_test(
        rt, actor=ADA, key=KEY, name="One", inputs={}, expects={"pay": {"offered": True}}
    )
    with pytest.raises(Forbidden), nothing_written(rt.db):
        remove_policy_test(rt, actor=CYD, test_id=test.id)
    remove_policy_test(rt, actor=BEN, test_id=test.id)
    assert policy_tests(rt, actor=CYD, key=KEY) == []
    with rt.db.read() as tx:
        last = audit.of_subject(tx, f"workflow:{KEY}")[-1]
    assert (last.event, last.actor, last.detail) == (
        "policy_test.removed", "staff:stf_ben", {"test": test.id, "name_sha256": sealed("One")}
    )
    with pytest.raises(NotFound), nothing_written(rt.db):
        remove_policy_test(rt, actor=BEN, test_id=test.id)
