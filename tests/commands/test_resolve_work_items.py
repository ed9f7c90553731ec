"""One cause, mended once: each item by itself."""

from __future__ import annotations

import pytest

from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.resolve_work_items import MOST, resolve_work_items
from inthread.domain.case import CaseState
from inthread.domain.refusals import BadInput, Forbidden
from inthread.runtime import Runtime
from tests.build import Fakes
from tests.commands.work import a_colleague, asked, item_now, refused_write
from tests.look import item_of, state_of
from tests.rows import nothing_written


def test_one_that_is_refused_stops_no_other(rt: Runtime, fakes: Fakes) -> None:
    ada, ben = a_colleague(rt), a_colleague(rt, name="Ben")
    visits = [asked(rt, number=str(n)) for n in range(2, 5)]
    items = [item_of(rt, v.case).id for v in visits]
    claim_work_item(rt, actor=ben, item_id=items[1])
    failed = item_of(rt, refused_write(rt, fakes).case).id
    came = resolve_work_items(
        rt, actor=ada, item_ids=[*items, failed, "wi_0"], result="resume", note="all at once"
    )
    assert came.done == (items[0], items[2])
    assert came.refused == (
        (items[1], "somebody else works on it"), (failed, "the write failed: use retry"),
        ("wi_0", "there is no such item"),
    )
    assert [state_of(rt, v.case) for v in visits] == [
        CaseState.OPEN, CaseState.EXCEPTION, CaseState.OPEN
    ]
    assert [item_now(rt, x).note for x in items] == ["all at once", None, "all at once"]
    again = resolve_work_items(rt, actor=ada, item_ids=items[:1], result="resume")
    assert again.refused == ((items[0], "somebody resolved it before"),)


@pytest.mark.parametrize(("ids", "why"), [
    ([], "choose 1 to 50"), ([f"wi_{n}" for n in range(MOST + 1)], "choose 1 to 50"),
    (["wi_1", "wi_1"], "names one twice"),
])
def test_what_is_not_tried_at_all(rt: Runtime, ids: list[str], why: str) -> None:
    ada = a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(BadInput, match=why):
        resolve_work_items(rt, actor=ada, item_ids=ids, result="resume")


def test_who_may_not(rt: Runtime) -> None:
    viewer, item = a_colleague(rt, "viewer"), item_of(rt, asked(rt).case)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        resolve_work_items(rt, actor=viewer, item_ids=[item.id], result="resume")
