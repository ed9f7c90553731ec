"""A case is tried on its page: what is typed is answered cell by cell, and stays typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select

from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.build import a_case
from tests.drafts import a_draft, in_print
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague

PATH = "/console/what-if"
TYPED = {
    "of": "overdue_invoice", "f.amount_due": "55.94", "f.due_date": "2025-12-20",
    "f.disputed": "", "settled": "", "attempts": "0", "on": "2026-01-05",
}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def part(html: str, action: str) -> str:
    """What is said of one action."""
    return words(html.split(f'aria-labelledby="a-{action}"')[1].split("</section>")[0])


def test_each_action_is_answered_cell_by_cell(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    vic = colleague("viewer")
    with nothing_written(rt.db):
        answer = vic.post(PATH, TYPED, on=PATH)
    assert answer.status_code == 200
    plan = part(answer.text, "plan")
    assert "Not offered: plan below least" in plan
    assert "To staff: Less than 60.00 remains." in plan
    assert "Plans start at $60. $55.94 is left." in plan
    assert "Los plazos empiezan en $60. Quedan" in plan
    assert "does not fit" not in plan  # said by the icon
    assert "decides" in plan
    assert "3 more rows were not looked at." in plan
    html = answer.text.split('aria-labelledby="a-plan"')[1].split("</section>")[0]
    cells = re.findall(r'<td class="(hit|miss)">', html)
    assert cells == ["hit", "miss", "hit", "hit"]
    pay = part(answer.text, "pay")
    assert "asks for link+fact" in pay
    assert "Customer, en Pay now: All of it or a part." in pay
    assert 'value="55.94"' in answer.text


@pytest.mark.parametrize(("field", "value", "says"), [
    ("f.amount_due", "a lot", "Is not an amount in USD"),
    ("f.amount_due", "", "Is missing and is required"),
    ("f.due_date", "2025-02-30", "Is a day that does not exist"),
    ("settled", "99.00", "Is more than is owed"),
    ("attempts", "-1", "Use a whole number from 0 to 1,000"),
    ("on", "soon", "Is not a date such as 2026-11-24"),
])
def test_a_field_that_is_wrong_says_so_and_keeps_what_was_typed(
    rt: Runtime, colleague: Callable[..., Colleague], field: str, value: str, says: str
) -> None:
    vic = colleague("viewer")
    with nothing_written(rt.db):
        answer = vic.post(PATH, {**TYPED, field: value}, on=PATH)
    assert answer.status_code == 422
    error = re.search(rf'id="f-{field.replace(".", "-")}-err">.*?</p>', answer.text, re.S)
    assert error is not None
    assert says in words(error[0])
    assert 'id="a-pay"' not in answer.text
    for name, typed in {**TYPED, field: value}.items():
        if name.startswith("f.") and name != "f.disputed":
            assert re.search(rf'name="{re.escape(name)}"[^>]* value="{re.escape(typed)}"',
                             answer.text)


def test_a_case_is_loaded_by_its_reference_without_what_is_sensitive(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    a_case(rt=rt, number="INV-77", owed="612.50")
    html = colleague("viewer").get(f"{PATH}?of=overdue_invoice&case=INV-77").text
    assert re.search(r'name="f.amount_due"[^>]* value="612.50"', html)
    assert re.search(r'name="f.due_date"[^>]* value="2025-12-20"', html)
    assert re.search(r'name="on"[^>]* value="2026-01-05"', html)
    assert "10001" not in html
    assert "postcode" not in html.lower()


def test_a_case_that_is_not_there_is_said(colleague: Callable[..., Colleague]) -> None:
    answer = colleague("viewer").get(f"{PATH}?of=overdue_invoice&case=INV-0")
    assert answer.status_code == 404
    assert "Is no case of this workflow" in answer.text


def test_a_draft_is_tried_beside_what_is_in_force(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    draft = a_draft(rt, to="< 60.00")  # below 60.00 all of it is paid at once
    vic = colleague("viewer")
    assert f'value="draft:{draft.id}" selected' in vic.get(f"{PATH}?draft={draft.id}").text
    answer = vic.post(PATH, {**TYPED, "of": f"draft:{draft.id}"}, on=PATH)
    assert "In force: offered on other terms" in part(answer.text, "pay")
    assert "as in force" in part(answer.text, "plan")


def test_it_is_kept_as_a_test_with_what_came_out(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    ada = colleague("author")
    answer = ada.post(f"{PATH}/test", {**TYPED, "name": "Under $60 no plan"}, on=PATH)
    assert answer.headers["Location"] == f"{PATH}?of=overdue_invoice&said=policy_test_kept"
    with rt.db.read() as tx:
        [kept] = tx.execute(select(t.policy_tests)).all()
    assert (kept.key, kept.name) == ("overdue_invoice", "Under $60 no plan")
    assert kept.inputs == {"remaining": "55.94", "disputed": "false", "days_late": "16"}
    assert kept.expects["plan"] == {"offered": False, "reason": "plan_below_least"}
    assert kept.expects["promise"] == {
        "offered": True, "identity": "code",
        "terms": {"latest_days": 14, "least": {"minor": 1000, "currency": "USD"}},
    }


def test_a_test_needs_a_name(rt: Runtime, colleague: Callable[..., Colleague]) -> None:
    in_print(rt)
    ada = colleague("author")
    with nothing_written(rt.db):
        answer = ada.post(f"{PATH}/test", {**TYPED, "name": " "}, on=PATH)
    assert answer.status_code == 422
    assert "Is empty: say what it holds the policy to" in answer.text
    assert 'value="55.94"' in answer.text


def test_keeping_a_test_takes_an_author(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    vic = colleague("viewer")
    with nothing_written(rt.db, but=("audit",)):
        assert vic.post(f"{PATH}/test", {**TYPED, "name": "Mine"}, on=PATH).status_code == 403


def test_a_fresh_case_that_goes_to_a_person_is_said(colleague: Callable[..., Colleague]) -> None:
    answer = colleague("viewer").post(PATH, {**TYPED, "f.disputed": "true"}, on=PATH)
    assert "A fresh case like this goes to a person first." in answer.text
