"""The work of a day from the keyboard alone: edit, measure, submit, approve; claim, resolve. Once
with scripts and once without (WCAG 2.1.1, 2.4.3)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from inthread.commands.set_console_setting import set_console_setting
from inthread.commands.start_draft import start_draft
from inthread.domain.draft import Draft, DraftState
from inthread.domain.staff import Role
from inthread.domain.work_item import WorkItem
from inthread.store import drafts, work_items
from tests.browser.console_place import Place, standing
from tests.build import carry_all

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FAR = 400
_HERE = """([tag, words]) => {
  const e = document.activeElement;
  return e.tagName === tag && (e.innerText || '').trim().startsWith(words)
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with standing(tmp_path_factory.mktemp("console")) as made:
        yield made


def tab_to(page: Page, there: Callable[[], bool], what: str) -> None:
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if there():
            return
    raise AssertionError(f"{FAR} tabs do not lead to {what} on {page.url}")


def send(page: Page, key: str) -> None:
    """Press what leads to another page, and wait for it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def submit_by(page: Page, words: str) -> None:
    tab_to(page, lambda: bool(page.evaluate(_HERE, ["BUTTON", words])), words)
    send(page, "Enter")


def go(page: Page, words: str) -> None:
    """Tab to the link with these words, and follow it."""
    tab_to(page, lambda: bool(page.evaluate(_HERE, ["A", words])), words)
    send(page, "Enter")


def reach(page: Page, selector: str) -> None:
    tab_to(page, lambda: bool(page.evaluate(
        "selector => document.activeElement.matches(selector)", selector)), selector)


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, f"waited 20 s for {what}"
        time.sleep(0.05)


def the_draft(place: Place, draft_id: str) -> Draft:
    with place.world.rt.db.read() as tx:
        return drafts.get(tx, draft_id)


def the_item(place: Place, item_id: str) -> WorkItem:
    with place.world.rt.db.read() as tx:
        item = work_items.get(tx, item_id)
    assert item is not None
    return item


def edit(place: Place, page: Page, draft_id: str, cell: str, scripts: bool) -> None:
    """A cell of the plan's second row; Enter keeps the table."""
    before = the_draft(place, draft_id).revision
    page.goto(f"{place.origin}/console/drafts/{draft_id}")
    reach(page, "#plan-r1-c0")
    page.keyboard.press("Control+a")
    page.keyboard.type(cell)
    if scripts:  # the table is put in place, and the page stays
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
    else:
        send(page, "Enter")
    until(lambda: the_draft(place, draft_id).revision == before + 1, "the edit to be kept")
    rows = the_draft(place, draft_id).document["policy"]["plan"]["rows"]  # type: ignore[index]
    assert rows[1]["when"][0] == cell


def submit(place: Place, page: Page, draft_id: str) -> None:
    page.goto(f"{place.origin}/console/drafts/{draft_id}")
    go(page, "Impact")
    submit_by(page, "Measure")
    until(lambda: carry_all(place.world.rt) > 0, "the measuring to be asked for")
    go(page, "Approval")
    reach(page, "textarea[name=note]")
    page.keyboard.type("Smaller invoices, smaller plans.")
    submit_by(page, "Ask for approval")
    until(lambda: the_draft(place, draft_id).state is DraftState.SUBMITTED, "the submission")


def approve(place: Place, page: Page, draft_id: str, title: str) -> None:
    page.goto(f"{place.origin}/console/")
    go(page, title)
    go(page, "Approval")
    submit_by(page, "Approve version")
    until(lambda: the_draft(place, draft_id).state is DraftState.PUBLISHED, "the approval")


def resolve(place: Place, page: Page, item_id: str, words: str) -> None:
    """Claimed, then given back to autopilot."""
    page.goto(f"{place.origin}/console/")
    go(page, words)
    assert page.url.endswith(item_id)
    submit_by(page, "Claim")
    until(lambda: the_item(place, item_id).claimed_by is not None, "the claim")
    page.goto(f"{place.origin}/console/exceptions/{item_id}")
    reach(page, "input[name=result]")
    for _ in range(8):
        if page.evaluate("document.activeElement.value") == "resume":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    submit_by(page, "Resolve")
    until(lambda: the_item(place, item_id).resolved_at is not None, "the result")
    assert the_item(place, item_id).resolution == "resume"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_day_of_work_by_keyboard(place: Place, browser: Browser, scripts: bool) -> None:
    world, title = place.world, f"Plans from the keyboard, {'with' if scripts else 'without'}"
    set_console_setting(  # one approver is enough, whatever it changes
        world.rt, actor=world.staff[Role.ADMIN].actor, name="second_approver",
        value={"share": 100, "least": 1},
    )
    draft = start_draft(
        world.rt, actor=world.staff[Role.AUTHOR].actor, key="overdue_invoice", title=title
    )
    opened = {
        role: place.context(browser, role, scripts=scripts)
        for role in (Role.AUTHOR, Role.APPROVER, Role.AGENT)
    }
    page = {role: context.new_page() for role, (context, _) in opened.items()}
    edit(place, page[Role.AUTHOR], draft.id, "< 45.00" if scripts else "< 50.00", scripts)
    submit(place, page[Role.AUTHOR], draft.id)
    approve(place, page[Role.APPROVER], draft.id, title)
    mine, words = ("item_id", "Cannot pay") if scripts else ("free_item", "A question")
    resolve(place, page[Role.AGENT], world.ids[mine], words)
    wrong = {role: watch.wrong for role, (_, watch) in opened.items() if watch.wrong}
    for context, _ in opened.values():
        context.close()
    assert wrong == {}
