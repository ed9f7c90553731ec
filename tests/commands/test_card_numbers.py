"""A47, R3.2: a card number comes in by every way that text comes in, and none of it is kept.

Each case is one way in; whatever it does, no row of any table has the number afterwards. The forms
of the mini-apps are in tests/commands/test_card_numbers_in_forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.change_draft import change_draft
from inthread.commands.close_case import close_case
from inthread.commands.comment_work_item import comment_work_item
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.hold_person import hold_person
from inthread.commands.import_triggers import import_triggers
from inthread.commands.invite_staff import invite_staff
from inthread.commands.make_api_key import make_api_key
from inthread.commands.pause_case import pause_case
from inthread.commands.pause_connector import pause_connector
from inthread.commands.receive_reply import receive_reply
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_delivery import record_delivery
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.start_draft import start_draft
from inthread.commands.start_upload import start_upload
from inthread.commands.submit_action import Device, submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR, provider
from inthread.domain.refusals import BadInput
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt, DeliveryStatus, Incoming, Rejected
from tests.build import (
    EMAIL,
    PHONE,
    a_choice,
    a_coded_visit,
    a_person,
    a_submission,
    an_asked_case,
    carry_all,
    fakes_of,
)
from tests.commands.work import asked
from tests.drafts import ADA, in_print, shipped_document
from tests.look import item_of
from tests.rows import every_row
from tests.triggers import a_trigger

CARD = "4111 1111 1111 1111"
SAID = f"it is {CARD}, ok?"
KEPT = "it is [card number removed] \u20261111, ok?"
MAP = """
workflow = "overdue_invoice"
[facts]
invoice_number = "No"
amount_due = "Amount"
due_date = "Due"
[person]
reference = "Customer"
name = "Name"
"""


def rows_with_card(rt: Runtime) -> list[str]:
    """Tables in which the number stands, in whatever spelling."""
    return [
        name for name, rows in every_row(rt.db).items()
        if re.search(r"4\W{0,3}1\W{0,3}1\W{0,3}1(\W{0,3}1){12}", repr(rows))
    ]


def nothing_kept(rt: Runtime, *, masked: str) -> None:
    """No table has the number; *masked* has what is left of it."""
    assert rows_with_card(rt) == []
    assert "[card number removed] \u20261111" in str(every_row(rt.db)[masked])


def by_facts(rt: Runtime, tmp: Path) -> None:
    trigger = {**a_trigger(), "workflow": "contact_change", "facts": {
        "review_reference": "REV-1", "reason": "yearly_check", "address": SAID,
    }}
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[trigger])
    assert answer.problems == ()


def by_name(rt: Runtime, tmp: Path) -> None:
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[a_trigger(person={"name": SAID})])
    assert answer.problems == ()


def by_consent(rt: Runtime, tmp: Path) -> None:
    consent = {"purposes": ["service"], "wording": SAID, "version": "1", "source": SAID,
               "at": "2026-01-01T00:00:00Z"}
    contact = {"channel": "sms", "address": PHONE, "consent": consent}
    [answer] = receive_triggers(
        rt, actor=OPERATOR, triggers=[a_trigger(person={"contacts": [contact]})]
    )
    assert answer.problems == ()


def by_cancelling(rt: Runtime, tmp: Path) -> None:
    cancel_case(rt, actor=OPERATOR, reason=SAID, case_id=an_asked_case(rt=rt).id)


def by_file(rt: Runtime, tmp: Path) -> None:
    map, file = tmp / "m.toml", tmp / f"{CARD}.csv"
    map.write_text(MAP, encoding="utf-8")
    file.write_text(
        f"No,Amount,Due,Customer,Name\nINV-7,12.00,2025-12-20,CUST-7,{CARD}\n", encoding="utf-8"
    )
    made = import_triggers(rt, actor=OPERATOR, file=file, map=map)
    assert dict(made.counts) == {"opened": 1}


def by_comment(rt: Runtime, tmp: Path) -> None:
    comment_work_item(rt, actor=OPERATOR, item_id=item_of(rt, asked(rt).case).id, body=SAID)


def by_resolving(rt: Runtime, tmp: Path) -> None:
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item_of(rt, asked(rt).case).id, result="resume", note=SAID
    )


def by_pausing(rt: Runtime, tmp: Path) -> None:
    pause_case(rt, actor=OPERATOR, case_id=an_asked_case(rt=rt).id, reason=SAID,
               until=rt.now() + timedelta(days=1))


def by_closing(rt: Runtime, tmp: Path) -> None:
    close_case(rt, actor=OPERATOR, case_id=an_asked_case(rt=rt).id, reason=SAID)


def by_handing_over(rt: Runtime, tmp: Path) -> None:
    hand_over_case(
        rt, actor=OPERATOR, case_id=an_asked_case(rt=rt).id, reason="question", note=SAID
    )


def by_holding(rt: Runtime, tmp: Path) -> None:
    a_person(rt=rt)
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason=SAID)


def by_pausing_a_system(rt: Runtime, tmp: Path) -> None:
    pause_connector(rt, actor=OPERATOR, connector="billing", why=SAID)


def by_draft_title(rt: Runtime, tmp: Path) -> None:
    in_print(rt)
    start_draft(rt, actor=ADA, key="overdue_invoice", title=SAID)


def by_test_name(rt: Runtime, tmp: Path) -> None:
    in_print(rt)
    save_policy_test(
        rt, actor=ADA, key="overdue_invoice", name=SAID, inputs={"days_late": 3},
        expects={"pay": {"offered": True}},
    )


def by_key_name(rt: Runtime, tmp: Path) -> None:
    make_api_key(rt, actor=OPERATOR, name=SAID, scopes=["triggers:write"])


def _by_reply(channel: str, address: str) -> Callable[[Runtime, Path], None]:
    def reply(rt: Runtime, tmp: Path) -> None:
        an_asked_case(rt=rt)
        heard = Incoming(rt.new_id("ev"), address, f"I paid by {CARD}")
        receive_reply(rt, actor=provider(channel), provider=channel, incoming=heard)

    reply.__name__ = f"by_{channel}"
    return reply


def by_delivery(rt: Runtime, tmp: Path) -> None:
    an_asked_case(rt=rt)
    [message] = every_row(rt.db)["messages"]
    receipt = DeliveryReceipt("e1", DeliveryStatus.FAILED, message_id=message["id"], code=SAID)
    record_delivery(rt, actor=provider("sms"), provider="sms", receipt=receipt)


def by_a_system_that_refuses(rt: Runtime, tmp: Path) -> None:
    def say_no() -> None:
        raise Rejected(SAID)

    fakes_of(rt).billing.on_call = say_no
    a_submission(rt=rt, visit=a_coded_visit(rt=rt))
    carry_all(rt)


def by_file_name(rt: Runtime, tmp: Path) -> None:
    visit = a_coded_visit(rt=rt, workflow="document_refresh")
    start_upload(
        rt, actor=CUSTOMER, token=visit.token, action="upload", name=f"{CARD}.jpg",
        media_type="image/jpeg", length=100,
    )


def by_browser(rt: Runtime, tmp: Path) -> None:
    visit = a_coded_visit(rt=rt)
    submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="promise", nonce="nonce-1",
        shown=a_choice(rt=rt, visit=visit), device=Device("127.0.0.1", SAID),
    )


# way in -> a table that has what is left of the number
MASKED: dict[Callable[[Runtime, Path], None], str] = {
    by_facts: "cases", by_name: "people", by_consent: "consents", by_cancelling: "cases",
    by_file: "people", by_comment: "work_comments", by_resolving: "work_items",
    by_pausing: "cases", by_closing: "cases", by_handing_over: "work_items",
    by_holding: "people", by_pausing_a_system: "audit", by_draft_title: "workflow_drafts",
    by_test_name: "policy_tests", by_key_name: "api_keys",
    _by_reply("sms", PHONE): "replies", _by_reply("whatsapp", PHONE): "replies",
    _by_reply("email", EMAIL): "replies",
    by_delivery: "messages", by_a_system_that_refuses: "writebacks",
    by_file_name: "incoming_files", by_browser: "outcomes",
}


@pytest.mark.parametrize(
    ("way", "masked"), [pytest.param(w, t, id=w.__name__) for w, t in MASKED.items()]
)
def test_r3_2_a47_a_card_number_is_masked_before_it_is_kept(
    rt: Runtime, tmp_path: Path, way: Callable[[Runtime, Path], None], masked: str
) -> None:
    way(rt, tmp_path)
    nothing_kept(rt, masked=masked)


def as_reference(rt: Runtime) -> None:
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[a_trigger(customer=CARD)])
    raise BadInput(answer.problems)


def as_mail_address(rt: Runtime) -> None:
    contact = {"channel": "email", "address": "4111111111111111@example.com"}
    [answer] = receive_triggers(
        rt, actor=OPERATOR, triggers=[a_trigger(person={"contacts": [contact]})]
    )
    raise BadInput(answer.problems)


def as_policy(rt: Runtime) -> None:
    draft = start_draft(rt, actor=ADA, key="overdue_invoice")
    document = shipped_document()
    document["title"]["en"] = SAID
    change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=document
    )


def as_test_input(rt: Runtime) -> None:
    save_policy_test(
        rt, actor=ADA, key="overdue_invoice", name="paid", inputs={"postcode": CARD},
        expects={"pay": {"offered": True}},
    )


def as_staff_name(rt: Runtime) -> None:
    invite_staff(rt, actor=OPERATOR, email="ada@staff.example.com", name=CARD, roles=["agent"])


@pytest.mark.parametrize(
    "way", [as_reference, as_mail_address, as_policy, as_test_input, as_staff_name]
)
def test_r3_2_a47_a_card_number_that_cannot_be_masked_is_refused(
    rt: Runtime, way: Callable[[Runtime], None]
) -> None:
    in_print(rt)
    with pytest.raises(BadInput, match="card number"):
        way(rt)
    assert rows_with_card(rt) == []
