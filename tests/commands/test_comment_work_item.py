"""What people write about work is added, and never changed."""

from __future__ import annotations

import pytest

from inthread.commands.comment_work_item import LONGEST, comment_work_item
from inthread.commands.erase_person import erase_person
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import OPERATOR
from inthread.domain.audit import sealed
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.queries.work_item_page import work_comments_of, work_item_page
from inthread.runtime import Runtime
from tests.clock import Clock
from tests.commands.work import a_colleague, asked, item_now
from tests.look import item_of, said_of
from tests.rows import every_row, nothing_written


def test_comments_stand_in_their_order_also_after_the_end(rt: Runtime, clock: Clock) -> None:
    visit, ada, ben = asked(rt), a_colleague(rt), a_colleague(rt, name="Ben Ode")
    item = item_of(rt, visit.case)
    one = comment_work_item(rt, actor=ada, item_id=item.id, body="Called.\nNobody was there.")
    clock.tick(hours=1)
    resolve_work_item(rt, actor=ada, item_id=item.id, result="resume")
    two = comment_work_item(rt, actor=ben, item_id=item.id, body="They called back.")
    assert list(work_comments_of(rt, actor=ada, item_id=item.id)) == [one, two]
    assert (one.actor, one.body, two.at) == (str(ada), "Called.\nNobody was there.", clock.at)
    assert said_of(rt, visit.case)[-1] == ("work.commented", {
        "work_item": item.id, "comment": two.id, "body_sha256": sealed("They called back."),
    })
    page = work_item_page(rt, actor=ada, item_id=item.id)
    assert page.names == {str(ada): "Ada Lin", str(ben): "Ben Ode"}
    assert page.choices == []


def test_a47_a_card_number_in_a_comment_is_masked(rt: Runtime) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    comment_work_item(
        rt, actor=ada, item_id=item_of(rt, visit.case).id, body="read out 4111 1111 1111 1111"
    )
    [kept] = every_row(rt.db)["work_comments"]
    assert kept["body"] == "read out [card number removed] …1111"


def test_erased_with_the_person(rt: Runtime) -> None:
    visit, ada = asked(rt, words="My name is Maya"), a_colleague(rt)
    item = item_of(rt, visit.case)
    comment_work_item(rt, actor=ada, item_id=item.id, body="Maya called")
    resolve_work_item(rt, actor=ada, item_id=item.id, result="withdraw", note="Maya again")
    erase_person(rt, actor=OPERATOR, reference="CUST-1", only_what_may=True)
    [kept] = every_row(rt.db)["work_comments"]
    assert (kept["body"], kept["actor"]) == ("", str(ada))
    assert (item_now(rt, item.id).packet["words"], item_now(rt, item.id).cause) == ("", "question")


@pytest.mark.parametrize(("body", "why"), [
    ("", "empty"), ("  \n ", "empty"), ("x" * (LONGEST + 1), "the most is 2000"),
])
def test_what_is_no_comment(rt: Runtime, body: str, why: str) -> None:
    visit, ada = asked(rt), a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(BadInput, match=why):
        comment_work_item(rt, actor=ada, item_id=item_of(rt, visit.case).id, body=body)


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    visit, viewer, ada = asked(rt), a_colleague(rt, "viewer"), a_colleague(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        comment_work_item(rt, actor=viewer, item_id=item_of(rt, visit.case).id, body="x")
    with nothing_written(rt.db), pytest.raises(NotFound):
        comment_work_item(rt, actor=ada, item_id="wi_0", body="x")
