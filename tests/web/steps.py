"""What a customer does, a step at a time, on the pages."""

from __future__ import annotations

from inthread.domain.case import Case
from inthread.runtime import Runtime
from tests.build import an_asked_case, link_token, newest_code
from tests.web.visitor import Page, Visitor


def landing(visitor: Visitor, rt: Runtime, case: Case) -> Page:
    return visitor.get(f"/l/{link_token(rt, case)}")


def code_page(visitor: Visitor, rt: Runtime, case: Case) -> Page:
    return visitor.press(landing(visitor, rt, case), "Send me a code")


def menu(visitor: Visitor, rt: Runtime, case: Case | None = None, **how: str) -> Page:
    """The menu, reached by a code."""
    case = case or an_asked_case(rt=rt, **how)
    page = code_page(visitor, rt, case)
    return visitor.press(page, "Continue", code=newest_code(rt, case))


def fact_menu(visitor: Visitor, rt: Runtime, case: Case) -> Page:
    """The menu, reached by the answer to the question."""
    page = visitor.press(landing(visitor, rt, case), "Answer a question instead")
    return visitor.press(page, "Continue", answer="10001")


def check_page(visitor: Visitor, action: str, **fields: str) -> Page:
    """Chosen, and on the page that shows what would happen."""
    return visitor.press(visitor.get(f"/visit/do/{action}"), BUTTONS[action], **fields)


BUTTONS = {
    "pay": "Continue", "plan": "Check your plan", "promise": "Continue", "upload": "Send",
    "attest": "Sign and send",
}
