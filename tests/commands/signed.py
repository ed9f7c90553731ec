"""A case with everything on it: help asked and given, a document sent, a statement signed, a reply
after the end. What people say in it is found again by its words."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.receive_reply import receive_reply
from inthread.commands.resolve_reply import resolve_reply
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.submit_action import Submitted, submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR, provider
from inthread.domain.case import Case
from inthread.domain.person import Person
from inthread.domain.reply import Reply
from inthread.queries.action import action_form
from inthread.runtime import Runtime
from inthread.spi import Form, Incoming, Upload
from tests.build import AVisit, a_coded_visit, a_person, an_open_visit, carry_all, the_case
from tests.look import item_of

NAME = "Quilla Featherstone"
NUMBER = "+15550100461"
MAIL = "quilla@canary.example"
WORDS = "my sister Zinnia reads this for me"
NOTE = "she called from the hospital"
SAID = "greetings from Yggdrasil"
POSTCODE = "10977"


def somebody(rt: Runtime, reference: str = "CUST-1") -> Person:
    return a_person(
        rt=rt, reference=reference, name=NAME, contacts=(("sms", NUMBER), ("email", MAIL))
    )


def a_photo(colour: str = "red") -> Form:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return Form(
        {"kind": "passport", "anyway": "yes"},
        {"file": [Upload("me.jpg", "image/jpeg", out.getvalue())]},
    )


def submit(rt: Runtime, visit: AVisit, action: str, form: Form) -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action=action, nonce=f"nonce-{action}", form=form
    )


def sign(rt: Runtime, visit: AVisit) -> Submitted:
    page = action_form(rt, visit.token, "attest").page
    return submit(rt, visit, "attest", Form(
        {"agree": "yes", "name": NAME, "statement_digest": str(page["digest"])}
    ))


def say(rt: Runtime, words: str, *, address: str = NUMBER, channel: str = "sms") -> Reply:
    reply = receive_reply(
        rt, actor=provider(channel), provider=channel,
        incoming=Incoming(rt.new_id("ev"), address, words),
    )
    assert reply is not None
    return reply


def a_signed_case(
    rt: Runtime, person: Person, number: str = "DOC-1", colour: str = "red"
) -> Case:
    expires = (rt.now() + timedelta(days=27)).date().isoformat()
    visit = an_open_visit(
        rt=rt, workflow="document_refresh", number=number, person=person,
        facts={"postcode": POSTCODE, "expires_on": expires},
    )
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question", words=WORDS)
    item = item_of(rt, visit.case)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume", note=NOTE)
    visit = a_coded_visit(rt=rt, visit=visit)
    submit(rt, visit, "upload", a_photo(colour))
    carry_all(rt)
    sign(rt, visit)
    carry_all(rt)
    case = the_case(rt, visit.case.id)
    assert case.state == "closed"
    return case


def a_read_reply(rt: Runtime, words: str = SAID) -> None:
    reply = say(rt, words)
    resolve_reply(rt, actor=OPERATOR, reply_id=reply.id, result="read")
