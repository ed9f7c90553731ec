"""The receipt tells how it stands now, under the link of its message, and on paper."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import Flask

from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import provider
from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from inthread.web.papers import file_name
from tests.build import (
    Fakes,
    a_person,
    an_asked_case,
    carry_all,
    newest_code,
)
from tests.clock import Clock
from tests.look import the_case
from tests.rows import every_row, nothing_written
from tests.web.steps import check_page, menu
from tests.web.visitor import ORIGIN, Page, Visitor


def promised(visitor: Visitor, rt: Runtime) -> Page:
    """A promise is made; nothing was carried yet."""
    menu(visitor, rt, an_asked_case(rt=rt))
    return visitor.press(
        check_page(visitor, "promise", on="2026-01-08", how="all"), "Promise this"
    )


def paid(visitor: Visitor, rt: Runtime, fakes: Fakes, how: str = "all") -> Page:
    """All is paid, or a part; nothing was carried yet. The receipt."""
    menu(visitor, rt, an_asked_case(rt=rt))
    check = check_page(visitor, "pay", how=how)
    [pay] = [text for text in check.buttons if text.startswith("Pay $")]
    visitor.sent(check, pay)
    tell(rt, fakes, PaymentKind.SUCCEEDED)
    return visitor.open("/visit")


def tell(rt: Runtime, fakes: Fakes, kind: PaymentKind) -> None:
    newest = sorted(fakes.payments.checkouts)[-1]
    event = fakes.payments.settle(newest, kind)
    record_payment_event(rt, actor=provider("fake_pay"), provider="fake_pay", event=event)


def where(rt: Runtime) -> str:
    [outcome] = every_row(rt.db)["outcomes"]
    return f"/visit/receipt/{outcome['id']}"


def test_not_yet_confirmed_says_when_it_is_looked_at_next(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    page = promised(visitor, rt)
    assert "Not yet confirmed" in page.text
    [job] = [j for j in every_row(rt.db)["outbox"] if j["kind"] == "writeback"]
    assert job["due_at"] == clock()
    assert "the next check is at 10:00" in page.text
    assert "Nobody will chase you meanwhile." in page.text


def test_the_next_check_moves_on_with_the_office(
    visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    promised(visitor, rt)
    fakes.billing.mode = "timeout_before"
    carry_all(rt, kinds=("writeback",))
    [due] = [
        j["due_at"] for j in every_row(rt.db)["outbox"]
        if j["kind"] == "writeback" and j["done_at"] is None
    ]
    page = visitor.get(where(rt))
    assert due > clock()
    assert "Not yet confirmed" in page.text
    assert "the next check is at 10:0" in page.text


def test_confirmed_says_when(visitor: Visitor, rt: Runtime, clock: Clock) -> None:
    promised(visitor, rt)
    carry_all(rt)
    page = visitor.get(where(rt))
    assert "Confirmed 10:00" in page.text
    assert "chase" not in page.text


def test_seen_another_day_it_says_the_day_as_well(
    app: Flask, visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    promised(visitor, rt)
    carry_all(rt)
    clock.tick(hours=26)
    again = from_the_message(Visitor(app), rt, fakes)
    assert "Confirmed Mon 5 Jan, 10:00" in again.text


def from_the_message(visitor: Visitor, rt: Runtime, fakes: Fakes) -> Page:
    """The receipt's own message, its link, a code, and where that leads."""
    [case] = every_row(rt.db)["cases"]
    told = [m.body for m in fakes.sms.sent if "See it again here" in m.body][-1]
    page = visitor.get(told[told.index(f"{ORIGIN}/l/") + len(ORIGIN):].split()[0])
    button = next(b for b in page.buttons if b in ("See the receipt", "Send me a code"))
    code = visitor.press(page, button)
    return visitor.press(code, "Continue", code=newest_code(rt, the_case(rt, case["id"])))


def test_the_link_of_its_message_opens_the_receipt(
    app: Flask, visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    paid(visitor, rt, fakes)
    carry_all(rt)
    clock.tick(minutes=2)
    again = from_the_message(Visitor(app), rt, fakes)
    assert "Paid. Thank you, Maya." in again.text
    assert "Confirmed" in again.text


def test_of_a_part_its_message_leads_there_too(
    app: Flask, visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    paid(visitor, rt, fakes, how="part")
    carry_all(rt)
    clock.tick(minutes=2)
    other = Visitor(app)
    page = from_the_message(other, rt, fakes)
    assert "You paid $62.00" in page.text
    assert "Paid. Thank you, Maya." in other.get(page.links["See the receipt"]).text


def test_what_went_back_shows_later(visitor: Visitor, rt: Runtime, fakes: Fakes) -> None:
    paid(visitor, rt, fakes)
    carry_all(rt)
    tell(rt, fakes, PaymentKind.REFUNDED)
    page = visitor.get(where(rt))
    assert "Given back $184.20" in page.text
    assert "$184.20 went back to the card or account it came from on Mon 5 Jan ." in page.text


def test_troubled_names_by_when_a_person_has_looked(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    promised(visitor, rt)
    fakes.billing.mode = "refuse"
    carry_all(rt)
    page = visitor.get(where(rt))
    assert "A person is on it" in page.text
    assert "a person puts it right by" in page.text


def test_the_file_has_the_words_of_the_page(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    page = paid(visitor, rt, fakes)
    answer = visitor.get(page.links["Save receipt (PDF)"]).response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt-INV-1.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert (str(pdf.docinfo["/Title"]), str(pdf.docinfo["/Author"])) == (
            "Paid. Thank you, Maya.", "Alderway"
        )
        assert str(pdf.Root.Lang) == "en"


def test_the_file_is_in_the_language_of_the_visit(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    paid(visitor, rt, fakes)
    visitor.press(visitor.open("/visit"), "Español")
    answer = visitor.get(f"{where(rt)}.pdf").response
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert str(pdf.Root.Lang) == "es"
        assert str(pdf.docinfo["/Title"]) == "Pagado. Gracias, Maya."


def test_a40_the_receipt_of_somebody_else(
    app: Flask, visitor: Visitor, rt: Runtime
) -> None:
    promised(visitor, rt)
    mine = where(rt)
    person = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100999"),))
    other = Visitor(app)
    menu(other, rt, an_asked_case(rt=rt, person=person, number="INV-2"))
    with nothing_written(rt.db):
        for suffix in ("", ".pdf"):
            assert other.get(mine + suffix).status == 404
            assert Visitor(app).get(mine + suffix).goes_to == "/visit/ended"


def test_looking_writes_nothing(visitor: Visitor, rt: Runtime, fakes: Fakes) -> None:
    paid(visitor, rt, fakes)
    with nothing_written(rt.db):
        assert visitor.get(where(rt)).status == 200
        assert visitor.get(f"{where(rt)}.pdf").status == 200
        assert visitor.client.head(f"{where(rt)}.pdf", base_url=ORIGIN).status_code == 200


@pytest.mark.parametrize(("reference", "name"), [
    ("INV/../1", "receipt-INV-..-1.pdf"), ('a"b\r\nX: y', "receipt-a-b-X-y.pdf"),
    ("发票-7", "receipt-7.pdf"), ("...", "receipt.pdf"), ("x" * 300, f"receipt-{'x' * 60}.pdf"),
])
def test_the_files_name_is_plain_whatever_the_reference(reference: str, name: str) -> None:
    assert file_name(reference) == name
