"""One engagement over two channels: what was begun by one link goes on by the other."""

from __future__ import annotations

from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import CaseState
from inthread.queries.action import action_form, check
from inthread.runtime import Runtime
from tests.build import (
    AVisit,
    Fakes,
    a_choice,
    a_coded_visit,
    an_asked_case,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.rows import every_row


def test_a_draft_from_the_text_message_is_finished_from_the_mail(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    by_text = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))
    a_choice(rt=rt, visit=by_text, action="plan")
    clock.tick(days=3)
    carry_all(rt)
    [mail] = fakes.email.sent
    assert "/l/" in mail.body
    by_mail: AVisit = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=the_case(rt, case.id)))
    contacts = {v["contact_id"] for v in every_row(rt.db)["visits"]}
    assert len(contacts) == 2  # each visit by the link of its own contact point
    assert action_form(rt, by_mail.token, "plan").draft["option"] == "monthly-3"
    submit_action(
        rt, actor=CUSTOMER, token=by_mail.token, action="plan", nonce="nonce-1",
        shown=check(rt, by_mail.token, "plan").chosen.digest,
    )
    carry_all(rt)
    assert the_case(rt, case.id).state is CaseState.CLOSED
